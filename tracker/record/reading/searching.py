"""Passages found in the full-text index: what a query finds, and segments whose words begin as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.record import Hit, SearchPage, SearchScope
from tracker.model.texts import Reference, Segment
from tracker.record.schema.rows import fetch_row
from tracker.record.statements import queries, search
from tracker.record.statements.editions import sort_text
from tracker.record.statements.segments import Cutter
from tracker.references import session_sort_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable
    from typing import Any

    from tracker.model.record import SearchOrder
    from tracker.record.statements.queries import Condition

_YEAR = "CAST(coalesce(substr(delivered, 1, 4), sessions.year) AS INTEGER)"
_DATE = "coalesce(delivered, CAST(sessions.year AS TEXT), '')"
_TEXT = f"{queries.ORDER}, segments.ordinal"
_ORDERS: dict[SearchOrder, str] = {
    "best": f"rank, {_TEXT}",
    "oldest": f"{_DATE}, sessions.sort, {_TEXT}",
    "newest": f"{_DATE} DESC, sessions.sort DESC, {_TEXT}",
}
_FOUND = f"{queries.FOUND} WHERE segments_fts MATCH ? AND {queries.LATEST}"
_ALL = f"""
{queries.SNAPSHOTS} JOIN segments ON segments.version = versions.id WHERE ? IS NULL AND {queries.LATEST}
"""
_SEGMENT = 'segments.ordinal, segments.kind, paragraph, segments."start", segments."end"'


def search_passages(
    connection: sqlite3.Connection,
    query: str,
    scope: SearchScope | None = None,
    *,
    order: SearchOrder = "best",
    limit: int = 20,
    page: int = 1,
) -> SearchPage:
    """Return a page of the segments of the latest snapshots that a query finds, and how many there are.

    The best first (BM25), or by date; equal ones are in the order of ``statements``, then of the text. See
    ``search.match_expression`` for the syntax. Raises ``TrackerError`` for an empty query.
    """
    expression = search.match_expression(query)
    narrowed, values = queries.narrow(_scope_is(scope or SearchScope()))
    totals = fetch_row(
        connection,
        f"SELECT count(*), count(DISTINCT statements.id), count(DISTINCT country) {_FOUND}{narrowed}",
        [expression, *values],
    )
    first = (page - 1) * limit
    # Marking a text costs more than finding it: first the few to show, then their marks.
    found = connection.execute(
        f"SELECT segments.id {_FOUND}{narrowed} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?",
        [expression, *values, limit, first],
    ).fetchall()
    return SearchPage(tuple(_hit(connection, expression, id_) for (id_,) in found), first + 1, limit, *totals)


def list_searchable(
    connection: sqlite3.Connection, scope: SearchScope
) -> tuple[tuple[str, int | None, str], ...]:
    """Return session, year and language of what there is to search in, in the order of sessions."""
    narrowed, values = queries.narrow(_scope_is(scope))
    rows = connection.execute(
        f"SELECT DISTINCT sessions.label, {_YEAR}, editions.language {queries.SNAPSHOTS}"
        f" WHERE {queries.LATEST}{narrowed} ORDER BY sessions.sort",
        values,
    )
    return tuple(rows.fetchall())


def find_segments(
    connection: sqlite3.Connection,
    body: str,
    language: str,
    beginnings: Iterable[Collection[str]] | None,
) -> tuple[tuple[Reference, Segment], ...]:
    """Return the segments of the latest snapshots at a body that hold words with these beginnings.

    All of one set at least; every segment where none are given.
    """
    expression = None if beginnings is None else search.beginnings_expression(beginnings)
    if expression == "":
        return ()
    cutter = Cutter(connection)
    rows = connection.execute(
        f"SELECT segments.version, {queries.NAME}, {_SEGMENT}"
        f" {_ALL if expression is None else _FOUND}"
        f" AND statements.body = ? AND editions.language = ? ORDER BY {_TEXT}",
        [expression, body, language],
    )
    return tuple((Reference(*row[1:7]), _read_segment(cutter, row[0], *row[7:])) for row in rows)


def _read_segment(cutter: Cutter, version: int, *place: Any) -> Segment:  # noqa: ANN401 (columns)
    *_, start, end = place
    return Segment(*place, *[cutter.cut(version, start, end)])


def _scope_is(scope: SearchScope) -> list[Condition]:
    bounds = (
        None if label is None else sort_text(session_sort_key(str(scope.body), label))
        for label in scope.sessions
    )
    columns = (
        "editions.language = ?",
        f"{_YEAR} >= ?",
        f"{_YEAR} <= ?",
        "sessions.sort >= ?",
        "sessions.sort <= ?",
    )
    pairs = zip(columns, (scope.language, *scope.years, *bounds), strict=True)
    narrowed = queries.series_is(scope.country, scope.body, scope.session)
    return [*narrowed, *((sql, value) for sql, value in pairs if value is not None)]


def _hit(connection: sqlite3.Connection, expression: str, segment: int) -> Hit:
    *name, delivered, paragraph, ordinal, text, marked = fetch_row(
        connection,
        f"SELECT {queries.NAME}, delivered, paragraph, segments.ordinal, segments.text,"
        f" highlight(segments_fts, 0, char(2), char(3)) {queries.FOUND}"
        " WHERE segments_fts MATCH ? AND segments_fts.rowid = ?",
        [expression, segment],
    )
    return Hit(Reference(*name), delivered, paragraph, ordinal, search.restore_marked(str(marked), str(text)))
