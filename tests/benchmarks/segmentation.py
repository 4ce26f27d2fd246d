"""Measure where hard places of policy texts are cut into sentences, on the half kept for reporting.

The table was made by a reader who had not seen the rules (``coding/README.md``). A place from a speech is
read with the whole speech around it, as a user has it. A place is right where it is cut at its ends and
nowhere else. A cut is between the last letter or digit of one piece and the first of the next, counted in
what was coded: whatever stands between, marks, blanks and what cleaning took off or mended there (the number
of a paragraph, the foot of a page), may be on either side of it, and words may not.

Run as ``python -m tests.benchmarks.segmentation`` in the root of the repository; ``work`` after it takes the
other half, on which the rules were mended, and lists what is wrong.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.shared_data import require
from tests.spans import find_raw
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE = Path(__file__).parent / "coding" / "segments.jsonl"
CLASSES = {
    1: "UN symbols",
    2: "clock times",
    3: "cross-references",
    4: "titles and names",
    5: "preambles and lists",
    6: "numbers and marks",
    7: "ellipses and quotations",
    8: "slips and wraps",
    9: "other languages",
}


class Place(NamedTuple):
    """Where a coded place is: ``whole[start:end]``."""

    whole: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """What was coded."""
        return self.whole[self.start : self.end]


def read_place(row: dict[str, Any]) -> Place:
    """Return a place. Raises ``ValueError`` where its file is not the one that was coded."""
    if "text" in row:
        return Place(row["text"], 0, len(row["text"]))
    raw = (require(".") / row["source"]).read_text("utf-8-sig")
    place = Place(raw, row["at"], row["at"] + row["length"])
    if hashlib.sha256(place.text.encode()).hexdigest()[:16] != row["digest"]:
        raise ValueError(f"{row['id']}: {row['source']} is not the file that was coded")
    return place


def find_cuts(place: Place, language: str) -> list[tuple[int, int]]:
    """Return the cuts inside a place: the letters and digits before each, and up to what follows it."""
    version = read_text(place.whole, language=language)
    spans = [find_raw(version.spans, piece.start, piece.end) for piece in version.segments]
    letters = _count_letters(place)
    inside = ((letters(end), letters(start)) for (_, end), (start, _) in pairwise(spans))
    return [cut for cut in inside if cut[0] < letters(place.end) and cut[1] > 0]


def find_ends(place: Place, ends: list[int]) -> list[int]:
    """Return the letters and digits before each end but the last, which are coded without white space."""
    inked = [at for at in range(place.start, place.end) if not place.whole[at].isspace()]
    letters = _count_letters(place)
    return [letters(inked[end - 1] + 1) for end in ends[:-1]]


def _count_letters(place: Place) -> Callable[[int], int]:
    """Return what counts the letters and digits of a place before an offset into the whole text."""
    counts = list(accumulate((char.isalnum() for char in place.text), initial=0))
    return lambda at: counts[min(max(at - place.start, 0), len(place.text))]


def is_right(cuts: list[tuple[int, int]], ends: list[int], size: int) -> bool:
    """Say whether each end is at a cut, and each cut that is not at an edge of the place at an end."""
    met = all(any(low <= end <= high for low, high in cuts) for end in ends)
    return met and all(
        any(low <= end <= high for end in ends) or low == 0 or high == size for low, high in cuts
    )


def main() -> None:
    """Print the share of right places by class; for the half to work on, each that is wrong."""
    half = "work" if sys.argv[1:] == ["work"] else "report"
    counts: dict[str, list[bool]] = defaultdict(list)
    for row in map(json.loads, TABLE.read_text("utf-8").splitlines()):
        if row["half"] == half:
            place = read_place(row)
            cuts, ends = find_cuts(place, row["language"]), find_ends(place, row["ends"])
            right = is_right(cuts, ends, _count_letters(place)(place.end))
            for name in (CLASSES[row["class"]], "all"):
                counts[name].append(right)
            if half == "work" and not right:
                print(f"{row['id']}: {place.text!r}\n  ends {ends}, cut at {cuts}")
    for name, answers in counts.items():
        print(f"{name:24} {sum(answers)} of {len(answers)} places right")


if __name__ == "__main__":
    main()
