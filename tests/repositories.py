"""Git repositories for tests, written by ``git fast-import`` as anybody's could have been."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

NOON = 1_653_000_000
"""The instant of the first commit, 2022-05-19T22:40:00Z; each following one is an hour later."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link; with a commit's name a submodule, with a file's mode a file of this text."""

    target: str
    mode: str = "120000"


@dataclass(frozen=True, slots=True)
class Made:
    """One commit: what it writes (None takes a file away), what it renames, and on which branch."""

    message: str
    files: Mapping[str, str | bytes | Link | None] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    branch: str = "main"
    since: int | None = None
    """The number of the commit from which a new branch starts."""
    merges: Sequence[int] = ()
    when: int | None = None


def run_git(repository: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git as somebody without settings of their own would."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.org",
        "GIT_COMMITTER_NAME": "Ana", "GIT_COMMITTER_EMAIL": "ana@example.org",
    }  # fmt: skip
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        input=stdin, capture_output=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def make_repository(folder: Path, commits: Iterable[Made], object_format: str = "sha1") -> Path:
    """Make a bare repository with these commits; the first one has the number 1."""
    folder.mkdir(parents=True)
    run_git(folder, "init", "--quiet", "--bare", "--initial-branch=main", f"--object-format={object_format}")
    return add_commits(folder, commits)


def add_commits(folder: Path, commits: Iterable[Made], first: int = 1) -> Path:
    """Add commits to a repository; where ``first`` is not 1, ``main`` goes on from where it is."""
    stream = b"".join(_write(number, made, first) for number, made in enumerate(commits, first))
    run_git(folder, "fast-import", "--quiet", "--force", "--date-format=raw-permissive", stdin=stream)
    return folder


def _write(number: int, made: Made, first: int) -> bytes:
    when = NOON + 3600 * number if made.when is None else made.when
    person = f"Ana <ana@example.org> {when} +0000"
    parts = [f"commit refs/heads/{made.branch}", f"mark :{number}", f"author {person}", f"committer {person}"]
    head = "\n".join(parts).encode() + b"\n" + _data(made.message.encode())
    if made.since:
        head += f"from :{made.since}\n".encode()
    elif number == first > 1:
        head += f"from refs/heads/{made.branch}^0\n".encode()
    head += b"".join(f"merge :{other}\n".encode() for other in made.merges)
    renames = (f"R {_quote(old)} {_quote(new)}\n".encode() for old, new in made.renames.items())
    return head + b"".join(renames) + b"".join(_file(*item) for item in made.files.items()) + b"\n"


def _file(path: str, content: str | bytes | Link | None) -> bytes:
    if content is None:
        return f"D {_quote(path)}\n".encode()
    if isinstance(content, Link):
        if content.mode == "160000":
            return f"M 160000 {content.target} {_quote(path)}\n".encode()
        return f"M {content.mode} inline {_quote(path)}\n".encode() + _data(content.target.encode())
    data = content if isinstance(content, bytes) else content.encode()
    return f"M 100644 inline {_quote(path)}\n".encode() + _data(data)


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)


def _quote(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
