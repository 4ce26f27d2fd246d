"""Whether what surrounds a replaced word is alike: who acts, and on what."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from tracker.changes.shifts.rules import find_terms, load_terms

if TYPE_CHECKING:
    from tracker.changes.shifts.rewording import Rewording, Substitution
    from tracker.changes.shifts.rules import Found

_SAME_STEM = 4
"""First letters by which two forms of one verb are recognised: ratify, ratifying, ratification."""
_FILLER = re.compile(r"[\s,;]+|\b(?:and|et|y)\b")


def same_frame(rewording: Rewording, place: Substitution, old: Found, new: Found) -> bool:
    """Return whether who acts and on what are alike: what else was replaced here says nothing new."""
    before_old = rewording.old.text[place.old_start : max(old.start, place.old_start)]
    before_new = rewording.new.text[place.new_start : max(new.start, place.new_start)]
    after_old = rewording.old.text[min(old.end, place.old_end) : place.old_end]
    after_new = rewording.new.text[min(new.end, place.new_end) : place.new_end]
    ends_alike = not any(_strip_links(after, rewording.language) for after in (after_old, after_new))
    return strip_modifiers(before_old, rewording.language) == strip_modifiers(
        before_new, rewording.language
    ) and (ends_alike or _same_verb(after_old, after_new))


def strip_modifiers(text: str, language: str) -> str:
    """Return a text without modifiers, which are judged by themselves."""
    for term in reversed(find_terms(text, list_modifiers(language))):
        text = text[: term.start] + text[term.end :]
    return _FILLER.sub(" ", text).strip().lower()


def _strip_links(text: str, language: str) -> str:
    """Return a text without the little words that a verb asks for: urge *the*, call *upon the*."""
    for term in reversed(find_terms(text, load_terms("strength.toml", "links", language))):
        text = text[: term.start] + text[term.end :]
    return text.strip()


def list_modifiers(language: str) -> tuple[str, ...]:
    """Return the words that make what they stand by stronger or weaker."""
    return load_terms("strength.toml", "strengtheners", language) + load_terms(
        "strength.toml", "weakeners", language
    )


def _same_verb(old: str, new: str) -> bool:
    first_old, first_new = old.lower().split()[:1], new.lower().split()[:1]
    return bool(first_old and first_new) and same_stem(first_old[0], first_new[0])


def same_stem(one: str, other: str) -> bool:
    """Return whether two words look like forms of one."""
    shared = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.lower(), other.lower(), strict=False))
    )
    return shared >= min(_SAME_STEM, len(one), len(other))
