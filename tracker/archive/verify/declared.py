"""What was declared of statements: where a title, speaker or date was replaced, an amendment says so."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import STATEMENT
from tracker.archive.mirror.row_files import read_rows
from tracker.archive.record.statements import FIELDS
from tracker.archive.schema.rows import fetch_row, fetch_value
from tracker.model.verifying import Finding

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.row_files import Row
    from tracker.archive.verify.findings import Findings

_AMENDED = "SELECT 1 FROM amendments WHERE statement = ? AND field = ? AND later IS ? LIMIT 1"

_CHANGES = (
    "log", "--first-parent", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=M", "--format=",
)  # fmt: skip

_REMEDY = (
    "if the mirror's earlier value is right, declare it again: tracker add; the record then has both, and who"
    " changed it back"
)


def find_unamended(connection: sqlite3.Connection, earlier: Row, columns: Collection[str]) -> tuple[str, ...]:
    """Return the columns of a statement that differ from an earlier row without an amendment.

    What was empty may be filled in, and a title that was read out of a document replaced.
    """
    return tuple(
        column
        for column in columns
        if column in FIELDS
        and earlier.get(column)
        and not (column == "title" and earlier.get("title_inferred"))
        and not _is_amended(connection, earlier["id"], column)
    )


def _is_amended(connection: sqlite3.Connection, statement: object, column: str) -> bool:
    now = fetch_value(connection, f"SELECT {column} FROM statements WHERE id = ?", [statement])  # noqa: S608 (our names)
    return bool(fetch_value(connection, _AMENDED, [statement, column, now]))


def check_declared(
    connection: sqlite3.Connection, repository: Repository, base: str, findings: Findings
) -> None:
    """Report values of statements that a commit of the mirror replaced, and no amendment explains.

    Another program's change goes into the mirror with the next run, which must not make it true.
    """
    for path, before, after in _list_changes(repository, base):
        changed = [name for name in FIELDS if before.get(name) != after.get(name)]
        for name in find_unamended(connection, before, changed):
            held = fetch_row(connection, f"SELECT {name} FROM statements WHERE id = ?", [before["id"]])  # noqa: S608 (our names)
            if held == (after.get(name),):
                meaning = f"another program replaced its {name} without an amendment: {before[name]!s} before"
                what = path.removeprefix("statements/").removesuffix(f"/{STATEMENT}")
                findings.add(
                    Finding("fault", "history", what, "tracker.db, table statements", meaning, _REMEDY)
                )


def _list_changes(repository: Repository, base: str) -> Iterator[tuple[str, Row, Row]]:
    """Yield path, earlier row and later row of each change of a statement's file in the mirror's history."""
    answer = repository.ask(*_CHANGES, base, "--", f":(glob)statements/**/{STATEMENT}")
    lines = [line.partition("\t") for line in answer.decode().splitlines() if line]
    names = [head.split()[2:4] for head, _, _ in lines]
    contents = list(repository.read_objects([name for pair in names for name in pair]))
    for (_, _, path), before, after in zip(lines, contents[::2], contents[1::2], strict=True):
        # Objects that are damaged or of somebody else are reported as such elsewhere.
        with suppress(ValueError, LookupError):
            earlier, later = (read_rows(content or b"{}")["statements"][0] for content in (before, after))
            yield path, earlier, later
