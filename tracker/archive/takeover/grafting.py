"""Taking the runs of one record over into another, behind those that it has: rows get new numbers.

Both records have a beginning in common; what came of the runs since then is taken over, and nothing of it is
left out without a word. A row that both have since, such as a statement that both have met, is one row then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.takeover.merging import Merging, put
from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from tracker.archive.takeover.merging import Row

    Take = Callable[[Merging, Row], "int | None"]

OF_A_RUN = ("expectations", "decisions", "withdrawals", "repairs", "breaks", "timestamps")
"""Tables of which a row is written once by a run, and stands for itself."""

PARTS = ("segments", "exchanges", "withdrawn")
"""Tables of which a row goes with one of another table, and to which none refers."""


def graft(old: sqlite3.Connection, new: sqlite3.Connection, common: int, run: int) -> tuple[Step, ...]:
    """Take over what a record has of the runs after one that both have, and say what became of each.

    ``run`` is the run of the new record that does so, which comes after those that are taken over.
    """
    merging = Merging(old, new, common, run)
    for table, take in PLAN.items():
        for row in merging.read(table):
            number = take(merging, row)
            if table not in PARTS:
                merging.ids[table][row.get("id")] = number
    new.execute("INSERT INTO segments_fts (segments_fts) VALUES ('rebuild')")
    return tuple(merging.steps)


def _keep_named(table: str) -> Take:
    """Return what takes over a row that is known by a name of its own."""

    def take(merging: Merging, row: Row) -> int | None:
        merging.insert(table, row, verb="INSERT OR IGNORE")
        return None

    return take


def _take_own(table: str) -> Take:
    """Return what takes over a row of a run, where that run is one of those to be taken over."""

    def take(merging: Merging, row: Row) -> int | None:
        if not merging.is_own(row):
            return int(row["id"])
        return merging.insert(table, merging.translate(table, row))

    return take


def _take_part(table: str, owner: str, column: str) -> Take:
    """Return what takes over a row that goes with another one, where that was written anew."""

    def take(merging: Merging, row: Row) -> int | None:
        if row[column] in merging.fresh[owner]:
            merging.insert(table, merging.translate(table, row))
        return None

    return take


def _take_run(merging: Merging, row: Row) -> int | None:
    if row["id"] <= merging.common:
        return int(row["id"])
    number = merging.next_run()
    merging.insert("runs", {**row, "id": number})
    how = f"taken over from the record as run {number}"
    merging.steps.append(Step(did=True, what=f"run {row['id']} of {row['started']}", how=how))
    return number


def _take_session(merging: Merging, row: Row) -> int | None:
    found = merging.find("sessions", body=row["body"], label=row["label"])
    return int(found["id"]) if found else merging.insert("sessions", row)


def _take_statement(merging: Merging, row: Row) -> int | None:
    found = merging.same("statements", row) if row["id"] in merging.common_statements else None
    names = {name: row[name] for name in ("country", "body", "session", "item")}
    held = merging.find("statements", id=found) if found else merging.find("statements", **names)
    if held is None:
        return merging.insert("statements", row)
    merging.fill("statements", held, row)
    return int(held["id"])


def _take_edition(merging: Merging, row: Row) -> int | None:
    found = merging.same("editions", row) if row["id"] in merging.common_editions else None
    translated = merging.translate("editions", row)
    names = {name: translated[name] for name in ("statement", "kind", "language")}
    held = merging.find("editions", id=found) if found else merging.find("editions", **names)
    if held is None:
        (last,) = merging.new.execute(
            "SELECT ifnull(max(position), 0) FROM editions WHERE statement = ?", [names["statement"]]
        ).fetchone()
        return merging.insert("editions", {**translated, "position": last + 1})
    merging.fill("editions", held, row)
    return int(held["id"])


def _take_snapshot(merging: Merging, row: Row) -> int | None:
    if not merging.is_own(row):
        held = merging.find("snapshots", id=row["id"])
        if held:
            merging.fill("snapshots", held, row)
        return merging.same("snapshots", row)
    translated = merging.translate("snapshots", row)
    last = merging.new.execute(
        "SELECT id, ordinal, document FROM snapshots WHERE edition = ? ORDER BY ordinal DESC LIMIT 1",
        [translated["edition"]],
    ).fetchone()
    if last and last[2] == row["document"]:
        # Both have seen the same bytes come: that is one snapshot, which the mirror has already.
        return int(last[0])
    return merging.insert("snapshots", {**translated, "ordinal": last[1] + 1 if last else 1})


def _take_version(merging: Merging, row: Row) -> int | None:
    if not merging.is_own(row):
        return merging.same("versions", row)
    translated = merging.translate("versions", row)
    names = ("snapshot", "extractor", "language", "sha256")
    held = merging.find("versions", **{name: translated[name] for name in names})
    is_known = held is not None and row["snapshot"] not in merging.fresh["snapshots"]
    return int(held["id"]) if held and is_known else merging.insert("versions", translated)


def _take_confirmation(merging: Merging, row: Row) -> int | None:
    if not merging.is_own(row):
        return merging.same("confirmations", row)
    merging.insert("confirmations", merging.translate("confirmations", row), verb="INSERT OR IGNORE")
    return None


def _take_candidate(merging: Merging, row: Row) -> int | None:
    held = merging.find("candidates", source=row["source"], address=row["address"])
    if held is None:
        return merging.insert("candidates", merging.translate("candidates", row))
    if row["refused"] and not held["refused"]:
        put(merging.new, "candidates", int(held["id"]), {"refused": 1})
    return int(held["id"])


_DECISION = ("verdict", "decided")
"""What tells decisions apart: two people may decide within one second."""


def _take_review(merging: Merging, row: Row) -> int | None:
    held = merging.find("reviews", source=row["source"], document=row["document"])
    translated = merging.translate("reviews", row)
    if held is None:
        return merging.insert("reviews", translated)
    number = int(held["id"])
    if row["verdict"] and held["verdict"] is None:
        names = ("verdict", "person", "decided", "reason", "snapshot", "run")
        put(merging.new, "reviews", number, {name: translated[name] for name in names})
    elif row["verdict"] and merging.is_own(row) and any(row[name] != held[name] for name in _DECISION):
        how = (
            f"{row['person']} said {row['verdict']} on {row['decided']} in the record ({row['reason']});"
            f" what {held['person']} said in the mirror stands: {held['verdict']}"
        )
        merging.steps.append(Step(did=False, what=f"review {number}", how=how))
    return number


def _take_amendment(merging: Merging, row: Row) -> int | None:
    """Take over that somebody said something else: of a statement that both have, it is said once more."""
    if not merging.is_own(row):
        return merging.same("amendments", row)
    translated = merging.translate("amendments", row)
    table, key = ("snapshots", "snapshot") if row["field"] == "url" else ("statements", "statement")
    is_said = row[key] in merging.fresh[table] or (table, row[key], row["field"]) in merging.filled
    if not is_said:
        held = merging.find(table, id=translated[key])
        earlier = held[row["field"]] if held else None
        if earlier == row["later"]:
            return None
        translated["earlier"] = earlier or row["earlier"]
        put(merging.new, table, translated[key], {str(row["field"]): row["later"]})
    return merging.insert("amendments", translated)


PLAN: Mapping[str, Take] = {
    "watch_lists": _keep_named("watch_lists"),
    "documents": _keep_named("documents"),
    "bodies": _keep_named("bodies"),
    "groups": _keep_named("groups"),
    "sessions": _take_session,
    "runs": _take_run,
    "statements": _take_statement,
    "editions": _take_edition,
    "snapshots": _take_snapshot,
    "versions": _take_version,
    "segments": _take_part("segments", "versions", "version"),
    "confirmations": _take_confirmation,
    "outcomes": _take_own("outcomes"),
    "exchanges": _take_part("exchanges", "outcomes", "outcome"),
    "candidates": _take_candidate,
    "reviews": _take_review,
    "amendments": _take_amendment,
    **{table: _take_own(table) for table in OF_A_RUN},
    "withdrawn": _take_part("withdrawn", "withdrawals", "withdrawal"),
}
"""Every table of a record, those first to which others refer. What a run has omitted is told by that run."""
