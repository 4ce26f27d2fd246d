"""Figures that were raised or lowered: money, percentages and counts, with the difference computed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tracker.changes.shifts.rules import find_terms, load_terms, load_values
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from tracker.changes.shifts.rewording import Passage, Rewording, Substitution
    from tracker.model.changes import Direction
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
    found = [_compare(rewording, place) for place in rewording.substitutions]
    return tuple(shift for shift in found if shift)


def _compare(rewording: Rewording, place: Substitution) -> Shift | None:
    old = read_figures(rewording.old, place.old_start, place.old_end, rewording.language)
    new = read_figures(rewording.new, place.new_start, place.new_end, rewording.language)
    if len(old) != 1 or len(new) != 1 or old[0].unit != new[0].unit or old[0].value == new[0].value:
        return None
    if not old[0].unit and not _same_noun(rewording, place, old[0], new[0]):
        return None
    return compare_figures(rewording.old, rewording.new, old[0], new[0])


def compare_figures(before: Passage, after: Passage, old: Figure, new: Figure) -> Shift | None:
    """Return the shift from one figure to another of its unit, nothing where they are equal."""
    cited = before.cite(old.start, old.end), after.cite(new.start, new.end)
    if not cited[0] or not cited[1] or old.value == new.value:
        return None
    kind = "count" if not old.unit else "percent" if old.unit in _POINTS else "money"
    direction: Direction = "raised" if new.value > old.value else "lowered"
    return Shift("figure", direction, *cited, kind, _subtract(old, new))


def read_figures(passage: Passage, start: int, end: int, language: str) -> list[Figure]:
    """Return the figures of a stretch of a passage; numbers that belong to a name are none."""
    touched = [token for token in passage.tokens if start <= token.start and token.end <= end]
    read = [
        _read_figure(token, language)
        for token in touched
        if not _is_name(passage, token, language) and not _is_cut(passage, token, language)
    ]
    return [figure for figure in read if figure]


def _is_name(passage: Passage, token: Token, language: str) -> bool:
    """Return whether the number belongs to a name, such as ``resolution 1325`` or ``COVID-19``."""
    before = passage.text[: token.start].rstrip()
    if before.endswith("-"):
        return True
    words = find_terms(before[-20:], load_terms(_FILE, "names", language))
    return bool(words) and not before[-20:][words[-1].end :].strip(" .")


def _is_cut(passage: Passage, token: Token, language: str) -> bool:
    """Return whether a magnitude after the number was not read with it, as in ``$100 Billion``."""
    after = _NEXT_WORD.match(passage.text, token.end)
    return after is not None and after[1].lower() in load_values(_FILE, "magnitudes", language)


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


def _same_noun(rewording: Rewording, place: Substitution, old: Figure, new: Figure) -> bool:
    """Return whether what is counted was left alone: nothing else was replaced after the number."""
    rest_old = rewording.old.text[old.end : place.old_end].strip()
    rest_new = rewording.new.text[new.end : place.new_end].strip()
    return rest_old == rest_new


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
    return (
        f"{text} ({_write(((new.value - old.value) / old.value * 100).quantize(Decimal(1)), signed=True)}%)"
    )


def _write(number: Decimal, *, signed: bool = False) -> str:
    whole = number.normalize()
    return f"{whole:+,f}" if signed else f"{whole:,f}"
