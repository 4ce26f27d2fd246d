"""Both texts as one sequence of runs: what is kept, taken out or put in, and the change each run belongs to.

The runs of the old side, joined, are its clean text exactly, blanks between sentences included; those of the
new side the other. Every redline of whole texts is drawn from these, whatever it is written as.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.changes import Change, Comparison
    from tracker.model.texts import Version

SideName = Literal["old", "new"]
RunKind = Literal["kept", "deleted", "inserted", "moved from", "moved to"]
_GONE: tuple[RunKind, RunKind] = ("deleted", "moved from")
_COME: tuple[RunKind, RunKind] = ("inserted", "moved to")
"""What is on one side alone: in its place, and in a passage that has moved."""
IN_SIDE: Final[Mapping[SideName, frozenset[RunKind]]] = {
    "old": frozenset({"kept", *_GONE}),
    "new": frozenset({"kept", *_COME}),
}
"""What each text consists of."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one text, or of both where it is kept; it lies in one segment, or between two."""

    text: str
    kind: RunKind
    old: int | None = None
    """The segment of the old side that holds it; None between segments, and where that side has it not."""
    new: int | None = None
    change: str = ""
    """The id of its change; a passage has the same where it was and where it has moved to. Empty between
    segments."""
    edited: bool = False
    """Whether, in a passage that has moved, the other place has other words here."""


class _Place(NamedTuple):
    """A character of one text: where it stands, and in which segment."""

    at: int
    segment: int


_Stretch = tuple[_Place | None, int]
"""Where a stretch begins, None for what joins segments, and how many characters it has."""


class _Part(NamedTuple):
    """A stretch that one text holds, or both; its first character on either side."""

    old: _Place | None
    new: _Place | None
    size: int
    change: Change


PARAGRAPH: Final = "\n\n"
"""What stands between the paragraphs of a clean text."""


def redline(comparison: Comparison) -> tuple[Run, ...]:
    """Return both texts as runs, in the order of the new one; what is gone stands before what came for it.

    Blanks and line breaks between segments are runs of their own, kept where both sides have the same.
    """
    olds: dict[int, Run] = {}
    news: dict[int, Run] = {}
    reached = 0
    parts = [part for change in comparison.changes for part in _cut(comparison, change)]
    for old, new, size, change in sorted(parts, key=lambda each: each.new.at if each.new else -1):
        if old and new and not change.moved and old.at >= reached:
            text = _read(comparison.new.version, new, size)
            olds[old.at] = news[new.at] = Run(text, "kept", old.segment, new.segment, change.id)
            reached = old.at + size
            continue
        edited = change.moved and not (old and new)
        if old:
            text, gone = _read(comparison.old.version, old, size), _GONE[change.moved]
            olds[old.at] = Run(text, gone, old=old.segment, change=change.id, edited=edited)
        if new:
            text, come = _read(comparison.new.version, new, size), _COME[change.moved]
            news[new.at] = Run(text, come, new=new.segment, change=change.id, edited=edited)
    before = _fill(comparison.old.version.text, olds, _GONE[False])
    return tuple(_merge(before, _fill(comparison.new.version.text, news, _COME[False])))


def _read(version: Version, place: _Place, size: int) -> str:
    return version.text[place.at : place.at + size]


def _cut(comparison: Comparison, change: Change) -> Iterator[_Part]:
    """Cut a change into stretches that lie in one segment on either side and are on one or both of them."""
    before = _places(comparison.old.version, change.old)
    after = _places(comparison.new.version, change.new)
    pairs: list[_Part] = []
    if change.old and change.new:
        i = j = 0
        for edit in change.edits:
            size = len(edit.text)
            old, new = edit.kind != "inserted", edit.kind != "deleted"
            olds = _between(before, i, i + size) if old else [(None, size)]
            news = _between(after, j, j + size) if new else [(None, size)]
            pairs += _pair(olds, news, change)
            i, j = i + size * old, j + size * new
    else:
        pairs += [_Part(place, None, size, change) for place, size in before]
        pairs += [_Part(None, place, size, change) for place, size in after]
    for name, group in groupby(pairs, key=lambda pair: tuple(each and each.segment for each in pair[:2])):
        first, *rest = group
        if name != (None, None):
            yield first._replace(size=first.size + sum(each.size for each in rest))


def _places(version: Version, indexes: Sequence[int]) -> list[_Stretch]:
    """Return where some segments stand, joined as edits join them: None for the joint, one character."""
    places: list[_Stretch] = []
    for index in indexes:
        segment = version.segments[index]
        places += [(None, 1)] * bool(places)
        places.append((_Place(segment.start, index), segment.end - segment.start))
    return places


def _between(places: Iterable[_Stretch], start: int, end: int) -> Iterator[_Stretch]:
    """Yield the stretches from one character to before another."""
    at = 0
    for place, size in places:
        first, last = max(at, start), min(at + size, end)
        if first < last:
            yield _skip(place, first - at), last - first
        at += size


def _pair(olds: Iterable[_Stretch], news: Iterable[_Stretch], change: Change) -> Iterator[_Part]:
    """Yield the stretches of two sides that are of the same length, cut where either ends."""
    left, right = deque(olds), deque(news)
    while left and right:
        (old, before), (new, after) = left.popleft(), right.popleft()
        size = min(before, after)
        yield _Part(old, new, size, change)
        if before > size:
            left.appendleft((_skip(old, size), before - size))
        if after > size:
            right.appendleft((_skip(new, size), after - size))


def _skip(place: _Place | None, size: int) -> _Place | None:
    return place and place._replace(at=place.at + size)


def _fill(text: str, placed: Mapping[int, Run], kind: RunKind) -> list[Run]:
    """Return the runs of one text in order, with what stands between segments."""
    runs: list[Run] = []
    end = 0
    for start, run in sorted(placed.items()):
        if start > end:
            runs.append(Run(text[end:start], kind))
        runs.append(run)
        end = start + len(run.text)
    return runs if end == len(text) else [*runs, Run(text[end:], kind)]


def _merge(olds: Iterable[Run], news: Iterable[Run]) -> Iterator[Run]:
    """Yield the runs of both texts as one sequence, what is kept once."""
    begins = True
    for (gone, kept), (come, _) in zip(_split(olds), _split(news), strict=True):
        yield from _weave(gone, come, begins=begins, ends=not kept)
        yield from kept
        begins = False


def _weave(gone: Sequence[Run], come: Sequence[Run], *, begins: bool, ends: bool) -> Iterator[Run]:
    """Yield what is gone and what came for it, so that whole paragraphs on either side stay whole.

    What goes on with a paragraph before, or leads to one behind, stands with that on both sides; at the
    beginning or the end of the texts there is none.
    """
    olds, news = _part(gone), _part(come)
    if len(olds) == 1 or len(news) == 1:
        yield from _mix(gone, come)
        return
    head, tail = (
        (olds.pop(0), news.pop(0)) if not begins else None,
        (olds.pop(), news.pop()) if not ends else None,
    )
    if head:
        yield from (*_mix(*head), Run(PARAGRAPH, "deleted" if ends else "kept"))
    yield from _join(olds, "deleted", ends=ends)
    if head and ends:
        yield Run(PARAGRAPH, "inserted")
    yield from _join(news, "inserted", ends=ends)
    if tail:
        yield from _mix(*tail)


def _part(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs of each paragraph, without the breaks between."""
    parted: list[list[Run]] = [[]]
    for run in runs:
        if run.text == PARAGRAPH and not run.change:
            parted.append([])
        else:
            parted[-1].append(run)
    return parted


def _join(paragraphs: Sequence[Sequence[Run]], kind: RunKind, *, ends: bool) -> Iterator[Run]:
    """Yield paragraphs with a break behind each, but for the last one of a text."""
    for at, paragraph in enumerate(paragraphs, start=1):
        yield from paragraph
        if at < len(paragraphs) or not ends:
            yield Run(PARAGRAPH, kind)


def _mix(gone: Sequence[Run], come: Sequence[Run]) -> Iterator[Run]:
    """Yield what is gone, then what came for it; a blank at either end that both have is kept."""
    head = _share_blank(gone[:1], come[:1])
    left, right = gone[len(head) :], come[len(head) :]
    tail = _share_blank(left[-1:], right[-1:])
    yield from (*head, *left[: len(left) - len(tail)], *right[: len(right) - len(tail)], *tail)


def _split(runs: Iterable[Run]) -> Iterator[tuple[list[Run], list[Run]]]:
    """Yield the runs before each that is kept, and that one; last those that are left, and none."""
    gathered: list[Run] = []
    for run in runs:
        if run.kind == "kept":
            yield gathered, [run]
            gathered = []
        else:
            gathered.append(run)
    yield gathered, []


def _share_blank(gone: Sequence[Run], come: Sequence[Run]) -> list[Run]:
    """Return what stands between segments on both sides as kept, where it is the same."""
    same = gone and come and not (gone[0].change or come[0].change) and gone[0].text == come[0].text
    return [Run(gone[0].text, "kept")] if same else []


@dataclass(frozen=True, slots=True)
class Piece:
    """A run, or what of it stands in one paragraph."""

    text: str
    run: Run
    at: int
    """The place of the run among all."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Pieces up to a paragraph's end; the last one of a text has none."""

    pieces: tuple[Piece, ...]
    end: RunKind | None


def split_paragraphs(runs: Sequence[Run]) -> Iterator[Paragraph]:
    """Yield the paragraphs of both texts as one sequence; what ends each is kept, deleted or inserted too."""
    pieces: list[Piece] = []
    for at, run in enumerate(runs):
        first, *rest = run.text.split(PARAGRAPH)
        pieces += [Piece(first, run, at)] if first else []
        for text in rest:
            yield Paragraph(tuple(pieces), run.kind)
            pieces = [Piece(text, run, at)] if text else []
    yield Paragraph(tuple(pieces), None)
