"""Measure the figures and dates that edited sentences change, six languages, on the half kept for reporting.

The sheet was made by a reader who had not seen the rules (``coding/README.md``). A shift is *right* where
both its sides overlap a change of the sheet and it goes the same way; *found* is the share of the changed
figures that a right shift says. A figure put in or taken out is no shift but for a deadline: it is counted
apart. Run as ``python -m tests.benchmarks.figure_edits`` in the root of the repository; ``work`` after it
takes the other half, on which the rules were mended, and lists what is wrong.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.comparisons import version
from tests.edited_sentences import read_edited
from tracker.comparing.changes import describe_changes
from tracker.model.changes import Link

if TYPE_CHECKING:
    from tests.edited_sentences import EditedSentence
    from tracker.model.changes import Evidence, Shift

SHEET = Path(__file__).parent / "coding" / "figures.csv"
ALONE = {"added", "dropped"}
SAME = {
    "raised": {"raised", "later"},
    "lowered": {"lowered", "earlier"},
    "widened": {"changed"},
    "narrowed": {"changed"},
    "other": {"changed"},
    "dropped": {"removed"},
}
"""What our directions are for those of the sheet that have another name; more days are a later deadline."""


def find_shifts(edited: EditedSentence) -> list[Shift]:
    """Return the shifts of figures and dates that our rules find in an edit."""
    old, new = (version([text], language=edited.language) for text in (edited.old, edited.new))
    (change,) = describe_changes(old, new, [Link((0,), (0,), 0.9, "likeness")])
    return [shift for shift in change.shifts if shift.axis in {"figure", "date"}]


def _overlaps(text: str, wanted: str, found: Evidence | None) -> bool:
    if not wanted or not found:
        return not wanted and not found
    starts = (at for at in range(len(text)) if text.startswith(wanted, at))
    return any(at < found.end and found.start < at + len(wanted) for at in starts)


def _says(edited: EditedSentence, change: dict[str, str], shift: Shift) -> bool:
    """Return whether a shift is a change of the sheet."""
    direction = change["direction"]
    return (
        _overlaps(edited.old, change["old"], shift.old)
        and _overlaps(edited.new, change["new"], shift.new)
        and shift.direction in SAME.get(direction, {direction})
    )


def main() -> None:
    """Print right and found by kind and language; for the half to work on, each edit that is wrong."""
    half = "work" if sys.argv[1:] == ["work"] else "report"
    counts: dict[str, Counter[str]] = {}
    for edited in read_edited(SHEET):
        if edited.half != half:
            continue
        changes, shifts = json.loads(edited.answer["changes"]), find_shifts(edited)
        right = [shift for shift in shifts if any(_says(edited, change, shift) for change in changes)]
        found = [change for change in changes if any(_says(edited, change, shift) for shift in shifts)]
        changed = [change for change in changes if change["direction"] not in ALONE]
        for name in ("all", edited.language, edited.answer["kind"]):
            count = counts.setdefault(name, Counter())
            count["said"] += len(shifts)
            count["right"] += len(right)
            count["changed"] += len(changed)
            count["found"] += sum(change in changed for change in found)
            count["alone"] += len(changes) - len(changed)
            count["found alone"] += sum(change not in changed for change in found)
        if half == "work" and (len(right) < len(shifts) or len(found) < len(changes)):
            missed = [(each["old"], each["new"], each["direction"]) for each in changes if each not in found]
            wrong = [_write(shift) for shift in shifts if shift not in right]
            print(f"{edited.id} missed {missed} wrong {wrong}\n  {edited.old}\n  {edited.new}")
    for name, count in counts.items():
        said = f"right {count['right']} of {count['said']}"
        told = f"found {count['found']} of {count['changed']} changed"
        alone = f"{count['found alone']} of {count['alone']} put in or taken out"
        print(f"{name:14} {said}, {told}; {alone}")


def _write(shift: Shift) -> tuple[str, str, str]:
    old, new = (side.text if side else "" for side in (shift.old, shift.new))
    return old, new, shift.direction


if __name__ == "__main__":
    main()
