"""Quotations cut to a width, rather where clauses begin and end, and the sentences of a lead that hold them.

Each place where a quotation may begin, and where it may end, has a cost: what a reader loses by a cut there.
The cheapest cut that fits is taken. What denies what is shown, or makes it depend on something, is not cut
off: it stands with its subject before a gap, or behind one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.report import clauses
from tracker.report.clauses import ANY_WORD, NEVER, Place
from tracker.report.document import Quote, Redline, Span
from tracker.report.layout import ELLIPSIS, WHOLE, WIDE, columns, find_beginning, fits, mark_edits, shorten

if TYPE_CHECKING:
    from tracker.report.document import Sentence

SPARE: Final = 40
"""Columns more that a quotation may have where lines are not counted, to save a clause."""
_AROUND: Final = 3
"""Columns of quotation mark and ellipses about words that are cut out."""
_ENOUGH: Final = 60
"""Columns of a quotation that rests on no one of its words, from which a reader knows what it is about."""
_FAR: Final = 400
"""Characters before the words that are shown, and behind them, in which a cut is looked for."""
_HEAD: Final = range(10, 90)
"""How many characters may stand before a gap."""
_WHOLLY: Final = 60
"""Columns of a condition that is shown whole behind a gap, and those more that a denial may take."""
_TELLING: Final = 80
"""The columns from which more words tell no more."""
_AFTER_GAP: Final = 12
"""How many places where a quotation may go on behind a gap are tried: the best, the nearest to its words."""
_ANYWHERE: Final = 8.0
"""What it costs to begin where no clause does; where a phrase does, one less and what its place costs."""
_AT_MARK: Final = 2.0
"""What is added to the cost of a mark where nothing else tells where a clause begins."""
_GAP, _LIMIT = 3.5, 1.0
"""What it costs to leave a gap, and to show a condition behind one."""
_GAP_END: Final = 4.5
"""What the end before a gap costs at most; half of it counts."""
_STRETCH, _SHORT = 2.0, 5.0
"""What it costs to take all columns to spare, and to show nothing."""
_CLEAN: Final = 4.0
"""Below this no gap is tried: a clause or most of one is shown."""
_REST: Final = r"(?:[^\s,;:%(wide)s]|[,;:](?=[^\s%(wide)s]))+"
"""What of a word stands behind a mark that ends within it."""
_BLANK: Final = re.compile(r"\s+")
_BRIEFLY: Final = re.compile(r"\S{1,20}(?: \S{1,20}(?!\S)){1,6}")
"""What is shown of a condition that is longer than ``_WHOLLY``."""
_COST: Final = attrgetter("cost")

Stretch = tuple[int, int]
"""Where something begins and ends in a text."""


class _Ending(NamedTuple):
    """Where a quotation may end, the condition that is then shown, and the columns of what follows."""

    at: int
    cost: float
    limit: Stretch | None
    columns: int


class _Places(NamedTuple):
    """Where a quotation may begin and end, the cheapest places first, and where its sentence stops."""

    stop: int
    begins: tuple[Place, ...]
    ends: tuple[_Ending, ...]
    is_read: bool
    """Whether the words of the sentence are among those that are known, and not its marks alone."""


class _Room(NamedTuple):
    """The columns there are, and those to spare."""

    size: int
    spare: int


class _Cut(NamedTuple):
    """What is shown of a text around its words, what stands before that and a gap, and what behind one."""

    cost: float
    begin: int
    end: int
    head: Stretch | None = None
    limit: Stretch | None = None


def cut_quote(quote: Quote, width: int, spare: int = 0) -> tuple[Span, ...]:
    """Return what fits of a quotation, in quotation marks, with the words it rests on in their style.

    The first of these are shown whole, however narrow it is. So many columns ``spare`` may be taken beside
    the ``width`` where that saves a clause from being cut.
    """
    text, width = quote.text, max(width, least_width(quote))
    if fits(text, width + spare - 2):
        return _write(quote, _Cut(0.0, 0, len(text)))
    first, last = _find_shown(quote)
    if not text.isascii() and re.search(rf"[{WIDE}]", text[max(0, first - _AROUND) : last + _AROUND]):
        return _write(quote, _cut_unspaced(text, first, last, width - 2))
    return _write(quote, _choose_cut(text, first, last, _Room(width - 2, spare)))


def least_width(quote: Quote) -> int:
    """Return the columns that a quotation needs to show the words it rests on whole, or enough of it."""
    if not quote.marks:
        return min(len(quote.text) + _AROUND, _ENOUGH)
    return columns(quote.text[slice(*_find_shown(quote))]) + _AROUND


def _find_shown(quote: Quote) -> Stretch:
    """Return where the first words that a quotation rests on begin, and where the last of them ends."""
    if not quote.marks:
        return 0, 0
    first, last = quote.marks[0]
    wide = "" if quote.text.isascii() else WIDE
    rest = re.compile(_REST % {"wide": wide}).match(quote.text, last)
    return first, rest.end() if rest else last


def _cut_unspaced(text: str, first: int, last: int, room: int) -> _Cut:
    """Return a cut of a text without blanks: as much as there is room for."""
    begin = find_beginning(text, first, room, last)
    shown = shorten(text[begin:], max(room - bool(begin), columns(text[begin:last]) + 1))
    return _Cut(0.0, begin, begin + len(shown.removesuffix(ELLIPSIS)))


@lru_cache(maxsize=512)
def _choose_cut(text: str, first: int, last: int, room: _Room) -> _Cut:
    """Return the cheapest cut that shows some words, with a gap where no other keeps a clause whole.

    Where each that fits hides a denial or a condition there is more room.
    """
    places, best = _find_places(text, first, last), _Cut(NEVER, first, last)
    for more in (room, _Room(room.size, max(room.spare, _WHOLLY))):
        best = _find_best(text, places, more, best)
        if best.cost >= _CLEAN:
            best = _find_best_gap(text, places, first, _Room(room.size + more.spare - room.spare, 0), best)
        if best.cost < NEVER:
            break
    return best


@lru_cache(maxsize=128)
def _find_places(text: str, first: int, last: int) -> _Places:
    low, high = max(0, first - _FAR), min(len(text), last + _FAR)
    start, stop = clauses.find_sentence(text, first, last, low, high)
    is_read = clauses.is_known(text, start, stop)
    within = _ANYWHERE - 1.0 if is_read else _AT_MARK
    begins = [
        Place(start, _ANYWHERE if start == low > 0 else 0.0),
        *clauses.list_begins(text, start, first),
        *(Place(at, cost + within) for at, cost in clauses.list_phrases(text, start, first)),
        *(Place(each.end(), _ANYWHERE) for each in _BLANK.finditer(text, start, first)),
        Place(first, _ANYWHERE),
    ]
    kept = (Place(at, cost + clauses.weigh_lost(text, start, at)) for at, cost in begins)
    ends = [
        Place(stop, ANY_WORD if stop == high < len(text) else 0.0),
        *(
            Place(at, cost + clauses.weigh_object(text, first, last, at))
            for at, cost in (*clauses.list_ends(text, last, stop), Place(last, ANY_WORD))
        ),
    ]
    endings = (_end(text, each, stop) for each in ends)
    return _Places(stop, tuple(sorted(kept, key=_COST)), tuple(sorted(endings, key=_COST)), is_read)


def _end(text: str, place: Place, stop: int) -> _Ending:
    """Return an ending with the condition that its clause has behind it."""
    at = clauses.find_condition(text, place.at, stop)
    if at is None:
        return _Ending(*place, None, int(place.at < len(text)))
    end = stop
    if columns(text[at:stop]) > _WHOLLY and (brief := _BRIEFLY.match(text, at, stop)):
        end = brief.end()
    size = len(ELLIPSIS) + 1 + columns(text[at:end]) + (end < len(text))
    return _Ending(place.at, place.cost + _LIMIT, (at, end), size)


def _find_best(
    text: str, places: _Places, room: _Room, best: _Cut, head: Stretch | None = None, cost: float = 0.0
) -> _Cut:
    """Return the cheapest cut that fits, or the best so far; behind a ``head`` and a gap, which ``cost``."""
    before = columns(text[slice(*head)]) + 1 + len(ELLIPSIS) if head else 0
    for begin in places.begins:
        if cost + begin.cost >= best.cost:
            break
        opened = head[0] if head else begin.at
        for end in places.ends:
            least = cost + begin.cost + end.cost
            if least >= best.cost:
                break
            size = before + bool(opened) + columns(text[begin.at : end.at]) + end.columns
            if size > room.size + room.spare:
                continue
            least += _weigh_size(size, room)
            if least < best.cost and end.at < places.stop and places.is_read:
                least += clauses.weigh_clause(text[opened : end.at])
            if head and least < best.cost:
                least += clauses.weigh_loose(text, begin.at, end.at)
            if least < best.cost and not (head and clauses.takes_object_for_subject(text, begin.at, end.at)):
                best = _Cut(least, begin.at, end.at, head, end.limit)
    return best


def _weigh_size(size: int, room: _Room) -> float:
    if size > room.size:
        return _STRETCH * (size - room.size) / room.spare
    return _SHORT * max(0.0, 1 - size / min(room.size, _TELLING))


def _find_best_gap(text: str, places: _Places, first: int, room: _Room, best: _Cut) -> _Cut:
    """Return the cheapest cut that begins with a clause, leaves a gap, and goes on before the words."""
    ends = tuple(each for each in places.ends if each.cost < ANY_WORD) or places.ends
    for begin in places.begins:
        start = _GAP + begin.cost + (begin.at > 0)
        if begin.cost >= _CLEAN or start >= best.cost:
            break
        low, high = begin.at + _HEAD.start, min(first, begin.at + _HEAD.stop)
        for gap in clauses.list_ends(text, low, high):
            cost = start + min(gap.cost, _GAP_END) / 2
            if cost >= best.cost or not clauses.may_break_off(text, begin.at, gap):
                continue
            goes_on = [
                each
                for each in clauses.list_phrases(text, gap.at + 1, first)
                if not clauses.hides_what_limits(text, gap.at, each.at)
            ]
            goes_on.sort(key=lambda each: (each.cost, -each.at))
            behind = places._replace(begins=tuple(goes_on[:_AFTER_GAP]), ends=ends)
            best = _find_best(text, behind, room, best, (begin.at, gap.at), cost)
    return best


def _write(quote: Quote, cut: _Cut) -> tuple[Span, ...]:
    """Return a cut as spans in quotation marks, the words that the quotation rests on in their style."""
    text, begin = quote.text, cut.begin
    opening = cut.head[0] if cut.head else begin
    opened = f"“{ELLIPSIS if opening else ''}"
    head = f"{_close(text, *cut.head)} " if cut.head else ""
    marks = [mark for mark in quote.marks if begin <= mark[0] and mark[1] <= cut.end]
    last = max((mark[1] for mark in marks), default=begin)
    spans, at = [Span(opened), Span(head)], begin
    for first, end in marks:
        spans += [Span(text[at:first]), Span(text[first:end], "match")]
        at = end
    spans.append(Span(_close(text, last, cut.end)))
    if cut.limit:
        spans.append(Span(f" {_close(text, *cut.limit)}"))
    return (*spans, Span("”"))


def _close(text: str, begin: int, end: int) -> str:
    """Return a stretch of a text with an ellipsis, unless its sentence ends there."""
    shown = text[begin:end]
    return shown if clauses.ends_sentence(text, end) else f"{clauses.drop_loose(shown)}{ELLIPSIS}"


def write_sentence(sentence: Sentence, width: int) -> tuple[Span, ...]:
    """Return a sentence as runs, each quotation behind its place and cut to so many columns.

    Up to a quarter more is taken where that saves a clause. One that shows a change is not cut.
    """
    size = WHOLE if sentence.changes else width
    return tuple(span for part in sentence.parts for span in _write_part(part, size))


def _write_part(part: Span | Quote | Redline, width: int) -> tuple[Span, ...]:
    match part:
        case Quote():
            return (
                Span(f"{part.lead} " if part.lead else ""),
                *cut_quote(part, width, min(SPARE, width // 4)),
            )
        case Redline():
            return part.runs
        case _:
            return (part,)


def read_sentence(sentence: Sentence, width: int) -> str:
    """Return a sentence as plain text, in which edits have marks."""
    return "".join(span.text for span in mark_edits(write_sentence(sentence, width)))
