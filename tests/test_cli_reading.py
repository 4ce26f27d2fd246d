from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.outputs import PRINTED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran


def test_list_names_every_edition(archive: Callable[..., Ran]) -> None:
    listed = archive("list")
    assert listed.code == 0
    assert "XAA/CCPCJ/32" in listed.out
    assert "XAA/CCPCJ/33" in listed.out


def test_list_as_json_is_read_by_a_program(archive: Callable[..., Ran]) -> None:
    entries = json.loads(archive("list", "XAA/CCPCJ/33", "--format", "json").out)["statements"]
    assert [entry["reference"] for entry in entries] == ["XAA/CCPCJ/33~prepared.en"]


def test_the_archive_option_stands_before_or_behind_the_command(archive: Callable[..., Ran]) -> None:
    before, behind = archive("--archive", "snapshots", "list"), archive("list", "--archive", "snapshots")
    by_variable = archive("list", TRACKER_ARCHIVE="snapshots")
    assert before.out == behind.out == by_variable.out != ""


def test_show_numbers_paragraphs(archive: Callable[..., Ran]) -> None:
    shown = archive("show", "XAA/CCPCJ/32").out
    assert "Corruption is our first priority." in shown
    assert "3" in shown


def test_show_raw_is_the_text_before_cleaning(
    archive: Callable[..., Ran], two_files: tuple[Path, Path]
) -> None:
    assert archive("show", "XAA/CCPCJ/32", "--raw").out == two_files[0].read_text(encoding="utf-8")


def test_log_counts_snapshots(archive: Callable[..., Ran], two_files: tuple[Path, Path]) -> None:
    archive("add", two_files[1], "--as", "XAA/CCPCJ/32", "--kind", "prepared")
    entries = json.loads(archive("log", "XAA/CCPCJ/32", "--format", "json").out)["snapshots"]
    assert [entry["reference"].rpartition("@")[2] for entry in entries] == ["1", "2"]


def test_search_finds_a_passage_and_its_place(archive: Callable[..., Ran]) -> None:
    found = archive("search", "corruption AND contract")
    assert found.code == 0
    assert "XAA/CCPCJ/32" in found.out
    assert "XAA/CCPCJ/33" not in found.out


@pytest.mark.parametrize("query", ['"', "AND", "a-b", "A/RES/78/1", "(", "*", "NEAR(", "^", ":"])
def test_an_odd_query_is_answered_or_refused_on_one_line(archive: Callable[..., Ran], query: str) -> None:
    found = archive("search", query)
    assert found.code in {0, 2}
    assert "Traceback" not in found.err
    assert len(found.err.splitlines()) <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "GRB/UNGA/79"), "GRB"),
        (("show", "GBR/UNGAA/79"), "UNGAA"),
        (("show", "GBR"), "GBR"),
        (("show", "GBR/UNGA/79//x"), "GBR/UNGA/79"),
        (("show", "GBR/UNGA/79~sung"), "sung"),
        (("show", "XAA/CCPCJ/29"), "29"),
        (("show", "XAA/CCPCJ"), "session"),
        (("show", "XAA/CCPCJ/33@9"), "9"),
        (("log", "GBR/UNGA"), "GBR"),
        (("diff", "XAA/CCPCJ", "31", "33"), "31"),
        (("diff", "XAA/CCPCJ/33"), "XAA/CCPCJ"),
        (("diff", "missing.txt", "XAA/CCPCJ/33"), "missing.txt"),
        (("diff", "./snapshots", "XAA/CCPCJ/33"), "directory"),
        (("diff", "a" * 300, "XAA/CCPCJ/33"), "longer than 200"),
        (("diff", "XAA/CCPCJ", "a" * 300), "aaa"),
        (("show", f"./{'a' * 300}"), "name too long"),
        (("show", "~nobody-of-that-name/a"), "no such file"),
        # Python 3.14 takes a name that is too long for one that is not there.
        (
            ("list", "--archive", "a" * 300),
            "no archive at" if sys.version_info >= (3, 14) else "name too long",
        ),
        (("init", "--archive", "a" * 300), "name too long"),
        (("export", "warc", "a" * 300), "name too long"),
        (("list", "--archive", "nowhere"), "tracker add or import makes one"),
    ],
)
def test_a_wrong_name_is_one_clear_line_and_exit_2(
    archive: Callable[..., Ran], arguments: tuple[str, ...], message: str
) -> None:
    ran = archive(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


def test_escapes_in_a_statement_are_shown_and_not_sent(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    hostile = "\x1b]0;owned\x07We welcome \x1b[31mthe\x9b5m report\r of the Fund. It is good.\n"
    (tmp_path / "hostile.txt").write_text(hostile, encoding="utf-8")
    told = ("--title", "\x1b[2Jtitle", "--speaker", "\x1b[1mA")
    assert tracker("init").code == 0
    assert tracker("add", "hostile.txt", "--as", "XAA/UNGA/79", *told).code == 0
    outputs = [
        tracker(*command).out
        for command in (
            ("show", "XAA/UNGA/79"),
            ("show", "XAA/UNGA/79", "--raw"),
            ("list",),
            ("log", "XAA/UNGA/79"),
            ("search", "report"),
            ("diff", "hostile.txt", "XAA/UNGA/79", "--all"),
            *(
                ("diff", "hostile.txt", "XAA/UNGA/79", "--format", form)
                for form in PRINTED
                if form != "jsonl"
            ),
        )
    ]
    assert all(outputs)
    assert not [text for text in outputs if set(text) & {"\x1b", "\x07", "\x9b", "\r"}]
