"""Damages of an archive, drawn by seed: of the record, of the mirror, or one of each, in different things.

``python -m tests.acceptance.damages FOLDER FIRST LAST`` says which seeds' damages were not mended, and why.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.conftest import run_tracker
from tests.damage import alter_unseen, unpack
from tests.mirrors import FIRST, SECOND, make_record, read_tables, say
from tests.repositories import run_git
from tracker.keep.mirror import update_mirror
from tracker.preservation.mirror.refs import name_file
from tracker.preservation.mirror.unit_files import UnitFiles
from tracker.record.schema.packing import offer_functions
from tracker.record.schema.units import read_tables as read_schema
from tracker.record.schema.units import unit_expression

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from tests.running import Ran

CLOSED = '[sources.xaa]\nreference = "XAA/UNGA/99"\nurl = "https://example.org/99"\naccess = "restricted"\n'
RECORD, MIRROR = "tracker.db", "mirror.git"


def make_archives(folder: Path) -> tuple[Path, ...]:
    """Make the archives that are damaged: of one branch with single objects, of one in packs, and of two."""
    made = []
    for name in ("single", "packed", "apart"):
        archive = make_record(folder / name / "snapshots")
        if name == "apart":
            (archive / "watch.toml").write_text(CLOSED, encoding="utf-8")
        update_mirror(archive)
        for number in range(5):
            say(archive, f"XAA/HRC/{53 + number}~prepared.en", FIRST, SECOND, title=f"Of {number}")
            if number == 3:
                (speech := archive.parent / "speech.txt").write_text(f"{FIRST} Again.", encoding="utf-8")
                named = ("--as", "XAA/UNGA/79", "--kind", "prepared", "--title", "Other dykes")
                ran = run_tracker(archive.parent, "add", speech.name, *named)
                assert ran.code == 0, ran.err
            update_mirror(archive)
        if name == "single":
            unpack(archive / MIRROR)
        made.append(archive)
    return tuple(made)


# What is damaged ----------------------------------------------------------------------------------------


def flip(data: bytes, random: Random) -> bytes:
    """Change one byte."""
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ random.randrange(1, 256)]) + data[at + 1 :]


def cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(1, len(data))]


def fill(data: bytes, random: Random) -> bytes:
    """Return as much of anything."""
    return random.randbytes(len(data))


def blot(data: bytes, random: Random) -> bytes:
    """Put anything in the place of one page of 4096 bytes."""
    page = random.randrange(max(1, len(data) // 4096)) * 4096
    return data[:page] + random.randbytes(min(4096, len(data) - page)) + data[page + 4096 :]


DEEDS: Mapping[str, Callable[[bytes, Random], bytes | None]] = {
    "flipped": flip,
    "cut": cut,
    "emptied": lambda _data, _random: b"",
    "removed": lambda _data, _random: None,
    "replaced": fill,
    "blotted": blot,
}
PARTS: Mapping[str, str] = {
    "pack": "objects/pack/*.pack",
    "pack index": "objects/pack/*.idx",
    "reverse index": "objects/pack/*.rev",
    "object": "objects/??/*",
    "commit graph": "objects/info/commit-graphs/*",
    "branch": "refs/heads/*",
    "packed branches": "packed-refs",
    "HEAD": "HEAD",
    "config": "config",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """What was done to which part of a copy."""

    part: str
    deed: str
    file: str

    def __str__(self) -> str:
        return f"{self.part} {self.deed} ({self.file})"

    @property
    def loses_objects(self) -> bool:
        """Whether objects of the mirror may be gone with it."""
        return self.part in {"pack", "pack index", "object"}


def damage_mirror(folder: Path, random: Random) -> Damage:
    """Damage a file of the mirror."""
    mirror = folder / MIRROR
    there = {part: sorted(filter(Path.is_file, mirror.glob(glob))) for part, glob in PARTS.items()}
    part = random.choice([part for part, files in there.items() if files])
    file = random.choice(there[part])
    deed = random.choice([name for name in DEEDS if name != "blotted"])
    _do(file, deed, random)
    return Damage(part, deed, file.relative_to(mirror).as_posix())


def damage_record(folder: Path, random: Random) -> Damage:
    """Damage the file of the record, or a row in it."""
    if random.random() < 0.4:
        return _damage_row(folder, random)
    deed = random.choice(tuple(DEEDS))
    _do(folder / RECORD, deed, random)
    return Damage("record", deed, RECORD)


def _do(file: Path, deed: str, random: Random) -> None:
    data = DEEDS[deed](file.read_bytes(), random)
    file.chmod(0o644)
    if data is None:
        file.unlink()
    else:
        file.write_bytes(data)


def _damage_row(folder: Path, random: Random, lost: Collection[str] = ()) -> Damage:
    """Delete a row of which the mirror has lost no file, or change one of its values, without a trace."""
    with closing(sqlite3.connect(folder / RECORD)) as connection:
        tables = [
            table
            for table in read_schema(connection).values()
            if table.name == table.stored
            and table.unit != "archive"
            and connection.execute(f"SELECT 1 FROM {table.name}").fetchone()  # noqa: S608 (our schema)
        ]
        table = random.choice(tables)
        rows = connection.execute(f"SELECT rowid FROM {table.name}").fetchall()  # noqa: S608
    (row,) = random.choice(rows)
    if not _find_files(folder, table.name, row).isdisjoint(lost):
        return _damage_row(folder, random, lost)
    if random.random() < 0.5:
        alter_unseen(folder, f"DELETE FROM {table.name} WHERE rowid = {row}")  # noqa: S608
        return Damage("row", "deleted", f"{table.name} {row}")
    column = random.choice(table.columns)
    with closing(sqlite3.connect(folder / RECORD)) as connection:
        (value,) = connection.execute(f'SELECT "{column}" FROM {table.name} WHERE rowid = {row}').fetchone()  # noqa: S608
    now = "7" if isinstance(value, int) else "X'00'" if isinstance(value, bytes) else "'damaged'"
    alter_unseen(
        folder,
        "PRAGMA ignore_check_constraints = ON",
        f'UPDATE OR IGNORE {table.name} SET "{column}" = {now} WHERE rowid = {row}',  # noqa: S608
    )
    return Damage("row", f"{column} changed", f"{table.name} {row}")


def draw(folder: Path, seed: int) -> tuple[Damage, ...]:
    """Damage an archive as a seed says: a third of the mirror, one of the record, one of both."""
    random = Random(seed)  # noqa: S311 (damages)
    kind = ("mirror", "record", "both")[seed % 3]
    if kind == "mirror":
        return (damage_mirror(folder, random),)
    if kind == "record":
        return (damage_record(folder, random),)
    before = _list_names(folder)
    in_mirror = damage_mirror(folder, random)
    if not in_mirror.loses_objects:
        return in_mirror, damage_record(folder, random)
    # What both copies have lost cannot be mended: so it is a row whose files the mirror still has.
    return in_mirror, _damage_row(folder, random, before - _list_names(folder))


def _list_names(folder: Path) -> set[str]:
    """Return git's names of the objects of the mirror that can be read."""
    listed = subprocess.run(
        ("git", "--git-dir", folder / MIRROR, "cat-file", "--batch-all-objects", "--batch"),
        capture_output=True, check=False,
    )  # fmt: skip
    return set(re.findall(r"^([0-9a-f]{40}) \w+ \d+$", listed.stdout.decode("latin-1"), re.MULTILINE))


def _find_files(folder: Path, table: str, row: int) -> set[str]:
    """Return git's names of the files of the mirror that a row of the record is in."""
    with closing(sqlite3.connect(folder / RECORD)) as connection:
        offer_functions(connection)
        units = UnitFiles(connection)
        owner = units.tables[table]
        name = unit_expression(units.tables, owner, f'"{table}"')
        (name,) = connection.execute(f'SELECT {name} FROM "{table}" WHERE rowid = {row}').fetchone()  # noqa: S608
        files = units.files(owner.unit, units.rows(owner.unit, str(name)), str(name), 99)
    return {str(name_file(data)) for data in files.values() if data}


# What becomes of it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of damages: nothing where all is as it was."""

    damages: tuple[Damage, ...]
    wrong: tuple[str, ...]
    said: str

    def __str__(self) -> str:
        damages = " and ".join(map(str, self.damages))
        return f"{damages}: {'; '.join(self.wrong) or 'mended'}"


def damage_and_repair(archives: Sequence[Path], seed: int, place: Path) -> Outcome:
    """Damage a copy of an archive as a seed says, have it repaired, and compare it with what it was."""
    folder = place / "snapshots"
    shutil.copytree(archives[seed // 3 % len(archives)], folder)
    before, tip = read_tables(folder), run_git(folder / MIRROR, "rev-parse", "main")
    damages = draw(folder, seed)
    ran = [run_tracker(place, "verify", *options) for options in ((), ("--repair",), ())]
    return Outcome(
        damages, tuple(_find_wrong(folder, ran, before, tip)), "\n".join(each.out + each.err for each in ran)
    )


def _find_wrong(
    folder: Path, ran: Sequence[Ran], before: dict[str, list[tuple[Any, ...]]], tip: str
) -> list[str]:
    wrong = [
        f"{name} ends with {each.code}"
        for name, each in zip(("verify", "repair"), ran, strict=False)
        if each.code > 1
    ]
    wrong += ["a traceback" for each in ran if "Traceback" in each.err]
    if ran[2].code:
        wrong.append(f"verify ends with {ran[2].code} after the repair")
    try:
        after = read_tables(folder)
        # Those of the repair, and the program's own words, which it can make again.
        ours = {"runs", "repairs", "sqlite_sequence", "descriptions"}
        wrong += [
            f"{table} is not as it was" for table in set(before) - ours if after.get(table) != before[table]
        ]
        wrong += [] if set(before["runs"]) <= set(after["runs"]) else ["runs are not as they were"]
        run_git(folder / MIRROR, "merge-base", "--is-ancestor", tip, "main")
        run_git(folder / MIRROR, "fsck", "--full", "--strict")
    except (AssertionError, sqlite3.Error, OSError) as error:
        wrong.append(" ".join(str(error).split())[:200])
    return wrong


def main(folder: str, first: str, last: str) -> None:
    """Print what was not mended of the damages of some seeds, and how many were."""
    archives = make_archives(Path(folder))
    mended = 0
    for seed in range(int(first), int(last)):
        with TemporaryDirectory(dir=folder) as name:
            found = damage_and_repair(archives, seed, Path(name))
        mended += not found.wrong
        if found.wrong:
            print(f"{seed}: {found}\n{found.said}", flush=True)
    print(f"{mended} of {int(last) - int(first)} mended")


if __name__ == "__main__":
    main(*sys.argv[1:4])
