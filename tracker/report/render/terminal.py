"""A report document on a terminal: about forty lines of a given width, or all of it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.report.document import Quote, Span
from tracker.report.layout import (
    MORE,
    WHOLE,
    columns,
    draw,
    line,
    mark_edits,
    shorten,
    spread,
    wrap,
)
from tracker.report.quoting import cut_quote, least_width, write_sentence
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.report.document import Document, Entry, Named, Redline, Section, Sentence, Tick
    from tracker.report.layout import Line

LINES: Final = 44
"""How many lines a report fills where not everything is asked for."""
_PHASES: Final = ((0, 5), (1, 1), (2, 1), (2, 2), (None, 2))
"""What is granted in turn where room is short: entries of each section, and lines of names or a quotation."""
_FEWEST: Final = 6
"""Entries of a section that are kept where there is no room for those that it asks for."""
_LEAD_QUOTES: Final = (160, 144, 128, 112, 96, 80, 64, 48)
"""Columns of a quotation in the lead that shows a topic, the fewer where it has more lines than it may."""
_LEAD: Final = 9
"""Lines of a lead on topics; one on changes is the changes."""
_INDENT, _DEEPER = "  ", "    "
_GAP = "  "
_NARROW_QUOTE: Final = 24
"""Columns that are left for a quotation however long its lead is."""


def render_terminal(document: Document, *, width: int = 80, color: bool = False) -> str:
    """Return a document as text of ``width`` columns (60 or more), of ``LINES`` lines unless it is whole.

    No control character of a statement, title or name reaches the text; with ``color`` it holds our own.
    """
    head, foot = [*_head(document, width)], [*_foot(document, width)]
    chosen = _choose(document, width, LINES - len(head) - len(foot))
    body = [row for section, part in chosen for row in _lay_section(section, width, part)]
    return draw([*head, *body, *foot], color=color)


def _head(document: Document, width: int) -> Iterator[Line]:
    yield from wrap([Span(document.title, "bold")], width)
    if not document.lead:
        yield from _lay_method(document, width)
        return
    yield line()
    yield from _lay_lead(document.lead, width)


def _lay_lead(lead: Sequence[Sentence], width: int) -> Sequence[Line]:
    """Return the lead as a paragraph, of a revision as one for each change."""
    rows: Sequence[Line] = ()
    for size in _LEAD_QUOTES:
        runs = [_star_matches(mark_edits(write_sentence(each, size))) for each in lead]
        if any(each.changes for each in lead):
            return [row for each in runs for row in wrap(each, width)]
        rows = wrap([span for each in runs for span in (*each, Span(" "))], width)
        if len(rows) <= _LEAD:
            break
    return rows


def _lay_method(document: Document, width: int) -> Iterator[Line]:
    """Yield what the sides are, how they relate, and in which respects they cannot be compared."""
    size = max(columns(side.label) for side in document.sides) if document.sides else 0
    for side in document.sides:
        yield from _lay_side(side, size, width)
    yield from wrap([Span(document.verdict, "bold")], width)
    for caution in document.cautions:
        yield from wrap([Span(caution, "warning")], width, "!  ", "   ")


def _lay_side(side: Named, size: int, width: int) -> Iterator[Line]:
    """Fill lines with facts, breaking between facts where they fit whole."""
    lead, rows = f"{_INDENT}{side.label}{' ' * (size - columns(side.label))}{_GAP}", [""]
    for fact in side.facts:
        joined = f"{rows[-1]} · {fact}" if rows[-1] else fact
        if rows[-1] and columns(joined) > width - len(lead):
            rows.append(fact)
        else:
            rows[-1] = joined
    for number, row in enumerate(rows):
        yield from wrap(row, width, lead if number == 0 else " " * len(lead), " " * len(lead))


def _foot(document: Document, width: int) -> Iterator[Line]:
    if document.closing:
        yield line()
    if document.lead:
        yield from _lay_method(document, width)
    for note in document.closing:
        yield from wrap([Span(note, "dim")], width)


class _Part(NamedTuple):
    """How much of a section is shown: so many entries in full, quotations on so many lines."""

    entries: int
    rows: int | None = 1


_NONE: Final = _Part(-1)
"""Nothing of a section: there is no room for its name."""


def _choose(document: Document, width: int, room: int) -> Sequence[tuple[Section, _Part]]:
    """Return the sections with how much of each is shown; what one would only repeat makes room for more."""
    if not document.whole:
        document = _spare(document, width, room)
    chosen: list[tuple[Section, _Part]] = []
    for _ in range(2):
        document = document._replace(sections=tuple(_part_blanks(document.sections)))
        parts = _fit(document, width, room)
        chosen = _leave_out(list(zip(document.sections, parts, strict=True)), document.lead)
        left = tuple(section for section, _ in chosen)
        if left == document.sections:
            break
        document = document._replace(sections=left)
    sections = _part_blanks(document.sections)
    return [(section, part) for section, (_, part) in zip(sections, chosen, strict=True) if part != _NONE]


def _spare(document: Document, width: int, room: int) -> Document:
    """Return a document without what may be left out, where not all changes of a revision have room."""
    lean = document._replace(sections=tuple(each for each in document.sections if not each.spare))
    parts = _fit(lean, width, room)
    is_short = any(
        each.beside and part.entries < len(each.entries)
        for each, part in zip(lean.sections, parts, strict=True)
    )
    return lean if is_short else document


def _part_blanks(sections: Sequence[Section]) -> Iterator[Section]:
    """Yield sections, those set apart again that would stand close below what is laid out in full."""
    for before, section in zip((None, *sections), sections, strict=False):
        full = before and not before.inline and any(not entry.brief for entry in before.entries)
        yield section._replace(tight=False) if full else section


def _leave_out(
    chosen: Sequence[tuple[Section, _Part]], lead: Sequence[Sentence]
) -> list[tuple[Section, _Part]]:
    """Return sections without what they would only name of what is shown, if anything is left.

    Shown are changes and topics that have led the report, too, and topics that have a row with their status.
    """
    told = {name for sentence in lead for name in (*sentence.changes, *sentence.topics)}
    for section, part in chosen:
        full = section.entries[: max(0, part.entries)]
        told.update(entry.change for entry in full if section.beside)
        told.update(entry.topic for entry in full if entry.shares)
    kept = []
    for section, part in chosen:
        full, rest = section.entries[: max(0, part.entries)], section.entries[max(0, part.entries) :]
        left = tuple(entry for entry in rest if _name_told(entry, full) not in told)
        if full or left or not rest:
            kept.append((section._replace(entries=(*full, *left)), part))
    return kept


def _name_told(entry: Entry, full: Sequence[Entry]) -> str:
    """Return by what it is known whether an entry that would only be named is told elsewhere; "" where not.

    A topic counts where no other of its section is told in full: then it is in no list of all that became so.
    """
    return entry.change or (entry.topic if entry.brief and not full else "")


def _fit(document: Document, width: int, room: int) -> tuple[_Part, ...]:
    """Return how much of each section is shown so that the lines suffice.

    In turn each section is granted one entry more, then longer quotations, then entries again, the first
    sections first; what is left is named in a list.
    """
    sections = document.sections
    if document.whole:
        return tuple(_Part(len(section.entries), None) for section in sections)
    parts = [_Part(min(section.first, len(section.entries))) for section in sections]

    @cache
    def measure(at: int, part: _Part) -> int:
        return len(_lay_section(sections[at], width, part))

    heights = list(map(measure, range(len(parts)), parts))
    while sum(heights) > room and (at := _find_longest(sections, parts)) is not None:
        parts[at] = parts[at]._replace(entries=parts[at].entries - 1)
        heights[at] = measure(at, parts[at])
    # Names for which there is no line at all are left out, from the last section on.
    for at in reversed(range(1, len(sections))):
        if sum(heights) > room and (sections[at].inline or not parts[at].entries):
            parts[at], heights[at] = _NONE, 0
    for limit, rows in _PHASES:
        open_ones = {at for at, part in enumerate(parts) if part != _NONE}
        while open_ones:
            for at in sorted(open_ones):
                wider = _widen(sections[at], parts[at], limit, rows)
                if wider == parts[at] or sum(heights) - heights[at] + measure(at, wider) > room:
                    open_ones.discard(at)
                else:
                    parts[at], heights[at] = wider, measure(at, wider)
    return tuple(parts)


def _find_longest(sections: Sequence[Section], parts: Sequence[_Part]) -> int | None:
    """Return which section gives up an entry where room is short; None where none has one to spare.

    The one of many entries first, down to ``_FEWEST``, then from the last on those that can name theirs, the
    first one at last.
    """
    at = max(range(len(parts)), key=lambda each: parts[each].entries)
    if parts[at].entries > _FEWEST:
        return at
    spare = (
        each
        for each in reversed(range(len(parts)))
        if parts[each].entries > (not each) and not sections[each].inline and sections[each].entries[0].brief
    )
    return next(spare, None)


def _widen(section: Section, part: _Part, limit: int | None, rows: int) -> _Part:
    """Return a part with longer quotations or one entry more, within limits; the same where it has both."""
    most = min(limit for limit in (len(section.entries), section.most, limit) if limit is not None)
    if part.entries and (part.rows or 0) < min(rows, section.rows):
        return part._replace(rows=(part.rows or 0) + 1)
    return part._replace(entries=part.entries + 1) if part.entries < most else part


def _lay_section(section: Section, width: int, part: _Part) -> list[Line]:
    """Lay out a section with some entries in full; the others are named below, or counted."""
    full, rows = part.entries, part.rows
    title = (Span(section.title.upper(), "bold"), Span(": "))
    blank = [] if section.tight else [line()]
    if section.inline:
        (entry,) = section.entries
        return [*blank, *_lay_names("", title, entry.names, width, rows)]
    sizes = _measure(section, full)
    names = [one_line(entry.brief) for entry in section.entries[full:] if entry.brief]
    if not full and names:
        return [*blank, *_lay_names("", title, names, width, section.rest)]
    if not full and section.entries:
        section = section._replace(note=f"{section.note} · {MORE}")
        return [line(), *_lay_title(section, sizes, width)]
    left = 0 if names else len(section.entries) - full + section.left
    is_noted = left and section.note and not any(column.head for column in section.columns)
    if is_noted:
        section = section._replace(note=f"{section.note} · {left} more: {MORE}")
    lines = [line(), *_lay_title(section, sizes, width)]
    shown = section.entries[:full]
    laid = (row for entry in shown for row in _lay_entry(entry, section, sizes, width, rows))
    lines.extend(_lay_marks(section, shown, width) if section.ticks and shown else laid)
    if names:
        lines.extend(_lay_names(_INDENT, (), names, width, section.rest))
    elif left and not is_noted:
        lines.append(line(f"{_INDENT}{left} more: {MORE}"))
    return lines


def _lay_title(section: Section, sizes: Sequence[int], width: int) -> Iterator[Line]:
    title = section.title.upper()
    heads = _join_cells([column.head for column in section.columns], section, sizes)
    if heads.strip() and not section.ticks:
        yield from spread(title, heads, width, "bold")
        return
    note = f": {section.note}" if section.note else ""
    yield from wrap([Span(title, "bold"), Span(note, "dim")], width)


def _measure(section: Section, full: int) -> list[int]:
    """Return the widths of a section's columns, of the entries that are shown in full."""
    return [
        max(
            columns(column.head),
            *(columns(entry.cells[at]) for entry in section.entries[:full] if entry.cells),
            0,
        )
        for at, column in enumerate(section.columns)
    ]


def _join_cells(cells: Sequence[str], section: Section, sizes: Sequence[int]) -> str:
    """Return cells set in their columns."""
    return _GAP.join(
        f"{' ' * (size - columns(cell))}{cell}" if column.right else f"{cell}{' ' * (size - columns(cell))}"
        for cell, column, size in zip(cells, section.columns, sizes, strict=True)
    )


def _lay_entry(
    entry: Entry, section: Section, sizes: Sequence[int], width: int, rows: int | None
) -> Iterator[Line]:
    if entry.names:
        yield from _lay_names(_INDENT, (*entry.claim, Span(_GAP)), entry.names, width, rows)
        return
    if section.beside:
        yield from _lay_beside(entry, width)
        return
    if entry.claim:
        yield from _lay_claim(entry, section, sizes, width, rows)
    for note in entry.notes:
        yield from wrap([note], width, _DEEPER, _DEEPER)
    lead = max((columns(each.lead) for each in entry.evidence if isinstance(each, Quote)), default=0)
    for each in entry.evidence:
        if isinstance(each, Quote):
            yield from _lay_quote(each, lead, width, rows)
        else:
            yield from _lay_redline(each, width)


@lru_cache(maxsize=64)
def _lay_beside(entry: Entry, width: int) -> tuple[Line, ...]:
    """Return a claim and its evidence as one paragraph, then what is noted.

    Kept, since a section is laid out again for each entry more that it is granted.
    """
    shown = (
        run
        for each in entry.evidence
        for run in (
            _star_matches(cut_quote(each, WHOLE)) if isinstance(each, Quote) else mark_edits(each.runs)
        )
    )
    notes = (row for note in entry.notes for row in wrap([note], width, _DEEPER, _DEEPER))
    return (*wrap((*entry.claim, Span(_GAP), *shown), width, _INDENT, _DEEPER), *notes)


def _lay_claim(
    entry: Entry, section: Section, sizes: Sequence[int], width: int, rows: int | None
) -> Iterator[Line]:
    cells = _join_cells(entry.cells, section, sizes) if entry.cells else ""
    claim = (Span(_INDENT), *entry.claim)
    room = width - columns(cells) - len(_GAP)
    length = sum(columns(span.text) for span in claim)
    if cells and length <= room:
        yield (*claim, Span(" " * (width - columns(cells) - length)), Span(cells))
    elif cells and rows is not None and len(entry.claim) == 1:
        yield from spread(_INDENT + entry.claim[0].text, cells, width)
    else:
        laid = wrap(entry.claim, width, _INDENT, _DEEPER)
        yield from _cut_lines(laid, rows, width)
        if cells:
            yield from spread("", cells, width)


def _cut_lines(lines: Sequence[Line], rows: int | None, width: int) -> Sequence[Line]:
    """Return lines, cut to a number of them with an ellipsis where there are more."""
    if rows is None or len(lines) <= rows:
        return lines
    last = "".join(span.text for span in (*lines[rows - 1], Span(" "), *lines[rows]))
    return (*lines[: rows - 1], line(shorten(last, width - 1)))


def _lay_quote(quote: Quote, lead: int, width: int, rows: int | None) -> Sequence[Line]:
    """Return a quotation on one line more than a claim may have, or as many as show what is marked in it.

    On a single one hardly a clause can be read.
    """
    return _cut_to_lines(quote, lead, width, None if rows is None else rows + 1)


def _cut_to_lines(quote: Quote, lead: int, width: int, rows: int | None) -> Sequence[Line]:
    size = min(lead, width - len(_DEEPER) - _NARROW_QUOTE)
    first = f"{_DEEPER}{quote.lead}{' ' * (size - columns(quote.lead))} " if quote.lead else _DEEPER
    room = WHOLE if rows is None else rows * (width - columns(first)) - 2
    while True:
        shown = cut_quote(quote, room)
        lines = wrap(_star_matches(shown), width, first, " " * columns(first))
        if rows is None or len(lines) <= rows:
            return lines
        if room <= least_width(quote):
            return _cut_to_lines(quote, lead, width, rows + 1)
        # What is shown now is shown again wherever it has room.
        room = min(room, sum(columns(span.text) for span in shown)) - 1


def _lay_redline(redline: Redline, width: int) -> Sequence[Line]:
    return wrap(mark_edits(redline.runs), width, _DEEPER, _DEEPER)


_LABELS: Final = (36, 20, 17)
"""Columns for what the rows are called, the fewer where all ticks then stand beside each other."""
_OF_BLOCKS: Final = 20
"""Columns for that where they do not."""
_STEPS: Final = (1, 2, 5, 10, 20, 50)
_NO_NUMBER: Final = ("", "-", "/")


def _lay_marks(section: Section, entries: Sequence[Entry], width: int) -> Iterator[Line]:
    """Yield each entry's label, its cells and its marks, below lines that name the ticks."""
    marks = [mark.text for entry in section.entries for mark in entry.marks]
    size = max(map(columns, marks), default=1)
    sizes = [max(columns(entry.cells[at]) for entry in section.entries) for at in range(len(section.columns))]
    if len(sizes) > 1:  # the head of a single one runs on above the labels
        sizes = [max(size, columns(each.head)) for size, each in zip(sizes, section.columns, strict=True)]
    fixed = len(_INDENT) + sum(1 + each for each in sizes) + 1
    label, cell, most = _plan(section, size, width - fixed)
    numbers = all(mark.isdecimal() or mark in _NO_NUMBER for mark in marks)
    for start in range(0, len(section.ticks), most):
        block = section.ticks[start : start + most]
        yield from _lay_ticks(section, block, (label + fixed, cell, width), to_right=numbers)
        for entry in entries:
            cells = "".join(f" {each:>{room}}" for each, room in zip(entry.cells, sizes, strict=True))
            marked = _space(entry.marks[start : start + most], cell, to_right=numbers)
            first, *rest = wrap(_label(entry), label, "", _INDENT)
            blank = " " * (label - sum(columns(span.text) for span in first))
            yield (Span(_INDENT), *first, Span(f"{blank}{cells} "), *marked)
            yield from ((Span(_INDENT), *each) for each in rest)


def _label(entry: Entry) -> str:
    return one_line("".join(span.text for span in entry.claim))


def _plan(section: Section, size: int, room: int) -> tuple[int, int, int]:
    """Return the columns of labels and of a tick, and how many ticks stand in a block.

    A label is as long as the longest, or wrapped; no word of one is broken.
    """
    labels = [_label(entry) for entry in section.entries]
    longest = max(map(columns, labels))
    least = max(len(_INDENT) + columns(word) for each in labels for word in each.split())
    ticks = len(section.ticks)
    heads = max(columns(text) for tick in section.ticks for text in (tick.head, tick.under))
    named = max(size, heads) + 1
    sizes = {named, 3, size + 1, size} if section.sparse else {named + 1, named}
    cells = sorted((each for each in sizes if each >= size), reverse=True)
    for most in _LABELS:
        label = min(longest, max(most, least))
        for cell in cells:
            if ticks * cell <= room - label:
                return label, cell, ticks
    label = min(longest, max(_OF_BLOCKS, least))
    blocks = -(-ticks // max(1, (room - label) // cell))
    return label, cell, -(-ticks // blocks)


def _lay_ticks(
    section: Section, ticks: Sequence[Tick], room: tuple[int, int, int], *, to_right: bool
) -> Iterator[Line]:
    """Yield a line of heads and one of what is under them, of every fifth, say, where there is no room."""
    start, cell, width = room
    lines = [text for text in ([tick.head for tick in ticks], [tick.under for tick in ticks]) if any(text)]
    longest = max(columns(text) for texts in lines for text in texts) + 1
    step = next((step for step in _STEPS if step * cell >= longest), _STEPS[-1]) if section.sparse else 1
    heads = " ".join(column.head for column in section.columns)
    if columns(heads) >= start:  # the label of a single topic is shorter
        yield line(f"{_INDENT}{heads}", "dim")
        heads = ""
    for number, texts in enumerate(lines):
        row = f"{heads:>{start - 1}}" if number == len(lines) - 1 else ""
        for at in range(len(ticks)):
            place = ticks[at].head
            size = columns(texts[at])
            from_left = start + at * cell + (cell - 1 - size if to_right else 0)
            if (int(place) if place.isdecimal() else at) % step == 0 and from_left + size <= width:
                row = f"{row:<{from_left}}{texts[at]}"
        yield line(row, "dim")


def _space(marks: Sequence[Span], cell: int, *, to_right: bool) -> Iterator[Span]:
    """Yield marks as wide as a tick; the shade of one runs on to its neighbour, but for a blank."""
    for mark in marks:
        left = cell - columns(mark.text)
        if to_right:
            yield from (Span(" " * (left - 1)), mark, Span(" "))
        else:
            shaded = max(0, left - 1)
            yield from (Span(mark.text + " " * shaded, mark.style), Span(" " * (left - shaded)))


def _star_matches(runs: tuple[Span, ...]) -> tuple[Span, ...]:
    """Put asterisks about the words that a quotation rests on, which stay when colour is lost."""
    return tuple(Span(f"*{run.text}*", "match") if run.style == "match" else run for run in runs)


def _lay_names(
    indent: str, lead: tuple[Span, ...], names: Sequence[str], width: int, rows: int | None
) -> Sequence[Line]:
    """Name as many as so many lines hold, and count the others."""
    for number in range(len(names), 0, -1):
        left = len(names) - number
        named = " · ".join([*names[:number], *([f"{left} more: {MORE}"] if left else [])])
        # Too many even if each line was full: to break them all takes three times as long.
        if rows is not None and columns(" ".join(named.split())) > rows * (width + 1):
            continue
        lines = wrap((*lead, Span(named)), width, indent, "    ")
        if rows is None or len(lines) <= rows:
            return lines
    return (line(shorten(indent + "".join(span.text for span in (*lead, Span(names[0]))), width)),)
