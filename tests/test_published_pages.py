"""The pages of an archive as a reader has them: what they say, where they lead, what stays text in them."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import pytest
from lxml.html import document_fromstring

from tests.published import EDITED, PAGES, make_published, run, speak
from tracker.publish.answering import look_up, make
from tracker.publish.open_copy import refresh_open_copy
from tracker.publish.routes import Answer, address, find_route
from tracker.publish.shelf import open_shelf
from tracker.publish.standings import complete_standings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.html import HtmlElement

    from tracker.publish.shelf import Shelf

LIMIT: Final = 1_000_000
WHY: Final = ("--reason", "names a witness", "--authority", "District Court", "--by", "Ana")
EVIL: Final = "<script>owned=1</script><img src=//evil.example onerror=owned=1>\u202e'\"><b>&amp;"
ADDRESS: Final = "https://evil.example/'\"><script>owned=1</script>"


def page_of(shelf: Shelf, path: str) -> Answer:
    """Return a page made now."""
    wanted = look_up(shelf, path)
    return wanted if isinstance(wanted, Answer) else make(shelf, wanted)


def read(shelf: Shelf, path: str) -> HtmlElement:
    """Return a page that there is, taken apart."""
    answer = page_of(shelf, path)
    assert answer.status == 200, answer.body.decode()
    assert len(answer.body) < LIMIT
    return document_fromstring(answer.body.decode())


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def tell(element: HtmlElement) -> dict[str, str]:
    """Return what the lists of an element tell, by what they tell it of."""
    return {words(each.find("dt")): words(each.find("dd")) for each in element.xpath(".//dl/div")}


def say(shelf: Shelf, path: str) -> str:
    """Return what the main part of a page says."""
    (main,) = read(shelf, path).xpath("//main")
    return words(main)


@contextmanager
def shelved(folder: Path) -> Iterator[Shelf]:
    with open_shelf(refresh_open_copy(folder / "snapshots")) as shelf:
        yield shelf


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_published(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def shelf(made_once: Path) -> Iterator[Shelf]:
    with shelved(made_once) as shelf:
        yield shelf


@pytest.fixture
def again(made_once: Path, tmp_path: Path) -> Path:
    """Return the archive once more, to be changed."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("open"))
    return tmp_path


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_whole_and_its_links_lead(shelf: Shelf, path: str) -> None:
    """Within the page and to others; none has a style or script within, and none fetches from elsewhere."""
    root = read(shelf, path)
    names = [each.get("id") for each in root.iter() if isinstance(each.tag, str) and each.get("id")]
    assert len(names) == len({*names})
    assert len(root.xpath("//h1")) == len(root.xpath("//title[string()]")) == len(root.xpath("//main")) == 1
    assert not root.xpath("//style | //script[text()] | //*[@style] | //img | //iframe")
    for target in root.xpath("//@href | //@src"):
        place, _, anchor = target.partition("#")
        if place.startswith("https://"):
            continue
        leads = unquote(normpath(join(dirname(path), place))) if place else path
        assert find_route(leads), (path, target)
        if not place and anchor:
            assert unquote(anchor) in names, (path, target)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_cited_with_the_release_and_the_topics(shelf: Shelf, path: str) -> None:
    if path != "method.html":
        told = words(read(shelf, path))
        assert "SHA-256" in told or ("Cite: " in told and "topics un " in told)


def test_links_to_other_pages_find_them(shelf: Shelf) -> None:
    """Two steps from the first page all pages that it leads to are there."""
    for first in ("index.html", "countries/FJI.html", "statements/FJI/UNGA/74.html"):
        for target in {*read(shelf, first).xpath("//main//@href")}:
            place = target.partition("#")[0]
            if place and not place.startswith("https://"):
                path = unquote(normpath(join(dirname(first), place)))
                assert page_of(shelf, path).status == 200, (first, target)


def test_the_first_page_says_who_first_spoke_of_what(shelf: Shelf) -> None:
    read(shelf, "topics.html")
    told = say(shelf, "index.html")
    assert "7 statements by 3 countries at 2 bodies of the United Nations, 2019 to 2024" in told
    assert "General Assembly UNGA" in told
    (row,) = read(shelf, "index.html").xpath("//tr[th[normalize-space()='Corruption']]")
    assert [words(cell) for cell in row.xpath("td")][:2] == ["Fiji", "2019"]


def test_while_statements_are_read_for_topics_it_is_told_how_many_were(
    again: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr("tracker.publish.standings.count_work", lambda *numbers: told.append(numbers))
    with shelved(again) as shelf:
        complete_standings(shelf)
    done, nothing = range(6), (0, 0)
    assert told == [*((each, 6) for each in done), nothing, (0, 1), nothing]


def test_a_topic_says_who_first_and_last_spoke_of_it_with_their_words(shelf: Shelf) -> None:
    told = say(shelf, "topics/corruption.html")
    assert "First spoken of in 2019 by Fiji, at the General Assembly, session 74." in told
    assert "Last in 2024 by XAA, at the Commission on Crime Prevention and Criminal Justice" in told
    assert "“Corruption is our first priority.” Fiji, General Assembly, 74 (2019), 27 September 2019" in told
    root = read(shelf, "topics/corruption.html")
    assert root.xpath("//mark/text()")[0] == "Corruption"
    (row,) = root.xpath("//section[h2='Who speaks of it']//tr[th[contains(., 'Fiji')]]")
    assert [words(cell) for cell in row.xpath("td")][:5] == ["2019", "2019", "1", "1", "1"]


def test_a_topic_of_which_nobody_speaks_says_so(shelf: Shelf) -> None:
    assert "Nobody here speaks of it, in 7 statements." in say(shelf, "topics/situation-yemen.html")


def test_a_word_that_may_mean_something_else_makes_nobody_the_first(again: Path) -> None:
    """A hint alone, as a careful reader would not find the topic."""
    said = speak(
        "The Commonwealth recognised that neither organization could help to provide the stable climate and"
        " the international recognition for free elections in Zimbabwe.",
        "Corruption is our first priority.",
    )
    (again / "said.txt").write_text(said, encoding="utf-8")
    run(again, "add", "said.txt", "--as", "GBR/UNGA/32~verbatim.en", "--date", "1977-09-27")
    with shelved(again) as shelf:
        assert "1977 by United Kingdom" in say(shelf, "topics/corruption.html")
        assert "1977" not in say(shelf, "topics/climate-change.html")


def test_a_statement_has_its_text_with_topics_to_mark(shelf: Shelf) -> None:
    root = read(shelf, "statements/FJI/UNGA/74.html")
    (text,) = root.xpath("//section[@class='text']")
    assert EDITED in words(text)
    assert words(text.xpath(".//*[@data-term='corruption']")[0]) == "Corruption"
    assert text.xpath(".//*[contains(@data-about, 'corruption')]")
    assert root.xpath("//input[@data-topic='corruption'][@hidden]")
    assert "27 September 2019 · prepared · English" in words(root)


def test_a_silent_edit_is_shown_as_what_went_and_what_came(shelf: Shelf) -> None:
    (edits,) = read(shelf, "statements/FJI/UNGA/74.html").xpath("//section[h2[@id='edits']]")
    assert edits.xpath(".//del/text()") == ["two"]
    assert edits.xpath(".//ins/text()") == ["nine"]
    (said,) = edits.xpath(".//p[@class='said']")
    assert words(said) == "We will train twonine hundred judges against corruption."
    earlier = say(shelf, "statements/FJI/UNGA/74~prepared.en@1.html")
    assert "This is an earlier snapshot." in earlier


def test_a_series_is_a_table_that_needs_neither_colour_nor_script(shelf: Shelf) -> None:
    root = read(shelf, "series/XAA/CCPCJ.html")
    (table,) = root.xpath("//table[contains(@class, 'map')]")
    heads = [words(each) for each in table.xpath(".//thead//th")]
    assert heads == ["Topic", "priority at", "since", *(f"{n} {1991 + n}" for n in range(29, 34))]
    (row,) = table.xpath(".//tbody/tr[th[normalize-space()='Corruption']]")
    cells = [words(cell) for cell in row.xpath("td")]
    assert cells[:2] == ["5", "29"]
    assert cells[2:] == ["S 9", "S 7", "D 11", "D 11", "D 59"]
    (latest, *_) = root.xpath("//section[h2[@id='became']]//li")
    assert words(latest.xpath(".//h3")[0]) == "32 → 33 (2024)"
    assert tell(latest)["new"] == "Artificial intelligence"
    assert tell(latest)["not repeated"].startswith("Justice for children")


def test_a_country_with_one_statement_reads_well(shelf: Shelf) -> None:
    assert "One session: there is none to compare it with." in say(shelf, "countries/FJI.html")
    assert "There is one session with a text: nothing to compare it with." in say(
        shelf, "series/FJI/UNGA.html"
    )


def test_a_session_says_what_was_new_once_it_was_compared(again: Path) -> None:
    with shelved(again) as shelf:
        assert "No country has been compared with the session before yet." in say(
            shelf, "sessions/CCPCJ/33.html"
        )
        read(shelf, "series/XAA/CCPCJ.html")
        (new,) = read(shelf, "sessions/CCPCJ/33.html").xpath("//section[h2[@id='new']]")
        assert tell(new) == {"Artificial intelligence": "XAA", "Justice for children": "XAA"}


def test_a_page_says_how_much_was_read_and_computes_nothing(again: Path) -> None:
    with shelved(again) as shelf:
        assert "What is said of topics has not been read yet." in say(shelf, "index.html")
        read(shelf, "topics.html")
        assert "has not been read yet" not in say(shelf, "index.html")


def test_a_group_has_who_spoke_and_who_did_not(shelf: Shelf) -> None:
    read(shelf, "topics.html")
    told = say(shelf, "groups/SIDS/UNGA/74.html")
    assert "Small Island Developing States SIDS at the General Assembly, 74 (2019)" in told
    assert "1 of 39 members have a statement here." in told
    assert "Maldives" in told.partition("No statement here")[2]


def test_a_comparison_is_the_report_within_the_frame(shelf: Shelf) -> None:
    root = read(shelf, "compare/XAA/CCPCJ/32..33.html")
    assert words(root.xpath("//h1")[0]).startswith("XAA at the Commission on Crime Prevention")
    assert "13% of the words" in words(root.xpath("//*[@class='answer']")[0])
    assert root.xpath("//nav[@aria-label='Site']//a[text()='Topics']")


@pytest.mark.parametrize(
    "path",
    [
        "statements/XAA/CCPCJ/99.html",
        "statements/XAA/CCPCJ.html",
        "series/FRA/UNGA.html",
        "countries/FRA.html",
        "bodies/HRC.html",
        "sessions/UNGA/1.html",
        "groups/XYZ/UNGA/74.html",
        "topics/nothing.html",
        "compare/XAA/CCPCJ/33.html",
        "compare/XAA/CCPCJ/33..99.html",
        "compare/nothing..at all.html",
    ],
)
def test_what_is_not_there_says_so(shelf: Shelf, path: str) -> None:
    assert page_of(shelf, path).status == 404


def test_a_withdrawn_statement_says_by_whose_authority_and_why(again: Path) -> None:
    run(again, "withdraw", "XAA/CCPCJ/30", *WHY)
    with shelved(again) as shelf:
        answer = page_of(shelf, "statements/XAA/CCPCJ/30.html")
        assert answer.status == 410
        told = words(document_fromstring(answer.body.decode()))
        assert "by authority of District Court: names a witness" in told
        for path in ("countries/XAA.html", "sessions/CCPCJ/30.html"):
            assert "by authority of District Court: names a witness" in say(shelf, path)
        assert "–" in say(shelf, "series/XAA/CCPCJ.html")
        assert page_of(shelf, "compare/XAA/CCPCJ/30..31.html").status == 410


def test_an_empty_archive_reads_well(tmp_path: Path) -> None:
    run(tmp_path, "init")
    with shelved(tmp_path) as shelf:
        assert "There is no statement here yet that is open to all." in say(shelf, "index.html")
        assert "No statement here speaks of a topic of the vocabulary." in say(shelf, "topics.html")
        assert "Nobody here speaks of it." in say(shelf, "topics/corruption.html")


FIELDS: Final = ("--title", "--speaker", "--post", "--on-behalf-of", "--symbol", "--url", "--aligns-with")


def test_text_of_others_stays_text_in_every_field(again: Path) -> None:
    for number, text in enumerate((EVIL, f"{EVIL} and more of it"), start=1):
        said = speak(f"Corruption is our first priority. {text} says corruption {number}.")
        (again / "evil.txt").write_text(said, encoding="utf-8")
        told = [part for field in FIELDS for part in (field, ADDRESS if field == "--url" else EVIL)]
        run(again, "add", "evil.txt", "--as", "NGA/UNGA/74~prepared.en", *told)
    with shelved(again) as shelf:
        for path in (
            "index.html",
            "topics.html",
            "topics/corruption.html",
            "countries/NGA.html",
            "sessions/UNGA/74.html",
            "groups/G77/UNGA/74.html",
            "series/NGA/UNGA.html",
            "statements/NGA/UNGA/74.html",
            "compare/NGA/UNGA/74~prepared.en@1..74~prepared.en@2.html",
            "compare/FJI/UNGA/74..NGA/UNGA/74.html",
            address("statement", reference=f"NGA/UNGA/{EVIL}"),
            address("topic", topic=EVIL),
            address("body", body=EVIL),
            address("country", country=EVIL),
            address("session", body=EVIL, session=EVIL),
            address("group", group=EVIL, body="UNGA", session="74"),
            address("series", country=EVIL, body=EVIL),
            address("comparison", pair=f"{EVIL}..{EVIL}"),
        ):
            page = page_of(shelf, path).body.decode()
            root = document_fromstring(page)
            assert not root.xpath("//script[not(@src)] | //img | //*[@onerror]"), path
            assert "\u202e" not in page, path
            assert not [each for each in root.xpath("//@href") if each.startswith("javascript")], path
        assert EVIL[:24] in say(shelf, "statements/NGA/UNGA/74.html")


CHANGES: Final = (
    ("statements/XAA/CCPCJ/33.html", False),
    ("series/XAA/CCPCJ.html", False),
    ("countries/XAA.html", False),
    ("statements/FJI/UNGA/74.html", True),
    ("series/FJI/UNGA.html", True),
    ("sessions/UNGA/74.html", True),
    ("index.html", True),
    ("topics/corruption.html", True),
)


def test_a_page_rests_on_what_it_shows_and_on_nothing_else(again: Path) -> None:
    def name_all() -> dict[str, str]:
        with shelved(again) as shelf:
            read(shelf, "topics.html")
            return {path: look_up(shelf, path).rests_on for path, _ in CHANGES}

    before = name_all()
    assert before == name_all()
    said = (again / "fji.txt").read_text(encoding="utf-8").replace("every contract", "each contract")
    (again / "fji.txt").write_text(said, encoding="utf-8")
    run(again, "add", "fji.txt", "--as", "FJI/UNGA/74~prepared.en")
    after = name_all()
    assert {path: before[path] != after[path] for path, _ in CHANGES} == dict(CHANGES)
