"""The segments of versions: written with their index, and read in time that grows with the text alone.

The record keeps places in a text. Here, and nowhere else, code cuts the text at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.record.schema.rows import fetch_value, quote_names

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from tracker.model.texts import Version

_ADD = """
INSERT INTO segment_offsets (id, version, ordinal, kind, paragraph, "start", "end", folded)
VALUES (?, ?, ?, nullif(?, 'sentence'), ?, ?, ?, ?)
"""
_INDEX = "INSERT INTO segments_fts (rowid, text) VALUES (?, ?)"
_FORGET = "INSERT INTO segments_fts (segments_fts, rowid, text) VALUES ('delete', ?, ?)"


class Cutter:
    """Cuts segments out of their versions, of which it keeps the text that was asked for last, or given."""

    def __init__(
        self, connection: sqlite3.Connection, version: int | None = None, text: str | None = None
    ) -> None:
        self._connection = connection
        self._version = None if text is None else version
        self._text = text or ""

    def cut(self, version: int, start: int, end: int) -> str:
        """Return the text between two places; nothing where there is no such version."""
        if version != self._version:
            text = fetch_value(self._connection, "SELECT text FROM versions WHERE id = ?", [version])
            self._version, self._text = version, text or ""
        return self._text[start:end]


def read_segments(
    connection: sqlite3.Connection, version: int, columns: Sequence[str], whole: str | None = None
) -> list[tuple[Any, ...]]:
    """Return columns of a version's segments, in their order; after them stands the text of each.

    ``whole`` is the version's text, where it has been read before.
    """
    cutter = Cutter(connection, version, whole)
    names = f'"start", "end", {quote_names(columns)}'
    query = f"SELECT {names} FROM segments WHERE version = ? ORDER BY ordinal"  # noqa: S608 (our schema)
    return [
        (*row, cutter.cut(version, start, end)) for start, end, *row in connection.execute(query, [version])
    ]


def write_segments(connection: sqlite3.Connection, number: int, version: Version) -> None:
    """Write the segments of a version, by its number, and index them.

    Raises ``ValueError`` for a segment that is not the text between its offsets.
    """
    from tracker.record.statements.search import fold_for_search  # noqa: PLC0415 (5 ms that reading does not take)

    first = fetch_value(connection, "SELECT ifnull(max(id), 0) + 1 FROM segment_offsets")
    rows, indexed = [], []
    for at, segment in enumerate(version.segments, first):
        text = segment.text
        if version.text[segment.start : segment.end] != text:
            raise ValueError(f"segment {segment.ordinal} is not the text at {segment.start}:{segment.end}")
        searched = fold_for_search(text)
        folded = None if searched == text else searched
        indexed.append((at, searched))
        place = (at, number, segment.ordinal, segment.kind, segment.paragraph, segment.start, segment.end)
        rows.append((*place, folded))
    connection.executemany(_ADD, rows)
    connection.executemany(_INDEX, indexed)


def rebuild_index(connection: sqlite3.Connection) -> None:
    """Make the full-text index again from the segments.

    FTS5 would do it by itself, and read the whole of a text for each of its segments.
    """
    connection.execute("INSERT INTO segments_fts (segments_fts) VALUES ('delete-all')")
    rows = connection.execute("SELECT DISTINCT version FROM segments ORDER BY version").fetchall()
    index_words(connection, (version for (version,) in rows))


def index_words(connection: sqlite3.Connection, versions: Iterable[int]) -> None:
    """Put versions into the full-text index, whose segments are in the record by now."""
    for version in versions:
        connection.executemany(_INDEX, _list_indexed(connection, version))


def forget_words(connection: sqlite3.Connection, versions: Iterable[int]) -> None:
    """Take versions out of the full-text index, before they are deleted.

    Triggers do that where another program deletes them, and read the whole text for each segment.
    """
    for version in versions:
        connection.executemany(_FORGET, _list_indexed(connection, version))


def _list_indexed(connection: sqlite3.Connection, version: int) -> Iterator[tuple[int, str]]:
    rows = read_segments(connection, version, ("id", "folded"))
    return ((number, text if folded is None else folded) for number, folded, text in rows)
