"""Figures that were raised or lowered: money, percentages and counts, with the difference computed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tracker.changes.shifts.rules import find_terms, load_terms, load_values

if TYPE_CHECKING:
    from tracker.changes.shifts.rewording import Fragment, Rewording, SideText, Substitution
    from tracker.model.changes import Direction, Shift
    from tracker.text.tokens import Token

_FILE = "figures.toml"
_WRITTEN = re.compile(r"(?P<before>[^\d]*?)\s*(?P<number>\d[\d.,\s]*\d|\d)\s*(?P<after>[^\d]*)")
_GROUPED = re.compile(r"\d{1,3}(?P<sign>[.,])\d{3}(?:(?P=sign)\d{3})*")
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)")
_POINTS = {"percent", "percentage points"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as written and as read."""

    start: int
    end: int
    number: Decimal
    """As written: the 5 of ``5 million euros``."""
    value: Decimal
    before: str
    after: str
    unit: str
    """One name for all spellings of a unit; empty for a count."""


def find_figure_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the figures that changed in place, where each side has exactly one, of one unit."""
    return tuple(shift for place in rewording.substitutions for shift in _compare(rewording, place))


def _compare(rewording: Rewording, place: Substitution) -> tuple[Shift, ...]:
    old, new = read_figures(place.old), read_figures(place.new)
    if len(old) != 1 or len(new) != 1 or old[0].unit != new[0].unit:
        return ()
    if not old[0].unit and not _is_same_noun(place, old[0], new[0]):
        return ()
    return compare_figures(rewording, old[0], new[0])


def compare_figures(rewording: Rewording, old: Figure, new: Figure) -> tuple[Shift, ...]:
    """Return the shift from one figure to another of its unit, nothing where they are equal."""
    if old.value == new.value:
        return ()
    kind = "count" if not old.unit else "percent" if old.unit in _POINTS else "money"
    direction: Direction = "raised" if new.value > old.value else "lowered"
    return rewording.shift("figure", direction, old, new, kind, _subtract(old, new))


def read_figures(part: Fragment) -> list[Figure]:
    """Return the figures in a part of a passage; numbers that belong to a name are none."""
    passage = part.passage
    read = [
        _read_figure(token, passage.language)
        for token in part.select(passage.tokens)
        if part.start <= token.start and token.end <= part.end
        if not _is_name(passage, token) and not _is_cut(passage, token)
    ]
    return [figure for figure in read if figure]


def _is_name(passage: SideText, token: Token) -> bool:
    """Return whether the number belongs to a name, such as ``resolution 1325`` or ``COVID-19``."""
    before = passage.text[: token.start].rstrip()
    if before.endswith("-"):
        return True
    words = find_terms(before[-20:], load_terms(_FILE, "names", passage.language))
    return bool(words) and not before[-20:][words[-1].end :].strip(" .")


def _is_cut(passage: SideText, token: Token) -> bool:
    """Return whether a magnitude after the number was not read with it, as in ``$100 Billion``."""
    after = _NEXT_WORD.match(passage.text, token.end)
    magnitudes = load_values(_FILE, "magnitudes", passage.language)
    return after is not None and after[1].lower() in magnitudes


def _read_figure(token: Token, language: str) -> Figure | None:
    if token.kind == "word":
        spelled = load_values(_FILE, "numerals", language).get(token.text.lower())
        if spelled is None:
            return None
        number = Decimal(spelled)
        return Figure(token.start, token.end, number, number, "", "", "")
    match = _WRITTEN.fullmatch(token.text) if token.kind in {"amount", "number"} else None
    written = _read_number(match["number"], language) if match else None
    if match is None or written is None:
        return None
    before, after = match["before"].strip(), match["after"].strip()
    if after in load_terms(_FILE, "ordinals", language):
        return None
    power, name = _split_magnitude(after.lower(), language)
    units = load_values(_FILE, "units", language)
    unit = (before or name).lower().replace("’", "'")
    scaled = written * Decimal(10) ** power
    return Figure(token.start, token.end, written, scaled, before, after, units.get(unit, unit))


def _read_number(written: str, language: str) -> Decimal | None:
    """Return a number by the language's signs for groups of three and for decimals."""
    digits = re.sub(r"\s", "", written)
    comma = bool(load_terms(_FILE, "decimal_commas", language))
    group, point = (".", ",") if comma else (",", ".")
    grouped = _GROUPED.fullmatch(digits)
    if grouped and grouped["sign"] == group:
        digits = digits.replace(group, "")
    digits = digits.replace(group, "") if digits.count(group) and digits.count(point) == 1 else digits
    try:
        return Decimal(digits.replace(point, "."))
    except InvalidOperation:
        return None


def _split_magnitude(after: str, language: str) -> tuple[int, str]:
    magnitudes = load_values(_FILE, "magnitudes", language)
    for words in sorted(magnitudes, key=lambda words: (-len(words), words)):
        if after == words or after.startswith((f"{words} ", f"{words} ")):
            return int(magnitudes[words]), after[len(words) :].strip()
    return 0, after


def _is_same_noun(place: Substitution, old: Figure, new: Figure) -> bool:
    """Return whether what is counted was left alone: nothing else was replaced after the number."""
    rest = [
        part.passage.text[figure.end : part.end].strip()
        for part, figure in ((place.old, old), (place.new, new))
    ]
    return rest[0] == rest[1]


def _subtract(old: Figure, new: Figure) -> str:
    if new.unit in _POINTS:
        return f"{_write(new.value - old.value, signed=True)} percentage points"
    like = (old.before, old.after) == (new.before, new.after)
    difference = new.number - old.number if like else new.value - old.value
    sign = "+" if difference > 0 else "-"
    plain = "" if new.before else new.unit
    text = f"{sign}{new.before}{_write(abs(difference))} {new.after if like else plain}".rstrip()
    if not old.value:
        return text
    percent = ((new.value - old.value) / old.value * 100).quantize(Decimal(1))
    return f"{text} ({_write(percent, signed=True)}%)"


def _write(number: Decimal, *, signed: bool = False) -> str:
    whole = number.normalize()
    return f"{whole:+,f}" if signed else f"{whole:,f}"
