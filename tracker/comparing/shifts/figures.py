"""Figures that were raised or lowered: money, percentages and counts, with the difference computed."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from tracker.comparing.passages.forms import BINDING, read_forms
from tracker.comparing.passages.rewording import is_reordered
from tracker.comparing.passages.terms import same_stem
from tracker.comparing.shifts.clauses import cut_new_clauses
from tracker.comparing.shifts.moments import read_moments
from tracker.comparing.shifts.pairs import LEAST_MOVED, Match, pair_spans
from tracker.comparing.shifts.quantities import Figure, read_quantities

if TYPE_CHECKING:
    from tracker.comparing.passages.rewording import Rewording, SideText
    from tracker.comparing.shifts.pairs import Pair
    from tracker.model.changes import Direction, Shift

_POINTS = {"percent", "percentage points"}
_MEASURES = {"times", "hours", "tonnes", "MW", "MWh", "hectares", "km"}
_NO_MONEY = {"", "°C", "°F", "per mille", *_MEASURES}
_DOLLARS = {"$", "USD"}
_AMOUNTS = {"money", "percent"}
_ASIDE = re.compile(
    r"[,;:،؛，；。.(–—]\s|\b(?:when|where|which|who|as|because|cuando|donde|lorsque|quand|où)\b"
)
"""What begins a clause beside what is promised."""
_PLURAL, _VOWELS = re.compile("(?:ات|ين|ون|ان|ة|ا)$"), re.compile("[اأإآويىءؤئ]")
"""Of an Arabic noun."""
_LEAST_THERE = 0.2
"""How alike the words around two counts or percentages at one place must be for them to be of one thing."""


@lru_cache(maxsize=1)
def find_figure_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the figures that changed: each with that of the other side that is of the same thing.

    Where there are none, amounts of money and percentages are looked for without a clause that one side says
    besides; of a count there too little is kept to tell what it is of.
    """
    if found := _find_shifts(rewording):
        return found
    cut = cut_new_clauses(rewording)
    return tuple(shift for shift in _find_shifts(cut) if shift.rule in _AMOUNTS) if cut else ()


def _find_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    if not rewording.substitutions or not (rewording.comparable or is_reordered(rewording)):
        return ()
    old, new = _read_figures(rewording.old), _read_figures(rewording.new)
    if not (old and new):
        return ()
    match = Match(_may_compare, _is_equal, attrgetter("unit"))
    return tuple(
        shift
        for pair in pair_spans(rewording, old, new, match)
        if _is_one_thing(rewording, pair)
        for shift in compare_figures(rewording, pair.old, pair.new)
    )


def _read_figures(passage: SideText) -> tuple[Figure, ...]:
    """Return the figures of a passage without those of a deadline: two years is one in "within two years"."""
    figures = read_quantities(passage)
    if not any(figure.unit == "hours" for figure in figures):
        return figures
    spans = [each for each in read_moments(passage) if each.scale == "relative"]
    return tuple(
        figure
        for figure in figures
        if not any(figure.start < each.end and each.start < figure.end for each in spans)
    )


def compare_figures(rewording: Rewording, old: Figure, new: Figure) -> tuple[Shift, ...]:
    """Return the shift from one figure to another, nothing where they are equal.

    A range is raised where both its ends are; one that is wider or narrower has changed, as has an
    amount that is of another currency.
    """
    if _is_equal(old, new):
        return ()
    kind = "percent" if old.unit in _POINTS else "count" if old.unit in _NO_MONEY else "money"
    direction: Direction = "changed"
    if is_same_unit(old, new) and new.value > old.value and new.high > old.high:
        direction = "raised"
    elif is_same_unit(old, new) and new.value < old.value and new.high < old.high:
        direction = "lowered"
    plain = direction != "changed" and old.value == old.high and new.value == new.high
    return rewording.shift("figure", direction, old, new, kind, _subtract(old, new) if plain else None)


def is_same_unit(old: Figure, new: Figure) -> bool:
    """Return whether two figures have one unit; dollars without a country may be those of any."""
    return old.unit == new.unit or {old.unit, new.unit} == _DOLLARS


def _is_equal(old: Figure, new: Figure) -> bool:
    return old.span == new.span and is_same_unit(old, new)


def _may_compare(old: Figure, new: Figure) -> bool:
    """Return whether two figures have one unit, or are the same number of another currency, or of points."""
    units = {old.unit, new.unit}
    other = units == _POINTS or not units & (_NO_MONEY | _POINTS)
    return is_same_unit(old, new) or (other and old.span == new.span)


def _is_one_thing(rewording: Rewording, pair: Pair[Figure]) -> bool:
    """Return whether two figures are of one thing: at one place, and a count of the same noun."""
    if not pair.there:
        return pair.alike >= LEAST_MOVED
    if pair.old.unit not in {"", "percent", *_MEASURES}:
        return True
    written = rewording.old.text[: pair.old.end], rewording.new.text[: pair.new.end]
    if pair.old.unit in _MEASURES and written[0].split()[-1] == written[1].split()[-1]:
        return True  # years and years
    nouns = _noun(rewording.old, pair.old), _noun(rewording.new, pair.new)
    if not pair.old.unit and all(nouns) and not _is_same_noun(*nouns, rewording.language):
        return False
    ranges = all(figure.value != figure.high for figure in (pair.old, pair.new))
    return ranges or pair.alike >= _LEAST_THERE


def _is_same_noun(one: str, other: str, language: str) -> bool:
    """Return whether two words are forms of one noun; in Arabic a plural has other vowels: متر and أمتار."""
    if language != "ar":
        return same_stem(one, other)
    return same_stem(*(_VOWELS.sub("", _PLURAL.sub("", word)) for word in (one, other)))


def _noun(passage: SideText, figure: Figure) -> str:
    """Return the first word after a figure, nothing at the end of a clause."""
    after = next((token for token in passage.tokens if token.start >= figure.end), None)
    return after.text if after and after.kind == "word" else ""


def _subtract(old: Figure, new: Figure) -> str:
    if new.unit in _POINTS:
        return f"{_write(new.value - old.value, signed=True)} percentage points"
    measured = new.unit in _MEASURES
    alike = measured and old.value * new.number == new.value * old.number  # a month and two months
    like = alike or (old.before, old.after) == (new.before, new.after)
    difference = new.number - old.number if like else new.value - old.value
    sign = "+" if difference > 0 else "-"
    plain = "" if new.before else new.unit
    after = "" if measured else new.after if like else plain
    blank = " " if new.before[-1:].isalpha() else ""
    text = f"{sign}{new.before}{blank}{_write(abs(difference))} {after}".rstrip()
    if not old.value:
        return text
    percent = ((new.value - old.value) / old.value * 100).quantize(Decimal(1))
    if measured and not alike:
        return f"{_write(percent, signed=True)}%"  # a week and a month
    return f"{text} ({_write(percent, signed=True)}%)"


def _write(number: Decimal, *, signed: bool = False) -> str:
    whole = number.normalize()
    return f"{whole:+,f}" if signed else f"{whole:,f}"


def is_promised(rewording: Rewording, amount: Shift) -> bool:
    """Return whether it is an amount that is promised or asked: no clause begins between, on either side.

    In ``to ensure that, when a storm costs us a third of our product, we have insurance`` it is not.
    """
    if amount.rule not in _AMOUNTS:
        return False
    for passage, evidence in ((rewording.old, amount.old), (rewording.new, amount.new)):
        at = passage.text.find(evidence.text) if evidence else -1
        ends = [form.end for form in read_forms(passage) if form.kind in BINDING and form.end <= at]
        if not ends or _ASIDE.search(passage.text, max(ends), at):
            return False
    return True
