"""Metadata of statements: tables of speakers and dates, and patterns of file names.

A CSV file is read once; its rows are looked up by country, session and item. Columns are mapped to our
fields by name, or as the user says.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields
from functools import cache
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

from tracker.errors import ReferenceInvalid, VocabularyInvalid
from tracker.inputs.files import read_file
from tracker.inputs.formats import unguard
from tracker.references import find_country, resolve_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tracker.model.texts import Reference
    from tracker.references import Body

PATTERN_FIELDS: Mapping[str, str] = {
    "country": r"[^/]+?",
    "session": r"[^/]+?",
    "item": r"[^/]+?",
    "year": r"\d{4}",
    "date": r"\d{4}(?:-\d\d(?:-\d\d)?)?",
    "language": r"[a-z]{2}",
    "kind": r"[a-z]+",
    "any": r"[^/]*?",
}
"""What may be in braces, and what it matches; ``{any}`` is ignored."""

_FIELD = re.compile(r"\{(\w*)\}")


def compile_pattern(pattern: str, required: Iterable[str] = ("country", "session")) -> re.Pattern[str]:
    """Return the regular expression of a pattern; it matches whole relative paths with ``/``.

    Raises ``ReferenceInvalid`` for an unknown field, one that stands twice, or a pattern that lacks one
    of the fields required.
    """
    seen: set[str] = set()
    parts = []
    end = 0
    for match in _FIELD.finditer(pattern):
        parts += [re.escape(pattern[end : match.start()]), _group(match[1], pattern, seen)]
        end = match.end()
    parts.append(re.escape(pattern[end:]))
    for needed in required:
        if needed not in seen:
            raise ReferenceInvalid(f"pattern {pattern!r}: it names no {{{needed}}}")
    return re.compile("".join(parts))


def _group(name: str, pattern: str, seen: set[str]) -> str:
    if name not in PATTERN_FIELDS:
        raise ReferenceInvalid(
            f"pattern {pattern!r}: unknown field {{{name}}}; expected one of {', '.join(PATTERN_FIELDS)}"
        )
    if name == "any":
        return PATTERN_FIELDS[name]
    if name in seen:
        raise ReferenceInvalid(f"pattern {pattern!r}: {{{name}}} appears twice")
    seen.add(name)
    return f"(?P<{name}>{PATTERN_FIELDS[name]})"


GROUPS = ("country", "body", "session", "item", "date", "year", "kind", "language")
"""What the groups of a regular expression may be called."""


def compile_expression(expression: str, within: Reference | None) -> re.Pattern[str]:
    """Return a user's expression, or raise ``ReferenceInvalid`` where it is invalid or lacks a group."""
    try:
        regex = re.compile(expression, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ReferenceInvalid(f"--regex {expression[:200]!r}: {error}") from None
    unknown = sorted(set(regex.groupindex) - set(GROUPS))
    if unknown:
        raise ReferenceInvalid(f"--regex: unknown group {unknown[0]!r}; expected one of {', '.join(GROUPS)}")
    missing = [name for name in ("country", "body") if within is None and name not in regex.groupindex]
    if missing:
        raise ReferenceInvalid(
            f"--regex names no (?P<{missing[0]}>...); add it, or name the series with --as"
        )
    return regex


KEYS = ("country", "session", "item")


@dataclass(frozen=True, slots=True)
class StatementMetadata:
    """What a table says about one statement; every field may be missing."""

    title: str | None = None
    date: str | None = None
    language: str | None = None
    kind: str | None = None
    url: str | None = None
    symbol: str | None = None
    speaker: str | None = None
    post: str | None = None
    on_behalf_of: str | None = None


FIELDS = tuple(field.name for field in fields(StatementMetadata))

Key = tuple[str, str, str | None]


def read_columns(assignments: Iterable[str]) -> dict[str, str]:
    """Read ``field=Column`` assignments.

    Raises ``ReferenceInvalid`` for an unknown field, or a text without ``=``.
    """
    columns = {}
    for assignment in assignments:
        field, equals, column = assignment.partition("=")
        if not equals or field not in (*KEYS, *FIELDS):
            raise ReferenceInvalid(
                f"--column {assignment!r}: write FIELD=COLUMN with one of {', '.join((*KEYS, *FIELDS))}"
            )
        columns[field] = column
    return columns


@dataclass(frozen=True, slots=True)
class MetadataTable:
    """The rows of a table by statement, and a line of text for each row that names none."""

    rows: Mapping[Key, StatementMetadata]
    unread: tuple[str, ...] = ()


def read_metadata(path: Path, columns: Mapping[str, str], body: Body) -> MetadataTable:
    """Read a table of statements of one body.

    Of two rows about one statement, the first counts. A row whose country or session is unknown is left
    out and listed. Raises ``VocabularyInvalid`` with the file for a table that is not CSV in
    UTF-8, or lacks a column.
    """
    try:
        with TextIOWrapper(BytesIO(read_file(path)), encoding="utf-8-sig", newline="") as file:
            return _read_rows(csv.DictReader(file), path, columns, body)
    except OSError as error:
        raise VocabularyInvalid(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise VocabularyInvalid(f"{path}: not a CSV table in UTF-8 ({error})") from None


def _read_rows(
    table: csv.DictReader[str], path: Path, columns: Mapping[str, str], body: Body
) -> MetadataTable:
    mapping = _map_columns(table.fieldnames or (), columns, path)
    rows: dict[Key, StatementMetadata] = {}
    unread = []
    for row in table:
        cells = {field: unguard((row[column] or "").strip()) or None for field, column in mapping.items()}
        try:
            key = _key(cells, body)
        except ReferenceInvalid as error:
            unread.append(f"{path}, line {table.line_num}: {error}")
            continue
        if key:
            rows.setdefault(key, StatementMetadata(**{field: cells.get(field) for field in FIELDS}))
    return MetadataTable(rows, tuple(unread))


def _map_columns(names: Iterable[str], columns: Mapping[str, str], path: Path) -> dict[str, str]:
    by_fold = {name.strip().casefold().replace(" ", "_"): name for name in names}
    mapping = {field: by_fold[field] for field in (*KEYS, *FIELDS) if field in by_fold}
    for field, column in columns.items():
        if column not in by_fold.values():
            raise VocabularyInvalid(
                f"{path}: no column {column!r}; the columns are {', '.join(by_fold.values())}"
            )
        mapping[field] = column
    absent = [field for field in ("country", "session") if field not in mapping]
    if absent:
        raise VocabularyInvalid(
            f"{path}: no column for {' and '.join(absent)}; name it with --column {absent[0]}=COLUMN"
        )
    return mapping


def _key(cells: Mapping[str, str | None], body: Body) -> Key | None:
    country, session = cells["country"], cells["session"]
    if not country or not session:
        return None
    return _country_code(country), _session_label(body, session), cells.get("item")


# A table of ten thousand rows names two hundred countries and eighty sessions.
@cache
def _country_code(text: str) -> str:
    return find_country(text).code


@cache
def _session_label(body: Body, text: str) -> str:
    return resolve_session(body, text).label
