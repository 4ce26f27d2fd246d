"""Stronger or weaker: modals, actions put off, modifiers, conditions; scales in ``strength.toml``."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.passages.terms import (
    Scale,
    TermMatch,
    compare_ladders,
    find_terms,
    list_modifiers,
    load_terms,
    same_stem,
    strip_modifiers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparing.passages.rewording import Fragment, Rewording, Substitution
    from tracker.model.changes import Direction, Shift

_FILE = "strength.toml"
_SCALE = Scale("strength", "stronger", "weaker")
_LEAST_VERB = 4
"""Letters of a word that can be the verb put off."""
_WORD = re.compile(r"\w{3,}")
_PUTTING_OFF = (("hedges", "action", "McMahon 2012"), ("intentions", "promise", "ours"))
"""Tables of words that put off the action after them, what is graded, and the scale."""
_STRENGTHENS: Final[tuple[Direction, Direction]] = ("stronger", "weaker")
_WEAKENS: Final[tuple[Direction, Direction]] = ("weaker", "stronger")
"""The direction where a word was added, and where it was removed."""


class _Action(NamedTuple):
    """An action, with the words that put it off where it is."""

    put_off: bool
    words: TermMatch
    verb: str


def find_condition_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the condition that only one side has, added or removed whole: ``when circumstances allow``."""
    pattern = _compile_conditions(rewording.language)
    old, new = (
        [TermMatch(match[0].lower(), *match.span()) for match in pattern.finditer(passage.text)]
        for passage in (rewording.old, rewording.new)
    )
    found = [
        (part.passage, words)
        for part in rewording.fragments
        for words in part.select(old if part.passage is rewording.old else new)
        if part.start <= words.start and words.end <= part.end
    ]
    if len(found) != 1 or (old and new):
        return ()
    ((passage, words),) = found
    rule = f"condition: {words.term} (ours)"
    return rewording.shift_alone("strength", _WEAKENS, passage, words, rule)


@cache
def _compile_conditions(language: str) -> re.Pattern[str]:
    spelled = "|".join(load_terms(_FILE, "conditions", language)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)


def find_strength_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the strength shifts in text order; none where a negation or an unread hedge was edited."""
    if _is_edited(rewording, "negations"):
        return ()
    shifts: list[Shift] = []
    for place in rewording.substitutions:
        shifts.extend(compare_ladders(rewording, place, _FILE, _SCALE))
        shifts.extend(_find_put_off(rewording, place))
        shifts.extend(_find_modifiers(rewording, place))
    if _is_edited(rewording, "hedges") and not any(shift.old and shift.new for shift in shifts):
        return ()  # what was put off is not understood, and may outweigh the rest
    return tuple(shifts)


def _is_edited(rewording: Rewording, table: str) -> bool:
    terms = rewording.terms(_FILE, table)
    return any(part.find(terms) for part in rewording.fragments)


def _find_put_off(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Find ``ratify`` beside ``consider ratifying``, or a future beside an intention, either way round."""
    for table, family, source in _PUTTING_OFF:
        openers = rewording.terms(_FILE, table)
        old, new = _read_action(place.old, openers), _read_action(place.new, openers)
        if not old or not new or old.put_off == new.put_off or not same_stem(old.verb, new.verb):
            continue
        plain, put_off = (old, new) if new.put_off else (new, old)
        rule = f"{family}: {plain.words.term} > {put_off.words.term} ({source})"
        yield from rewording.shift(
            "strength", "weaker" if new.put_off else "stronger", old.words, new.words, rule
        )


def _read_action(part: Fragment, openers: tuple[str, ...]) -> _Action | None:
    """Read a part as an action that an opener puts off, or as a verb alone; none for other words."""
    tokens = part.select(part.passage.tokens)
    words = [token for token in tokens if token.kind == "word" and part.start <= token.start]
    if not words:
        return None
    first, last = words[0].start, words[-1].end
    text = part.passage.text[first:last]
    opener = next((found for found in find_terms(text, openers) if not found.start), None)
    after = [word.text for word in words if word.start >= first + opener.end] if opener else [words[0].text]
    verbs = [word for word in after if len(word) >= _LEAST_VERB]
    if not verbs or (opener is None and len(words) > 1):
        return None
    return _Action(opener is not None, TermMatch(text.lower(), first, last), verbs[0])


def _find_modifiers(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Find modifiers that were only taken out or only put in, nothing else being edited there."""
    if place.old.text.strip() and place.new.text.strip():
        return
    part = place.old if place.old.text.strip() else place.new
    if strip_modifiers(part.text, rewording.language).strip(".,; "):
        return
    strengtheners = rewording.terms(_FILE, "strengtheners")
    for found in part.find(list_modifiers(rewording.language)):
        if not _holds_form(
            rewording.other(part.passage).text, found.term
        ):  # else it only changed its place or form
            directions = _STRENGTHENS if found.term in strengtheners else _WEAKENS
            rule = f"modifier: {found.term}"
            yield from rewording.shift_alone("strength", directions, part.passage, found, rule)


@lru_cache(maxsize=256)
def _holds_form(text: str, term: str) -> bool:
    """Return whether a text holds a term, or another form of it: full, fully."""
    if " " in term:
        return bool(find_terms(text, (term,)))
    return any(same_stem(word, term) for word in _WORD.findall(text))
