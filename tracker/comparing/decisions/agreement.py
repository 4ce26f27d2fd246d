"""How far two coders agree: the share of equal codes, and the same corrected for chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import question_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.decisions import Question, Ruling

_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two people answered one question about the units that both of them judged."""

    question: Question
    one: str
    other: str
    units: int
    percent: float
    """The share of equal codes, 0 to 1."""
    kappa: float | None
    alpha: float | None
    """Both are None where only one code was used at all, so that chance explains everything."""


def measure_agreements(rulings: Iterable[Ruling], questions: Sequence[Question]) -> tuple[Agreement, ...]:
    """Return the agreement of every two people, question by question, on the units that both decided.

    The rulings are the last ones of each person. Operations, directions and levels are nominal codes.
    """
    codes: dict[Question, dict[tuple[str, ...], dict[str, str]]] = {}
    for ruling in rulings:
        units = codes.setdefault(ruling.decision.question, {})
        units.setdefault(question_key(ruling), {})[ruling.decision.person] = ruling.decision.code
    people = sorted({person for units in codes.values() for coded in units.values() for person in coded})
    return tuple(
        _measure(question, one, other, pairs)
        for question in sorted(codes, key=questions.index)
        for one, other in combinations(people, 2)
        if (pairs := tuple(_pair(codes[question].values(), one, other)))
    )


def _pair(units: Iterable[Mapping[str, str]], one: str, other: str) -> Iterator[tuple[str, str]]:
    return ((coded[one], coded[other]) for coded in units if one in coded and other in coded)


def _measure(question: Question, one: str, other: str, pairs: Sequence[tuple[str, str]]) -> Agreement:
    percent = round(share_agreed(pairs), _DECIMALS)
    kappa, alpha = find_kappa(pairs), find_alpha(pairs)
    return Agreement(question, one, other, len(pairs), percent, kappa, alpha)


def share_agreed(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of units to which two coders gave the same code, 0 to 1."""
    return sum(one == other for one, other in pairs) / len(pairs)


def find_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two coders, to four decimals; None where both used one and the same code.

    Chance is that of each coder's own distribution: Cohen, J. (1960), A coefficient of agreement for
    nominal scales, Educational and Psychological Measurement 20, 37-46.
    """
    if not pairs:
        return None
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(ones[code] * others[code] for code in ones) / len(pairs) ** 2
    if chance == 1:
        return None
    return round((share_agreed(pairs) - chance) / (1 - chance), _DECIMALS)


def find_alpha(units: Iterable[Sequence[str]]) -> float | None:
    """Return Krippendorff's alpha for nominal codes, to four decimals; None where all codes are one.

    A unit holds the codes of all who coded it; those with fewer than two are passed over. From the matrix
    of coincidences: Krippendorff, K. (2011), Computing Krippendorff's alpha-reliability, sections A to C.
    """
    differing, totals = 0.0, Counter[str]()
    for codes in units:
        if len(codes) > 1:
            totals.update(codes)
            differing += sum(one != other for one, other in permutations(codes, 2)) / (len(codes) - 1)
    size = totals.total()
    expected = size**2 - sum(count**2 for count in totals.values())
    return round(1 - (size - 1) * differing / expected, _DECIMALS) if expected else None
