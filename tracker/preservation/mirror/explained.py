"""Which changes of mirrored rows an act on record explains; all others are edits by another program.

Rows about what happened are only added. What does change has an act on record: a statement is amended, a
person decides on a document that waits, a run ends, an order destroys, a session is renamed. Each is a rule
here, which looks for its act in runs that are not mirrored yet: one that was slipped into an older run
explains nothing. Bodies, sessions and groups are for people to edit.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.model.facts import OF_SNAPSHOT, OF_STATEMENT
from tracker.preservation.destroying import Destroyed, read_destroyed, scrub
from tracker.preservation.mirror.edits import ACCEPT, choose_key, list_edits, read_accepted, read_row
from tracker.preservation.mirror.redaction import NOT_PUBLIC
from tracker.record.schema.migrations import MIGRATIONS, NOTES
from tracker.record.schema.rows import fetch_column, fetch_value
from tracker.record.statements.editions import GUESSED
from tracker.record.statements.queries import STATEMENT_NAME, WITH_STATEMENTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.preservation.mirror.edits import Edit, RowDifference
    from tracker.preservation.mirror.unit_files import Row
    from tracker.record.schema.units import Table

    Rule = Callable[["Acts", Row, Row], Iterable[str]]

EDITABLE = frozenset({"bodies", "sessions", "groups"})
"""Tables that people may edit and delete from."""

_PROVED: Mapping[str, frozenset[str]] = {
    "documents": frozenset({"sha256", "bytes", "size"}),
    "watch_lists": frozenset({"sha256", "text"}),
    "versions": frozenset({"sha256", "text"}),
    "runs": frozenset({"id", "started", "release"}),
}
"""Columns that a digest or the commits of the mirror prove: another value is never right."""

_ADDED_ANY_TIME = frozenset({*EDITABLE, NOTES, "omissions", "documents", "watch_lists", "breaks"})
"""Tables whose new rows belong to no run, or to one that is over."""

_AMENDED = """
SELECT field, later FROM amendments WHERE statement = ?1 AND field IN (?2, ?3) AND (
    ?4 IS NULL OR snapshot IN (SELECT id FROM snapshots WHERE edition = ?4)
) AND run > ?5 ORDER BY id DESC LIMIT 1
"""
_AMENDED_HERE = """
SELECT later FROM amendments WHERE snapshot = ? AND field = ? AND run > ? ORDER BY id DESC LIMIT 1
"""
_OF: Mapping[str, tuple[str, str]] = {
    "statements": ("id", f"SELECT min(run) FROM snapshots {WITH_STATEMENTS} WHERE statements.id = ?"),  # noqa: S608
    "editions": ("id", "SELECT min(run) FROM snapshots WHERE edition = ?"),
    "segments": ("version", "SELECT run FROM versions WHERE id = ?"),
    "exchanges": ("outcome", "SELECT run FROM outcomes WHERE id = ?"),
    "reviews": ("outcome", "SELECT run FROM outcomes WHERE id = ?"),
    "withdrawn": ("withdrawal", "SELECT run FROM withdrawals WHERE id = ?"),
}
"""By which column a row without a run of its own belongs to one, and how that is found."""

_PARTS = ("segments", "confirmations")
"""What belongs to a version."""

_SESSION = "SELECT body, label FROM sessions WHERE id = ?"
_DECIDED = """
SELECT 1 FROM runs WHERE id = ?1 AND kind = 'review' AND started <= ?2 AND ifnull(ended, ?2) >= ?2
"""
_DESTROYED = """
SELECT 1 FROM withdrawn JOIN withdrawals ON withdrawals.id = withdrawal
WHERE act = 'destroy' AND run > ? AND (snapshot = ? OR document = ?)
"""
_JUDGED = f"""
SELECT verdict, {STATEMENT_NAME} FROM reviews JOIN outcomes ON outcomes.id = reviews.outcome
LEFT JOIN snapshots ON snapshots.id = reviews.snapshot LEFT {WITH_STATEMENTS.replace("JOIN statements", "LEFT JOIN statements")}
WHERE outcomes.address = ? AND verdict IS NOT NULL AND reviews.run > ?
"""  # noqa: E501, S608 (our names)
_ACCEPTED_BREAK = "SELECT 1 FROM repairs WHERE instr(what, ?) AND how GLOB 'lost; *' AND run > ?"


def is_proved(table: str, column: str | None) -> bool:
    """Tell whether a digest or a commit proves a column, or for None the row: it is never accepted."""
    columns = _PROVED.get(table, frozenset())
    return bool(columns) if column is None else column in columns


def describe_ways(changed: Sequence[RowDifference], restore: str) -> str:
    """Return how to restore what another program changed, and how to accept it where nothing proves it."""
    if any(is_proved(each.table, column) for each in changed for column in each.columns or (None,)):
        return restore
    return f"{restore}; to accept it instead: {ACCEPT.format(changed[0].name)}"


class Acts:
    """The acts on record of an open record, and what they explain."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        tables: Mapping[str, Table],
        last: int,
        sessions: Callable[[], Sequence[Row]],
        *,
        accepts_all: bool = False,
    ) -> None:
        """Prepare; ``last`` is the last run that is mirrored, ``sessions`` reads the mirrored sessions.

        What a person has accepted counts in a run that is not mirrored yet, or in any with ``accepts_all``:
        what is added to a run that is mirrored is an edit itself.
        """
        self.connection = connection
        self.last = last
        self.sessions = sessions
        self._tables = tables
        self._since = 0 if accepts_all else last
        self._latest = int(fetch_value(connection, "SELECT ifnull(max(id), 0) FROM runs"))

    @cached_property
    def _missing(self) -> set[str]:
        """Tables that lack rows which others name; it takes as long as the record is large."""
        return {wanted for _, _, wanted, _ in self.connection.execute("PRAGMA foreign_key_check")}

    @cached_property
    def _accepted(self) -> frozenset[Edit]:
        return read_accepted(self.connection, self._since)

    @cached_property
    def destroyed(self) -> Destroyed:
        """What was destroyed by order."""
        return read_destroyed(self.connection)

    def find_edits(self, found: Iterable[RowDifference]) -> Iterator[RowDifference]:
        """Yield the differences that no act explains, each with the columns of which that is true.

        They are those of one file, at least: the parts of a version are destroyed with it alone.
        """
        found = list(found)
        lost = {
            each.row["id"]
            for each in found
            if each.table == "versions" and each.columns is None and not self._may_be_gone(each)
        }
        for each in found:
            if NOT_PUBLIC in each.row:
                continue
            if each.is_added:
                if not (self._may_be_added(each) or self._is_accepted(each)):
                    yield each
            elif each.columns is None:
                is_part = each.table in _PARTS and each.row["version"] in lost
                if is_part or not (self._may_be_gone(each) or self._is_accepted(each)):
                    yield each
            else:
                known = self._explain(each)
                left = tuple(name for name in each.columns if name not in known)
                left = tuple(name for name in left if not self._is_accepted(replace(each, columns=(name,))))
                if left:
                    yield replace(each, columns=left)

    def _is_accepted(self, each: RowDifference) -> bool:
        return bool(self._accepted) and self._accepted.issuperset(
            list_edits(self.connection, self._tables, each)
        )

    def _may_be_gone(self, each: RowDifference) -> bool:
        row = each.row
        match each.table:
            case "versions" | "parts":
                return row["snapshot"] in self.destroyed.snapshots and self.was_destroyed(
                    snapshot=row["snapshot"]
                )
            case "segments" | "confirmations":
                return not fetch_value(
                    self.connection, "SELECT 1 FROM versions WHERE id = ?", [row["version"]]
                )
        if each.table == NOTES:
            return _is_converted(row)
        return each.table in EDITABLE and each.table not in self._missing

    def _may_be_added(self, each: RowDifference) -> bool:
        """Tell whether a row may come to what is mirrored: those of runs come with their run."""
        row = each.row
        if each.table in _ADDED_ANY_TIME or each.table not in self._tables:
            return True
        if each.table == "runs":
            return self._is_new(row["id"])
        if each.table in _OF:
            column, query = _OF[each.table]
            return self._is_new(fetch_value(self.connection, query, [row[column]]))
        is_noted = each.table == "edits" and row["person"] is None
        return is_noted or "run" not in row or (self._is_new(row["run"]) and not self._has_later(each))

    def _is_new(self, run: object) -> bool:
        return isinstance(run, int) and self.last < run <= self._latest

    def _has_later(self, each: RowDifference) -> bool:
        """Tell whether a row of a mirrored run came later: numbers grow, so this is none of a new run."""
        query = f'SELECT 1 FROM "{self._tables[each.table].stored}" WHERE id > ? AND run <= ? LIMIT 1'  # noqa: S608
        return "id" in each.row and bool(fetch_value(self.connection, query, [each.row["id"], self.last]))

    def _explain(self, each: RowDifference) -> frozenset[str]:
        """Return the columns of a row whose change an act explains."""
        if each.table in EDITABLE:
            return frozenset(each.columns or ())
        table = self._tables[each.table]
        key = choose_key(table, each.row)
        later = read_row(self.connection, table, key, each.row[key])
        if later is None:
            return frozenset()
        # Removing is mirrored with its act: where that is already, nothing is removed any more.
        is_new = self.last < self.destroyed.last
        clean = scrub(each.table, each.row, self.destroyed) if is_new else {}
        known = {name for name in each.columns or () if name in clean and clean[name] == later[name]}
        rule = _RULES.get(each.table)
        return frozenset(known.union(rule(self, each.row, later) if rule else ()))

    def amended(self, statement: object, names: Sequence[str], edition: object = None) -> tuple[str, str]:
        """Return which of two fields was amended last, and what it came to; empty where neither was."""
        found = self.connection.execute(_AMENDED, [statement, *names, edition, self.last]).fetchone()
        return found or ("", "")

    def was_destroyed(self, *, snapshot: object = None, document: object = None) -> bool:
        """Tell whether an act that is not mirrored yet destroyed a snapshot, or a document."""
        return bool(fetch_value(self.connection, _DESTROYED, [self.last, snapshot, document]))


def _is_converted(note: Row) -> bool:
    """Tell whether a change of the schema is none of today's: a record was converted to what is one now."""
    return note.get("name") not in dict(MIGRATIONS)


def _note(_acts: Acts, earlier: Row, _later: Row) -> Iterable[str]:
    return ("name", "applied_at") if _is_converted(earlier) else ()


def _run(_acts: Acts, earlier: Row, _later: Row) -> Iterable[str]:
    return ("status", "ended") if earlier.get("status") == "running" else ()


def _document(acts: Acts, earlier: Row, later: Row) -> Iterator[str]:
    """Explain bytes that were destroyed by order, or came where a public copy had only their digest."""
    data, name = later["bytes"], later["sha256"]
    if (data is None and name in acts.destroyed.documents and acts.was_destroyed(document=name)) or (
        earlier.get("bytes") is None and isinstance(data, bytes) and sha256(data).hexdigest() == name
    ):
        yield "bytes"


def _statement(acts: Acts, earlier: Row, later: Row) -> Iterator[str]:
    for field in OF_STATEMENT:
        said, value = acts.amended(later["id"], (field, f"{GUESSED}{field}"))
        if said and value == later[field]:
            yield field
            if field == "title" and later["title_inferred"] == (said != field):
                yield "title_inferred"
    was, now = (earlier["body"], earlier["session"]), (later["body"], later["session"])
    for session in acts.sessions() if was != now else ():
        named = acts.connection.execute(_SESSION, [session["id"]]).fetchone()
        if was == (session["body"], session["label"]) and now == named:
            yield from ("body", "session")


def _edition(acts: Acts, earlier: Row, later: Row) -> Iterator[str]:
    """Explain that a guess was replaced; what was declared is that of this edition for ever."""
    for field in ("kind", "language"):
        if not earlier.get(f"{field}_inferred"):
            continue
        said, value = acts.amended(later["statement"], (field, f"{GUESSED}{field}"), later["id"])
        if said and value == later[field]:
            yield field
            if later[f"{field}_inferred"] == (said != field):
                yield f"{field}_inferred"


def _snapshot(acts: Acts, _earlier: Row, later: Row) -> Iterator[str]:
    for field in OF_SNAPSHOT:
        said = fetch_value(acts.connection, _AMENDED_HERE, [later["id"], field, acts.last])
        if said is not None and said == later[field]:
            yield field


def _candidate(acts: Acts, earlier: Row, later: Row) -> Iterator[str]:
    """Explain a link by what a person decided on the document behind it."""
    judged = acts.connection.execute(_JUDGED, [later["address"], acts.last]).fetchall()
    is_rejected = any(verdict == "reject" for verdict, _ in judged)
    if is_rejected and later["refused"] == 1 and not earlier["refused"]:
        yield "refused"
    named = str(later["reference"])
    if any(verdict == "accept" and named.partition("~")[0] == name for verdict, name in judged):
        yield "reference"


def _review(acts: Acts, earlier: Row, later: Row) -> Iterable[str]:
    """Explain what a person decided, or decided again, in a run of that kind."""
    run, before = later["run"], earlier.get("run")
    if not isinstance(run, int) or run <= acts.last or run == before:
        return ()
    is_decided = fetch_value(acts.connection, _DECIDED, [run, later["decided"]])
    return ("verdict", "person", "decided", "reason", "snapshot", "run") if is_decided else ()


def _withdrawal(_acts: Acts, earlier: Row, _later: Row) -> Iterable[str]:
    """Explain that an act is complete, which it becomes once."""
    return ("completed",) if earlier.get("completed") is None else ()


def _break(acts: Acts, _earlier: Row, later: Row) -> Iterable[str]:
    is_accepted = fetch_column(acts.connection, _ACCEPTED_BREAK, [str(later["lost"])[:12], acts.last])
    return ("accepted",) if is_accepted and later["accepted"] else ()


_RULES: Mapping[str, Rule] = {
    "runs": _run,
    "documents": _document,
    "statements": _statement,
    "editions": _edition,
    "snapshots": _snapshot,
    "candidates": _candidate,
    "reviews": _review,
    "withdrawals": _withdrawal,
    "breaks": _break,
    NOTES: _note,
}
"""What explains changes of a table's columns besides destruction: given the row as it was and as it is."""
