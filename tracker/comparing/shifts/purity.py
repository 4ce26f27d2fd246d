"""Whether an edit changed nothing but some words: ``is_only_edit``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.comparing.passages.forms import list_stems, straighten
from tracker.comparing.passages.polarity import compile_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.comparing.passages.rewording import Fragment, Rewording, SideText, TextSpan

_LEAST_SHARED, _LEAST_SHARED_OF_LONGER = 0.6, 0.5
"""Shares of the content words by which two sentences are one but for an edit."""
_WORD = re.compile(r"[^\W\d_]+")
_CLAUSE = re.compile(r"[,;:،؛，；。.]")
_LEAST = 3
"""Letters by which one of two stems may begin the other: the forms of a case."""
_PREFIX = re.compile(r"^[وف]?(?:س?[يتنأ](?:ت(?=\w{2}))?|[بلك]?ال|لل|[بل](?=\w{3}))")
_SUFFIX = re.compile(r"(?<=\w{2})(?:ها|هم|هن|نا|وا|ون|ين|ات|ت|ه)$")
_WEAK = re.compile(r"[اويىآأإةء]")
"""What comes and goes in the forms of an Arabic word: its prefix and suffix, and letters within."""
_LEAST_ROOT, _ROOT = 2, 4


def is_only_edit(
    rewording: Rewording,
    old: TextSpan | None,
    new: TextSpan | None,
    blanked: tuple[str, str],
    looked_at: tuple[bool, bool] = (True, True),
) -> bool:
    """Return whether no other word was edited beside some, and the rest of both sides is the same.

    ``blanked`` are both sides with blanks for the words that the edit is told by and for all that may come
    with them, and ``looked_at`` says of which side other words count.
    """
    language = rewording.language
    sides = tuple(list_content(text, language) for text in blanked)
    for place in rewording.substitutions:
        parts = (place.old, place.new)
        if not any(found and part.overlaps(found) for part, found in zip(parts, (old, new), strict=True)):
            continue
        for at, part in enumerate(parts):
            rest = list_content(_widen(blanked[at], part), language) if looked_at[at] else ()
            if not all(is_like(stem, sides[1 - at]) for stem in rest):
                return False
        clauses = tuple(
            list_content(_cut_clause(text, part), language) for text, part in zip(blanked, parts, strict=True)
        )
        if not _share(*_leave_out(clauses, looked_at)):
            return False
    return any(sides) and _share(*_leave_out(sides, looked_at))


def _leave_out(
    sides: tuple[frozenset[str], ...], looked_at: tuple[bool, bool]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stems of both sides, of one that is not looked at those alone that the other has."""
    one, other = sides
    return (
        one if looked_at[0] else frozenset(stem for stem in one if is_like(stem, other)),
        other if looked_at[1] else frozenset(stem for stem in other if is_like(stem, one)),
    )


def has_all(text: str, other: str, language: str) -> bool:
    """Return whether another text has all content words of one, and more."""
    stems, others = list_content(text, language), list_content(other, language)
    return 1 < len(stems) < len(others) and all(is_like(stem, others) for stem in stems)


def _share(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two passages have most of their content words in common."""
    shared = sum(is_like(stem, other) for stem in one)
    shorter, longer = sorted((len(one), len(other)))
    return shared >= _LEAST_SHARED * shorter and shared >= _LEAST_SHARED_OF_LONGER * longer


def _cut_clause(text: str, part: Fragment) -> str:
    """Return the clause in which an edited part stands."""
    before, after = _CLAUSE.split(text[: part.start])[-1], _CLAUSE.split(text[part.end :])[0]
    return before + text[part.start : part.end] + after


def blank_words(passage: SideText, found: Iterable[TextSpan]) -> str:
    """Return a passage with blanks for some words and for the small ones that mean nothing by themselves."""
    signs = list(straighten(passage.text))
    for match in found:
        signs[match.start : match.end] = " " * (match.end - match.start)
    return compile_table("carriers", passage.language).sub(lambda match: " " * len(match[0]), "".join(signs))


def _widen(text: str, part: Fragment) -> str:
    """Return an edited part with the whole of the words at its ends."""
    start, end = part.start, part.end
    while start > 0 and text[start - 1].isalpha() and text[start : start + 1].isalpha():
        start -= 1
    while 0 < end < len(text) and text[end].isalpha() and text[end - 1].isalpha():
        end += 1
    return text[start:end]


def list_content(text: str, language: str) -> frozenset[str]:
    """Return the stems of a text's content words, of Chinese its signs."""
    if language == "zh":
        return frozenset(sign for sign in text if sign.isalpha())
    if language == "ar":
        bare = (_SUFFIX.sub("", _PREFIX.sub("", word)) for word in _WORD.findall(text))
        roots = (_WEAK.sub("", word) for word in bare)
        return frozenset(root[:_ROOT] for root in roots if len(root) >= _LEAST_ROOT)
    return list_stems(text, language)


def is_like(stem: str, others: frozenset[str]) -> bool:
    """Return whether a stem is among others, or begins one of them or with it."""
    return stem in others or any(
        len(stem) >= _LEAST <= len(other) and (stem.startswith(other) or other.startswith(stem))
        for other in others
    )
