"""The HTML page: whole, closed, escaped, faithful to both texts, and leading wherever it says it leads."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

import tracker
from tests.comparisons import (
    VOCABULARY,
    change,
    comparison,
    evidence,
    reading,
    revision,
    session,
    shift,
    side,
    topic,
)
from tests.pages import accept_all, check_page, parse, read_column, reject_all, render_page
from tests.reports import render
from tests.test_markdown import EVIL
from tests.test_redline import TEXTS
from tests.test_safe import ATTACKS
from tests.thorough import some
from tracker.comparing.edits import word_edits
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.notebook import compare
from tracker.report.comparison.build import build_report, show_part
from tracker.report.document import Column, Document, Entry, Section, Span
from tracker.report.pictures.palette import LESS, MORE
from tracker.report.render.html import render_html
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran
    from tracker.model.changes import Comparison

LIMIT = 400_000
OURS = {
    "q",
    "html", "head", "meta", "title", "style", "script", "body", "header", "nav", "main", "section", "footer",
    "div", "p", "span", "a", "b", "bdi", "ul", "li", "dl", "dt", "dd", "h1", "h2", "h3", "blockquote", "mark",
    "ins", "del", "table", "thead", "tbody", "tr", "th", "td", "fieldset", "legend", "label", "input",
    "select", "option", "button", "svg", "line", "circle", "small", "caption", "details", "summary",
}  # fmt: skip


def check_exact(found: Comparison) -> str:
    page = render_page(found, VOCABULARY)
    root = check_page(page)
    old, new = found.old.version.text, found.new.version.text
    assert accept_all(root) == new
    assert reject_all(root) == old
    assert read_column(root, "old") == old
    assert read_column(root, "new") == new
    return page


@given(TEXTS, TEXTS)
def test_accepting_and_rejecting_all_give_both_texts(old: str, new: str) -> None:
    check_exact(compare(old, new, language="en", encoder=None))


@pytest.mark.parametrize("made", [revision(), session()], ids=["revision", "session"])
def test_pages_of_both_kinds_are_whole(made: Comparison) -> None:
    check_exact(made)
    check_page(render_page(made, VOCABULARY, everything=True))


def hostile(evil: str) -> Comparison:
    words = evil.replace("\n", " ")
    old, new = (
        side(f"o{evil}", (f"We keep {words}.", f"Old {words}.")),
        side(f"n{evil}", (f"We keep {words}!",)),
    )
    return comparison(
        replace(old, speaker=evil, title=evil),
        replace(new, speaker=evil, post=evil),
        change(
            "reworded",
            (0,),
            (0,),
            "",
            shift("figure", "raised", evidence(old, 0, words), evidence(new, 0, words), evil),
        ),
        change("dropped", (1,), (), ""),
        caveats=(evil,),
        topics=(topic(f"t {evil}", "new", None, reading("declared", (0,), 0.5)),),
    )


@pytest.mark.parametrize(
    "evil",
    [
        *EVIL,
        "<img src=x onerror=alert(1)>",
        "</style></script></title><script>alert(1)</script>",
        '" onmouseover="alert(1)" x="',
        "javascript:alert(1) <a href='javascript:alert(1)'>x</a>",
        "{{ 7*7 }} {% raw %} {# x #}",
        "\u202egnirts\u202c \u2066x\u2069 \u200b",
        "\x1b]0;x\x07 \x00 \x9b",
        *ATTACKS.values(),
    ],
)  # fmt: skip
def test_text_from_a_statement_stays_text(evil: str) -> None:
    made = hostile(evil)
    kept = made.changes[0]
    edits = word_edits(made.old.version.segments[0].text, made.new.version.segments[0].text, "en")
    made = replace(made, changes=(replace(kept, edits=edits), made.changes[1]))
    page = check_exact(made)
    assert visible(page) == page
    root = parse(page)
    assert {element.tag for element in root.iter() if isinstance(element.tag, str)} <= OURS
    assert len(root.xpath("//script")) == len(root.xpath("//style")) == 1
    (title,) = root.xpath("//title[not(ancestor::svg)]")
    assert "".join(visible(evil).split()) in "".join(title.text_content().split())


def test_its_policy_allows_its_own_style_and_script_alone() -> None:
    page = render_page(revision(), VOCABULARY)
    root = check_page(page)
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    digests = [
        f"'sha256-{b64encode(sha256(root.xpath(f'//{name}')[0].text.encode()).digest()).decode()}'"
        for name in ("style", "script")
    ]
    allowed = f"style-src {digests[0]}; script-src {digests[1]}"
    assert policy == f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    assert "url(" not in page
    assert "@import" not in page


def test_each_change_and_topic_has_a_place_of_its_own() -> None:
    for made in (revision(), session()):
        root = check_page(render_page(made, VOCABULARY))
        names = set(root.xpath("//@id"))
        assert {f"c-{each.id}" for each in made.changes} <= names
        assert {f"t-{each.topic}" for each in made.topics} <= names
        links = set(root.xpath("//*[@class='margin']//a/@href"))
        assert {f"#c-{each.id}" for each in made.changes if each.operation != "kept"} <= links
        for each in made.topics:
            assert root.xpath(f"//tr[contains(@data-found, 't-{each.topic}')]//a[starts-with(@href, '#c-')]")
            assert root.xpath(f"//ul[@class='topics']//a[@href='#t-{each.topic}']")


def test_moved_passages_lead_to_each_other() -> None:
    made = revision()
    (moved,) = (each for each in made.changes if each.moved)
    root = check_page(render_page(made, VOCABULARY))
    before, now = f"c-{moved.id}-from", f"c-{moved.id}"
    for here, there in ((before, now), (now, before)):
        (place,) = root.xpath(f"//*[@id='{here}']")
        (block,) = place.xpath("ancestor::div[@class='block']")
        assert block.xpath(f"./details[@class='margin']//a[@href='#{there}']")
    assert root.xpath(f"//*[@id='{before}']//del[contains(@class, 'moved')]")
    assert root.xpath(f"//*[@id='{now}']//ins[contains(@class, 'moved')]")


def words_of(root: object) -> str:
    return " ".join(" ".join(root.xpath("//main//text()")).split())  # type: ignore[attr-defined]


def test_it_says_what_the_terminal_says_and_how_sure() -> None:
    unsure = topic("Oceans", "moved up", reading("mentioned", (4,), 0.08), reading("substantive", (2,), 0.33))
    made = session()
    unsure = replace(unsure, claimed=False, outcome_certainty=0.53, measured=True)
    made = replace(made, topics=(unsure, *(each for each in made.topics if each.label != "Oceans")))
    said = words_of(parse(render_page(made, VOCABULARY)))
    report = render(made, VOCABULARY, width=300)
    for words in ("likely moved up (.53)", "0 → 31", "8 → 33", "declared", "closest (0.23)"):
        assert words in said, words
        assert words in report, words


def test_the_answer_stands_first_then_one_table_the_findings_what_is_opened_and_the_method() -> None:
    made = session()
    root = check_page(render_page(made, VOCABULARY))
    (lead,) = root.xpath("//header/div[@class='answer']")
    assert len(lead.xpath("./p")) == len(build_report(made, VOCABULARY).lead)
    headings = [" ".join(each.text_content().split()) for each in root.xpath("//main//h2 | //footer//h2")]
    assert headings[0] == "Largest moves"
    assert headings[-3:] == ["Topics in both texts", "Both texts", "Method and citation"]
    assert len(headings) > 6
    assert not root.xpath("//figure")
    before = root.xpath("//div[@id='filters']/preceding::h2")
    assert len(before) == len(headings) - 3
    assert root.xpath("//footer//p[@class='verdict']")


def test_each_row_of_the_largest_moves_draws_its_shares() -> None:
    made = session()
    root = check_page(render_page(made, VOCABULARY))
    (table,) = root.xpath("//table[@class='moves']")
    rows = table.xpath("./tbody/tr")
    assert len(rows) == sum(each.outcome != "kept" for each in made.topics)
    ends = [float(end.rstrip("%")) for end in table.xpath(".//circle/@cx")]
    assert len(ends) == 2 * len(rows)
    assert (min(ends), max(ends)) == (0, 100)  # the axis ends where the data do
    style = root.xpath("//style")[0].text
    assert {MORE, LESS} <= {*re.findall(r"#[0-9a-f]{6}", style)}  # as in pictures


def test_rows_for_which_a_terminal_has_no_room_are_opened_when_asked_for() -> None:
    entries = tuple(
        Entry((Span(f"Topic {number}"),), ("0 → 2",), brief="x", shares=(0, 0.02)) for number in range(9)
    )
    section = Section("largest moves", entries, columns=(Column("% of words"),), first=7)
    report = Document("A → B", (), (), "Nothing.", (section,))
    root = check_page(render_html(report))
    assert len(root.xpath("//section/div//tbody/tr")) == 7
    assert root.xpath("//details[@class='rest']/summary/text()") == ["2 more"]
    assert len(root.xpath("//details[@class='rest']//tbody/tr")) == 2
    assert not check_page(render_html(report._replace(whole=True))).xpath("//details[@class='rest']")


def test_both_texts_are_open_where_they_correspond() -> None:
    for made, is_open in ((revision(), True), (session(), False)):
        root = check_page(render_page(made, VOCABULARY))
        topics, texts = root.xpath("//details[contains(@class, 'fold')]")
        assert (texts.get("open") is not None) == is_open
        assert topics.get("open") is None


def test_beside_a_paragraph_stands_where_it_is_and_a_sign_and_the_rest_is_opened() -> None:
    root = check_page(render_page(revision(), VOCABULARY))
    (text,) = root.xpath("//div[@id='inline']")
    shown = [
        " ".join(each.text_content().split()) for each in text.xpath(".//summary | .//span[@class='margin']")
    ]
    assert len(shown) == len(text.xpath("./div[@class='block']"))
    assert all(re.fullmatch(r"[¶\d→ -]*( [+−±⇅])*", each) for each in shown), shown
    assert any("±" in each for each in shown)
    session_page = check_page(render_page(session(), VOCABULARY))
    assert not session_page.xpath("//div[@id='columns']//*[@class='sign']")


def test_filters_name_what_there_is() -> None:
    root = check_page(render_page(revision(), VOCABULARY))
    offered = {
        name: {*root.xpath(f"//select[@id='f-{name}']/option/text()")}
        for name in ("kinds", "shifts", "topics")
    }
    assert offered["kinds"] >= {"any", "merged", "reworded", "moved", "new", "dropped"}
    assert offered["shifts"] == {"any", "strength", "figure", "date"}
    assert offered["topics"] == {"any", "Cybercrime", "Cultural property", "Women in prison"}
    found = {word for words in root.xpath("//@data-found") for word in words.split()}
    values = {*root.xpath("//select/option[@value]/@value")} | {
        *root.xpath("//select/option[not(@value)]/text()")
    }
    assert values - {""} <= found
    assert root.xpath("//div[@id='filters']/@hidden")


@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("fa", "rtl"), ("zh", "ltr"), ("und", "auto")]
)
def test_each_text_has_its_language_and_direction(language: str, direction: str) -> None:
    words = "نحن ملتزمون." if direction == "rtl" else "我们同意。"
    old, new = side("o", ("We agree.",)), side("n", (words,), language=language)
    made = comparison(old, new, change("dropped", (0,), (), ""), change("new", (), (0,), ""))
    root = check_page(render_page(made, VOCABULARY))
    for place in ("//div[@id='inline']", "//div[@class='new']"):
        (found,) = root.xpath(place)
        assert (found.get("lang"), found.get("dir")) == (language, direction)
    assert root.xpath("//div[@class='old'][@lang='en'][@dir='ltr']")
    assert root.xpath("//div[@id='inline']//del[@lang='en'][@dir='ltr']")
    assert {*root.xpath("//*[@class='margin']/@lang")} == {"en"}


def test_words_in_another_direction_turn_nothing_else() -> None:
    old = side("o", ("سنسهم بمبلغ 5 ملايين دولار.",), language="ar")
    new = side("n", ("سنسهم بمبلغ 8 ملايين دولار.",), language="ar")
    raised = shift(
        "figure", "raised", evidence(old, 0, "5 ملايين"), evidence(new, 0, "8 ملايين"), "+3 ملايين (+60%)"
    )
    made = comparison(old, new, change("reworded", (0,), (0,), "سنسهم بمبلغ |-5|+8| ملايين دولار.", raised))
    root = check_page(render_page(made, VOCABULARY))
    apart = {*root.xpath("//li//bdi/text()")}
    assert apart >= {"“5 ملايين”", "“8 ملايين”", "+3 ملايين (+60%)"}


def test_topics_of_any_name_have_places() -> None:
    made = session()
    odd = replace(made.topics[0], topic="https://example.org/a topic#1")
    check_page(render_page(replace(made, topics=(odd, *made.topics[1:])), VOCABULARY))


def test_a_report_without_texts_is_a_page_too() -> None:
    entries = (Entry((Span("Oceans"),), ("1 → 2",), topic="oceans", shares=(0.01, 0.02)),)
    page = render_html(
        Document("A → B", (), (), "Nothing.", (Section("moves", entries, columns=(Column("%"),)),))
    )
    root = check_page(page)
    assert not root.xpath("//*[@id='texts']")


def test_words_with_a_meaning_of_their_own_are_explained() -> None:
    def explained(made: Comparison) -> set[str]:
        return {*check_page(render_page(made, VOCABULARY)).xpath("//*[@id='words']//dt/text()")}

    assert explained(session()) >= {"largest moves", "level", "status", "¶"}
    assert explained(revision()) >= {"change", "shift", "status", "¶"}
    assert "largest moves" not in explained(revision())
    page = render_html(Document("A → B", (), (), "Nothing.", (Section("said", (Entry((Span("x"),)),)),)))
    assert not check_page(page).xpath("//*[@id='words']")


def test_a_notebook_shows_by_whose_vocabulary_topics_were_read() -> None:
    shipped = load_vocabulary()
    of_ours = replace(session(), provenance=replace(session().provenance, vocabulary=shipped.digest))
    for report, name in ((session(), "own"), (of_ours, shipped.name)):
        digest = report.provenance.vocabulary[:12]
        assert f"topics {name} {digest}" in re.sub(r"<[^<>]*>", "", show_part(report))


def test_a_notebook_shows_a_part_without_script_or_places() -> None:
    evil = "<script>alert(1)</script>"
    old = f"We will pay 5 million euros. {evil} We thank the Assembly."
    part = tracker.compare(old, old.replace("5", "8"), language="en", encoder=None)._repr_html_()
    assert part
    root = parse(part)
    assert not root.xpath("//script | //@id | //a | //*[@hidden]")
    assert root.xpath("//del[text()='5 million euros']")
    assert root.xpath("//ins[text()='8 million euros']")
    rules = re.sub(r"@media[^{]*\{|/\*.*?\*/", "", root.xpath("//style")[0].text)
    for rule in re.findall(r"(?m)^\s*([^\s{}@][^{};]*?)\s*\{", rules):
        assert "tracker" in rule, "a rule that would reach the rest of a notebook"


@pytest.mark.parametrize(
    "command",
    some(
        6,
        [
            "diff XAA/CCPCJ",
            "diff XAA/CCPCJ --all",
            "diff XAA/CCPCJ --only new,figure",
            "diff XAA/CCPCJ --topic corruption",
            "timeline XAA/CCPCJ",
            "timeline XAA/CCPCJ --topic corruption",
            "timeline CCPCJ 33",
            "timeline CCPCJ --sessions 31-33",
            "diff CCPCJ 32 33 --countries XAA",
            "trace XAA/CCPCJ corruption",
            "trace XAA/CCPCJ unheard-of",
            "trace CCPCJ corruption",
            "trace CCPCJ corruption --all",
            "trace CCPCJ unheard-of",
            "blame XAA/CCPCJ/33",
        ],
    ),
)
def test_commands_write_pages(archive: Callable[..., Ran], command: str) -> None:
    answer = archive(*command.split(), "--format", "html")
    assert answer.code in {0, 1}, answer.err
    assert answer.out.startswith("<!DOCTYPE html>")
    root = check_page(answer.out)
    (heading,) = root.xpath("//h1")
    assert heading.text_content() == root.xpath("//title")[0].text
    assert len(answer.out) < LIMIT
