"""A change as the rules see it: both sides as running text, and what replaces what."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from tracker.comparing.passages.terms import find_terms, load_terms
from tracker.model.changes import Evidence, Shift
from tracker.text.tokens import Token, tokenize_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.comparing.passages.terms import TermMatch
    from tracker.model.changes import Axis, Change, Direction, Edit
    from tracker.model.texts import Segment, Version

_LEAST_KEPT = 0.5
"""Share of the shorter side's words that must be kept for agent and object to count as alike."""
_REORDERED = 0.75
"""Share of the words of both sides that both must have for a sentence in another order to be the same."""
_NEAR = 2
"""Sentences before and after a passage that are its neighbours."""
_STEM = 5
_LEAST_CONTENT = 4
_EDITOR = re.compile(r"\((?:see|voir|véase)\s[^)]{0,1000}\)", re.IGNORECASE)
_LONGEST = 20_000
"""Characters of both sides up to which the meaning of edits is read, each edit beside all of them."""


class TextSpan(Protocol):
    """Words of a passage by their offsets into it: a term, a figure, a date or a name."""

    @property
    def start(self) -> int:
        """Where they begin."""

    @property
    def end(self) -> int:
        """Where they end."""


_Span = TypeVar("_Span", bound=TextSpan)


@dataclass(frozen=True, eq=False)
class SideText:
    """The segments of one side, joined by a blank, with the means to cite them; equal to itself alone."""

    text: str
    language: str
    segments: tuple[tuple[int, int], ...]
    """Ordinal of each segment, and where it starts in the text."""
    is_heading: bool = False
    """Whether it is a heading, in which any word may be large."""

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its tokens, without what the editor of a record put in brackets, such as ``(see A/PV.707)``."""
        tokens = tokenize_sentence(self.text, self.language)
        spans = [match.span() for match in _EDITOR.finditer(self.text)]
        return tuple(token for token in tokens if not _is_inside(token, spans)) if spans else tokens

    @property
    def whole(self) -> Fragment:
        """All of it."""
        return Fragment(self, 0, len(self.text))

    def cite(self, span: TextSpan) -> Evidence | None:
        """Return the evidence for some words, or none where they run over two segments."""
        after = bisect_right(self.segments, span.start, key=itemgetter(1))
        ordinal, offset = self.segments[after - 1]
        if after < len(self.segments) and span.end > self.segments[after][1] - 1:
            return None
        return Evidence(ordinal, span.start - offset, span.end - offset, self.text[span.start : span.end])


class Fragment(NamedTuple):
    """A part of a passage: ``passage.text[start:end]``."""

    passage: SideText
    start: int
    end: int

    @property
    def text(self) -> str:
        """Its words; none where only the other side was edited."""
        return self.passage.text[self.start : self.end]

    def find(self, terms: tuple[str, ...]) -> tuple[TermMatch, ...]:
        """Return the whole terms in it, by their offsets into the passage."""
        return find_terms(self.text, terms, self.start)

    def select(self, spans: Sequence[_Span]) -> Sequence[_Span]:
        """Return those that overlap it, of spans that are in text order and apart from each other."""
        first = bisect_right(spans, self.start, key=attrgetter("end"))
        return spans[first : bisect_left(spans, self.end, key=attrgetter("start"))]

    def overlaps(self, span: TextSpan) -> bool:
        """Tell whether it has a character in common with other words of the passage."""
        return span.start < self.end and span.end > self.start


class Substitution(NamedTuple):
    """What was deleted at one place, and what was inserted there; either may be empty."""

    old: Fragment
    new: Fragment


@dataclass(frozen=True, slots=True, eq=False)
class Rewording:
    """Two passages and the substitutions that turn one into the other; equal to itself alone."""

    old: SideText
    new: SideText
    substitutions: tuple[Substitution, ...] = ()
    comparable: bool = False
    """Whether enough is kept for agent and object to be taken as alike."""
    texts: tuple[str, str] = ("", "")
    """The texts that the passages stand in, old and new."""
    near: tuple[str, str] = ("", "")
    """What of them stands at most two sentences away."""

    @property
    def language(self) -> str:
        """The language of both sides."""
        return self.new.language

    @property
    def fragments(self) -> Iterator[Fragment]:
        """The edited parts of both passages in text order, old before new at each place."""
        for place in self.substitutions:
            yield place.old
            yield place.new

    def other(self, passage: SideText) -> SideText:
        """Return the passage on the other side of one."""
        return self.new if passage is self.old else self.old

    def terms(self, file: str, table: str) -> tuple[str, ...]:
        """Return the terms of a table for the language of both sides."""
        return load_terms(file, table, self.language)

    def shift(
        self,
        axis: Axis,
        direction: Direction,
        old: TextSpan | None,
        new: TextSpan | None,
        rule: str,
        amount: str | None = None,
    ) -> tuple[Shift, ...]:
        """Return a shift with the words that show it; none where they cannot be cited."""
        before, after = self.old.cite(old) if old else None, self.new.cite(new) if new else None
        if (old and not before) or (new and not after):
            return ()
        return (Shift(axis, direction, before, after, rule, amount),)

    def shift_alone(
        self,
        axis: Axis,
        ways: tuple[Direction, Direction],
        passage: SideText,
        found: TextSpan,
        rule: str,
    ) -> tuple[Shift, ...]:
        """Return the shift of words that only one passage has; ``ways``: if added, and if removed."""
        if passage is self.old:
            return self.shift(axis, ways[1], found, None, rule)
        return self.shift(axis, ways[0], None, found, rule)


def read_rewording(old: Version, new: Version, change: Change) -> Rewording:
    """Return a change made ready for the rules."""
    near = _cut_around(old, change.old), _cut_around(new, change.new)
    return pair_passages(*read_passages(old, new, change), change.edits, (old.text, new.text), near)


def pair_passages(
    before: SideText, after: SideText, edits: Sequence[Edit], texts: tuple[str, str], near: tuple[str, str]
) -> Rewording:
    """Return two passages, the texts that they stand in and what is near, with what edits replaced."""
    language = after.language
    shorter = min(_count_words(tokenize_sentence(side.text, language)) for side in (before, after))
    kept = sum(_count_words(tokenize_sentence(each.text, language)) for each in edits if each.kind == "kept")
    return Rewording(
        before, after, tuple(_pair_edits(edits, before, after)), kept >= _LEAST_KEPT * shorter, texts, near
    )


def _cut_around(version: Version, indexes: Sequence[int]) -> str:
    """Return the text around some segments, themselves included."""
    first, last = max(0, min(indexes) - _NEAR), min(len(version.segments) - 1, max(indexes) + _NEAR)
    return version.text[version.segments[first].start : version.segments[last].end]


def read_passages(old: Version, new: Version, change: Change) -> tuple[SideText, SideText]:
    """Return both sides of a change as running text."""
    before = read_passage([old.segments[i] for i in change.old], old.language)
    return before, read_passage([new.segments[j] for j in change.new], new.language)


def is_readable(change: Change) -> bool:
    """Return whether a change is short enough for its edits to be read: 20,000 characters on both sides.

    The longest of 60,000 sentences of the General Debate has 1,500; a whole session on one line is aligned,
    and its words are compared, but nothing is said of what each edit means.
    """
    return sum(len(edit.text) for edit in change.edits) <= _LONGEST


def is_reordered(rewording: Rewording) -> bool:
    """Return whether the words of both sides are nearly the same, in whatever order."""
    old, new = (
        Counter(token.text.lower() for token in side.tokens if token.kind == "word")
        for side in (rewording.old, rewording.new)
    )
    return 2 * (old & new).total() >= _REORDERED * (old.total() + new.total()) > 0


def content_words(text: str, language: str) -> frozenset[str]:
    """Return the stems of the longer words of a text, the links between them left out."""
    words = (token.text.lower() for token in tokenize_sentence(text, language) if token.kind == "word")
    return frozenset(word[:_STEM] for word in words if len(word) >= _LEAST_CONTENT)


def share_content(old: str, new: str, language: str) -> float:
    """Return the share of the shorter text's content words that both have, 0 to 1."""
    one, other = content_words(old, language), content_words(new, language)
    shorter = min(len(one), len(other))
    return round(len(one & other) / shorter, 4) if shorter else 0.0


def read_passage(segments: Sequence[Segment], language: str) -> SideText:
    """Return segments as running text; what an editor put in is no token of it."""
    starts: list[tuple[int, int]] = []
    at = 0
    for segment in segments:
        starts.append((segment.ordinal, at))
        at += len(segment.text) + 1
    text = " ".join(segment.text for segment in segments)
    is_heading = bool(segments) and all(segment.kind == "heading" for segment in segments)
    return SideText(text, language, tuple(starts), is_heading)


def _is_inside(token: Token, spans: Sequence[tuple[int, int]]) -> bool:
    before = bisect_left(spans, token.end, key=itemgetter(0))
    return before > 0 and spans[before - 1][1] > token.start


def _pair_edits(edits: Iterable[Edit], before: SideText, after: SideText) -> Iterator[Substitution]:
    """Yield the runs of edits between what is kept, as what was deleted and what was inserted."""
    old = new = old_start = new_start = 0
    for edit in (*edits, None):
        if edit is None or edit.kind == "kept":
            if (old, new) != (old_start, new_start):
                yield Substitution(Fragment(before, old_start, old), Fragment(after, new_start, new))
            size = len(edit.text) if edit else 0
            old, new = old + size, new + size
            old_start, new_start = old, new
        elif edit.kind == "deleted":
            old += len(edit.text)
        else:
            new += len(edit.text)


def _count_words(tokens: Iterable[Token]) -> int:
    return sum(token.kind != "mark" for token in tokens)
