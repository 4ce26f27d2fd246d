"""What the tests of mirror, rebuild and backup share: made-up statements, the tables of a record, and git."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from tests.archives import declare, record
from tests.repositories import run_git
from tracker.archive import create_archive, open_store
from tracker.record.schema.packing import offer_functions, select_columns

if TYPE_CHECKING:
    from pathlib import Path

ENDED = "2026-03-01T03:00:00Z"
"""When every run ends: the same record gives the same commits, so that no clock may run in these tests."""

FIRST = (
    "Mr. President,\nAtlantis will build ten dykes by 2030.\nCorruption is our first priority.\nThank you."
)
SECOND = FIRST.replace("ten", "twelve")


def say(folder: Path, reference: str, *texts: str, **fields: Any) -> None:  # noqa: ANN401 (of a declaration)
    """Record texts as the next snapshots of an edition, in one run."""
    with open_store(folder, "add", lambda: ENDED) as store:
        for text in texts:
            record(store, declare(reference, **fields), text)


def make_record(folder: Path) -> Path:
    """Make an archive of two runs: three statements, one of them in two editions and with two snapshots."""
    create_archive(folder)
    with open_store(folder, "import", lambda: ENDED) as store:
        record(store, declare("XAA/UNGA/78~prepared.en", speaker="Ana Reyes"), FIRST)
        record(store, declare("XAA/UNGA/79~prepared.en", title="Dykes", delivered="2024-09-24"), FIRST)
        record(store, declare("XAA/HRC/52/item-4~verbatim.fr"), "Monsieur le Président,\nNous bâtissons.")
    say(folder, "XAA/UNGA/79~prepared.en", SECOND)
    say(folder, "XAA/UNGA/79~verbatim.en", SECOND.replace("Mr.", "The"), title="Twelve dykes")
    return folder


def read_tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of a record, unpacked, ids and all, and what its index finds."""
    with closing(sqlite3.connect(f"file:{folder / 'tracker.db'}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        names = connection.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main'"
            " AND (type = 'table' OR name = 'segments')"
            " AND name NOT LIKE 'sqlite_%' AND name NOT IN ('unmirrored', 'mirror_commits', 'mirror_files')"
            " ORDER BY name"
        ).fetchall()
        offer_functions(connection)
        tables = {name: connection.execute(select_rows(connection, name)).fetchall() for (name,) in names}
        tables["(found)"] = connection.execute(
            "SELECT rowid FROM segments_fts WHERE segments_fts MATCH 'corruption OR dykes' ORDER BY rowid"
        ).fetchall()
        return tables


def select_rows(connection: sqlite3.Connection, name: str) -> str:
    """Return the query of all rows of a table, unpacked."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
    return f'SELECT {select_columns(name, columns)} FROM "{name}" ORDER BY 1'  # noqa: S608 (our schema)


def edit(folder: Path, *statements: str) -> None:
    """Change a record as another program would."""
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for statement in statements:
            connection.execute(statement)


def list_commits(mirror: Path, branch: str = "main") -> list[str]:
    """Return the names of a branch's commits, oldest first."""
    return run_git(mirror, "rev-list", "--reverse", branch).split()


def list_subjects(mirror: Path, branch: str = "main") -> list[str]:
    return run_git(mirror, "log", "--reverse", "--format=%s", branch).splitlines()


def list_files(mirror: Path, branch: str = "main") -> list[str]:
    return run_git(mirror, "ls-tree", "-r", "--name-only", branch).splitlines()


def show(mirror: Path, path: str, branch: str = "main") -> str:
    return run_git(mirror, "show", f"{branch}:{path}")


def read_everything(mirror: Path, branch: str) -> str:
    """Return all that a copy of a branch would hold: every object that any of its commits leads to."""
    names = [line.split()[0] for line in run_git(mirror, "rev-list", "--objects", branch).splitlines()]
    return run_git(mirror, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())


def check_sound(mirror: Path) -> None:
    """Assert that git finds nothing to say about a repository, and that nothing was left lying about."""
    run_git(mirror, "fsck", "--strict", "--no-dangling")
    left = [*mirror.rglob("*.lock"), *mirror.rglob("*tmp[_-]*"), *mirror.glob("fast_import_crash_*")]
    assert left == []
    assert run_git(mirror, "for-each-ref", "refs/aside/") == ""
