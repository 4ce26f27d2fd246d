from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.running import count_rows
from tracker.workflows.importing.engine import BATCH
from tracker.workflows.importing.folder import import_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

PATTERN = ("--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt")


@pytest.fixture
def corpus(tracker: Callable[..., Ran], tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    for country, session, year in (("XAA", 78, 2023), ("XAA", 79, 2024), ("XAB", 79, 2024)):
        path = folder / country / f"{session}_{year}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"Mr. President,\n\n{country} supports the rivers of {year}. We thank you.\n", encoding="utf-8"
        )
    assert tracker("init").code == 0
    return folder


def test_a_folder_is_imported_and_again_nothing_changes(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path
) -> None:
    first = tracker("import", corpus, *PATTERN)
    assert (first.code, first.out) == (0, "3 files: 3 new, 0 changed, 0 unchanged, 0 skipped\n")
    rows = count_rows(tmp_path)
    again = tracker("import", corpus, *PATTERN)
    assert again.out == "3 files: 0 new, 0 changed, 3 unchanged, 0 skipped\n"
    assert count_rows(tmp_path) == rows


def test_an_interrupted_import_goes_on_after_its_last_batch(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path
) -> None:
    for year in range(BATCH):
        path = corpus / "XAC" / f"{1 + year}_{1901 + year}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"Mr. President, this is what we say in {1901 + year}. We thank you.\n", encoding="utf-8"
        )

    def interrupt(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_folder(
            corpus, "UNGA", PATTERN[-1], tmp_path / "snapshots", "2026-01-01T00:00:00Z", progress=interrupt
        )
    ran = tracker("import", corpus, *PATTERN)
    assert ran.out == f"{BATCH + 3} files: 3 new, 0 changed, {BATCH} unchanged, 0 skipped\n"


def test_what_is_skipped_is_listed_with_the_reason(tracker: Callable[..., Ran], corpus: Path) -> None:
    (corpus / "XAA" / "._78_2023.txt").write_bytes(b"\0\5\x16\7")
    (corpus / "readme.txt").write_text("About this folder.", encoding="utf-8")
    assert tracker("import", corpus, *PATTERN).code == 0
    (corpus / "XAA" / "77_2022.txt").write_bytes(b"")
    (corpus / "QQQ").mkdir()
    (corpus / "QQQ" / "79_2024.txt").write_text("A text.", encoding="utf-8")
    ran = tracker("import", corpus, *PATTERN)
    assert ran.code == 1
    skipped = [line.split()[1].rstrip(":") for line in ran.out.splitlines()[1:]]
    assert skipped == ["QQQ/79_2024.txt", "XAA/._78_2023.txt", "XAA/77_2022.txt", "readme.txt"]


def test_a_table_says_who_spoke(tracker: Callable[..., Ran], corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "speakers.csv").write_text(
        "\ufeffYear,Session,ISO Code,Name of Person Speaking,Post\n2024,79,XAA,Ana Reed ,President\n",
        encoding="utf-8",
    )
    ran = tracker(
        "import", corpus, *PATTERN, "--metadata", "speakers.csv",
        "--column", "country=ISO Code", "--column", "speaker=Name of Person Speaking",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    entries = json.loads(tracker("list", "--format", "json").out)
    speakers = {entry["reference"].partition("~")[0]: (entry["speaker"], entry["post"]) for entry in entries}
    assert speakers["XAA/UNGA/79"] == ("Ana Reed", "President")
    assert speakers["XAA/UNGA/78"] == (None, None)
    assert {entry["delivered"] for entry in entries} == {"2023", "2024"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--pattern", "{country}/{sesion}.txt"), "sesion"),
        (("--pattern", "{country}.txt"), "session"),
        (("--body", "UNGAA"), "UNGAA"),
        (("--metadata", "none.csv"), "none.csv"),
        (("--column", "speaker=Name"), "--metadata"),
        (("--kind", "sung"), "sung"),
    ],
)
def test_a_wrong_option_imports_nothing(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path, arguments: tuple[str, str], said: str
) -> None:
    ran = tracker("import", corpus, *PATTERN, *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert count_rows(tmp_path)["snapshots"] == 0


def test_a_row_that_names_no_statement_is_listed_with_its_line(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path
) -> None:
    (tmp_path / "s.csv").write_text("country,session,speaker\nXAA,79,A\nNowhere,79,B\n", encoding="utf-8")
    ran = tracker("import", corpus, *PATTERN, "--metadata", "s.csv")
    assert ran.code == 0
    assert "s.csv, line 3: unknown country 'Nowhere'" in ran.out
    entries = json.loads(tracker("list", "XAA/UNGA/79", "--format", "json").out)
    assert entries[0]["speaker"] == "A"


def test_a_kind_that_nobody_declared_is_marked_as_inferred(tracker: Callable[..., Ran], corpus: Path) -> None:
    assert tracker("import", corpus, *PATTERN).code == 0
    entries = json.loads(tracker("list", "--format", "json").out)
    assert [entry["kind_inferred"] for entry in entries] == [True] * 3


def test_a_kind_may_be_declared_for_all(tracker: Callable[..., Ran], corpus: Path) -> None:
    assert tracker("import", corpus, *PATTERN, "--kind", "verbatim").code == 0
    entries = json.loads(tracker("list", "--format", "json").out)
    assert {(entry["reference"].partition("~")[2], entry["kind_inferred"]) for entry in entries} == {
        ("verbatim.en", False)
    }


def test_a_pattern_that_fits_nothing_is_a_finding(tracker: Callable[..., Ran], corpus: Path) -> None:
    ran = tracker("import", corpus, "--body", "UNGA", "--pattern", "{country}/{session}.pdf")
    assert ran.code == 1
    assert "3 skipped" in ran.out
