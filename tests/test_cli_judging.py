from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.archives import declare, query, record, version_of
from tests.conftest import run_tracker
from tests.deciding import level
from tests.here import runner
from tests.test_json import SCHEMA
from tracker.archive import create_archive, open_store
from tracker.errors import ArchiveUnusable
from tracker.record.reading.reader import open_reader
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Tracker = Callable[..., Ran]

SERIES = ("XAA/CCPCJ", "32", "33")


@pytest.fixture(scope="module")
def _shown_once(_archive_made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a copy of the archive that has shown its comparison."""
    folder = tmp_path_factory.mktemp("shown")
    shutil.copytree(_archive_made_once, folder, dirs_exist_ok=True)
    assert run_tracker(folder, "diff", *SERIES).code == 1
    return folder


@pytest.fixture
def archive(
    tmp_path: Path,
    _shown_once: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Tracker:
    shutil.copytree(_shown_once, tmp_path, dirs_exist_ok=True)
    return runner(tmp_path, monkeypatch, capsys)


def compare(archive: Tracker) -> dict[str, Any]:
    answer = archive("diff", *SERIES, "--format", "json")
    assert answer.code == 1, answer.err
    data: dict[str, Any] = json.loads(answer.out)
    return data


def find_change(archive: Tracker, operation: str, words: str) -> dict[str, Any]:
    """Return the change of an operation that holds some words."""
    return _find(compare(archive)["changes"], operation, words)


def _find(changes: list[dict[str, Any]], operation: str, words: str) -> dict[str, Any]:
    found = [
        change
        for change in changes
        if change["operation"] == operation and any(words in edit["text"] for edit in change["edits"])
    ]
    assert found, (operation, words)
    return found[0]


def judge(archive: Tracker, *arguments: str) -> str:
    done = archive("judge", *arguments)
    assert (done.code, done.err) == (0, ""), done.err
    return done.out


# A change ------------------------------------------------------------------------------------------


def test_a_rejected_link_is_taken_apart_and_shown_as_human_everywhere(archive: Tracker) -> None:
    softened = find_change(archive, "reworded", "Treaty")
    said = judge(archive, f"#{softened['id'][:7]}", "reject", "--by", "Ana", "--note", "another treaty")
    assert "judged by Ana, 20" in said
    whole = compare(archive)
    Draft202012Validator(SCHEMA).validate(whole)
    after = whole["changes"]
    assert softened["id"] not in {change["id"] for change in after}
    apart = [change for change in after if change["decided"]]
    assert {(change["operation"], tuple(change["old"]), tuple(change["new"])) for change in apart} == {
        ("dropped", tuple(softened["old"]), ()),
        ("new", (), tuple(softened["new"])),
    }
    (decision,) = {json.dumps(change["decided"]) for change in apart}
    assert json.loads(decision)[0] | {"decided": ""} == {
        "person": "Ana",
        "decided": "",
        "question": "sentences",
        "verdict": "reject",
        "label": None,
        "said": "reworded",
        "note": "another treaty",
        "against": [],
    }
    for form in ("text", "markdown"):
        report = archive("diff", *SERIES, "--all", "--format", form).out
        assert "Applies 1 human decision (Ana)." in report
        assert "judged by Ana, 20" in report
    brief = archive("diff", *SERIES, "--only", "dropped").out
    assert "judged by Ana, 20" in brief
    assert "1 human decision (Ana)" in archive("diff", *SERIES, "--stat").out


def test_a_rejected_link_is_made_again_by_its_old_id(archive: Tracker) -> None:
    name = find_change(archive, "reworded", "Treaty")["id"]
    judge(archive, name, "reject", "--by", "Ana")
    judge(archive, name, "accept", "--by", "Ben")
    (again,) = [change for change in compare(archive)["changes"] if change["id"] == name]
    assert again["operation"] == "reworded"
    assert again["decided"][0]["against"] == ["Ana: reject"]
    assert "disagreement: Ana: reject" in archive("diff", *SERIES, "--all").out.replace("\n    ", " ")


def test_accepted_links_outlast_what_the_alignment_would_make_of_them(archive: Tracker) -> None:
    """Words alone and vectors too: the judged link is there in both, whatever either would link."""
    dropped, new = (
        find_change(archive, "dropped", "condemn"),
        find_change(archive, "new", "negotiation"),
    )
    judge(archive, dropped["id"], "relabel", "--as", "reworded", "--with", new["id"], "--by", "Ana")
    for encoder in ("default", "none"):
        answer = archive("diff", *SERIES, "--encoder", encoder, "--format", "json").out
        linked = [change for change in json.loads(answer)["changes"] if change["decided"]]
        assert [(each["operation"], each["old"], each["new"], each["method"]) for each in linked] == [
            ("reworded", dropped["old"], new["new"], "judged")
        ]
        assert linked[0]["decided"][0]["said"] == "dropped + new"
    assert "linked by a person" in archive("diff", *SERIES, "--explain", linked[0]["id"]).out


def test_a_shift_is_relabelled_and_taken_away(archive: Tracker) -> None:
    name = find_change(archive, "reworded", "Technical Fund")["id"]

    def strengths() -> list[tuple[str, str]]:
        (change,) = [each for each in compare(archive)["changes"] if each["id"] == name]
        return [(each["direction"], each["rule"]) for each in change["shifts"] if each["axis"] == "strength"]

    assert [direction for direction, _ in strengths()] == ["weaker"]
    assert "strength stronger (was weaker)" in judge(
        archive, name, "relabel", "--as", "strength=stronger", "--by", "Ana"
    )
    assert strengths() == [("stronger", "person: Ana")]
    assert "judged by Ana" in archive("diff", *SERIES).out
    judge(archive, name, "relabel", "--as", "strength=none", "--by", "Ana")
    assert strengths() == []


def test_what_a_person_calls_kept_is_still_a_difference(archive: Tracker, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("We support the treaty.", encoding="utf-8")
    (tmp_path / "b.txt").write_text("We do support the treaty.", encoding="utf-8")
    archive("add", "a.txt", "--as", "XAA/HRC/52")
    archive("add", "b.txt", "--as", "XAA/HRC/53")
    (change,) = json.loads(archive("diff", "XAA/HRC", "--format", "json").out)["changes"]
    judge(archive, change["id"], "relabel", "--as", "kept", "--by", "Ana")
    again = archive("diff", "XAA/HRC", "--all")
    assert again.code == 1
    assert "{+do+}" in again.out


def test_a_change_that_no_comparison_has_shown_is_found_by_the_pair(archive: Tracker, tmp_path: Path) -> None:
    name = find_change(archive, "reworded", "Treaty")["id"]
    for derived in (tmp_path / "snapshots").glob("derived.db*"):
        derived.unlink()
    refused = archive("judge", name, "reject", "--by", "Ana")
    assert (refused.code, refused.out) == (2, "")
    assert "--pair OLD NEW" in refused.err
    judge(archive, name, "reject", "--by", "Ana", "--pair", "XAA/CCPCJ/32", "XAA/CCPCJ/33")
    # The decision itself remembers where.
    judge(archive, name, "accept", "--by", "Ana")


WRONG = [
    (("f" * 12, "accept", "--by", "Ana"), "no comparison in this archive has shown"),
    (("zz", "accept", "--by", "Ana"), "prints ids after '#'"),
    (("", "accept", "--by", "Ana"), "tracker judge ID"),
    (("TREATY", "accept"), "--by NAME"),
    (("TREATY", "accept", "--by", " "), "is not a valid name"),
    (("TREATY", "accept", "--by", "A\nB"), "is not a valid name"),
    (("TREATY", "accept", "--by", "Ana", "--as", "kept"), "need relabel"),
    (("TREATY", "relabel", "--by", "Ana"), "missing option --as"),
    (("TREATY", "relabel", "--by", "Ana", "--as", "newish"), "expected one of kept"),
    (("TREATY", "relabel", "--by", "Ana", "--as", "dropped"), "reject"),
    (("TREATY", "relabel", "--by", "Ana", "--as", "split"), "--with ID"),
    (("TREATY", "relabel", "--by", "Ana", "--as", "mood=up"), "the axes are strength"),
    (("TREATY", "relabel", "--by", "Ana", "--as", "strength=up"), "stronger, weaker, none"),
    (("TREATY", "relabel", "--by", "Ana", "--as", "kept", "--with", "f00"), "no change #f00"),
    (("DROPPED", "reject", "--by", "Ana"), "--as reworded --with ID"),
    (("TREATY", "accept", "--by", "Ana", "--pair", "old.txt", "new.txt"), "add the file first"),
    (("XAA/CCPCJ/33", "--topic", "rivers", "--by", "Ana"), "--level LEVEL"),
    (("XAA/CCPCJ/33", "--topic", "corupton", "--level", "absent", "--by", "Ana"), "did you mean corruption"),
    (("XAA/CCPCJ/39", "--topic", "corruption", "--level", "absent", "--by", "Ana"), "sessions 32 and 33"),
    (("--from", "nowhere.csv"), "No such file"),
    (("--from", "old.txt"), "no column 'question'"),
    ((), "tracker judge ID"),
    (("TREATY", "--from", "sheet.csv"), "--by only"),
    (("TREATY", "reject", "--withdraw", "--by", "Ana"), "--withdraw --by NAME"),
    (("XAA/CCPCJ/33", "accept", "--by", "Ana"), "needs --topic"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_what_does_not_fit_is_refused_on_one_line_and_nothing_is_kept(
    archive: Tracker, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    changes = compare(archive)["changes"]
    names = {
        "TREATY": _find(changes, "reworded", "Treaty")["id"],
        "DROPPED": _find(changes, "dropped", "condemn")["id"],
    }
    refused = archive("judge", *(names.get(each, each) for each in arguments))
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1), refused.err
    assert said in refused.err
    with open_reader(tmp_path / "snapshots") as reader:
        assert reader.rulings() == ()


def test_a_prefix_of_two_changes_lists_them(archive: Tracker) -> None:
    names = sorted(change["id"] for change in compare(archive)["changes"])
    first = next(one[0] for one, other in pairwise(names) if one[0] == other[0])
    refused = archive("judge", first, "accept", "--by", "Ana")
    assert refused.code == 2
    assert all(f"#{name}" in refused.err for name in names if name[0] == first)


def test_what_is_withdrawn_no_longer_counts_and_stays_in_the_record(archive: Tracker) -> None:
    name = find_change(archive, "reworded", "Treaty")["id"]
    judge(archive, name, "reject", "--by", "Ana")
    judge(archive, name, "relabel", "--as", "kept", "--by", "Ben")
    judge(archive, name, "relabel", "--as", "strength=none", "--by", "Ben")
    said = judge(archive, name[:6], "--withdraw", "--by", "Ben").splitlines()
    assert [line.partition(": ")[2] for line in said] == [
        "withdrawn",
        "strength withdrawn",
        "reject (was reworded)",
    ]
    assert name not in {change["id"] for change in compare(archive)["changes"]}
    judge(archive, f"#{name}", "--withdraw", "--by", "Ana")
    (again,) = [change for change in compare(archive)["changes"] if change["id"] == name]
    assert (again["operation"], again["decided"]) == ("reworded", [])
    assert len(json.loads(archive("decisions", "--format", "json").out)["decisions"]) == 0
    assert len(json.loads(archive("decisions", "--format", "json", "--all").out)["decisions"]) == 6
    refused = archive("judge", name, "--withdraw", "--by", "Ana")
    assert refused.code == 2
    assert "decided nothing" in refused.err


def test_a_level_is_withdrawn(archive: Tracker) -> None:
    judge(archive, "XAA/CCPCJ/33", "--topic", "Cybercrime", "--level", "absent", "--by", "Ana")
    judge(archive, "XAA/CCPCJ/33", "--topic", "Cybercrime", "--withdraw", "--by", "Ana")
    assert compare(archive)["levels"] == []


# A topic -------------------------------------------------------------------------------------------


def test_a_level_decided_changes_the_status(archive: Tracker) -> None:
    def topics() -> dict[str, Any]:
        return {topic["topic"]: topic for topic in compare(archive)["topics"]}

    assert topics()["cybercrime"]["status"] == "new"
    judge(archive, "XAA/CCPCJ/33", "--topic", "Cybercrime", "--level", "absent", "--by", "Ana")
    assert "cybercrime" not in topics()
    assert "1 human decision (Ana); no priority by decision: Cybercrime" in archive("diff", *SERIES).out
    judge(archive, "XAA/CCPCJ/33", "--topic", "corruption", "--level", "declared", "--by", "Ben")
    assert topics()["corruption"]["status"] == "kept"
    assert topics()["corruption"]["new"]["rule"] == "person: Ben"
    judge(archive, "XAA/CCPCJ/32", "--topic", "corruption", "--level", "absent", "--by", "Ben")
    decided = [
        (each["side"], each["topic"], each["decision"]["label"]) for each in compare(archive)["levels"]
    ]
    assert sorted(decided) == [
        ("new", "corruption", "declared"),
        ("new", "cybercrime", "absent"),
        ("old", "corruption", "absent"),
    ]
    assert (topics()["corruption"]["status"], topics()["corruption"]["absent"]["said"]) == ("new", "declared")
    shown = archive("diff", *SERIES).out
    assert "judged by Ben" in shown
    listed = archive("priorities", "XAA/CCPCJ/33").out
    assert "absent: by human decision" in listed
    assert "absent (was declared)" in listed


def test_a_priority_decided_on_counts_in_later_sessions(archive: Tracker) -> None:
    """A topic that was a priority two sessions ago, by a person's word alone, has returned."""
    archive("add", "new.txt", "--as", "XAA/CCPCJ/34", "--kind", "prepared")
    archive("add", "old.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared")

    def status() -> str:
        answer = archive("diff", "XAA/CCPCJ", "33", "34", "--format", "json").out
        return {topic["topic"]: str(topic["status"]) for topic in json.loads(answer)["topics"]}["cybercrime"]

    assert status() == "new"
    judge(archive, "XAA/CCPCJ/32", "--topic", "cybercrime", "--level", "declared", "--by", "Ana")
    assert status() == "back"


# Another text --------------------------------------------------------------------------------------


def test_decisions_survive_a_new_snapshot_and_say_so_where_they_cannot(
    archive: Tracker, tmp_path: Path
) -> None:
    name = find_change(archive, "reworded", "Treaty")["id"]
    judge(archive, name, "reject", "--by", "Ana")
    text = (tmp_path / "new.txt").read_text(encoding="utf-8")
    (tmp_path / "new.txt").write_text(f"Statement by Arcadia\n\n{text}", encoding="utf-8")
    archive("add", "new.txt", "--as", "XAA/CCPCJ/33")
    after = compare(archive)
    assert after["new"]["snapshot"] == 2
    assert sum(bool(change["decided"]) for change in after["changes"]) == 2
    (tmp_path / "new.txt").write_text(text.replace("encourage", "invite"), encoding="utf-8")
    archive("add", "new.txt", "--as", "XAA/CCPCJ/33")
    (caveat,) = compare(archive)["caveats"]
    assert "1 decision of a person quotes sentences that these texts lack" in caveat


# The list, the sheet, agreement --------------------------------------------------------------------


@pytest.fixture
def judged(archive: Tracker) -> Tracker:
    """Two people who agree on one change and differ on a topic; one of them changed her mind."""
    name = find_change(archive, "reworded", "Treaty")["id"]
    judge(archive, name, "accept", "--by", "Ana")
    judge(archive, name, "relabel", "--as", "strength=none", "--by", "Ana", "--note", "=same, to me")
    judge(archive, name, "reject", "--by", "Ana")
    judge(archive, name, "reject", "--by", "Ben")
    for person, said in (("Ana", "mentioned"), ("Ben", "declared")):
        judge(archive, "XAA/CCPCJ/33", "--topic", "cybercrime", "--level", said, "--by", person)
    return archive


def test_the_list_holds_last_words_and_agreement(judged: Tracker) -> None:
    listed = judged("decisions", "XAA/CCPCJ").out
    assert "sentences, Ana and Ben: 1 unit, 100% agree, kappa undefined" in listed
    assert "level, Ana and Ben: 1 unit, 0% agree, kappa 0.00" in listed
    assert max(map(len, listed.splitlines())) <= 80
    data = json.loads(judged("decisions", "--format", "json").out)
    assert [(each["person"], each["question"], each["label"]) for each in data["decisions"]] == [
        ("Ana", "strength", "none"),
        ("Ana", "sentences", None),
        ("Ben", "sentences", None),
        ("Ana", "level", "mentioned"),
        ("Ben", "level", "declared"),
    ]
    assert [each["verdict"] for each in data["decisions"]][-1] == "accept"
    assert data["agreement"][0] == {
        "question": "sentences", "one": "Ana", "other": "Ben", "units": 1, "percent": 1.0,
        "kappa": None, "alpha": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ((), 5),
        (("--all",), 6),
        (("XAA/CCPCJ/32",), 3),
        (("XAA/CCPCJ/33",), 5),
        (("XAA/UNGA",), 0),
        (("--by", "Ben"), 2),
    ],
)
def test_the_list_is_narrowed(judged: Tracker, arguments: tuple[str, ...], count: int) -> None:
    listed = json.loads(judged("decisions", *arguments, "--format", "json").out)
    assert len(listed["decisions"]) == count


def test_nothing_decided_says_how(archive: Tracker) -> None:
    assert "tracker judge --help" in archive("decisions").out


def read_sheet(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_the_sheet_goes_out_and_comes_back(judged: Tracker, tmp_path: Path) -> None:
    rows = read_sheet(judged("decisions", "--format", "csv").out)
    assert [(row["question"], row["said"], row["coder Ana"], row["coder Ben"]) for row in rows] == [
        ("strength", "weaker", "none", ""),
        ("sentences", "reworded", "reject", "reject"),
        ("level", "declared", "mentioned", "declared"),
    ]
    assert rows[0]["note Ana"] == "'=same, to me"
    assert "Treaty" in rows[1]["old_text"]
    assert rows[1]["series"] == "XAA/CCPCJ"
    # A third coder fills in two cells; Ben, who had left one open, fills it in.
    rows[0] |= {"coder Ben": "weaker"}
    filled = [row | {"coder Cy": said} for row, said in zip(rows, ("", "accept", "absent"), strict=True)]
    with (tmp_path / "sheet.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, filled[0])
        writer.writeheader()
        writer.writerows(filled)
    # Ben has decided before: for him the sheet speaks where he is named.
    refused = judged("judge", "--from", "sheet.csv")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "tracker: sheet.csv: Ben decided before, and nothing was kept; to let the sheet speak for Ben alone:"
        " tracker judge --from sheet.csv --by Ben\n"
    )
    assert len(judge(judged, "--from", "sheet.csv", "--by", "Ben").splitlines()) == 1
    assert len(judge(judged, "--from", "sheet.csv").splitlines()) == 2
    assert judge(judged, "--from", "sheet.csv") == "the sheet holds nothing new\n"
    again = read_sheet(judged("decisions", "--format", "csv").out)
    assert [(row["coder Ana"], row["coder Ben"], row["coder Cy"]) for row in again] == [
        ("none", "weaker", ""),
        ("reject", "reject", "reworded"),
        ("mentioned", "declared", "absent"),
    ]
    assert again[0]["note Ana"] == "'=same, to me"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mentioned", "sung", "line 4: Ana says 'sung'; expected one of declared"),
        ("none", "more", "line 2: Ana says 'more'"),
        ("cybercrime", "hills", "line 4: the vocabulary un has no topic 'hills'"),
        ("XAA/CCPCJ/33", "XAA?", "sheet.csv"),
    ],
)
def test_a_sheet_with_a_fault_is_refused_whole(
    judged: Tracker, tmp_path: Path, old: str, new: str, said: str
) -> None:
    sheet = judged("decisions", "--format", "csv").out
    before = judged("decisions", "--format", "json", "--all").out
    (tmp_path / "sheet.csv").write_text(sheet.replace(old, new).replace("reject", "accept"), encoding="utf-8")
    refused = judged("judge", "--from", "sheet.csv")
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert judged("decisions", "--format", "json", "--all").out == before


# The record ----------------------------------------------------------------------------------------


def test_decisions_are_readable_rows_tied_to_what_they_judge(judged: Tracker, tmp_path: Path) -> None:
    assert judged("list").code == 0
    folder = tmp_path / "snapshots"
    assert query(folder, "PRAGMA foreign_key_check") == []
    sql = (
        "SELECT person, unit, question, verdict, label, said, old_segments FROM decisions ORDER BY id LIMIT 3"
    )
    first, second, third = query(folder, sql)
    assert first[:6] == ("Ana", "change", "sentences", "accept", "reworded", "reworded")
    assert second[2:6] == ("strength", "relabel", "none", "weaker")
    assert third[3:5] == ("reject", None)
    (words, occurrence), *_ = json.loads(first[6])
    assert "We urge all States" in words
    assert occurrence == 1


def test_a_locked_archive_is_75(judged: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.record.schema.connection.BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(tmp_path / "snapshots" / "tracker.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        locked = judged("judge", "XAA/CCPCJ/33", "--topic", "cybercrime", "--level", "absent", "--by", "Ana")
    assert (locked.code, locked.out) == (75, "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_archive(tmp_path / "made")
    with open_store(tmp_path / "made") as store:
        record(store, declare("XAA/CCPCJ/33~prepared.en"), version_of("We act.").text)
    return tmp_path / "made"


def test_several_decisions_are_kept_all_or_none(folder: Path) -> None:
    good = level("rivers", "absent")
    elsewhere = replace(good, unit=replace(good.unit, new=parse_reference("XAA/CCPCJ/40~prepared.en@1")))
    with open_store(folder) as store, pytest.raises(ArchiveUnusable):
        store.decide([good, elsewhere])
    with open_reader(folder) as reader:
        assert reader.rulings() == ()
    with open_store(folder) as store:
        store.decide([good, good])
    with open_reader(folder) as reader:
        assert reader.rulings() == (good, good)
        assert reader.resolve(parse_reference("XAA/CCPCJ/33")) == good.unit.new
