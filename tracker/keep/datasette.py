"""``tracker export datasette``: the description of a record for Datasette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.capture.watch_list import WATCH_FILE, read_watch_list
from tracker.inputs.compiled import read_packaged
from tracker.record.access.closed import find_watch_list, read_access
from tracker.record.schema.connection import Record, open_record, translate
from tracker.record.schema.descriptions import read_descriptions
from tracker.record.schema.units import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.record.schema.descriptions import Column, Description

    Setting = str | bool | list[str]

_UNITS = {"bytes": "B", "seconds": "s"}
"""Units of Datasette before 1.0; it knows those that physics has."""

_SEVERAL = "of each statement its own, see the sources of the watch list"


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a record is shown: a title, settings of tables, and questions with the SQL that answers them."""

    title: str
    description: str
    tables: Mapping[str, Mapping[str, Setting]]
    queries: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Closed:
    """How much of a record the public may not have."""

    snapshots: int
    documents: int
    sources: int

    def __bool__(self) -> bool:
        return bool(self.snapshots or self.documents or self.sources)


def _read_presentation() -> Presentation:
    """Return how records are shown."""
    return Presentation(**read_packaged(__package__, "datasette.toml"))


def describe_record(archive: Path, database: str) -> tuple[dict[str, object], Closed]:
    """Return the metadata of a record under the name by which Datasette knows it, and what is closed in it.

    Raises ``ArchiveUnusable`` where there is no archive, and ``WatchListInvalid``.
    """
    shown = _read_presentation()
    tables = {
        each.table: _describe_table(each, shown.tables.get(each.table, {})) for each in read_descriptions()
    }
    closed = _count_closed(archive)
    metadata: dict[str, object] = {
        "title": shown.title,
        "description": shown.description,
        "license": _describe_rights(archive),
        "source": "the publishers of the statements, each named with its snapshot",
        "about": f"tracker {__version__}",
        "databases": {
            database: {
                "description": shown.description,
                "tables": tables,
                "queries": {name: dict(query) for name, query in shown.queries.items()},
            }
        },
    }
    return metadata, closed


def _count_closed(folder: Path) -> Closed:
    with open_record(folder, Record) as record, translate(record.path):
        tables = read_tables(record.connection)
        access = read_access(record.connection, tables, find_watch_list(folder))
    return Closed(len(access.snapshots), len(access.documents), len(access.sources))


def _describe_table(description: Description, settings: Mapping[str, Setting]) -> dict[str, object]:
    columns = {column.name: _describe_column(column) for column in description.columns}
    units = {each.name: _UNITS[each.unit] for each in description.columns if each.unit in _UNITS}
    return {
        "description": description.meaning,
        "columns": columns,
        **({"units": units} if units else {}),
        **settings,
    }


def _describe_column(column: Column) -> str:
    return f"{column.meaning} ({column.unit})" if column.unit else column.meaning


def _describe_rights(archive: Path) -> str:
    """Return the rights that all open sources of the watch list have, if they have the same."""
    path = archive / WATCH_FILE
    sources = read_watch_list(path).sources if path.exists() else ()
    rights = {source.rights or _SEVERAL for source in sources if source.access == "open"}
    return rights.pop() if len(rights) == 1 else _SEVERAL
