"""What is open as a sheet: written, saved by other programs, filled in, taken back in whole or in part."""

from __future__ import annotations

import csv
import json
import re
import shutil
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from tests.archives import declare, record
from tests.conftest import run_tracker
from tests.pairs import COUNTRIES, make_pairs
from tests.test_settling import NEW
from tracker.archive import open_store
from tracker.comparing.topics.decided import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

Row = dict[str, str]


@pytest.fixture(scope="module")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with twenty pairs that differ a little, and the sheet of all of them."""
    folder = tmp_path_factory.mktemp("sheets")
    make_pairs(folder)
    ran = run_tracker(folder, "judge", "UNGA", "32", "33", "--to", "open.csv")
    assert ran.code == 0, ran
    assert "rows on 20 pairs" in ran.err
    return folder


@pytest.fixture
def folder(_made_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(_made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def read(folder: Path, name: str = "open.csv") -> list[Row]:
    return list(csv.DictReader(StringIO((folder / name).read_text(encoding="utf-8-sig"))))


def write(rows: list[Row], separator: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def fill(rows: list[Row]) -> list[Row]:
    """Answer each row with levels that follow from its place, so that each one is another."""
    chosen = [(LEVELS[at % 5], LEVELS[at // 5 % 5]) for at in range(len(rows))]
    return [
        {**row, "old_level": old, "new_level": new, "coder": "Ana", "note": "so; “it” is"}
        for row, (old, new) in zip(rows, chosen, strict=True)
    ]


def decided(folder: Path) -> set[tuple[str, str, str, str, str | None]]:
    ran = run_tracker(folder, "decisions", "--format", "json")
    rows = json.loads(ran.out)["decisions"]
    return {(each["new"], each["id"], each["label"], each["person"], each["note"]) for each in rows}


def wanted(rows: list[Row]) -> set[tuple[str, str, str, str, str | None]]:
    return {
        (row[side], row["topic"], row[f"{side}_level"], row["coder"], row["note"] or None)
        for row in rows
        for side in ("old", "new")
        if row[f"{side}_level"] in LEVELS
    }


SAVED: dict[str, Callable[[list[Row]], bytes]] = {
    "LibreOffice": lambda rows: write(rows).encode(),
    "LibreOffice, all quoted": lambda rows: write(rows, quoting=csv.QUOTE_ALL).encode(),
    "Excel, UTF-8": lambda rows: write(rows).encode("utf-8-sig"),
    "Excel in Europe": lambda rows: write(rows, ";").encode("utf-8-sig"),
    "Excel, Unicode text": lambda rows: write(rows, "\t").encode("utf-16"),
    "Google": lambda rows: write([dict(reversed(row.items())) for row in rows]).encode(),
    "by hand": lambda rows: (
        write([{**row, "possible": "1.3.2026", "old_level": f" {row['old_level'].title()} "} for row in rows])
        .replace("\r\n", "\n")
        .encode()
        + b",,,,\n\n"
    ),
}


@pytest.mark.parametrize("program", SAVED)
def test_twenty_pairs_go_out_and_come_back(folder: Path, program: str) -> None:
    rows = fill(read(folder))
    assert len({(row["old"], row["new"]) for row in rows}) == len(COUNTRIES)
    (folder / "back.csv").write_bytes(SAVED[program](rows))
    ran = run_tracker(folder, "judge", "--from", "back.csv")
    assert (ran.code, ran.err) == (0, ""), ran
    assert decided(folder) == wanted(rows)
    again = run_tracker(folder, "judge", "--from", "back.csv")
    assert (again.code, again.out) == (0, "the sheet holds nothing new\n")


def test_excels_sheet_in_the_encoding_of_a_country_says_how_to_save_it(folder: Path) -> None:
    (folder / "back.csv").write_bytes(write(fill(read(folder)), ";").encode("cp1252"))
    ran = run_tracker(folder, "judge", "--from", "back.csv")
    assert (ran.code, ran.err) == (2, "tracker: back.csv is not UTF-8; save it as CSV in UTF-8\n")
    assert decided(folder) == set()


def test_a_part_of_it_may_come_back_and_one_side_alone(folder: Path) -> None:
    rows = fill(read(folder))[::3]
    rows[0]["old_level"] = ""
    (folder / "back.csv").write_text(write(rows), encoding="utf-8")
    assert run_tracker(folder, "judge", "--from", "back.csv").code == 0
    assert decided(folder) == wanted(rows)


def test_it_shows_what_there_is_to_read(folder: Path) -> None:
    row = next(each for each in read(folder) if "fisheries" in each["old_text"])
    assert row["possible"].startswith("likely ")
    assert row["old_text"].startswith("¶3: «We will fight corruption")
    assert "*fisheries*" in row["old_text"]
    assert (row["old_level"], row["new_level"], row["coder"], row["note"]) == ("", "", "", "")


def test_who_is_not_sure_decides_nothing_and_is_shown(folder: Path) -> None:
    row = {**next(each for each in read(folder) if each["topic"] == "debt"), "coder": "Ana"}

    def answer(old: str, new: str) -> Ran:
        (folder / "back.csv").write_text(write([{**row, "old_level": old, "new_level": new}]), "utf-8")
        return run_tracker(folder, "judge", "--from", "back.csv", "--by", "Ana")

    def show() -> str:
        sides = (row[side].split("~")[0] for side in ("old", "new"))
        return " ".join(run_tracker(folder, "diff", *sides, "--all").out.split())

    assert "1 answer: not sure" in answer("not sure", "substantive").out
    assert {(label, person) for *_, label, person, _ in decided(folder)} == {("substantive", "Ana")}
    shown = show()
    assert "Ana was not sure about 1 topic." in shown
    assert re.search(r"read by Ana, [0-9-]{10}: not sure about 32 ", shown)
    assert "weighs" not in shown
    assert answer("not sure", "substantive").out == "the sheet holds nothing new\n"
    # Who is sure by now is not told as unsure.
    assert answer("absent", "substantive").code == 0
    assert "not sure" not in show()
    # And who no longer is takes back what was decided.
    answer("not sure", "substantive")
    assert "not sure about 32 " in show()
    assert {label for *_, label, _, _ in decided(folder)} == {"substantive"}


def test_countries_and_all_choose_the_rows(folder: Path) -> None:
    for name, more in (("few.csv", ()), ("all.csv", ("--all",))):
        ran = run_tracker(folder, "judge", "UNGA", "32", "33", "--countries", "GBR,FRA", "--to", name, *more)
        assert ran.code == 0, ran
    few, every = read(folder, "few.csv"), read(folder, "all.csv")
    assert {row["old"][:3] for row in few} == {"GBR", "FRA"}
    assert {(row["old"], row["topic"]) for row in few} < {(row["old"], row["topic"]) for row in every}
    assert any(not row["possible"].startswith("likely") for row in every)


def test_an_answer_to_what_has_changed_since_says_why_it_does_not_fit(folder: Path) -> None:
    rows = fill(read(folder))
    with open_store(folder / "snapshots") as store:
        record(store, declare("GBR/UNGA/33~prepared.en"), NEW.replace("Sudan", "Haiti"))
    why = ("--reason", "error", "--authority", "the ministry", "--by", "Ana", "--yes")
    assert run_tracker(folder, "withdraw", "FRA/UNGA/33", *why).code in {0, 1}
    rows[-1]["topic"] = "lighthouses"
    (folder / "back.csv").write_text(write(rows), encoding="utf-8")
    ran = run_tracker(folder, "judge", "--from", "back.csv")
    assert ran.code == 1
    assert "GBR/UNGA/33~prepared.en@1 has changed since: GBR/UNGA/33~prepared.en@2 is newer" in ran.err
    assert "FRA/UNGA/33" in ran.err
    assert "no topic 'lighthouses'" in ran.err
    assert ran.out.endswith(f"left out: {ran.err.count('line ')} rows with what no longer fits\n")
    kept = [row for row in rows[:-1] if row["old"][:3] not in {"GBR", "FRA"}]
    assert decided(folder) == wanted(kept)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"old_level": "big"}, "line 2: old_level is 'big'; expected one of absent, mentioned"),
        ({"new_level": "01.03.2026"}, "line 2: new_level is '01.03.2026'"),
        ({"coder": ""}, "line 2: nobody stands in the column coder; name who answered: --by NAME"),
        ({"key": "t1"}, "their texts are not those that the sheet shows"),
    ],
)
def test_a_cell_that_is_no_answer_is_told_and_nothing_is_kept(folder: Path, change: Row, told: str) -> None:
    rows = fill(read(folder))[:1]
    rows[0] |= change
    (folder / "back.csv").write_text(write(rows), encoding="utf-8")
    ran = run_tracker(folder, "judge", "--from", "back.csv")
    assert ran.code in {1, 2}
    assert told in ran.err
    assert decided(folder) == set()


def test_by_names_who_answered(folder: Path) -> None:
    rows = fill(read(folder))[:2]
    rows[0]["coder"] = ""
    (folder / "back.csv").write_text(write(rows), encoding="utf-8")
    assert run_tracker(folder, "judge", "--from", "back.csv", "--by", "Ben").code == 0
    assert decided(folder) == wanted([{**rows[0], "coder": "Ben"}])


def test_a_sheet_replaces_what_somebody_decided_only_where_that_one_is_named(folder: Path) -> None:
    one, other = fill(read(folder))[:2]
    first, second = {**one, "coder": "Ana"}, {**other, "coder": "Cy"}
    (folder / "back.csv").write_text(write([first]), encoding="utf-8")
    assert run_tracker(folder, "judge", "--from", "back.csv").code == 0
    before = decided(folder)
    changed = {**first, "old_level": "mentioned", "new_level": "mentioned"}
    (folder / "back.csv").write_text(write([changed, second]), encoding="utf-8")
    refused = run_tracker(folder, "judge", "--from", "back.csv")
    assert (refused.code, refused.out, decided(folder)) == (2, "", before)
    assert "Ana decided before, and nothing was kept" in refused.err
    assert refused.err.endswith("tracker judge --from back.csv --by Ana\n")
    named = run_tracker(folder, "judge", "--from", "back.csv", "--by", "Ana")
    assert named.code == 0
    told = [line for line in named.out.splitlines() if line.startswith("replaced: ")]
    assert len(told) == len(decided(folder) - before) == 2
    assert all(re.search(r"Ana, [0-9-]{10}: [a-z]+ → mentioned$", line) for line in told)
    # Who has decided nothing yet may be spoken for, and who was only not sure has answered before.
    unsure = {**second, "old_level": "not sure", "new_level": "not sure"}
    for row, code in ((unsure, 0), (second, 2)):
        (folder / "back.csv").write_text(write([row]), encoding="utf-8")
        assert run_tracker(folder, "judge", "--from", "back.csv").code == code


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("A" * 101, "it has more than 100 letters"),
        ("Model:gpt", "it names a model"),
        ("model:gpt", "it names a model"),
        ("Ana\u202e", "is not a valid name"),
    ],
)
def test_the_same_names_are_refused_at_every_door(folder: Path, name: str, told: str) -> None:
    rows = [{**row, "coder": name} for row in fill(read(folder))[:1]]
    (folder / "open.csv").write_text(write(rows), encoding="utf-8")
    statement = rows[0]["new"].split("~")[0]
    coded = f"question,old,new,id,coder {name}\nlevel,,{statement},{rows[0]['topic']},absent\n"
    (folder / "coded.csv").write_text(coded, encoding="utf-8")
    level = ("--topic", rows[0]["topic"], "--level", "absent")
    for words in (
        ("judge", "--from", "open.csv"),
        ("judge", "--from", "coded.csv"),
        ("judge", "--from", "open.csv", "--by", name),
        ("judge", statement, *level, "--by", name),
        ("judge", statement, "--topic", rows[0]["topic"], "--withdraw", "--by", name),
        ("serve", "--judge", "--as", name),
        ("review", "1", "reject", "--by", name, "--reason", "a login page"),
        ("expect", "GBR/UNGA/34", "--none", "--by", name),
        ("groups", "edit", "MINE", "--by", name, "--add", "GBR", "--source", "here"),
        ("withdraw", statement, "--reason", "a", "--authority", "b", "--by", name),
        ("verify", "--accept", "outcomes/1", "--by", name, "--reason", "typed"),
    ):
        ran = run_tracker(folder, *words)
        assert (ran.code, ran.out) == (2, ""), words
        assert told in ran.err, (words, ran)
    assert decided(folder) == set()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("judge UNGA 32 --to a.csv", "a body takes two sessions"),
        ("judge --to a.csv", "name a body and two sessions"),
        ("judge GBR/UNGA 32 33 --countries EU --to a.csv", "name a body and two sessions"),
        ("judge GBR/UNGA 32 33 --countries EU", "--countries goes with --to and --model"),
        ("judge UNGA 32 33 --countries SWE --to a.csv", "the archive has no statement by SWE"),
        ("judge --from open.csv --to a.csv", "--to and --model ask what is unsure"),
    ],
)
def test_what_does_not_go_together_is_told(folder: Path, line: str, told: str) -> None:
    ran = run_tracker(folder, *line.split())
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert not (folder / "a.csv").exists()
