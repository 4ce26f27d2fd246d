"""The guards of the record: triggers, indexes, views and tables, each of which is missed where it is gone.

And rows that belong together: no deletion by another program ends a command in the words of a database.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.damage import alter
from tests.edits import find_faults, make_everything, tell_faults
from tests.mirrors import list_commits
from tests.nights import make_archive, make_watched, run_night, running_site
from tests.thorough import some
from tracker.archive import open_store
from tracker.errors import ArchiveUnusable, TrackerError
from tracker.keep.mirror import update_mirror
from tracker.keep.verify import repair, verify
from tracker.preservation.mirror.touched import is_touched
from tracker.record.reading.holdings import open_holdings
from tracker.record.schema.connection import Record, open_record
from tracker.record.schema.expected import find_lost, list_made
from tracker.record.schema.migrations import NOTES
from tracker.record.schema.units import BOOKKEEPING, read_tables
from tracker.watch.health import assess_health

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site
    from tracker.model.verifying import Repaired

NOW = "2026-03-04T12:00:00Z"
_OF_DATABASES = re.compile(r"constraint failed|no such (?:table|column|index)|SQLITE_|malformed")


@pytest.fixture(scope="module")
def _everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guards") / "snapshots"
    with running_site() as site:
        make_everything(folder, site)
    return folder


@pytest.fixture
def folder(tmp_path: Path, _everything: Path) -> Path:
    return shutil.copytree(_everything, tmp_path / "snapshots")


def mend(folder: Path) -> Repaired:
    return repair(folder, NOW, lambda _done, _total: None)


def write(folder: Path) -> str:
    """Run a command that writes nothing by itself, and return what it says of the record."""
    try:
        with open_store(folder):
            pass
    except TrackerError as error:
        return f"{error.exit_code} {error}"
    return ""


def list_parts(folder: Path, kind: str) -> list[str]:
    """Return the names of the parts of a kind that the program makes, the mirror's triggers among them."""
    names = query(folder, f"SELECT name FROM sqlite_master WHERE type = '{kind}' AND sql IS NOT NULL")  # noqa: S608
    return sorted(name for (name,) in names if not name.startswith("idx_"))


def drop(folder: Path, kind: str) -> int:
    """Take all parts of a kind away, and return how many there were."""
    names = list_parts(folder, kind)
    alter(folder, *(f'DROP {kind} "{name}"' for name in names))
    return len(names)


# The schema ------------------------------------------------------------------------------------------


def test_a_night_without_triggers_is_told_and_mirrored(tmp_path: Path, site: Site) -> None:
    folder = make_watched(tmp_path / "snapshots", site)
    update_mirror(folder)
    run_night(folder, "2026-03-01")
    assert drop(folder, "trigger") > 100
    nights = []
    for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
        before = list_commits(folder / "mirror.git")
        site.say("/79", f"It is {day}.")
        nights.append(run_night(folder, day).unmirrored)
        assert len(list_commits(folder / "mirror.git")) == len(before) + 1
    assert "another program took away, or changed, 118 triggers: segment_offsets_changed," in nights[0]
    assert nights[0].endswith("tracker verify (what this command did is recorded and mirrored)")
    assert nights[1:] == ["", ""]
    assert tell_faults(folder) == ""
    assert query(folder, "SELECT count(*) FROM runs WHERE kind = 'snapshot' AND watch_list IS NULL") == [(0,)]
    concerns = {each.kind: each.detail for each in assess_health(folder, NOW, 3).concerns}
    assert "run 2: another program took away" in concerns["edited"]
    assert "edited" not in {each.kind for each in assess_health(folder, "2026-03-20T12:00:00Z", 3).concerns}


@pytest.mark.parametrize("kind", ["trigger", "index", "view"])
def test_each_part_is_missed_alone_and_made_again(folder: Path, kind: str) -> None:
    for name in some(6, list_parts(folder, kind)):
        alter(folder, f'DROP {kind} "{name}"')
        said = write(folder)
        assert said.startswith("1 ")
        assert f"{name}" in said
        assert name in list_parts(folder, kind)
        assert write(folder) == ""
    assert tell_faults(folder) == ""


@pytest.mark.parametrize("kind", ["trigger", "index", "view"])
def test_verify_names_what_is_gone_and_repair_makes_it_again(folder: Path, kind: str) -> None:
    parts = list_parts(folder, kind)
    drop(folder, kind)
    assert kind in tell_faults(folder)
    assert mend(folder).after.faults == ()
    assert list_parts(folder, kind) == parts
    assert write(folder) == ""


def test_a_trigger_that_does_nothing_is_no_guard(folder: Path) -> None:
    name = "unmirrored_snapshots_update"
    emptied = f'CREATE TRIGGER "{name}" AFTER UPDATE ON "snapshots" BEGIN SELECT 1; END'
    for look in (tell_faults, write):
        alter(folder, f"DROP TRIGGER {name}", emptied)
        assert name in look(folder)
    assert write(folder) == ""


def test_what_was_changed_while_triggers_were_away_is_named_until_it_is_restored(folder: Path) -> None:
    drop(folder, "trigger")
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        assert is_touched(connection)
    alter(folder, "UPDATE snapshots SET observed = '1999-01-01T00:00:00Z' WHERE id = 1")
    for _ in range(2):
        assert "another program changed snapshots/1 (observed)" in write(folder)
    assert mend(folder).after.faults == ()
    assert write(folder) == ""


def test_a_search_finds_no_words_of_rows_that_were_deleted_while_triggers_were_away(folder: Path) -> None:
    drop(folder, "trigger")
    alter(folder, "DELETE FROM segment_offsets WHERE version = 1")
    write(folder)
    found = query(
        folder, "SELECT count(*) FROM segments_fts_docsize WHERE id NOT IN (SELECT id FROM segment_offsets)"
    )
    assert found == [(0,)]


def test_without_a_mirror_the_rest_of_the_schema_is_missed(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "snapshots", "", 1)
    assert drop(folder, "trigger") == 9
    assert "9 triggers" in write(folder)
    assert write(folder) == ""


def test_a_table_that_is_gone_is_told_and_the_record_made_again(folder: Path, tmp_path: Path) -> None:
    for name in some(6, sorted({*list_tables(folder), "segments_fts"} - {NOTES})):
        copy = shutil.copytree(folder, tmp_path / "copies" / name)
        alter(copy, f"DROP TABLE {name}")
        said = write(copy)
        assert said.startswith("2 ")
        assert name in said
        assert "tracker verify --repair" in said
        assert name in tell_faults(copy)
        assert mend(copy).after.faults == (), name
        assert write(copy) == ""
        shutil.rmtree(copy)


def test_a_constraint_that_is_gone_is_told_until_it_is_there_again(folder: Path) -> None:
    alter(
        folder,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, ' CHECK (country <> '''')', '')"
        " WHERE name = 'statements'",
        "PRAGMA writable_schema = OFF",
    )
    for _ in range(2):
        said = write(folder)
        assert said.startswith("1 ")
        assert "1 table: statements" in said
    assert "table statements" in tell_faults(folder)
    assert mend(folder).after.faults == ()
    assert write(folder) == ""


def test_an_emptied_table_of_changes_is_no_other_program(folder: Path) -> None:
    alter(folder, f"DELETE FROM {NOTES}")  # noqa: S608 (our name)
    assert "tracker rebuild MIRROR --archive DIR" in write(folder)


def test_what_is_made_is_what_verify_compares_with(folder: Path) -> None:
    with open_record(folder, Record) as record:
        made = set(list_made(record.connection))
        assert find_lost(record.connection) == {}
    there = set(query(folder, "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL"))
    assert {name for _, name in there - made if not name.startswith("unmirrored_")} == {
        NOTES, f"idx_{NOTES}_migration_set_name",
    }  # fmt: skip
    assert made <= there


# Maintenance -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statements",
    [
        ("VACUUM",),
        ("PRAGMA journal_mode = DELETE", "PRAGMA page_size = 8192", "VACUUM"),
        ("PRAGMA auto_vacuum = FULL", "VACUUM"),
        ("REINDEX", "ANALYZE", "PRAGMA optimize"),
        ("PRAGMA journal_mode = DELETE",),
        ("INSERT INTO segments_fts (segments_fts) VALUES ('optimize')",),
        ("INSERT INTO segments_fts (segments_fts) VALUES ('rebuild')",),
        # A part that is made again stands behind the others.
        ("DROP INDEX runs_by_watch_list", "CREATE INDEX runs_by_watch_list ON runs (watch_list)"),
    ],
)
def test_maintenance_by_sqlite_is_no_fault(folder: Path, statements: tuple[str, ...]) -> None:
    with open_holdings(folder) as holdings:
        schema = holdings.schema()
    alter(folder, *statements)
    assert tell_faults(folder) == ""
    assert write(folder) == ""
    with open_holdings(folder) as holdings:
        assert holdings.schema() == schema


# Rows that belong together ---------------------------------------------------------------------------


def list_tables(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        return [table.stored for table in read_tables(connection).values()] + sorted(BOOKKEEPING)


@pytest.mark.parametrize("which", ["= (SELECT min(rowid) FROM {})", "= (SELECT max(rowid) FROM {})", "> 0"])
def test_deleted_rows_end_no_night_in_the_words_of_a_database(
    folder: Path, tmp_path: Path, which: str
) -> None:
    tables = [table for table in list_tables(folder) if table not in {NOTES, "omissions"}]
    for table in some(7, tables):
        copy = shutil.copytree(folder, tmp_path / "copies" / table)
        alter(copy, f"DELETE FROM {table} WHERE rowid {which.format(table)}")  # noqa: S608 (our names)
        for day in ("2026-03-04", "2026-03-05"):
            said = told_by_night(copy, day)
            assert not _OF_DATABASES.search(said), table
            assert not said or "tracker verify" in said, table
        assert mend(copy).after.faults == (), table
        assert told_by_night(copy, "2026-03-06") == "", table
        shutil.rmtree(copy)


def told_by_night(folder: Path, day: str) -> str:
    """Return what a night says that could not end well, or could not begin."""
    try:
        return run_night(folder, day).unmirrored
    except TrackerError as error:
        return str(error)


def test_a_deleted_row_gives_its_number_to_no_other(folder: Path) -> None:
    alter(folder, "DELETE FROM editions WHERE id = (SELECT max(id) FROM editions)")
    with pytest.raises(
        ArchiveUnusable, match=r"lacks editions/4, .* rows of snapshots name; nothing was written"
    ):
        open_store(folder)
    assert mend(folder).after.faults == ()
    assert write(folder) == ""


# No exit without a word ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [b"since TEXT CHECK (si", b'CREATE TABLE "_sq', b"CREATE VIEW lat", b"CREATE TRIG"]
)
def test_a_schema_that_is_no_text_any_more_is_told(folder: Path, words: bytes) -> None:
    """SQLite quotes such bytes in its messages, which Python's binding cannot read."""
    data = bytearray((folder / "tracker.db").read_bytes())
    data[data.index(words) + len(words)] ^= 0xFF
    (folder / "tracker.db").write_bytes(data)
    found = verify(folder, NOW, lambda _done, _total: None)
    assert found.faults
    assert "tracker verify" in write(folder)
    assert mend(folder).after.faults == ()
    assert find_faults(folder) == ()
