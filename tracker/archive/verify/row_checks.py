"""What must hold between rows: numbers without a gap, nothing that hangs in the air, digests that agree.

Each law is a query of the rows that break it; one whose tables are not there yet is passed over.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from tracker.archive.mirror.proofs import has_omissions
from tracker.archive.schema.connection import FILE_NAME
from tracker.archive.verify.notes import REPAIR, fault
from tracker.model.verifying import Finding

if TYPE_CHECKING:
    import sqlite3

    from tracker.archive.verify.notes import Notes
    from tracker.model.verifying import Check


class Law(NamedTuple):
    """What a query must not find, and what it means if it does."""

    check: Check
    tables: tuple[str, ...]
    query: str
    what: str
    """Of the columns of a row that was found."""
    meaning: str


_NAME = (
    "country || '/' || body || '/' || session || ifnull('/' || item, '') || '~'"
    " || ifnull(kind || '.', '') || language"
)
_EDITIONS = (
    "FROM snapshots JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement"
)

LAWS = (
    Law(
        "rows", ("runs",),
        "SELECT id + 1 FROM runs AS run WHERE id < (SELECT max(id) FROM runs)"
        " AND NOT EXISTS (SELECT 1 FROM runs WHERE id = run.id + 1)",
        "run {0}", "it is not there, though a later one is: its row was deleted",
    ),
    Law(
        "rows", ("statements", "editions", "snapshots"),
        f"SELECT {_NAME}, count(*), max(ordinal) {_EDITIONS} GROUP BY edition"
        " HAVING max(ordinal) <> count(*)",
        "{0}", "of its {2} snapshots {1} are there: the rest were deleted",
    ),
    Law(
        "rows", ("statements", "editions", "snapshots"),
        f"SELECT {_NAME} FROM editions JOIN statements ON statements.id = statement"  # noqa: S608 (as above)
        " WHERE editions.id NOT IN (SELECT edition FROM snapshots)",
        "{0}", "the edition has no snapshot: what it had was deleted",
    ),
    Law(
        "rows", ("statements", "editions"),
        "SELECT country || '/' || body || '/' || session || ifnull('/' || item, '') FROM statements"
        " WHERE id NOT IN (SELECT statement FROM editions)",
        "{0}", "the statement has no edition: what it had was deleted",
    ),
    Law(
        "rows", ("statements", "editions", "snapshots", "versions"),
        f"SELECT {_NAME} || '@' || ordinal {_EDITIONS}"  # noqa: S608 (as above)
        " WHERE snapshots.id NOT IN (SELECT snapshot FROM versions)"
        " AND document NOT IN (SELECT document FROM standing_withdrawals WHERE act = 'destroy')",
        "{0}", "the snapshot has no version: what was read in it was deleted",
    ),
    Law(
        "rows", ("documents", "snapshots", "reviews"),
        "SELECT sha256 FROM documents WHERE sha256 NOT IN (SELECT document FROM snapshots)"
        " AND sha256 NOT IN (SELECT document FROM reviews)",
        "document {0:.12}", "no snapshot and no review has it: the one that did was deleted",
    ),
    Law(
        "ledger", ("outcomes", "snapshots"),
        "SELECT outcomes.id, outcomes.run, outcomes.source FROM outcomes"
        " JOIN snapshots ON snapshots.id = snapshot"
        " WHERE outcome IN ('new', 'changed') AND sha256 <> document",
        "check {0} of {2} in run {1}", "it says that it received other bytes than its snapshot has",
    ),
    Law(
        "ledger", ("outcomes", "documents"),
        "SELECT outcomes.id, run, source FROM outcomes JOIN documents USING (sha256)"
        " WHERE outcomes.size <> documents.size",
        "check {0} of {2} in run {1}", "it received bytes of this digest, and of another size",
    ),
    Law(
        # Of what was imported the source is the record of a web archive, whose name has colons of its own.
        "ledger", ("runs", "outcomes"),
        "SELECT id, run, source FROM outcomes WHERE instr(source, ':')"
        " AND run NOT IN (SELECT id FROM runs WHERE kind = 'import')"
        " AND substr(source, instr(source, ':') + 1) <> substr(digest(address), 1, 12)",
        "check {0} of {2} in run {1}", "its source is named by another address than the one it asked for",
    ),
    Law(
        "ledger", ("outcomes", "exchanges"),
        "SELECT outcome, count(*), max(ordinal) FROM exchanges GROUP BY outcome"
        " HAVING max(ordinal) <> count(*)",
        "check {0}", "of its {2} requests {1} are there: the rest were deleted",
    ),
    Law(
        "ledger", ("reviews", "snapshots"),
        "SELECT reviews.id FROM reviews JOIN snapshots ON snapshots.id = snapshot"
        " WHERE reviews.document <> snapshots.document",
        "review {0}", "it accepted another document than its snapshot has",
    ),
)  # fmt: skip

_LEDGER = ("outcomes", "exchanges", "candidates", "reviews", "expectations")
_UNKEPT = """
SELECT count(*) FROM outcomes WHERE sha256 IS NOT NULL AND sha256 NOT IN (SELECT sha256 FROM documents)
"""


def check_orders(connection: sqlite3.Connection, notes: Notes) -> None:
    """Check what must hold between rows."""
    connection.create_function("digest", 1, lambda text: sha256(str(text).encode()).hexdigest())
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in _LEDGER:
        if table in there:
            notes.look("ledger", connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
    is_partial = has_omissions(connection)
    for law in LAWS:
        if there.issuperset(law.tables):
            for row in connection.execute(law.query).fetchall():
                where = f"{FILE_NAME}, table {law.tables[-1]}"
                what, meaning = law.what.format(*row), law.meaning.format(*row)
                if law.check == "rows" and is_partial:
                    meaning = "not all that belongs to it is there: the public mirror lacked what is closed"
                    notes.find(Finding("unverifiable", law.check, what, where, meaning))
                else:
                    notes.find(fault(law.check, what, where, meaning, REPAIR))
    if "outcomes" in there and (number := connection.execute(_UNKEPT).fetchone()[0]):
        meaning = (
            "of the bytes that these checks received only the digest was kept: they were an index, or had the"
            " text of a document that is there"
        )
        where = f"{FILE_NAME}, table outcomes"
        notes.find(Finding("unverifiable", "ledger", "checks", where, meaning, number=number))
