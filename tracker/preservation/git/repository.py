"""Git repositories through GitPython, each in isolation; git's errors become one line."""

from __future__ import annotations

import os
import re
import stat
from contextlib import contextmanager, suppress
from hashlib import sha1, sha256
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING

from tracker.errors import DocumentUnreadable, RepositoryUnusable
from tracker.files import draft_folder, read_permissions
from tracker.inputs.passwords import strip_user
from tracker.preservation.git.program import (
    LOCAL,
    REMOTE,
    allow_time,
    check_address,
    is_overtime,
    run_git,
    start_command,
    start_git,
)
from tracker.preservation.git.view import isolate_repository
from tracker.record.modes import archive_permissions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO, Any

    from tracker.files import Permissions
    from tracker.preservation.git.program import Allowance, GitResult
    from tracker.preservation.git.view import IsolatedRepository

_NAME = re.compile(r"[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NOT_FOR_EVER = {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": "30"}
"""Half a minute without a byte ends a request."""

_AT_ONCE = 32
"""So few names never fill a pipe, so that git does not wait for us while we wait for it."""
_ANSWERED = 3
_LONG = 64
"""Characters of a name by SHA-256; by SHA-1 it has 40."""

LARGEST_OBJECT = 512 * 1024 * 1024
"""Bytes of one object that are read: ten times the largest document, and a packed one may be a thousandth."""


class Repository:
    """A git repository; every method raises ``RepositoryUnusable`` where git refuses."""

    def __init__(
        self,
        path: Path,
        isolated: IsolatedRepository,
        modes: Mapping[str, str],
        allowance: Allowance | None = None,
    ) -> None:
        self.path = path
        self._allowance = allowance
        self._isolated = isolated
        self._git = start_git({**LOCAL, **isolated.variables, **modes}, isolated.view)
        self._contents: Any = None

    def ask(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run a git command and return what it wrote."""
        answer = self.attempt(*arguments, stdin=stdin)
        if answer.status:
            raise RepositoryUnusable(f"{self.path}: git {arguments[0]}: {answer.complaint}")
        return answer.output

    def attempt(self, *arguments: str, stdin: bytes = b"") -> GitResult:
        """Run a git command and return its result, whether it succeeded or not."""
        with self._naming():
            return run_git(self._git, arguments, stdin, self._allowance)

    def check_time(self) -> None:
        """Raise ``RepositoryUnusable`` where reading it has taken more processor time than it may."""
        if self._allowance:
            with self._naming():
                self._allowance.check()

    def check_overall(self) -> None:
        """Raise ``RepositoryUnusable`` where reading it, and what is made of it, has taken too long."""
        if self._allowance:
            with self._naming():
                self._allowance.check_overall()

    @contextmanager
    def _naming(self) -> Iterator[None]:
        """Put the repository's name before what is wrong with it."""
        try:
            yield
        except RepositoryUnusable as error:
            raise RepositoryUnusable(f"{self.path}: {error}") from error

    def push(self, remote: str, branches: Sequence[str], *, force: bool) -> GitResult:
        """Push branches to a path, an address or a remote's name, in the user's own settings.

        Of the repository's settings the address behind a name is all that counts. Raises
        ``RepositoryUnusable`` for an address of another protocol than those allowed.
        """
        options = ("--porcelain", *(["--force"] if force else []))
        git = start_git({**REMOTE, **self._isolated.variables}, self._isolated.view)
        return run_git(git, ["push", *options, "--", self.find_address(remote), *branches], b"")

    def ask_remote(self, remote: str, branch: str) -> str | None:
        """Return the commit of a branch elsewhere, named as for ``push``; None where there is no such branch.

        Raises ``RepositoryUnusable`` where it cannot be asked.
        """
        git = start_git({**REMOTE, **_NOT_FOR_EVER, **self._isolated.variables}, self._isolated.view)
        wanted = f"refs/heads/{branch}"
        answer = run_git(git, ["ls-remote", "--", self.find_address(remote), wanted])
        if answer.status:
            raise RepositoryUnusable(f"{strip_user(remote)}: git ls-remote: {answer.complaint}")
        lines = (line.split("\t") for line in answer.output.decode("utf-8", "replace").splitlines())
        return next((name for name, *named in lines if named == [wanted] and _COMMIT.fullmatch(name)), None)

    def read_objects(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """Yield the contents of objects, in order; None for one that is not there, as in a partial clone.

        Each is hashed, and raises ``RepositoryUnusable`` where it is not what its name says.
        One ``git cat-file --batch`` answers for all. It is asked for several at once, since a wait for
        each answer costs two changes of process.
        """
        for start in range(0, len(names), _AT_ONCE):
            for found in self._read_answers(names[start : start + _AT_ONCE]):
                yield found[1] if found else None

    def read_object(self, name: str) -> bytes:
        """Return an object's content. Raises ``DocumentUnreadable`` where it is not there."""
        (content,) = self.read_objects([name])
        if content is None:
            raise DocumentUnreadable(f"{self.path} lacks the object {name[:12]}; clone it again, and whole")
        return content

    def read_kind(self, name: str, kind: str) -> bytes:
        """Return the content of a ``commit``, a ``tree`` or a ``blob``. Raises ``RepositoryUnusable``."""
        (found,) = self._read_answers([name])
        if found is None or found[0] != kind:
            raise RepositoryUnusable(f"{self.path} lacks the {kind} {name[:12]}; clone it again, and whole")
        return found[1]

    def read_whole(self, name: str) -> bytes | None:
        """Return an object's content; None where it is not there, or so damaged that git ends over it."""
        for _ in range(2):
            with suppress(RepositoryUnusable):
                (content,) = self.read_objects([name])
                if content is not None:
                    return content
            # An object before this one may have ended the process that reads.
            self._end_reading()
        return None

    def start(self, *arguments: str) -> Any:  # noqa: ANN401 (GitPython's own handle of a process)
        """Start a git command that is written to; whoever starts it waits for it."""
        with self._naming():
            return start_command(self._git, arguments, PIPE, self._allowance)

    def close(self) -> None:
        """End the processes that were started."""
        self._end_reading()
        self._git.clear_cache()

    def _read_answers(self, names: Sequence[str]) -> list[tuple[str, bytes] | None]:
        """Return the kinds and contents of a few objects: all of them, so that no answer is left behind."""
        if self._contents is None:
            self._contents = self.start("cat-file", "--batch")
        found: list[tuple[str, bytes] | None] = []
        try:
            self._contents.stdin.write("".join(f"{name}\n" for name in names).encode())
            self._contents.stdin.flush()
            found += (self._read_answer(self._contents.stdout) for _ in names)
        except RepositoryUnusable:
            self._end_reading()
            raise
        except (OSError, EOFError):
            if is_overtime(self._end_reading()) and self._allowance:
                raise RepositoryUnusable(f"{self.path}: {self._allowance.exceeded()}") from None
        # An object that is damaged may have ended the process.
        return found + [None] * (len(names) - len(found))

    def _read_answer(self, answering: IO[bytes]) -> tuple[str, bytes] | None:
        """Read what ``git cat-file --batch`` answers: name, kind and size on a line, its content."""
        head = answering.readline().split()
        if not head:
            raise EOFError
        if len(head) < _ANSWERED:
            return None
        name, kind = head[0].decode(), head[1].decode()
        size = int(head[2])
        if size > LARGEST_OBJECT:
            raise RepositoryUnusable(
                f"{self.path} holds an object of {size:,} bytes ({name[:12]}); no more than"
                f" {LARGEST_OBJECT:,} are read"
            )
        content = answering.read(size + 1)[:-1]
        if len(content) < size:
            raise EOFError
        if _hash_object(kind, content, len(name)) != name:
            raise RepositoryUnusable(
                f"{self.path} is damaged, or was forged: what it holds as {name[:12]} is something else; use"
                " another copy"
            )
        return kind, content

    def _end_reading(self) -> int | None:
        """End the process that reads objects, and return how it ended."""
        if self._contents is None:
            return None
        process, self._contents = self._contents, None
        with suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        # A damaged object may have ended it, which its reader has noticed.
        return int(process.proc.wait())

    def find_object(self, name: str) -> str | None:
        """Return the full name of an object, such as of a file: ``<commit>:<path>``."""
        try:
            found = self._git.get_object_header(name)[0]
        except ValueError:
            return None
        # Said to be a text, and bytes in the releases that there are.
        return found.decode("ascii") if isinstance(found, bytes) else str(found)

    def find_commit(self, name: str) -> str | None:
        """Return the commit that a branch, tag or other name means."""
        answer = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        # Older releases of git repeat the option in their answer.
        return answer.output.decode().split()[-1] if answer.output.strip() else None

    def find_object_name(self, name: str) -> str | None:
        """Return the full name that a branch or other name stands for, whether or not that can be read."""
        answer = self.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        return answer.output.decode().split()[-1] if answer.output.strip() else None

    def list_cut(self) -> frozenset[str]:
        """Return the commits at which a clone was cut short: their parents are not in it."""
        file = self._isolated.view / "shallow"
        return frozenset(file.read_text(encoding="ascii").split()) if file.exists() else frozenset()

    def is_shallow(self) -> bool:
        """Return whether a clone was cut short, so that older commits are not in it."""
        return self.ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def find_address(self, remote: str) -> str:
        """Return an address as git finds it from anywhere; a remote's name means the remote's address."""
        settings = self._isolated.settings
        if "://" not in remote and os.path.exists(remote):  # noqa: PTH110 (of a name too long, it says no)
            return str(Path(remote).resolve())
        # A configuration that was received may call anything by any name, and by an address of the user's.
        named = {f"remote.{remote}.{key}" for key in ("pushurl", "url")} if _NAME.fullmatch(remote) else ()
        address = next((settings[key] for key in sorted(named) if key in settings), remote)
        check_address(address, strip_user(address))
        is_path = address != remote and "://" not in address and (self.path / address).exists()
        return str((self.path / address).resolve()) if is_path else address


def create_repository(path: Path, permissions: Permissions | None = None) -> None:
    """Make an empty bare repository whose branch is ``main``, in an archive unless permissions are given.

    Raises ``RepositoryUnusable``.
    """
    permissions = permissions or archive_permissions(path.parent)
    options = ["--bare", "--quiet", "--template=", "--initial-branch=main", "--object-format=sha1"]
    options += [f"--shared=0{permissions.mode:o}"] if permissions.mode else []
    try:
        # Made as a draft and then moved, so that there is a complete one or none.
        with draft_folder(path, permissions) as begun:
            answer = run_git(start_git(LOCAL), ["init", *options, "--", str(begun)])
            if not answer.status:
                # With --shared git forbids it, but a copy has to lose what was destroyed.
                config = ["config", "--file", str(begun / "config"), "receive.denyNonFastForwards", "false"]
                answer = run_git(start_git(LOCAL), config)
            if answer.status:
                raise RepositoryUnusable(f"{path} cannot be made: {answer.complaint}")
    except OSError as error:
        raise RepositoryUnusable(f"{path} cannot be made: {error.strerror}") from error


def clone_repository(address: str, path: Path) -> None:
    """Clone a repository, bare and whole, in the user's own settings; no hook runs.

    Raises ``RepositoryUnusable`` where git cannot, and for an address of another protocol.
    """
    check_address(address, strip_user(address))
    options = ("--quiet", "--bare", "--template=", f"--config=core.hooksPath={os.devnull}")
    arguments = ["clone", *options, "--", address, str(path.absolute())]
    answer = run_git(start_git(REMOTE, path.parent), arguments)
    if answer.status:
        raise RepositoryUnusable(f"git clone: {answer.complaint.replace(address, strip_user(address))}")


def _hash_object(kind: str, content: bytes, length: int) -> str:
    """Return git's name of an object, in a repository whose names have this length."""
    hashed = sha256() if length == _LONG else sha1(usedforsecurity=False)
    hashed.update(f"{kind} {len(content)}\0".encode())
    hashed.update(content)
    return hashed.hexdigest()


@contextmanager
def open_repository(path: Path, *, to_write: bool = False, bounded: bool = False) -> Iterator[Repository]:
    """Open a git repository, bare or with a work tree, without obeying anything in it.

    ``to_write`` is for the archive's own mirror. Where it is ``bounded``, as those of others are, reading it
    may take time by its size, and no more. Raises ``RepositoryUnusable`` where there is none, where
    git itself is missing or too old, and for what ``isolate_repository`` refuses.
    """
    with isolate_repository(path, to_write=to_write) as isolated:
        allowance = allow_time(isolated.size) if bounded else None
        repository = Repository(path, isolated, _share_files(path) if to_write else {}, allowance)
        try:
            yield repository
        finally:
            repository.close()


def _share_files(path: Path) -> dict[str, str]:
    """Return an environment in which git makes files as open as a repository's folder is, whatever the umask.

    What a group shares belongs to whoever made it; git would otherwise refuse to touch it (CVE-2022-24765).
    """
    found = path.stat()
    settings = {"core.sharedRepository": f"0{read_permissions(path).mode:o}"}
    if found.st_mode & stat.S_ISGID and found.st_mode & stat.S_IWGRP:
        settings["safe.directory"] = str(path.resolve())
    given = {"GIT_CONFIG_COUNT": str(len(settings))}
    for at, (name, value) in enumerate(settings.items()):
        given |= {f"GIT_CONFIG_KEY_{at}": name, f"GIT_CONFIG_VALUE_{at}": value}
    return given
