"""Stronger or weaker: modals, requests, actions put off, modifiers; scales in ``strength.toml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.comparison.shifts.frames import list_modifiers, same_stem, strip_modifiers
from tracker.comparison.shifts.ladders import STRENGTH, compare_ladders
from tracker.comparison.shifts.rules import Found, find_terms, load_terms
from tracker.model import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparison.shifts.rewording import Passage, Rewording, Substitution
    from tracker.model import Direction

_FILE = "strength.toml"
_LEAST_VERB = 4
"""Letters of a word that can be the verb put off."""
_WORD = re.compile(r"\w{3,}")


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
    """Find ``ratify`` beside ``consider ratifying``, either way round."""
    hedges = load_terms(_FILE, "hedges", rewording.language)
    old = _read_action(rewording.old, place.old_start, place.old_end, hedges)
    new = _read_action(rewording.new, place.new_start, place.new_end, hedges)
    if not old or not new or old[0] == new[0] or not same_stem(old[2], new[2]):
        return
    direction: Direction = "weaker" if new[0] else "stronger"
    plain, put_off = (old[1], new[1]) if new[0] else (new[1], old[1])
    source = "McMahon 2012"
    yield from _shift(
        rewording, direction, old[1], new[1], f"action: {plain.term} > {put_off.term} ({source})"
    )


def _read_action(
    passage: Passage, start: int, end: int, hedges: tuple[str, ...]
) -> tuple[bool, Found, str] | None:
    """Return whether an action is put off, its words, and its verb; none where the words are others."""
    words = [token for token in passage.tokens if token.kind == "word" and start <= token.start < end]
    if not words:
        return None
    hedged = words[0].text.lower() in hedges
    if (hedged and len(words) == 1) or (not hedged and len(words) > 1):
        return None
    first, last = words[0], words[-1]
    found = Found(passage.text[first.start : last.end].lower(), first.start, last.end)
    content = [word.text for word in words[1:] if len(word.text) >= _LEAST_VERB] if hedged else [first.text]
    return (hedged, found, content[0]) if content and len(content[0]) >= _LEAST_VERB else None


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
