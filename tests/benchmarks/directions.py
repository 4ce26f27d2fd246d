"""How often *more*, *less* and *kept* are what readers call more, less and the same, and how surely.

Run as ``python -m tests.benchmarks.directions`` in the root of the repository, with the shared data
beside it; with ``report`` on the half that nothing was fitted on. Readers coded topics that are priorities
of both speeches of a pair. A claim is true where a reader gave its direction or would allow it; found are
those that both gave without another choice. Claims of topics that no reader coded tell of levels, which
other sheets measure, and are counted apart.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING, Final

from tests.acceptance.draw_sheets import list_speeches
from tests.coded_sheets import CODING
from tracker.comparing.pipeline import Basis, text_side
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tracker.model.texts import Side
    from tracker.model.topics import TopicChange

    Pair = tuple[str, ...]
    Answers = Mapping[str, tuple[str, ...]]
    Coded = Mapping[str, Answers]

SHEET: Final = CODING / "directions.csv"
HALVES: Final = {"chosen": "work", "report": "report"}
DIRECTIONS: Final = {"more": "more", "kept": "same", "less": "less"}
BANDS: Final = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the program says of a topic of a pair, and by reader the direction given, and one allowed too."""

    pair: Pair
    change: TopicChange
    answers: Answers

    @property
    def given(self) -> tuple[str, ...]:
        """The directions that readers gave."""
        return list_given(self.answers)

    @property
    def allowed(self) -> frozenset[str]:
        """The directions that readers gave or would allow."""
        return frozenset(each for answer in self.answers.values() for each in answer)

    @property
    def direction(self) -> str:
        """The direction of the outcome, claimed or not."""
        return DIRECTIONS[self.change.outcome]


def main() -> None:
    """Print how many claims are true and how many of what readers call firmly is found; then by certainty."""
    half = next((each for each in sys.argv[1:] if each in HALVES), "chosen")
    judged, firm, uncoded = judge_pairs(read_directions(half))
    for name, statuses in (("more and less", {"more", "less"}), ("kept", {"kept"})):
        told = [each for each in judged if each.change.claimed and each.change.outcome in statuses]
        wanted = sum(firm[DIRECTIONS[status]] for status in statuses)
        true = sum(each.direction in each.allowed for each in told)
        own = sum(each.direction in each.given for each in told)
        found = sum(is_firm(each) for each in told)
        print(
            f"{half}, {name}: {true} of {len(told)} claims true ({true / max(1, len(told)):.2f}; as a reader"
            f" says {own / max(1, len(told)):.2f}), {found} of {wanted} firm ones found"
        )
    print(f"claimed of topics that no reader coded: {uncoded}")
    for least, most in zip(BANDS, (*BANDS[1:], 1.01), strict=True):
        band = [each for each in judged if least <= (each.change.share_certainty or 0.0) < most]
        if band:
            by = fmean(each.given.count(each.direction) / len(each.given) for each in band)
            print(f"chance {least:.1f} to {min(1.0, most):.1f}: given by {by:.2f} of readers, of {len(band)}")


def is_firm(each: Judged) -> bool:
    """Whether both readers gave the direction, and would allow no other."""
    return set(each.given) == {each.direction} == each.allowed and len(each.given) > 1


def judge_pairs(coded: Mapping[Pair, Coded]) -> tuple[list[Judged], Counter[str], int]:
    """Return what is said of coded topics, how many firm codes a direction has, and claims of others."""
    speeches = list_speeches()
    judged: list[Judged] = []
    firm: Counter[str] = Counter()
    uncoded = 0
    for pair, topics in sorted(coded.items()):
        country, *sessions = pair
        old, new = (load_side(country, speeches[country, int(each)]) for each in sessions)
        changes = compare_sides(old, new, Basis(load_vocabulary(), encoder=None)).topics
        for answers in topics.values():
            given = {*answers.values()}
            if len(answers) > 1 and len(given) == 1 and len(min(given)) == 1:
                firm[min(given)[0]] += 1
        for change in changes:
            if change.outcome in DIRECTIONS:
                if change.topic in topics:
                    judged.append(Judged(pair, change, topics[change.topic]))
                else:
                    uncoded += change.claimed
    return judged, firm, uncoded


def load_side(country: str, path: Path) -> Side:
    """Return a speech as one side of a comparison."""
    side = text_side(path.stem, read_text(path.read_text("utf-8-sig")))
    return replace(side, country=country)


def list_given(answers: Answers) -> tuple[str, ...]:
    """Return the directions that readers gave."""
    return tuple(answer[0] for answer in answers.values())


def read_directions(half: str) -> dict[Pair, Coded]:
    """Return by pair of a half what readers answered."""
    wanted = {
        (row["country"], row["old"], row["new"])
        for row in _read(CODING / "drawn.csv")
        if row["use"] == "directions" and row["half"] == HALVES[half]
    }
    return {pair: topics for pair, topics in read_answers(SHEET).items() if pair in wanted}


def read_answers(sheet: Path) -> dict[Pair, Coded]:
    """Return by pair, topic and reader the direction that was given, and the one that would be allowed."""
    found: dict[Pair, dict[str, dict[str, tuple[str, ...]]]] = defaultdict(lambda: defaultdict(dict))
    for row in _read(sheet):
        answer = tuple(filter(None, (row["direction"], row["or"])))
        found[row["country"], row["old"], row["new"]][row["topic"]][row["reader"]] = answer
    return dict(found)


def _read(sheet: Path) -> Iterable[dict[str, str]]:
    with sheet.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
