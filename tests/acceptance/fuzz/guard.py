"""What an input did beside its answer: programs run, hosts reached, files written or left elsewhere."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.target import Found
from tracker.files import CLOSED, new_file
from tracker.record.derived.secret import SECRET_BYTES, SECRET_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEPTH: Final = ("a", "b", "c", "d")
"""Folders between ours and that of an input, so that what climbs out of it is seen where it lands."""

CANARY: Final = "tracker-was-here"
"""The file, in the topmost folder, that hostile commands make; inputs name its path as ``@CANARY@``."""

_PROGRAMS: Final = frozenset({"git", Path(sys.executable).name})
_STARTS: Final = {"subprocess.Popen": 0, "os.exec": 0, "os.posix_spawn": 0, "os.spawn": 1, "os.system": 0}
"""Events of starting a program, each with the place of its path."""

_CHANGES: Final = frozenset({"os.rename", "os.link", "os.symlink", "os.mkdir", "os.truncate", "os.chmod"})
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_GIT: Final = ("git", "/usr/lib/git-core/git", "/usr/libexec/git-core/git")
"""What git itself may start; a transport other than to a folder is none of them."""


@dataclass(slots=True)
class Guard:
    """The folders of a worker, and what the process did since the last input that it may not."""

    top: Path
    seen: list[str] = field(default_factory=list)
    is_watching: bool = False

    @property
    def deep(self) -> Path:
        return self.top.joinpath(*DEPTH)

    @property
    def folder(self) -> Path:
        """The folder of an input."""
        return self.deep / "run"

    @property
    def temporary(self) -> Path:
        return self.top / "tmp"

    @property
    def state(self) -> Path:
        """Where the program keeps the user's secret: it is there already, and nothing else is to be."""
        return self.top / "state"

    @property
    def cache(self) -> Path:
        """Where the program keeps the encoder's model."""
        return self.top / "cache"

    @property
    def canary(self) -> Path:
        return self.top / CANARY

    @property
    def trace(self) -> Path:
        """Where every git writes what it starts."""
        return self.top / "trace"

    @contextmanager
    def watch(self) -> Iterator[Path]:
        """Yield an empty folder as the working directory; raises ``Found`` for what was done outside it."""
        self.folder.mkdir(parents=True)
        os.chdir(self.folder)
        self.seen.clear()
        self.is_watching = True
        try:
            yield self.folder
        finally:
            self.is_watching = False
            os.chdir(self.top)
            _remove(self.folder)
            # Before what was raised: it may be no more than that the hook forbade something.
            self._judge()

    def _judge(self) -> None:
        wrong = [*self.seen, *self._strangers(), *self._started_by_git()]
        if wrong:
            raise Found("; ".join(dict.fromkeys(wrong)))

    def _strangers(self) -> Iterator[str]:
        """Yield what lies where nothing should, and take it away."""
        beside = [self.temporary, *(folder for folder in (self.top, *self._between()))]
        expected = {self.temporary, self.state, self.cache, self.trace, *self._between()}
        for folder in beside:
            for path in folder.iterdir():
                if path not in expected:
                    kind = "command: the canary" if path == self.canary else "left:"
                    yield f"{kind} {path.relative_to(self.top)}"
                    _remove(path)
        for path in (self.top.parent / CANARY, Path("/") / CANARY):
            if path.exists():
                yield f"outside: {path}"
                path.unlink()

    def _between(self) -> list[Path]:
        return [self.top.joinpath(*DEPTH[: length + 1]) for length in range(len(DEPTH))]

    def _started_by_git(self) -> Iterator[str]:
        """Yield what git started that is not git, as its own trace tells."""
        if not self.trace.exists():
            return
        lines = self.trace.read_text("utf-8", "replace").splitlines()
        self.trace.unlink()
        for line in lines:
            if '"child_start"' in line:
                event = json.loads(line)
                if event["child_class"] == "hook" or not _is_git(event["argv"], shell=event["use_shell"]):
                    yield f"command: git runs {event['child_class']} {event['argv']}"[:300]

    # The hook ------------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Hear of what this process does from now on; a hook cannot be taken away."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, values: tuple[object, ...]) -> None:
        if not self.is_watching:
            return
        told = self._tell(event, values)
        if told:
            self.seen.append(told)
            if told.startswith(("network", "command")):
                raise PermissionError(told)

    def _tell(self, event: str, values: tuple[object, ...]) -> str:
        if event in _STARTS:
            program = os.fsdecode(values[_STARTS[event]] or _first(values[1]))  # type: ignore[arg-type]
            return "" if Path(program).name in _PROGRAMS else f"command: {event} of {program[:100]}"
        if event == "socket.connect":
            return "" if _is_near(values[1]) else f"network: {values[1]!r}"[:120]
        if event == "open":
            path, mode, flags = values
            if _writes(mode, flags) and not self._is_inside(path):
                return f"outside: {path!r} is written"[:200]
        if event in _CHANGES and not self._is_inside(values[-2] if event == "os.symlink" else values[0]):
            return f"outside: {event} of {values[0]!r}"[:200]
        return ""

    def _is_inside(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return True
        real = os.path.realpath(os.fsdecode(path))
        inside = (f"{self.folder}/", f"{self.temporary}/", f"{self.cache}/", f"/proc/{os.getpid()}/")
        return real in {"/dev/null", str(self.folder), str(self.temporary)} or real.startswith(inside)


def canary_of(folder: Path) -> Path:
    """Return the file that commands in an input make, told by the folder of the input."""
    return folder.parents[len(DEPTH)] / CANARY


def make_guard() -> Guard:
    """Make the folders of a worker in one that is its own, of which the whole is removed at its end."""
    top = Path(os.path.realpath(tempfile.mkdtemp(prefix="tracker-fuzz-")))
    guard = Guard(top)
    guard.deep.mkdir(parents=True)
    guard.temporary.mkdir()
    guard.cache.mkdir(0o700)
    (guard.state / "tracker").mkdir(0o700, parents=True)
    with new_file(guard.state / "tracker" / SECRET_NAME, CLOSED) as file:
        file.write(bytes(SECRET_BYTES))
    return guard


def _first(values: object) -> str:
    return str(next(iter(values), "")) if isinstance(values, list | tuple) else str(values)


def _writes(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITES)


def _is_near(address: object) -> bool:
    return not isinstance(address, tuple) or address[0] in _LOOPBACK


def _is_git(argv: list[str], *, shell: bool) -> bool:
    """Tell whether git starts a part of itself, as it does through a shell to push to a folder."""
    program = argv[0] if argv else "git"
    if shell:
        # Quotation and exclamation marks stand outside of the quotes, each behind a backslash.
        return re.fullmatch(r"git-(upload|receive)-pack '(?:[^']|'\\[!']')*'", program) is not None
    return program in _GIT or (program.startswith("git-") and not program.startswith("git-remote-"))


def _remove(path: Path) -> None:
    """Remove whatever is there, what cannot be entered too."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for entry in list_entries(path):
        _remove(entry)
    path.rmdir()


def list_entries(folder: Path) -> Iterable[Path]:
    """Return what a folder holds, once it may be entered and written to."""
    folder.chmod(0o700)
    return tuple(folder.iterdir())
