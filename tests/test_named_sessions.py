from __future__ import annotations

import pytest

from tracker.exchange.attribution import (
    find_dates,
    find_sessions,
    only_date,
    sessions_of_date,
    without_dates,
)
from tracker.references import find_body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-05-23: Statement", ("2016-05-23",)),
        ("2016/5/3", ("2016-05-03",)),
        ("📜 Statement of 16 May 2022 (31st session)", ("2022-05-16",)),
        ("May 16th, 2022", ("2022-05-16",)),
        ("le 3 mai 2021", ("2021-05-03",)),
        ("1er décembre 2021", ("2021-12-01",)),
        ("3 de mayo de 2021", ("2021-05-03",)),
        ("16.05.2022 and 2021", ("2022-05-16", "2021")),
        ("May 2022", ("2022-05",)),
        ("2022-05", ("2022-05",)),
        ("In 2022, again", ("2022",)),
        ("30 February 2022", ("2022-02",)),
        ("fix typo in v2.2022", ()),
        ("A/RES/2022/4", ()),
        ("", ()),
    ],
)
def test_dates_as_people_write_them(text: str, expected: tuple[str, ...]) -> None:
    assert find_dates(text) == expected
    assert find_dates(without_dates(text)) == () or not expected
    assert only_date(text) == (expected[0] if len(expected) == 1 else None)


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        ("CCPCJ", "Statement to the 31st session of the CCPCJ", ("31",)),
        ("CCPCJ", "CCPCJ31: delivered 🎉", ("31",)),
        ("CCPCJ", "Add CCPCJ/31-reconvened", ("31-reconvened",)),
        ("CCPCJ", "Reconvened 31st session, final text", ("31-reconvened",)),
        ("CCPCJ", "Thirty-first regular session, 16 May 2022", ("31",)),
        ("CCPCJ", "XXXI session", ("31",)),
        ("CCPCJ", "31e session", ("31",)),
        ("CCPCJ", "31", ("31",)),
        ("CCPCJ", "From the 30th session to the 31st session", ("30", "31")),
        ("CCPCJ", "a few 3rd-party fixes", ()),
        ("CCPCJ", "5 May", ()),
        ("CCPCJ", "x", ()),
        ("CCPCJ", "", ()),
        ("HRC", "HRC 52, item 4", ("52",)),
        ("HRC", "36th special session", ("S-36",)),
        ("UNGA", "UNGA 79 general debate", ("79",)),
    ],
)
def test_sessions_in_a_line_of_text(body: str, text: str, expected: tuple[str, ...]) -> None:
    assert find_sessions(find_body(body), text) == expected


@pytest.mark.parametrize(
    ("body", "date", "expected"),
    [("CCPCJ", "2022-05-16", ("31",)), ("HRC", "2022", ("49", "50", "51")), ("CCPCJ", "1950", ())],
)
def test_sessions_of_a_date(body: str, date: str, expected: tuple[str, ...]) -> None:
    assert sessions_of_date(find_body(body), date) == expected
