"""Many countries over sessions: what a panel says is what single comparisons say."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.archives import OBSERVED, declare, in_session, record
from tests.deciding import level
from tests.here import runner
from tests.test_timeline import CORRUPTION, CYBER, HELD, OCEANS, schema
from tracker.archive import ArchiveSession, create_archive, open_store
from tracker.comparing.topics import reading
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff import cells, compare
from tracker.diff.diff import diff
from tracker.errors import ReferenceInvalid
from tracker.follow import panel, timeline
from tracker.record.derived.answers import DERIVED_NAME
from tracker.references import parse_reference, read_session
from tracker.report.render.terminal import render_terminal
from tracker.report.series.panels import build_countries_diff, build_panel, panel_json, panel_table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from tracker.model.changes import Comparison
    from tracker.model.panels import Panel, PanelCell, PanelEntry
    from tracker.model.texts import Version
    from tracker.model.topics import Vocabulary

read_panel = in_session(panel.read_panel)
diff_countries = in_session(panel.diff_countries)

MORE = [
    ("GBR/UNGA/74~prepared.en", CORRUPTION),
    ("GBR/UNGA/75~prepared.en", f"{OCEANS}\n{CYBER}"),
    ("FRA/UNGA/74~prepared.en", CORRUPTION),
    ("FRA/UNGA/75~prepared.en", CYBER),
    ("ITA/UNGA/75~prepared.ja", "私たちは海を守ります。"),
]


def make_held(folder: Path) -> Path:
    """Make an archive of the statements of two bodies and three countries."""
    create_archive(folder)
    with open_store(folder) as store:
        for reference, text in (*HELD, *MORE):
            record(store, declare(reference, delivered=None), text, OBSERVED)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_held(tmp_path / "snapshots")


def whole(folder: Path, sessions: str = "70-75", countries: str | None = None) -> Panel:
    return read_panel(folder, "UNGA", sessions, countries, load_vocabulary())


def said_by(comparison: Comparison) -> dict[str, tuple[object, ...]]:
    return {
        change.topic: (
            change.status,
            change.likely,
            change.certainty,
            change.measured,
            change.share_unsure,
        )
        for change in comparison.topics
        if change.status or change.likely
    }


def said_of(cells: tuple[PanelCell, ...]) -> dict[str, tuple[object, ...]]:
    return {
        cell.topic: (cell.status, cell.likely, cell.certainty, cell.measured, cell.share_unsure)
        for cell in cells
        if cell.status or cell.likely
    }


def check_against_diffs(folder: Path) -> int:
    checked = 0
    for entry in whole(folder).entries:
        if entry.before is None:
            assert not said_of(entry.cells)
            continue
        with ArchiveSession(folder) as archive:
            single = diff(
                [f"{entry.country}/UNGA", entry.before, entry.session], archive, load_vocabulary(), None
            )
        assert said_of(entry.cells) == said_by(single)
        cells_by_topic = {cell.topic: cell for cell in entry.cells}
        for change in single.topics:
            cell, new = cells_by_topic[change.topic], change.new
            told = (new.level, len(new.segments), new.share) if new else (None, 0, 0.0)
            assert (cell.level, cell.sentences, cell.share) == told
        checked += 1
    return checked


def test_each_cell_is_what_the_single_comparison_says(folder: Path) -> None:
    assert check_against_diffs(folder) >= 5
    # Once more, from what was kept.
    assert check_against_diffs(folder) >= 5


def test_a_cell_has_the_level_on_which_both_sides_settle(tmp_path: Path) -> None:
    work = "We will work with civil society.\nCivil society must be heard."
    texts = {"74": work, "75": "We call on all to end hunger, with civil society."}
    create_archive(tmp_path)
    with open_store(tmp_path) as store:
        for session, text in texts.items():
            named = declare(f"FRA/UNGA/{session}~prepared.en", delivered=None)
            record(store, named, f"{text}\n{CORRUPTION}\n{OCEANS}", OBSERVED)
    (last,) = (entry for entry in whole(tmp_path).entries if entry.session == "75" and entry.cells)
    (cell,) = (each for each in last.cells if each.topic == "civil-society")
    assert (cell.level, cell.likely) == ("mentioned", "moved down")
    check_against_diffs(tmp_path)


def test_a_decision_counts_at_once(folder: Path) -> None:
    before = whole(folder, countries="XAA")
    ruling = level("oceans", "mentioned")
    new = parse_reference("XAA/UNGA/75~prepared.en@1")
    with open_store(folder, "judge") as store:
        store.decide([replace(ruling, unit=replace(ruling.unit, new=new))])
    after = whole(folder, countries="XAA")
    levels = [
        {entry.session: {cell.topic: cell.level for cell in entry.cells}["oceans"] for entry in each.entries
         if entry.session == "75"}
        for each in (before, after)
    ]  # fmt: skip
    assert levels == [{"75": "substantive"}, {"75": "mentioned"}]
    check_against_diffs(folder)


def test_what_was_worked_out_is_not_worked_out_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = whole(folder)
    assert (folder / DERIVED_NAME).is_file()

    def fail(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(cells, "weigh_cells", fail)
    assert whole(folder) == first


def test_of_some_topics_it_says_what_it_says_of_them_among_all(folder: Path) -> None:
    asked = ("oceans",), ("corruption",), ("criminal-justice",), ("cybercrime", "oceans"), ("piracy",)
    # Before all are read, so that nothing is kept of them.
    alone = {topics: narrowed(folder, topics) for topics in asked}
    together = whole(folder)
    assert {"back", "new"} <= {status for entry in together.entries for status in said(entry, "oceans")}
    for topics, found in alone.items():
        expected = [
            replace(entry, cells=tuple(cell for cell in entry.cells if cell.topic in topics))
            for entry in together.entries
        ]
        assert list(found.entries) == expected
        # Once more, from what is kept of all.
        assert narrowed(folder, topics) == found


def narrowed(folder: Path, topics: Sequence[str]) -> Panel:
    return read_panel(folder, "UNGA", "70-75", None, load_vocabulary(), topics=topics)


def said(entry: PanelEntry, topic: str) -> list[str | None]:
    return [cell.status or cell.likely for cell in entry.cells if cell.topic == topic]


def test_a_statement_that_names_no_topic_asked_for_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(compare, "derive_readings", fail)
    entries = narrowed(folder, ["piracy"]).entries
    assert {entry.state for entry in entries} >= {"read", "no statement"}
    assert not any(entry.cells for entry in entries)


def said_side(arguments: tuple[object, ...]) -> str:
    return str(arguments[0][1].name)  # type: ignore[index]


def test_sessions_looked_back_on_are_read_for_some_topics_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Collection[str]] = []
    read_levels = reading.read_levels

    def count(
        version: Version, vocabulary: Vocabulary, topics: Collection[str], *, own_names: Collection[str]
    ) -> object:
        read.append(topics)
        return read_levels(version, vocabulary, topics, own_names=own_names)

    monkeypatch.setattr(reading, "read_levels", count)
    assert read_panel(folder, "UNGA", "75", None, load_vocabulary(), topics=["oceans"]).entries
    assert read
    assert set(map(tuple, read)) == {("oceans",)}
    before = len(read)
    whole(folder)
    assert len(read) == before


def test_what_was_cut_short_goes_on_where_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    weigh = cells.weigh_cells

    def stop(*arguments: object) -> object:
        if len(done) == 4:
            raise KeyboardInterrupt
        done.append(said_side(arguments))
        return weigh(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cells, "weigh_cells", stop)
    with pytest.raises(KeyboardInterrupt):
        whole(folder)
    rest: list[str] = []

    def note(*arguments: object) -> object:
        rest.append(said_side(arguments))
        return weigh(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cells, "weigh_cells", note)
    whole(folder)
    assert rest
    assert not set(done) & set(rest)


def test_a_group_is_who_belongs_at_each_session(folder: Path) -> None:
    entries = whole(folder, "74,75", "EU,XAA").entries
    there = {(entry.country, entry.session): entry.state for entry in entries}
    # Session 75 opened in September 2020, when the United Kingdom had left.
    session = read_session("UNGA", "75")
    assert session is not None
    assert session.year == 2020
    assert there["GBR", "74"] == "read"
    assert ("GBR", "75") not in there
    assert there["FRA", "75"] == "read"
    assert there["ITA", "75"] == "no text"
    assert there["DEU", "75"] == "no statement"
    assert len([country for country, label in there if label == "75"]) == 28


def test_csv_has_a_row_for_each_country_session_and_topic(folder: Path) -> None:
    found = whole(folder, "74-75", "FRA,XAA,ITA")
    rows = list(csv.DictReader(io.StringIO(str(panel_table(found, (), "csv")))))
    assert {row["state"] for row in rows if row["country"] == "ITA"} == {"no text", "no statement"}
    france = {(row["session"], row["topic"]): row for row in rows if row["country"] == "FRA"}
    assert france["74", "corruption"]["level"] == "declared"
    assert france["75", "corruption"]["level"] == "absent"
    assert "not repeated" in (france["75", "corruption"]["status"], france["75", "corruption"]["likely"])
    assert france["75", "oceans"]["level"] == "absent"
    assert france["75", "oceans"]["status"] == ""
    assert {row["before"] for (label, _), row in france.items() if label == "75"} == {"74"}
    topics = {topic for _, topic in france}
    assert len(france) == 2 * len(topics)
    only = list(csv.DictReader(io.StringIO(str(panel_table(found, ("oceans",), "csv")))))
    assert {row["topic"] for row in only} == {"oceans", ""}


def test_json_is_what_its_schema_says(folder: Path) -> None:
    data = json.loads(panel_json(whole(folder)))
    schema("panel").validate(data)
    assert data["topics"][0]["id"] == "corruption"


def test_a_text_counts_the_countries_by_session(folder: Path) -> None:
    report = render_terminal(build_panel(whole(folder, "74-75", "FRA,GBR,XAA")))
    counts = [line.split()[-2:] for line in report.splitlines() if line.startswith("  statements read ")]
    assert counts == [["3", "3"]]
    assert "3 of 3 → 0 of 3" in report
    assert max(map(len, report.splitlines())) <= 80


def test_what_is_new_is_counted_between_the_last_two_sessions_alone(folder: Path) -> None:
    report = render_terminal(build_panel(whole(folder, "70-75", "FRA,GBR,XAA")))
    assert "New or back, not repeated: at 75 since 74, of 3 countries" in " ".join(report.split())
    # XAA has corruption at 70 and not at 71: another step, which is not among the three.
    assert re.search(r"^  Corruption +1 of 2 → 3 of 6 +3$", report, re.MULTILINE)


def test_of_one_topic_it_says_who_has_it_first_and_last(folder: Path) -> None:
    found = read_panel(folder, "UNGA", "70-75", None, load_vocabulary(), topics=["corruption"])
    report = render_terminal(build_panel(found, ["corruption"]))
    rows = re.findall(r"^  (7\d) \(\d{4}\) +(\d+ of .*)$", report, re.MULTILINE)
    told = {session: re.split(" {2,}", row) for session, row in rows}
    assert told["70"] == ["1 of 1", "XAA"]
    assert told["74"] == ["3 of 3", "FRA, GBR", "FRA, GBR, XAA"]
    assert told["75"] == ["8 of 12", "8 countries"]


def test_a_title_has_the_name_of_the_group_and_the_axis_has_years(folder: Path) -> None:
    report = render_terminal(build_panel(whole(folder, "74-75", "EU")))
    assert report.startswith("European Union (2 countries) at the General Assembly, 74 (2019) to 75")
    assert re.search(r"all sure +2019 +2020$", report, re.MULTILINE)
    assert "Few statements: 1 at 75, where each is 100%." in report


def test_a_panel_is_as_sure_of_a_level_as_a_timeline(folder: Path) -> None:
    followed = in_session(timeline.follow_topics)(folder, "XAA/UNGA", load_vocabulary())
    known = {
        (session.label, cell.topic): cell.priority
        for session in followed.sessions
        for cell in session.standings
        if cell.level
    }
    read = whole(folder, "70-75", "XAA")
    told = {
        (entry.session, cell.topic): cell.priority
        for entry in read.entries
        for cell in entry.cells
        if cell.level
    }
    assert told
    assert all(known[place] == chance for place, chance in told.items())
    sure = sum((known[label, "corruption"] or 0.0) >= 0.75 for label in ("70", "74"))
    assert f"Corruption (2 of 4 statements, {sure} sure)" in render_terminal(build_panel(read))


def test_two_sessions_say_who_took_up_what_and_who_dropped_it(folder: Path) -> None:
    found = diff_countries(folder, ["UNGA", "74", "75"], "FRA,GBR,XAA,EU", load_vocabulary())
    assert found.compared == ("FRA", "GBR", "XAA")
    assert "DEU" in found.missing
    by_topic = {
        topic.id: {move.country: move.status or move.likely for move in topic.countries}
        for topic in found.topics
    }
    assert by_topic["corruption"] == dict.fromkeys(("FRA", "GBR", "XAA"), "not repeated")
    # XAA spoke of oceans at session 70.
    assert by_topic["oceans"] == {"GBR": "new", "XAA": "back"}
    report = render_terminal(build_countries_diff(found))
    likely = re.search(r"not repeated\? \(3\): (.*?)\n  \S", report, re.DOTALL)
    sure = "not repeated (3): France, United Kingdom, XAA" in report
    assert sure or (likely and {"France", "XAA"} <= set(re.findall(r"\w+", likely[1])))
    assert max(map(len, report.splitlines())) <= 80


@pytest.mark.parametrize("operands", [("FRA/UNGA", "74", "75"), ("UNGA", "74"), ("UNGA", "74", "75", "76")])
def test_countries_are_compared_at_two_sessions_of_a_body(tmp_path: Path, operands: Sequence[str]) -> None:
    with pytest.raises(ReferenceInvalid, match="--countries compares two sessions of a body"):
        diff_countries(tmp_path, operands, "FRA,GBR", load_vocabulary())


def test_the_command_answers_in_each_form(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runner(folder.parent, monkeypatch, capsys)
    words = ("diff", "UNGA", "74", "75", "--countries", "FRA,GBR")
    told = run(*words, "--format", "json")
    assert told.code == 1
    schema("moves").validate(json.loads(told.out))
    assert "GBR/UNGA 74 75" in run(*words).out or "FRA/UNGA 74 75" in run(*words).out
    assert run(*words, "--format", "markdown").out.startswith("# Report: FRA,GBR (2 countries)")
    dropped = run(*words, "--only", "not repeated").out
    assert "not repeated" in dropped
    assert "new" not in dropped
    traced = json.loads(run("trace", "UNGA", "corruption", "--countries", "EU", "--format", "json").out)
    schema("spread").validate(traced)
    assert traced["among"] == "EU"
    # The United Kingdom spoke at session 75 too, and had left.
    spoke = {(each["country"], each["session"]) for each in traced["statements"]}
    assert ("GBR", "74") in spoke
    assert ("GBR", "75") not in spoke
    assert {country for country, _ in spoke} == {"FRA", "GBR", "ITA"}
    assert run("timeline", "UNGA", "--sessions", "74-75", "--format", "csv").out.startswith(
        "body,country,name,session,"
    )
    assert "EU: 28 memberships" in run("timeline", "UNGA", "--sessions", "74-75", "--countries", "EU").out
    narrowed = run("timeline", "UNGA", "75", "--countries", "EU", "--format", "json")
    assert [each["country"] for each in json.loads(narrowed.out)["countries"]] == ["FRA"]


@pytest.mark.parametrize(
    ("sessions", "labels"),
    [
        ("70-75", ("70", "71", "73", "74", "75")),
        ("70..71", ("70", "71")),
        ("75, 70", ("70", "75")),
        ("S-32", ("S-32",)),
        ("S-30..S-32", ("S-32",)),
        ("74-75,70", ("70", "74", "75")),
    ],
)
def test_sessions_are_ranges_and_lists(folder: Path, sessions: str, labels: tuple[str, ...]) -> None:
    assert whole(folder, sessions, "XAA").sessions == labels


@pytest.mark.parametrize("width", [60, 80, 120])
def test_many_sessions_stand_below_each_other(folder: Path, width: int) -> None:
    found = whole(folder, "70-75", "XAA,FRA")
    labels = tuple(map(str, range(50, 80)))
    report = render_terminal(build_panel(replace(found, sessions=labels)), width=width)
    assert max(map(len, report.splitlines())) <= width
    known = {*labels, "all", "sure"}
    heads = [line.split() for line in report.splitlines() if line[:2] == "  " and set(line.split()) <= known]
    assert [word for head in heads for word in head if word in labels] == list(labels)
