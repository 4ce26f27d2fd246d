"""A change as the rules see it: both sides as running text, and what stands in place of what."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from tracker.model.changes import Evidence
from tracker.text.tokens import Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.model.changes import Change, Edit
    from tracker.model.texts import Segment, Version

_LEAST_KEPT = 0.5
"""Share of the shorter side's words that must be kept for agent and object to count as alike."""
_STEM = 5
_LEAST_CONTENT = 4
_EDITOR = re.compile(r"\((?:see|voir|véase)\s[^)]{0,1000}\)", re.IGNORECASE)
_LONGEST = 20_000
"""Characters of both sides up to which the meaning of edits is read, each edit beside all of them."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The segments of one side, joined by a blank, with the means to cite them."""

    text: str
    tokens: tuple[Token, ...]
    segments: tuple[tuple[int, int], ...]
    """Ordinal of each segment, and where it starts in the text."""

    def cite(self, start: int, end: int) -> Evidence | None:
        """Return the evidence for ``text[start:end]``, or none where that runs over two segments."""
        after = bisect_right(self.segments, start, key=itemgetter(1))
        ordinal, offset = self.segments[after - 1]
        if after < len(self.segments) and end > self.segments[after][1] - 1:
            return None
        return Evidence(ordinal, start - offset, end - offset, self.text[start:end])


@dataclass(frozen=True, slots=True)
class Substitution:
    """What was deleted at one place, and what was inserted there; either may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Rewording:
    """Two passages and the substitutions that turn one into the other."""

    old: Passage
    new: Passage
    substitutions: tuple[Substitution, ...]
    language: str
    comparable: bool
    """Whether enough is kept for agent and object to be taken as alike."""


def read_rewording(old: Version, new: Version, change: Change) -> Rewording:
    """Return a change made ready for the rules."""
    passage_old = read_passage([old.segments[i] for i in change.old], old.language)
    passage_new = read_passage([new.segments[j] for j in change.new], new.language)
    shorter = min(_count_words(passage.text, new.language) for passage in (passage_old, passage_new))
    kept = sum(_count_words(edit.text, new.language) for edit in change.edits if edit.kind == "kept")
    return Rewording(
        passage_old,
        passage_new,
        _pair_edits(change.edits),
        new.language,
        comparable=kept >= _LEAST_KEPT * shorter,
    )


def is_readable(change: Change) -> bool:
    """Return whether a change is short enough for its edits to be read: 20,000 characters on both sides.

    The longest of 60,000 sentences of the General Debate has 1,500; a whole session on one line is aligned,
    and its words are compared, but nothing is said of what each edit means.
    """
    return sum(len(edit.text) for edit in change.edits) <= _LONGEST


def content_words(text: str, language: str) -> frozenset[str]:
    """Return the stems of the longer words of a text, the links between them left out."""
    words = (token.text.lower() for token in tokenize(text, language) if token.kind == "word")
    return frozenset(word[:_STEM] for word in words if len(word) >= _LEAST_CONTENT)


def share_content(old: str, new: str, language: str) -> float:
    """Return the share of the shorter text's content words that both have, 0 to 1."""
    one, other = content_words(old, language), content_words(new, language)
    shorter = min(len(one), len(other))
    return round(len(one & other) / shorter, 4) if shorter else 0.0


def overlaps(start: int, end: int, span_start: int, span_end: int) -> bool:
    """Return whether two spans have a character in common."""
    return start < span_end and end > span_start


def read_passage(segments: Sequence[Segment], language: str) -> Passage:
    """Return segments as running text; what an editor put in is no token of it."""
    starts: list[tuple[int, int]] = []
    at = 0
    for segment in segments:
        starts.append((segment.ordinal, at))
        at += len(segment.text) + 1
    text = " ".join(segment.text for segment in segments)
    return Passage(text, _without_editor(text, tokenize(text, language)), tuple(starts))


def _without_editor(text: str, tokens: Iterable[Token]) -> tuple[Token, ...]:
    """Leave out what the editor of a record put in brackets, such as ``(see A/PV.707)``."""
    spans = [match.span() for match in _EDITOR.finditer(text)]
    return tuple(token for token in tokens if not _is_inside(token, spans))


def _is_inside(token: Token, spans: Sequence[tuple[int, int]]) -> bool:
    before = bisect_left(spans, token.end, key=itemgetter(0))
    return before > 0 and spans[before - 1][1] > token.start


def _pair_edits(edits: Iterable[Edit]) -> tuple[Substitution, ...]:
    pairs: list[Substitution] = []
    old = new = 0
    for edit in edits:
        if edit.kind == "kept":
            old, new = old + len(edit.text), new + len(edit.text)
            continue
        step = (len(edit.text), 0) if edit.kind == "deleted" else (0, len(edit.text))
        fresh = Substitution(old, old + step[0], new, new + step[1])
        old, new = fresh.old_end, fresh.new_end
        last = pairs[-1] if pairs else None
        if last and (last.old_end, last.new_end) == (fresh.old_start, fresh.new_start):
            pairs[-1] = Substitution(last.old_start, fresh.old_end, last.new_start, fresh.new_end)
        else:
            pairs.append(fresh)
    return tuple(pairs)


def _count_words(text: str, language: str) -> int:
    return sum(token.kind != "mark" for token in tokenize(text, language))
