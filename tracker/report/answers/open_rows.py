"""What is open between statements as a sheet for people, and the sheet read again as spreadsheets save it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Final

from tracker.comparing.decisions.opinions import CLASSES, NOT_SURE
from tracker.errors import DecisionInvalid
from tracker.inputs.formats import unguard
from tracker.report.comparison.words import likely_words
from tracker.report.records import write_csv
from tracker.report.safe import one_line
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.texts import Segment
    from tracker.model.topics import TopicChange

    Passage = tuple[Segment, tuple[tuple[int, int], ...], tuple[Segment | None, Segment | None]]
    """A segment, the offsets of the words that name the topic, and the segments before and after it."""

HEADS: Final = (
    *("old", "new", "topic", "label", "possible", "old_read", "new_read", "old_text", "new_text"),
    *("old_level", "new_level", "coder", "note", "key"),
)
_NAMING: Final = ("old", "new", "topic", "key")
_LEVELS: Final = ("old_level", "new_level")
_BOM: Final = "\ufeff"
"""At the head of a sheet: without it Excel takes UTF-8 for the encoding of the country."""
_SEPARATORS: Final = ",;\t"
_LONGEST_KEY: Final = 12
_CODINGS: Final = ("utf-8-sig", "utf-16")


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A topic of which it is open what became of it between two snapshots, and what shows it."""

    old: str
    new: str
    key: str
    """By ``key_pair``: what tells both texts from all others."""
    change: TopicChange
    supposed: tuple[str, str]
    passages: tuple[Sequence[Passage], Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """What a coder answered in a row of the sheet: levels of both sides, or of one."""

    line: int
    old: str
    new: str
    topic: str
    key: str
    levels: tuple[str | None, str | None]
    """A level, ``absent`` or ``not sure``; nothing where the cell is empty."""
    coder: str
    note: str | None


def key_pair(old: str, new: str) -> str:
    """Return what tells two texts from all others; it begins with a letter, so that it is never a number."""
    both = digest_text(old + chr(0) + new)
    return f"t{both[:_LONGEST_KEY]}"


def write_open_sheet(rows: Iterable[OpenRow]) -> str:
    """Return open rows as CSV, with empty columns for the level on each side, the coder and a note.

    Words that name the topic stand between asterisks, the sentence itself between double guillemets with the
    sentences around it, passages of one side apart by `` | ``.
    """
    return _BOM + write_csv(HEADS, (_write_row(row) for row in rows))


def _write_row(row: OpenRow) -> tuple[str, ...]:
    change = row.change
    read = tuple(reading.level if reading else "absent" for reading in (change.old, change.new))
    possible = change.outcome if change.claimed else likely_words(change.outcome, change.certainty)
    texts = tuple(" | ".join(map(_write_passage, passages)) for passages in row.passages)
    return (row.old, row.new, change.topic, change.label, possible, *read, *texts, "", "", "", "", row.key)


def _write_passage(passage: Passage) -> str:
    segment, marks, (before, after) = passage
    text, at = "", 0
    for start, end in marks:
        if start >= at:
            text += f"{segment.text[at:start]}*{segment.text[start:end]}*"
            at = end
    around = [one_line(each.text) if each else "" for each in (before, after)]
    return f"¶{segment.paragraph}: {around[0]} «{one_line(text + segment.text[at:])}» {around[1]}".strip()


def is_open_sheet(text: str) -> bool:
    """Tell whether a sheet has the columns of open rows, and not those of decisions."""
    return set(_LEVELS) <= set(_read_heads(text)[1])


def decode_sheet(data: bytes) -> str:
    """Return the text of a sheet in UTF-8 or UTF-16, as spreadsheets save it.

    Raises ``UnicodeDecodeError`` for anything else.
    """
    return data.decode(_CODINGS[data.startswith((b"\xff\xfe", b"\xfe\xff"))])


def read_open_sheet(text: str, person: str | None = None) -> tuple[OpenAnswer, ...]:
    """Return the answers in a sheet, row by row; rows without a level are none.

    ``person`` answered where the column ``coder`` is empty, and of others nothing is read then. Cells may be
    separated by commas, semicolons or tabs, columns be in any order. Raises ``DecisionInvalid`` with the line
    where it is no such sheet, a cell is no level, or nobody is said to have answered.
    """
    separator, heads = _read_heads(text)
    missing = [name for name in (*_NAMING, *_LEVELS) if name not in heads]
    if missing:
        raise DecisionInvalid(f"no column {missing[0]!r}; tracker judge --to writes such a sheet")
    reader = csv.reader(StringIO(text.removeprefix(_BOM), newline=""), delimiter=separator)
    found: list[OpenAnswer] = []
    try:
        next(reader)
        for cells in reader:
            row = {name: unguard(cell.strip()) for name, cell in zip(heads, cells, strict=False)}
            found += _read_row(row, reader.line_num, person)
    except csv.Error as error:
        raise DecisionInvalid(f"line {reader.line_num} is not CSV: {error}") from None
    return tuple(found)


def _read_heads(text: str) -> tuple[str, list[str]]:
    """Return what separates the cells of a sheet, and its headings."""
    first = text.removeprefix(_BOM).lstrip("\r\n").partition("\n")[0].strip("\r")
    separator = max(_SEPARATORS, key=first.count)
    return separator, [each.strip().strip('"').strip().lower() for each in first.split(separator)]


def _read_row(row: Mapping[str, str], line: int, person: str | None) -> Iterator[OpenAnswer]:
    levels = tuple(_read_level(row.get(name, ""), line, name) for name in _LEVELS)
    coder = row.get("coder") or person
    if levels == (None, None) or (person and coder != person):
        return
    if not coder:
        raise DecisionInvalid(f"line {line}: nobody stands in the column coder; name who answered: --by NAME")
    named = (row.get(name, "") for name in _NAMING)
    old, new, topic, key = named
    yield OpenAnswer(
        line=line,
        old=old,
        new=new,
        topic=topic,
        key=key,
        levels=(levels[0], levels[1]),
        coder=coder,
        note=row.get("note") or None,
    )


def _read_level(cell: str, line: int, name: str) -> str | None:
    level = " ".join(cell.casefold().replace("_", " ").split()).strip(".")
    if not level:
        return None
    known = (*CLASSES, NOT_SURE)
    if level not in known:
        raise DecisionInvalid(f"line {line}: {name} is {cell!r}; expected one of {', '.join(known)}")
    return level
