"""Git repositories through GitPython, which nothing else loads; its errors are told here in one line."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from subprocess import PIPE
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from tracker.errors import DocumentUnreadable, RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType
    from typing import IO, Any

    from git import Repo

# Who commits is said in each commit; the user's own settings must not change what git answers.
_SETTINGS = tuple(
    part
    for setting in (
        "core.quotePath=false",
        "gc.auto=0",
        "maintenance.auto=false",
        # A pack a run instead of a dozen loose objects, each a file of its own to make safe on the disk.
        "fastimport.unpackLimit=1",
        # A commit counts once it is on the disk: a power cut must not leave a branch without its objects.
        "core.fsync=committed,reference",
    )
    for part in ("-c", setting)
)

_AT_ONCE = 32
"""So few names never fill a pipe, so that git does not wait for us while we wait for it."""
_ANSWERED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git command that may fail came to."""

    status: int
    output: bytes
    complaint: str
    """The first line of what it said on standard error."""
    complaints: str


class Repository:
    """A git repository; every method raises ``RepositoryUnusable`` where git refuses."""

    def __init__(self, path: Path, repo: Repo) -> None:
        self.path = path
        self._repo = repo
        self._contents: Any = None

    def ask(self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
        """Run a git command and return what it wrote."""
        answer = self.attempt(*arguments, stdin=stdin, environment=environment)
        if answer.status:
            raise RepositoryUnusable(f"{self.path}: git {arguments[0]}: {answer.complaint}")
        return answer.output

    def attempt(
        self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> Answer:
        """Run a git command and return what it came to, whether it succeeded or not."""
        with TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            status, output, complaint = self._repo.git.execute(
                [_git_command(), *_SETTINGS, *arguments],
                istream=given,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=dict(environment or {}),
            )
        return Answer(status, _as_bytes(output), _first_line(str(complaint)), str(complaint))

    def read_objects(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """Yield the contents of objects, in order; None for one that is not there, as in a partial clone.

        One ``git cat-file --batch`` answers for all. It is asked for several at once, since a wait for
        each answer costs two changes of process.
        """
        if self._contents is None:
            self._contents = self._repo.git.cat_file("--batch", istream=PIPE, as_process=True)
        asking, answering = self._contents.stdin, self._contents.stdout
        for start in range(0, len(names), _AT_ONCE):
            chunk = names[start : start + _AT_ONCE]
            asking.write("".join(f"{name}\n" for name in chunk).encode())
            asking.flush()
            # All of them, so that whoever stops half-way leaves no answer for the next to find.
            yield from [_read_answer(answering) for _ in chunk]

    def read_object(self, name: str) -> bytes:
        """Return an object's content. Raises ``DocumentUnreadable`` where it is not there."""
        (content,) = self.read_objects([name])
        if content is None:
            raise DocumentUnreadable(f"{self.path} lacks the object {name[:12]}; run: git fetch")
        return content

    def read_whole(self, name: str) -> bytes | None:
        """Return an object's content; None where it is not there, or so damaged that git ends over it."""
        for _ in range(2):
            with suppress(OSError):
                (content,) = self.read_objects([name])
                if content is not None:
                    return content
            # An object before this one may have ended the process that reads.
            self._end_reading()
        return None

    def start(self, *arguments: str) -> Any:  # noqa: ANN401 (GitPython's own handle of a process)
        """Start a git command that is written to; whoever starts it waits for it."""
        return self._repo.git.execute([_git_command(), *_SETTINGS, *arguments], istream=PIPE, as_process=True)

    def close(self) -> None:
        """End the processes that were started."""
        self._end_reading()
        self._repo.close()

    def _end_reading(self) -> None:
        if self._contents is None:
            return
        process, self._contents = self._contents, None
        with suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        # It may have died of a damaged object, of which its reader was told.
        process.proc.wait()

    def find_object(self, name: str) -> str | None:
        """Return the full name of an object, such as of a file: ``<commit>:<path>``."""
        try:
            found = self._repo.git.get_object_header(name)[0]
        except ValueError:
            return None
        # Said to be a text, and bytes in the releases that there are.
        return found.decode("ascii") if isinstance(found, bytes) else str(found)

    def find_commit(self, name: str) -> str | None:
        """Return the commit that a branch, tag or other name stands for."""
        answer = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        # Older releases of git repeat the option in their answer.
        return answer.output.decode().split()[-1] if answer.output.strip() else None

    def is_shallow(self) -> bool:
        """Tell whether a clone was cut short, so that older commits are not in it."""
        return self.ask("rev-parse", "--is-shallow-repository").strip() == b"true"


def create_repository(path: Path) -> None:
    """Make an empty bare repository whose branch is ``main``. Raises ``RepositoryUnusable``."""
    git = load_git()
    # Begun beside its place and moved there, so that there is a whole one or none.
    begun = path.with_name(f"{path.name}.new")
    shutil.rmtree(begun, ignore_errors=True)
    options = {"initial_branch": "main", "object_format": "sha1", "template": ""}
    try:
        git.Repo.init(begun, bare=True, allow_unsafe_options=True, **options).close()
        begun.rename(path)
    except (git.exc.GitCommandError, OSError) as error:
        raise RepositoryUnusable(f"{path} cannot be made: {_first_line(str(error))}") from error


def clone_repository(address: str, path: Path) -> None:
    """Clone a repository, bare and whole. Raises ``RepositoryUnusable`` where git cannot."""
    git = load_git()
    quiet = {"GIT_TERMINAL_PROMPT": "0"}
    command = [_git_command(), "clone", "--quiet", "--bare", "--", address, str(path)]
    status, _, complaint = git.Git().execute(
        command, with_extended_output=True, with_exceptions=False, env=quiet
    )
    if status:
        raise RepositoryUnusable(f"git clone: {_first_line(complaint)}")


@contextmanager
def open_repository(path: Path) -> Iterator[Repository]:
    """Open a git repository, bare or with a work tree.

    Raises ``RepositoryUnusable`` where there is none, or git itself is missing.
    """
    git = load_git()
    try:
        repo = git.Repo(path)
    except git.exc.NoSuchPathError:
        hint = "; clone it first: git clone --mirror" if "://" in str(path) or ":/" in str(path) else ""
        raise RepositoryUnusable(f"{path}: no such repository{hint}") from None
    except git.exc.InvalidGitRepositoryError:
        raise RepositoryUnusable(f"{path} is not a git repository; name the folder that holds .git") from None
    repository = Repository(path, repo)
    try:
        yield repository
    finally:
        repository.close()


def show_address(address: str) -> str:
    """Return an address without the name and password that it may hold."""
    scheme, mark, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if mark else address


def load_git() -> ModuleType:
    """Return GitPython. Raises ``RepositoryUnusable`` where git, which it runs, is not installed."""
    try:
        import git  # noqa: PLC0415 (79 ms, and an error where git is missing)
    except ImportError as error:
        raise RepositoryUnusable(
            "git was not found on the path; install it (https://git-scm.com), then try again"
        ) from error
    return git


def _git_command() -> str:
    from git.cmd import Git  # noqa: PLC0415 (as above)

    return str(Git.GIT_PYTHON_GIT_EXECUTABLE)


def _read_answer(answering: IO[bytes]) -> bytes | None:
    """Read one answer of ``git cat-file --batch``: name, type and size on a line, the content, a line end."""
    head = answering.readline().split()
    if len(head) < _ANSWERED:
        return None
    content = answering.read(int(head[2]) + 1)
    return content[:-1]


def _as_bytes(output: object) -> bytes:
    return output if isinstance(output, bytes) else str(output).encode("utf-8", "surrogateescape")


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return next(iter(lines), "it failed without a word").removeprefix("fatal: ")
