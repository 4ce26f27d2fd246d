"""Topics over the sessions of a series, and over the countries of a session."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.cells import cell_len

from tests.archives import OBSERVED, declare, in_session, record, version_of
from tests.deciding import level
from tracker.archive import create_archive, open_store
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.naming import name_topics
from tracker.errors import NotInArchive, ReferenceInvalid, VocabularyInvalid
from tracker.follow import phrases, standings, timeline
from tracker.follow.series import Within
from tracker.follow.standings import join_versions
from tracker.model.decisions import Decision
from tracker.model.series import Standing, Timeline, TimelineSession
from tracker.model.topics import Topic, TopicModel, TopicWeights, Vocabulary
from tracker.record.derived.answers import DERIVED_NAME
from tracker.references import parse_reference
from tracker.report.comparison.phrases import phrases_json, render_phrases
from tracker.report.render.markdown import render_markdown
from tracker.report.render.terminal import LINES, render_terminal
from tracker.report.series.countries import (
    build_countries,
    countries_json,
    countries_table,
    find_distinctive,
    select_topics,
)
from tracker.report.series.parts import mark_chance, mark_level
from tracker.report.series.timeline import build_timeline, select_rows, timeline_json, timeline_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.topics import Level

CORRUPTION = "Corruption is our first priority.\nWe will fight corruption and publish every contract."
CYBER = (
    "We call on all States to conclude the convention on cybercrime.\nWe will act against cybercrime.\n"
    "We urge all States to join us in the fight against cybercrime."
)
OCEANS = "We will protect the oceans.\nWe will end the pollution of the oceans by 2030."
PASSING = "My colleague spoke of corruption, trade and sport."
THEMES = ("corruption", "cybercrime", "oceans")

HELD = [
    ("XAA/UNGA/70~prepared.en", f"{CORRUPTION}\n{OCEANS}"),
    ("XAA/UNGA/71~prepared.en", PASSING),
    ("XAA/UNGA/S-32~prepared.en", OCEANS),
    ("XAA/UNGA/74~prepared.en", CORRUPTION),
    ("XAA/UNGA/75~prepared.en", f"{CYBER}\n{OCEANS}"),
    ("XAB/UNGA/73~prepared.en", OCEANS),
    ("XAB/UNGA/75~prepared.en", OCEANS),
    ("XAC/UNGA/75~prepared.fr", "Nous protégerons les océans.\nNous lutterons contre la corruption."),
    *((f"X{chr(65 + n)}Z/UNGA/75~prepared.en", CORRUPTION) for n in range(7)),
    ("XAA/HRC/52/item-2~prepared.en", CORRUPTION),
    ("XAA/HRC/52/item-4~prepared.en", f"{PASSING}\n{OCEANS}"),
]

follow_topics = in_session(timeline.follow_topics)
compare_countries = in_session(standings.compare_countries)
narrow_countries = in_session(standings.narrow_countries)
find_series_phrases = in_session(phrases.find_series_phrases)


def schema(name: str) -> Draft202012Validator:
    content = read_schema(name)
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


def read_schema(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (files("tracker.report.series") / f"{name}.schema.json").read_text(encoding="utf-8")
    )
    return content


def properties(name: str) -> list[str]:
    return list(read_schema(name)["properties"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    create_archive(folder)
    with open_store(folder) as store:
        for reference, text in HELD:
            record(store, declare(reference, delivered=None), text, OBSERVED)
    return folder


def render_timeline(*arguments: Any, width: int = 80, color: bool = False, **options: Any) -> str:  # noqa: ANN401 (as it takes them)
    return render_terminal(build_timeline(*arguments, **options), width=width, color=color)


def render_countries(*arguments: Any, width: int = 80, **options: Any) -> str:  # noqa: ANN401 (as it takes them)
    return render_terminal(build_countries(*arguments, **options), width=width)


def follow(folder: Path, series: str = "XAA/UNGA", **options: Any) -> Timeline:  # noqa: ANN401
    return follow_topics(folder, series, load_vocabulary(), **options)


def levels(timeline: Timeline, topic: str) -> dict[str, str | None]:
    return {
        session.label: next((cell.level for cell in session.standings if cell.topic == topic), None)
        for session in timeline.sessions
        if session.state == "read"
    }


# What the sessions do --------------------------------------------------------------------------------


def test_each_session_has_its_levels(folder: Path) -> None:
    assert levels(follow(folder), "corruption") == {
        "70": "declared",
        "71": "mentioned",
        "74": "declared",
        "75": None,
        "S-32": None,
    }


def test_sessions_between_are_there_whoever_spoke_at_them(folder: Path) -> None:
    states = {session.label: session.state for session in follow(folder).sessions}
    assert list(states) == ["70", "71", "72", "73", "74", "75", "S-32"]
    assert [label for label, state in states.items() if state == "no statement"] == ["72", "73"]


def test_statuses_are_against_the_session_of_the_same_kind_before(folder: Path) -> None:
    sessions = {session.label: session for session in follow(folder).sessions}
    assert (sessions["74"].before, sessions["S-32"].before) == ("71", None)
    told = {
        (label, cell.topic): cell.status
        for label, session in sessions.items()
        for cell in session.standings
        if cell.topic in THEMES and cell.status
    }
    assert told == {
        ("71", "corruption"): "moved down",
        ("71", "oceans"): "not repeated",
        ("74", "corruption"): "moved up",
        ("75", "corruption"): "not repeated",
        ("75", "cybercrime"): "new",
        ("75", "oceans"): "back",
    }


def test_without_statuses_none_are_worked_out(folder: Path) -> None:
    cells = [cell for session in follow(folder, statuses=False).sessions for cell in session.standings]
    assert cells
    assert not any(cell.status or cell.level is None for cell in cells)


def test_bounds_are_sessions_as_people_write_them(folder: Path) -> None:
    assert [session.label for session in follow(folder, within=Within("74th", "75")).sessions] == ["74", "75"]


def test_statements_of_one_session_count_as_one(folder: Path) -> None:
    (session,) = follow(folder, "XAA/HRC").sessions
    cells = {cell.topic: cell for cell in session.standings}
    assert len(session.statements) == 2
    assert cells["corruption"].level == "declared"
    assert cells["corruption"].sentences == 3
    assert cells["oceans"].level == "substantive"
    assert 0 < cells["oceans"].share < cells["corruption"].share < 1


def test_texts_read_as_one_keep_their_offsets() -> None:
    joined = join_versions([version_of(CORRUPTION), version_of(OCEANS), version_of(PASSING)])
    assert [joined.text[each.start : each.end] for each in joined.segments] == [
        each.text for each in joined.segments
    ]
    assert [each.ordinal for each in joined.segments] == list(range(5))
    assert [each.paragraph for each in joined.segments] == [1, 2, 3, 4, 5]
    nothing = replace(version_of(OCEANS), text="", segments=())
    assert [each.paragraph for each in join_versions([nothing, version_of(PASSING)]).segments] == [1]


def test_a_text_that_the_vocabulary_has_no_words_for_is_not_silent(folder: Path) -> None:
    english = Vocabulary("rivers", (Topic("rivers", "Rivers", terms={"en": ("river",)}),))
    (session,) = follow_topics(folder, "XAC/UNGA", english).sessions
    assert (session.state, session.standings) == ("no text", ())


def test_a_status_is_approximate_where_certainty_was_not_measured_and_it_is_said_why(folder: Path) -> None:
    own = Vocabulary("own", (Topic("corruption", "Corruption", terms={"en": ("corruption",)}),))
    timeline = follow_topics(folder, "XAA/UNGA", own)
    told = [cell for session in timeline.sessions for cell in session.standings if cell.likely]
    assert told
    assert not [cell for cell in told if cell.measured or cell.certainty is None]
    assert timeline.unmeasured is not None
    rows = select_rows(timeline)
    data = json.loads(timeline_json(timeline, rows))
    schema("timeline").validate(data)
    assert data["unmeasured"] == timeline.unmeasured
    report = render_timeline(timeline, rows, width=200, quotes=True)
    assert f"Certainties are approximate: {timeline.unmeasured}" in report
    assert f"likely {told[0].likely} ({told[0].certainty:.2f})".replace("0.", ".") in report
    assert follow(folder).unmeasured is None


def test_what_people_decided_counts(tmp_path: Path) -> None:
    create_archive(tmp_path)
    with open_store(tmp_path) as store:
        record(store, declare("XAA/CCPCJ/33~prepared.en"), CORRUPTION)
    assert levels(follow(tmp_path, "XAA/CCPCJ"), "corruption") == {"33": "declared"}
    with open_store(tmp_path) as store:
        store.decide([level("corruption", "mentioned", quoted=(version_of(CORRUPTION), (0,)))])
    timeline = follow(tmp_path, "XAA/CCPCJ")
    assert levels(timeline, "corruption") == {"33": "mentioned"}
    (cell,) = (c for c in timeline.sessions[0].standings if c.topic == "corruption")
    assert cell.rule.startswith("person: ")


def test_decisions_are_shown_with_name_and_dispute_in_every_form(tmp_path: Path) -> None:
    create_archive(tmp_path)
    with open_store(tmp_path) as store:
        for session in ("32", "33"):
            record(store, declare(f"XAA/CCPCJ/{session}~prepared.en"), CORRUPTION)
        store.decide(
            [
                level("corruption", "mentioned", quoted=(version_of(CORRUPTION), (0,)), said="declared"),
                level("corruption", "absent", person="Ben", day=2, said="declared"),
                level("oceans", "absent", person="Ben", day=2),
            ]
        )
    words = "judged by Ben, 2026-11-02: absent (was declared); disagreement: Ana: mentioned"
    timeline = follow(tmp_path, "XAA/CCPCJ")
    rows = select_rows(timeline)
    one = render_timeline(timeline, rows, width=120, quotes=True)
    assert "  33 (2024), absent " in one
    assert words in one
    told = render_timeline(timeline, rows, width=120)
    assert "DECIDED BY PEOPLE: 2 levels, 1 disputed" in told
    assert f"Corruption, 33: {words}" in told
    lines = {
        (row["session"], row["topic"]): row
        for row in csv.DictReader(io.StringIO(str(timeline_table(timeline, rows, "csv"))))
    }
    names = ("level", "status", "decided_by", "decided", "said", "against")
    assert [lines["33", "corruption"][name] for name in names] == [
        "absent", "not repeated", "Ben", "2026-11-02T10:00:00Z", "declared", "Ana: mentioned"
    ]  # fmt: skip
    assert not lines["32", "corruption"]["decided_by"]
    data = json.loads(timeline_json(timeline, rows))
    schema("timeline").validate(data)
    cells = {cell["topic"]: cell for cell in data["sessions"][1]["standings"]}
    assert cells["corruption"]["decided"]["against"] == ["Ana: mentioned"]
    assert cells["corruption"]["certainty"] is not None

    reading = compare_countries(tmp_path, "CCPCJ", "33", load_vocabulary())
    topics = select_topics(reading)
    assert f"Corruption, XAA: {words}" in render_countries(reading, topics, topics, width=120)
    assert "named by 0 of 1." in render_countries(reading, topics, topics, topics=("corruption",))
    matrix = list(csv.reader(io.StringIO(str(countries_table(reading, topics, "csv")))))
    assert [row[0] for row in matrix] == ["country", "XAA"]
    assert matrix[1][-1] == "corruption: absent (Ben; against Ana: mentioned); oceans: absent (Ben)"
    data = json.loads(countries_json(reading, topics, topics))
    schema("countries").validate(data)
    assert {cell["topic"]: cell["level"] for cell in data["countries"][0]["standings"]} == {
        "corruption": None,
        "oceans": None,
    }


def test_a_topic_is_absent_by_decision_only_where_each_statement_of_a_session_was_judged(
    tmp_path: Path,
) -> None:
    create_archive(tmp_path)
    items = [f"XAA/CCPCJ/33/item-{number}~prepared.en" for number in (2, 4)]
    rulings = [replace(each, unit=replace(each.unit, new=parse_reference(f"{item}@1")))
               for item, each in zip(items, (level("oceans", "absent"),) * 2, strict=True)]  # fmt: skip
    with open_store(tmp_path) as store:
        for item in items:
            record(store, declare(item), CORRUPTION)
        store.decide(rulings[:1])
    assert not any(cell.topic == "oceans" for cell in follow(tmp_path, "XAA/CCPCJ").sessions[0].standings)
    with open_store(tmp_path) as store:
        store.decide(rulings[1:])
    cells = [each for each in follow(tmp_path, "XAA/CCPCJ").sessions[0].standings if each.topic == "oceans"]
    # What a person decided was not measured.
    assert [(cell.level, cell.measured) for cell in cells] == [(None, False)]


def test_a_second_run_reads_what_was_derived_and_says_the_same(folder: Path) -> None:
    first = follow(folder)
    assert (folder / DERIVED_NAME).is_file()
    assert follow(folder) == first
    (folder / DERIVED_NAME).unlink()
    assert follow(folder) == first


@pytest.mark.parametrize(
    ("series", "bounds", "error", "message"),
    [
        ("XAA/UNGA/70", {}, ReferenceInvalid, "XAA/UNGA"),
        ("XAA/UNGA", {"first": "79"}, NotInArchive, "holds sessions 70 to"),
        ("XAA/CCPCJ", {}, NotInArchive, "UNGA"),
    ],
)
def test_trouble_names_the_next_step(
    folder: Path, series: str, bounds: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        follow(folder, series, within=Within(**bounds))


# The map ---------------------------------------------------------------------------------------------


def test_the_map_marks_levels_without_colour(folder: Path) -> None:
    timeline = follow(folder)
    report = render_timeline(timeline, select_rows(timeline, ("corruption", "oceans")))
    rows = [line for line in report.splitlines() if line.startswith("  Corruption ")]
    assert any(row.split() == ["Corruption", "2", "D", ":", "-", "-", "D"] for row in rows), rows
    assert "no statement" in report
    assert "SESSION, REGULAR" in report
    assert "SESSION, SPECIAL" in report
    assert "\x1b" not in report


def test_colour_adds_shades_and_changes_no_mark(folder: Path) -> None:
    timeline = follow(folder)
    plain, coloured = (
        render_timeline(timeline, select_rows(timeline), color=color) for color in (False, True)
    )
    assert "48;5;" in coloured
    bare = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def invented(sessions: int, topics: int = 3) -> Timeline:
    names = tuple(Topic(f"t{n}", f"Topic {n} of a name that is a little long") for n in range(topics))
    cells = tuple(Standing(topic.id, "substantive", 2, 40, 0.04, "a rule", "We act.") for topic in names)
    return Timeline(
        "XAA/UNGA",
        Vocabulary("made-up", names),
        tuple(
            TimelineSession(str(n + 1), "regular", 1946 + n, "read", (f"XAA/UNGA/{n + 1}",), None, cells)
            for n in range(sessions)
        ),
    )


@given(st.integers(1, 130), st.integers(60, 120), st.booleans())
def test_any_number_of_sessions_fits_the_width(sessions: int, width: int, quotes: bool) -> None:
    timeline = invented(sessions)
    report = render_timeline(timeline, select_rows(timeline), width=width, quotes=quotes)
    assert all(cell_len(line) <= width for line in report.splitlines())
    rows = [line for line in report.splitlines() if line.startswith("  Topic ")]
    assert sum(line.count("S") for line in rows) >= 3 * sessions


def test_a_session_alone_has_its_year(folder: Path) -> None:
    timeline = follow(folder, within=Within("75", "75"))
    assert "2020" in render_timeline(timeline, select_rows(timeline)).split()


@pytest.mark.parametrize(
    ("level", "priority", "mark", "words"),
    [
        ("declared", 0.9, "D", ""),
        ("declared", 0.5, "d", ", likely (.50)"),
        ("substantive", 0.75, "S", ""),
        ("substantive", 0.74, "s", ", likely (.74)"),
        ("mentioned", 0.25, ".", ""),
        ("mentioned", 0.26, ":", ", likely (.74)"),
        ("acknowledged", 0.9, "+", ", likely (.10)"),
        ("substantive", None, "S", ""),
    ],
)
def test_a_level_that_fewer_than_three_in_four_would_give_is_less_sure(
    level: Level, priority: float | None, mark: str, words: str
) -> None:
    cell = replace(invented(1).sessions[0].standings[0], level=level, priority=priority)
    assert (mark_level(cell).text, mark_chance(cell)) == (mark, words)


def test_what_a_person_decided_is_sure() -> None:
    cell = replace(invented(1).sessions[0].standings[0], priority=0.1)
    decided = replace(cell, decided=Decision("Ana", OBSERVED, "level", "relabel", "substantive", "mentioned"))
    assert (mark_level(cell).text, mark_level(decided).text) == ("s", "S")


def test_the_largest_moves_hold_the_earlier_half_against_the_later_one() -> None:
    timeline = invented(7)
    gone = [
        replace(session, standings=session.standings[:2]) if at >= 3 else session
        for at, session in enumerate(timeline.sessions)
    ]
    timeline = replace(timeline, sessions=tuple(gone))
    report = build_timeline(timeline, select_rows(timeline))
    moves = report.sections[0]
    assert moves.title == "largest moves, 1–3 → 4–7"
    assert [(entry.claim[0].text[:7], entry.cells) for entry in moves.entries] == [
        ("Topic 2", ("4 → 0", "3 of 3 → 0 of 4"))
    ]
    few = replace(timeline, sessions=timeline.sessions[2:5])
    assert not build_timeline(few, select_rows(few)).sections[0].title.startswith("largest")


def test_markdown_has_a_column_for_each_session_and_every_row(folder: Path) -> None:
    timeline = follow(folder, within=Within("74", "75"))
    rows = select_rows(timeline)
    report = render_markdown(build_timeline(timeline, rows))
    table = [line for line in report.splitlines() if line.startswith("|")]
    assert table[:2] == ["| topic | a priority at | 74 (2019) | 75 (2020) |", "| --- | ---: | --- | --- |"]
    assert len(table) == len(rows) + 2
    assert "| Corruption | 1 | D |  |" in table
    quoted = render_markdown(build_timeline(timeline, select_rows(timeline, ("corruption",)), quotes=True))
    assert "- **74 (2019)**<!-- -->, declared; " in quoted
    assert "  - “**Corruption** is our first priority.”" in quoted


def test_every_session_of_a_long_series_is_under_its_year() -> None:
    report = render_timeline(invented(79), select_rows(invented(79)))
    heads, rows = (
        [line for line in report.splitlines() if lead in line] for lead in ("  a priority at", "  Topic 0")
    )
    years, marks = heads[-2], rows[-2]
    assert "1950" in years
    assert marks[years.index("1950")] == "S"


def test_the_strongest_topics_come_first_and_the_rest_on_request() -> None:
    timeline = invented(2, topics=LINES + 5)
    rows = select_rows(timeline)
    report = render_timeline(timeline, rows)
    assert len(report.splitlines()) <= LINES
    assert "more: --all" in report
    assert "more: --all" not in render_timeline(timeline, rows, everything=True)
    one, other = timeline.sessions
    alone = replace(other, standings=other.standings[3:4])
    assert select_rows(replace(timeline, sessions=(one, alone)))[0].topic.id == "t3"


def test_what_is_only_mentioned_is_shown_where_everything_is(folder: Path) -> None:
    timeline = follow(folder)
    shown, everything = (
        {row.topic.id for row in select_rows(timeline, everything=each)} for each in (False, True)
    )
    assert "trade" not in shown
    assert "trade" in everything


# For programs ----------------------------------------------------------------------------------------


def test_csv_has_a_row_for_each_topic_and_session(folder: Path) -> None:
    timeline = follow(folder)
    rows = select_rows(timeline, ("corruption", "cybercrime"))
    table = list(csv.DictReader(io.StringIO(str(timeline_table(timeline, rows, "csv")))))
    assert len(table) == len(rows) * len(timeline.sessions)
    told = {row["session"]: row for row in table if row["topic"] == "corruption"}
    assert (told["74"]["level"], told["74"]["status"], told["74"]["before"]) == ("declared", "moved up", "71")
    assert (told["75"]["level"], told["75"]["status"], told["75"]["share"]) == (
        "absent",
        "not repeated",
        "0.0",
    )
    assert (told["72"]["state"], told["72"]["level"]) == ("no statement", "")
    assert 0 < float(told["70"]["share"]) <= 1
    assert 0 < float(told["71"]["priority"]) < float(told["70"]["priority"]) <= 1


def test_json_is_what_its_schema_says(folder: Path) -> None:
    timeline = follow(folder)
    data = json.loads(timeline_json(timeline, select_rows(timeline)))
    schema("timeline").validate(data)
    assert list(data) == properties("timeline")
    assert not schema("timeline").is_valid({**data, "extra": 1})
    known = {topic["id"] for topic in data["topics"]}
    assert {cell["topic"] for session in data["sessions"] for cell in session["standings"]} <= known


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("corruption", "corruption"),
        ("Artificial Intelligence", "artificial-intelligence"),
        ("OCEANS", "oceans"),
    ],
)
def test_a_topic_is_named_by_id_or_label(name: str, expected: str) -> None:
    assert name_topics(load_vocabulary(), [name]) == (expected,)


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("climate", {"climate-change", "climate-finance", "sea-level-rise"}),
        ("Women", {"gender-equality", "women-peace-security"}),
        ("disarmament", {"nuclear-weapons"}),
        ("situations-asia", {"situation-afghanistan"}),
    ],
)
def test_a_topic_that_groups_others_stands_for_all_below_it(name: str, some: set[str]) -> None:
    assert some < set(name_topics(load_vocabulary(), [name]))


@pytest.mark.parametrize("topic", load_vocabulary().topics, ids=lambda topic: topic.id)
def test_whatever_is_named_can_be_met_in_a_text(topic: Topic) -> None:
    termed = {each.id for each in load_vocabulary().topics if any(each.terms.values())}
    found = name_topics(load_vocabulary(), [topic.id])
    assert set() < set(found) <= termed
    assert topic.id not in termed or found == (topic.id,)


def test_a_taught_topic_stands_for_itself() -> None:
    broad, narrow = Topic("broad", "Broad"), Topic("narrow", "Narrow", broader="broad", terms={"en": ("n",)})
    plain = Vocabulary("own", (broad, narrow))
    assert name_topics(plain, ["broad"]) == ("narrow",)
    model = TopicModel("en", 0.5, (TopicWeights("broad", 0.0, {}, {}),), "ab" * 32)
    assert name_topics(replace(plain, model=model), ["broad"]) == ("broad",)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("corupption", "did you mean corruption"),
        ("intelligence", "artificial"),
        ("xyzzy", "tracker list --topics"),
    ],
)
def test_an_unknown_topic_brings_suggestions(name: str, hint: str) -> None:
    with pytest.raises(VocabularyInvalid, match=hint):
        name_topics(load_vocabulary(), [name])


# Countries -------------------------------------------------------------------------------------------


def test_what_most_countries_put_first(folder: Path) -> None:
    reading = compare_countries(folder, "unga", "75th", load_vocabulary())
    assert len(reading.countries) == 10
    rows = select_topics(reading)
    assert rows[0].topic.id == "corruption"
    assert {"XAZ", "XBZ"} <= set(rows[0].priorities)
    report = render_countries(reading, rows, rows)
    assert "SHARED BY FEW: XAA" in report
    assert max(map(len, report.splitlines())) <= 80
    assert "a fifth of the countries" in render_countries(
        replace(reading, countries=reading.countries * 2), rows, rows, everything=True
    )


def test_what_sets_a_country_apart(folder: Path) -> None:
    reading = compare_countries(folder, "UNGA", "75", load_vocabulary())
    everyone = select_topics(reading)
    one = narrow_countries(folder, reading, "XAA")
    apart = find_distinctive(one.countries[0], everyone, len(reading.countries))
    assert {"cybercrime", "corruption"} & {each.row.topic.id for each in apart} == {"cybercrime"}
    assert all(each.score > 0 for each in apart)


def test_a_crowd_is_summed_up_and_two_are_set_side_by_side(folder: Path) -> None:
    reading = compare_countries(folder, "UNGA", "75", load_vocabulary())
    crowd = replace(
        reading,
        countries=tuple(replace(reading.countries[n % 10], country=f"Y{n:02}") for n in range(60)),
    )
    rows = select_topics(crowd)
    report = render_countries(crowd, rows, rows)
    assert len(report.splitlines()) <= LINES
    assert "--countries" in report
    assert "60 countries" in report
    two = narrow_countries(folder, reading, "XAA,XAB")
    told = render_countries(two, select_topics(two), select_topics(reading))
    assert any(line.split() == ["XAA", "XAB"] for line in told.splitlines())


def test_a_topic_lists_its_countries_by_level(folder: Path) -> None:
    reading = compare_countries(folder, "UNGA", "75", load_vocabulary())
    rows = select_topics(reading, ("oceans",))
    report = render_countries(reading, rows, rows, topics=("oceans",))
    assert "substantive (" in report
    assert "XAB" in report
    assert "corruption" not in report.lower()


def test_countries_as_json_are_what_their_schema_says(folder: Path) -> None:
    reading = compare_countries(folder, "UNGA", "75", load_vocabulary())
    rows = select_topics(reading)
    data = json.loads(countries_json(reading, rows, rows))
    schema("countries").validate(data)
    assert list(data) == properties("countries")
    assert data["topics"][0]["share_of_countries"] == 0.8


def test_nobody_spoke_and_one_did_not(folder: Path) -> None:
    with pytest.raises(NotInArchive, match="tracker list UNGA"):
        compare_countries(folder, "UNGA", "12", load_vocabulary())
    with pytest.raises(NotInArchive, match="XAB"):
        narrow_countries(folder, compare_countries(folder, "UNGA", "70", load_vocabulary()), "XAB")


# Phrases of a series ---------------------------------------------------------------------------------


FRONTIER = "Frontier models alarm the fishermen of the coast."


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phrases")
    create_archive(folder)
    usual = "\n".join(f"We met in the valley to speak of bridges and number {n}." for n in range(60))
    with open_store(folder) as store:
        for session in (70, 71, 72):
            record(store, declare(f"XAA/UNGA/{session}~prepared.en"), usual)
        record(store, declare("XAA/UNGA/73~prepared.en"), f"{usual}\n" + "\n".join([FRONTIER] * 12))
        record(store, declare("XAA/UNGA/74~prepared.fr"), "Nous parlons des ponts.\nNous parlons.")
    return folder


def test_a_session_is_set_apart_by_its_words(spoken: Path) -> None:
    series = find_series_phrases(spoken, "XAA/UNGA", "73", load_vocabulary())
    (session,) = series.sessions
    assert {"Frontier models", "fishermen of the coast"} & {use.phrase for use in session.phrases}
    for use in (use for use in session.phrases if use.status == "emerging"):
        assert (use.quote, use.paragraph > 60) == (FRONTIER, True)
        assert (use.old, use.new) == (0, 12)
    assert series.read == ("70", "71", "72", "73")
    report = render_phrases(series)
    assert "Frontier models" in report
    assert "UN General Debate" in report


def test_every_session_has_a_line(spoken: Path) -> None:
    series = find_series_phrases(spoken, "XAA/UNGA~en", None, load_vocabulary())
    report = render_phrases(series).splitlines()
    assert sum(line.strip().endswith("nothing") for line in report) == 3
    assert max(map(len, report)) <= 80
    schema("phrases").validate(json.loads(phrases_json(series)))


def test_another_language_has_a_flat_prior_and_says_so(spoken: Path) -> None:
    series = find_series_phrases(spoken, "XAA/UNGA", "74", load_vocabulary())
    assert series.read == ("74",)
    assert "flat" in render_phrases(series)


# The commands ----------------------------------------------------------------------------------------


@pytest.fixture
def run(tracker: Callable[..., Ran], folder: Path) -> Callable[..., Ran]:
    return partial(tracker, TRACKER_ARCHIVE=str(folder))


def test_timeline_prints_a_map(run: Callable[..., Ran]) -> None:
    ran = run("timeline", "XAA/UNGA")
    assert (ran.code, ran.err) == (0, "")
    assert "Corruption" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "\x1b" not in ran.out
    assert "\x1b" in run("timeline", "XAA/UNGA", "--color", "always").out


def test_timeline_of_one_topic_quotes(run: Callable[..., Ran]) -> None:
    ran = run("timeline", "XAA/UNGA", "--topic", "Corruption", "--from", "74")
    assert "“*Corruption* is our first priority.”" in ran.out
    assert "not repeated" in ran.out
    assert "Oceans" not in ran.out


@pytest.mark.parametrize("form", ["csv", "json"])
def test_timeline_is_written_to_a_file(run: Callable[..., Ran], tmp_path: Path, form: str) -> None:
    ran = run("timeline", "XAA/UNGA", "--format", form, "--output", f"out.{form}")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert "corruption" in (tmp_path / f"out.{form}").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("timeline", "XAA/UNGA"), "Cybercrime"),
        (("timeline", "UNGA", "75"), "a priority of 1 of 10"),
        (("timeline", "UNGA", "--sessions", "75"), "Cybercrime"),
        (("diff", "XAA/UNGA", "74", "75"), "*cybercrime*"),
        (("trace", "XAA/UNGA"), "said"),
    ],
)
def test_a_name_that_groups_topics_is_answered_for_each(
    run: Callable[..., Ran], arguments: tuple[str, ...], said: str
) -> None:
    ran = run(*arguments, "--topic", "cybercrime-domain")
    assert said.lower() in ran.out.lower()
    assert "Cybercrime domain" not in ran.out


@pytest.mark.parametrize(
    ("sessions", "said"),
    [
        (("70", "75"), "! 2 sessions of this series lie between 70 and 75: what is new now may have come up"),
        (("71", "75"), "! 1 session of this series lies between 71 and 75: what is new now may have come up"),
        (("71", "74"), None),
        (("75", "70"), None),
    ],
)
def test_sessions_between_are_told(
    run: Callable[..., Ran], sessions: tuple[str, str], said: str | None
) -> None:
    report = " ".join(run("diff", "XAA/UNGA", *sessions).out.split())
    assert said is None or said in report
    assert ("of this series" in report) is (said is not None)


def test_the_later_side_has_not_been_there_before_the_earlier_one(run: Callable[..., Ran]) -> None:
    data = json.loads(run("diff", "XAA/UNGA", "75", "70", "--format", "json").out)
    told = {each["topic"]: (each["status"], each["last"]) for each in data["topics"]}
    assert (told["corruption"], told["cybercrime"]) == (("new", None), ("not repeated", None))


def test_compare_countries_as_a_matrix(run: Callable[..., Ran]) -> None:
    ran = run("timeline", "UNGA", "75", "--format", "csv", "--topic", "oceans")
    table = {row["country"]: row["oceans"] for row in csv.DictReader(io.StringIO(ran.out))}
    assert (len(table), table["XAB"], table["XAZ"]) == (10, "substantive", "")


def test_what_is_rare_is_told_from_all_countries(run: Callable[..., Ran]) -> None:
    ran = run("timeline", "UNGA", "75", "--countries", "XAA")
    assert re.search(r"others\n.*  0 of 9\n", ran.out)


def test_phrases_answers(run: Callable[..., Ran]) -> None:
    ran = run("timeline", "XAA/UNGA", "75", "--phrases", "--format", "json")
    assert (ran.code, json.loads(ran.out)["series"]) == (0, "XAA/UNGA")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("timeline", "XAA/UNGA", "--topic", "corupption"), "corruption"),
        (("timeline", "XAA/UNGA/75"), "XAA/UNGA"),
        (("timeline", "XAD/UNGA"), "XAA"),
        (("timeline", "UNGA", "12"), "tracker list"),
        (("timeline", "UNGA", "75", "--countries", "GBR"), "GBR"),
        (("timeline", "NOWHERE", "75"), "NOWHERE"),
        (("timeline", "XAA/UNGA", "12", "--phrases"), "12"),
        (("timeline", "XAA/UNGA", "--vocabulary", "none.toml"), "none.toml"),
    ],
)
def test_trouble_is_one_clear_line_and_exit_2(
    run: Callable[..., Ran], arguments: tuple[str, ...], message: str
) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert message in ran.err
