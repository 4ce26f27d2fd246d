"""Lines of styled text: measured in columns, wrapped, cut, set in tables, drawn with or without colour."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from tracker.report.document import Span
from tracker.report.safe import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.report.document import Style

_SGR: dict[Style, str] = {
    "plain": "",
    "bold": "1",
    "dim": "2",
    # Orange and blue as on a page, of like contrast on black and on white; no colour alone tells which.
    "deleted": "9;38;5;166",
    "inserted": "4;38;5;32",
    "warning": "33",
    "match": "1;33",
    # Black on one hue, darker for more: legible on light and dark terminals alike.
    "shade1": "38;5;16;48;5;195",
    "shade2": "38;5;16;48;5;153",
    "shade3": "38;5;16;48;5;111",
    "shade4": "38;5;16;48;5;75",
}
_PLAIN = "\x1b[0m"
COLOURS = frozenset({_PLAIN, *(f"\x1b[{code}m" for code in _SGR.values())})
"""Every escape sequence that is ours."""
DIGEST = 12
"""How many characters of a digest are printed."""
ELLIPSIS = "…"
MORE = "--all"
"""The option that shows what was left out."""
QUOTE: Final = 160
"""Columns of a quotation on paper, where not everything is shown."""
WHOLE = 5000
"""Columns of a quotation that is given in full; a sentence may be a whole session, and show many topics."""
WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003fffd"
_NARROW = re.compile(r"[ -~\xa1-\xac\xae-\u024f“”‘’…→¶·–—−]*")
"""Latin text and our own marks, of one column each."""
_BEGINNING = re.compile(r"(?<=\s)\S")
_CLAUSE = re.compile(
    r"(?:[.!?;:—–]|,(?: (?:and|but|that|which)(?=\s))?|\b(?:that|and|but)(?= (?:we|our|the|all)\b))\s+(?=\S)"
)
"""What ends before a clause begins, in Latin text."""
_BEHIND = 12
"""Columns that are left behind the words that an excerpt shows."""
_NEAR = 4
"""How many characters may share a column where they take none of their own, as the accents of an old text."""
_CLOSING = "，。、；：！？）」』》】"
"""What may not begin a line of Chinese."""

Line = tuple[Span, ...]


def _is_narrow(text: str) -> bool:
    """Tell whether a text is all Latin, with a column for each character."""
    return (text.isascii() and text.isprintable()) or _NARROW.fullmatch(text) is not None


@lru_cache(maxsize=2048)
def columns(text: str) -> int:
    """Return how many columns a terminal gives to a text."""
    if _is_narrow(text):
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 (22 ms that Latin text does not pay)

    return cell_len(text)


def fits(text: str, width: int) -> bool:
    """Return whether a text has at most so many columns; one far too long is not measured."""
    return len(text) <= max(_NEAR, _NEAR * width) and columns(text) <= width


def line(text: str = "", style: Style = "plain") -> Line:
    """Return a line of one span."""
    return (Span(text, style),)


def spread(left: str, right: str, width: int, style: Style = "plain") -> Iterator[Line]:
    """Yield a line with texts at both margins; what finds no room of the left one stands below it."""
    lead = left[: len(left) - len(left.lstrip())]
    first, *rest = wrap([Span(left, style)], width - columns(right) - 2, lead, f"{lead}  ")
    yield (*first, Span(" " * (width - _width(first) - columns(right))), Span(right))
    yield from rest


def shorten(text: str, width: int) -> str:
    """Cut a text between words to at most ``width`` columns, with an ellipsis where something is left out.

    A first word that is too long by itself is cut inside, since there is nothing else to show.
    """
    if fits(text, width):
        return text
    taken = ""
    for match in _find_pieces(text):
        if columns(taken + match[0]) + 1 > width:
            break
        taken += match[0]
    taken = taken.rstrip(" ,;:–—-…") or _cut(text, width - 1)
    return taken + ELLIPSIS


def cut_middle(text: str, width: int) -> str:
    """Cut words out of the middle of a text of more than ``width`` columns: it begins and ends as it does.

    What a sentence is about stands at its beginning, and what limits it at its end.
    """
    if fits(text, width):
        return text
    head = shorten(text, 2 * width // 3)
    end = max(len(text) - width, 0)
    starts = [match.start() for match in _BEGINNING.finditer(text, end)]
    tail = next((text[at:] for at in starts if columns(text[at:]) <= width // 3), "")
    return f"{head} {tail}".rstrip()


def excerpt(text: str, start: int, width: int) -> str:
    """Shorten a text on both sides so that what stands at ``start`` is in it."""
    begin = find_beginning(text, start, width)
    return shorten(f"{ELLIPSIS}{text[begin:]}" if begin else text, width)


def find_beginning(text: str, start: int, width: int, end: int = 0) -> int:
    """Return where an excerpt of so many columns begins that shows what stands at ``start``: 0, or a word.

    Rather a clause begins there, if what stands at ``start`` then is shown whole, up to ``end``: who does
    what stands before it. Else up to a third of the columns stands before, or as much as still shows the end
    of the text; less where what stands there would not be shown whole.
    """
    if fits(text, width):
        return 0
    if start <= _NEAR * width and columns(text[:start]) <= 2 * width // 3 and columns(text[:end]) < width:
        return 0
    for match in _CLAUSE.finditer(text, max(0, start - _NEAR * width), start):
        if columns(text[match.end() : max(start, end)]) < width - _BEHIND:
            return match.end()
    # No further back than could fit: the text may be a whole session on one line.
    for match in _BEGINNING.finditer(text, max(0, start - _NEAR * width), start):
        begin = match.start()
        if fits(text[begin:], width - 1):
            return begin
        if columns(text[begin:start]) <= width // 3 and columns(text[begin:end]) < width - 1:
            return begin
    return start


def wrap(text: str | Iterable[Span], width: int, first: str = "", rest: str = "") -> tuple[Line, ...]:
    """Break a text or spans into lines of at most ``width`` columns, led by ``first`` and then by ``rest``.

    Lines break at blanks and between wide characters; line breaks inside are blanks.
    """
    spans = [Span(text)] if isinstance(text, str) else text
    lines: list[list[Span]] = [[Span(first)]] if first else [[]]
    used, empty = columns(first), True
    for blank, word in _words(spans, width - max(columns(first), columns(rest))):
        needed = _width(word)
        if not empty and used + bool(blank) + needed > width:
            lines.append([Span(rest)])
            used, empty = columns(rest), True
        if blank and not empty:
            lines[-1].append(blank)
            used += 1
        lines[-1].extend(word)
        used += needed
        empty = False
    return tuple(map(tuple, lines))


def draw(lines: Iterable[Line], *, color: bool) -> str:
    """Join lines to a text that ends in a line break.

    Every span passes ``visible`` here, so that the only escape sequences are those of the styles.
    """
    return "".join("".join(_paint(span, color) for span in spans).rstrip() + "\n" for spans in lines)


def _paint(span: Span, color: bool) -> str:
    text = visible(span.text).replace("\n", " ")
    code = _SGR[span.style]
    return f"\x1b[{code}m{text}{_PLAIN}" if color and code and text.strip() else text


def _words(spans: Iterable[Span], longest: int) -> Iterable[tuple[Span | None, Sequence[Span]]]:
    """Yield what is not broken, each with the blank before it; a word may run over several spans.

    What is longer than a line by itself is broken where it reaches ``longest``, at a span's end if it can be.
    """
    blank: Span | None = None
    word: list[Span] = []
    for part in _parts(spans, longest):
        if part.text.isspace():
            if word:
                yield blank, word
            blank, word = Span(" ", part.style), []
        elif word and (_may_begin_line(part.text) or _width(word) + columns(part.text) > longest):
            yield blank, word
            blank, word = None, [part]
        else:
            word.append(part)
    if word:
        yield blank, word


def _parts(spans: Iterable[Span], longest: int) -> Iterable[Span]:
    for span in spans:
        for piece in _find_pieces(visible(span.text)):
            if fits(piece[0], longest):
                yield Span(piece[0], span.style)
            else:
                yield from (Span(part, span.style) for part in _split(piece[0], longest))


def _find_pieces(text: str) -> Iterator[re.Match[str]]:
    """Yield blanks, single wide characters (Chinese may break after any), and words."""
    return _piece(narrow=_is_narrow(text)).finditer(text)


@cache
def _piece(*, narrow: bool) -> re.Pattern[str]:
    return re.compile(r"\s+|\S+" if narrow else rf"\s+|[{WIDE}]|[^\s{WIDE}]+")


def _width(spans: Iterable[Span]) -> int:
    return sum(columns(span.text) for span in spans)


def _may_begin_line(piece: str) -> bool:
    """Return whether a line may break before a piece that no blank precedes."""
    return len(piece) == 1 and piece not in _CLOSING and columns(piece) > 1


def _split(piece: str, longest: int) -> Iterable[str]:
    start = 0
    while start < len(piece):
        end = _fit(piece, start, longest)
        yield piece[start:end]
        start = end


def _cut(text: str, width: int) -> str:
    return text[: _fit(text, 0, width)]


def _fit(text: str, start: int, width: int) -> int:
    """Return where a text from ``start`` on reaches ``width`` columns: one character further at least.

    Measured by ever longer steps, then by halves between the last two: a word of 100,000 characters that are
    not all narrow would take hours if the rest of it was measured for each line.
    """
    if len(text) - start <= width and columns(text[start:]) <= width:
        return len(text)
    step = max(width, 1)
    while start + step < len(text) and columns(text[start : start + step]) <= width:
        step *= 2
    low, high = start + 1, min(start + step, len(text))
    while low < high:
        middle = (low + high + 1) // 2
        if columns(text[start:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return min(low, len(text))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 word``, ``1,204 words``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def tally(counts: Iterable[tuple[str, int]]) -> str:
    """Return the counts above zero: ``2 new, 1 kept``."""
    return ", ".join(f"{count:,} {name}" for name, count in counts if count)


_EDITS: dict[Style, tuple[str, str]] = {"deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


def mark_edits(runs: Sequence[Span]) -> tuple[Span, ...]:
    """Return runs in the marks of wdiff, ``[-old-]{+new+}``, which stay when colour is lost."""
    return tuple(
        Span(run.text.join(_EDITS[run.style]), run.style) if run.style in _EDITS else run for run in runs
    )


_GAP = "  "


def lay_table(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], width: int, right: tuple[int, ...]
) -> Iterator[Line]:
    """Lay out rows in columns as wide as what they hold; the last column is shortened to the width."""
    table = [head, *(tuple(one_line(cell) for cell in row) for row in rows)]
    sizes = [max(columns(row[at]) for row in table) for at in range(len(head) - 1)]
    for number, row in enumerate(table):
        cells = [
            _pad(cell, size, to_right=at in right)
            for at, (cell, size) in enumerate(zip(row, sizes, strict=False))
        ]
        start = _GAP.join(cells) + _GAP
        yield line(start + shorten(row[-1], max(width - columns(start), 1)), "plain" if number else "bold")


def _pad(cell: str, size: int, *, to_right: bool) -> str:
    blanks = " " * (size - columns(cell))
    return blanks + cell if to_right else cell + blanks
