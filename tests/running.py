"""What the tests of commands share: a finished run, two statements, and the size of a record."""

from __future__ import annotations

import sqlite3
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).parents[1]

# Python, and the command in a process of its own, where a warning is an error. sqlite3 of Python 3.12.0 to
# 3.12.3 takes the numbered placeholder of SQLite, ?1, for a named one and warns of it.
_MISTAKEN = ("-W", "ignore:Binding :DeprecationWarning") if (3, 12) <= sys.version_info < (3, 12, 4) else ()
PYTHON = (sys.executable, "-W", "error", *_MISTAKEN)
COMMAND = (*PYTHON, "-m", "tracker")
PATIENCE = "TRACKER_TESTS_PATIENCE"
"""A variable with the seconds for which a forked command waits for who holds the archive."""
LACKING = "TRACKER_TESTS_LACKING"
"""A variable with what an older kernel lacks, on which a forked command seems to run (``old_kernel``)."""
KILLED = "TRACKER_TESTS_KILLED"
"""A variable that names a function, and at which of its calls a forked command is killed (``killing``)."""
TABLES = ("documents", "statements", "editions", "snapshots", "versions", "segments")


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


def count_rows(folder: Path) -> dict[str, int]:
    """Count the rows of the record in a folder's archive, and see that the record is sound."""
    record = sqlite3.connect(f"file:{folder / 'snapshots' / 'tracker.db'}?mode=ro", uri=True)
    try:
        assert record.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert record.execute("PRAGMA foreign_key_check").fetchone() is None
        return {table: record.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}  # noqa: S608
    finally:
        record.close()


OLD = """Mr. President,

My country will contribute 5 million euros to the Technical Fund by 2025. We urge all States to ratify the
Treaty on the Protection of Rivers without delay.

Corruption is our first priority. We condemn corruption in all its forms and will publish every contract.

Thank you.
"""

NEW = """Mr. President,

My country intends to contribute 8 million euros to the Technical Fund by 2026. We encourage all States to
ratify the Treaty on the Protection of Rivers.

Cybercrime is our first priority. We will support the negotiation of a convention on cybercrime, and we
will train two hundred investigators of cybercrime.

Thank you.
"""


def wait_for(ask: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until a server answers; raises ``URLError`` where it does not in so many seconds."""
    until = time.monotonic() + seconds
    while True:
        try:
            ask()
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def list_children(process: int) -> list[int]:
    """Return the processes that one has started and that run."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(each) for each in found.split() if is_running(int(each))]


def is_running(process: int) -> bool:
    """Return whether a process is there, and does not only wait to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(processes: Iterable[int], seconds: float = 30.0) -> None:
    """Wait until none of some processes runs any more; fail where one of them still does then."""
    ends = time.monotonic() + seconds
    while left := [each for each in processes if is_running(each)]:
        assert time.monotonic() < ends, left
        time.sleep(0.05)
