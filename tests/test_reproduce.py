"""A comparison is computed again from its JSON, and what was changed since is named."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.running import NEW
from tracker.model.reproduced import Difference, Reproduced, Reproduction
from tracker.record.derived.secret import read_secret, sign
from tracker.report.comparison.provenance import render_reproduced

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

PAIR = ("XAA/CCPCJ", "32", "33")
EMPTY = {"schema_version": "2", "old": 1, "new": 2, "changes": [], "topics": [], "provenance": {}}


@pytest.fixture
def written(archive: Callable[..., Ran], tmp_path: Path) -> Path:
    path = tmp_path / "comparison.json"
    assert archive("diff", *PAIR, "--format", "json", "-o", path).code == 1
    return path


def change(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    comparison = json.loads(path.read_text(encoding="utf-8"))
    edit(comparison)
    path.write_text(json.dumps(comparison), encoding="utf-8")


@pytest.mark.parametrize("encoder", ["default", "none"])
@pytest.mark.parametrize("place", ["snapshots", "elsewhere"])
def test_what_nothing_has_changed_comes_out_the_same(
    archive: Callable[..., Ran], tmp_path: Path, encoder: str, place: str
) -> None:
    path = tmp_path / "comparison.json"
    form = ("--format", "json", "--encoder", encoder, "--sure", ".7", "-o", path)
    archive("diff", *PAIR, *form)
    again = archive("reproduce", path, "--archive", place)
    assert (again.code, again.err) == (0, "")
    assert again.out.startswith("XAA/CCPCJ/32 → XAA/CCPCJ/33: the same\n")
    assert ("the archive in snapshots" in again.out) is (place == "snapshots")


def test_two_files_come_out_the_same(tracker: Callable[..., Ran], two_files: tuple[Path, Path]) -> None:
    tracker("diff", *two_files, "--format", "json", "-o", "files.json")
    assert tracker("reproduce", "files.json").code == 0


def test_it_is_computed_and_not_read_from_what_is_kept(
    archive: Callable[..., Ran], written: Path, tmp_path: Path
) -> None:
    secret = read_secret()
    assert secret
    with closing(sqlite3.connect(tmp_path / "snapshots" / "derived.db")) as derived, derived:
        derived.create_function("sign", -1, partial(sign, secret, "answers"))
        derived.execute("UPDATE answers SET value = replace(value, 'reworded', 'typographic')")
        derived.execute("UPDATE answers SET signature = sign(kind, key, rules, value)")
    # What is kept is believed, as this user has signed it.
    assert "reworded" not in archive("diff", *PAIR, "--format", "json").out
    assert archive("reproduce", written).code == 0


def test_each_value_that_was_changed_is_named(archive: Callable[..., Ran], written: Path) -> None:
    def edit(comparison: dict[str, Any]) -> None:
        comparison["provenance"]["release"] = "0.0.9"
        comparison["topics"][0]["status"] = "moved down"
        comparison["changes"].pop()

    topic = json.loads(written.read_text(encoding="utf-8"))["topics"][0]
    last = json.loads(written.read_text(encoding="utf-8"))["changes"][-1]
    change(written, edit)
    named = archive("reproduce", written)
    assert named.code == 1
    assert "3 differences" in named.out
    found = json.loads(archive("reproduce", written, "--format", "json").out)["differences"]
    assert [each["place"] for each in found] == [
        ["provenance", "release"],
        ["changes", last["id"]],
        ["topics", topic["topic"], "status"],
    ]
    assert (found[2]["then"], found[2]["now"]) == ("moved down", topic["status"])
    assert (found[1]["then"], json.loads(found[1]["now"])) == (None, last)


def test_a_text_that_was_changed_in_the_file_is_named(archive: Callable[..., Ran], written: Path) -> None:
    def edit(comparison: dict[str, Any]) -> None:
        version = comparison["new"]["version"]
        version["text"] = version["text"].replace("8 million", "9 million")
        for segment in version["segments"]:
            segment["text"] = segment["text"].replace("8 million", "9 million")

    change(written, edit)
    named = archive("reproduce", written)
    assert named.code == 1
    assert "The texts" in named.out
    assert "the texts in the file" in named.out


def test_another_vocabulary_is_named_first(
    archive: Callable[..., Ran], written: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_text("id,label,terms\nrivers,Rivers,river\n", encoding="utf-8")
    named = archive("reproduce", written, "--vocabulary", "own.csv")
    assert named.code == 1
    assert named.out.index("provenance · vocabulary") < named.out.index("topics ·")
    assert "topics · corruption: only in the file" in named.out


def test_a_new_snapshot_of_the_session_does_not_matter(
    archive: Callable[..., Ran], written: Path, tmp_path: Path
) -> None:
    (tmp_path / "newer.txt").write_text(NEW + "\nWe thank the host.\n", encoding="utf-8")
    assert archive("add", "newer.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared").code == 0
    again = archive("reproduce", written)
    assert (again.code, "the archive in snapshots" in again.out) == (0, True)


def test_a_decision_made_since_is_named(archive: Callable[..., Ran], written: Path) -> None:
    changes = json.loads(written.read_text(encoding="utf-8"))["changes"]
    name = next(each["id"] for each in changes if each["operation"] == "reworded")
    assert archive("judge", name, "reject", "--by", "Ana").code == 0
    assert archive("reproduce", written).code == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is no comparison"),
        ("{}", "is no comparison"),
        ("[" * 100_000, "is no comparison"),
        (json.dumps(EMPTY | {"schema_version": "1"}), "version '1'; this release reads 2"),
        (json.dumps(EMPTY | {"schema_version": "3"}), "version '3'"),
        (json.dumps(EMPTY), "is damaged"),
    ],
)
def test_what_is_no_comparison_is_refused_in_one_line(
    tracker: Callable[..., Ran], tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "comparison.json").write_text(content, encoding="utf-8")
    refused = tracker("reproduce", "comparison.json")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert said in refused.err


def test_a_segment_out_of_its_place_is_refused(archive: Callable[..., Ran], written: Path) -> None:
    change(written, lambda comparison: comparison["old"]["version"]["segments"][2].update(start=0, end=4))
    refused = archive("reproduce", written)
    assert (refused.code, "is damaged" in refused.err) == (2, True)


def test_a_file_that_is_not_there_is_trouble(tracker: Callable[..., Ran]) -> None:
    assert tracker("reproduce", "none.json").code == 2


@pytest.mark.parametrize("number", [1, 20, 21, 25])
def test_of_many_differences_the_rest_is_counted_and_of_few_none(number: int) -> None:
    differences = tuple(Difference("finding", (f"t{at}",), "a", "b") for at in range(number))
    report = Reproduced("old", "new", None, (), 0, number, differences)
    shown = render_reproduced(Reproduction((report,), None))
    named = sum(f"t{at}:" in shown for at in range(number))
    rest = re.findall(r"and (-?\d+) more", shown)
    assert named + sum(map(int, rest)) == number
    assert bool(rest) == (number > named)
