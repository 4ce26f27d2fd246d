from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.nights import source, watch
from tests.repositories import Made, make_repository
from tests.running import OLD, count_rows
from tests.test_judgement import speech

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran


def test_the_same_bytes_change_nothing_and_say_so(archive: Callable[..., Ran], tmp_path: Path) -> None:
    before = count_rows(tmp_path)
    again = archive("add", "old.txt", "--as", "XAA/CCPCJ/32")
    assert again.code == 0
    assert "unchanged" in again.out
    assert count_rows(tmp_path) == before


def test_other_bytes_are_the_next_snapshot(archive: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("Another text. It says little.", encoding="utf-8")
    added = archive("add", "old.txt", "--as", "XAA/CCPCJ/32")
    assert "XAA/CCPCJ/32~prepared.en@2 changed" in added.out


def test_what_a_night_would_have_put_aside_is_asked_about(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    for number, code in enumerate(("NOR", "VUT")):
        (tmp_path / f"{code}.txt").write_text(speech(number, country=code), encoding="utf-8")
        added = archive("add", f"{code}.txt", "--as", f"{code}/UNGA/79~prepared.en")
        assert (added.code, added.out.count("\n")) == (0, 1), added.out
    (tmp_path / "more.txt").write_text(f"{speech(0, country='NOR')} {speech(9, 700)}", encoding="utf-8")
    for ordinal, name, why in (
        (2, "VUT", "other country, the same text as VUT/UNGA/79~prepared.en"),
        (3, "more", "swollen, "),
    ):
        added = archive("add", f"{name}.txt", "--as", "NOR/UNGA/79")
        undo = f"tracker withdraw NOR/UNGA/79~prepared.en@{ordinal} --reason TEXT --authority NAME"
        assert f"a night would have asked a person first: {why}" in added.out
        assert undo in added.out
        assert archive(*undo.split()[1:]).code == 0
        assert archive("show", "NOR/UNGA/79", "--raw").out.strip() == speech(0, country="NOR")


def test_what_is_declared_is_shown(archive: Callable[..., Ran]) -> None:
    added = archive(
        "add", "old.txt", "--as", "XAA/HRC/52/item-4", "--date", "2023-03-02", "--title", "On rivers",
        "--speaker", "Ana Reed", "--post", "Minister", "--on-behalf-of", "G77", "--symbol", "A/HRC/52/9",
        "--url", "https://xaa.example/52", "--language", "en", "--kind", "delivered", "--type", "item",
    )  # fmt: skip
    assert added.code == 0, added.err
    shown = archive("show", "XAA/HRC52/item-4").out
    for said in ("2023-03-02", "On rivers", "Ana Reed", "Minister", "G77", "delivered"):
        assert said in shown


@pytest.mark.parametrize(
    "options",
    [
        ("--as", "XAA/CCPCJ"),
        ("--as", "XAA/CCPCJ/32@1"),
        ("--as", "GQX/CCPCJ/32"),
        ("--as", "../x/32"),
        ("--as", ""),
        ("--as", "XAA/CCPCJ/33", "--date", "yesterday"),
        ("--as", "XAA/CCPCJ/33", "--date", "2023-02-30"),
        ("--as", "XAA/CCPCJ/33", "--date", "0000"),
        ("--as", "XAA/CCPCJ/33", "--language", "xx"),
        ("--as", "XAA/CCPCJ/33", "--kind", "sung"),
        ("--as", "XAA/CCPCJ/33~prepared", "--kind", "verbatim"),
    ],
)
def test_a_wrong_declaration_leaves_the_archive_alone(
    archive: Callable[..., Ran], tmp_path: Path, options: tuple[str, ...]
) -> None:
    before = count_rows(tmp_path)
    refused = archive("add", "new.txt", *options)
    assert refused.code == 2
    assert "Traceback" not in refused.err
    assert count_rows(tmp_path) == before


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\n\t", ""),
        ("picture.pdf", PNG, "PNG"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<", "PDF"),
        ("zeros.txt", b"\0" * 4096, ""),
        ("large.txt", b"We welcome this. " * (51 * 1024 * 1024 // 17), "50 MB"),
    ],
)
def test_a_document_without_a_statement_is_refused_whole(
    archive: Callable[..., Ran], tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    before = count_rows(tmp_path)
    # The good file before the bad one is not kept either: all or nothing.
    refused = archive("add", "new.txt", name, "--as", "XAA/CCPCJ/34")
    assert refused.code == 2
    assert name in refused.err
    assert said in refused.err
    assert len(refused.err.splitlines()) == 1
    assert count_rows(tmp_path) == before
    compared = archive("diff", "new.txt", name)
    assert (compared.code, compared.out) == (2, "")


def test_a_missing_file_and_a_folder_are_refused(archive: Callable[..., Ran]) -> None:
    assert archive("add", "nothing.txt", "--as", "XAA/CCPCJ/34").err.count("nothing.txt") == 1
    assert "directory" in archive("add", "snapshots", "--as", "XAA/CCPCJ/34").err


RECORDING = {
    "add": ("add", "old.txt", "--as", "XAA/CCPCJ/32"),
    "a folder": ("import", "texts", "--body", "CCPCJ", "--country", "XAA", "--pattern", "{session}.txt"),
    "a repository": ("import", "repo", "--path", "32.txt", "--as", "XAA/CCPCJ/32"),
    "a source": ("sources", "add", "https://a.example/32", "--as", "XAA/CCPCJ/32"),
    "an expectation": ("expect", "XAA/CCPCJ/34", "--by", "Ana"),
    "a group": ("groups", "edit", "ALLIES", "--add", "XAA", "--source", "treaty", "--by", "Ana"),
}


@pytest.mark.parametrize("name", RECORDING)
def test_what_records_first_makes_an_archive_and_says_where(
    tracker: Callable[..., Ran], two_files: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "32.txt").write_bytes(two_files[0].read_bytes())
    make_repository(tmp_path / "repo", [Made("one", {"32.txt": OLD})])
    first = tracker(*RECORDING[name], TRACKER_ARCHIVE="there")
    made = "tracker: made a new archive in there; to have it elsewhere: --archive DIR\n"
    assert (first.code, first.err) == (0, made), first
    assert (tmp_path / "there").stat().st_mode & 0o777 == 0o700
    again = tracker("add", "new.txt", "--as", "XAA/CCPCJ/33", TRACKER_ARCHIVE="there")
    assert (again.code, again.err) == (0, "")
    assert not (tmp_path / "snapshots").exists()


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ((), "expected"),
        (("--due", "2026-10-01"), "expected by 2026-10-01"),
        (("--none",), "no statement"),
        (("--withdraw",), "withdrawn"),
        (("--none", "--withdraw"), "--none takes no --withdraw"),
        (("--none", "--due", "2026-10-01"), "--none takes no --due"),
    ],
)
def test_a_statement_is_expected_by_a_day_was_never_made_or_is_no_longer_expected(
    archive: Callable[..., Ran], words: tuple[str, ...], state: str
) -> None:
    assert archive("expect", "XAA/CCPCJ/34", "--by", "Ana").code == 0
    ran = archive("expect", "XAA/CCPCJ/34", "--by", "Ben", *words)
    if state.startswith("--"):
        assert (ran.code, ran.out, ran.err.strip()) == (2, "", f"tracker: {state}")
        assert "Ana" in archive("expect").out
    else:
        assert (ran.code, ran.out.strip()) == (0, f"XAA/CCPCJ/34 {state}")


REFUSED = {
    "add, of no file": ("add", "nothing.txt", "--as", "XAA/CCPCJ/32"),
    "add, of an empty one": ("add", "empty.txt", "--as", "XAA/CCPCJ/32"),
    "a folder, of no body": ("import", "texts", "--body", "NONE"),
    "a folder, by no pattern": ("import", "texts", "--body", "CCPCJ", "--pattern", "{nothing}"),
    "a folder, of no files": ("import", "texts", "--body", "CCPCJ", "--country", "XAA"),
    "a repository, of no commit": ("import", "repo", "--path", "32.txt", "--as", "XAA/CCPCJ/32"),
    "a WARC, cut off": ("import", "cut.warc", "--as", "XAA/CCPCJ/32"),
    "a WARC, of a watch list": ("import", "cut.warc", "--watched"),
    "a source": ("sources", "add", "nothing.txt", "--as", "XAA/CCPCJ/32"),
    "an expectation": ("expect", "XAA/CCPCJ/34", "--by", "Ana", "--due", "never"),
    "a group": ("groups", "edit", "ALLIES", "--add", "NONE", "--by", "Ana"),
    "a mirror": ("rebuild", "repo"),
    "a night": ("snapshot", "--fail-on", "nothing"),
}
"""Words that are refused, or of which nothing is taken, where there is no archive yet."""


@pytest.mark.parametrize("name", REFUSED)
def test_what_refuses_its_input_leaves_no_archive(
    tracker: Callable[..., Ran], tmp_path: Path, name: str
) -> None:
    place = tmp_path / "there" / "deeper"
    if name == "a night":
        place.mkdir(parents=True)
        watch(place, source("xaa", "XAA/UNGA/79", "https://a.example/79"), 443)
    (tmp_path / "texts").mkdir()
    (tmp_path / "empty.txt").touch()
    (tmp_path / "cut.warc").write_bytes(b"WARC/1.0\r\nhello\r\n\r\n")
    make_repository(tmp_path / "repo", [])
    before = sorted(tmp_path.rglob("*"))
    refused = tracker(*REFUSED[name], "--archive", str(place))
    assert refused.code in {1, 2}, refused
    assert "made a new archive" not in refused.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_night_makes_the_archive_of_a_watch_list(
    tracker: Callable[..., Ran], site: Site, tmp_path: Path
) -> None:
    (tmp_path / "snapshots").mkdir()
    site.say("/79")
    watch(tmp_path / "snapshots", source("xaa", "XAA/UNGA/79", site.url("/79")), site.port)
    assert "no archive at snapshots" in tracker("snapshot", "--dry-run").err
    first = tracker("snapshot", "--quiet")
    assert (first.code, first.err.count("\n")) == (0, 1), first.err
    assert "made a new archive in snapshots" in first.err
    assert "XAA/UNGA/79" in tracker("list").out


def test_a_dry_run_and_what_only_reads_make_none(
    tracker: Callable[..., Ran], two_files: tuple[Path, Path], tmp_path: Path
) -> None:
    make_repository(tmp_path / "repo", [Made("one", {"32.txt": OLD})])
    tried = tracker("import", "repo", "--path", "32.txt", "--as", "XAA/CCPCJ/32", "--dry-run")
    assert (tried.code, tried.err) == (0, ""), tried
    assert "XAA/CCPCJ/32" in tried.out
    for words in (("list",), ("status",), ("verify",), ("judge", "abc1234", "reject", "--by", "Ana")):
        assert tracker(*words).code == 2
    assert tracker("diff", *(path.name for path in two_files)).code == 1
    assert not (tmp_path / "snapshots").exists()


def test_a_mirror_whose_record_is_gone_is_no_place_for_another(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    assert archive("mirror", "update").code == 0
    (tmp_path / "snapshots" / "tracker.db").unlink()
    refused = archive(*RECORDING["add"])
    assert refused.code == 2
    assert "to make it again from that: tracker verify --repair --archive snapshots" in refused.err
    assert not (tmp_path / "snapshots" / "tracker.db").exists()
    assert archive("verify", "--repair").code == 1
    assert archive("list").out.count("XAA/CCPCJ/") == 2


def test_init_twice_harms_nothing(archive: Callable[..., Ran], tmp_path: Path) -> None:
    before = count_rows(tmp_path)
    again = archive("init")
    assert again.code == 2
    assert "already" in again.err
    assert count_rows(tmp_path) == before


def test_a_newer_schema_is_refused(archive: Callable[..., Ran], tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "snapshots" / "tracker.db") as record:
        record.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " SELECT migration_set, '9999_of_the_future', applied_at FROM _sqlite_migrations LIMIT 1"
        )
    record.close()
    for command in (("list",), ("add", "new.txt", "--as", "XAA/CCPCJ/34")):
        refused = archive(*command)
        assert refused.code == 2
        assert "newer" in refused.err


def test_a_text_that_was_altered_behind_our_back_is_not_shown(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    path = tmp_path / "snapshots" / "tracker.db"
    # Every copy of the figure at once, in the text, the segments and the document, as a bad disk would not.
    altered = path.read_bytes().replace(b"8 million euros", b"9 million euros")
    assert altered != path.read_bytes()
    path.write_bytes(altered)
    for command in (("show", "XAA/CCPCJ/33"), ("diff", "XAA/CCPCJ", "32", "33")):
        refused = archive(*command)
        assert (refused.code, refused.out) == (2, "")
        assert "damaged" in refused.err


def test_a_demonstration_is_kept_in_a_new_or_empty_folder_alone(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    refused = tracker("demo", "--keep", "mine")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "tracker: mine is not empty; name a new folder: tracker demo --keep FOLDER\n"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert tracker("demo", "--keep", "empty").code == 0
    again = tracker("demo", "--keep", "empty")
    assert (again.code, "is not empty" in again.err) == (2, True)
    long = tracker("demo", "--keep", "x" * 300)
    assert (long.code, long.err.count("\n"), "File name too long" in long.err) == (2, 1, True)
