"""Words followed through a series or a body, and searched: totals, pages, and what is absent."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.archives import OBSERVED, declare, in_session, record
from tests.conftest import run_tracker
from tests.thorough import examples
from tracker.archive import ArchiveSession, create_archive, open_store
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.naming import name_topics
from tracker.follow import trace
from tracker.follow.series import parse_place
from tracker.follow.tracing.matching import find_near, match_phrase, read_phrase
from tracker.follow.tracing.search import count_near, find_beginnings, find_words, make_spread
from tracker.model.texts import Segment
from tracker.model.tracing import SpreadStatement
from tracker.report.series.spread import render_spread
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.running import Ran
    from tracker.follow.tracing.search import TraceQuery
    from tracker.model.tracing import Spread

SOLUTION = "We support a two-State solution."
HELD = [
    ("FRA/UNGA/70", "2015-09-28", "Nous aimons la paix."),
    ("FRA/UNGA/70~translation.en", "2015-09-28", "We love peace."),
    ("GBR/UNGA/70", "2015-09-29", "We speak of trade."),
    ("JPN/UNGA/71", "2016-09-21", f"{SOLUTION}\nLet there be two States. The two-State solution lives."),
    ("FRA/UNGA/72~translation.en", "2017-09-19", "We want a solution with two States."),
    ("GBR/UNGA/72", "2017-09-20", f"{SOLUTION}\nClimate action cannot wait, nor can organisations."),
    ("KIR/UNGA/72", "2017-09-21", "The rising sea level takes our islands.\nThe seas rise."),
    ("GBR/UNGA/73", None, "A two-State, negotiated solution. The climatic change in Co-operation."),
    ("GBR/HRC/52/item-2", "2023-03-01", "A two-State solution at another body."),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("followed")
    create_archive(folder / "snapshots")
    with open_store(folder / "snapshots") as store:
        for name, delivered, text in HELD:
            language = "" if "~" in name else "~prepared.fr" if "Nous" in text else "~prepared.en"
            record(store, declare(name + language, delivered=delivered), text, OBSERVED)
    return folder


@pytest.fixture
def run(folder: Path) -> Callable[..., Ran]:
    return partial(run_tracker, folder)


# Phrases with open endings, and words that come near ------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("climat*", "The climate, a climatic event.", ["climate", "climatic"]),
        ("climat*", "A climate-resilient path, Climate’s toll.", ["climate-resilient", "Climate"]),
        ("climat*", "We acclimatise.", []),
        ("nuclear weapon*", "Nuclear weapons and a nuclear weapon.", ["Nuclear weapons", "nuclear weapon"]),
        ("nuclear weapon*", "The nuclear-weapon-free zone.", []),
        ("organi* crime", "Organised crime is organized crime.", ["Organised crime", "organized crime"]),
        ("изменени* климата", "Изменение климата.", ["Изменение климата"]),
        ("核*", "销毁核武器。", ["核"]),
        ("WHO", "Those who lead the WHO.", ["WHO"]),
        ("AI", "L’AI, et j’ai peur de l’ai.", ["AI"]),
        ("the US and others", "The US and others join us and others.", ["The US and others"]),
        ("RULE OF LAW", "The rule of law.", ["rule of law"]),
        ("PEACE", "We want peace.", ["peace"]),
        ("SDG*", "An SDG of the SDGs.", ["SDG", "SDGs"]),
    ],
)
def test_open_endings_and_acronyms(phrase: str, text: str, expected: list[str]) -> None:
    matches = match_phrase(read_phrase(phrase, asked=True), text, fold(text))
    assert [text[match.start : match.end] for match in matches if match.exact] == expected


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("loss and damage", "The damage and the loss grow.", "damage and the loss"),
        ("loss and damage", "There is loss, and in the end also damage.", ""),
        ("loss and damage", "We have suffered a loss.", ""),
        ("two-state solution", "Two States, side by side.", "Two States"),
        ("Security Council reform", "A reform of the Council.", "reform of the Council"),
        ("Security Council reform", "Reform needs security.", ""),
        ("nuclear weapons", "A nuclear-weapon-free world.", "nuclear-weapon-free"),
        ("proliferation", "On non-proliferation we agree.", "non-proliferation"),
        ("we the peoples", "All peoples agree.", ""),
        ("droits de l'homme", "L’État de droit.", ""),
        ("arms race in space", "A race for arms in space.", "race for arms in space"),
        ("WHO", "Those who lead.", "who"),
        ("5", "It rose to 5.5.", ""),
        ("day by day", "Day and night.", ""),
    ],
)
def test_what_is_near(phrase: str, text: str, expected: str) -> None:
    asked = read_phrase(phrase, asked=True)
    assert not match_phrase(asked, text, fold(text))
    near = find_near(asked, text, fold(text))
    assert (near.text if near else "") == expected


# What the index finds is all there is ----------------------------------------------------------------

_SAID = st.sampled_from(
    [
        *("two-State solution", "nuclear weapons", "weapon-free", "co-operation", "cooperation", "organised"),
        *("organized", "crimes", "crime", "rising", "sea", "level", "levels", "climate", "change", "1.5"),
        *("degrees", "UN", "United Nations", "loss and damage", "labour", "labor", "policies", "policy"),
        *("women", "woman", "Climate’s", "programme", "programs", "centre", "of the", "crises", "children"),
    ]
)
_ASKED = ["two-state solution", "loss and damage", "climat*", "organized crime", "rising sea", "co-operation"]


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.lists(_SAID, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=6), st.data())
def test_the_beginnings_of_words_leave_out_nothing_that_is_said(said: list[str], data: st.DataObject) -> None:
    topics = st.sampled_from([topic.id for topic in load_vocabulary().topics])
    named = name_topics(load_vocabulary(), [data.draw(topics)])
    asked = trace.read_asked(
        data.draw(st.lists(st.sampled_from(_ASKED), max_size=2)), named, load_vocabulary()
    )
    segments = [Segment(at, "sentence", 1, 0, len(text), text) for at, text in enumerate(said)]
    beginnings = find_beginnings(asked, "en")
    assert beginnings is not None
    found, near = find_words(asked, segments, "en")
    held = [segment for segment in segments if _holds(segment.text, beginnings)]
    assert find_words(asked, held, "en") == (found, near)


def _holds(text: str, beginnings: frozenset[frozenset[str]]) -> bool:
    words = fold(text).replace("-", " ").replace("'", " ").replace(".", " ").split()
    return any(all(any(word.startswith(each) for word in words) for each in some) for some in beginnings)


@pytest.mark.parametrize("text", ["two-state solution", "climat*", "peace", "co-operation", "paix"])
def test_a_body_says_what_its_series_say(folder: Path, text: str) -> None:
    asked = trace.read_asked([text])
    with ArchiveSession(folder / "snapshots") as archive:
        spread = trace.trace_body(archive, parse_place("unga"), asked)
        series = [
            statement
            for country in ("FRA", "GBR", "JPN", "KIR")
            for statement in trace.trace_series(archive, parse_place(f"{country}/UNGA"), asked).statements
        ]
    found = {each.reference.partition("~")[0]: each.sayings for each in spread.statements}
    assert found == {each.side.name.partition("~")[0]: each.occurrences for each in series}


# All countries of a body -----------------------------------------------------------------------------


def test_a_body_tells_who_first_and_how_often(folder: Path) -> None:
    spread = _spread(folder, trace.read_asked(["two-state solution", "two States"]))
    assert [(each.session, each.said, each.times, each.newly) for each in spread.sessions] == [
        ("70", 0, 0, ()),
        ("71", 1, 3, ("JPN",)),
        ("72", 2, 2, ("FRA", "GBR")),
        ("73", 0, 0, ()),
    ]
    assert [(each.country, each.statements, each.said, each.loosely) for each in spread.countries] == [
        ("JPN", 1, 1, 0),
        ("GBR", 3, 1, 1),
        ("FRA", 2, 1, 0),
        ("KIR", 1, 0, 0),
    ]
    # The United Kingdom spoke later, and did not say it then.
    assert [each.lastly for each in spread.sessions] == [(), (), ("GBR",), ()]
    table = [line for line in render_spread(spread).splitlines() if line.startswith("72 (2017)")]
    assert table == ["72 (2017)     3     2        0      2  FRA, GBR    GBR"]
    report = " ".join(render_spread(spread).split())
    assert "in 3 statements by 3 countries, 5 times: first 71 (2016), last 72 (2017)" in report
    assert "“two-State solution” 3 · “two States” 2" in report
    assert "first by Japan JPN/UNGA/71 ¶1 We support a *two-State solution*." in report
    assert "loosely in 1 more statement" in report
    assert "In another language, so not silent: statements in French." in report


def _spread(folder: Path, asked: TraceQuery) -> Spread:
    return in_session(trace.trace_body)(folder / "snapshots", parse_place("UNGA"), asked)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"69": "GBR", "70": "FJI DMA WSM GBR"}, "!  Before 70 (2015), statements of at most 1 country"),
        ({"68": "GBR", "69": "GBR FRA", "70": "FJI DMA WSM GBR"}, "!  Before 69 (2014), statements of"),
        ({"69": "GBR FRA FJI", "70": "FJI DMA WSM GBR"}, ""),
        ({"70": "FJI DMA WSM GBR", "71": "GBR"}, ""),
    ],
)
def test_where_few_countries_are_held_the_first_ones_may_not_be(held: dict[str, str], said: str) -> None:
    asked = trace.read_asked(["loss and damage"])
    segment = Segment(0, "sentence", 1, 0, 0, "We suffer loss and damage.")
    found, _ = find_words(asked, [segment], "en")
    statements = [
        SpreadStatement(f"{code}/UNGA/{session}~prepared.en", code, session, 1945 + int(session), "en", found)
        for session, codes in held.items()
        for code in codes.split()
    ]
    report = render_spread(make_spread(asked, "UNGA", statements, ()))
    assert said in report
    assert ("may have said it earlier" in " ".join(report.split())) is bool(said)
    if len(held[min(held)].split()) == 4:
        first = (
            "first by 4 countries at 70 (2015), in the order of the alphabet: Dominica, Fiji, Samoa, United"
        )
        assert first in " ".join(report.split())


def test_the_terms_of_a_topic_are_traced(run: Callable[..., Ran]) -> None:
    ran = run("trace", "UNGA", "--topic", "Sea-level rise")
    assert "first by   Kiribati" in ran.out
    assert "*rising sea level*" in ran.out
    both = run("trace", "GBR/UNGA", "two-state solution", "--topic", "climate-change")
    assert "*Climate action*" in both.out or "*two-State solution*" in both.out
    assert "A phrase and the terms of a topic" in both.out


def test_csv_has_a_row_for_each_saying_and_each_silence(run: Callable[..., Ran]) -> None:
    for place, statements in (("UNGA", 7), ("GBR/UNGA", 3)):
        ran = run("trace", place, "two-state solution", "--format", "csv")
        rows = list(csv.DictReader(StringIO(ran.out)))
        assert len({row["reference"] for row in rows}) == statements
        loose = [row for row in rows if row["said"] == "loose"]
        assert [(row["session"], row["words"]) for row in loose] == [("73", "two-State, negotiated solution")]
        assert {row["year"] for row in rows if row["session"] == "73"} == {"2018"}
        assert {row["sentence"] for row in rows if row["said"] == "no"} == {""}


def test_bounds_and_editions_of_a_body(run: Callable[..., Ran]) -> None:
    told = json.loads(run("trace", "UNGA~fr", "paix", "--format", "json").out)
    assert [each["reference"] for each in told["statements"]] == ["FRA/UNGA/70~prepared.fr"]
    late = json.loads(run("trace", "UNGA", "solution", "--from", "72", "--format", "json").out)
    assert [each["session"] for each in late["sessions"]] == ["72", "73"]


def test_countries_beyond_the_first_twenty_are_shown_on_demand(folder: Path) -> None:
    spread = _spread(folder, trace.read_asked(["two-state solution"]))
    many = replace(spread, countries=spread.countries[:1] * 25)
    assert "5 more: --all" in render_spread(many)
    assert render_spread(many, everything=True).count("Japan  ") == 25


@settings(max_examples=examples(30), deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=80),
    st.sampled_from(["79", "31-reconvened", "a-session-with-a-name-of-its-own"]),
    st.integers(60, 120),
)
@example("", "31-reconvened", 60)
def test_any_text_fits_the_width_and_is_safe(text: str, session: str, width: int) -> None:
    asked = trace.read_asked([f"nuclear weapons {text.replace('*', '')}", "loss and damage"])
    segment = Segment(0, "sentence", 120, 0, 0, f"{text} loss and damage {text} damage, loss {text}")
    other = replace(segment, text=f"{text} damage and the loss {text}")
    found, near = find_words(asked, [segment, other], "en")
    said = SpreadStatement(f"GBR/UNGA/{session}~prepared.en", "GBR", session, 2024, "en", found)
    spread = make_spread(asked, "UNGA", [said], count_near((each, said.reference) for each in near))
    report = render_spread(spread, width=width)
    assert all(cell_len(row) <= width for row in report.splitlines())
    assert not set(report) & {"\x1b", "\r", "\x07", "\u202e"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("trace", "CCPCJ", "peace"), "nothing at CCPCJ in the archive; it has HRC and UNGA"),
        (("trace", "UNGA", "peace", "--from", "80"), "the archive holds sessions 70 to 73"),
        (("trace", "UNGA~es", "peace"), "no es"),
        (("trace", "UNGA"), "give a phrase or a sentence in quotation marks, or --topic"),
        (("trace", "UNGA", "*mate"), "behind three letters"),
        (("trace", "UNGA", "of*"), "behind three letters"),
        (("trace", "UNGA", "peace", "--or", "?!"), "nothing to trace"),
        (("trace", "UNGA", "--topic", "climate-chance"), "did you mean climate-change"),
        (
            ("search", "peace", "--country", "KIR", "--session", "70", "--body", "UNGA"),
            "KIR/UNGA has session 72",
        ),
        (("search", "peace", "--country", "KIR", "--session", "70"), "KIR has session 72; no 70"),
        (("search", "peace", "--session", "99"), "the archive has sessions 70 to 73 and 52; no 99"),
        (("search", "peace", "--body", "UNGA", "--session", "99th"), "UNGA has sessions 70 to 73; no 99"),
        (
            ("search", "peace", "--country", "Kenya"),
            "there are statements by FRA",
        ),
        (("search", "peace", "--body", "CCPCJ"), "it has HRC and UNGA"),
        (("search", "peace", "--from", "2030"), "statements of the years 2015 to 2023; none from 2030"),
        (("search", "peace", "--body", "UNGA", "--to", "60"), "sessions 70 to 73; none to 60"),
        (("search", "peace", "--to", "60"), "name their body: --body UNGA"),
        (("search", "peace", "--language", "es"), "statements in en, fr; none in es"),
        (("search", "solution", "--page", "4"), "no page 4: 6 passages found, the last page is 1"),
    ],
)
def test_what_the_archive_lacks_is_one_line_with_what_there_is(
    run: Callable[..., Ran], arguments: Sequence[str], message: str
) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


# Searching -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--order", "oldest"), ["JPN/71", "JPN/71", "FRA/72", "GBR/72", "GBR/73", "GBR/52/item-2"]),
        (("--order", "newest", "--body", "UNGA", "-n", "2"), ["GBR/73", "GBR/72"]),
        (("--order", "newest", "--body", "UNGA", "-n", "2", "--page", "2"), ["FRA/72", "JPN/71"]),
        (("--order", "oldest", "--from", "2017", "--to", "2018"), ["FRA/72", "GBR/72", "GBR/73"]),
        (("--order", "oldest", "--body", "UNGA", "--to", "71st session"), ["JPN/71", "JPN/71"]),
        (("--country", "United Kingdom", "--body", "HRC"), ["GBR/52/item-2"]),
    ],
)
def test_a_search_is_ordered_and_narrowed(
    run: Callable[..., Ran], options: Sequence[str], found: list[str]
) -> None:
    hits = json.loads(run("search", "solution", *options, "--format", "json").out)["passages"]
    places = [hit["reference"].partition("~")[0].split("/") for hit in hits]
    assert ["/".join([country, *rest]) for country, _, *rest in places] == found


def test_what_is_there_and_does_not_say_it_is_no_error(run: Callable[..., Ran]) -> None:
    ran = run("search", "quokka", "--country", "GBR", "--from", "2017")
    assert (ran.code, ran.out) == (0, "Nothing found.\n")
