"""``tracker import``: the statements in a folder become snapshots.

In a second run, documents are recognised by their digest, which means that each file is read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeGuard, get_args

from tracker.capture.web.local import explain_link, explain_way
from tracker.errors import DocumentUnreadable, ReferenceInvalid, Withdrawn
from tracker.model.preserving import ImportedFile
from tracker.model.record import Declaration
from tracker.model.texts import Reference, TextKind
from tracker.references import find_body, find_country, resolve_session
from tracker.report.safe import one_line
from tracker.workflows.importing.add import check_date, record_document
from tracker.workflows.importing.engine import Item, import_items, show_nothing
from tracker.workflows.importing.metadata import (
    MetadataTable,
    StatementMetadata,
    compile_pattern,
    read_columns,
    read_metadata,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.archive.storing.store import Store
    from tracker.model.preserving import FileStatus
    from tracker.references import Body
    from tracker.workflows.importing.engine import Progress


@dataclass(frozen=True, slots=True)
class FolderImport:
    """The result of an import: an entry for each file, and the rows of the table that were not read."""

    entries: tuple[ImportedFile, ...]
    unread_rows: tuple[str, ...]

    @property
    def counts(self) -> Counter[FileStatus]:
        """How many files there are of each status."""
        return Counter(entry.status for entry in self.entries)


def import_folder(
    folder: Path,
    body: str,
    pattern: str,
    archive: Path,
    observed: str,
    *,
    country: str | None = None,
    kind: TextKind | None = None,
    metadata: Path | None = None,
    columns: Sequence[str] = (),
    progress: Progress = show_nothing,
) -> FolderImport:
    """Import every file below a folder whose path fits the pattern.

    ``pattern`` names the parts of a path, as in ``{country}/{session}_{year}.txt``; ``country`` and
    ``kind`` are given where paths do not name them. ``metadata`` is a CSV table; ``columns`` are
    ``FIELD=COLUMN`` assignments. Raises ``TrackerError`` where nothing can be imported.
    """
    required = ("session",) if country else ("country", "session")
    plan = _Plan(
        find_body(body),
        compile_pattern(pattern, required),
        _read_table(folder, metadata, columns, body),
        country,
        kind,
    )
    found = _list_files(folder)
    items = (_plan_file(folder, path, plan, observed) for path in found)
    return FolderImport(import_items(items, len(found), archive, progress), plan.table.unread)


@dataclass(frozen=True, slots=True)
class _Plan:
    body: Body
    pattern: re.Pattern[str]
    table: MetadataTable
    country: str | None
    kind: TextKind | None


def _read_table(folder: Path, metadata: Path | None, columns: Sequence[str], body: str) -> MetadataTable:
    if metadata is None:
        if columns:
            raise ReferenceInvalid("--column needs a table: --metadata FILE")
        return MetadataTable({})
    # A table inside the folder is trusted no more than the other files in it.
    is_inside = metadata.absolute().is_relative_to(folder.absolute())
    if is_inside and metadata.exists() and (reason := explain_way(folder, metadata)):
        raise DocumentUnreadable(f"{metadata}: {reason}")
    return read_metadata(metadata, read_columns(columns), find_body(body))


def _list_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DocumentUnreadable(f"{folder}: no such directory")
    return sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def _plan_file(folder: Path, path: Path, plan: _Plan, observed: str) -> Item[ImportedFile]:
    name = path.relative_to(folder).as_posix()
    return Item(ImportedFile("new", name), partial(_import_file, folder, path, name, plan, observed))


def _import_file(
    folder: Path, path: Path, name: str, plan: _Plan, observed: str, store: Store
) -> ImportedFile:
    if path.name.startswith("."):
        return ImportedFile("passed", name, "hidden file")
    match = plan.pattern.fullmatch(name)
    if reason := explain_link(folder, path):
        return ImportedFile("skipped" if match and not path.is_dir() else "passed", name, reason)
    if not match:
        return ImportedFile("passed", name, "its path does not match the pattern")
    try:
        declaration = _declare(match.groupdict(), plan)
        recorded = record_document(store, path, declaration, observed)
        return ImportedFile(recorded.outcome, name, elsewhere=recorded.elsewhere)
    except Withdrawn as error:
        return ImportedFile("passed", name, str(error))


def _declare(parts: Mapping[str, str], plan: _Plan) -> Declaration:
    country = find_country(parts.get("country") or plan.country or "").code
    session = resolve_session(plan.body, parts["session"]).label
    item = parts.get("item")
    known = plan.table.rows.get((country, session, item)) or StatementMetadata()
    reference = Reference(
        country,
        plan.body.id,
        session,
        item,
        kind=_kind(parts.get("kind") or known.kind) or plan.kind,
        language=parts.get("language") or known.language,
    )
    return Declaration(
        reference,
        title=known.title,
        delivered=_date(known.date or parts.get("date") or parts.get("year")),
        url=known.url,
        symbol=known.symbol,
        speaker=known.speaker,
        post=known.post,
        on_behalf_of=known.on_behalf_of,
    )


def _date(text: str | None) -> str | None:
    return check_date(text) if text else None


def _kind(text: str | None) -> TextKind | None:
    if text is None or is_kind(text):
        return text
    raise ReferenceInvalid(f"unknown kind of text {text!r}; expected one of {', '.join(get_args(TextKind))}")


def is_kind(text: str) -> TypeGuard[TextKind]:
    """Return whether a word is one of the kinds of text."""
    return text in get_args(TextKind)


def is_faulty(imported: FolderImport) -> bool:
    """Return whether a file to import could not be read, or there was no file to import."""
    return "skipped" in imported.counts or imported.counts.keys() <= {"passed"}


def summary(imported: FolderImport) -> str:
    """Return the result of an import on one line."""
    counts = imported.counts
    parts = [f"{counts[status]:,} {status}" for status in ("new", "changed", "unchanged")]
    skipped = counts["skipped"] + counts["passed"]
    return f"{len(imported.entries):,} files: {', '.join(parts)}, {skipped:,} skipped"


def repeated_lines(imported: FolderImport) -> tuple[str, ...]:
    """Return a line for each file with the text of another statement, which may be under a wrong session."""
    return tuple(
        f"  {one_line(entry.path)} has the same text as {' and '.join(entry.elsewhere)}"
        for entry in imported.entries
        if entry.elsewhere
    )


def skipped_lines(imported: FolderImport) -> tuple[str, ...]:
    """Return a line for each file and each row of the table that was left out, with the reason."""
    files = (f"{entry.path}: {entry.note}" for entry in imported.entries if entry.note)
    return tuple(f"  skipped {one_line(each)}" for each in (*files, *imported.unread_rows))
