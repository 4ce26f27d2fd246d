"""The map: which lines of the program each test reaches, in its own process and in all that it starts.

As a plugin of pytest it clears the marks (``watching``) before each test, and keeps them after it with the
seconds that the test took and whether it passed.
"""

from __future__ import annotations

import marshal
import mmap
import os
import sqlite3
import sys
import zlib
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.acceptance.mutants.watching import MARKS, PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pytest

FOLDER: Final = "TRACKER_MUTANTS"
"""The variable that names the folder of the map."""
_MAP: Final = "map.db"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tests (name TEXT PRIMARY KEY, file TEXT, seconds REAL, passed INT, lines BLOB);
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, digest TEXT);
"""


@dataclass(frozen=True, slots=True)
class Reaching:
    """A test that reaches a line: its name, the seconds that it took, how many lines it reaches in all."""

    name: str
    seconds: float
    lines: int

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return self.name.split("::", maxsplit=1)[0]


class Recorder:
    """The plugin."""

    def __init__(self, folder: Path) -> None:
        self._kept = _open(folder)
        with (folder / MARKS).open("r+b") as file:
            self._marks = mmap.mmap(file.fileno(), 0)
        self._places = marshal.loads((folder / PLACES).read_bytes())  # noqa: S302 (ours)
        self._seconds, self._passed = 0.0, True

    def pytest_runtest_logstart(self) -> None:
        """Begin a test without marks."""
        self._seconds, self._passed = 0.0, True
        self._marks[:] = bytes(len(self._marks))
        if sys.version_info >= (3, 12):
            sys.monitoring.restart_events()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a part of a test: what sets it up, itself, or what ends it."""
        self._seconds += report.duration
        self._passed &= report.passed

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Keep what a test has marked."""
        file = nodeid.split("::", maxsplit=1)[0]
        row = (nodeid, file, self._seconds, self._passed, pack(self._marks[:], self._places))
        self._kept.execute("INSERT OR REPLACE INTO tests VALUES (?, ?, ?, ?, ?)", row)
        self._kept.commit()


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin, where pytest is given this module by ``-p``."""
    config.pluginmanager.register(Recorder(Path(os.environ[FOLDER])))


def find_unmapped(folder: Path, root: Path) -> list[str]:
    """Return the files of tests of which nothing is kept as they are now, and forget what they were."""
    now = {f"tests/{path.name}": digest_file(path) for path in sorted((root / "tests").glob("test_*.py"))}
    with closing(_open(folder)) as kept:
        known = dict(kept.execute("SELECT name, digest FROM files"))
        unmapped = [name for name, digest in now.items() if known.get(name) != digest]
        gone = [(name,) for name in {*unmapped, *(known.keys() - now.keys())}]
        kept.executemany("DELETE FROM tests WHERE file = ?", gone)
        kept.commit()
    return unmapped


def note_mapped(folder: Path, root: Path, names: Iterable[str]) -> None:
    """Note that all tests of these files have been run as they are."""
    with closing(_open(folder)) as kept:
        rows = [(name, digest_file(root / name)) for name in names]
        kept.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", rows)
        kept.commit()


def digest_file(path: Path) -> str:
    """Return what tells one state of a file from another."""
    return sha256(path.read_bytes()).hexdigest()


def pack(marks: bytes, places: dict[str, int]) -> bytes:
    """Return the marks of each module of which a line is marked, as they are kept."""
    modules = [*places.items()]
    ends = [start for _, start in modules[1:]]
    found = {name: marks[start:end] for (name, start), end in zip(modules[:-1], ends, strict=True)}
    return zlib.compress(marshal.dumps({name: lines for name, lines in found.items() if 1 in lines}), 1)


def find_reaching(folder: Path, wanted: Sequence[Iterable[tuple[str, int]]]) -> list[list[Reaching]]:
    """Return for each of several sets of lines, by module and number, the tests that passed and reach any.

    Where a module has been edited since a test was run its lines were other ones: tests are then chosen less
    well, but none is told to have noticed what it did not.
    """
    places: list[dict[str, list[int]]] = []
    for lines in wanted:
        places.append({})
        for module, line in lines:
            places[-1].setdefault(module, []).append(line)
    found: list[list[Reaching]] = [[] for _ in wanted]
    with closing(_open(folder)) as kept:
        for name, seconds, data in kept.execute("SELECT name, seconds, lines FROM tests WHERE passed"):
            modules: dict[str, bytes] = marshal.loads(zlib.decompress(data))  # noqa: S302 (ours)
            test = Reaching(name, seconds, sum(marks.count(1) for marks in modules.values()))
            for tests, place in zip(found, places, strict=True):
                if any(_has_mark(modules[each], place[each]) for each in place.keys() & modules.keys()):
                    tests.append(test)
    return found


def _has_mark(marks: bytes, lines: Iterable[int]) -> bool:
    return any(marks[line : line + 1] == b"\1" for line in lines)


def _open(folder: Path) -> sqlite3.Connection:
    kept = sqlite3.connect(folder / _MAP)
    kept.execute("PRAGMA synchronous = OFF")
    kept.executescript(_SCHEMA)
    return kept
