"""Papers of meetings are no statements; statements in a small room's tone, or in the third person, are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bad_pages import arrive
from tests.nights import DAYS, Page, make_archive, run_night, source
from tests.other_pages import OtherPage, OtherStatement, load_other_pages, load_other_statements
from tests.test_first_captures import look
from tests.test_judgement import LANGUAGES, TABLES
from tests.thorough import some
from tracker.capture.admit.admission import admit
from tracker.capture.admit.third_person import count_acts, pledges
from tracker.capture.admit.votes import find_votes
from tracker.model.watching import History

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site

PAGES = (*load_other_pages("meeting_pages"), *load_other_pages("later_meeting_pages"))
STATEMENTS = (*load_other_statements("oral_statements"), *load_other_statements("later_oral_statements"))


@pytest.mark.parametrize("page", some(12, PAGES), ids=lambda page: page.name)
def test_papers_of_meetings_are_no_first_captures(page: OtherPage) -> None:
    judged = look(page)
    assert not judged.accepted
    if page.kind in {"voting record", "vote report"}:
        assert judged.cause == "votes"


@pytest.mark.parametrize("statement", some(12, STATEMENTS), ids=lambda statement: statement.name)
def test_statements_in_whatever_tone_come_in(statement: OtherStatement) -> None:
    """The country is made up; that of a real one is judged alike."""
    for reference in (statement.reference, "VUT/UNGA/80"):
        judged = admit(arrive(statement.text, reference), History())
        assert judged.accepted, judged.detail


def test_a_night_tells_a_record_of_votes_and_takes_a_pledge(tmp_path: Path, site: Site) -> None:
    vote = next(each for each in PAGES if each.kind == "voting record")
    pledge = next(each for each in STATEMENTS if each.name.split(", ")[1] == "pledge without I or we")
    site.pages["/vote"] = Page(vote.data, headers={"Content-Type": "text/html"})
    site.pages["/pledge"] = Page(pledge.text)
    tables = source("vote", "XAA/UNGA/79~prepared.en", site.url("/vote"))
    tables += source("pledge", "XAA/UNGA/80~prepared.en", site.url("/pledge"))
    folder = make_archive(tmp_path / "snapshots", tables, site.port)
    night = {each.source: each for each in run_night(folder, DAYS[0], judge=admit).checks}
    assert (night["vote"].outcome, night["vote"].cause) == ("quarantined", "votes")
    assert night["pledge"].outcome == "new"


@pytest.mark.parametrize("table", ["vote_lists", "vote_acts", "acts", "pledges", "opening", "officers"])
def test_each_table_has_words_in_six_languages(table: str) -> None:
    assert set(TABLES[table]) == set(LANGUAGES)
    assert all(TABLES[table].values())


VOTES = [
    ("in favour: amsel, bravia, kesh, norvia.\nagainst: drusk, lestor, fresk, rovia.", True),
    ("in favour (4): amsel, bravia, kesh, norvia\nabstaining (4): drusk, lestor, fresk, rovia", True),
    ("in favour: amsel, bravia, kesh, norvia. nobody was against.", False),
    ("tavoria voted in favour. norvia voted against. drusk abstained. lestor abstained.", True),
    ("amsel | in favour\nbravia | against\nkesh | in favour\n", True),
    ("tavoria voted in favour. norvia voted against.", False),
    ("tavoria voted in favour. tavoria abstained. tavoria voted against.", False),
    (
        "we and our friends did as we said. i say: norvia voted in favour. drusk abstained. kesh abstained.",
        False,
    ),
    ("80/14, in favour, 121-9-34. 80/15, in favour, 133-0-30. 80/16, abstained, 110-14-52.", True),
    ("the text was adopted by 121 votes to 9. we voted in favour and we thank all.", False),
    ("written on 12-03-25, 13-03-25 and 14-03-25, in favour of rivers.", False),
    ("we are in favour: of peace, of trade, of rivers, of books.", False),
]


@pytest.mark.parametrize(("text", "is_record"), VOTES)
def test_a_record_of_votes_is_told_by_lists_names_or_results(text: str, *, is_record: bool) -> None:
    assert bool(find_votes(text, "en")) is is_record


def test_nothing_is_told_of_votes_in_other_languages() -> None:
    assert find_votes("dafür: amsel, bravia, kesh, norvia. dagegen: drusk, lestor, fresk, rovia.", "de") == ""


ACTS = [
    ("en", "Tavoria thanks the Chair. Tavoria will build a bridge.", 2),
    ("en", "The Republic of Tavoria pledges this. The Government of Tavoria also supports that.", 2),
    ("en", "South Tavoria asks why. South Tavoria (as a port) fully supports it.", 2),
    ("en", "Tavoria thanks the Chair.", 0),
    ("en", "Tavoria will build a bridge. Norvia will build a road.", 0),
    ("en", "It will rain. It will snow. This will end. This supports it.", 0),
    ("en", "The President will speak. The President supports it. The Minister thanks all.", 0),
    ("en", "Tavoria has three rivers. Tavoria lies by the sea. Tavoria is old.", 0),
    ("en", "Tavoria will be held in May. Tavoria will be held in June.", 0),
    ("fr", "La Tavorie remercie la Présidence. La République de Tavorie ratifiera le traité.", 2),
    ("fr", "L’Amselie souhaite cela. La République d’Amselie soutient ceci.", 2),
    ("fr", "Le Comité examinera le rapport. Le Comité adoptera le budget.", 0),
    ("es", "La República de Tavoria agradece todo. Tavoria ratificará el tratado.", 2),
    ("ru", "Тавория обязуется сотрудничать. Тавория ратифицирует договор.", 2),
    ("ru", "Комитет рассмотрит доклад. Комитет примет решение.", 0),
    ("ar", "تلتزم جمهورية تافوريا بذلك. وستصدق جمهورية تافوريا على المعاهدة.", 2),
    ("zh", "塔沃里亚承诺合作。到2030年，塔沃里亚将批准条约。", 2),
    ("zh", "会议将开始。会议将讨论条约。", 0),
]


@pytest.mark.parametrize(("language", "text", "number"), ACTS)
def test_what_one_name_does_speaks_for_it(language: str, text: str, number: int) -> None:
    assert count_acts(text, language) == number


def test_what_one_name_pledges_is_a_pledge() -> None:
    assert pledges("Tavoria pledges this. Tavoria undertakes that.", "en")
    assert not pledges("Tavoria pledges this. Norvia undertakes that.", "en")
    assert not pledges("Tavoria thanks all. Tavoria supports that.", "en")
