"""What the record says of itself, what Datasette is told, and that nothing closed is in what is published."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import query
from tests.here import runner
from tests.nights import make_archive, run_night, running_site, source
from tests.running import ROOT
from tracker.archive import create_archive
from tracker.record.schema.connection import connect_to_read
from tracker.record.schema.descriptions import Description, read_descriptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

UNITS = {"bytes", "seconds", "words", "characters"}
CLOSED = "The ministry keeps the seventh lighthouse dark."
OPEN = "The harbours of our islands stay open to all."


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_archive(tmp_path / "snapshots")
    return tmp_path / "snapshots"


@pytest.fixture
def series(run: Callable[..., Ran], folder: Path) -> Path:
    """Return an archive of the made-up series."""
    named = "{country}_{session}_{year}.md"
    ran = run("import", ROOT / "seeds" / "xaa", "--body", "CCPCJ", "--pattern", named)
    assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def partly_closed(tmp_path: Path) -> Path:
    """Return an archive of two statements, one of which is not for the public."""
    with running_site() as site:
        site.say("/78", OPEN, 1)
        site.say("/79", CLOSED, 2)
        tables = source("open", "XAA/UNGA/78", site.url("/78"), 'rights = "CC BY 4.0"')
        tables += source("closed", "XAA/UNGA/79", site.url("/79"), 'access = "restricted"')
        folder = make_archive(tmp_path / "snapshots", tables, site.port)
        assert {check.outcome for check in run_night(folder).checks} == {"new"}
    return folder


def columns(folder: Path) -> dict[str, list[str]]:
    """Return the columns of every table and view, those that are computed too."""
    names = query(
        folder,
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'segments_fts_%' AND name NOT LIKE 'sqlite_%'",
    )
    return {
        name: [row[1] for row in query(folder, f"PRAGMA table_xinfo({name})") if row[6] != 1]
        for (name,) in names
    }


def test_every_table_and_column_is_described_in_its_order(folder: Path) -> None:
    told = {each.table: [column.name for column in each.columns] for each in read_descriptions()}
    assert told == columns(folder)


def test_every_meaning_stands_alone_and_units_are_of_numbers(folder: Path) -> None:
    for each in read_descriptions():
        assert each.meaning.endswith("."), each.table
        types = {row[1]: row[2] for row in query(folder, f"PRAGMA table_xinfo({each.table})")}
        for column in each.columns:
            assert len(column.meaning) > 7, (each.table, column.name)
            if column.unit:
                assert column.unit in UNITS
                assert types[column.name] in {"INTEGER", "REAL"}


def test_the_file_itself_says_what_it_holds(folder: Path) -> None:
    rows = query(folder, "SELECT of_table, of_column, meaning, unit FROM descriptions")
    assert set(rows) == set(_rows(read_descriptions()))


def _rows(descriptions: tuple[Description, ...]) -> list[tuple[str, str, str, str | None]]:
    tables = [(each.table, "", each.meaning, None) for each in descriptions]
    return tables + [
        (each.table, column.name, column.meaning, column.unit)
        for each in descriptions
        for column in each.columns
    ]


def test_rows_are_named_as_references_name_them(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(OPEN, encoding="utf-8")
    run("init")
    run("add", "a.txt", "--as", "XAA/HRC/52/item-4~verbatim.en")
    run("add", "a.txt", "--as", "XAA/UNGA/79")
    folder = tmp_path / "snapshots"
    assert query(folder, "SELECT cited_as FROM statements ORDER BY id") == [
        ("XAA/HRC/52/item-4",),
        ("XAA/UNGA/79",),
    ]
    assert query(folder, "SELECT cited_as FROM editions ORDER BY id") == [("verbatim.en",), ("en",)]


def metadata(run: Callable[..., Ran], *arguments: str) -> dict[str, Any]:
    ran = run("export", "datasette", *arguments)
    assert ran.code == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out)
    return told


def test_the_metadata_names_tables_and_columns_that_are_there(series: Path, run: Callable[..., Ran]) -> None:
    there = columns(series)
    tables = metadata(run)["databases"]["tracker"]["tables"]
    assert {name: list(table["columns"]) for name, table in tables.items()} == there
    for name, table in tables.items():
        named = [table[key] for key in ("label_column", "sort", "sort_desc", "fts_pk") if key in table]
        assert set(named + table.get("facets", [])) <= set(there[name]), name
        assert table.get("fts_table", "segments_fts") in there
    assert tables["outcomes"]["units"] == {"seconds": "s", "size": "B"}
    assert tables["outcomes"]["columns"]["size"] == "length of the bytes received (bytes)"


def test_every_table_that_others_refer_to_has_a_name_for_its_rows(
    series: Path, run: Callable[..., Ran]
) -> None:
    tables = metadata(run)["databases"]["tracker"]["tables"]
    referred = {row[2] for name in tables for row in query(series, f"PRAGMA foreign_key_list({name})")}
    by_digest = {"documents", "watch_lists"}
    assert {name for name in referred - by_digest if "label_column" not in tables[name]} == set()


PARAMETERS = {"words": "corruption", "country": "XAA", "body": "CCPCJ", "statement": "XAA/CCPCJ/33"}


def answer(folder: Path, sql: str, **given: str) -> list[tuple[Any, ...]]:
    """Ask a record a question as Datasette does: read only, a parameter that is not given being empty."""
    values = {name: given.get(name, "") for name in re.findall(r":(\w+)", sql)}
    with closing(connect_to_read(folder / "tracker.db")) as connection:
        return connection.execute(sql, values).fetchall()


def test_every_question_is_answered_with_and_without_its_parameters(
    series: Path, run: Callable[..., Ran]
) -> None:
    queries = metadata(run)["databases"]["tracker"]["queries"]
    answers = {name: answer(series, asked["sql"], **PARAMETERS) for name, asked in queries.items()}
    assert {name for name, rows in answers.items() if rows} == {
        "passages", "words_over_time", "series", "statement_text", "coverage",
    }  # fmt: skip
    assert all("corruption" in row[-1].casefold() for row in answers["passages"])
    assert [row[0] for row in answers["series"]] == [f"XAA/CCPCJ/{session}" for session in range(29, 34)]
    for name, asked in queries.items():
        assert {*asked} == {"title", "description", "sql"}
        assert isinstance(answer(series, asked["sql"]), list), name


def test_questions_about_what_happened_find_it(run: Callable[..., Ran], tmp_path: Path) -> None:
    with running_site() as site:
        site.say("/79", OPEN)
        tables = source("xaa", "XAA/UNGA/79", site.url("/79")) + source(
            "none", "XAA/UNGA/78", site.url("/78")
        )
        folder = make_archive(tmp_path / "snapshots", tables, site.port)
        run_night(folder, "2026-03-01")
        site.say("/79", CLOSED)
        run_night(folder, "2026-03-02")
    run("expect", "XAA/UNGA/80", "--by", "Ana", "--due", "2026-10-01")
    run("expect", "XAA/UNGA/79", "--by", "Ana")
    queries = metadata(run)["databases"]["tracker"]["queries"]
    found = {name: answer(folder, queries[name]["sql"]) for name in ("revisions", "missing", "sources_now")}
    assert [(row[0], row[2], row[6]) for row in found["revisions"]] == [("XAA/UNGA/79", 2, "silent")]
    assert [row[:3] for row in found["missing"]] == [("XAA", "UNGA", "80")]
    assert [row[:2] for row in found["sources_now"]] == [("xaa", "changed"), ("none", "unreachable")]


def test_the_rights_are_those_that_all_open_sources_have(
    partly_closed: Path, run: Callable[..., Ran]
) -> None:
    assert metadata(run)["license"] == "CC BY 4.0"
    with (partly_closed / "watch.toml").open("a", encoding="utf-8") as file:
        file.write(source("more", "XAA/UNGA/80", "https://example.org/80", 'rights = "OGL"'))
    assert metadata(run)["license"].startswith("of each statement its own")


def test_who_would_publish_closed_material_is_told(
    partly_closed: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = run("export", "datasette", "metadata.json")
    assert ran.code == 0
    assert "holds 1 closed snapshot, 1 closed document, 1 closed source" in ran.err
    assert json.loads((tmp_path / "metadata.json").read_text(encoding="utf-8"))["databases"]
    assert run("export", "datasette", str(partly_closed / "tracker.db")).code == 2


def test_a_record_rebuilt_from_the_public_mirror_holds_nothing_closed(
    partly_closed: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    assert CLOSED.encode() in (partly_closed / "tracker.db").read_bytes()
    public = tmp_path / "public.git"
    _init_bare(public)
    assert run("mirror", "push", str(public)).code == 0
    assert run("rebuild", str(public), "--archive", "public").code == 0
    rebuilt = tmp_path / "public"
    files = [path for path in rebuilt.rglob("*") if path.is_file()]
    assert files
    for path in files:
        for told in (CLOSED, "seventh", "lighthouse"):
            assert told.encode() not in path.read_bytes(), path
    assert query(rebuilt, "SELECT cited_as FROM statements") == [("XAA/UNGA/78",)]
    assert "harbours" in run("search", "harbours", "--archive", "public").out
    assert query(rebuilt, "SELECT kind, status, watch_list FROM runs") == [("snapshot", "complete", None)]
    assert query(rebuilt, "SELECT source, outcome, snapshot FROM outcomes") == query(
        rebuilt, "SELECT 'open', 'new', id FROM snapshots"
    )
    ran = run("export", "datasette", "--archive", "public")
    assert (ran.code, ran.err) == (0, "")
    rows = query(rebuilt, "SELECT of_table, of_column, meaning, unit FROM descriptions")
    assert set(rows) == set(_rows(read_descriptions()))


def _init_bare(path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
