"""What is in an open copy: every value of every table, each word of its index, all bytes of its files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from tracker.record.schema.packing import offer_functions, select_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Tables = dict[str, list[tuple[Any, ...]]]


def read_tables(path: Path) -> Tables:
    """Return the rows of each table and view of a record, documents unpacked, and the words of its index."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as record:
        record.text_factory = lambda data: data.decode("utf-8", "replace")
        offer_functions(record)
        names = record.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view')"
            " AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        found: Tables = {}
        for (name,) in names:
            columns = [row[0] for row in record.execute("SELECT name FROM pragma_table_xinfo(?)", [name])]
            selected = select_columns(name, columns)
            found[name] = sorted(record.execute(f'SELECT {selected} FROM "{name}"'), key=repr)  # noqa: S608
        record.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, segments_fts, 'row')")
        found["words"] = record.execute("SELECT term FROM temp.words").fetchall()
        return found


def read_everything(place: Path) -> Iterator[tuple[str, str]]:
    """Yield each text there is in an open copy, with where it is."""
    for table, rows in read_tables(place / "tracker.db").items():
        for row in rows:
            for value in row:
                yield table, value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    for path in place.rglob("*"):
        yield path.name, path.read_bytes().decode("utf-8", "replace")
