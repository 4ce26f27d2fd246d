"""``tracker import``: a whole folder of statements, in batches that can be resumed.

Each batch is one transaction. A run that was stopped is simply run again: existing documents are
recognised by their digest, which means reading each file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard, get_args

from tracker.archive.storing.store import open_store
from tracker.capture.web.local import explain_link, explain_way
from tracker.errors import DocumentUnreadable, ReferenceInvalid, Withdrawn
from tracker.model.record import Declaration
from tracker.model.texts import Reference, TextKind
from tracker.references import find_body, find_country, resolve_session
from tracker.report.safe import one_line
from tracker.workflows.importing.add import check_date, record_document
from tracker.workflows.importing.metadata import (
    StatementMetadata,
    Table,
    compile_pattern,
    read_columns,
    read_metadata,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tracker.archive.storing.store import Store
    from tracker.model.record import Outcome
    from tracker.references import Body

BATCH = 100
"""Files a transaction: a stopped run loses at most this much work."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not imported, and why. Only what was meant to be read and could not be is a fault."""

    path: str
    reason: str
    fault: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: files by outcome, and what was left out, rows of the table too."""

    outcomes: Mapping[Outcome, int]
    skipped: tuple[Skipped, ...]
    unread_rows: tuple[str, ...]


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
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Imported:
    """Import every file below a folder whose path fits the pattern.

    ``pattern`` names the parts of a path, as in ``{country}/{session}_{year}.txt``; ``country`` and
    ``kind`` are given where paths do not name them. ``metadata`` is a CSV table; ``columns`` are
    ``FIELD=COLUMN`` assignments. ``progress`` is called with the files done and the
    files in all. Raises ``TrackerError`` where nothing can be imported at all.
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
    outcomes: Counter[Outcome] = Counter()
    skipped: list[Skipped] = []
    with open_store(archive, "import") as store:
        for start in range(0, len(found), BATCH):
            progress(start, len(found))
            with store.batch():
                for path in found[start : start + BATCH]:
                    result = _import_file(store, folder, path, plan, observed)
                    if isinstance(result, Skipped):
                        skipped.append(result)
                    else:
                        outcomes[result] += 1
        progress(len(found), len(found))
    return Imported(outcomes, tuple(skipped), plan.table.unread)


@dataclass(frozen=True, slots=True)
class _Plan:
    body: Body
    pattern: re.Pattern[str]
    table: Table
    country: str | None
    kind: TextKind | None


def _read_table(folder: Path, metadata: Path | None, columns: Sequence[str], body: str) -> Table:
    if metadata is None:
        if columns:
            raise ReferenceInvalid("--column needs a table: --metadata FILE")
        return Table({})
    # A table that came with the folder is no more to be trusted than the rest of it.
    is_inside = metadata.absolute().is_relative_to(folder.absolute())
    if is_inside and metadata.exists() and (reason := explain_way(folder, metadata)):
        raise DocumentUnreadable(f"{metadata}: {reason}")
    return read_metadata(metadata, read_columns(columns), find_body(body))


def _list_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DocumentUnreadable(f"{folder}: no such directory")
    return sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def _import_file(store: Store, folder: Path, path: Path, plan: _Plan, observed: str) -> Outcome | Skipped:
    name = path.relative_to(folder).as_posix()
    if path.name.startswith("."):
        return Skipped(name, "hidden file", fault=False)
    match = plan.pattern.fullmatch(name)
    reason = explain_link(folder, path)
    if reason:
        return Skipped(name, reason, fault=match is not None and not path.is_dir())
    if not match:
        return Skipped(name, "its path does not match the pattern", fault=False)
    try:
        declaration = _declare(match.groupdict(), plan)
        return record_document(store, path, declaration, observed).outcome
    except (ReferenceInvalid, DocumentUnreadable) as error:
        return Skipped(name, str(error), fault=True)
    except Withdrawn as error:
        return Skipped(name, str(error), fault=False)


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


def is_faulty(imported: Imported) -> bool:
    """Return whether a file was meant to be read and could not be, or no file was meant at all."""
    return any(skip.fault for skip in imported.skipped) or not imported.outcomes


def summary(imported: Imported) -> str:
    """Return what came of an import on one line."""
    total = sum(imported.outcomes.values()) + len(imported.skipped)
    counts = [
        f"{imported.outcomes.get(outcome, 0):,} {outcome}" for outcome in ("new", "changed", "unchanged")
    ]
    return f"{total:,} files: {', '.join(counts)}, {len(imported.skipped):,} skipped"


def skipped_lines(imported: Imported) -> tuple[str, ...]:
    """Return a line for each file and each row of the table left out, with the reason."""
    files = tuple(f"{skip.path}: {skip.reason}" for skip in imported.skipped)
    return tuple(f"  skipped {one_line(each)}" for each in (*files, *imported.unread_rows))
