"""Copying the runs of one record into another, after those that it has: rows get new numbers.

Both records have their first runs in common; the rows of all later runs are copied, and a step reports each
one that is not. A row that both have, such as a statement that both have recorded, becomes one row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.record.segments import rebuild_index
from tracker.archive.record.statements import GUESSED
from tracker.archive.takeover.merging import RecordMerge
from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from tracker.archive.takeover.merging import MergedRow

    Copier = Callable[[RecordMerge, MergedRow], "int | None"]

RUN_TABLES = (
    "expectations",
    "decisions",
    "withdrawals",
    "repairs",
    "breaks",
    "memberships",
    "edits",
)
"""Tables whose rows are written once by a run, and are complete by themselves."""

PART_TABLES = ("segments", "exchanges", "withdrawn")
"""Tables whose rows are parts of rows of other tables, and to which no row refers."""


def copy_runs(old: sqlite3.Connection, new: sqlite3.Connection, common: int, run: int) -> tuple[Step, ...]:
    """Copy all rows of the runs after the last common one, and report what was done with each run.

    ``run`` is the run of the new record that does this; it comes after those that are copied.
    """
    merge = RecordMerge(old, new, common, run)
    for table, copy in COPIERS.items():
        for row in merge.read(table):
            number = copy(merge, row)
            if table not in PART_TABLES:
                merge.ids[table][row.get("id")] = number
    rebuild_index(new)
    return tuple(merge.steps)


def _copy_named(table: str) -> Copier:
    """Return what copies a row whose key is a name or a digest."""

    def copy(merge: RecordMerge, row: MergedRow) -> int | None:
        merge.insert(table, row, verb="INSERT OR IGNORE")
        return None

    return copy


def _copy_of_run(table: str) -> Copier:
    """Return what copies a row where its run is copied."""

    def copy(merge: RecordMerge, row: MergedRow) -> int | None:
        if not merge.is_own(row):
            return int(row["id"])
        return merge.insert(table, merge.translate(table, row))

    return copy


def _copy_part(table: str, owner: str, column: str) -> Copier:
    """Return what copies a part where the row to which it belongs was inserted."""

    def copy(merge: RecordMerge, row: MergedRow) -> int | None:
        if row[column] in merge.fresh[owner]:
            merge.insert(table, merge.translate(table, row))
        return None

    return copy


def _copy_run(merge: RecordMerge, row: MergedRow) -> int | None:
    if row["id"] <= merge.common:
        return int(row["id"])
    number = merge.next_run()
    merge.insert("runs", {**row, "id": number})
    how = f"taken over from the record as run {number}"
    merge.steps.append(Step(did=True, what=f"run {row['id']} of {row['started']}", how=how))
    return number


def _copy_session(merge: RecordMerge, row: MergedRow) -> int | None:
    found = merge.find("sessions", body=row["body"], label=row["label"])
    return int(found["id"]) if found else merge.insert("sessions", row)


def _copy_statement(merge: RecordMerge, row: MergedRow) -> int | None:
    found = merge.same("statements", row) if row["id"] in merge.common_statements else None
    names = {name: row[name] for name in ("country", "body", "session", "item")}
    held = merge.find("statements", id=found) if found else merge.find("statements", **names)
    if held is None:
        return merge.insert("statements", row)
    merge.fill("statements", held, row)
    return int(held["id"])


def _copy_edition(merge: RecordMerge, row: MergedRow) -> int | None:
    found = merge.same("editions", row) if row["id"] in merge.common_editions else None
    translated = merge.translate("editions", row)
    names = {name: translated[name] for name in ("statement", "kind", "language")}
    held = merge.find("editions", id=found) if found else merge.find("editions", **names)
    if held is None:
        (last,) = merge.new.execute(
            "SELECT ifnull(max(position), 0) FROM editions WHERE statement = ?", [names["statement"]]
        ).fetchone()
        return merge.insert("editions", {**translated, "position": last + 1})
    merge.fill("editions", held, row)
    return int(held["id"])


def _copy_snapshot(merge: RecordMerge, row: MergedRow) -> int | None:
    if not merge.is_own(row):
        held = merge.find("snapshots", id=row["id"])
        if held:
            merge.fill("snapshots", held, row)
        return merge.same("snapshots", row)
    translated = merge.translate("snapshots", row)
    last = merge.new.execute(
        "SELECT id, ordinal, document FROM snapshots WHERE edition = ? ORDER BY ordinal DESC LIMIT 1",
        [translated["edition"]],
    ).fetchone()
    if last and last[2] == row["document"]:
        # Both have received the same bytes: that is one snapshot, which the mirror has already.
        return int(last[0])
    return merge.insert("snapshots", {**translated, "ordinal": last[1] + 1 if last else 1})


def _copy_version(merge: RecordMerge, row: MergedRow) -> int | None:
    if not merge.is_own(row):
        return merge.same("versions", row)
    translated = merge.translate("versions", row)
    names = ("snapshot", "extractor", "language", "sha256")
    held = merge.find("versions", **{name: translated[name] for name in names})
    is_known = held is not None and row["snapshot"] not in merge.fresh["snapshots"]
    return int(held["id"]) if held and is_known else merge.insert("versions", translated)


def _copy_confirmation(merge: RecordMerge, row: MergedRow) -> int | None:
    if not merge.is_own(row):
        return merge.same("confirmations", row)
    merge.insert("confirmations", merge.translate("confirmations", row), verb="INSERT OR IGNORE")
    return None


def _copy_candidate(merge: RecordMerge, row: MergedRow) -> int | None:
    held = merge.find("candidates", source=row["source"], address=row["address"])
    if held is None:
        return merge.insert("candidates", merge.translate("candidates", row))
    if row["refused"] and not held["refused"]:
        merge.update("candidates", held["id"], {"refused": 1})
    return int(held["id"])


_DECISION = ("verdict", "decided")
"""What distinguishes decisions: two people may decide within one second."""


def _copy_review(merge: RecordMerge, row: MergedRow) -> int | None:
    held = merge.find("reviews", source=row["source"], document=row["document"])
    translated = merge.translate("reviews", row)
    if held is None:
        return merge.insert("reviews", translated)
    number = int(held["id"])
    if row["verdict"] and held["verdict"] is None:
        names = ("verdict", "person", "decided", "reason", "snapshot", "run")
        merge.update("reviews", number, {name: translated[name] for name in names})
    elif row["verdict"] and merge.is_own(row) and any(row[name] != held[name] for name in _DECISION):
        how = (
            f"{row['person']} said {row['verdict']} on {row['decided']} in the record ({row['reason']});"
            f" what {held['person']} said in the mirror stands: {held['verdict']}"
        )
        merge.steps.append(Step(did=False, what=f"review {number}", how=how))
    return number


def _copy_amendment(merge: RecordMerge, row: MergedRow) -> int | None:
    """Copy an amendment; one of a statement that both have is applied to it."""
    if not merge.is_own(row):
        return merge.same("amendments", row)
    translated = merge.translate("amendments", row)
    if row["field"].removeprefix(GUESSED) in {"kind", "language"}:
        # Filled in with its edition.
        return merge.insert("amendments", translated)
    table, key = ("snapshots", "snapshot") if row["field"] == "url" else ("statements", "statement")
    is_applied = row[key] in merge.fresh[table] or (table, row[key], row["field"]) in merge.filled
    if not is_applied:
        held = merge.find(table, id=translated[key])
        earlier = held[row["field"].removeprefix(GUESSED)] if held else None
        if earlier == row["later"] or (earlier and row["field"].startswith(GUESSED)):
            return None
        translated["earlier"] = earlier or row["earlier"]
        merge.update(table, translated[key], {row["field"].removeprefix(GUESSED): row["later"]})
    return merge.insert("amendments", translated)


COPIERS: Mapping[str, Copier] = {
    "watch_lists": _copy_named("watch_lists"),
    "documents": _copy_named("documents"),
    "bodies": _copy_named("bodies"),
    "groups": _copy_named("groups"),
    "sessions": _copy_session,
    "runs": _copy_run,
    "statements": _copy_statement,
    "editions": _copy_edition,
    "snapshots": _copy_snapshot,
    "versions": _copy_version,
    "segments": _copy_part("segments", "versions", "version"),
    "confirmations": _copy_confirmation,
    "outcomes": _copy_of_run("outcomes"),
    "exchanges": _copy_part("exchanges", "outcomes", "outcome"),
    "candidates": _copy_candidate,
    "reviews": _copy_review,
    "amendments": _copy_amendment,
    **{table: _copy_of_run(table) for table in (*RUN_TABLES, "repeats", "clocks")},
    "withdrawn": _copy_part("withdrawn", "withdrawals", "withdrawal"),
}
"""How each table is copied, those first to which others refer; ``omissions`` are not copied."""
