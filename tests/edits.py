"""Every column of every table in turn changed as somebody would who has the file and ``sqlite3``.

The tables and columns are those of the schema, so that new ones come in by themselves.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.archives import OBSERVED, declare, digest, query, record, version_of
from tests.mirrors import ENDED, FIRST, say
from tests.nights import make_archive, run_night, source
from tracker.archive import open_store
from tracker.errors import TrackerError
from tracker.keep.verify import read_again, recompute_kept
from tracker.model.record import Part
from tracker.model.texts import Place
from tracker.preservation.following import update_mirror
from tracker.preservation.mirror.explained import EDITABLE
from tracker.preservation.verify.findings import Hooks
from tracker.preservation.verify.verify import verify_archive
from tracker.record.schema.migrations import NOTES
from tracker.record.schema.packing import offer_functions
from tracker.record.schema.units import read_tables
from tracker.record.statements.queries import SNAPSHOT_NAME, WITH_STATEMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.nights import Site
    from tracker.model.verifying import Finding
    from tracker.record.schema.units import Table

NOW = "2026-11-25T12:00:00Z"

# What no short chain of commands writes. Rows that are mirrored are honest, whoever made them before.
_FILLED = {
    "amendments": "1, NULL, 'title', '', title, {run} FROM statements WHERE id = 1",
    "decisions": (
        "'{now}', 'Ana', 'topic', 'corruption', NULL, 1, 'level', 'relabel', 'mentioned', 'declared', {run},"
        " NULL, '[]', '[]'"
    ),
    "coders": "'stub', 'model', hex(zeroblob(32)), '[]', 'llm', {run}",
    "requests": "1, 1, 1, hex(zeroblob(32)), '{now}', 1.0, 1, 9, 9, 0, {run}, 'a reply'",
    "answers": "1, 'corruption', 'old', 'mentioned', 'absent', '[]'",
    "measurements": "1, 'GBR', 'absent', 'absent', 'absent', 1.0, {run}",
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


_SNAPSHOT = f"SELECT {SNAPSHOT_NAME} FROM snapshots {WITH_STATEMENTS} WHERE snapshots.id = "  # noqa: S608 (our names)
_UNITS: Mapping[str, str] = {
    "documents": "SELECT 'document ' || substr(?1, 1, 12)",
    "watch_lists": "SELECT 'watch list ' || substr(?1, 1, 12)",
    "versions": f"{_SNAPSHOT} (SELECT snapshot FROM versions WHERE id = ?1)",  # noqa: S608 (our names)
    "segments": (
        f"{_SNAPSHOT} (SELECT snapshot FROM versions JOIN segments ON version = versions.id"  # noqa: S608 (our names)
        " WHERE segments.id = ?1)"
    ),
}
"""How people call what a row is the content of, by its table."""

# What has a digest is told by it: the row as a whole is then not compared with the mirror's.
_IN_OTHER_WORDS: Mapping[tuple[str, str], str] = {
    ("documents", "bytes"): "it has other bytes: their sha256 is ",
    # Bytes are inflated to the size that is said, and are others where that is wrong.
    ("documents", "size"): "it has other bytes: their sha256 is ",
    ("watch_lists", "text"): "it has another text than its sha256 says",
    ("versions", "text"): "it has another text: its sha256 is ",
    ("versions", "sha256"): "it has another text: its sha256 is ",
    ("versions", "spans"): "it has a span map that ",
    ("versions", "raw"): "it is not what the extractor's output has",
    # The row is the first of its text; where its end is wrong, the next one does not follow.
    ("segments", "version"): "it lacks its segment 0",
    ("segments", "ordinal"): "it lacks its segment 0",
    ("segments", "paragraph"): "it has segment 0 out of order",
    ("segments", "start"): "it has text that no segment covers, before segment 0",
    ("segments", "end"): "it has segment 1 out of order",
}

_FIRST_UNNOTED = f"tracker.db was altered: its table {NOTES} does not have 0001_archive,"
_REFUSED: Mapping[str, str] = {"name": _FIRST_UNNOTED, "migration_set": _FIRST_UNNOTED}
"""Columns of the notes on the schema: no command opens a record in which one was changed."""


# Whoever declares a kind or language again makes of a guess what it was before an edit called it one.
_PUT_BACK = frozenset({"editions.kind_inferred", "editions.language_inferred"})


@dataclass(frozen=True, slots=True)
class Attack:
    """A column of a row that is changed; ``is_unseen`` where the triggers are away meanwhile."""

    table: str
    """As verify names it."""
    stored: str
    column: str
    found_by: str
    """The column by which the row is found, and what it holds."""
    key: str
    is_unseen: bool
    unit: str
    """How people call what the row is the content of; empty where it has no other name."""

    @property
    def is_key(self) -> bool:
        """Whether the row is found by the column that is changed."""
        return self.column == self.found_by

    def is_named(self, said: str) -> bool:
        """Tell whether one of the faults names the row with this column, or with what the column proves.

        A row whose key was changed is named as one that is gone. No other row, and no other column, will do.
        """
        row = rf"(?<![\w/.]){re.escape(self.table)}[ /]{re.escape(self.key[:12])}\w*"
        if self.is_key:
            gone = (
                rf"rows that are missing: [^;\n]*{row}(?![\w.])",
                rf"^{row}: it is not there",
                rf"{row} \(is gone\)",
            )
            return any(re.search(pattern, said, re.MULTILINE) for pattern in gone)
        if re.search(rf"{row} \((?:\w+, )*{re.escape(self.column)}(?:, \w+)*\)", said):
            return True
        if self.is_refused:
            return _REFUSED[self.column] in said
        words = _IN_OTHER_WORDS.get((self.table, self.column))
        told = rf"^(?:.*/)?{re.escape(self.unit)}: {re.escape(words or '')}"
        return words is not None and bool(re.search(told, said, re.MULTILINE))

    @property
    def is_refused(self) -> bool:
        """Whether no command opens a record in which this was changed."""
        return self.table == NOTES and self.column in _REFUSED

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
    with open_store(folder) as store:
        text = f"{FIRST}\n\n{FIRST} No."
        part = Part(digest(text), Place(1, 0, len(FIRST), 1, 1, 0.0, 9.0, "turn-1"))
        said, version = declare("XAA/UNGA/76~verbatim.en"), version_of(FIRST)
        store.record(said, text.encode(), version, OBSERVED, raw=FIRST, source="meeting.txt", part=part)
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        run_night(folder, day)
    ((run,),) = query(folder, "SELECT max(id) FROM runs")
    with closing(sqlite3.connect(folder / "tracker.db")) as connection, connection:
        for table, values in _FILLED.items():
            filled = values.format(run=run, now="2026-03-03T03:00:00Z")
            connection.execute(f"INSERT INTO {table} SELECT NULL, {filled}")
    with open_store(folder) as store:
        update_mirror(store.writing)


FREE = (
    *("bodies.name", "groups.name"),
    *("sessions.kind", "sessions.sort", "sessions.year", "sessions.starts", "sessions.ends", "sessions.id"),
)
"""What people may edit: all columns of their tables by which no other row names one."""


def list_attacks(folder: Path, *, of_editable: bool = False) -> list[Attack]:
    """Return an attack for each column of each table whose rows are only added, seen and unseen.

    Or of the other tables, which people may edit.
    """
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        offer_functions(connection)
        tables = read_tables(connection)
        attacks = []
        for table in tables.values():
            if (table.name in EDITABLE) is not of_editable:
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
            unit = _name_unit(connection, table, str(row[0]))
            attacks += [
                Attack(table.name, table.stored, column, key, str(row[0]), is_unseen, unit)
                for column in columns
                for is_unseen in (False, True)
            ]
    return attacks


def _name_unit(connection: sqlite3.Connection, table: Table, key: str) -> str:
    asked = _UNITS.get(table.name)
    return str(connection.execute(asked, [key][: asked.count("?")]).fetchone()[0]) if asked else ""


def attack(folder: Path, what: Attack) -> None:
    """Change a column, against no check, key or trigger."""
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        away = [(name, sql) for name, sql in triggers if what.is_unseen or not name.startswith("unmirrored_")]
        for name, _ in away:
            connection.execute(f'DROP TRIGGER "{name}"')
        value = _read_value(connection, what)
        update = f'UPDATE "{what.stored}" SET "{what.column}" = ? WHERE "{what.found_by}" = ?'  # noqa: S608 (our schema)
        try:
            connection.execute(update, [_change(value, is_key=what.is_key), what.key])
        except sqlite3.IntegrityError:
            # Another row has that value; no key and no order among others has this one.
            connection.execute(update, [_change(value, is_key=True), what.key])
        for _, sql in away:
            connection.execute(sql)


def is_put_back(folder: Path, what: Attack, before: Path) -> bool:
    """Tell whether an honest declaration has put a column back, as it is in the archive before the attack."""
    if str(what).removesuffix("-unseen") not in _PUT_BACK:
        return False
    with (
        closing(sqlite3.connect(folder / "tracker.db")) as connection,
        closing(sqlite3.connect(before / "tracker.db")) as untouched,
    ):
        return _read_value(connection, what) == _read_value(untouched, what)


def _read_value(connection: sqlite3.Connection, what: Attack) -> object:
    query = f'SELECT "{what.column}" FROM "{what.stored}" WHERE "{what.found_by}" = ?'  # noqa: S608 (our schema)
    return connection.execute(query, [what.key]).fetchone()[0]


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


def pass_night(folder: Path, number: int) -> bool:
    """Let a night pass, and tell whether it did: a record that was altered may be refused.

    There are a new statement, new snapshots of old ones, and an edit that people may make.
    """
    with closing(sqlite3.connect(folder / "tracker.db")) as connection, connection:
        connection.execute("INSERT INTO groups VALUES (?, 'Some')", [f"G{number}00"])
    references = (f"XAA/HRC/{number + 50}", "XAA/UNGA/77", "XAA/UNGA/79")
    before = query(folder, "SELECT count(*) FROM snapshots")
    with suppress(TrackerError), open_store(folder, "add", lambda: ENDED) as store:
        for reference in references:
            with suppress(TrackerError):
                record(store, declare(f"{reference}~prepared.en"), f"{FIRST} {number} {reference}")
    return query(folder, "SELECT count(*) FROM snapshots") > before


def find_faults(folder: Path) -> tuple[Finding, ...]:
    """Return the faults that verifying finds; the encoder's model, which is the machine's, is not read."""
    hooks = Hooks(read_again, partial(recompute_kept, folder), NOW, lambda _done, _total: None, "")
    return verify_archive(folder, hooks)[0].faults


def tell_faults(folder: Path) -> str:
    """Return the faults that verifying finds, a line each; a refusal to open the archive is one."""
    try:
        return "\n".join(f"{each.what}: {each.meaning}" for each in find_faults(folder))
    except TrackerError as error:
        return str(error)
