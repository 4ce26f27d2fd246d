"""What the tests of the archive share: small versions, declarations, and a look into the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import wraps
from hashlib import sha256
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from tracker.archive import ArchiveSession
from tracker.model.record import Declaration
from tracker.model.texts import Run, Segment, SpanMap, Version
from tracker.record.lock import take_lock
from tracker.record.schema.packing import offer_functions
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Concatenate, ParamSpec, TypeVar

    from tracker.model.record import Recorded
    from tracker.record.storing.store import Store

    P = ParamSpec("P")
    T = TypeVar("T")

OBSERVED = "2024-05-20T10:00:00Z"
RECORD = ("documents", "statements", "editions", "snapshots", "versions", "segments", "amendments", "runs")


def version_of(text: str, language: str = "en", extractor: str = "text utf-8") -> Version:
    """Return a version whose segments are the lines of a text, each a paragraph of its own."""
    lines = text.split("\n")
    ends = list(accumulate(len(line) + 1 for line in lines))
    segments = tuple(
        Segment(number, "sentence", number + 1, end - 1 - len(line), end - 1, line)
        for number, (line, end) in enumerate(zip(lines, ends, strict=True))
    )
    spans = SpanMap((Run(0, len(text), 0, len(text)),))
    return Version(text, language, segments, spans, extractor, "text/plain")


def in_session(read: Callable[Concatenate[ArchiveSession, P], T]) -> Callable[Concatenate[Path, P], T]:
    """Make of what reads in a session what reads in a folder, each time in a session of its own."""

    @wraps(read)
    def ask(folder: Path, /, *args: P.args, **named: P.kwargs) -> T:
        with ArchiveSession(folder) as archive:
            return read(archive, *args, **named)

    return ask


@contextmanager
def hold_lock(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the archive in a folder, as a run does."""
    lock = take_lock(folder, patience)
    try:
        yield
    finally:
        lock.release()


def declare(reference: str, **fields: Any) -> Declaration:  # noqa: ANN401 (the fields of a declaration)
    """Return a declaration of what a reference names; what it leaves out counts as inferred."""
    named = parse_reference(reference)
    return replace(
        Declaration(named, kind_inferred=named.kind is None, language_inferred=named.language is None),
        **fields,
    )


def infer(declaration: Declaration, kind: str = "prepared", language: str = "en") -> Declaration:
    """Fill in what a declaration leaves open, as the command does once it has read the text."""
    reference = declaration.reference
    filled: Any = {"kind": reference.kind or kind, "language": reference.language or language}
    return replace(declaration, reference=replace(reference, **filled))


def record(store: Store, declaration: Declaration, text: str, observed: str = OBSERVED) -> Recorded:
    """Record a plain text under a declaration."""
    version = version_of(text, declaration.reference.language or "en")
    return store.record(declaration, text.encode(), version, observed, raw=text, source="speech.txt")


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def query(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask the archive's file itself, with the functions that give back what it packs."""
    with closing(sqlite3.connect(f"file:{folder / 'tracker.db'}?mode=ro", uri=True)) as connection:
        offer_functions(connection)
        return connection.execute(sql).fetchall()


def count_record(folder: Path) -> dict[str, int]:
    """Count the rows of the record, and see that SQLite finds the file sound."""
    assert query(folder, "PRAGMA integrity_check") == [("ok",)]
    assert query(folder, "PRAGMA foreign_key_check") == []
    return {table: query(folder, f"SELECT count(*) FROM {table}")[0][0] for table in RECORD}  # noqa: S608
