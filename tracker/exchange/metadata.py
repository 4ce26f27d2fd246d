"""Metadata of statements: tables of speakers and dates.

A file is read once, CSV or a spreadsheet; its rows are looked up by country, session and item. Columns are
mapped to our fields by name, or as the user says.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, NamedTuple

from tracker.capture.spreadsheets import find_rows, is_spreadsheet
from tracker.errors import DocumentUnreadable, ReferenceInvalid, VocabularyInvalid
from tracker.inputs.files import read_file
from tracker.inputs.formats import unguard
from tracker.model.facts import FACTS, NAMES
from tracker.model.preserving import TableUse
from tracker.references import find_country, resolve_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.references import Body, Country

KEYS = ("country", "session", "item")
EDITION = ("language", "kind")


@dataclass(frozen=True, slots=True)
class StatementMetadata:
    """What a table says about one statement; every field may be missing."""

    language: str | None = None
    kind: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    """Those facts that it says, by name, as they are written."""


_FOUND = {name: name for name in (*KEYS, *EDITION, *NAMES)} | {fact.asked: fact.name for fact in FACTS}
FIELDS = (*KEYS, *EDITION, *(fact.asked for fact in FACTS))
"""What may be named by ``--column``."""

Key = tuple[str, str, str | None]


def read_columns(assignments: Iterable[str], beside: Sequence[str] = ()) -> dict[str, str]:
    """Read ``field=Column`` assignments, a field named as the option of ``add`` is or as in the record.

    ``beside`` are fields that a table has beside these.
    Raises ``ReferenceInvalid`` for an unknown field, or a text without ``=``.
    """
    columns = {}
    for assignment in assignments:
        asked, equals, column = assignment.partition("=")
        if not equals or asked not in {*_FOUND, *beside}:
            raise ReferenceInvalid(
                f"--column {assignment!r}: write FIELD=COLUMN with one of {', '.join((*beside, *FIELDS))}"
            )
        columns[_FOUND.get(asked, asked)] = column
    return columns


_CALLED: Mapping[str, tuple[str, ...]] = {
    "country": ("iso_code", "iso", "iso3", "iso_alpha_3", "country_code", "country", "country_name", "state"),
    "session": ("session", "session_number"),
    "item": ("item",),
    **{name: (name,) for name in EDITION},
    **{fact.name: fact.called for fact in FACTS},
}
"""Names of columns that need no ``--column``; a code of a country is read before its name."""
_NOTHING: Mapping[str, tuple[str, ...]] = {}


class UnreadRow(NamedTuple):
    """A row that is not used, with the session and the countries that it names."""

    line: int
    session: str | None
    countries: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class MetadataTable:
    """The rows of a table by statement, and those that are not used."""

    path: str
    rows: Mapping[Key, StatementMetadata]
    number: int = 0
    unread: tuple[UnreadRow, ...] = ()

    def use(self, wanted: Iterable[Key]) -> TableUse:
        """Return what of it belongs to the statements of an import.

        A row of another session, or of a statement that is not there, is no fault of the table.
        """
        keys = set(wanted)
        sessions = {None, *(session for _, session, _ in keys)}
        pairs = {pair for country, session, _ in keys for pair in ((country, session), (country, None))}
        skipped = tuple(
            (row.line, row.reason)
            for row in self.unread
            if row.session in sessions
            and (not row.countries or any((country, row.session) in pairs for country in row.countries))
        )
        used = len(keys & self.rows.keys())
        elsewhere, without = self.number - used - len(skipped), len(keys) - used
        return TableUse(self.path, self.number, used, elsewhere, without, skipped)


def read_metadata(path: Path, columns: Mapping[str, str], body: Body) -> MetadataTable:
    """Read a table of statements of one body, CSV or the first sheet of a spreadsheet.

    Of two rows about one statement, the first counts. The other is left out and listed, as is one whose
    country or session is unknown. Raises ``VocabularyInvalid`` with the file for a table that is neither,
    or lacks a column.
    """
    try:
        data = read_file(path)
        lines = find_rows(data) if is_spreadsheet(data) else _read_csv(data)
        _, names = next(lines, (0, []))
        return _read_rows(names, lines, path, columns, body)
    except OSError as error:
        raise VocabularyInvalid(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise VocabularyInvalid(f"{path}: not a CSV table in UTF-8 ({error})") from None
    except (DocumentUnreadable, ValueError) as error:
        raise VocabularyInvalid(f"{path}: {error}") from None


def _read_csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, each with the number of its last line."""
    with TextIOWrapper(BytesIO(data), encoding="utf-8-sig", newline="") as file:
        table = csv.reader(file, strict=True)
        yield from ((table.line_num, row) for row in table if row)


def _read_rows(
    names: Sequence[str],
    lines: Iterable[tuple[int, Sequence[str]]],
    path: Path,
    columns: Mapping[str, str],
    body: Body,
) -> MetadataTable:
    mapping = map_columns(names, columns, path)
    rows: dict[Key, StatementMetadata] = {}
    unread = []
    number = 0
    for number, (line, row) in enumerate(lines, start=1):  # noqa: B007 (the last is the number of rows)
        named = dict(zip(names, row, strict=False))
        cells = {
            name: [unguard(named.get(column, "").strip()) for column in some]
            for name, some in mapping.items()
        }
        said = {name: next(filter(None, texts), None) for name, texts in cells.items()}
        countries, no_country = name_countries(*filter(None, cells["country"]))
        session, no_session = name_session(body, said["session"])
        fault = no_country or no_session
        if fault or session is None:
            unread.append(UnreadRow(line, session, countries, fault))
            continue
        key = countries[0], session, said.get("item")
        if key in rows:
            unread.append(UnreadRow(line, session, countries, "an earlier row is about the same"))
            continue
        facts = {fact.name: text for fact in FACTS if (text := said.get(fact.name))}
        rows[key] = StatementMetadata(said.get("language"), said.get("kind"), facts)
    return MetadataTable(str(path), rows, number, tuple(unread))


def map_columns(
    names: Iterable[str],
    columns: Mapping[str, str],
    path: Path,
    *,
    beside: Mapping[str, tuple[str, ...]] = _NOTHING,
    needed: Sequence[str] = ("country", "session"),
) -> dict[str, tuple[str, ...]]:
    """Return by field the columns that hold it: those that the user names, or else those that are called so.

    ``beside`` are other fields, with what their columns are called. Raises ``VocabularyInvalid`` for a column
    that is not there, and where one that is ``needed`` is missing.
    """
    by_fold = {name.strip().casefold().replace(" ", "_"): name for name in names}
    mapping = {}
    for name, called in {**_CALLED, **beside}.items():
        known = tuple(by_fold[each] for each in called if each in by_fold)
        if known:
            mapping[name] = known
    for name, column in columns.items():
        if column not in by_fold.values():
            raise VocabularyInvalid(
                f"{path}: no column {column!r}; the columns are {', '.join(by_fold.values())}"
            )
        mapping[name] = (column,)
    absent = [name for name in needed if name not in mapping]
    if absent:
        raise VocabularyInvalid(
            f"{path}: no column for {' and '.join(absent)}; name it with --column {absent[0]}=COLUMN"
        )
    return mapping


# A table of ten thousand rows names two hundred countries and eighty sessions.
@cache
def name_countries(*texts: str) -> tuple[tuple[str, ...], str]:
    """Return the country that a code and a name stand for, or all of them and what is wrong.

    The second counts where the first is unknown. A state and one that followed it are one.
    """
    found: list[Country] = []
    fault = "it names no country"
    for text in reversed(texts):
        try:
            found.insert(0, find_country(text))
        except ReferenceInvalid as error:
            fault = str(error)
    if not found:
        return (), fault
    first, *others = found
    for other in others:
        if first.code not in {other.code, *other.successors} and other.code not in first.successors:
            return (first.code, other.code), f"it names two countries, {first} and {other}"
    return (first.code,), ""


@cache
def name_session(body: Body, text: str | None) -> tuple[str | None, str]:
    """Return the label of the session that a text stands for, or None and what is wrong."""
    if not text:
        return None, "it names no session"
    try:
        return resolve_session(body, text).label, ""
    except ReferenceInvalid as error:
        return None, str(error)
