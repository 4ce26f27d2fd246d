"""Every column of every table in turn changed as somebody would who has the file and ``sqlite3``.

The tables and columns are those of the schema, so that new ones come in by themselves.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.archives import query
from tests.mirrors import FIRST, say
from tests.nights import make_archive, run_night, source
from tracker.archive.mirror.explained import EDITABLE
from tracker.archive.schema.migrations import NOTES
from tracker.archive.schema.packing import offer_functions
from tracker.archive.schema.schema_map import read_tables
from tracker.archive.storing.store import open_store
from tracker.errors import TrackerError
from tracker.keep.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site
    from tracker.model.verifying import Finding

NOW = "2026-11-25T12:00:00Z"

# What no short chain of commands writes. Rows that are mirrored are honest, whoever made them before.
_FILLED = {
    "amendments": "1, NULL, 'title', '', title, {run} FROM statements WHERE id = 1",
    "decisions": (
        "'{now}', 'Ana', 'topic', 'corruption', NULL, 1, 'level', 'relabel', 'mentioned', 'declared', {run},"
        " NULL, '[]', '[]'"
    ),
    "candidates": "'a', 'http://127.0.0.1/x', 'Speech', NULL, '{now}', 0, {run}",
    "reviews": (
        "min(id), source, sha256, NULL, NULL, NULL, NULL, NULL, NULL FROM outcomes WHERE sha256 IS NOT NULL"
    ),
    "expectations": "'XAA', 'UNGA', '90', NULL, 'expected', 'Ana', '{now}', NULL, NULL, {run}",
    "withdrawals": ("'withdraw', 'XAA/UNGA/79', '{now}', 'a court', 'names a witness', NULL, '{now}', {run}"),
    "withdrawn": (
        "1, snapshots.id, document, versions.sha256, words FROM snapshots"
        " JOIN versions ON versions.snapshot = snapshots.id WHERE snapshots.id = 2"
    ),
    "confirmations": "1, 'text utf-8 by another', {run}",
    "repairs": "{run}, 'a row', 1, 'put back'",
    "breaks": "{run}, hex(zeroblob(20)), hex(zeroblob(20)), 1",
    "edits": "{run}, 'runs', '1', 'command', hex(zeroblob(32)), hex(zeroblob(32)), NULL, NULL",
}


@dataclass(frozen=True, slots=True)
class Attack:
    """A column of a row that is changed; ``is_unseen`` where the triggers are away meanwhile."""

    table: str
    """As verify names it."""
    stored: str
    column: str
    key: str
    is_unseen: bool

    @property
    def named(self) -> str:
        """The row, as verify names it, whole or by its unit."""
        return f"{self.table} {self.key[:12]}"

    def is_named_by_other_words(self, said: str) -> bool:
        """Tell whether the faults name it by what its row is, or refuse an archive of such a schema."""
        unit = f"{self.table.removesuffix('s').replace('_', ' ')} {self.key[:12]}"
        is_of_text = self.table == "segments" and "segment" in said
        is_refused = self.table == NOTES and bool(said)
        return unit in said or f"{self.table}/{self.key}" in said or is_of_text or is_refused

    def __str__(self) -> str:
        return f"{self.table}.{self.column}{'-unseen' if self.is_unseen else ''}"


def make_everything(folder: Path, site: Site) -> None:
    """Make an archive that has a row in each table, and a mirror."""
    site.say("/a", "We build dykes.", 79)
    make_archive(folder, source("a", "XAA/UNGA/78~prepared.en", site.url("/a")), site.port)
    say(
        folder, "XAA/UNGA/77~prepared.en", FIRST, title="Dykes", speaker="Ana Reyes", url="http://x.example/1"
    )
    say(folder, "XAA/UNGA/79~prepared.en", f"{FIRST} Yes.")
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        run_night(folder, day)
    ((run,),) = query(folder, "SELECT max(id) FROM runs")
    with closing(sqlite3.connect(folder / "tracker.db")) as connection, connection:
        for table, values in _FILLED.items():
            filled = values.format(run=run, now="2026-03-03T03:00:00Z")
            connection.execute(f"INSERT INTO {table} SELECT NULL, {filled}")
    with open_store(folder) as store:
        store.update_mirror()


def list_attacks(folder: Path) -> list[Attack]:
    """Return an attack for each column of each table whose rows are only added, seen and unseen."""
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        offer_functions(connection)
        tables = read_tables(connection)
        attacks = []
        for table in tables.values():
            if table.name in EDITABLE:
                continue
            columns = [
                name
                for (name,) in connection.execute(
                    "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", [table.stored]
                )
            ]
            key = table.key if table.key in columns else columns[0]
            row = connection.execute(f'SELECT "{key}" FROM "{table.stored}" LIMIT 1').fetchone()  # noqa: S608
            if row is None:
                assert table.name == "omissions", f"{table.name} has no row to attack"
                continue
            attacks += [
                Attack(table.name, table.stored, column, str(row[0]), is_unseen)
                for column in columns
                for is_unseen in (False, True)
            ]
    return attacks


def attack(folder: Path, what: Attack) -> None:
    """Change a column, against no check, key or trigger."""
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        away = [(name, sql) for name, sql in triggers if what.is_unseen or not name.startswith("unmirrored_")]
        for name, _ in away:
            connection.execute(f'DROP TRIGGER "{name}"')
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({what.stored})")]
        key = "id" if "id" in columns else columns[0]
        query = f'SELECT "{what.column}" FROM "{what.stored}" WHERE "{key}" = ?'  # noqa: S608 (our schema)
        (value,) = connection.execute(query, [what.key]).fetchone()
        changed = _change(value, is_key=what.column == key)
        update = f'UPDATE "{what.stored}" SET "{what.column}" = ? WHERE "{key}" = ?'  # noqa: S608 (our schema)
        try:
            connection.execute(update, [changed, what.key])
        except sqlite3.IntegrityError:
            # Another row has that value; no key and no order among others has this one.
            connection.execute(update, [_change(value, is_key=True), what.key])
        for _, sql in away:
            connection.execute(sql)


def _change(value: object, *, is_key: bool) -> object:
    match value:
        case None:
            return "x"
        case int():
            return value + 1000 if is_key or value > 1 else 1 - value
        case float():
            return value + 1
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
    text = str(value)
    if text[:4].isdecimal() and text[4:5] == "-":
        return f"{int(text[:4]) - 1}{text[4:]}"
    return f"{'a' if text[:1] != 'a' else 'b'}{text[1:]}"


def pass_night(folder: Path, number: int) -> None:
    """Let a night pass: a new statement, a new snapshot of an old one, an edit that people may make."""
    with closing(sqlite3.connect(folder / "tracker.db")) as connection, connection:
        connection.execute("INSERT INTO groups VALUES (?, 'Some')", [f"G{number}00"])
    for reference in (f"XAA/HRC/{number + 50}~prepared.en", "XAA/UNGA/79~prepared.en"):
        with suppress(TrackerError):
            say(folder, reference, f"{FIRST} {number} {reference}")


def find_faults(folder: Path) -> tuple[Finding, ...]:
    """Return the faults that verifying finds."""
    return verify(folder, NOW, lambda _done, _total: None).faults


def tell_faults(folder: Path) -> str:
    """Return the faults that verifying finds, a line each; a refusal to open the archive is one."""
    try:
        return "\n".join(f"{each.what}: {each.meaning}" for each in find_faults(folder))
    except TrackerError as error:
        return str(error)
