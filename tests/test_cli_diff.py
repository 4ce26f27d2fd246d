from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

FORMS = [
    ("XAA/CCPCJ", "32", "33"),
    ("XAA/CCPCJ",),
    ("XAA/CCPCJ", "33"),
    ("XAA/CCPCJ/32", "XAA/CCPCJ/33"),
    ("xaa/ccpcj", "32nd", "33rd session"),
]


@pytest.mark.parametrize("arguments", FORMS)
def test_every_form_of_reference_gives_the_same_answer(
    archive: Callable[..., Ran], arguments: tuple[str, ...]
) -> None:
    answer = archive("diff", *arguments, "--format", "json")
    assert answer.code == 1, answer.err
    assert answer.out == archive("diff", *FORMS[0], "--format", "json").out


def test_files_and_references_mix(archive: Callable[..., Ran]) -> None:
    by_reference = json.loads(archive("diff", "XAA/CCPCJ", "--format", "json").out)
    by_file = json.loads(archive("diff", "old.txt", "XAA/CCPCJ/33", "--format", "json").out)
    assert by_reference["changes"] == by_file["changes"]


def test_two_files_need_no_archive(tracker: Callable[..., Ran], two_files: tuple[Path, Path]) -> None:
    answer = tracker("diff", *two_files)
    assert answer.code == 1
    assert "Corruption" in answer.out


def test_standard_input_is_a_side(tracker: Callable[..., Ran], two_files: tuple[Path, Path]) -> None:
    answer = tracker("diff", two_files[0], "-", stdin=two_files[0].read_bytes())
    assert answer.code == 0, answer.err


def test_the_same_text_is_exit_0(tracker: Callable[..., Ran], two_files: tuple[Path, Path]) -> None:
    assert tracker("diff", two_files[0], two_files[0]).code == 0


def test_what_the_report_says(archive: Callable[..., Ran]) -> None:
    report = archive("diff", "XAA/CCPCJ", "--all").out
    for said in ("Cybercrime", "not repeated", "+3 million", "2025", "2026"):
        assert said in report
    assert max(map(len, report.splitlines())) <= 80


def test_stat_counts(archive: Callable[..., Ran]) -> None:
    stat = archive("diff", "XAA/CCPCJ", "--stat").out
    assert 0 < len(stat.splitlines()) < 20


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_output_goes_to_a_file(archive: Callable[..., Ran], tmp_path: Path, form: str) -> None:
    answer = archive("diff", "XAA/CCPCJ", "--format", form, "--output", "report")
    assert (answer.code, answer.out) == (1, "")
    assert (tmp_path / "report").read_text(encoding="utf-8") == archive(
        "diff", "XAA/CCPCJ", "--format", form
    ).out


def test_an_output_that_cannot_be_written_is_trouble(archive: Callable[..., Ran]) -> None:
    answer = archive("diff", "XAA/CCPCJ", "--output", "nowhere/report")
    assert answer.code == 2
    assert "nowhere/report" in answer.err


def test_an_unknown_filter_lists_the_known_ones(archive: Callable[..., Ran]) -> None:
    answer = archive("diff", "XAA/CCPCJ", "--only", "newer")
    assert answer.code == 2
    assert "dropped" in answer.err


def test_a_path_that_is_a_reference_too_is_an_error(archive: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "XAA" / "CCPCJ").mkdir(parents=True)
    (tmp_path / "XAA" / "CCPCJ" / "33").write_text("A statement of its own.", encoding="utf-8")
    answer = archive("diff", "XAA/CCPCJ/32", "XAA/CCPCJ/33")
    assert answer.code == 2
    assert "./XAA/CCPCJ/33" in answer.err
    assert archive("diff", "XAA/CCPCJ/32", "./XAA/CCPCJ/33").code == 1


def test_no_colour_in_a_pipe_and_colour_when_asked(archive: Callable[..., Ran]) -> None:
    assert "\x1b[" not in archive("diff", "XAA/CCPCJ").out
    assert "\x1b[" in archive("diff", "XAA/CCPCJ", "--color", "always").out


def test_the_same_answer_each_time(archive: Callable[..., Ran]) -> None:
    runs = {
        archive("diff", "XAA/CCPCJ", "--format", "json", PYTHONHASHSEED=str(seed)).out for seed in range(3)
    }
    assert len(runs) == 1


def test_kinds_that_differ_are_announced(archive: Callable[..., Ran], two_files: tuple[Path, Path]) -> None:
    archive("add", two_files[1], "--as", "XAA/CCPCJ/34", "--kind", "verbatim")
    report = archive("diff", "XAA/CCPCJ", "32", "34").out
    assert "different kinds of text" in report
    shifts = json.loads(archive("diff", "XAA/CCPCJ", "32", "34", "--format", "json").out)["changes"]
    assert "strength" not in {shift["axis"] for change in shifts for shift in change["shifts"]}
