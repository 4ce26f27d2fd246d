"""Measure the grades of requests and the direction of pairs, beside the first verb alone and the majority.

Kappa is on sessions 11 to 14 of the Universal Periodic Review by the shipped weights, fitted on 1 to 10.
The direction of a pair is by weights fitted without any text of its sender or of the two sessions it is
of, and of no table that ships; intervals resample senders. Run as ``python -m tests.benchmarks.strength`` in
the root of the repository; it takes about four minutes.
"""

from __future__ import annotations

import csv
import itertools
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tests.benchmarks.fit_strength import (
    LAST_SESSION,
    LEAST_CERTAINTY,
    Request,
    choose_training,
    fit_weights,
    load_requests,
    measure_kappa,
)
from tests.shared_data import require
from tracker.comparing.shifts.requests import GRADES, compare_grades, grade_request, load_grade_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.comparing.shifts.requests import GradeWeights

T = TypeVar("T")
FOLDS = 6
BLOCKS = (range(1, 4), range(4, 7), range(7, LAST_SESSION + 1))
"""Sessions of the older texts of pairs, left out of a fit together; the newer are of none that is fitted."""
RESAMPLES = 1000
WORDS = {"stronger": "strengthened", "weaker": "weakened", "same": "same"}

Grader = dict[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of a pair by ours, the first verb and the majority, and what the codes say."""

    sender: str
    gold: str
    ours: str | None
    verb: str
    majority: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts of one sender to one state on one issue."""

    sender: str
    old: str
    new: str
    change: str
    session: int
    """That of the older text."""


def load_pairs() -> tuple[Pair, ...]:
    """Return the development pairs."""
    with require("strength/upr_pairs_dev.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Pair(row["sender"], row["old"], row["new"], row["change"], int(row["s_old"]))
            for row in csv.DictReader(lines)
            if int(row["s_new"]) > LAST_SESSION
        )


def fit_first_verb(requests: Sequence[Request]) -> Grader:
    """Return the commonest code for each first word; under the empty word, the commonest of all."""
    met: dict[str, Counter[int]] = defaultdict(Counter)
    for one in requests:
        met[_first_word(one.text)][one.grade] += 1
        met[""][one.grade] += 1
    return {word: counts.most_common(1)[0][0] for word, counts in met.items()}


def _first_word(text: str) -> str:
    return next(iter(text.lower().split()), "").strip(".,;:")


def grade_by_verb(text: str, grader: Grader) -> int:
    """Return the commonest code of the first word."""
    return grader.get(_first_word(text), grader[""])


def grade_by_ours(text: str, weights: GradeWeights, otherwise: int) -> int:
    """Return our grade; where there is none, the commonest code, so that an abstention counts."""
    grade = grade_request(text, "en", weights)
    return grade.grade if grade else otherwise


def print_grades(requests: Sequence[Request]) -> None:
    """Print kappa with intervals, and the confusion."""
    training = choose_training(requests)
    later = [one for one in requests if one.session > LAST_SESSION]
    weights, verbs = load_grade_weights(), fit_first_verb(training)
    if weights != fit_weights(training):
        raise SystemExit("the shipped weights are not those that fit_strength.py gives")
    graders: dict[str, Callable[[str], int]] = {
        "majority": lambda _: verbs[""],
        "first verb": lambda text: grade_by_verb(text, verbs),
        "ours": lambda text: grade_by_ours(text, weights, verbs[""]),
    }
    silent = sum(grade_request(one.text, "en", weights) is None for one in later)
    print(f"codes of sessions 11 to 14: {len(later):,} texts, {silent / len(later):.1%} not graded by us")
    for name, grade in graders.items():
        by_sender: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
        for one in later:
            by_sender[one.sender][one.grade, grade(one.text)] += 1
        counts = sum(by_sender.values(), Counter[tuple[int, int]]())
        right = sum(count for (gold, said), count in counts.items() if gold == said) / len(later)
        low, high = resample(list(by_sender.values()), lambda some: measure_kappa(sum(some, Counter())))
        print(f"  {name:11} kappa {measure_kappa(counts):.3f} [{low:.3f}, {high:.3f}]  accuracy {right:.3f}")
    print("  confusion of ours, a row for each code, a column for each grade:")
    for gold in GRADES:
        print("   ", gold, *(f"{counts[gold, said]:6,}" for said in GRADES))


def resample(groups: list[T], measure: Callable[[list[T]], float]) -> tuple[float, float]:
    """Return the 95 % interval of a measure over groups drawn with replacement."""
    draw = random.Random(1)  # noqa: S311 - a resampling, no secret
    found = sorted(measure(draw.choices(groups, k=len(groups))) for _ in range(RESAMPLES))
    return found[round(0.025 * RESAMPLES)], found[round(0.975 * RESAMPLES) - 1]


def answer_pairs(requests: Sequence[Request], pairs: Sequence[Pair]) -> list[Answer]:
    """Answer each pair by weights and counts that have seen no text of its sender or sessions."""
    senders = sorted({pair.sender for pair in pairs})
    random.Random(3).shuffle(senders)  # noqa: S311 - folds, no secret
    answers: list[Answer] = []
    for fold, sessions in itertools.product(range(FOLDS), BLOCKS):
        left_out = set(senders[fold::FOLDS])
        asked = [pair for pair in pairs if pair.sender in left_out and pair.session in sessions]
        training = choose_training(requests, left_out, sessions)
        weights, verbs = fit_weights(training), fit_first_verb(training)
        commonest = Counter(p.change for p in pairs if p.sender not in left_out).most_common(1)[0][0]
        answers.extend(
            Answer(p.sender, p.change, _direct(p, weights), _direct_by_verb(p, verbs), commonest)
            for p in asked
        )
    return answers


def _direct(pair: Pair, weights: GradeWeights) -> str | None:
    old, new = (grade_request(text, "en", weights) for text in (pair.old, pair.new))
    answer = compare_grades(old, new, LEAST_CERTAINTY) if old and new else None
    return WORDS[answer] if answer else None


def _direct_by_verb(pair: Pair, verbs: Grader) -> str:
    old, new = (grade_by_verb(text, verbs) for text in (pair.old, pair.new))
    return "same" if old == new else "strengthened" if new > old else "weakened"


def print_directions(answers: Sequence[Answer]) -> None:
    """Print accuracy and the share answered, with intervals, and the confusion."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.sender].append(answer)
    print(f"direction of pairs: {len(answers)} pairs of {len(groups)} senders, none seen, nor their sessions")
    sayings: dict[str, Callable[[Answer], str | None]] = {
        "majority": lambda answer: answer.majority,
        "first verb": lambda answer: answer.verb,
        "ours": lambda answer: answer.ours,
        "ours, forced": lambda answer: answer.ours or "same",
    }
    for name, say in sayings.items():
        given = [(answer.gold, say(answer)) for answer in answers]
        low, high = resample(list(groups.values()), partial(measure_groups, say=say))
        accuracy = measure_accuracy(answers, say)
        answered = sum(said is not None for _, said in given) / len(given)
        print(f"  {name:12} accuracy {accuracy:.3f} [{low:.3f}, {high:.3f}]  answered {answered:.3f}")
    print("  confusion of ours, a row for each gold direction:")
    for gold in WORDS.values():
        counts = Counter(answer.ours for answer in answers if answer.gold == gold)
        print(
            f"    {gold:12}", *(f"{said or 'abstained'} {counts[said]}" for said in (*WORDS.values(), None))
        )


def measure_groups(groups: Sequence[Sequence[Answer]], say: Callable[[Answer], str | None]) -> float:
    """Return the accuracy over groups taken together."""
    return measure_accuracy([answer for group in groups for answer in group], say)


def measure_accuracy(answers: Sequence[Answer], say: Callable[[Answer], str | None]) -> float:
    """Return the share of right answers among those given."""
    given = [(answer.gold, say(answer)) for answer in answers]
    said = [gold == answer for gold, answer in given if answer is not None]
    return sum(said) / len(said)


def main() -> None:
    """Print the figures."""
    requests = load_requests()
    print_grades(requests)
    print_directions(answer_pairs(requests, load_pairs()))


if __name__ == "__main__":
    main()
