"""Passages that show what became of a topic, and edits made readable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracker.report.comparison.selection import OLD_SIDE, find_counterpart
from tracker.report.comparison.words import place
from tracker.report.layout import ELLIPSIS, Span
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.changes import Comparison, Edit, EditKind
    from tracker.model.texts import Segment
    from tracker.model.topics import TopicChange

_PARTS = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
FEW = 5
"""Words not worth an ellipsis."""

_WORD = re.compile(r"\S+\s*")

_MARKS: dict[EditKind, tuple[str, str]] = {
    "kept": ("", ""),
    "deleted": ("[-", "-]"),
    "inserted": ("{+", "+}"),
}


@dataclass(frozen=True, slots=True)
class RedlinePiece:
    """A stretch of a redline; only what was deleted or inserted is marked, and never ends in a blank."""

    kind: EditKind
    text: str


def read_edits(edits: Sequence[Edit], context: int | None = None) -> tuple[RedlinePiece, ...]:
    """Return edits as pieces to print, blanks moved out of the marks.

    With a ``context``, stretches that were kept are cut to so many words beside each edit. Where nothing
    was edited all is returned.
    """
    pieces = [piece for edit in edits for piece in _part(edit)]
    if context is None or all(piece.kind == "kept" for piece in pieces):
        return tuple(pieces)
    last = len(pieces) - 1
    return tuple(
        RedlinePiece("kept", _elide(piece.text, context, before=at > 0, after=at < last))
        if piece.kind == "kept"
        else piece
        for at, piece in enumerate(pieces)
    )


def mark_edits(pieces: Sequence[RedlinePiece]) -> tuple[Span, ...]:
    """Return pieces as spans in the marks of wdiff, ``[-old-]{+new+}``, which stay when colour is lost."""
    return tuple(
        Span(piece.text) if piece.kind == "kept" else Span(piece.text.join(_MARKS[piece.kind]), piece.kind)
        for piece in pieces
    )


def _part(edit: Edit) -> Iterator[RedlinePiece]:
    text = visible(edit.text)
    if edit.kind == "kept":
        yield RedlinePiece("kept", text)
        return
    match = _PARTS.fullmatch(text)
    before, middle, after = match.groups() if match else ("", text, "")
    for kind, part in (("kept", before), (edit.kind, middle), ("kept", after)):
        if part:
            yield RedlinePiece(kind, part)  # type: ignore[arg-type]


def _elide(text: str, context: int, *, before: bool, after: bool) -> str:
    """Keep ``context`` words at the ends of a kept stretch that border on an edit."""
    words = _WORD.findall(text)
    if len(words) <= context * (before + after) + FEW:
        return text
    blank = text[: len(text) - len(text.lstrip())]
    head = blank + "".join(words[:context]) if before else ""
    tail = "".join(words[len(words) - context :]) if after else ""
    return " ".join(part for part in (head.rstrip(), ELLIPSIS, tail) if part)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A segment to quote, led by when and where it was said: ``was ¶3``."""

    side: Literal["old", "new"]
    lead: str
    text: str


def select_passages(
    comparison: Comparison, topic: TopicChange, *, everything: bool = False
) -> tuple[Quotation, ...]:
    """Return what to quote on a topic: old side first.

    A topic that is new, or not repeated, is shown by its one leading passage, and the latter by the
    closest passage now. A topic that is on both sides is shown by its counterparts, or by the leading
    passage of the side where more was made of it; of a revision that keeps it, by none, since its
    sentences are compared.
    """
    if topic.status == "dropped":
        return (*_leading(comparison, topic, "was"), *_closest(comparison, topic))
    if topic.status == "kept" and comparison.genre == "revision" and not everything:
        return ()
    pair = find_counterpart(comparison, topic)
    if pair:
        return (
            _quotation("was", comparison.old.version.segments[pair.old]),
            _quotation("now", comparison.new.version.segments[pair.new]),
        )
    if everything:
        return (*_leading(comparison, topic, "was"), *_leading(comparison, topic, "now"))
    return _leading(comparison, topic, "was" if topic.status in OLD_SIDE else "now")


def _leading(comparison: Comparison, topic: TopicChange, when: str) -> tuple[Quotation, ...]:
    side, reading = (comparison.old, topic.old) if when == "was" else (comparison.new, topic.new)
    return (_quotation(when, side.version.segments[reading.leading]),) if reading else ()


def _closest(comparison: Comparison, topic: TopicChange) -> tuple[Quotation, ...]:
    if topic.closest is None:
        return ()
    segment = comparison.new.version.segments[topic.closest.segment]
    lead = f"closest now {place(segment)} (similarity {topic.closest.score:.2f})"
    return (Quotation("new", lead, segment.text),)


def _quotation(when: str, segment: Segment) -> Quotation:
    return Quotation("old" if when == "was" else "new", f"{when} {place(segment)}", segment.text)
