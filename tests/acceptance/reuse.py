"""Score the links between neighbouring speeches against what two readers found by reading both in full.

Run as ``python -m tests.acceptance.reuse [chosen|taught|report] [--readers]``; it takes about a minute.
``coding/reuse.csv`` lists, by segment, the sentences of the later speech that each reader took for one of
the earlier speech, sure or maybe; both made their lists before any link was seen. With the name of a half,
what is scored is that half of ``reuse_drawn.csv``, of which two readers (of ``taught`` one) read the
likeliest cells: ``yes`` is sure. A link that is in no list counts as false, though some are true on a second
look: the figure is an upper bound.
``--readers`` scores each reader's sure cells by the other's list instead: what the sheets allow.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations, product
from pathlib import Path
from typing import TYPE_CHECKING

from tests.acceptance.draw_reuse import DRAWN, READ, find_spans, read_rows, read_segments
from tests.acceptance.draw_sheets import list_speeches
from tests.coded_sheets import load_speech
from tracker.comparing.alignment.align import align
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.changes import Link

    Cell = tuple[int, int]
    Texts = tuple[list[str], ...]

SHEET = Path(__file__).parent / "coding" / "reuse.csv"
CUT = "f7726d62d3b09d87"
"""The digest of all segments that the sheet's numbers count."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the readers listed in a pair: cells of old and new segments, by reader and certainty."""

    country: str
    sessions: tuple[str, str]
    cells: Mapping[tuple[str, str], frozenset[Cell]]

    def found_by(self, *certainties: str) -> frozenset[Cell]:
        """Return the cells that any reader listed with one of these certainties."""
        chosen = (cells for (_, certainty), cells in self.cells.items() if certainty in certainties)
        return frozenset().union(*chosen)

    def agreed(self) -> frozenset[Cell]:
        """Return the cells that every reader is sure of."""
        sure = [cells for (_, certainty), cells in self.cells.items() if certainty == "sure"]
        return frozenset.intersection(*sure) if len(sure) > 1 else frozenset()


def main() -> None:
    """Print, by pair and in all, links, those in no list, and the share of what was listed that is found."""
    halves = [word for word in sys.argv[1:] if word != "--readers"]
    pairs, texts = read_half(halves[0]) if halves else read_whole()
    if "--readers" in sys.argv:
        print_readers(pairs, sum(len(side) for both in texts for side in both))
        return
    totals: dict[str, int] = defaultdict(int)
    for pair, (old, new) in zip(pairs, texts, strict=True):
        counts = score(pair, old, new, align(old, new, DEFAULT))
        print(
            f"{pair.country} {'-'.join(pair.sessions)}: " + ", ".join(f"{k} {n}" for k, n in counts.items())
        )
        for name, number in counts.items():
            totals[name] += number
    print(f"{len(pairs)} pairs: " + ", ".join(f"{name} {number}" for name, number in totals.items()))
    rate = 100 * totals["in no list"] / totals["sentences"]
    print(f"links in no list: {rate:.2f} of 100 sentences of both sides")
    for name in ("sure", "both sure") if totals["both sure"] else ("sure",):
        share = totals[f"{name} found"] / totals[name]
        print(f"{name}: {share:.2f} of {totals[name]} found")


def print_readers(pairs: Sequence[Listed], sentences: int) -> None:
    """Print what each reader finds of what another is sure of, and how often the other does not list it."""
    readers = sorted({reader for pair in pairs for reader, _ in pair.cells})
    for one, other in permutations(readers, 2):
        wanted = found = false = 0
        for pair in pairs:
            sure, theirs, maybe = (
                pair.cells.get(key, frozenset()) for key in ((one, "sure"), (other, "sure"), (other, "maybe"))
            )
            wanted, found = wanted + len(theirs), found + len(theirs & sure)
            false += len(sure - theirs - maybe)
        rate = 100 * false / sentences
        print(f"{one} by {other}: {found} of {wanted} found, {rate:.2f} of 100 in no list of {other}")


def score(pair: Listed, old: Sequence[str], new: Sequence[str], links: Iterable[Link]) -> dict[str, int]:
    """Count what the links have right of a pair's lists."""
    listed, sure, both = pair.found_by("sure", "maybe"), pair.found_by("sure"), pair.agreed()
    groups = [set(product(link.old, link.new)) for link in links]
    linked = set().union(*groups)
    return {
        "sentences": len(old) + len(new),
        "links": len(groups),
        "in no list": sum(not cells & listed for cells in groups),
        "sure": len(sure),
        "sure found": len(sure & linked),
        "both sure": len(both),
        "both sure found": len(both & linked),
    }


def read_whole() -> tuple[list[Listed], list[Texts]]:
    """Return the pairs that were read in full, and their sentences."""
    pairs = read_sheet()
    texts = [
        tuple(
            [segment.text for segment in load_speech(pair.country, session).version.segments]
            for session in pair.sessions
        )
        for pair in pairs
    ]
    check_cut(side for both in texts for side in both)
    return pairs, texts


def read_sheet() -> list[Listed]:
    """Read the lists, in the order of the file."""
    found: dict[tuple[str, str, str], dict[tuple[str, str], set[Cell]]] = {}
    with SHEET.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            pair = found.setdefault((row["country"], row["old"], row["new"]), {})
            cells = pair.setdefault((row["reader"], row["certainty"]), set())
            if row["certainty"] != "none":
                cells.add((int(row["old_segment"]), int(row["new_segment"])))
    return [
        Listed(country, (old, new), {key: frozenset(cells) for key, cells in pair.items()})
        for (country, old, new), pair in found.items()
    ]


def read_half(half: str) -> tuple[list[Listed], list[Texts]]:
    """Return the pairs of a half, with what readers answered of some cells, and their sentences."""
    speeches = list_speeches()
    texts = {
        (row["country"], row["old"], row["new"]): tuple(
            read_segments(speeches[row["country"], int(row[side])]) for side in ("old", "new")
        )
        for row in read_rows(DRAWN)
        if row["half"] == half
    }
    pairs = read_cells(texts)
    return pairs, [texts[pair.country, *pair.sessions] for pair in pairs]


def read_cells(texts: Mapping[tuple[str, str, str], Texts]) -> list[Listed]:
    """Return what the readers answered of the cells of some pairs, by the sentences as they are cut today."""
    found: dict[tuple[str, str, str], dict[tuple[str, str], set[Cell]]] = {}
    spans = {pair: [find_spans(side) for side in both] for pair, both in texts.items()}
    for row in read_rows(READ):
        key = row["country"], row["old"], row["new"]
        if key in texts and row["answer"] != "no":
            cells = found.setdefault(key, {})
            certainty = "sure" if row["answer"] == "yes" else row["answer"]
            old, new = (
                _find_covered(spans[key][n], int(row[f"{side}_start"]), int(row[f"{side}_end"]))
                for n, side in enumerate(("old", "new"))
            )
            cells.setdefault((row["reader"], certainty), set()).update(product(old, new))
    return [
        Listed(country, (old, new), {key: frozenset(cells) for key, cells in pair.items()})
        for (country, old, new), pair in sorted(found.items())
    ]


def _find_covered(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    """Return the sentences that are for the most part between two places, or hold most of what is."""
    return [
        n
        for n, (first, last) in enumerate(spans)
        if 2 * (min(last, end) - max(first, start)) > min(last - first, end - start)
    ]


def check_cut(texts: Iterable[Sequence[str]]) -> None:
    """Raise ``ValueError`` where sentences are cut otherwise than when they were counted."""
    every = "\n".join(text for side in texts for text in side)
    digest = hashlib.sha256(every.encode()).hexdigest()[:16]
    if digest != CUT:
        raise ValueError(f"sentences are cut otherwise ({digest}) than when they were listed ({CUT})")


if __name__ == "__main__":
    main()
