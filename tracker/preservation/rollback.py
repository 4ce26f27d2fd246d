"""Whether an archive as a whole, its mirror included, was put back to an older state.

Its own folder cannot tell. What can is outside of it: the user's folder for state has a note, written by
each run, of the latest run of the archive at this place, and of where it was pushed to, which is asked. No
place that the folder itself names is asked: another may have written it. A copy of an archive in another
folder has a note of its own, or none; another archive in the same folder is known by its first run.
"""

from __future__ import annotations

import json
import os
import shlex
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from tracker.errors import RepositoryUnusable
from tracker.files import CLOSED, write_file
from tracker.inputs.formats import parse_report
from tracker.inputs.passwords import strip_user
from tracker.model.strict import read_typed
from tracker.preservation.copies import was_pushed
from tracker.preservation.folder import MIRROR
from tracker.preservation.git.repository import open_repository
from tracker.record.schema.rows import fetch_value
from tracker.record.state import find_state_folder, is_closed, make_state_folder

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

ROLLBACK: Final = "rollback"
ACCEPT: Final = f"tracker verify --accept {ROLLBACK} --by NAME --reason TEXT"
"""The command by which a person takes an older state for the archive's own."""

UNPROTECTED: Final = (
    "nothing outside of its folder knows of its latest run, so that nobody would tell if all of it were put"
    " back to an older state; to push it: tracker mirror push ADDRESS"
)
"""What is said of an archive of which nothing is known elsewhere."""

_ACCEPTED: Final = "an older state took its place, which was accepted by "
_SHORT: Final = 12
_LONGEST: Final = 64 * 1024
_FOLDER: Final = "archives"

_FIRST = "SELECT started FROM runs ORDER BY id LIMIT 1"
_LATEST = "SELECT id, started, ended FROM runs WHERE ended IS NOT NULL ORDER BY id DESC LIMIT 1"
_LAST = "SELECT ifnull(max(id), 0) FROM runs"
_RUN = "SELECT 1 FROM runs WHERE id = ? AND started = ? AND ended IS NOT NULL"
_IS_ACCEPTED = "SELECT 1 FROM repairs WHERE what = ? AND instr(how, ?) = 1"


@dataclass(frozen=True, slots=True)
class PushedTo:
    """Where this user pushed the archive to, and what."""

    place: str
    branch: str
    tip: str


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest run of an archive, as the user's own note has it."""

    archive: str
    """The path of the folder."""
    begun: str
    """When its first run began, by which the archive is known."""
    run: int
    started: str
    ended: str
    pushed: tuple[PushedTo, ...] = ()

    def __str__(self) -> str:
        return f"run {self.run} of {self.started}"


@dataclass(frozen=True, slots=True)
class Rollback:
    """Something that this archive once had, and has no longer."""

    what: str
    meaning: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}: {self.meaning}; {self.remedy}"


def note_latest(folder: Path, connection: sqlite3.Connection, pushed: PushedTo | None = None) -> None:
    """Note the latest run of the archive in a folder, and where it was pushed to.

    Where no note can be kept, nothing is. No password is: an address that has one is not asked again.
    """
    path, latest = _find_note(folder), _read_record(folder, connection)
    if path is None or latest is None:
        return
    before = _read_own(folder, connection)
    places = {(each.place, each.branch): each for each in before.pushed} if before else {}
    if pushed and not _has_password(pushed.place):
        places[pushed.place, pushed.branch] = pushed
    latest = replace(latest, pushed=tuple(places.values()))
    if latest == before:
        return
    with suppress(OSError):
        make_state_folder(path.parent.parent)
        make_state_folder(path.parent)
        write_file(path, f"{json.dumps(asdict(latest))}\n".encode(), CLOSED)


def _has_password(address: str) -> bool:
    """Tell whether an address has a password or a token; the user's name that ssh needs is neither."""
    user = address.partition("://")[2].partition("@")[0]
    return strip_user(address) != address and not (address.startswith("ssh://") and ":" not in user)


def find_rollback(folder: Path, connection: sqlite3.Connection) -> Rollback | None:
    """Return the run that this user's note has of the archive in a folder, and that the record lacks.

    None where a person has accepted that, and where there is no note, or one of another archive.
    """
    latest = _read_own(folder, connection)
    if latest is None or fetch_value(connection, _RUN, [latest.run, latest.started]):
        return None
    found = Rollback(
        str(latest),
        f"the archive in this folder had it, and no longer has it (its last is run"
        f" {fetch_value(connection, _LAST)}): all of it was put back to an older state",
        f"put the newer state back, or take this one: {ACCEPT}",
    )
    return None if _is_accepted(connection, found) else found


def find_newer_copies(
    folder: Path, connection: sqlite3.Connection
) -> tuple[tuple[Rollback, ...], dict[str, str]]:
    """Ask the copies that were pushed, and return what they have and the mirror never had.

    Also which of them did not answer, and why. Accepted ones are left out.
    """
    latest = _read_own(folder, connection)
    if latest is None or not latest.pushed or not (folder / MIRROR).exists():
        return (), {}
    found, silent = list[Rollback](), dict[str, str]()
    try:
        with open_repository(folder / MIRROR) as repository:
            for each in latest.pushed:
                try:
                    tip = repository.ask_remote(each.place, each.branch)
                except RepositoryUnusable as error:
                    silent[strip_user(each.place)] = str(error)
                    continue
                if tip not in {None, each.tip} and repository.find_commit(str(tip)) is None:
                    found.append(_describe_copy(strip_user(each.place), each.branch, str(tip)))
    except RepositoryUnusable:
        return (), {}  # What is wrong with the mirror is told by whoever reads it.
    return tuple(each for each in found if not _is_accepted(connection, each)), silent


def _describe_copy(place: str, branch: str, tip: str) -> Rollback:
    return Rollback(
        f"commit {tip[:_SHORT]} of {place}",
        f"branch {branch} there is at it, and this archive does not have it: all of it was put back to"
        " an older state, or somebody else has pushed",
        f"to have the copy as an archive of its own: tracker rebuild {shlex.quote(place)} --archive from-copy"
        f"; or take this state: {ACCEPT}",
    )


def describe_acceptance(person: str, reason: str) -> str:
    """Return what the ledger keeps of a rollback that a person has accepted."""
    return f"{_ACCEPTED}{person}: {reason}"


def is_protected(folder: Path, connection: sqlite3.Connection) -> bool:
    """Tell whether anything outside of the folder knows of the archive, so that a rollback would be told."""
    return _read_own(folder, connection) is not None or was_pushed(folder)


def _is_accepted(connection: sqlite3.Connection, found: Rollback) -> bool:
    return bool(fetch_value(connection, _IS_ACCEPTED, [found.what, _ACCEPTED]))


def _find_note(folder: Path) -> Path | None:
    """Return where this user's note of an archive is, by its path; None without a folder for state."""
    state = find_state_folder()
    name = blake2b(os.fsencode(os.path.realpath(folder)), digest_size=16).hexdigest()
    return state / _FOLDER / f"{name}.json" if state else None


def _read_record(folder: Path, connection: sqlite3.Connection) -> Latest | None:
    found = connection.execute(_LATEST).fetchone()
    place = os.path.realpath(folder).encode("utf-8", "backslashreplace").decode()
    return Latest(place, str(fetch_value(connection, _FIRST)), *found) if found else None


def _read_own(folder: Path, connection: sqlite3.Connection) -> Latest | None:
    """Return the note of the archive that is in a folder now; None for none, or one of another archive."""
    path = _find_note(folder)
    latest = _read_note(path) if path else None
    return latest if latest and latest.begun == fetch_value(connection, _FIRST) else None


def _read_note(path: Path) -> Latest | None:
    """Return what a note says; None where there is none that is this user's alone."""
    with suppress(OSError, ValueError):
        if is_closed(path.parent.lstat(), stat.S_ISDIR) and is_closed(path.lstat(), stat.S_ISREG):
            with path.open("rb") as file:
                return read_typed(Latest, parse_report(file.read(_LONGEST)))
    return None
