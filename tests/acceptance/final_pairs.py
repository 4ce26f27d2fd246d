"""Score what is said of the final pairs: what became of each topic, and whether it takes more of the words.

Run as ``python -m tests.acceptance.final_pairs [LEVELS.csv DIRECTIONS.csv]``; without sheets, on
``coding/final.csv`` and ``coding/final_directions.csv``. These are scored once: try it on other sheets. Below
what ``tracker`` claims stands each reader, scored by the other in the same way: as far as agreement goes.

By levels a claim is true where a reader coded that status or would allow it, and firm is what both coded
without another choice; *kept* is claimed there of what is more, kept or less. By directions the same holds of
what readers call more, the same and less, among topics that are priorities of both speeches to them; *as a
reader says* leaves out what a reader would only allow.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.acceptance.calibration import ratio_words
from tests.acceptance.session_pairs import claim, leave_out, print_agreement, print_scores, repeat
from tests.benchmarks.directions import DIRECTIONS, judge_pairs, read_answers
from tests.coded_sheets import CODING, read_later, read_sheet
from tracker.coding.coded_pairs import pair_speeches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.benchmarks.directions import Answers, Coded, Judged, Pair

SHEETS: Final = (CODING / "final.csv", CODING / "final_directions.csv")
GROUPS: Final = {"more": {"more"}, "less": {"less"}, "more and less": {"more", "less"}, "kept": {"same"}}
"""What is scored by directions: the name of a row, and the answers of readers that it is about."""


class Score(NamedTuple):
    """A direction that is said of a topic, and the readers it is held against."""

    pair: Pair
    direction: str
    answers: tuple[tuple[str, ...], ...]

    @property
    def given(self) -> bool:
        """Whether a reader gave it."""
        return any(answer[0] == self.direction for answer in self.answers)

    @property
    def allowed(self) -> bool:
        """Whether a reader gave it or would allow it."""
        return any(self.direction in answer for answer in self.answers)

    @property
    def firm(self) -> bool:
        """Whether all of them gave it and would allow no other."""
        return all(answer == (self.direction,) for answer in self.answers)


def main() -> None:
    """Print both tables."""
    levels, directions = (Path(each) for each in sys.argv[1:3]) if len(sys.argv) > 1 else SHEETS
    score_levels(levels)
    score_directions(directions)


def score_levels(path: Path) -> None:
    """Print what the statuses of a sheet of levels give."""
    sheet = read_sheet(path)
    pairs, later = pair_speeches(sheet), read_later(path)
    print(f"{path.name}: {len(pairs)} pairs, by levels")
    print_agreement(sheet, pairs)
    print_scores("tracker", pairs, [claim(pair, later) for pair in pairs])
    for reader in sorted(sheet):
        shared = [pair for pair in pairs if reader in pair.readers and len(pair.readers) > 1]
        others = [leave_out(pair, reader) for pair in shared]
        print_scores(f"reader {reader}", others, [repeat(pair, reader) for pair in shared])


def score_directions(path: Path) -> None:
    """Print what the claims of *more*, *kept* and *less* give by a sheet of directions."""
    coded = read_answers(path)
    judged, _, uncoded = judge_pairs(coded)
    print(
        f"\n{path.name}: {len(coded)} pairs, by directions; {uncoded} claims of topics that no reader coded"
    )
    _print_directions("tracker", list_claims(judged), coded)
    for reader in sorted({name for topics in coded.values() for said in topics.values() for name in said}):
        others = {pair: leave_out_reader(topics, reader) for pair, topics in coded.items()}
        _print_directions(f"reader {reader}", repeat_reader(coded, reader), others)


def list_claims(judged: Iterable[Judged]) -> list[Score]:
    """Return the directions that ``tracker`` claims."""
    return [
        Score(each.pair, DIRECTIONS[each.change.outcome], tuple(each.answers.values()))
        for each in judged
        if each.change.claimed
    ]


def leave_out_reader(topics: Coded, reader: str) -> Coded:
    """Return what the others answered, of topics that one of them has."""
    rest = {topic: {who: said for who, said in row.items() if who != reader} for topic, row in topics.items()}
    return {topic: row for topic, row in rest.items() if row}


def repeat_reader(coded: Mapping[Pair, Coded], reader: str) -> list[Score]:
    """Return the directions that a reader gave of topics that another one has too."""
    return [
        Score(pair, answers[reader][0], _answer_others(answers, reader))
        for pair, topics in coded.items()
        for answers in topics.values()
        if reader in answers and len(answers) > 1
    ]


def _answer_others(answers: Answers, reader: str) -> tuple[tuple[str, ...], ...]:
    return tuple(said for who, said in answers.items() if who != reader)


def count_firm(topics: Coded, wanted: Iterable[str], readers: int) -> int:
    """Return of how many topics so many readers gave one of some directions, and no other choice."""
    firm = [{(each,)} for each in wanted]
    return sum(len(said) >= readers and {*said.values()} in firm for said in topics.values())


def _print_directions(name: str, scores: Sequence[Score], coded: Mapping[Pair, Coded]) -> None:
    readers = max(len(said) for topics in coded.values() for said in topics.values())
    print(f"\n{name:24} {'true':>28} {'as a reader says':>28} {'found of the firm':>28}")
    for group, wanted in GROUPS.items():
        rows = []
        for pair, topics in coded.items():
            held = [each for each in scores if each.pair == pair and each.direction in wanted]
            sums = (sum(getattr(each, kind) for each in held) for kind in ("allowed", "given"))
            true, given = sums
            found = sum(each.firm for each in held if len(each.answers) >= readers)
            rows.append((true, len(held), given, len(held), found, count_firm(topics, wanted, readers)))
        print(f"  {group:22} {' '.join(f'{ratio_words(rows, at):>28}' for at in (0, 2, 4))}")


if __name__ == "__main__":
    main()
