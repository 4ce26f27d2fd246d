"""A copy of the tree in which mutants are tried: each Python that its tests start imports the copy."""

from __future__ import annotations

import json
import marshal
import os
import re
import shutil
import signal
import socket
import subprocess
import sysconfig
import venv
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from tests.acceptance.mutants.choosing import CHOSEN
from tests.acceptance.mutants.reach import FOLDER, note_mapped
from tests.acceptance.mutants.warm import SOCKET
from tests.acceptance.mutants.watching import MARKS, PLACES
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.acceptance.mutants.changes import Mutant

    Process = subprocess.Popen[str]

_LEFT_OUT: Final = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info"
)
_LENT: Final = "lent.pth"
_NICE: Final = 5
_QUIETLY: Final = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
_PATIENCE: Final = 300.0
"""Seconds after which a run of tests is ended, however busy the machine."""
_AT_ONCE: Final = 20
"""Files of tests: what forks the command is loaded once for all of them."""


class Copy:
    """The tree in a folder, with a virtual environment that lends this one's packages but for the program."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "tree"
        self._environment = folder / "venv"
        self._pipe: IO[str] | None = None

    def make(self) -> None:
        """Copy the tree; what Python compiled of an earlier copy is kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT, self.root, ignore=_LEFT_OUT, dirs_exist_ok=True, symlinks=True)
        if not self._environment.exists():
            venv.create(self._environment, symlinks=True)
        self._lend()
        places = self._place_lines()
        (self.folder / PLACES).write_bytes(marshal.dumps(places))
        (self.folder / MARKS).write_bytes(bytes(places[""]))
        # Some tests run the command as another user.
        (self.folder / MARKS).chmod(0o666)

    def _place_lines(self) -> dict[str, int]:
        """Return by module, in order, where its lines begin among all lines; ``""`` names where they end."""
        places, end = {}, 0
        for path in sorted((self.root / "tracker").rglob("*.py")):
            places[path.relative_to(self.root).as_posix()] = end
            end += path.read_bytes().count(b"\n") + 2
        return places | {"": end}

    def map(self, names: Sequence[str]) -> None:
        """Run files of tests, many in a process, and keep which lines each of their tests reaches."""
        places = f"{str(self.folder)!r}, {str(self.root)!r}"
        self._lend(f"from tests.acceptance.mutants import watching; watching.watch({places})")
        try:
            for some in (names[first : first + _AT_ONCE] for first in range(0, len(names), _AT_ONCE)):
                self._clear()
                arguments = ["-m", "pytest", *_QUIETLY, "-p", "tests.acceptance.mutants.reach", *some]
                said = self._start(arguments).communicate()[0]
                print(f"mapped {len(some)} files of tests: {said.splitlines()[-1]}", flush=True)
                note_mapped(self.folder, self.root, some)
        finally:
            self._lend()

    def run_swapped(self, mutant: Mutant | None, first: int, text: str, names: Sequence[str]) -> str:
        """Run tests, in their order, where the function that begins in a line is as in a text.

        Returns the first that fails, ``""`` where none does. Without a mutant all is as it is.
        """
        if self._pipe is None:
            ours, theirs = socket.socketpair()
            arguments = [*_QUIETLY, "-p", "tests.acceptance.mutants.warm", "tests"]
            self._start(["-m", "pytest", *arguments], theirs)
            self._pipe = ours.makefile("rw")
        self._clear()
        path = str(self.root / mutant.module) if mutant else ""
        text = text if mutant else ""
        asked = {"path": path, "first": first, "text": text, "names": names, "seconds": _PATIENCE}
        self._pipe.write(json.dumps(asked) + "\n")
        self._pipe.flush()
        return str(json.loads(self._pipe.readline())["failed"])

    def run_changed(self, mutant: Mutant, text: str, names: Sequence[str]) -> str:
        """Run tests, in their order, in new processes where the module is a text; as ``run_swapped``."""
        (self.folder / "chosen").write_text("".join(f"{name}\n" for name in names), "utf-8")
        files = dict.fromkeys(name.split("::", maxsplit=1)[0] for name in names)
        arguments = ["-m", "pytest", *_QUIETLY, "-x", "-p", "tests.acceptance.mutants.choosing", *files]
        self._clear()
        with self._changed(mutant.module, text):
            process = self._start(arguments)
            try:
                said = process.communicate(timeout=_PATIENCE)[0]
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                return "took too long"
        found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", said, re.MULTILINE)
        if process.returncode not in {0, 5} and not found:
            return f"pytest ended in {process.returncode}"
        return found[1] if found else ""

    def _clear(self) -> None:
        shutil.rmtree(self.folder / "scratch", ignore_errors=True)
        (self.folder / "scratch").mkdir(mode=0o755)

    def _start(self, arguments: Sequence[str], pipe: socket.socket | None = None) -> Process:
        settings = {
            "TMPDIR": str(self.folder / "scratch"),
            CHOSEN: str(self.folder / "chosen"),
            FOLDER: str(self.folder),
        }
        if pipe:
            settings[SOCKET] = str(pipe.fileno())
        return subprocess.Popen(
            ["nice", "-n", str(_NICE), str(self._environment / "bin" / "python"), *arguments],
            cwd=self.root,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if pipe else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
            pass_fds=[pipe.fileno()] if pipe else [],
        )

    @contextmanager
    def _changed(self, name: str, text: str) -> Iterator[None]:
        """Have a module say something else within the block."""
        path = self.root / name
        before, times = path.read_bytes(), path.stat()
        path.write_text(text, "utf-8")
        # Python takes a module for the one that it compiled by its size and the second of its time.
        os.utime(path, (times.st_atime, int(times.st_mtime) + os.getpid() % 1000 + 1))
        try:
            yield
        finally:
            path.write_bytes(before)
            os.utime(path, (times.st_atime, times.st_mtime))
            for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                compiled.unlink()

    def _lend(self, first: str = "") -> None:
        """Have each Python there find the copy, then what is installed here, and run a statement first."""
        place = sysconfig.get_path("purelib", vars={"base": self._environment, "platbase": self._environment})
        lines = [str(self.root), f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})"]
        if first:
            lines.append(f"import sys; {first}")
        (self.root.__class__(place) / _LENT).write_text("\n".join(lines) + "\n", "utf-8")
