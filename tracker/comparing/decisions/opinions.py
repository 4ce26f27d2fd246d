"""What second readers answered about topics, weighed by how each answered where careful readers had coded.

A person decides; what a language model answers is evidence. An answer changes how likely each level is by how
often this coder gives it where readers found that level (Bayes' rule, with the coder's confusion matrix as in
Dawid and Skene 1979, Maximum likelihood estimation of observer error-rates, Applied Statistics 28, 20-28).
"""

from __future__ import annotations

from collections import Counter
from math import log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.decisions.agreement import find_alpha

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.model.decisions import Odds, Opinion

NOT_SURE: Final = "not sure"
"""The answer of who can give no level; what is kept of it is no level."""

CLASSES: Final[Mapping[str, int]] = {
    "absent": 0, "mentioned": 1, "acknowledged": 1, "substantive": 2, "declared": 3,
}  # fmt: skip
"""The levels that are told apart: what is named and no priority is one of them."""

_UNSURE: Final = 4
"""The class of an answer that gives no level; readers always give one."""
_SIZE: Final = 4
_PRIOR: Final = 5.0
"""As many codes as are added to those of each level, spread as all answers are: few codes weigh little."""
_CHANCE: Final = 3.09
"""Standard deviations that answers must differ from chance by: once in a thousand they do without cause."""


class Measured(NamedTuple):
    """How often a coder gave one answer where readers of a country's statements coded one level."""

    country: str
    answered: str
    """A level, or ``NOT_SURE``."""
    coded: str
    number: float
    """Of a topic that two readers coded each counts by half."""


class Weights(NamedTuple):
    """What the answers of a coder weigh."""

    odds: Mapping[str, Odds]
    """By answer, how likely it is where the level is absent, mentioned, substantive and declared."""
    alpha: float
    """Krippendorff's alpha (nominal) of the coder with the readers, of the levels told apart here."""


def find_weights(measured: Iterable[Measured], country: str | None) -> Weights | None:
    """Return what a coder's answers about a country weigh, by what was measured on other countries'.

    None where they weigh nothing: nothing was measured, or the answers tell no more of the levels than chance
    (G-test, Sokal and Rohlf 1995, Biometry, 3rd edition, 17.4; one side, p < .001).
    """
    counts: Counter[tuple[int, int]] = Counter()
    for each in measured:
        if each.country != country:
            counts[CLASSES.get(each.answered, _UNSURE), CLASSES[each.coded]] += each.number  # type: ignore[assignment]
    if _deviate(counts) < _CHANCE:
        return None
    whole = sum(counts.values())
    given = [sum(counts[answer, level] for level in range(_SIZE)) / whole for answer in range(_SIZE + 1)]
    coded = [sum(counts[answer, level] for answer in range(_SIZE + 1)) for level in range(_SIZE)]
    found = {
        name: tuple(
            round((counts[answer, level] + _PRIOR * given[answer]) / (coded[level] + _PRIOR), 6)
            for level in range(_SIZE)
        )
        for name, answer in (*CLASSES.items(), (NOT_SURE, _UNSURE))
        if given[answer]
    }
    return Weights(found, _agree(counts))  # type: ignore[arg-type]


def _deviate(counts: Mapping[tuple[int, int], float]) -> float:
    """Return by how many standard deviations answers and codes hang together more than by chance.

    The chi-square of the G-test made normal (Wilson and Hilferty 1931, The distribution of chi-square,
    Proceedings of the National Academy of Sciences 17, 684-688); 0 where one of them never varies.
    """
    whole = sum(counts.values())
    answers, codes = Counter[int](), Counter[int]()
    for (answer, code), number in counts.items():
        answers[answer] += number  # type: ignore[assignment]
        codes[code] += number  # type: ignore[assignment]
    freedom = (sum(map(bool, answers.values())) - 1) * (sum(map(bool, codes.values())) - 1)
    if freedom < 1:
        return 0.0
    shared = 2 * sum(
        number * log(number * whole / (answers[answer] * codes[code]))
        for (answer, code), number in counts.items()
        if number
    )
    spread = 2 / (9 * freedom)
    return float(((max(shared, 0.0) / freedom) ** (1 / 3) - (1 - spread)) / sqrt(spread))


def _agree(counts: Mapping[tuple[int, int], float]) -> float:
    # Halves are counted as they stand: alpha is of shares, but for the one unit that it leaves out.
    units = [(str(one), str(other)) for (one, other), number in counts.items() for _ in range(round(number))]
    return find_alpha(unit for unit in units if str(_UNSURE) not in unit) or 0.0


def weigh_levels(levels: Odds, odds: Odds) -> Odds:
    """Return how likely each level is after an answer, of how likely it was before and the answer's odds."""
    weighed = [likely * chance for likely, chance in zip(levels, odds, strict=True)]
    whole = sum(weighed)
    return tuple(each / whole for each in weighed) if whole else levels  # type: ignore[return-value]


def choose_opinions(opinions: Iterable[Opinion], side: str) -> dict[str, Opinion]:
    """Return by topic the opinion that weighs on one side: that of the coder who agrees best with readers.

    Others are not added: models make the same mistakes.
    """
    chosen: dict[str, Opinion] = {}
    for each in opinions:
        if each.side == side and each.odds:
            held = chosen.get(each.topic)
            if held is None or (each.alpha or 0.0) > (held.alpha or 0.0):
                chosen[each.topic] = each
    return chosen


def find_disputed(opinions: Iterable[Opinion]) -> frozenset[str]:
    """Return the topics of which coders whose answers weigh give one side levels that do not go together."""
    said: dict[tuple[str, str], set[int]] = {}
    for each in opinions:
        if each.odds and each.level:
            said.setdefault((each.topic, each.side), set()).add(min(CLASSES[each.level], 2))
    return frozenset(topic for (topic, _), classes in said.items() if len(classes) > 1)
