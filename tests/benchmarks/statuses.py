"""Score the statuses *new* and *dropped* against speeches coded by a reader, beside counting terms.

Run as ``python -m tests.benchmarks.statuses``; it takes a few seconds. The peer is the keyword dictionary
that a researcher would write: a topic is a priority where two sentences or more name it, new or dropped where
the other speech has none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.coded_sheets import read_later
from tests.shared_data import require
from tracker.text.reading import read_text
from tracker.topics.matching import match_topics
from tracker.topics.vocabulary import load_vocabulary
from tracker.workflows.compare import compare_sides, text_side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary

    Claims = Mapping[str, frozenset[str]]

CODING = Path(__file__).parent / "coding"
LATER = read_later(CODING / "levels.csv")
"""Topics that the readers had no id for: where they gave none a label of its own, nothing is known of it."""
DRAWS = 1000
PRESENT = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """A coded pair: all topics that the reader gave a status, and those without another choice."""

    old: Side
    new: Side
    coded: Mapping[str, frozenset[str]]
    firm: Mapping[str, frozenset[str]]
    known: frozenset[str]
    """The topics that the reader gave any status."""


def main() -> None:
    """Print precision and recall on both sets, ours beside the dictionary."""
    vocabulary = load_vocabulary()
    for name in ("development", "held_out"):
        pairs = read_pairs(CODING / f"{name}.json")
        print(f"{name}: {len(pairs)} pairs, one reader")
        for method in (count_terms, claim):
            found = [method(pair, vocabulary) for pair in pairs]
            for status in ("new", "dropped"):
                print_figures(f"{method.__doc__}", status, pairs, found)


def claim(pair: Pair, vocabulary: Vocabulary) -> Claims:
    """tracker"""
    changes = [
        change
        for change in compare_sides(pair.old, pair.new, vocabulary, encoder=None).topics
        if change.claimed and change.topic not in LATER - pair.known
    ]
    return {
        "new": frozenset(change.topic for change in changes if change.status in {"new", "returned"}),
        "dropped": frozenset(change.topic for change in changes if change.status == "dropped"),
    }


def count_terms(pair: Pair, vocabulary: Vocabulary) -> Claims:
    """terms"""
    old, new = (_count(side, vocabulary) for side in (pair.old, pair.new))
    return {
        "new": frozenset(topic for topic, count in new.items() if count >= PRESENT and topic not in old),
        "dropped": frozenset(topic for topic, count in old.items() if count >= PRESENT and topic not in new),
    }


def _count(side: Side, vocabulary: Vocabulary) -> dict[str, int]:
    counts: dict[str, int] = {}
    for mentions in match_topics([segment.text for segment in side.version.segments], vocabulary):
        for topic in {mention.topic for mention in mentions}:
            counts[topic] = counts.get(topic, 0) + 1
    return counts


def read_pairs(path: Path) -> list[Pair]:
    """Read the coding of a set, and the speeches it is of."""
    return [_pair(name, rows) for name, rows in json.loads(path.read_text(encoding="utf-8")).items()]


def _pair(name: str, rows: Sequence[Mapping[str, object]]) -> Pair:
    country, old, new = name.split()

    def coded(status: str, *, firm: bool) -> frozenset[str]:
        statuses = {"new", "returned"} if status == "new" else {status}
        chosen = [row for row in rows if row["status"] in statuses and (row["firm"] or not firm)]
        return frozenset(str(row["topic"]) for row in chosen)

    return Pair(
        _speech(country, old),
        _speech(country, new),
        {status: coded(status, firm=False) for status in ("new", "dropped")},
        {status: coded(status, firm=True) for status in ("new", "dropped")},
        frozenset(str(row["topic"]) for row in rows),
    )


def _speech(country: str, session: str) -> Side:
    (path,) = require(f"ungdc/{country}").glob(f"{session}_*.txt")
    side = text_side(f"{country}/UNGA/{session}", read_text(path.read_text(encoding="utf-8-sig")))
    return replace(side, country=country)


def print_figures(name: str, status: str, pairs: Sequence[Pair], found: Sequence[Claims]) -> None:
    """Print precision over all claims, and recall of what the reader coded firmly, with intervals."""
    rows = [
        (
            len(claims[status] & pair.coded[status]),
            len(claims[status]),
            len(claims[status] & pair.firm[status]),
            len(pair.firm[status]),
        )
        for pair, claims in zip(pairs, found, strict=True)
    ]
    precision = _interval(rows, lambda sums: sums[0] / max(1, sums[1]))
    recall = _interval(rows, lambda sums: sums[2] / max(1, sums[3]))
    print(f"  {name:8} {status:8} precision {precision}  recall of the firm {recall}")


def _interval(rows: Sequence[tuple[int, ...]], ratio: Callable[[list[int]], float]) -> str:
    """Return a ratio over all pairs with its 95 % interval by resampling pairs."""
    random = Random(0)  # noqa: S311 (a seeded bootstrap)
    sums = [list(map(sum, zip(*random.choices(rows, k=len(rows)), strict=True))) for _ in range(DRAWS)]
    values = sorted(map(ratio, sums))
    whole = list(map(sum, zip(*rows, strict=True)))
    return f"{ratio(whole):.2f} [{values[DRAWS // 40]:.2f}, {values[-DRAWS // 40]:.2f}] of {whole[1]}"


if __name__ == "__main__":
    main()
