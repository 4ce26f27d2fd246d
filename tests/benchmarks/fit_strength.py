"""Fit the weights by which requests are graded and print them as ``request_grades.toml``.

A multinomial logistic regression with a ridge on the first words of a recommendation and the words near
them, on the human action codes of UPR sessions 1 to 10, by stochastic steps in a fixed order. Run as
``python -m tests.benchmarks.fit_strength > tracker/comparing/passages/request_grades.toml``; about a
quarter of a minute.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.shared_data import require
from tracker.comparing.passages.terms import load_terms
from tracker.comparing.shifts.requests import (
    GRADES,
    GradeWeights,
    name_cues,
    read_words,
    skip_opening,
    weigh_cues,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

LAST_SESSION = 10
LEAST_CERTAINTY = 0.53
"""Set on the development pairs, cross-validated: the share answered stays above .90."""
_LEAST_MET = 8
"""Times a cue must have been met to be kept."""
_ROUNDS = 12
_AVERAGED = 6
"""The last rounds, whose weights are averaged: one round's depend on the order of its steps."""
_RATE = 0.25
_RIDGE = 1.0
_INFINITIVE = re.compile(r"\bto ([a-z-]+)\b")
_LEAST_WEIGHT = 0.3
"""Cues with no log-odds beyond this either way are left out."""

HEADER = """\
# Log-odds of the grades 1 to 5 for the words a request begins with (first) and those within the eight words
# from its verb on (near). Written by tests/benchmarks/fit_strength.py; not edited by hand.
# Grades: McMahon 2012 (UPR Info action categories), codes of UPR sessions 1 to 10.
# On texts read from their first verb: {figures} More figures: tests/benchmarks/strength.py.
"""


@dataclass(frozen=True, slots=True)
class Request:
    """A coded recommendation."""

    sender: str
    session: int
    text: str
    grade: int


def load_requests() -> tuple[Request, ...]:
    """Return the coded recommendations of the Universal Periodic Review, sessions 1 to 14."""
    lines = require("priorities/upr_recommendations_s01-14.jsonl").read_text("utf-8").splitlines()
    return tuple(
        Request(row["country_or_party"], int(row["year_or_session"]), unit["text"], int(unit["action"]))
        for row in map(json.loads, lines)
        for unit in row["units"]
    )


def read_cues(text: str) -> tuple[str, ...]:
    """Return the cues of a text taken as one request: its first words, and the words near them."""
    words = read_words(text)
    return name_cues([word.text for word in words[skip_opening(text, words, "en") :]])


def choose_training(
    requests: Iterable[Request], left_out: Collection[str] = (), sessions: Collection[int] = ()
) -> list[Request]:
    """Return the requests of sessions 1 to 10, without those of some senders or sessions."""
    return [
        one
        for one in requests
        if one.session <= LAST_SESSION and one.sender not in left_out and one.session not in sessions
    ]


def fit_weights(requests: Sequence[Request]) -> GradeWeights:
    """Return weights for the cues met often enough, rounded to two decimals as they are shipped."""
    read = [(read_cues(one.text), one.grade) for one in requests]
    met = Counter(cue for cues, _ in read for cue in cues)
    examples = [([cue for cue in cues if met[cue] >= _LEAST_MET], grade) for cues, grade in read]
    bias, weights = _descend(examples, {cue: _RIDGE / count for cue, count in met.items()})
    kept = {
        cue: tuple(round(value, 2) for value in row)
        for cue, row in sorted(weights.items())
        if max(map(abs, row)) >= _LEAST_WEIGHT
    }
    verbs = _find_verbs(Counter(cues[0].removeprefix("first ") for cues, _ in read), requests)
    return GradeWeights(tuple(round(value, 2) for value in bias), kept, verbs, LEAST_CERTAINTY)


def _find_verbs(openers: Counter[str], requests: Iterable[Request]) -> frozenset[str]:
    """Return the words that open requests; those met once only where they stand after ``to`` as well."""
    infinitives = {
        cue.removeprefix("first ")
        for one in requests
        for phrase in _INFINITIVE.findall(one.text)
        for cue in read_cues(phrase)[:1]
    }
    known = {word for word, count in openers.items() if count > 1 or word in infinitives}
    return frozenset(known).difference(load_terms("requests.toml", "speakers", "en"))


def _descend(
    examples: list[tuple[list[str], int]], ridge: dict[str, float]
) -> tuple[list[float], dict[str, list[float]]]:
    """Take steps down the gradient, each cue's shrinking with the slope it has met (AdaGrad), and average."""
    weights = {cue: [0.0] * 5 for cues, _ in examples for cue in (*cues, "")}
    slopes = {cue: [1e-3] * 5 for cue in weights}
    sums = {cue: [0.0] * 5 for cue in weights}
    order = list(range(len(examples)))
    shuffle = random.Random(7).shuffle  # noqa: S311 - an order, no secret
    for turn in range(_ROUNDS):
        shuffle(order)
        for index in order:
            _step(weights, slopes, ridge, *examples[index])
        if turn >= _ROUNDS - _AVERAGED:
            for cue, row in weights.items():
                sums[cue] = [total + value / _AVERAGED for total, value in zip(sums[cue], row, strict=True)]
    return sums.pop(""), sums


def _step(
    weights: dict[str, list[float]],
    slopes: dict[str, list[float]],
    ridge: dict[str, float],
    cues: list[str],
    grade: int,
) -> None:
    rows = [(weights[cue], slopes[cue], ridge.get(cue, 0.0)) for cue in (*cues, "")]
    odds = [math.exp(sum(column)) for column in zip(*(row for row, _, _ in rows), strict=True)]
    total = sum(odds)
    wrong = [value / total - (number == grade) for number, value in zip(GRADES, odds, strict=True)]
    for row, slope, pull in rows:
        for place, error in enumerate(wrong):
            step = error + pull * row[place]
            slope[place] += step * step
            row[place] -= _RATE * step / math.sqrt(slope[place])


def measure_kappa(counts: Counter[tuple[int, int]]) -> float:
    """Return Cohen's kappa with quadratic weights of counts by gold and answer."""
    total = sum(counts.values())
    gold, said = Counter[int](), Counter[int]()
    for (one, other), count in counts.items():
        gold[one] += count
        said[other] += count
    seen = sum((one - other) ** 2 * count for (one, other), count in counts.items())
    chance = sum((a - b) ** 2 * gold[a] * said[b] for a in GRADES for b in GRADES) / total
    return 1 - seen / chance


def write_weights(weights: GradeWeights, figures: str) -> str:
    """Return the weights as TOML."""
    lines = [HEADER.format(figures=figures)]
    lines.append(f"least_certainty = {weights.least_certainty}")
    lines.append(f"bias = {list(weights.bias)}")
    lines.append(f"verbs = {json.dumps(sorted(weights.verbs), indent=4)}")
    for place in ("first", "near"):
        lines.append(f"\n[{place}]")
        rows = (
            (cue.removeprefix(f"{place} "), row)
            for cue, row in weights.cues.items()
            if cue.startswith(f"{place} ")
        )
        lines.extend(f"{json.dumps(words)} = {list(row)}" for words, row in rows)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the weights, after the figures they give on sessions 11 to 14."""
    requests = load_requests()
    weights = fit_weights(choose_training(requests))
    later = [one for one in requests if one.session > LAST_SESSION]
    counts = Counter(
        (one.grade, max(GRADES, key=lambda grade: chances[grade - 1]))
        for one in later
        for chances in (weigh_cues(read_cues(one.text), weights),)
    )
    right = sum(count for (gold, said), count in counts.items() if gold == said) / len(later)
    figures = f"{right:.3f} of the codes of sessions 11 to 14, quadratic kappa {measure_kappa(counts):.3f}."
    print(write_weights(weights, figures), end="")


if __name__ == "__main__":
    main()
