"""Score what is said to have changed inside topics that stay against what two readers wrote beforehand.

Run as ``python -m tests.acceptance.inside [--draw] --half chosen|report [--open FILE] [--judged FILE]``. The
sheet ``coding/inside.csv`` has, of twenty pairs, what each reader names inside two topics, by rank, with the
place of the sentence that shows it best: ``start`` and ``end`` count the characters of the speech's segments
that are not white space. ``--draw`` writes ``inside_drawn.csv``: by the seed below, half of the pairs are
*chosen*, to look at while rules are made, and half are for the *report*, scored once.

Of these topics, a claim is true where a reader marked its sentence, on its side. Of the others nothing is
known but what one strict reader said of those of the report half (``inside_judged.csv``): ``--open`` writes
them with what the other side says, and ``--judged`` reads the answers, the same lines with ``"true"``. Found
are the marks of readers that a claim has; and of each topic it is told whether what comes first is what a
reader put first, or named at all.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.acceptance.draw_sheets import list_speeches
from tests.benchmarks.directions import load_side
from tests.coded_sheets import CODING
from tracker.comparing.pipeline import Basis
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.changes import Comparison, Inside
    from tracker.model.texts import Version

Pair = tuple[str, str, str]
Topic = tuple[Pair, str]

SEED = "inside what stays"
HALVES = ("chosen", "report")
SHEET, DRAWN = CODING / "inside.csv", CODING / "inside_drawn.csv"
JUDGED = CODING / "inside_judged.csv"
"""What a strict reader said of claims of the report half: each by the digest of its sentence."""
FIRST = "1"
_KEPT = ("country", "old", "new", "topic", "side", "digest")
_DIGEST = 16


@dataclass(frozen=True, slots=True)
class Mark:
    """A sentence that a reader names."""

    reader: str
    rank: str
    side: str
    start: int
    end: int


def main() -> None:
    """Print how many claims are true, how many marks they find, and whether the largest comes first."""
    parser = argparse.ArgumentParser(description="Score what changed inside topics that stay.")
    parser.add_argument("--draw", action="store_true", help="write inside_drawn.csv first")
    parser.add_argument("--half", choices=HALVES, help="the pairs to score")
    parser.add_argument("--open", type=Path, help="write the claims of which nothing is known")
    parser.add_argument("--judged", type=Path, help="read which of those are true")
    asked = parser.parse_args()
    if asked.draw:
        with DRAWN.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows((("half", "country", "old", "new"), *draw()))
    if asked.half:
        score(read_marks(asked.half), asked.open, read_answers(asked.judged))


def draw() -> list[tuple[str, str, str, str]]:
    """Return each pair of the sheet with its half."""
    pairs = sorted({(row["country"], row["old"], row["new"]) for row in _read(SHEET)})
    order = random.Random(SEED).sample(pairs, len(pairs))  # noqa: S311 (a sample, no secret)
    halves = {pair: HALVES[at % 2] for at, pair in enumerate(order)}
    return [(halves[pair], *pair) for pair in pairs]


def read_marks(half: str) -> dict[Topic, list[Mark]]:
    """Return, by pair and topic, what the readers name in the pairs of a half."""
    wanted = {(row["country"], row["old"], row["new"]) for row in _read(DRAWN) if row["half"] == half}
    marks: dict[Topic, list[Mark]] = defaultdict(list)
    for row in _read(SHEET):
        pair = row["country"], row["old"], row["new"]
        if pair in wanted:
            place = int(row["start"]), int(row["end"])
            marks[pair, row["topic"]].append(Mark(row["reader"], row["rank"], row["side"], *place))
    return dict(marks)


def read_answers(path: Path | None) -> dict[tuple[str, ...], bool]:
    """Return which claims somebody judged to be true, by what names them."""
    lines = path.read_text("utf-8").splitlines() if path else ()
    kept = {tuple(row[key] for key in _KEPT): row["true"] == "true" for row in _read(JUDGED)}
    return kept | {_name(row): bool(row["true"]) for row in map(json.loads, lines)}


def _name(row: Mapping[str, Any]) -> tuple[str, ...]:
    digest = hashlib.sha256(str(row["sentence"]).encode()).hexdigest()[:_DIGEST]
    return (*(str(row[key]) for key in _KEPT[:-1]), digest)


def score(
    marks: Mapping[Topic, Sequence[Mark]], path: Path | None, answers: Mapping[tuple[str, ...], bool]
) -> None:
    """Print the figures, and write what is open."""
    claims = {topic: list_claims(*topic) for topic in marks}
    said = [(topic, each) for topic, rows in claims.items() for each in rows]
    marked = [bool(find_marks(topic, each, marks[topic])) for topic, each in said]
    rows = [
        describe(topic, each) for (topic, each), is_marked in zip(said, marked, strict=True) if not is_marked
    ]
    known = [answers[_name(row)] for row in rows if _name(row) in answers]
    true = sum(marked) + sum(known)
    print(f"{len(marks)} topics, {len(said)} claims: {sum(marked)} marked by a reader, {len(rows)} not")
    print(f"  of those {len(known)} judged, {sum(known)} true: {_ratio(true, sum(marked) + len(known))}")
    for reader in sorted({mark.reader for each in marks.values() for mark in each}):
        own = [(topic, mark) for topic, each in marks.items() for mark in each if mark.reader == reader]
        found = sum(any(find_marks(topic, each, [mark]) for each in claims[topic]) for topic, mark in own)
        print(f"  found of what {reader} names: {_ratio(found, len(own))}")
    firsts = [find_marks(topic, each[0], marks[topic]) for topic, each in claims.items() if each]
    put_first = sum(any(mark.rank == FIRST for mark in found) for found in firsts)
    print(f"  first what a reader puts first: {put_first}, names at all: {sum(map(bool, firsts))}")
    if path:
        path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")


def _ratio(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / max(1, whole):.2f})"


def list_claims(pair: Pair, topic: str) -> list[Inside]:
    """Return what is claimed inside a topic, the largest first."""
    return [each for each in compare(pair).inside if each.topic == topic and each.claimed]


@cache
def compare(pair: Pair) -> Comparison:
    """Return the comparison of a pair of speeches, by words alone."""
    country, *sessions = pair
    old, new = (load_side(country, list_speeches()[country, int(session)]) for session in sessions)
    return compare_sides(old, new, Basis(load_vocabulary(), encoder=None))


def find_marks(topic: Topic, claim: Inside, marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks that the sentence of a claim overlaps."""
    start, end = _measure(_version(topic[0], claim.side))[claim.evidence.segment]
    return [mark for mark in marks if mark.side == claim.side and mark.start < end and mark.end > start]


def _version(pair: Pair, side: str) -> Version:
    comparison = compare(pair)
    return (comparison.old if side == "old" else comparison.new).version


@cache
def _measure(version: Version) -> list[tuple[int, int]]:
    """Return where each segment starts and ends, in characters that are not white space."""
    ends = [*accumulate(len("".join(segment.text.split())) for segment in version.segments)]
    return list(zip((0, *ends[:-1]), ends, strict=True))


def describe(topic: Topic, claim: Inside) -> dict[str, object]:
    """Return a claim as a reader judges it, with the passages of the other side."""
    (country, old, new), name = topic
    (change,) = (each for each in compare(topic[0]).topics if each.topic == name)
    other = "old" if claim.side == "new" else "new"
    reading = change.old if other == "old" else change.new
    places = sorted({*reading.segments, *reading.passage}) if reading else []
    texts = [segment.text for segment in _version(topic[0], other).segments]
    return {
        "country": country,
        "old": old,
        "new": new,
        "topic": name,
        "side": claim.side,
        "sentence": _version(topic[0], claim.side).segments[claim.evidence.segment].text,
        "act": claim.act,
        "certainty": claim.certainty,
        "other side": [texts[at] for at in places],
    }


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
