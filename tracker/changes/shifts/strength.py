"""Stronger or weaker: modals, requests, actions put off, modifiers; scales in ``strength.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.changes.shifts.ladders import (
    STRENGTH,
    compare_ladders,
    list_modifiers,
    same_stem,
    strip_modifiers,
)
from tracker.changes.shifts.rules import Found, find_terms, load_terms
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.changes.shifts.rewording import Passage, Rewording, Substitution
    from tracker.model.changes import Direction

_FILE = "strength.toml"
_LEAST_VERB = 4
"""Letters of a word that can be the verb put off."""
_WORD = re.compile(r"\w{3,}")
_PUTTING_OFF = (("hedges", "action", "McMahon 2012"), ("intentions", "promise", "ours"))
"""Tables of words that put off the action after them, what is graded, and the scale."""


@dataclass(frozen=True, slots=True)
class _Action:
    """An action, with the words that put it off where it is."""

    put_off: bool
    words: Found
    verb: str


def find_strength_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the strength shifts in text order; none where a negation or an unread hedge was edited."""
    if _edited(rewording, "negations"):
        return ()
    shifts: list[Shift] = []
    for place in rewording.substitutions:
        shifts.extend(compare_ladders(rewording, place, _FILE, STRENGTH))
        shifts.extend(_find_put_off(rewording, place))
        shifts.extend(_find_modifiers(rewording, place))
    if _edited(rewording, "hedges") and not any(shift.old and shift.new for shift in shifts):
        return ()  # what was put off is not understood, and may outweigh the rest
    return tuple(shifts)


def _edited(rewording: Rewording, table: str) -> bool:
    terms = load_terms(_FILE, table, rewording.language)
    return any(
        find_terms(rewording.old.text[place.old_start : place.old_end], terms)
        or find_terms(rewording.new.text[place.new_start : place.new_end], terms)
        for place in rewording.substitutions
    )


def _find_put_off(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Find ``ratify`` beside ``consider ratifying``, or a future beside an intention, either way round."""
    for table, family, source in _PUTTING_OFF:
        openers = load_terms(_FILE, table, rewording.language)
        old = _read_action(rewording.old, place.old_start, place.old_end, openers)
        new = _read_action(rewording.new, place.new_start, place.new_end, openers)
        if not old or not new or old.put_off == new.put_off or not same_stem(old.verb, new.verb):
            continue
        direction: Direction = "weaker" if new.put_off else "stronger"
        plain, put_off = (old.words, new.words) if new.put_off else (new.words, old.words)
        rule = f"{family}: {plain.term} > {put_off.term} ({source})"
        yield from _shift(rewording, direction, old.words, new.words, rule)


def _read_action(passage: Passage, start: int, end: int, openers: tuple[str, ...]) -> _Action | None:
    """Read a stretch as an action that an opener puts off, or as a verb alone; none for other words."""
    words = [token for token in passage.tokens if token.kind == "word" and start <= token.start < end]
    if not words:
        return None
    first, last = words[0].start, words[-1].end
    opener = next((found for found in find_terms(passage.text[first:last], openers) if not found.start), None)
    after = [word.text for word in words if word.start >= first + opener.end] if opener else [words[0].text]
    verbs = [word for word in after if len(word) >= _LEAST_VERB]
    if not verbs or (opener is None and len(words) > 1):
        return None
    return _Action(opener is not None, Found(passage.text[first:last].lower(), first, last), verbs[0])


def _find_modifiers(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Find modifiers that were only taken out or only put in, nothing else being touched there."""
    removed = rewording.old.text[place.old_start : place.old_end]
    added = rewording.new.text[place.new_start : place.new_end]
    if removed.strip() and added.strip():
        return
    passage, other, start = (
        (rewording.old, rewording.new, place.old_start)
        if removed.strip()
        else (rewording.new, rewording.old, place.new_start)
    )
    text = removed if removed.strip() else added
    if strip_modifiers(text, rewording.language).strip(".,; "):
        return
    for term in find_terms(text, list_modifiers(rewording.language)):
        if _holds_form(other.text, term.term):
            continue  # it only changed its place or its form
        found = Found(term.term, start + term.start, start + term.end)
        strengthens = term.term in load_terms(_FILE, "strengtheners", rewording.language)
        direction: Direction = "stronger" if strengthens != (passage is rewording.old) else "weaker"
        yield from _cite_modifier(passage, found, direction, gone=passage is rewording.old)


def _holds_form(text: str, term: str) -> bool:
    """Return whether a text holds a term, or another form of it: full, fully."""
    if " " in term:
        return bool(find_terms(text, (term,)))
    return any(same_stem(word, term) for word in _WORD.findall(text))


def _cite_modifier(passage: Passage, found: Found, direction: Direction, *, gone: bool) -> Iterator[Shift]:
    evidence = passage.cite(found.start, found.end)
    if evidence:
        old, new = (evidence, None) if gone else (None, evidence)
        yield Shift("strength", direction, old, new, f"modifier: {found.term}")


def _shift(rewording: Rewording, direction: Direction, old: Found, new: Found, rule: str) -> Iterator[Shift]:
    before, after = rewording.old.cite(old.start, old.end), rewording.new.cite(new.start, new.end)
    if before and after:
        yield Shift("strength", direction, before, after, rule)
