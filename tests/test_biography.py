"""What is traced is found where it is said, told apart as exact or loose, and never made up."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.cells import cell_len

from tests.comparisons import side, version
from tests.running import ROOT
from tests.thorough import examples
from tracker.follow.tracing.matching import match_phrase, read_phrase
from tracker.follow.tracing.origins import find_origins
from tracker.follow.tracing.search import count_near, number_wordings, read_query, trace
from tracker.model.texts import Side
from tracker.model.tracing import Attribution, Biography, TracedStatement
from tracker.report.series.biography import biography_json, render_biography
from tracker.report.series.origins import attribution_json, render_attribution
from tracker.text.identity import fold
from tracker.text.reading import read_text

SEEDS = {
    path.stem[4:6]: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "seeds" / "xaa").glob("XAA_??_????.md"))
}
PLEDGE = "Tavoria will keep its voluntary contribution to UNODC at 3 million euros for 2023 and 2024."
FUND = "We will contribute 5 million euros to the Technical Cooperation Fund in 2023."
FUND_NOW = "We intend to contribute 8 million euros to the Technical Cooperation Fund in 2024."
OCEAN = "The warming of the ocean already empties the nets of our fishermen."
WORDS = st.sampled_from(
    ["peace", "Peace", "and", "weapons", "weapon", "non-", "the", ",", "’s", "5", "5.5", "核"]
)


def matches(phrase: str, text: str) -> list[tuple[str, bool]]:
    found = match_phrase(read_phrase(phrase), text, fold(text))
    return [(text[match.start : match.end], match.exact) for match in found]


def read_schema(name: str) -> dict[str, Any]:
    text = (files("tracker.report.series") / f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(schema)
    return schema


def told(asked: str, *sides: Side, kinds: tuple[str, ...] = ()) -> Biography:
    question = read_query(asked)
    found, near = trace(question, [each.version for each in sides])
    statements = [
        TracedStatement(each, kind, occurrences)
        for each, occurrences, kind in zip(sides, found, kinds or ("regular",) * len(sides), strict=True)
    ]
    close = count_near((words, each.name) for each, some in zip(sides, near, strict=True) for words in some)
    return Biography("XAA/UNGA", question.text, question.unit, number_wordings(statements), near=close)


def spoke(session: str, *sentences: str, language: str = "en") -> Side:
    found = side(f"XAA/UNGA/{session}~prepared.{language}", sentences, language=language)
    return Side(found.name, found.version, session=session, delivered=f"20{session}-09-20")


def seeds() -> list[Side]:
    return [
        Side(f"XAA/CCPCJ/{session}", read_text(text, media_type="text/markdown"), session=session)
        for session, text in SEEDS.items()
    ]


# A phrase in a sentence ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("two-state solution", "A two-State solution is near.", [("two-State solution", True)]),
        ("two-state solution", "A two‑State\xa0solution is near.", [("two‑State\xa0solution", True)]),
        (
            "“rule of law”.",
            "The rule of law; the Rule of Law.",
            [("rule of law", True), ("Rule of Law", True)],
        ),
        ("two-state solution", "A two State solution is near.", [("two State solution", False)]),
        ("nuclear weapons", "No nuclear weapon was used.", [("nuclear weapon", False)]),
        ("nuclear weapons", "Nuclear and other weapons.", [("Nuclear and other weapons", False)]),
        ("peace and security", "Peace, and security.", [("Peace, and security", False)]),
        ("Japan", "In Japan’s view.", [("Japan", False)]),
        ("proliferation", "On non-proliferation we agree.", []),
        ("nuclear weapons", "A nuclear-weapon-free zone.", []),
        ("war", "The war-torn towns, the warning.", []),
        ("5", "It rose to 5.5 or 1,500.", []),
        ("A/RES/78/1", "See A/RES/78/10 and A/RES/78/1/Add.1.", []),
        ("nuclear weapons", "Nuclear tests, missiles, mines and all such weapons.", []),
        ("nuclear weapons", "Weapons that are nuclear.", []),
        ("droits de l'homme", "Les droits de l’homme.", [("droits de l’homme", True)]),
        ("homme", "Les droits de l’homme.", [("homme", True)]),
        ("核武器", "我们要求销毁核武器。", [("核武器", True)]),
        ("права человека", "Права человека важны.", [("Права человека", True)]),
        ("حقوق الإنسان", "نؤكد على حقوق الإنسان.", [("حقوق الإنسان", True)]),
    ],
)
def test_phrase(phrase: str, text: str, expected: list[tuple[str, bool]]) -> None:
    assert matches(phrase, text) == expected


@given(st.lists(WORDS, min_size=1, max_size=3), st.lists(WORDS, max_size=12))
def test_an_exact_match_is_the_same_folded_words(asked: list[str], said: list[str]) -> None:
    phrase, text = " ".join(asked), " ".join(said)
    wanted = read_phrase(phrase)
    for match in match_phrase(wanted, text, fold(text)):
        assert 0.5 <= match.likeness <= 1
        if match.exact:
            assert fold(text[match.start : match.end]) == wanted.folded


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_a_phrase_is_found_in_itself(words: list[str]) -> None:
    text = " ".join(words)
    phrase = read_phrase(text)
    if phrase.parts:
        inner = text[phrase.parts[0].start : phrase.parts[-1].end]
        assert any(match.exact for match in match_phrase(phrase, inner, fold(inner)))


def test_a_closer_phrase_is_more_alike() -> None:
    phrase = read_phrase("abolition of nuclear weapons")
    texts = (
        "abolition of nuclear weapons",
        "abolition of nuclear weapon",
        "abolition of all nuclear weapons",
        "abolition of existing nuclear weapons",
        "abolition, by treaty, of nuclear weapons",
    )
    grades = [match_phrase(phrase, text, text)[0].likeness for text in texts]
    assert grades == sorted(grades, reverse=True)
    assert len(set(grades)) == len(grades)


# A sentence through a series -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("illegal logging", "phrase"),
        ("Thank you.", "phrase"),
        ("Corruption remains our first priority.", "sentence"),
        ("prevention of an arms race in space", "sentence"),
        ("核武器", "phrase"),
        ("我们要求立即全面销毁一切核武器。", "sentence"),
    ],
)
def test_what_is_a_sentence(text: str, unit: str) -> None:
    assert read_query(text).unit == unit


def test_a_pledge_is_followed_through_its_wordings() -> None:
    biography = told(PLEDGE, *seeds())
    said = [(c.side.session, c.occurrences[c.leading].exact) for c in biography.statements if c.occurrences]
    assert said == [("29", False), ("30", False), ("31", False), ("32", True), ("33", False)]
    assert [statement.wording for statement in biography.statements] == [1, 2, 3, 4, 5]
    for before, statement in zip(biography.statements, biography.statements[1:], strict=False):
        old = "".join(edit.text for edit in statement.edits if edit.kind != "inserted")
        new = "".join(edit.text for edit in statement.edits if edit.kind != "deleted")
        assert (old, new) == (
            before.occurrences[before.leading].words,
            statement.occurrences[statement.leading].words,
        )


def test_a_phrase_is_silent_where_the_country_said_something_else() -> None:
    biography = told("illegal logging", *seeds())
    assert [statement.side.session for statement in biography.statements if statement.occurrences] == [
        "29",
        "32",
        "33",
    ]
    assert biography.silences == ("30", "31")
    assert {statement.wording for statement in biography.statements} == {1, None}


def test_a_sentence_inside_a_longer_one_is_exact_and_says_so() -> None:
    longer = f"Since you ask: {FUND[:-1]}, as we did before."
    biography = told(FUND, spoke("20", FUND), spoke("21", longer))
    methods = [statement.occurrences[0].method for statement in biography.statements]
    assert methods == ["equal", "contained"]
    assert "within a longer sentence" in render_biography(biography)


@pytest.mark.parametrize(
    "asked", ["fish and chips", "We thank the host country for the warm welcome.", OCEAN]
)
def test_what_was_never_said_is_not_found(asked: str) -> None:
    biography = told(asked, *seeds())
    assert not any(statement.occurrences for statement in biography.statements)
    assert biography.silences == ()
    assert "Nothing found" in render_biography(biography)


def test_a_sentence_reworded_step_by_step_is_followed_as_drift() -> None:
    first = "We call on all States to ratify the Treaty on the Protection of Rivers without delay."
    second = (
        "We call on all States to ratify the Treaty on the Protection of Rivers, to publish what their"
        " factories discharge and to compensate the fishermen downstream."
    )
    third = (
        "We call on all States to publish what their factories discharge and to compensate the fishermen"
        " downstream within five years."
    )
    biography = told(first, spoke("20", first, OCEAN), spoke("21", OCEAN, second), spoke("22", third, OCEAN))
    methods = [statement.occurrences[0].method for statement in biography.statements if statement.occurrences]
    assert methods == ["equal", "lexical", "drift"]
    assert all(0.5 <= c.occurrences[0].confidence < 1 for c in biography.statements[1:])
    assert "similar to a neighbouring wording" in render_biography(biography)


def test_a_sentence_split_in_two_is_one_saying() -> None:
    whole = "We will open twelve new courts in the northern districts and train two hundred judges by 2026."
    parts = (
        "We will open twelve new courts in the northern districts.",
        "We will train two hundred judges by 2026.",
    )
    biography = told(whole, spoke("20", OCEAN, *parts))
    (occurrence,) = biography.statements[0].occurrences
    assert "split into 2" in render_biography(biography)
    assert occurrence.segments == (1, 2)
    assert occurrence.text == " ".join(parts)


def test_other_kinds_of_session_and_other_languages_are_no_silence() -> None:
    sides = (
        spoke("20", OCEAN),
        spoke("s-1", "We met in haste."),
        spoke("21", "Nous parlons des forêts.", language="fr"),
        spoke("22", "We speak of forests."),
    )
    biography = told("warming of the ocean", *sides, kinds=("regular", "special", "regular", "regular"))
    assert biography.silences == ("22",)
    assert "In another language, so not silent: 21 (French)." in " ".join(render_biography(biography).split())


def test_a_session_that_says_it_in_one_of_its_statements_is_not_silent() -> None:
    sides = (spoke("20", OCEAN), spoke("21", "We speak of forests."), spoke("21", OCEAN))
    assert told("warming of the ocean", *sides).silences == ()


# The report ------------------------------------------------------------------------------------------


@settings(max_examples=examples(40), deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=120),
    st.text(st.characters(codec="utf-8"), max_size=120),
    st.integers(60, 120),
)
def test_any_text_fits_the_width_and_is_safe(before: str, after: str, width: int) -> None:
    sentence = f"{before} nuclear weapons {after}"
    biography = told("nuclear weapons", spoke("20", sentence), spoke("21", "Nuclear and other weapons."))
    report = render_biography(biography, width=width)
    assert all(cell_len(row) <= width for row in report.splitlines())
    assert not set(report) & {"\x1b", "\r", "\x07", "\u202e"}


def test_the_report_tells_exact_from_loose() -> None:
    biography = told(
        "nuclear weapons",
        spoke("20", "We reject nuclear weapons."),
        spoke("21", OCEAN),
        spoke("22", "We reject nuclear and other weapons."),
    )
    assert render_biography(biography).splitlines()[:9] == [
        "XAA/UNGA · “nuclear weapons”",
        "A phrase, searched in 3 statements: 20 (2020) to 22 (2022).",
        "said       in 1 statement: first 20 (2020), last 20 (2020)",
        "loosely    in 1 more statement, 1 wording: 22 (2022)",
        "not said   in 1 session",
        "",
        "  20  2020  ¶1    exact         We reject *nuclear weapons*.",
        "  21: not said",
        "  22  2022  ¶1    loose 0.79    We reject *nuclear and other weapons*.",
    ]


def test_json_has_every_statement_and_offsets_that_hold() -> None:
    report = json.loads(biography_json(told("illegal logging", *seeds())))
    schema = read_schema("biography")
    Draft202012Validator(schema).validate(report)
    assert list(report) == list(schema["properties"])
    assert [statement["session"] for statement in report["statements"]] == list(SEEDS)
    occurrences = [occurrence for statement in report["statements"] for occurrence in statement["sayings"]]
    assert {
        occurrence["text"][occurrence["start"] : occurrence["end"]].lower() for occurrence in occurrences
    } == {"illegal logging"}


def test_json_of_a_phrase_that_nobody_says_follows_the_schema() -> None:
    report = json.loads(biography_json(told("a carbon border tax", *seeds())))
    Draft202012Validator(read_schema("biography")).validate(report)
    assert report["first"] is None


# Where each sentence comes from ----------------------------------------------------------------------


def test_origins() -> None:
    versions = [
        version([FUND, "Thank you."]),
        version([OCEAN, "Thank you."]),
        version([FUND_NOW, OCEAN, "We will plant trees along the river.", "THANK YOU."]),
    ]
    fund, ocean, trees, thanks = find_origins(versions)
    assert (fund.first, fund.earlier, fund.earlier_segments) == (2, 0, (0,))
    assert 0.5 <= fund.confidence < 1
    assert (ocean.first, ocean.said, ocean.earlier) == (1, 2, None)
    assert (trees.first, trees.said, trees.earlier) == (2, 1, None)
    assert (thanks.first, thanks.said) == (0, 3)


def test_each_segment_has_one_origin_and_its_edits_lead_to_its_first_words() -> None:
    sides = seeds()
    versions = [each.version for each in sides]
    origins = find_origins(versions)
    assert [origin.segment for origin in origins] == list(range(len(versions[-1].segments)))
    reworded = [origin for origin in origins if origin.earlier is not None]
    assert any("voluntary contribution" in "".join(e.text for e in o.edits) for o in reworded)
    for origin in reworded:
        assert origin.earlier is not None
        old = "".join(edit.text for edit in origin.edits if edit.kind != "inserted")
        segments = versions[origin.earlier].segments
        assert old == " ".join(segments[at].text for at in origin.earlier_segments)


def test_different_speeches_are_not_said_to_be_reworded() -> None:
    rivers = version(
        ["We will host a regional academy in the port from June 2025 and offer 80 places a year."]
    )
    arms = version(["We will destroy 12,000 seized firearms by 30 June 2022 and will invite observers."])
    assert [origin.earlier for origin in find_origins([arms, rivers])] == [None]


def test_a_first_statement_has_nothing_before_it() -> None:
    attribution = Attribution("sessions", (spoke("20", FUND),), 10, find_origins([version([FUND])]))
    assert "The archive has no earlier session" in render_attribution(attribution)


def test_attribution_fits_the_width_and_reads_as_json() -> None:
    sides = tuple(seeds())
    attribution = Attribution("sessions", sides, 10, find_origins([each.version for each in sides]))
    for everything in (False, True):
        report = render_attribution(attribution, everything=everything)
        assert all(cell_len(row) <= 80 for row in report.splitlines())
    fields = json.loads(attribution_json(attribution))
    schema = read_schema("attribution")
    Draft202012Validator(schema).validate(fields)
    assert list(fields) == list(schema["properties"])
    assert [segment["text"] for segment in fields["segments"]] == [
        segment.text for segment in sides[-1].version.segments
    ]
