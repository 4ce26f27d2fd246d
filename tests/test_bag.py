"""Bags: that the Library of Congress's own tool finds them whole, and that they tell all without us."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import bagit
import pytest

from tests.archives import query
from tests.here import runner
from tests.mirrors import select_rows
from tests.nights import Page, make_archive, run_night, source, watch
from tracker.errors import ArchiveUnusable
from tracker.exchange.bag import export_bag, make_bag
from tracker.record.schema.packing import offer_functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

DAY = "2026-03-05"
SPEECH = "Mr. President,\n\nMy country supports the Rivers Treaty. We thank you for your wörk.\n"


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path, site: Site, tracker: Callable[..., Ran]) -> Path:
    """Return an archive of a nightly source that changed, and a statement from files in two languages."""
    site.say("/79", "A word that nobody else says: xylography.")
    made = make_archive(
        tmp_path / "snapshots", source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79")), site.port
    )
    run_night(made, "2026-03-01")
    site.say("/79", "We add a sentence about rivers.")
    run_night(made, "2026-03-02")
    (tmp_path / "speech.txt").write_text(SPEECH, encoding="utf-8")
    (tmp_path / "zh.txt").write_text("主席先生，我国支持河流条约。我们感谢你的工作。\n", encoding="utf-8")
    for name, language in (("speech.txt", "en"), ("zh.txt", "zh")):
        ran = tracker(
            "add",
            name,
            "--as",
            "XAA/CCPCJ/31",
            "--title",
            "=1+1",
            "--kind",
            "prepared",
            "--language",
            language,
        )
        assert ran.code == 0, ran.err
    return made


@pytest.fixture
def bag(folder: Path) -> Path:
    return make(folder)


def make(folder: Path, name: str = "bag", *, private: bool = False) -> Path:
    export_bag(folder, folder.parent / name, DAY, private=private)
    return folder.parent / name


def statements(bag: Path) -> list[dict[str, str]]:
    with (bag / "data" / "statements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(bag: Path) -> list[tuple[str, dict[str, Any]]]:
    lines = (bag / "data" / "record.jsonl").read_text(encoding="utf-8").splitlines()
    return [pair for line in lines for pair in json.loads(line).items()]


def contents(bag: Path) -> dict[str, bytes]:
    return {path.relative_to(bag).as_posix(): path.read_bytes() for path in bag.rglob("*") if path.is_file()}


# What it is ----------------------------------------------------------------------------------------


def test_a_bag_is_valid_and_says_what_it_is(folder: Path, tracker: Callable[..., Ran]) -> None:
    ran = tracker("export", "bag", "bag")
    assert (ran.code, ran.err) == (0, "")
    found = bagit.Bag(str(folder.parent / "bag"))
    assert found.validate()
    assert (found.version_info, found.encoding, found.algorithms) == ((1, 0), "UTF-8", ["sha256"])
    assert found.info["Bag-Software-Agent"] == "tracker 0.1.0"
    assert found.info["Access"] == "open material; of the rest digests"
    payload = [data for name, data in contents(folder.parent / "bag").items() if name.startswith("data/")]
    assert found.info["Payload-Oxum"] == f"{sum(map(len, payload))}.{len(payload)}"
    assert ran.out.startswith("bag: 4 snapshots, 4 documents, 14 files, ")


def test_the_standard_tool_of_any_system_checks_it(bag: Path) -> None:
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        checked = subprocess.run(
            ["sha256sum", "-c", "--strict", manifest], cwd=bag, check=False, capture_output=True
        )
        assert checked.returncode == 0, checked.stderr


def test_the_same_day_gives_the_same_bag(folder: Path) -> None:
    assert contents(make(folder, "one")) == contents(make(folder, "two"))


# That it tells all without the program -------------------------------------------------------------


def test_the_table_leads_to_documents_and_texts(folder: Path, bag: Path) -> None:
    rows = statements(bag)
    assert [row["reference"] for row in rows] == [
        "XAA/CCPCJ/31~prepared.en@1", "XAA/CCPCJ/31~prepared.zh@1",
        "XAA/UNGA/79~prepared.en@1", "XAA/UNGA/79~prepared.en@2",
    ]  # fmt: skip
    assert {row["title"] for row in rows} == {"'=1+1", ""}
    kept = dict(query(folder, "SELECT sha256, sqlar_uncompress(bytes, size) FROM documents"))
    texts = dict(query(folder, "SELECT sha256, text FROM versions"))
    for row in rows:
        name = row["document"].removeprefix("documents/").removesuffix(".txt")
        assert (bag / "data" / row["document"]).read_bytes() == kept[name]
        text = (bag / "data" / row["text"]).read_bytes()
        assert text.decode() == texts[hashlib.sha256(text).hexdigest()]


def test_the_record_is_made_again_out_of_schema_rows_and_files(folder: Path, bag: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as made:
        tables = [
            sql
            for sql in (bag / "data" / "schema.sql").read_text(encoding="utf-8").split(";\n\n")
            if sql.startswith(("CREATE TABLE", "CREATE VIEW segments ", "CREATE TRIGGER"))
        ]
        offer_functions(made)
        for sql in tables:
            made.execute(sql)
        texts = {path.stem: path.read_text(encoding="utf-8") for path in (bag / "data" / "texts").iterdir()}
        documents = {path.stem: path.read_bytes() for path in (bag / "data" / "documents").iterdir()}
        versions: dict[int, str] = {}
        for table, row in rows_of(bag):
            if table == "documents":
                row["bytes"] = documents[row["sha256"]]
            elif table == "versions":
                row["text"] = versions[row["id"]] = texts[row["sha256"]]
            elif table == "segments":
                row["text"] = versions[row["version"]][row["start"] : row["end"]]
            columns = ", ".join(f'"{name}"' for name in row)
            made.execute(
                f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" * len(row))})',  # noqa: S608
                list(row.values()),
            )
        for table in (
            "statements",
            "editions",
            "snapshots",
            "documents",
            "versions",
            "outcomes",
            "exchanges",
        ):
            question = select_rows(made, table)
            assert made.execute(question).fetchall() == query(folder, question), table
        question = (
            'SELECT id, version, ordinal, kind, paragraph, "start", "end", text FROM segments ORDER BY id'
        )
        assert made.execute(question).fetchall() == query(folder, question)


def test_every_file_column_and_table_is_described_in_it(bag: Path) -> None:
    page = (bag / "data" / "README.txt").read_text(encoding="utf-8")
    assert [name for name in statements(bag)[0] if name not in page] == []
    with (bag / "data" / "descriptions.csv").open(encoding="utf-8", newline="") as file:
        described = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    met = {(table, column) for table, row in rows_of(bag) for column in row}
    assert {name for name in met if not name[0].startswith("_")} <= described
    assert [
        path.name
        for path in (bag / "data").iterdir()
        if path.name not in {*page.split(), "README.txt"} and f"{path.name}/" not in page
    ] == []


def test_the_crosswalk_names_tables_and_columns_that_there_are(bag: Path) -> None:
    with (bag / "data" / "descriptions.csv").open(encoding="utf-8", newline="") as file:
        described = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    with (bag / "data" / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["table"], row["column"]) for row in rows} <= described
    assert all(row["is"] and row["PREMIS 3"] and row["OAIS"] for row in rows)


# Damage --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["data/statements.csv", "data/record.jsonl", "bag-info.txt", "data/documents"]
)
def test_a_flipped_byte_is_found(bag: Path, name: str) -> None:
    path = bag / name
    path = min(path.iterdir()) if path.is_dir() else path
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bag)).validate()


def test_a_file_too_many_or_too_few_is_found(bag: Path) -> None:
    extra = bag / "data" / "extra.txt"
    extra.write_text("mine")
    assert not bagit.Bag(str(bag)).is_valid()
    extra.unlink()
    assert bagit.Bag(str(bag)).is_valid()
    next((bag / "data" / "texts").iterdir()).unlink()
    assert not bagit.Bag(str(bag)).is_valid()


# What may leave ------------------------------------------------------------------------------------


def holds(bag: Path, word: bytes) -> list[str]:
    return [name for name, data in contents(bag).items() if word in data]


def close(folder: Path, site: Site) -> None:
    more = 'access = "restricted"'
    watch(folder, source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"), more), site.port)


def test_closed_material_stays_out_and_its_digests_do_not(
    folder: Path, site: Site, tracker: Callable[..., Ran]
) -> None:
    close(folder, site)
    ran = tracker("export", "bag", "bag")
    assert "2 closed snapshots left out" in ran.out
    bag = folder.parent / "bag"
    assert bagit.Bag(str(bag)).is_valid()
    assert holds(bag, b"xylography") == []
    # The list that was read while the source was open stays as it was published.
    assert {table for table, row in rows_of(bag) if site.url("/79") in str(row)} <= {"watch_lists"}
    assert {row["body"] for row in statements(bag)} == {"CCPCJ"}
    for (sha256,) in query(folder, "SELECT document FROM snapshots"):
        assert holds(bag, sha256.encode())


def test_a_private_bag_takes_it_along(folder: Path, site: Site) -> None:
    close(folder, site)
    bag = make(folder, private=True)
    found = bagit.Bag(str(bag))
    assert found.is_valid()
    assert found.info["Access"] == "everything, save what was withdrawn"
    assert len(holds(bag, b"xylography")) == 2
    assert any(table == "watch_lists" for table, _ in rows_of(bag))


@pytest.mark.parametrize("private", [False, True])
def test_what_was_withdrawn_never_leaves(folder: Path, tracker: Callable[..., Ran], private: bool) -> None:
    ran = tracker("withdraw", "XAA/UNGA/79@1", "--reason", "names a witness", "--authority", "District Court")
    assert ran.code == 0, ran.err
    bag = make(folder, private=private)
    assert bagit.Bag(str(bag)).is_valid()
    assert holds(bag, b"xylography") == []
    assert holds(bag, b"names a witness") == ["data/record.jsonl"]
    assert [row["snapshot"] for row in statements(bag) if row["body"] == "UNGA"] == ["2"]


def test_what_waits_for_a_review_is_in_a_private_bag_alone(folder: Path, site: Site) -> None:
    from tracker.capture.admit.admission import admit  # noqa: PLC0415 (used here alone)
    from tracker.watch.snapshot import snapshot  # noqa: PLC0415

    login = "<html><title>Sign in</title><h1>Sign in</h1><p>You must be logged in: zymurgy.</p></html>"
    site.pages["/79"] = Page(login, headers={"Content-Type": "text/html"})
    snapshot(folder, (), admit)
    assert query(folder, "SELECT count(*) FROM reviews") == [(1,)]
    assert holds(make(folder), b"zymurgy") == []
    ((name,),) = [holds(make(folder, "all", private=True), b"zymurgy")]
    assert name.startswith("data/documents/")
    assert name.endswith(".html")


# Trouble -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("there", "there exists already; choose another folder"),
        ("snapshots", "snapshots exists already"),
        ("none/bag", "cannot be written: No such file or directory"),
    ],
)
def test_trouble_is_one_line_and_leaves_nothing(
    folder: Path, tracker: Callable[..., Ran], name: str, said: str
) -> None:
    (folder.parent / "there").write_text("mine")
    before = sorted(path.name for path in folder.parent.iterdir())
    ran = tracker("export", "bag", name)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err
    assert sorted(path.name for path in folder.parent.iterdir()) == before


def test_an_archive_without_anything_makes_no_bag(tmp_path: Path, tracker: Callable[..., Ran]) -> None:
    assert tracker("init").code == 0
    ran = tracker("export", "bag", "bag")
    assert (ran.code, ran.err) == (2, "tracker: the archive holds nothing that may be exported\n")
    assert not (tmp_path / "bag").exists()


def test_a_damaged_document_makes_no_bag(folder: Path, tracker: Callable[..., Ran]) -> None:
    with closing(sqlite3.connect(folder / "tracker.db")) as record:
        record.execute("UPDATE documents SET bytes = zeroblob(size) WHERE rowid = 1")
        record.commit()
    ran = tracker("export", "bag", "bag")
    assert (ran.code, "has another digest" in ran.err) == (2, True)
    assert not (folder.parent / "bag").exists()


def test_a_bag_that_is_broken_off_is_not_there(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise ArchiveUnusable("the record is damaged")

    with pytest.raises(ArchiveUnusable), make_bag(tmp_path / "bag", {}) as bag:
        bag.add("a.txt", pieces())
    assert list(tmp_path.iterdir()) == []
