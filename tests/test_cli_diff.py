from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.outputs import PRINTED
from tests.thorough import some
from tracker.comparing.topics.certainty import SENTENCE_FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable

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


def test_the_language_of_short_files_is_said(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    texts = {"old.txt": "Plan n. 2: OK. No!", "new.txt": "Plan n. 3: OK. No!"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [tmp_path / name for name in texts]
    said = json.loads(tracker("diff", *files, "--language", "es", "--format", "json").out)
    assert {said[side]["version"]["language"] for side in ("old", "new")} == {"es"}
    detected = json.loads(tracker("diff", *files, "--format", "json").out)
    assert {detected[side]["version"]["language"] for side in ("old", "new")} != {"es"}


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


@pytest.mark.parametrize("form", PRINTED)
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
    assert "house style differs for that reason alone" in report
    shifts = json.loads(archive("diff", "XAA/CCPCJ", "32", "34", "--format", "json").out)["changes"]
    assert "strength" not in {shift["axis"] for change in shifts for shift in change["shifts"]}


@pytest.mark.parametrize("output", ["old.txt", "snapshots/tracker.db", "snapshots/report.txt"])
def test_an_answer_never_replaces_what_it_is_made_of(
    archive: Callable[..., Ran], tmp_path: Path, output: str
) -> None:
    before = (tmp_path / "old.txt").read_bytes(), (tmp_path / "snapshots" / "tracker.db").read_bytes()
    refused = archive("diff", "old.txt", "XAA/CCPCJ/33", "--output", output)
    assert refused.code == 2
    assert output in refused.err
    assert (
        (tmp_path / "old.txt").read_bytes(),
        (tmp_path / "snapshots" / "tracker.db").read_bytes(),
    ) == before


@pytest.mark.parametrize("command", [("diff", "XAA/CCPCJ"), ("list",)])
def test_a_full_disk_behind_standard_output_is_trouble(
    archive: Callable[..., Ran], tmp_path: Path, command: tuple[str, ...]
) -> None:
    # What is computed here is read by the process below, which need not load an encoder.
    assert archive("diff", "XAA/CCPCJ").code == 1
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "tracker", *command],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ran.returncode == 2
    assert ran.stderr.decode().splitlines() == ["tracker: standard output: No space left on device"]


def test_a_reader_that_has_gone_is_no_error(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive("diff", "XAA/CCPCJ").code == 1
    piped = f"{sys.executable} -m tracker diff XAA/CCPCJ --all --format json | head -n 1"
    ran = subprocess.run(piped, shell=True, cwd=tmp_path, capture_output=True, check=True)  # noqa: S602
    assert (ran.stdout, ran.stderr) == (b"{\n", b"")


@pytest.mark.parametrize(
    ("line", "code"),
    some(
        2,
        [
            ("list | true", 0),
            ("diff XAA/CCPCJ --all | true", 1),
            ("list >&-", 0),
            ("diff XAA/CCPCJ 2>&-", 1),
            ("show nowhere.txt 2>&-", 2),
            ("list <&- >&- 2>&-", 0),
        ],
    ),
)
def test_an_exit_code_is_kept_whoever_listens(
    archive: Callable[..., Ran], tmp_path: Path, line: str, code: int
) -> None:
    command = f"{sys.executable} -m tracker {line}; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (code, b"")
    assert archive("verify").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("old.txt", "new.txt", "old.txt"), "3 operands"),
        (("XAA/CCPCJ", "32", "33", "34"), "4 operands"),
        (("", "new.txt"), "empty name"),
        (("XAA/CCPCJ", "--stat", "--format", "json"), "--stat"),
        (("XAA/CCPCJ", "--only", "new", "--format", "json"), "--only"),
        (("XAA/CCPCJ", "--topic", "corruption", "--format", "json"), "--topic applies to text"),
        (("XAA/CCPCJ", "--topic", "corruption", "--stat"), "--topic applies to text"),
        (("XAA/CCPCJ", "--only", "new", "--methods"), "--only applies to text"),
        (("XAA/CCPCJ", "--explain", "corruption", "--format", "json"), "--explain prints text alone"),
        (("XAA/CCPCJ", "--explain", "corruption", "--format", "html"), "--explain prints text alone"),
        (("XAA/CCPCJ", "--explain", "corruption", "--stat"), "--explain prints text alone"),
        (("XAA/CCPCJ", "--language", "fr"), "--language is of files"),
        (("CCPCJ", "32", "33", "--countries", "XAA", "--language", "fr"), "--language"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    archive: Callable[..., Ran], arguments: tuple[str, ...], said: str
) -> None:
    refused = archive("diff", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err


def test_a_file_is_never_named_like_a_reference(archive: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "XAA" / "CCPCJ").mkdir(parents=True)
    (tmp_path / "XAA" / "CCPCJ" / "32").write_text("A statement of its own.", encoding="utf-8")
    assert "./XAA/CCPCJ/32" in archive("diff", "./XAA/CCPCJ/32", "new.txt").out
    # A folder of that name is no statement, and stands in nobody's way.
    assert archive("diff", "XAA/CCPCJ", "32", "33").code == 1


def test_a_change_is_explained_by_its_candidates_thresholds_and_rules(archive: Callable[..., Ran]) -> None:
    changes = json.loads(archive("diff", "XAA/CCPCJ", "--format", "json").out)["changes"]
    (softened,) = [c for c in changes if any("will > intends to" in shift["rule"] for shift in c["shifts"])]
    explained = archive("diff", "XAA/CCPCJ", "--explain", softened["id"][:7])
    assert explained.code == 1, explained.err
    for said in (
        softened["id"],
        f"probability {softened['confidence']:.4f}",
        "from 0.50",
        "taken",
        "+3 million",
    ):
        assert said in explained.out
    assert max(map(len, explained.out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["", "#"])
def test_an_unknown_change_is_trouble(archive: Callable[..., Ran], name: str) -> None:
    refused = archive("diff", "XAA/CCPCJ", "--explain", name)
    assert (refused.code, refused.out) == (2, "")
    assert "is not a change id" in refused.err


def test_words_alone_are_recorded_as_such(archive: Callable[..., Ran]) -> None:
    by_words = json.loads(archive("diff", "XAA/CCPCJ", "--encoder", "none", "--format", "json").out)
    assert by_words["provenance"]["encoder"] == "none"
    by_default = json.loads(archive("diff", "XAA/CCPCJ", "--format", "json").out)
    assert by_default["provenance"]["encoder"].startswith("use-multilingual-3")


def test_the_share_of_true_claims_is_chosen_and_kept_in_provenance(archive: Callable[..., Ran]) -> None:
    claimed = {}
    for sure in ("0.9", ".8", ".7"):
        data = json.loads(archive("diff", *FORMS[0], "--sure", sure, "--format", "json").out)
        assert data["provenance"]["sure"] == float(sure)
        claimed[sure] = {each["topic"] for each in data["topics"] if each["status"]}
    assert set() < claimed["0.9"] <= claimed[".8"] <= claimed[".7"]
    refused = archive("diff", *FORMS[0], "--sure", ".5")
    assert (refused.code, refused.out) == (2, "")
    assert "--sure 0.5: expected one of .9, .8, .7" in refused.err


def test_every_view_counts_the_same_sentences(archive: Callable[..., Ran]) -> None:
    data = json.loads(archive("diff", "XAA/CCPCJ", "32", "33", "--format", "json").out)
    for change in data["topics"]:
        shown = archive("diff", "XAA/CCPCJ", "32", "33", "--topic", change["topic"], "--encoder", "none").out
        counts = [len(side["segments"]) if (side := change[name]) else 0 for name in ("old", "new")]
        assert list(map(int, re.findall(r"^3[23], (\d+) SENTENCES? COUNTED", shown, re.MULTILINE))) == counts


def test_one_topic_is_shown_whole_and_explained(archive: Callable[..., Ran]) -> None:
    shown = archive("diff", "XAA/CCPCJ", "32", "33", "--topic", "cybercrime")
    assert "CYBERCRIME" in shown.out
    assert "*cybercrime*" in shown.out.lower()
    why = archive("diff", "XAA/CCPCJ", "32", "33", "--explain", "cybercrime").out
    why = " ".join(why.split())
    assert "a careful reader calls it a priority with probability 0." in why
    named = set(re.findall(r"(?:0\.\d\d|,) ([^,“\d]+) [+−]\d\.\d\d", why))
    assert set() < named <= set(SENTENCE_FEATURES.values())
    group = " ".join(archive("diff", "XAA/CCPCJ", "32", "33", "--explain", "cybercrime-domain").out.split())
    assert "CYBERCRIME TREATY PROCESS" in group
    assert re.search(r"NAMED ON NEITHER SIDE \(\d\): ", group)
    refused = archive(
        "judge", "XAA/CCPCJ/33", "--topic", "cybercrime-domain", "--level", "absent", "--by", "Ana"
    )
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert "stands for several topics; name one of them: cybercrime" in refused.err
    unknown = archive("diff", "XAA/CCPCJ", "32", "33", "--explain", "zzz")
    assert (unknown.code, len(unknown.err.splitlines())) == (2, 1)
    assert "has no topic 'zzz'" in unknown.err
