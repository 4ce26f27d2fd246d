"""How a published record is presented, and how much in it the public may not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.inputs.compiled import read_packaged
from tracker.record.access.closed import find_watch_list, read_access
from tracker.record.schema.connection import translate
from tracker.record.schema.rows import Record, open_record
from tracker.record.schema.units import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Setting = str | bool | list[str]


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


def read_presentation() -> Presentation:
    """Return how records are shown."""
    return Presentation(**read_packaged(__package__, "datasette.toml"))


def count_closed(folder: Path) -> Closed:
    """Count what the archive in a folder holds that is closed to the public.

    Raises ``ArchiveUnusable``, and ``WatchListInvalid`` where the watch list cannot be read.
    """
    with open_record(folder, Record) as record, translate(record.path):
        tables = read_tables(record.connection)
        access = read_access(record.connection, tables, find_watch_list(folder))
    return Closed(len(access.snapshots), len(access.documents), len(access.sources))
