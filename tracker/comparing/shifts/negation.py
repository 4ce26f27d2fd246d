"""What a sentence denies that it affirmed, or the reverse: ``find_negation_shifts``.

A side is turned by a word that denies, by the opposite of a word in that word's place, or by an act that
undoes another about the same object, wherever it stands: ``keep open``, ``close``; tables are in
``polarity.toml``. Two turns undo each other. Nothing is said where another word was edited beside the one
that turns it, or the rest of the sentence is not the same, but for a clause that one side says besides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.passages.forms import compile_kinds, read_forms, straighten
from tracker.comparing.passages.polarity import (
    DOES,
    FILE,
    compile_acts,
    compile_table,
    list_acts,
    list_opposites,
)
from tracker.comparing.passages.terms import TermMatch, read_rules
from tracker.comparing.shifts.clauses import cut_new_clauses
from tracker.comparing.shifts.purity import blank_words, is_only_edit
from tracker.text.detection import may_be_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.comparing.passages.rewording import Fragment, Rewording, SideText, Substitution
    from tracker.model.changes import Direction, Shift

_WAYS: Final[tuple[Direction, Direction]] = ("added", "removed")
_NOT_DENYING: Final = {"modifier", "condition", "limit", "courtesy"}
"""Kinds of forms in which a denial denies nothing: ``without delay``, ``no more than``."""
_DEGREES: Final = frozenset({"modifier", "hedge", "courtesy"})
"""Kinds of forms that say how firmly, not what: who no longer opposes, need not have opposed it strongly."""
_SEVENTH = 7
"""Of so many words one at least is small and common."""
_LONGEST, _AROUND = 80, 30
"""Signs of an edited part in which an opposite is looked for, and around it for the rest of its words."""
_MOST_ACTS = 2
"""Acts of one row on one side: of more it is unclear which belong together."""
_LEAST_BASE, _STEM = 5, 6
"""Letters of a word that a prefix turns, and by which another form of it is known."""
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


class _Turn(NamedTuple):
    """One turn: what denies on the old side, or on the new one, and what it took the place of."""

    old: TermMatch | None
    new: TermMatch | None
    is_added: bool
    kind: str = "opposite"


@lru_cache(maxsize=1)
def find_negation_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the one denial that was put in or taken out, or the one word that gave way to its opposite."""
    if not all(map(_is_in_language, (rewording.old, rewording.new))):
        return ()
    if found := _find_shifts(rewording):
        return found
    cut = cut_new_clauses(rewording)
    return _find_shifts(cut) if cut else ()


def _find_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    opposed = list(_find_opposed(rewording)) or list(find_undone(rewording))
    turns = [*opposed, *_find_denied(rewording, opposed)]
    if len(turns) != 1 or not _is_pure(rewording, turns[0]):
        return ()
    (turn,) = turns
    if turn.old and turn.new:
        rule = f"{turn.kind}: {turn.old.term} > {turn.new.term} (ours)"
        return rewording.shift("negation", _WAYS[not turn.is_added], turn.old, turn.new, rule)
    passage, found = (rewording.old, turn.old) if turn.old else (rewording.new, turn.new)
    if found is None:
        return ()
    return rewording.shift_alone("negation", _WAYS, passage, found, f"negation: {found.term} (ours)")


def _is_in_language(passage: SideText) -> bool:
    """Return whether a passage may be in the language of its text: ``No reira`` denies nothing in English."""
    text, language = passage.text, passage.language
    small = compile_table("carriers", language).findall(text)
    return len(small) * _SEVENTH >= len(_WORD.findall(text)) or may_be_in(text, language)


def _find_denied(rewording: Rewording, opposed: list[_Turn]) -> Iterator[_Turn]:
    """Yield the turn of the side that denies once more, or three times, with the words that were edited."""
    old = [each for each in _list_denials(rewording.old) if not _is_in(each, [turn.old for turn in opposed])]
    new = [each for each in _list_denials(rewording.new) if not _is_in(each, [turn.new for turn in opposed])]
    if (len(old) - len(new)) % 2 == 0:
        return
    is_new = len(new) > len(old)
    edited = [place.new if is_new else place.old for place in rewording.substitutions]
    passage = rewording.new if is_new else rewording.old
    found = [
        match
        for match in (*(new if is_new else old), *_list_concord(passage))
        if any(part.overlaps(match) for part in edited)
    ]
    if found:
        start, end = min(match.start for match in found), max(match.end for match in found)
        words = TermMatch(min(found, key=lambda match: match.start).term, start, end)
        yield _Turn(None, words, is_added=True) if is_new else _Turn(words, None, is_added=False)


def _is_in(denial: TermMatch, opposites: list[TermMatch | None]) -> bool:
    """Return whether a denial stands in one of the words that an opposite is told by."""
    return any(found and found.start <= denial.start and denial.end <= found.end for found in opposites)


@lru_cache(maxsize=2)
def _list_denials(passage: SideText) -> list[TermMatch]:
    """Return what denies in a passage, once for each; where nothing else does, the first that repeats it."""
    text = _blank(passage)
    denials = _match(compile_table("denials", passage.language), text)
    return denials or list(_list_concord(passage)[:1])


def _list_concord(passage: SideText) -> list[TermMatch]:
    return _match(compile_table("concord", passage.language), _blank(passage))


def _match(pattern: re.Pattern[str], text: str, start: int = 0, end: int | None = None) -> list[TermMatch]:
    """Return what matches between two places of a text, by offsets into all of it."""
    end = len(text) if end is None else end
    return [
        TermMatch(match[0].strip().lower(), match.start(), match.start() + len(match[0].rstrip()))
        for match in pattern.finditer(text, start, end)
    ]


@lru_cache(maxsize=2)
def _blank(passage: SideText) -> str:
    """Return a passage with blanks for what holds a denial and denies nothing."""
    signs = list(straighten(passage.text))
    apart = compile_table("apart", passage.language).finditer(straighten(passage.text))
    forms = (form for form in read_forms(passage) if form.kind in _NOT_DENYING)
    for start, end in (*(match.span() for match in apart), *((form.start, form.end) for form in forms)):
        signs[start:end] = " " * (end - start)
    return "".join(signs)


def _find_opposed(rewording: Rewording) -> Iterator[_Turn]:
    """Yield the words that gave way to their opposite, one at each place."""
    for place in rewording.substitutions:
        if not _is_replaced(place):
            continue
        turn = _find_row(place) or _find_prefixed(rewording.language, place)
        if turn:
            yield turn


@lru_cache(maxsize=1)
def find_undone(rewording: Rewording) -> tuple[_Turn, ...]:
    """Return the act that gave way to one that undoes it, wherever it stands: to open, to close."""
    acts = compile_acts(rewording.language)
    if not all(_find_acts(acts, side, rewording) for side in (rewording.old, rewording.new)):
        return ()
    for pattern in list_acts(rewording.language):
        old, new = (
            _read_act(side, _find_acts(pattern, side, rewording)) for side in (rewording.old, rewording.new)
        )
        if old and new and old.does != new.does:
            return (_Turn(old.words, new.words, is_added=old.does, kind="contrary"),)
    return ()


class _Act(NamedTuple):
    """What a passage does of a row of acts: ``does``, or undoes what others do."""

    words: TermMatch
    does: bool


def _find_acts(pattern: re.Pattern[str], passage: SideText, rewording: Rewording) -> list[re.Match[str]]:
    """Return the acts of a passage that were edited, in text order."""
    text = straighten(passage.text)
    found: dict[int, re.Match[str]] = {}
    for part in rewording.fragments:
        if part.passage is passage and part.text.strip():
            near = pattern.finditer(text, max(0, part.start - _AROUND), part.end + _AROUND)
            found |= {
                each.start(): each for each in near if part.start < each.end() and part.end > each.start()
            }
    return [found[start] for start in sorted(found)]


def _read_act(passage: SideText, found: Sequence[re.Match[str]]) -> _Act | None:
    """Return the act that was found; of two together what comes of both: to lift a ban."""
    if not 0 < len(found) <= _MOST_ACTS or found[-1].start() - found[0].end() > _AROUND:
        return None
    undone = sum(match.lastgroup != DOES for match in found)
    start, end = found[0].start(), found[-1].start() + len(found[-1][0].rstrip())
    return _Act(TermMatch(passage.text[start:end].lower(), start, end), does=undone % 2 == 0)


def _is_replaced(place: Substitution) -> bool:
    return all(part.text.strip() and len(part.text) <= _LONGEST for part in (place.old, place.new))


def _find_row(place: Substitution) -> _Turn | None:
    for affirmed, denied in list_opposites(place.new.passage.language):
        for is_added, one, other in ((True, place.old, place.new), (False, place.new, place.old)):
            yes = _find_edited(affirmed, one)
            no = _find_edited(denied, other) if yes else None
            if yes and no:
                return _Turn(yes, no, is_added) if is_added else _Turn(no, yes, is_added)
    return None


def _find_edited(pattern: re.Pattern[str], part: Fragment) -> TermMatch | None:
    """Return what matches in a passage and was edited, if it did but once."""
    text = straighten(part.passage.text)
    near = _match(pattern, text, max(0, part.start - _AROUND), part.end + _AROUND)
    found = [match for match in near if part.overlaps(match)]
    return found[0] if len(found) == 1 else None


def _find_prefixed(language: str, place: Substitution) -> _Turn | None:
    """Return the word that is the other's with a prefix that turns it: ``lawful``, ``unlawful``."""
    old, new = ([*_list_edited(part)] for part in (place.old, place.new))
    for one in old:
        for other in new:
            if _is_turned(one.term, other.term, language):
                return _Turn(one, other, is_added=True)
            if _is_turned(other.term, one.term, language):
                return _Turn(one, other, is_added=False)
    return None


def _list_edited(part: Fragment) -> Iterator[TermMatch]:
    """Yield the words that an edit touches, whole."""
    for match in _WORD.finditer(part.passage.text, max(0, part.start - _AROUND)):
        if match.start() >= part.end:
            return
        if match.end() > part.start:
            yield TermMatch(match[0].lower(), match.start(), match.end())


def _is_turned(word: str, turned: str, language: str) -> bool:
    return any(
        turned.startswith(prefix)
        and len(word) >= _LEAST_BASE
        and turned.removeprefix(prefix)[: max(_STEM, len(word) - 2)] == word[: max(_STEM, len(word) - 2)]
        for prefix in read_rules(FILE)["prefixes"].get(language, ())
    )


def _is_pure(rewording: Rewording, turn: _Turn) -> bool:
    """Return whether nothing but a turn was edited where it is, and the rest of the sentence is the same."""
    opposed = (turn.old, turn.new) if turn.old and turn.new else (None, None)
    sides = _read_rest(rewording.old, opposed[0]), _read_rest(rewording.new, opposed[1])
    # In nobody's place may be anybody.
    looked_at = not _names_nobody(rewording.new, turn.new), not _names_nobody(rewording.old, turn.old)
    return is_only_edit(rewording, turn.old, turn.new, sides, looked_at)


def _names_nobody(passage: SideText, found: TermMatch | None) -> bool:
    if not found:
        return False
    start = max(0, found.start - _AROUND)
    return bool(compile_table("nobody", passage.language).search(straighten(passage.text), start, found.end))


def _read_rest(passage: SideText, opposite: TermMatch | None) -> str:
    """Return a passage with blanks for what denies, for a word with an opposite, and what goes with it."""
    told = (opposite,) if opposite else ()
    text = straighten(passage.text)
    degrees = _match(compile_kinds(passage.language, _DEGREES), text)
    stages = _match(compile_table("stages" if opposite else "lasting", passage.language), text)
    return blank_words(passage, (*_list_denials(passage), *_list_concord(passage), *degrees, *stages, *told))
