"""Scope: all, most, some; at most, at least; but for, including; only; who is covered.

Tables are in ``scope.toml``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.passages.forms import bound_forms, straighten
from tracker.comparing.passages.polarity import compile_table
from tracker.comparing.passages.terms import TermMatch, read_rules
from tracker.comparing.shifts.purity import blank_words, has_all, is_only_edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparing.passages.rewording import Fragment, Rewording, SideText, Substitution
    from tracker.model.changes import Direction, Shift

_FILE = "scope.toml"
_MARKS = " \n,;.:()，、；。"
_WORD = re.compile(r"[^\W_]+")
_STEM = 5
_SPACE, _COMMAS = " \n.;:。；", (",", "，", "、", "،")
_LIMIT: Final = "limit"
"""The ladder of who alone is meant: with ``only`` goes the word that says who."""
_WAYS: Final[dict[bool, Direction]] = {True: "wider", False: "narrower"}
_WIDENS: Final[tuple[Direction, Direction]] = ("wider", "narrower")
_NARROWS: Final[tuple[Direction, Direction]] = ("narrower", "wider")
"""The direction where words were added, and where they were removed."""


class _Rung(NamedTuple):
    """A word of a ladder where it stands, and how wide it is."""

    start: int
    end: int
    term: str
    width: int


def find_scope_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return where a word of a ladder was replaced, or where words for the whole or a part came or went."""
    for family, rungs in _compile_ladders(rewording.language):
        found = _find_replaced(rewording, family, rungs)
        if found:
            return found
    if not rewording.comparable:
        return _find_covered(rewording)
    found = tuple(shift for place in rewording.substitutions for shift in _find_one_sided(rewording, place))
    return found or _find_limited(rewording) or _find_covered(rewording)


def _find_replaced(rewording: Rewording, family: str, rungs: re.Pattern[str]) -> tuple[Shift, ...]:
    """Return the shift between the one word of a ladder that only the old side has and the new side's."""
    sides = [_list_rungs(side, rungs) for side in (rewording.old, rewording.new)]
    shared = [{rung.term for rung in side} for side in sides]
    left = [[rung for rung in side if rung.term not in shared[1 - at]] for at, side in enumerate(sides)]
    if any(len(side) != 1 for side in left) or left[0][0].width == left[1][0].width:
        return ()
    old, new = left[0][0], left[1][0]
    looked_at = (True, True) if family != _LIMIT else (old.width > new.width, new.width > old.width)
    blanked = blank_words(rewording.old, sides[0]), blank_words(rewording.new, sides[1])
    if not is_only_edit(rewording, old, new, blanked, looked_at):
        return ()
    wide, narrow = (new, old) if new.width > old.width else (old, new)
    rule = f"{family}: {wide.term} > {narrow.term} (ours)"
    return rewording.shift("scope", _WAYS[new.width > old.width], old, new, rule)


def _list_rungs(passage: SideText, rungs: re.Pattern[str]) -> list[_Rung]:
    """Return the words of a ladder in a passage."""
    return [
        _Rung(match.start(), match.start() + len(found), found.lower(), int((match.lastgroup or "")[4:]))
        for match in rungs.finditer(straighten(passage.text))
        for found in (match[0].rstrip(),)
    ]


def _find_one_sided(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Yield the shift of a term that is all there is on one side, and nowhere on the other."""
    edited = [part for part in (place.old, place.new) if part.text.strip(_MARKS)]
    if len(edited) != 1:
        return
    (part,) = edited
    text, other = straighten(part.passage.text), straighten(rewording.other(part.passage).text)
    start, end = part.start, part.end
    start += len(part.text) - len(part.text.lstrip(_MARKS))
    end -= len(part.text) - len(part.text.rstrip(_MARKS))
    for table, directions in (("whole", _WIDENS), ("part", _NARROWS), ("exceptions", _NARROWS)):
        terms = _compile_terms(table, rewording.language)
        found = terms.match(text, start)
        is_all = found and (found.end() == end or table == "exceptions")
        if found and is_all and not terms.search(other):
            words = TermMatch(found[0].lower(), *found.span())
            rule = f"{table}: {words.term} (ours)"
            yield from rewording.shift_alone("scope", directions, part.passage, words, rule)
            return


def _find_limited(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the shift where one side has *only* of some, and the other names them and others."""
    limits = [
        list(_compile_limits(rewording.language).finditer(straighten(side.text)))
        for side in (rewording.old, rewording.new)
    ]
    limited = [at for at in (0, 1) if len(limits[at]) == 1 and not limits[1 - at]]
    if len(limited) != 1:
        return ()
    (at,) = limited
    passage, match = (rewording.old, rewording.new)[at], limits[at][0]
    words = TermMatch(match[0].strip().lower(), match.start(), match.start() + len(match[0].rstrip()))
    joined = (part for part in rewording.fragments if part.passage is not passage)
    if not any(_compile_terms("joins", rewording.language).search(straighten(part.text)) for part in joined):
        return ()
    if not has_all(
        blank_words(passage, [words]), blank_words(rewording.other(passage), ()), passage.language
    ):
        return ()
    return rewording.shift_alone("scope", _NARROWS, passage, words, f"{_LIMIT}: {words.term} (ours)")


def _find_covered(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the shift where others were joined to those covered, or it is said which of them are meant.

    Nothing else may be edited but small words and those for the whole, and no name be among the words that
    only one side has.
    """
    language, pattern = rewording.language, _compile_terms("covers", rewording.language)
    covering = [pattern.search(straighten(side.text)) for side in (rewording.old, rewording.new)]
    if not all(covering):
        return ()
    edited = [part for place in rewording.substitutions for part in _cut_shared(place) if _says_more(part)]
    if len(edited) != 1:
        return ()
    (part,) = edited
    text = straighten(part.text).strip(_SPACE)
    start = part.start + len(part.text) - len(part.text.lstrip(_SPACE))
    of_kind = _is_of_kind(text, language)
    if any(word[:1].isupper() for word in text.split()) and not (of_kind and not start):
        return ()
    words = TermMatch(text.lower(), start, start + len(text))
    joins, restricts = (_compile_terms(table, language) for table in ("joins", "restricts"))
    begins = text.lstrip(_MARKS)
    listed = text[0] in _COMMAS and joins.search(begins)
    if listed or joins.match(begins) or joins.fullmatch(text.split()[-1]):
        ways = _WIDENS
    elif text[0] not in _COMMAS and (of_kind or restricts.match(begins)):
        ways = _NARROWS
    else:
        return ()
    return rewording.shift_alone("scope", ways, part.passage, words, f"covered: {words.term} (ours)")


def _cut_shared(place: Substitution) -> tuple[Fragment, Fragment]:
    """Return what was edited at a place, without the words at its beginning or end that both sides have.

    A short word between two edits counts as edited with them: "widows over fifty" → "all widows".
    """
    words = _list_told(place.old), _list_told(place.new)
    stems = [[word[:_STEM] for word, _, _ in side] for side in words]
    count = min(map(len, stems))
    if not count:
        return place.old, place.new
    if stems[0][:count] == stems[1][:count]:
        starts = [side[count - 1][2] for side in words]
        return place.old._replace(start=starts[0]), place.new._replace(start=starts[1])
    if stems[0][-count:] == stems[1][-count:]:
        ends = [side[-count][1] for side in words]
        return place.old._replace(end=ends[0]), place.new._replace(end=ends[1])
    return place.old, place.new


def _list_told(part: Fragment) -> list[tuple[str, int, int]]:
    """Return the words of an edited part that are neither small nor for the whole, and where they stand."""
    return [
        (word[0].lower(), part.start + word.start(), part.start + word.end())
        for word in _WORD.finditer(_blank_whole(part))
    ]


def _blank_whole(part: Fragment) -> str:
    """Return an edited part with blanks for words that mean the whole, and for small ones."""
    text, language = straighten(part.text), part.passage.language
    for pattern in (_compile_terms("whole", language), compile_table("carriers", language)):
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def _says_more(part: Fragment) -> bool:
    """Return whether an edited part has a word that is neither small nor for the whole."""
    return bool(_blank_whole(part).strip(_MARKS))


def _is_of_kind(text: str, language: str) -> bool:
    """Return whether a text says nothing but of what kind those are that are meant: the small, rural."""
    text = compile_table("carriers", language).sub(" ", text)
    return not _compile_terms("kinds", language).sub(" ", text).strip(_MARKS)


@cache
def _compile_limits(language: str) -> re.Pattern[str]:
    ladders = (ladder for ladder in read_rules(_FILE)["ladder"] if ladder["family"] == _LIMIT)
    return bound_forms(
        [ladder["rungs"][language][0] for ladder in ladders if language in ladder["rungs"]], language
    )


@cache
def _compile_ladders(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return by family one pattern of all rungs, each a group with its width, the longest words first."""
    return tuple(
        (ladder["family"], bound_forms(_list_forms(ladder["rungs"][language]), language))
        for ladder in read_rules(_FILE)["ladder"]
        if language in ladder["rungs"]
    )


def _list_forms(rungs: list[str]) -> list[str]:
    return [f"(?:{rung})(?P<rung{width}>)" for width, rung in enumerate(rungs)]


@cache
def _compile_terms(table: str, language: str) -> re.Pattern[str]:
    return bound_forms(sorted(read_rules(_FILE)[table].get(language, ()), key=len, reverse=True), language)
