from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import ReferenceInvalid
from tracker.model.texts import Reference, TextKind
from tracker.references import (
    Body,
    Country,
    SessionKind,
    SessionStep,
    country_name,
    find_body,
    find_country,
    gather_references,
    gather_words,
    join_words,
    looks_like_reference,
    own_names,
    parse_reference,
    resolve_session,
    same_kind,
    session_sort_key,
)
from tracker.references.bodies import bodies
from tracker.references.countries import countries

# ---------------------------------------------------------------------------------------------------
# References


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GBR/UNGA", Reference("GBR", "UNGA")),
        ("GBR/UNGA/79", Reference("GBR", "UNGA", "79")),
        ("GBR/HRC/52/item-4", Reference("GBR", "HRC", "52", "item-4")),
        ("GBR/UNGA/79~verbatim.fr", Reference("GBR", "UNGA", "79", kind="verbatim", language="fr")),
        ("GBR/UNGA/79~verbatim", Reference("GBR", "UNGA", "79", kind="verbatim")),
        ("GBR/UNGA/79~fr", Reference("GBR", "UNGA", "79", language="fr")),
        ("GBR/UNGA/79~pt-br", Reference("GBR", "UNGA", "79", language="pt-br")),
        ("GBR/UNGA~verbatim", Reference("GBR", "UNGA", kind="verbatim")),
        ("GBR/UNGA/79@3", Reference("GBR", "UNGA", "79", snapshot=3)),
        ("GBR/UNGA/79@2024", Reference("GBR", "UNGA", "79", snapshot="2024")),
        ("GBR/UNGA/79@2024-05", Reference("GBR", "UNGA", "79", snapshot="2024-05")),
        ("GBR/UNGA/79@2024-05-20", Reference("GBR", "UNGA", "79", snapshot="2024-05-20")),
        (
            "GBR/HRC/52/item-4~prepared.en@2",
            Reference("GBR", "HRC", "52", "item-4", kind="prepared", language="en", snapshot=2),
        ),
        ("XAA/CCPCJ/31-reconvened", Reference("XAA", "CCPCJ", "31-reconvened")),
        ("EU/COP/COP26", Reference("EU", "COP", "COP26")),
        ("G77/UNGA-C2/78", Reference("G77", "UNGA-C2", "78")),
        ("GBR/UNSC/2024-05-20", Reference("GBR", "UNSC", "2024-05-20")),
    ],
)
def test_a_canonical_reference_is_read_and_written_alike(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("gbr/unga/79", "GBR/UNGA/79"),
        ("  GBR / UNGA / 79 ~ fr @ 3\n", "GBR/UNGA/79~fr@3"),
        ("UK/ga/79", "GBR/UNGA/79"),
        ("United Kingdom/General Assembly/seventy-ninth session", "GBR/UNGA/79"),
        ("GBR/HRC52", "GBR/HRC/52"),
        ("GBR/HRC52/item-4", "GBR/HRC/52/item-4"),
        ("GBR/HRC-S-36", "GBR/HRC/S-36"),
        ("GBR/HRCS36", "GBR/HRC/S-36"),
        ("GBR/COP26", "GBR/COP/COP26"),
        ("GBR/COP/26", "GBR/COP/COP26"),
        ("GBR/ccpcj31-reconvened", "GBR/CCPCJ/31-reconvened"),
        ("GBR/C3/79", "GBR/UNGA-C3/79"),
        ("GBR/C3-79", "GBR/UNGA-C3/79"),
        ("GBR/UNGA-C3/79", "GBR/UNGA-C3/79"),
        ("GBR/UNGA-ES-11", "GBR/UNGA/ES-11"),
        ("GBR/CBD-COP15", "GBR/CBD-COP/15"),
        ("GBR/HLPF2024", "GBR/HLPF/2024"),
        ("GBR/HRC/52/Item-4~VERBATIM.FR", "GBR/HRC/52/item-4~verbatim.fr"),
        ("GBR/UNGA/79@007", "GBR/UNGA/79@7"),
        ("Iran (Islamic Republic of)/UNGA/79", "IRN/UNGA/79"),
    ],
)
def test_other_writings_come_back_canonical(text: str, canonical: str) -> None:
    assert str(parse_reference(text)) == canonical


@pytest.mark.parametrize(
    ("words", "gathered", "joined"),
    [
        ("GBR/UNGA/79", ["GBR/UNGA/79"], "GBR/UNGA/79"),
        ("GBR/UNGA 79", ["GBR/UNGA", "79"], "GBR/UNGA/79"),
        ("GBR UNGA 79", ["GBR/UNGA", "79"], "GBR/UNGA/79"),
        ("uk hrc52", ["uk/hrc52"], "uk/hrc52"),
        ("United Kingdom UNGA 79", ["United Kingdom/UNGA", "79"], "United Kingdom/UNGA/79"),
        ("United Kingdom/UNGA 79", ["United Kingdom/UNGA", "79"], "United Kingdom/UNGA/79"),
        ("GBR/HRC 52 item-4", ["GBR/HRC", "52", "item-4"], "GBR/HRC/52/item-4"),
        ("GBR/UNGA 79~verbatim.fr@2", ["GBR/UNGA", "79~verbatim.fr@2"], "GBR/UNGA/79~verbatim.fr@2"),
        ("GBR 79", ["GBR", "79"], "GBR/79"),
        ("my old speech.txt", ["my", "old", "speech.txt"], "my old speech.txt"),
        ("GRB/UNGA 79", ["GRB/UNGA", "79"], "GRB/UNGA/79"),
    ],
)
def test_words_apart_are_read_as_one_reference(words: str, gathered: list[str], joined: str) -> None:
    assert gather_words(words.split()) == gathered
    assert join_words(words.split()) == joined


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("GBR/UNGA 79 FRA/UNGA 79", ["GBR/UNGA/79", "FRA/UNGA/79"]),
        ("GBR/UNGA/79 FRA/UNGA/79@2", ["GBR/UNGA/79", "FRA/UNGA/79@2"]),
        ("GBR/UNGA 79 speech-2.txt", ["GBR/UNGA/79", "speech-2.txt"]),
        ("GBR/UNGA HRC", ["GBR/UNGA", "HRC"]),
        ("GBR/UNGA gbr-hrc-52 GBR/CCPCJ 33", ["GBR/UNGA", "gbr-hrc-52", "GBR/CCPCJ/33"]),
        ("", []),
    ],
)
def test_sessions_are_put_with_the_series_before_them(words: str, found: list[str]) -> None:
    assert gather_references(words.split()) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("GBR", "'GBR' names no body; write one, such as GBR/UNGA/79"),
        ("GBR/79", "'GBR/79' names no body; write one, such as GBR/UNGA/79"),
        ("nobody", "body is missing"),
        ("GBR-UNGA-79", "did you mean GBR/UNGA/79"),
        ("GBR UNGA 79", "did you mean GBR/UNGA/79"),
        ("GBRUNGA/79", "did you mean GBR/UNGA/79"),
        ("UNGA/GBR/79", "did you mean GBR/UNGA/79"),
        ("GBR\\UNGA\\79", "did you mean GBR/UNGA/79"),
        ("GBR/UNGA/78-79", "two sessions are two words: 78 79"),
        ("GBR/UNGA/78..79", "two sessions are two words: 78 79"),
        ("GBR/", "body is empty"),
        ("/UNGA", "country is empty"),
        ("GBR//79", "body is empty"),
        ("GBR/UNGA/", "session is empty"),
        ("GBR/UNGA/79/", "item is empty"),
        ("GBR/UNGA/79/item/more", "too many"),
        ("GBR/UNGA79/item/more", "cannot read|unknown body"),
        ("../x", "country cannot be '..'"),
        ("GBR/../x", "body cannot be '..'"),
        ("GBR/UNGA/../x", "session cannot be '..'"),
        ("GBR/UNGA/79/..", "item cannot be '..'"),
        ("-rf/UNGA", "country cannot be '-rf'"),
        ("GBR/UNGA/79/-rf", "item cannot be '-rf'"),
        ("GBR/UNGA/79/a b", "item 'a b' may hold"),
        ("GBR/UNGA/79/a..b", "item 'a..b' may hold"),
        ("GBR/UNGA/79\x00", r"control characters"),
        ("GBR/UNGA/79/a\x1b[31mb", r"\\x1b"),
        ("GBR/UNGA/79/a\u202eb", r"\\u202e"),
        ("GBR/UNGA/79\n/x", r"\\n"),
        ("GBR/UNGA/" + "9" * 5000, "longer than 200"),
        ("GBR/UNGA/79~", "no kind or language"),
        ("GBR/UNGA/79~verbatim.", "'' is no language"),
        ("GBR/UNGA/79~verbatim.french1", "'french1' is no language"),
        ("GBR/UNGA/79~vrebatim", "did you mean verbatim"),
        ("GBR/UNGA/79~fr.verbatim", "unknown kind 'fr'"),
        ("GBR/UNGA/79~fr~en", "more than one ~"),
        ("GBR/UNGA/79@3~fr", "~ after @"),
        ("GBR/UNGA/79@1@2", "more than one @"),
        ("GBR/UNGA/79@", "neither a number"),
        ("GBR/UNGA/79@0", "neither a number"),
        ("GBR/UNGA/79@-1", "neither a number"),
        ("GBR/UNGA/79@2024-02-30", "neither a number"),
        ("GBR/UNGA/79@latest", "neither a number"),
        ("GBR/UNGA/79@٣", "neither a number"),
        ("GBR/UNGA@3", "no session is named"),
        ("GRB/UNGA", r"unknown country 'GRB'; did you mean GBR \(United Kingdom\)\?"),
        (
            "GBR/HCR/52",
            r"unknown body 'HCR'; did you mean HRC \(Human Rights Council\)\? `tracker list",
        ),
        ("GBR/zzzzzzzz", "unknown body 'zzzzzzzz'; `tracker list --bodies` lists those known"),
        ("Korea/UNGA", "KOR .* or PRK"),
        ("AU/UNGA", "AUS .* or AFRICANUNION"),
        ("GBR/COSP/3", "CRPD-COSP .* or UNCAC-COSP"),
        ("GBR/General Conference/3", "UNESCO-GC .* or IAEA-GC .* or UNIDO-GC"),
        ("GBR/HRC/foo", "cannot read 'foo' as a session of HRC; expected a label such as 51 or S-35"),
        ("GBR/UNGA/2024", "UNGA numbers its sessions; in 2024: 79"),
        ("GBR/HRC/2023", "in 2023: 52, 53, 54"),
    ],
)
def test_a_fault_is_named_on_one_line_that_prints(text: str, says: str) -> None:
    with pytest.raises(ReferenceInvalid, match=says) as caught:
        parse_reference(text)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def _labels(body: Body) -> st.SearchStrategy[str]:
    return st.one_of([_labels_of(kind) for kind in body.kinds])


def _labels_of(kind: SessionKind) -> st.SearchStrategy[str]:
    if "{n}" in kind.label:
        return st.integers(1, kind.last).map(lambda n: kind.label.format(n=n))
    if "{year}" in kind.label:
        return st.integers(1946, 2100).map(str)
    if "{date}" in kind.label:
        return st.dates().filter(lambda day: 1946 <= day.year < 2100).map(str)
    return st.sampled_from(["opening", "open-debate", "high-level.2"])


_ITEMS = st.from_regex(r"[a-z0-9]{1,9}([._-][a-z0-9]{1,9}){0,2}", fullmatch=True)
_LANGUAGES = st.sampled_from(["en", "fr", "es", "ru", "ar", "zh", "und", "pt-br"])
_SNAPSHOTS = (
    st.integers(1, 999_999).filter(lambda n: not 1900 <= n < 2200)
    | st.dates().filter(lambda day: 1946 <= day.year < 2100).map(str)
    | st.sampled_from(["2024", "2024-05"])
)


@st.composite
def _references(draw: st.DrawFn) -> Reference:
    body = draw(st.sampled_from(bodies()))
    session = draw(st.none() | _labels(body))
    return Reference(
        country=draw(st.sampled_from(countries()).map(lambda country: country.code) | st.just("XQZ")),
        body=body.id,
        session=session,
        item=draw(st.none() | _ITEMS) if session else None,
        kind=draw(st.none() | st.sampled_from(get_args(TextKind))),
        language=draw(st.none() | _LANGUAGES),
        snapshot=draw(st.none() | _SNAPSHOTS) if session else None,
    )


@given(_references())
def test_writing_and_reading_give_the_reference_back(reference: Reference) -> None:
    assert parse_reference(str(reference)) == reference
    assert parse_reference(f" {str(reference).lower()} ") == reference
    assert looks_like_reference(str(reference))


@given(st.text(max_size=40) | st.text("GBRUNA/79~@.-frS COP\x00é", max_size=30))
def test_any_text_is_read_stably_or_refused_on_one_line(text: str) -> None:
    fault = ""
    try:
        reference = parse_reference(text)
    except ReferenceInvalid as refusal:
        fault = str(refusal)
    else:
        assert parse_reference(str(reference)) == reference
    assert fault.isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GBR/UNGA", True),
        ("uk/hrc52", True),
        ("GBR/UNGA/nonsense", True),
        ("GBR/UNGA~fr", True),
        ("Korea/UNGA", True),
        ("GBR/COSP/3", True),
        ("GBR", False),
        ("", False),
        ("old.txt", False),
        ("old/new.txt", False),
        ("tests/data/old.txt", False),
        ("../GBR/UNGA", False),
        ("./GBR/UNGA/79", False),
        ("/GBR/UNGA", False),
        ("GBR/UNGA/79/item/more", False),
        ("GBR/report", False),
    ],
)
def test_a_reference_is_told_from_a_path(text: str, expected: bool) -> None:
    assert looks_like_reference(text) is expected


# ---------------------------------------------------------------------------------------------------
# Countries


def test_every_current_code_is_there_once() -> None:
    states = [country for country in countries() if country.kind == "state"]
    assert len(states) == 249
    assert len({country.alpha2 for country in states}) == 249
    assert all(re.fullmatch("[A-Z]{3}", country.code) for country in states)
    assert len({country.code for country in countries()}) == len(countries())


def test_withdrawn_codes_lead_to_known_ones() -> None:
    withdrawn = [country for country in countries() if country.kind == "withdrawn"]
    assert len(withdrawn) == 30
    for country in withdrawn:
        assert country.withdrawn is not None
        assert 1974 <= country.withdrawn <= 2010
        assert [find_country(code).code for code in country.successors] == list(country.successors)


@pytest.mark.parametrize(
    ("code", "year", "successors"),
    [
        ("YUG", 2003, ("SCG",)),
        ("SCG", 2006, ("SRB", "MNE")),
        ("DDR", 1990, ("DEU",)),
        ("CSK", 1993, ("CZE", "SVK")),
        ("ANT", 2010, ("BES", "CUW", "SXM")),
        ("ZAR", 1997, ("COD",)),
        ("BUR", 1989, ("MMR",)),
        ("TMP", 2002, ("TLS",)),
        ("YMD", 1990, ("YEM",)),
    ],
)
def test_a_withdrawn_code_says_when_and_what_came_after(
    code: str, year: int, successors: tuple[str, ...]
) -> None:
    country = find_country(code)
    assert (country.kind, country.withdrawn, country.successors) == ("withdrawn", year, successors)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("gbr", "GBR"),
        ("GB", "GBR"),
        ("UK", "GBR"),
        ("U.K.", "GBR"),
        ("Britain", "GBR"),
        ("the United Kingdom", "GBR"),
        ("United Kingdom of Great Britain and Northern Ireland", "GBR"),
        ("Royaume-Uni", "GBR"),
        ("Reino Unido", "GBR"),
        ("US", "USA"),
        ("usa", "USA"),
        ("Russia", "RUS"),
        ("USSR", "SUN"),
        ("Turkey", "TUR"),
        ("Turkiye", "TUR"),
        ("Cote d’Ivoire", "CIV"),
        ("Ivory Coast", "CIV"),
        ("St. Kitts & Nevis", "KNA"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Korea, Republic of", "KOR"),
        ("South Korea", "KOR"),
        ("DPRK", "PRK"),
        ("Congo", "COG"),
        ("DRC", "COD"),
        ("Bonaire, Sint Eustatius and Saba", "BES"),
        ("East Timor", "TLS"),
        ("Burma", "MMR"),
        ("Zaire", "COD"),
        ("Yugoslavia", "YUG"),
        ("Holy See", "VAT"),
        ("Palestine", "PSE"),
        ("NAM", "NAM"),
        ("Non-Aligned Movement", "NONALIGNED"),
        ("African Union", "AFRICANUNION"),
        ("European Union", "EU"),
        ("Group of 77 and China", "G77"),
        ("XAA", "XAA"),
        ("xzz", "XZZ"),
        ("United\u00a0Kingdom", "GBR"),
    ],
)
def test_a_speaker_is_found_by_what_people_write(text: str, code: str) -> None:
    assert find_country(text).code == code


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("GRB", r"did you mean GBR \(United Kingdom\)"),
        ("Untied Kingdom", r"did you mean GBR \(United Kingdom\)"),
        ("Republic of Italy", r"did you mean ITA \(Italy\)"),
        ("Virgin Islands", "VGB .* or VIR"),
        ("AAA", "unknown country"),
        ("", "unknown country ''"),
        ("UK\x00", r"unknown country 'UK\\x00'"),
        ("../UK", "unknown country"),
        ("-uk", "unknown country"),
        ("Xanadu and the rest", "write an ISO 3166-1 alpha-3 code"),
    ],
)
def test_an_unknown_speaker_is_refused_with_the_nearest(text: str, says: str) -> None:
    with pytest.raises(ReferenceInvalid, match=says):
        find_country(text)


def test_every_code_and_name_leads_back_to_its_speaker_or_asks() -> None:
    asked = set()
    for country in countries():
        assert find_country(country.code) == country
        for name in (country.name, *country.names):
            try:
                found = find_country(name)
            except ReferenceInvalid:
                asked.add(name)
            else:
                assert found == country or country.kind == "withdrawn"
    assert asked == {"Korea", "Virgin Islands", "Republic of China", "AU"}


def test_a_speaker_knows_its_own_names() -> None:
    assert {"United Kingdom", "UK", "British", "Britain"} <= set(own_names("GBR"))
    assert {"Zaire", "Congolese"} <= set(own_names("COD"))
    assert "Soviet Union" in own_names("RUS")
    assert "Soviet Union" not in own_names("EST")
    assert own_names("XAA") == ("XAA",)
    assert country_name("GBR") == "United Kingdom"
    assert country_name("XAA") == "XAA"
    with pytest.raises(ReferenceInvalid):
        own_names("QQQ")


def test_a_user_may_add_groups() -> None:
    friends = Country("FRIENDS", "Group of Friends of XAA", names=("Friends",), kind="group")
    assert find_country("friends", [friends]) == friends
    assert str(parse_reference("Group of Friends of XAA/HRC/52", countries=[friends])) == "FRIENDS/HRC/52"


# ---------------------------------------------------------------------------------------------------
# Bodies and sessions


def test_every_name_leads_to_its_body_or_asks() -> None:
    asked = set()
    for body in bodies():
        assert find_body(body.id.lower()) == body
        for name in (body.name, *body.aliases):
            try:
                assert find_body(name) == body
            except ReferenceInvalid:
                asked.add(name)
    assert asked == {
        "BTWC",
        "BWC",
        "COSP",
        "CSP",
        "Conference of the Parties",
        "GC",
        "General Conference",
        "MSP",
        "Meeting of States Parties",
        "NPT",
        "RevCon",
        "Review Conference",
    }


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("First Committee", "UNGA-C1"),
        ("third committee", "UNGA-C3"),
        ("C3", "UNGA-C3"),
        ("c-3", "UNGA-C3"),
        ("General Assembly", "UNGA"),
        ("the Security Council", "UNSC"),
        ("Commission on Crime Prevention and Criminal Justice", "CCPCJ"),
        ("CSocD", "CSOCD"),
        ("UNFCCC", "COP"),
        ("UNTOC", "CTOC-COP"),
        ("UNCAC", "UNCAC-COSP"),
        ("Crime Congress", "CRIME-CONGRESS"),
        ("UNESCO", "UNESCO-GC"),
    ],
)
def test_a_body_is_found_by_what_people_call_it(name: str, body: str) -> None:
    assert find_body(name).id == body


@pytest.mark.parametrize(
    ("body", "text", "label"),
    [
        ("CCPCJ", "31", "31"),
        ("CCPCJ", "31st", "31"),
        ("CCPCJ", "31st regular", "31"),
        ("CCPCJ", "31st regular session", "31"),
        ("CCPCJ", "thirty-first session", "31"),
        ("CCPCJ", "Thirty-First Regular Session", "31"),
        ("CCPCJ", "31 reconvened", "31-reconvened"),
        ("CCPCJ", "reconvened 31st", "31-reconvened"),
        ("CCPCJ", "31st session (reconvened)", "31-reconvened"),
        ("CCPCJ", "reconvened thirty-first session", "31-reconvened"),
        ("HRC", "HRC52", "52"),
        ("HRC", "HRC/52", "52"),
        ("HRC", "52nd session", "52"),
        ("HRC", "52nd session of the Human Rights Council", "52"),
        ("HRC", "S-36", "S-36"),
        ("HRC", "S36", "S-36"),
        ("HRC", "36th special session", "S-36"),
        ("HRC", "thirty-sixth special session", "S-36"),
        ("COP", "COP26", "COP26"),
        ("COP", "COP 26", "COP26"),
        ("COP", "26", "COP26"),
        ("COP", "cop6 bis", "COP6-resumed"),
        ("CBD-COP", "COP15", "15"),
        ("UNGA", "ES-11", "ES-11"),
        ("UNGA", "ES11", "ES-11"),
        ("UNGA", "eleventh emergency special session", "ES-11"),
        ("UNGA", "79e session", "79"),
        ("ILC", "one hundred and eleventh session", "111"),
        ("UNCTAD", "UNCTAD XV", "15"),
        ("WHA", "WHASS2", "S-2"),
        ("UNSC", "2024", "2024"),
        ("UNSC", "2024-05-20", "2024-05-20"),
        ("UNSC", "9652nd meeting", "PV.9652"),
        ("UNSC", "pv.9652", "PV.9652"),
        ("UNSC", "Open-Debate", "open-debate"),
        ("UNSC", "sc-reform", "sc-reform"),
        ("NPT-REVCON", "2010 Review Conference", "2010"),
    ],
)
def test_a_session_is_read_as_people_write_it(body: str, text: str, label: str) -> None:
    assert resolve_session(body, text).label == label


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("UNGA", ""),
        ("UNGA", "session"),
        ("UNGA", "0"),
        ("UNGA", "79 80"),
        ("UNGA", "5.2"),
        ("UNGA", "-79"),
        ("UNGA", "79;rm"),
        ("UNGA", "79\x00"),
        ("UNGA", "٧٩"),
        ("UNGA", "first thirty"),
        ("UNGA", "hundred hundred"),
        ("UNGA", "79 reconvened"),
        ("HRC", "ES-11"),
        ("HRC", "COP26"),
        ("CHR", "63"),
        ("UNSC", "9652"),
        ("UNSC", "2024-13"),
        ("UNSC", "open debate"),
        ("HLPF", "10"),
    ],
)
def test_what_is_no_session_of_the_body_is_refused(body: str, text: str) -> None:
    with pytest.raises(ReferenceInvalid, match=f"as a session of {body}"):
        resolve_session(body, text)


@pytest.mark.parametrize(
    ("body", "label", "year"),
    [
        ("UNGA", "79", 2024),
        ("UNGA", "1", 1946),
        ("UNGA", "S-32", 2021),
        ("UNGA", "ES-11", 2022),
        ("CCPCJ", "31", 2022),
        ("CCPCJ", "31-reconvened", 2022),
        ("CND", "67", 2024),
        ("CSW", "68", 2024),
        ("HRC", "3", 2006),
        ("HRC", "52", 2023),
        ("HRC", "57", 2024),
        ("HRC", "S-36", 2023),
        ("UPR", "41", 2022),
        ("COP", "COP25", 2019),
        ("COP", "COP26", 2021),
        ("COP", "COP29", 2024),
        ("CMA", "CMA6", 2024),
        ("UNESCO-GC", "42", 2023),
        ("ILC", "108", 2019),
        ("ILC", "112", 2024),
        ("CRIME-CONGRESS", "13", 2015),
        ("CRIME-CONGRESS", "14", 2021),
        ("UNFF", "10", 2013),
        ("UNFF", "19", 2024),
        ("OPCW-CSP", "29", 2024),
        ("WHA", "77", 2024),
        ("UNSC", "2024-05-20", 2024),
        ("NPT-REVCON", "2020", 2022),
        ("HRC", "S-40", None),
        ("CSW", "3", None),
    ],
)
def test_a_session_has_its_year(body: str, label: str, year: int | None) -> None:
    assert resolve_session(body, label).year == year


def test_a_session_carries_what_its_label_says() -> None:
    session = resolve_session("UNSC", "2024-05-20")
    assert (session.kind, session.number, session.starts, session.ends) == (
        "dated",
        None,
        "2024-05-20",
        "2024-05-20",
    )
    special = resolve_session("HRC", "S-36")
    assert (special.kind, special.number, special.starts) == ("special", 36, None)


@pytest.mark.parametrize("body", bodies(), ids=lambda body: body.id)
def test_each_kind_of_session_is_read_back_from_its_label(body: Body) -> None:
    for kind in body.kinds:
        label = kind.label.format(n=min(2, kind.last), year=2024, date="2024-05-20", free="opening-segment")
        session = resolve_session(body, label)
        assert (session.label, session.kind) == (label, kind.name)


@given(st.data())
def test_a_label_is_its_own_canonical_form(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(bodies()))
    label = data.draw(_labels(body))
    assert resolve_session(body, label).label == label
    assert resolve_session(body.id, label.upper()).label == label
    assert resolve_session(body, f"{body.id} {label}").label == label


@pytest.mark.parametrize(
    ("body", "ordered"),
    [
        ("CCPCJ", ["9", "10", "30", "30-reconvened", "31", "31-reconvened", "32"]),
        ("HRC", ["S-9", "51", "52", "53", "54", "S-36", "55", "S-40"]),
        ("COP", ["COP6", "COP6-resumed", "COP7", "COP25", "COP26", "COP27"]),
        ("UNGA", ["73", "73-resumed", "74", "75", "S-31", "76", "S-32"]),
        ("CSW", ["3", "31", "32", "68"]),
        ("UNSC", ["2023", "2023-05-02", "2024", "2024-05", "2024-05-20", "PV.9651", "PV.10000"]),
        ("NOWHERE", ["a", "b9", "b10"]),
    ],
)
def test_sessions_stand_in_order(body: str, ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=lambda label: session_sort_key(body, label)) == ordered


@given(st.sampled_from(bodies()), st.text(max_size=12))
def test_any_label_can_be_sorted_among_a_bodys_own(body: Body, label: str) -> None:
    own = [kind.label.format(n=7, year=2020, date="2020-01", free="x") for kind in body.kinds]
    assert len(sorted([*own, label], key=lambda one: session_sort_key(body, one))) == len(own) + 1


def test_years_never_run_backwards() -> None:
    for body in bodies():
        for kind in body.kinds:
            years = [year for n in range(1, min(kind.last, 150) + 1) if (year := kind.year_of(n))]
            assert all(earlier <= later for earlier, later in pairwise(years)), body.id


@pytest.mark.parametrize(
    ("body", "one", "other", "expected"),
    [
        ("HRC", "52", "53", True),
        ("HRC", "S-35", "S-36", True),
        ("HRC", "52", "S-36", False),
        ("CCPCJ", "31", "31-reconvened", False),
        ("UNGA", "S-32", "ES-11", False),
        ("NOWHERE", "1", "2", True),
    ],
)
def test_neighbours_are_of_one_kind(
    body: str,
    one: str,
    other: str,
    expected: bool,
) -> None:
    assert same_kind(body, one, other) is expected


def test_a_user_may_add_bodies() -> None:
    lake = Body(
        "LAKE-COP",
        "Lake Commission of XAA",
        ("Lake Commission",),
        (SessionKind("regular", "{n}", steps=(SessionStep(1, 2000, every=2),)),),
    )
    assert find_body("lake commission", [lake]) == lake
    assert str(parse_reference("XAA/LAKE-COP/third session", bodies=[lake])) == "XAA/LAKE-COP/3"
    assert str(parse_reference("XAA/lake-cop3", bodies=[lake])) == "XAA/LAKE-COP/3"
    assert resolve_session(lake, "3").year == 2004
    assert session_sort_key(lake, "9") < session_sort_key(lake, "10")
    assert same_kind(lake, "1", "2")


@pytest.mark.parametrize(
    ("name", "label", "asked", "ordered"),
    [
        (
            "intersessional",
            "{n}-intersessional",
            ("3rd intersessional session", "intersessional three", "3-intersessional"),
            ["2", "2-intersessional", "3", "3-intersessional"],
        ),
        ("summit", "SUM-{n}", ("third summit", "SUM3", "sum-3", "SUM-3"), ["3", "SUM-2", "SUM-3"]),
        ("round table", "S-{n}", ("third round table", "S3", "s-3"), ["3", "S-2", "S-3"]),
    ],
)
def test_a_kind_of_session_is_known_by_the_table_alone(
    name: str, label: str, asked: tuple[str, ...], ordered: list[str]
) -> None:
    regular = SessionKind("regular", "{n}", steps=(SessionStep(1, 2000),))
    lake = Body("LAKE-COP", "Lake Commission of XAA", kinds=(regular, SessionKind(name, label)))
    for text in asked:
        session = resolve_session(lake, text)
        assert (session.label, session.kind) == (label.format(n=3), name)
    assert resolve_session(lake, "third session").kind == "regular"
    backwards = ordered[::-1]
    assert sorted(backwards, key=lambda each: session_sort_key(lake, each)) == ordered


def test_importing_reads_no_table() -> None:
    code = (
        "import sys; before = set(sys.modules); import tracker.references as r;"
        "r.find_body, r.find_country, r.parse_reference;"
        "assert not {'tomllib', 'rapidfuzz', 'difflib'} & (set(sys.modules) - before);"
        "b = sys.modules['tracker.references.bodies']; c = sys.modules['tracker.references.countries'];"
        "assert b.packaged_bodies.cache_info().currsize == c._by_code.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
