"""Rewriting a text by replacements while remembering where each character came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.model.texts import Run, SpanMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Replacement(NamedTuple):
    """``text[start:end]`` gives way to ``new``."""

    start: int
    end: int
    new: str


class Stretch(NamedTuple):
    """A stretch of the new text, the stretch of the old one behind it, and whether it is a copy."""

    new_start: int
    new_end: int
    old_start: int
    old_end: int
    copied: bool


def rewrite(text: str, replacements: Iterable[Replacement]) -> tuple[str, list[Stretch]]:
    """Apply replacements, given in order and without overlap; return the new text and its stretches."""
    pieces: list[str] = []
    stretches: list[Stretch] = []
    at = length = 0
    for start, end, new in replacements:
        if start > at:
            pieces.append(text[at:start])
            stretches.append(Stretch(length, length + start - at, at, start, copied=True))
            length += start - at
        if new:
            pieces.append(new)
            stretches.append(Stretch(length, length + len(new), start, end, copied=False))
            length += len(new)
        at = end
    if at < len(text):
        pieces.append(text[at:])
        stretches.append(Stretch(length, length + len(text) - at, at, len(text), copied=True))
    return "".join(pieces), stretches


def compose(later: list[Stretch], earlier: list[Stretch]) -> list[Stretch]:
    """Return the stretches of two rewrites, one after the other, from the last text to the first."""
    if len(earlier) == 1 and earlier[0].copied:
        shift = earlier[0].old_start
        return [
            Stretch(new_start, new_end, old_start + shift, old_end + shift, copied)
            for new_start, new_end, old_start, old_end, copied in later
        ]
    return list(_through(later, earlier))


def _through(later: list[Stretch], earlier: list[Stretch]) -> Iterator[Stretch]:
    first = 0
    for stretch in later:
        new_start, _, start, end, copied = stretch
        while first < len(earlier) - 1 and earlier[first].new_end <= start:
            first += 1
        behind = _overlapping(earlier, first, start, end)
        if not copied:
            old_start, old_end = (behind[0].old_start, behind[-1].old_end) if behind else (0, 0)
            yield Stretch(new_start, stretch.new_end, old_start, old_end, copied=False)
            continue
        for piece in behind:
            low, high = max(piece.new_start, start), min(piece.new_end, end)
            shift = new_start - start
            old = piece.old_start, piece.old_end
            if piece.copied:
                behind_new = piece.old_start - piece.new_start
                old = low + behind_new, high + behind_new
            yield Stretch(low + shift, high + shift, *old, piece.copied)


def _overlapping(stretches: list[Stretch], first: int, start: int, end: int) -> list[Stretch]:
    found = []
    for index in range(first, len(stretches)):
        stretch = stretches[index]
        if stretch.new_start >= end:
            break
        if stretch.new_end > start:
            found.append(_clipped(stretch, start, end))
    return found


def _clipped(stretch: Stretch, start: int, end: int) -> Stretch:
    new_start, new_end, old_start, old_end, copied = stretch
    if not copied:
        return stretch
    low, high = max(new_start, start), min(new_end, end)
    return Stretch(low, high, old_start + low - new_start, old_end - (new_end - high), copied=True)


def span_map(stretches: Iterable[Stretch]) -> SpanMap:
    """Return the map of a rewrite; a replacement is never as long as what it replaced.

    A run of one length on both sides would be read as a copy, so one that is not (a line break that
    became a blank) gives up its last raw character.
    """
    runs: list[Run] = []
    for new_start, new_end, old_start, old_end, copied in stretches:
        same = new_end - new_start == old_end - old_start
        runs.append(Run(new_start, new_end, old_start, old_end - (same and not copied)))
    return SpanMap(tuple(runs))
