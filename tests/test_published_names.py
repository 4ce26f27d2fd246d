"""What pages call dates, statements and pairs of them; and who was the first to speak, and the last."""

from __future__ import annotations

import pytest

from tracker.publish.pages.topics import find_first, find_last
from tracker.publish.pairs import name_pair, name_statement, read_pair
from tracker.publish.routes import NotThere, address, find_route
from tracker.publish.standings import Spoken
from tracker.publish.words import country_words, date_words, instant_words, span_words
from tracker.references import parse_reference

EDITION = "GBR/UNGA/79~delivered.en"


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("2024-05-20", "20 May 2024"),
        ("2024-05", "May 2024"),
        ("2024", "2024"),
        ("2024-05-20/2024-05-24", "2024-05-20/2024-05-24"),
        ("2024-13-01", "2024-13-01"),
        (None, ""),
    ],
)
def test_dates_are_as_people_write_them(date: str | None, told: str) -> None:
    assert date_words(date) == told


def test_instants_spans_and_names_too() -> None:
    assert instant_words("2024-05-20T10:00:00Z") == "20 May 2024, 10:00 UTC"
    assert span_words([2024, None, 1970]) == "1970 to 2024"
    assert span_words([2024, 2024]) == "2024"
    assert span_words([None]) == ""
    assert country_words("GBR") == ("GBR", "United Kingdom")
    assert not country_words("XAA").has_name


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("GBR/UNGA/78", "GBR/UNGA/79", "GBR/UNGA/78..79"),
        ("GBR/UNGA/78", "FRA/UNGA/79", "GBR/UNGA/78..FRA/UNGA/79"),
        ("GBR/HRC/52/item-4", "GBR/HRC/53/item-4", "GBR/HRC/52/item-4..53/item-4"),
        (
            "GBR/UNGA/79~prepared.en@1",
            "GBR/UNGA/79~prepared.en@2",
            "GBR/UNGA/79~prepared.en@1..79~prepared.en@2",
        ),
    ],
)
def test_a_pair_is_found_again_by_its_name_and_its_path(old: str, new: str, name: str) -> None:
    pair = parse_reference(old), parse_reference(new)
    assert name_pair(*pair) == name
    assert read_pair(name) == pair
    found = find_route(address("comparison", pair=name))
    assert found
    assert found[1] == {"pair": name}


@pytest.mark.parametrize("name", ["GBR/UNGA/78", "GBR/UNGA..79", ""])
def test_what_names_no_two_statements_is_not_there(name: str) -> None:
    with pytest.raises(NotThere):
        read_pair(name)


def test_the_page_of_a_statement_is_that_of_its_first_edition() -> None:
    assert name_statement(parse_reference("GBR/HRC/52/item-4~verbatim.fr@2")) == "GBR/HRC/52/item-4"


def speak(reference: str, year: int | None, delivered: str | None = None) -> Spoken:
    return Spoken(parse_reference(reference), year, delivered, None)


@pytest.mark.parametrize(
    ("spoken", "first", "last"),
    [
        # Days tell one year's statements apart where each has one.
        ([("FRA", 1988, "1988-09-27"), ("GBR", 1988, "1988-09-26")], ["GBR"], ["FRA"]),
        ([("FRA", 1988, "1988-09-27"), ("GBR", 1988, "1988")], ["FRA", "GBR"], ["FRA", "GBR"]),
        ([("FRA", 1989, None), ("GBR", 1988, None), ("NGA", 1990, None)], ["GBR"], ["NGA"]),
        # What has no year is neither, unless none has.
        ([("FRA", None, None), ("GBR", 1988, None)], ["GBR"], ["GBR"]),
        ([("FRA", None, None), ("GBR", None, None)], ["FRA", "GBR"], ["FRA", "GBR"]),
    ],
)
def test_who_was_first_and_last(
    spoken: list[tuple[str, int | None, str | None]], first: list[str], last: list[str]
) -> None:
    said = [speak(f"{country}/UNGA/43", year, day) for country, year, day in spoken]
    assert [each.country for each in find_first(said)] == first
    assert [each.country for each in find_last(said)] == last
