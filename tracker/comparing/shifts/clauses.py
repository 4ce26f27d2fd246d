"""A change without the clause that one side says besides: ``cut_new_clauses``."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.comparing.edits import word_edits
from tracker.comparing.passages.forms import straighten
from tracker.comparing.passages.polarity import compile_table
from tracker.comparing.passages.rewording import pair_passages
from tracker.comparing.shifts.purity import blank_words, is_like, list_content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparing.passages.rewording import Rewording, SideText

_MARK = re.compile(r"[,;:](?=\s)|\s[–—-](?=\s)|—|[،؛，；：]")
_LEAST = 2
"""Content words of a clause, and of what is left without it."""
_KNOWN = 0.25
"""The share of them that the other side may have, too."""


@lru_cache(maxsize=1)
def cut_new_clauses(rewording: Rewording) -> Rewording | None:
    """Return a change without a clause that only one side has, or each; None where neither has one.

    What begins as a condition or an exception is none: it takes back a part of what is said.
    """
    sides = rewording.old, rewording.new
    old, new = (_cut(side, other) for side, other in (sides, sides[::-1]))
    if (old, new) == sides:
        return None
    return pair_passages(
        old, new, word_edits(old.text, new.text, rewording.language), rewording.texts, rewording.near
    )


def _cut(passage: SideText, other: SideText) -> SideText:
    """Return a passage up to where its first new clause begins, or from where the one before it ends."""
    text, known = blank_words(passage, ()), list_content(blank_words(other, ()), other.language)
    places = sorted(set(_find_places(passage)))
    behind = next((at for at in places if _is_new(text[at:], known, passage.language)), None)
    if behind is not None:
        return passage if _takes_back(passage, behind) else _keep(passage, text, (0, behind))
    before = next((at for at in reversed(places) if _is_new(text[:at], known, passage.language)), None)
    if before is not None and not _takes_back(passage, 0):
        return _keep(passage, text, (before, len(text)))
    return passage


def _find_places(passage: SideText) -> Iterator[int]:
    """Yield where a clause may begin: behind a mark, or at a word that joins one to another."""
    yield from (match.end() for match in _MARK.finditer(passage.text))
    joints = compile_table("joints", passage.language)
    yield from (match.start() for match in joints.finditer(straighten(passage.text)))


def _is_new(clause: str, known: frozenset[str], language: str) -> bool:
    stems = list_content(clause, language)
    shared = sum(is_like(stem, known) for stem in stems)
    return len(stems) >= _LEAST and shared <= _KNOWN * len(stems)


def _takes_back(passage: SideText, at: int) -> bool:
    """Return whether what begins at a place, or behind its joint, is a condition or an exception."""
    text = straighten(passage.text)
    start = at + len(text[at:]) - len(text[at:].lstrip())
    joint = compile_table("joints", passage.language).match(text, start)
    begins = compile_table("exceptions", passage.language)
    return bool(begins.match(text, start) or (joint and begins.match(text, joint.end())))


def _keep(passage: SideText, text: str, span: tuple[int, int]) -> SideText:
    """Return a part of a passage, which cites as the whole does; all of it where too little is left."""
    start, end = span
    if len(list_content(text[start:end], passage.language)) < _LEAST:
        return passage
    segments = tuple((ordinal, first - start) for ordinal, first in passage.segments)
    return replace(passage, text=passage.text[start:end].rstrip(), segments=segments)
