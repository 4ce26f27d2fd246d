"""Score what is claimed inside topics that stay against sentences that a strict reader judged, and draw them.

Run as ``python -m tests.benchmarks.judged_inside`` in the root of the repository, with the shared data beside
it: it prints how many of the claims among the sentences of ``coding/inside_news.csv`` are news, how many of
the news are claimed, and what is news by certainty. The certainties were fitted on the sheet, which names a
sentence by its digest: ``fit_inside`` has the figures of countries left out.

``--open FILE`` writes the sentences, one a line, with what either side says on the topic and what of the
whole other text is most like them, and ``--judged FILE`` reads the same lines with ``"answer"``, and writes
the sheet. An answer is *new* (it asks, promises, threatens, condemns, or tells a name or a figure on the
topic, and the other side does nothing like it), *counterpart* (the other side does so too, in whatever
words), *no act*, or *off topic*. One reader, who saw no certainty, answered.

Pairs of neighbouring sessions are drawn by seed from countries of which no sheet named below has any: half of
them older than session 70. Of each pair two of the five topics on both sides with the largest shares, and of
a topic at most so many of the sentences that ``list_candidates`` gives.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.acceptance.draw_sheets import list_speeches
from tests.benchmarks.directions import load_side
from tests.coded_sheets import CODING
from tracker.comparing.pipeline import Basis, side_names
from tracker.comparing.topics.inside import Candidate, list_candidates
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.text.encoder import DEFAULT, multiply

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.changes import Comparison, Inside, SideOfTwo
    from tracker.model.texts import Version

    Pair = tuple[str, int, int]

SHEET: Final = CODING / "inside_news.csv"
ANSWERS: Final = ("new", "counterpart", "no act", "off topic")
SEED = "inside, to fit"
LEFT_OUT = ("inside_drawn", "fresh", "abstracts", "aside_abstracts", "final", "untouched")
"""Sheets whose countries are left out, since the figures of the program are measured on them."""
PAIRS, ROUNDS, RECENT = 15, 2, 70
"""Pairs of each half that are drawn at once, how often, and the session from which they are recent."""
LARGEST, TOPICS, SENTENCES = 5, 2, 14
_NEAR = 2
"""Sentences of the whole other text that are shown beside its passages."""
_NAMED: Final = ("country", "old", "new", "topic", "side", "digest")
_DIGEST = 16
_BANDS = (0.65, 0.75, 0.8, 0.85, 0.9, 1.0)


def draw_pairs() -> list[Pair]:
    """Return pairs of neighbouring sessions, each country once where there are enough."""
    taken = list_measured()
    sessions: dict[str, list[int]] = {}
    for country, session in sorted(list_speeches()):
        if country not in taken:
            sessions.setdefault(country, []).append(session)
    pairs = [(country, *each) for country, held in sorted(sessions.items()) for each in pairwise(held)]
    older, newer = [each for each in pairs if each[2] < RECENT], [each for each in pairs if each[1] >= RECENT]
    halves = _take_turns(older), _take_turns(newer)
    return [
        each
        for start in range(0, PAIRS * ROUNDS, PAIRS)
        for half in halves
        for each in half[start : start + PAIRS]
    ]


def list_measured() -> frozenset[str]:
    """Return the countries of the sheets on which the figures of the program are measured."""
    return frozenset(row["country"] for name in LEFT_OUT for row in _read(CODING / f"{name}.csv"))


def _take_turns(pairs: Sequence[Pair]) -> list[Pair]:
    """Return pairs in the order of a draw, first one of each country, then a second."""
    used: Counter[str] = Counter()
    ranked: list[tuple[int, int, Pair]] = []
    for place, pair in enumerate(random.Random(SEED).sample(pairs, len(pairs))):  # noqa: S311 (a sample)
        ranked.append((used[pair[0]], place, pair))
        used[pair[0]] += 1
    return [pair for _, _, pair in sorted(ranked)]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A candidate inside a topic of a pair of speeches."""

    country: str
    candidate: Candidate
    comparison: Comparison

    @property
    def sentence(self) -> str:
        """Its text."""
        return self.version(self.candidate.side).segments[self.candidate.place].text

    @property
    def key(self) -> tuple[str, ...]:
        """What names it in a sheet."""
        digest = hashlib.sha256(self.sentence.encode()).hexdigest()[:_DIGEST]
        sessions = (self.comparison.old.name, self.comparison.new.name)
        numbers = (name.split("_")[0] for name in sessions)
        return (self.country, *numbers, self.candidate.topic, self.candidate.side, digest)

    def find_claim(self) -> Inside | None:
        """Return what is told of it; None where nothing is."""
        mine = self.candidate
        place = mine.topic, mine.side, mine.place
        told = (
            each for each in self.comparison.inside if (each.topic, each.side, each.evidence.segment) == place
        )
        return next(told, None)

    def version(self, side: SideOfTwo) -> Version:
        """Return the text of a side."""
        return (self.comparison.old if side == "old" else self.comparison.new).version


def list_pair(pair: tuple[str, int, int]) -> dict[str, list[Drawn]]:
    """Return by topic the candidates of a pair, compared by words alone."""
    country, *sessions = pair
    old, new = (load_side(country, list_speeches()[country, session]) for session in sessions)
    comparison = compare_sides(old, new, Basis(load_vocabulary(), encoder=None))
    found = list_candidates(
        old.version, new.version, comparison.topics, comparison.names, side_names(old, new)
    )
    return {topic: [Drawn(country, each, comparison) for each in rows] for topic, rows in found.items()}


def draw(pairs: Iterable[Pair]) -> Iterator[list[Drawn]]:
    """Yield the sentences that are judged, by topic, in the order of the texts."""
    chance = random.Random(SEED)  # noqa: S311 (a sample, no secret)
    for pair in pairs:
        found = {topic: rows for topic, rows in list_pair(pair).items() if len(rows) > 1}
        largest = sorted(found, key=lambda topic: (-found[topic][0].candidate.share, topic))[:LARGEST]
        for topic in chance.sample(largest, min(TOPICS, len(largest))):
            rows = found[topic]
            taken = chance.sample(rows, min(SENTENCES, len(rows)))
            yield sorted(taken, key=lambda each: (each.candidate.side == "new", each.candidate.place))


def describe(rows: Sequence[Drawn]) -> Iterator[dict[str, Any]]:
    """Yield the sentences of a topic as a reader judges them."""
    comparison = rows[0].comparison
    (change,) = (each for each in comparison.topics if each.topic == rows[0].candidate.topic)
    passages = {
        name: sorted({*reading.segments, *reading.passage} if reading else ())
        for name, reading in (("old", change.old), ("new", change.new))
    }
    texts = {
        name: [segment.text for segment in side.version.segments]
        for name, side in (("old", comparison.old), ("new", comparison.new))
    }
    vectors = {name: DEFAULT.encode(held) for name, held in texts.items()}
    for each in rows:
        side, place = each.candidate.side, each.candidate.place
        other = "old" if side == "new" else "new"
        likeness = multiply(vectors[side][[place]], vectors[other])[0]
        nearest = sorted(range(len(likeness)), key=lambda at: -float(likeness[at]))[:_NEAR]
        yield {
            **dict(zip(_NAMED, each.key, strict=True)),
            "sentence": each.sentence,
            "act": each.candidate.deed.act,
            "own side": [texts[side][at] for at in passages[side]],
            "other side": [texts[other][at] for at in passages[other]],
            "nearest": [texts[other][at] for at in nearest],
        }


def main() -> None:
    """Print the figures; or write what a reader judges, or what she answered."""
    parser = argparse.ArgumentParser(description="Score what is claimed inside topics that stay.")
    parser.add_argument("--open", type=Path, help="write what is to be judged")
    parser.add_argument("--judged", type=Path, help="read the answers, and write the sheet")
    asked = parser.parse_args()
    if asked.open:
        lines = (json.dumps(row, ensure_ascii=False) for rows in draw(draw_pairs()) for row in describe(rows))
        asked.open.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    elif asked.judged:
        write_sheet(json.loads(line) for line in asked.judged.read_text("utf-8").splitlines())
    else:
        score(read_answers())


def score(answers: Mapping[tuple[str, ...], str]) -> None:
    """Print how true claims are, and how many of the news are claimed."""
    pairs = dict.fromkeys((country, int(old), int(new)) for country, old, new, *_ in answers)
    drawn = [each for pair in pairs for rows in list_pair(pair).values() for each in rows]
    judged = [(each.find_claim(), answers[each.key] == "new") for each in drawn if each.key in answers]
    told = [(claim.certainty, is_new) for claim, is_new in judged if claim and claim.claimed]
    news, true = sum(is_new for _, is_new in judged), sum(is_new for _, is_new in told)
    print(f"{len(judged)} sentences, {news} news ({news / len(judged):.2f})")
    print(f"claimed {len(told)}, true {true} ({true / len(told):.2f}), found {true / news:.2f} of the news")
    for least, most in pairwise(_BANDS):
        band = [is_new for claim, is_new in judged if claim and least <= claim.certainty < most]
        if band:
            print(f"  certainty {least} to {most}: {sum(band) / len(band):.2f} of {len(band)}")


def write_sheet(rows: Iterable[dict[str, Any]]) -> None:
    """Write the answers, each by the digest of its sentence."""
    with SHEET.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow((*_NAMED, "answer"))
        for row in rows:
            if row["answer"] not in ANSWERS:
                raise ValueError(f"{row['answer']!r} is no answer; use {', '.join(ANSWERS)}")
            table.writerow((*(row[name] for name in _NAMED), row["answer"]))


def read_answers() -> dict[tuple[str, ...], str]:
    """Return what the reader said of each sentence, by what names it."""
    return {tuple(row[name] for name in _NAMED): row["answer"] for row in _read(SHEET)}


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
