"""Edits made readable: blanks outside the marks, long stretches that were kept cut to their ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.report.layout import ELLIPSIS, Span
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.changes import Edit, EditKind

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
class Piece:
    """A stretch of a redline; only what was deleted or inserted is marked, and never ends in a blank."""

    kind: EditKind
    text: str


def read_edits(edits: Sequence[Edit], context: int | None = None) -> tuple[Piece, ...]:
    """Return edits as pieces to print, blanks moved out of the marks.

    With a ``context``, stretches that were kept are cut to so many words beside each edit. Where nothing
    was edited all is returned.
    """
    pieces = [piece for edit in edits for piece in _part(edit)]
    if context is None or all(piece.kind == "kept" for piece in pieces):
        return tuple(pieces)
    last = len(pieces) - 1
    return tuple(
        Piece("kept", _elide(piece.text, context, before=at > 0, after=at < last))
        if piece.kind == "kept"
        else piece
        for at, piece in enumerate(pieces)
    )


def mark_edits(pieces: Sequence[Piece]) -> tuple[Span, ...]:
    """Return pieces as spans in the marks of wdiff, ``[-old-]{+new+}``, which stay when colour is lost."""
    return tuple(
        Span(piece.text) if piece.kind == "kept" else Span(piece.text.join(_MARKS[piece.kind]), piece.kind)
        for piece in pieces
    )


def _part(edit: Edit) -> Iterator[Piece]:
    text = visible(edit.text)
    if edit.kind == "kept":
        yield Piece("kept", text)
        return
    match = _PARTS.fullmatch(text)
    before, middle, after = match.groups() if match else ("", text, "")
    for kind, part in (("kept", before), (edit.kind, middle), ("kept", after)):
        if part:
            yield Piece(kind, part)  # type: ignore[arg-type]


def _elide(text: str, context: int, *, before: bool, after: bool) -> str:
    """Keep ``context`` words at the ends of a kept stretch that border on an edit."""
    words = _WORD.findall(text)
    if len(words) <= context * (before + after) + FEW:
        return text
    blank = text[: len(text) - len(text.lstrip())]
    head = blank + "".join(words[:context]) if before else ""
    tail = "".join(words[len(words) - context :]) if after else ""
    return " ".join(part for part in (head.rstrip(), ELLIPSIS, tail) if part)
