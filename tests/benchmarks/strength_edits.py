"""Measure the direction of strength of edited sentences, six languages, on the half kept for reporting.

The sheet was made and judged by readers who had not seen the rules (``coding/README.md``). *Right* is the
share of the directions given that the readers gave, *answered* the share of the edits with a direction that
got one. Run as ``python -m tests.benchmarks.strength_edits`` in the root of the repository; ``work`` after it
takes the other half, on which the rules were mended, and lists what is wrong.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.comparisons import version
from tests.edited_sentences import read_edited
from tracker.comparing.changes import describe_changes
from tracker.model.changes import Link

if TYPE_CHECKING:
    from tests.edited_sentences import EditedSentence

SHEET = Path(__file__).parent / "coding" / "strength_edits.csv"
NONE = "none"


def say_direction(edited: EditedSentence) -> tuple[str, tuple[str, ...]]:
    """Return the one direction that our rules give an edit, else none; and the rules that spoke."""
    old, new = (version([text], language=edited.language) for text in (edited.old, edited.new))
    (change,) = describe_changes(old, new, [Link((0,), (0,), 0.9, "likeness")])
    found = [shift for shift in change.shifts if shift.axis == "strength"]
    directions = {shift.direction for shift in found}
    return (directions.pop() if len(directions) == 1 else NONE), tuple(shift.rule for shift in found)


def main() -> None:
    """Print right and answered by language; for the half to work on, each edit that is wrong or silent."""
    half = "work" if sys.argv[1:] == ["work"] else "report"
    counts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for edited in read_edited(SHEET):
        if edited.half == half:
            wanted, (said, rules) = edited.answer["direction"], say_direction(edited)
            for name in (edited.language, "all"):
                counts[name].append((wanted, said))
            if half == "work" and wanted != said:
                print(f"{edited.id} {wanted} / {said} {rules}\n  {edited.old}\n  {edited.new}")
    for name, answers in sorted(counts.items()):
        given = [(wanted, said) for wanted, said in answers if said != NONE]
        with_direction = [said for wanted, said in answers if wanted != NONE]
        right = sum(wanted == said for wanted, said in given)
        answered = sum(said != NONE for said in with_direction)
        print(
            f"{name:4} {len(answers)} edits: right {right} of {len(given)},"
            f" answered {answered} of {len(with_direction)} = {answered / len(with_direction):.2f}"
        )


if __name__ == "__main__":
    main()
