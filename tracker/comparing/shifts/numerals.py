"""Numbers as written and as read: digits, words, mixed fractions and magnitudes, in six languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.passages.terms import load_terms, load_values

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "figures.toml"
_VULGAR = dict(zip("½¼¾⅓⅔⅛⅜⅝⅞", ("1/2", "1/4", "3/4", "1/3", "2/3", "1/8", "3/8", "5/8", "7/8"), strict=True))
_PART = rf"(?:[{''.join(_VULGAR)}]|[1-9]/(?:2|3|4|5|8|16)(?![\d/]))"
_NUMBER = (
    r"(?<![\d/:])(?<!\d[.,])"
    r"(?:\d{1,3}(?:[ ']\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)(?![/:]?\d|/[A-Z])"
)
_GROUPED = re.compile(r"\d{1,3}(?P<sign>[.,])\d{3}(?:(?P=sign)\d{3})*")
_LISTS = ("weak", "places")
_KINDS = ("vague", "folds", "plus", "fractions", "magnitudes", "multipliers", "numerals", *_LISTS)
_UNSPACED = {"zh", "ar"}
"""Languages in which a number may touch the word before it."""
ARTICLES = {"a", "an"}
_POINT = "点"
"""Before the tenths in Chinese words."""
_LETTERS = re.compile(r"[^\W\d_]+\Z")
_LONGEST_SIGN, _LEAST_SUM = 12, 100
_TENS, _ROUND, _DOZEN = 10, 20, 12
"""Units are said after twenty and above: twenty-five."""
_SCORES = {60, 80}
"""After these French goes on to nineteen: soixante-quinze."""


class _Atom(NamedTuple):
    kind: str
    start: int
    end: int
    value: Decimal


class Number(NamedTuple):
    """A number of one or more words, and of what kinds these are: the tables of ``figures.toml``."""

    start: int
    end: int
    written: Decimal
    """The 5 of ``5 million``."""
    value: Decimal
    kinds: frozenset[str]


def find_numbers(text: str, language: str) -> list[Number]:
    """Return the numbers of a text whose digits and signs are plain, in its order."""
    atoms = list(_drop_articles(text, list(_find_atoms(text, language)), language))
    found: list[Number] = []
    at = 0
    while at < len(atoms):
        read, at = _combine(text, atoms, at, language)
        found += [read] if read else []
    return found


@cache
def _pattern(language: str) -> re.Pattern[str]:
    before, after = ("", "") if language == "zh" else (r"(?<!\w)", r"(?!\w)")
    if language == "ar":
        before = r"(?<!\w)[وفبل]?"
    tables = []
    for kind in _KINDS:
        load = load_terms if kind in _LISTS else load_values
        spelled = "|".join(map(re.escape, sorted(load(FILE, kind, language), key=len, reverse=True)))
        start = rf"(?:(?<=\d)|{before})" if kind == "magnitudes" else before
        end = "(?![分姓])" if language == "zh" and kind == "multipliers" else after  # 百分之, 百姓
        tables.append(rf"{start}(?P<{kind}>{spelled or '(?!)'}){end}")
    digits = rf"(?P<digits>{_NUMBER})(?P<part>[ -]?{_PART})?|(?P<vulgar>(?<![\w/]){_PART})"
    return re.compile(rf"{'|'.join(tables)}|{digits}", re.IGNORECASE)


def _find_atoms(text: str, language: str) -> Iterator[_Atom]:
    for match in _pattern(language).finditer(text):
        kind = match.lastgroup or ""
        if kind == "vague" and text[: match.start(kind)].rstrip()[-1:].isdigit():
            power = _read_word(match[kind].lower(), kind, language)
            yield _Atom("magnitudes", *match.span(kind), power)  # 420 millions of words
        elif match["digits"]:
            part = _read_part(match["part"] or "0")
            atom = _Atom("digits", *match.span(), read_number(match["digits"], language) + part)
            if language in _UNSPACED or _may_begin(text, atom, language):
                yield atom
        elif kind == "vulgar":
            yield _Atom("vulgar", *match.span(), _read_part(match[0]))
        else:
            yield _Atom(kind, *match.span(kind), _read_word(match[kind].lower(), kind, language))


def _may_begin(text: str, atom: _Atom, language: str) -> bool:
    """Return whether no letter stands before a number but a currency's: K1,500, and not G20."""
    letters = _LETTERS.search(text, max(0, atom.start - _LONGEST_SIGN), atom.start)
    return not letters or (
        atom.value >= _LEAST_SUM and letters[0].lower() in load_values(FILE, "units", language)
    )


def _read_word(word: str, kind: str, language: str) -> Decimal:
    if kind in _LISTS:
        return Decimal(1)
    written = load_values(FILE, kind, language)[word]
    return Decimal(10) ** int(written) if kind in {"magnitudes", "vague"} else _read_part(written)


def _read_part(written: str) -> Decimal:
    part = written.strip(" -")
    above, _, below = _VULGAR.get(part, part).partition("/")
    return Decimal(above) / Decimal(below or 1)


def read_number(written: str, language: str) -> Decimal:
    """Return a number by the language's signs for groups of three and for decimals."""
    digits = re.sub(r"[\s']", "", written)
    comma = bool(load_terms(FILE, "decimal_commas", language))
    group, point = (".", ",") if comma else (",", ".")
    grouped = _GROUPED.fullmatch(digits)
    if (grouped and grouped["sign"] == group) or digits.count(group) > 1 or digits.count(point) == 1:
        digits = digits.replace(group, "")
    if digits.count(point) > 1:
        digits = digits.replace(point, "")
    return Decimal(digits.replace(point, ".").replace(",", "."))


@dataclass(slots=True)
class _Sum:
    """A number as far as it is read: the sum of what has its magnitude, and the part without one yet."""

    total: Decimal
    part: Decimal
    kinds: set[str] = field(default_factory=set)
    magnitude: Decimal = Decimal(1)
    """The last one that multiplied what is before it."""

    @property
    def value(self) -> Decimal:
        return self.total + self.part

    def add(self, atom: _Atom, gap: str) -> bool:
        """Take one more atom in; return whether it belongs to the number."""
        kind = atom.kind
        if gap == _POINT:
            self.part += atom.value / 10
        elif kind == "plus":  # three million and a half
            self.part += atom.value * (1 if self.part else self.magnitude)
        elif kind == "magnitudes":
            kept = self.total if self.part and atom.value <= self.magnitude else Decimal(0)
            self.total, self.part = kept + (self.value - kept) * atom.value, Decimal(0)
            self.magnitude = atom.value
        elif kind == "multipliers":
            rest = self.part if atom.value == _DOZEN or "digits" in self.kinds else self.part % _TENS
            self.part += (rest or 1) * atom.value - rest
        elif kind == "fractions" and self.kinds <= {"numerals", "weak"} and not self.total:
            self.part *= atom.value
        elif kind in {"numerals", "weak"} and self._goes_on(atom.value, gap):
            self.part += atom.value
        else:
            return False
        self.kinds.add(kind)
        return True

    def _goes_on(self, value: Decimal, gap: str) -> bool:
        if not self.kinds <= {"numerals", "multipliers", "magnitudes", "weak"} or self.kinds == {"weak"}:
            return False
        before = self.value
        if before < _TENS and gap == " و":
            return value >= _ROUND  # Arabic says five and twenty
        places = Decimal(10) ** len(str(int(value)))
        fits = before % places == 0 or (before % 100 in _SCORES and value < _ROUND)
        least = _ROUND if gap else _TENS
        return fits and before >= least and value < before and (gap != " and " or before % 100 == 0)


def _drop_articles(text: str, atoms: list[_Atom], language: str) -> Iterator[_Atom]:
    """Yield the parts of numbers without the article in ``half a million``."""
    parts = load_terms(FILE, "part_joints", language)
    for at, atom in enumerate(atoms):
        inner = atom.kind == "weak" and 0 < at < len(atoms) - 1
        if not inner or text[atoms[at - 1].end : atoms[at + 1].start].lower() not in parts:
            yield atom


def _combine(text: str, atoms: list[_Atom], at: int, language: str) -> tuple[Number | None, int]:
    """Return the number that begins with an atom, and the place of the next atom."""
    first = _read_first(text, atoms[at], language)
    if not first:
        return None, at + 1
    whole = (first.value, Decimal(0)) if first.kind == "magnitudes" else (Decimal(0), first.value)
    magnitude = first.value if first.kind == "magnitudes" else Decimal(1)
    read, last, after = _Sum(*whole, {first.kind}, magnitude), first, at + 1
    while after < len(atoms):
        atom, gap = atoms[after], text[last.end : atoms[after].start].lower()
        if text[atom.start : atom.end].lower() in ARTICLES or not _is_joined(read, atom, gap, language):
            break
        if atom.kind == "places":
            return None, after + 1  # twenty-first
        if _is_rest(text, read, atoms[after - 1 : after + 2], gap):
            read.total += atom.value * atoms[after + 1].value
            read.kinds.add("rest")
            last, after = atoms[after + 1], after + 2
            continue
        if not read.add(atom, gap):
            break
        last, after = atom, after + 1
    if {"fractions", "numerals"} <= read.kinds and read.value > 1 and "magnitudes" not in read.kinds:
        return None, after  # the twenty-fifth
    written = first.value if read.kinds == {"digits", "magnitudes"} else read.value
    return Number(first.start, last.end, written, read.value, frozenset(read.kinds)), after


def _is_rest(text: str, read: _Sum, atoms: list[_Atom], gap: str) -> bool:
    """Return whether a second amount of thousands goes on: 2 million 500 thousand."""
    kinds = [atom.kind for atom in atoms]
    return (
        gap == " "
        and kinds == ["magnitudes", "digits", "magnitudes"]
        and "digits" in read.kinds
        and atoms[2].value < atoms[0].value
        and text[atoms[1].end : atoms[2].start] == " "
    )


def _read_first(text: str, atom: _Atom, language: str) -> _Atom | None:
    """Return what a number may begin with."""
    if atom.kind == "plus" and language == "ar":
        return atom._replace(kind="fractions")  # "and half" without a number before it
    lone = text[atom.start : atom.end].lower() in load_terms(FILE, "lone", language)
    return atom if lone or atom.kind not in {"plus", "places", "magnitudes", "multipliers"} else None


def _is_joined(read: _Sum, atom: _Atom, gap: str, language: str) -> bool:
    """Return whether nothing stands between two parts of a number but what joins them."""
    if "vague" in read.kinds | {atom.kind}:
        return False
    if gap in {"", " ", "-"} or (gap == _POINT and atom.kind == "numerals"):
        return True
    if atom.kind in {"magnitudes", "multipliers"}:
        return "fractions" in read.kinds and gap in load_terms(FILE, "part_joints", language)
    return atom.kind != "plus" and gap in load_terms(FILE, "joints", language)
