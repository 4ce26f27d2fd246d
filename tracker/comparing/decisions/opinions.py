"""What second readers answered about topics, weighed by how each answered where careful readers had coded.

A person decides; what a language model answers is evidence. An answer changes how likely each level is by how
often this coder gives it where readers found that level (Bayes' rule, with the coder's confusion matrix as in
Dawid and Skene 1979, Maximum likelihood estimation of observer error-rates, Applied Statistics 28, 20-28).
"""

from __future__ import annotations

from collections import Counter
from math import log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

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
_ANSWERS: Final = range(_SIZE + 1)
_PRIOR: Final = 5.0
"""As many codes as are added to those of each level, spread as all answers are: few codes weigh little."""
_CHANCE: Final = 3.09
"""Standard deviations that answers must differ from chance by: once in a thousand they do without cause."""


class Measured(NamedTuple):
    """How often a coder gave one answer where readers of a country's statements coded one level."""

    country: str
    supposed: str
    """The level that the program supposed."""
    answered: str
    """A level, or ``NOT_SURE``."""
    coded: str
    number: float
    """Of a topic that two readers coded each counts by half."""


class Weights(NamedTuple):
    """What the answers of a coder weigh."""

    odds: Mapping[tuple[int, int], Odds]
    """By what the program supposed and the answer, how likely that is where the level is each of them."""
    alpha: float
    """Krippendorff's alpha (nominal) of the coder with the readers, of the levels told apart here."""

    def find(self, supposed: str | None, answered: str | None) -> Odds | None:
        """Return what an answer weighs; None for one that was never given where the program supposed this."""
        return self.odds.get((CLASSES[supposed], CLASSES.get(answered or "", _UNSURE))) if supposed else None


def find_weights(measured: Iterable[Measured], country: str | None) -> Weights | None:
    """Return what a coder's answers about a country weigh, by what was measured on other countries'.

    An answer weighs by what it adds to what the program supposed: who only repeats that adds nothing. None
    where answers weigh nothing: nothing was measured, or they tell no more of the levels than chance (G-test
    within what was supposed, Sokal and Rohlf 1995, Biometry, 3rd edition, 17.4; one side, p < .001).
    """
    counts: dict[int, Counter[tuple[int, int]]] = {level: Counter() for level in range(_SIZE)}
    for each in measured:
        if each.country != country:
            answer = CLASSES.get(each.answered, _UNSURE), CLASSES[each.coded]
            counts[CLASSES[each.supposed]][answer] += each.number  # type: ignore[assignment]
    if _deviate(list(counts.values())) < _CHANCE:
        return None
    found = {
        (supposed, answer): odds
        for supposed, table in counts.items()
        for answer, odds in _list_odds(table).items()
    }
    return Weights(found, _agree(counts.values()))


def _list_odds(counts: Mapping[tuple[int, int], float]) -> dict[int, Odds]:
    """Return by answer how likely it is where readers coded each level; of few codes near the mean of all."""
    whole = sum(counts.values())
    coded = [sum(counts.get((answer, level), 0) for answer in _ANSWERS) for level in range(_SIZE)]
    found: dict[int, Odds] = {}
    for answer in _ANSWERS:
        given = [counts.get((answer, level), 0) for level in range(_SIZE)]
        if any(given):
            mean = _PRIOR * sum(given) / whole
            odds = [(one + mean) / (of + _PRIOR) for one, of in zip(given, coded, strict=True)]
            found[answer] = tuple(round(each, 6) for each in odds)  # type: ignore[assignment]
    return found


def _deviate(tables: Iterable[Mapping[tuple[int, int], float]]) -> float:
    """Return by how many standard deviations answers and codes hang together more than by chance.

    The chi-square of the G-test made normal (Wilson and Hilferty 1931, The distribution of chi-square,
    Proceedings of the National Academy of Sciences 17, 684-688); 0 where one of them never varies.
    """
    shared, freedom = 0.0, 0
    for counts in tables:
        whole = sum(counts.values())
        answers, codes = Counter[int](), Counter[int]()
        for (answer, code), number in counts.items():
            answers[answer] += number  # type: ignore[assignment]
            codes[code] += number  # type: ignore[assignment]
        freedom += max(0, len(answers) - 1) * max(0, len(codes) - 1)
        shared += 2 * sum(
            number * log(number * whole / (answers[answer] * codes[code]))
            for (answer, code), number in counts.items()
        )
    if not freedom:
        return 0.0
    spread = 2 / (9 * freedom)
    return float(((max(shared, 0.0) / freedom) ** (1 / 3) - (1 - spread)) / sqrt(spread))


def _agree(tables: Iterable[Mapping[tuple[int, int], float]]) -> float:
    from tracker.comparing.decisions.agreement import find_alpha  # noqa: PLC0415 (2 ms where nobody was asked)

    counts = sum(map(Counter, tables), Counter[tuple[int, int]]())
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
