"""Pages as a browser has them: Debian's Chromium, driven by Playwright, and axe-core for what not all see."""

from __future__ import annotations

import json
import random
import re
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from pypdfium2 import PdfDocument

import tracker
from tests.acceptance.driving import RULES, SCHEMES, WIDTHS
from tests.coded_sheets import sample_pairs
from tests.conftest import run_tracker
from tests.pages import (
    accept_all,
    check_page,
    list_missing,
    parse,
    read_column,
    read_markdown,
    read_page,
    reject_all,
    render_page,
)
from tests.shared_data import require
from tests.test_page import LIMIT, hostile
from tracker.comparing.edits import word_edits
from tracker.comparing.pipeline import Basis
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.diff.notebook import compare
from tracker.report.comparison.both_texts import build_texts
from tracker.report.comparison.build import build_report
from tracker.report.document import Column, Document, Entry, Section, Span, Tick
from tracker.report.render.html import render_html
from tracker.report.render.markdown import render_markdown
from tracker.report.render.terminal import render_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.driving import Driven
    from tracker.model.changes import Comparison

EXTRA_SECONDS = 0.3
ARABIC = """السيد الرئيس، أصحاب المعالي. إن المملكة ملتزمة بحماية حقوق الإنسان وسيادة القانون.
سنسهم بمبلغ 5 ملايين دولار في الصندوق بحلول عام 2025. ندين الاتجار غير المشروع بالممتلكات الثقافية.

إن تغير المناخ هو التحدي الأكبر في عصرنا. ندعو إلى سلام عادل في الشرق الأوسط. نشكر الأمين العام
على تقريره (A/78/1)."""
CHINESE = """主席先生，各位代表。中国始终坚持维护国际法和《联合国宪章》的宗旨和原则。
我们将在2025年前向基金捐款500万美元。

我们谴责非法贩运文化财产。
气候变化是我们时代的决定性挑战。我们呼吁实现公正的和平。我们支持秘书长的工作。"""


def read_speech(name: str) -> str:
    return require(f"ungdc/{name}").read_text(encoding="utf-8-sig", errors="replace")


def revise(text: str, seed: int) -> str:
    """Return a text as a careless editor leaves it: words and sentences out, some elsewhere, breaks gone."""
    rng = random.Random(seed)  # noqa: S311 (the same each time)
    sentences = re.split(r"(?<=[.!?])(\s+)", text)
    parts = ["".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2)]
    at, to = rng.randrange(len(parts)), rng.randrange(len(parts))
    moved = parts[at : at + 2]
    parts[at : at + 2] = []
    parts[to:to] = moved
    kept = [part for part in parts if rng.random() > 0.05]
    return "".join(
        re.sub(r"\S+ ", lambda word: word[0] if rng.random() > 0.2 else "", part)
        if rng.random() < 0.2
        else part.replace("\n\n", " ")
        if rng.random() < 0.1
        else part
        for part in kept
    )


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a page of each kind."""
    folder = tmp_path_factory.mktemp("pages")
    speech = read_speech("GBR/79_2024.txt")
    pairs = {
        "session": (read_speech("GBR/78_2023.txt"), speech),
        "revision": (speech, revise(speech.replace("5", "7"), 3)),
        "arabic": (ARABIC, ARABIC.replace("5 ملايين", "8 ملايين").replace("ندين", "نرفض")),
        "chinese": (CHINESE, CHINESE.replace("500万", "800万").replace("始终坚持", "坚定")),
        **{name: tuple(map(read_speech, speeches)) for name, speeches in MORE_SESSIONS.items()},
    }
    for name, (old, new) in pairs.items():
        (folder / "old.txt").write_text(old, encoding="utf-8")
        (folder / "new.txt").write_text(new, encoding="utf-8")
        write(folder, name, "diff", "old.txt", "new.txt")
    write(folder, "everything", "diff", "old.txt", "new.txt", "--all")
    run_tracker(folder, "demo", "--keep", "snapshots")
    write(folder, "timeline", "timeline", "XAA/CCPCJ")
    write(folder, "countries", "timeline", "CCPCJ", "33")
    write(folder, "panel", "timeline", "CCPCJ", "--sessions", "31-33")
    write(folder, "biography", "trace", "XAA/CCPCJ", "corruption")
    write(folder, "spread", "trace", "CCPCJ", "corruption")
    write(folder, "origins", "blame", "XAA/CCPCJ/33")
    write(folder, "moves", "diff", "CCPCJ", "32", "33", "--countries", "XAA")
    part = tracker.compare(*pairs["revision"], encoder=None)._repr_html_()
    around = "<!DOCTYPE html><html lang=en><title>A notebook</title><main><h1>A notebook</h1><h2>One</h2>"
    (folder / "notebook.html").write_text(f"{around}{part}</main></html>", encoding="utf-8")
    return {path.stem: path for path in folder.glob("*.html")}


def write(folder: Path, name: str, *command: str) -> None:
    answer = run_tracker(folder, *command, "--format", "html", "-o", f"{name}.html")
    assert answer.code in {0, 1}, answer.err


KINDS = (
    "session",
    "revision",
    "arabic",
    "chinese",
    "everything",
    "timeline",
    "countries",
    "panel",
    "moves",
    "biography",
    "spread",
    "origins",
    "notebook",
)


MORE_SESSIONS = {
    "long lead": ("GBR/50_1995.txt", "GBR/51_1996.txt"),
    "many rows": ("FRA/60_2005.txt", "FRA/61_2006.txt"),
    "long labels": ("FRA/70_2015.txt", "FRA/71_2016.txt"),
}
"""Pairs of speeches whose pages are looked at on a phone and printed."""


class Seen:
    """A page in the browser, and all that it said or asked for."""

    def __init__(self, browser: Driven, path: Path, place: str = "", **context: Driven) -> None:
        self.page = browser.new_context(**context).new_page()
        self.heard: list[str] = []
        self.page.on("console", lambda message: self.heard.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.heard.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.heard.append(request.url))
        self.page.goto(path.as_uri() + place)
        self.heard = [each for each in self.heard if each.partition("#")[0] != path.as_uri()]

    def ask(self, script: str) -> Driven:
        return self.page.evaluate(script)

    def arrives(self) -> bool:
        """Return whether the place in the address is in the window, now or within two seconds."""
        for _ in range(40):
            if self.ask(ARRIVED):
                return True
            self.page.wait_for_timeout(50)
        return False

    def close(self) -> None:
        assert not self.heard
        self.page.context.close()


@pytest.fixture
def visit(browser: Driven, pages: dict[str, Path]) -> Iterator[Driven]:
    """Return a function that opens a page, which must have been silent when all is over."""
    opened: list[Seen] = []

    def open_page(kind: str, place: str = "", **context: Driven) -> Seen:
        opened.append(Seen(browser, pages[kind], place, **context))
        return opened[-1]

    yield open_page
    for seen in opened:
        seen.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_for_everybody(visit: Driven, axe: str, kind: str, width: int, scheme: str) -> None:
    seen = visit(kind, viewport={"width": width, "height": 900}, color_scheme=scheme)
    seen.ask(axe)
    check_for_everybody(seen)
    seen.ask(OPEN_ALL)
    views = [f"#v-{view}" for view in ("inline", "columns") if seen.page.query_selector(f"#v-{view}")]
    for view in views:
        seen.page.check(view)
        check_for_everybody(seen)


def check_for_everybody(seen: Seen) -> None:
    assert seen.ask("document.documentElement.scrollWidth <= innerWidth")
    found = seen.ask(f"axe.run(document, {{runOnly: {json.dumps(RULES)}}})")["violations"]
    assert not [(each["id"], each["nodes"][0]["html"]) for each in found]


OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true"
SHOWN = "[...document.querySelectorAll('[data-found]')].filter((each) => each.checkVisibility())"
ARRIVED = """(() => {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const box = place.getBoundingClientRect();
  return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
})()"""


@pytest.mark.parametrize("view", ["#v-inline", "#v-columns"])
def test_filters_narrow_together_and_are_undone(visit: Driven, view: str) -> None:
    seen = visit("revision")
    seen.ask(OPEN_ALL)
    seen.page.check(view)
    every = len(seen.ask(SHOWN))
    for select, value in (("#f-kinds", "moved"), ("#f-shifts", "figure")):
        seen.page.select_option(select, value)
        found = seen.ask(f"{SHOWN}.map((each) => each.dataset.found.split(' '))")
        assert 0 < len(found) < every
        assert all(value in words for words in found)
        assert seen.page.inner_text("#f-count") == f"{len(found)} shown"
        seen.page.click("#f-all")
        assert len(seen.ask(SHOWN)) == every
        assert seen.page.inner_text("#f-count") == ""
    topic = seen.ask("document.querySelector('#f-topics').options[1].value")
    seen.page.select_option("#f-topics", topic)
    seen.page.select_option("#f-kinds", "reworded")
    found = seen.ask(f"{SHOWN}.map((each) => each.dataset.found.split(' '))")
    assert all({topic, "reworded"} <= {*words} for words in found)
    seen.page.click("#f-all")
    seen.page.fill("#f-words", "CLIMATE")
    texts = seen.ask(f"{SHOWN}.map((each) => each.textContent)")
    assert 0 < len(texts) < every
    assert all("climate" in text.lower() for text in texts)


def test_the_switch_works_by_keyboard_with_and_without_a_script(visit: Driven) -> None:
    for scripts in (True, False):
        seen = visit("revision", java_script_enabled=scripts)
        seen.page.focus("#v-inline")
        assert seen.page.is_visible("#inline")
        assert not seen.page.is_visible("#columns")
        seen.page.keyboard.press("ArrowRight")
        assert seen.page.is_visible("#columns")
        assert not seen.page.is_visible("#inline")
        assert seen.page.is_visible("#filters") == scripts


@pytest.mark.parametrize("kind", ["session", "revision"])
def test_each_link_leads_to_what_is_seen(visit: Driven, kind: str) -> None:
    """Whatever is chosen or hidden: in the other view, below a filter, and when the page is opened there."""
    seen = visit(kind)
    seen.ask(OPEN_ALL)
    links = seen.ask("[...new Set([...document.links].map((each) => each.getAttribute('href')))]")
    rng = random.Random(5)  # noqa: S311 (the same each time)
    for view in ("#v-inline", "#v-columns"):
        seen.page.check(view)
        for link in rng.sample(links, 25):
            seen.page.fill("#f-words", "no such words")
            seen.ask(f"document.querySelector('a[href=' + {json.dumps(json.dumps(link))} + ']').click()")
            assert seen.arrives(), (view, link)
    change = next(link for link in links if link.startswith("#c-"))
    assert visit(kind, change).arrives()
    assert visit(kind, change).ask("document.querySelectorAll('.fold')[1].open")
    without = visit(kind, change, java_script_enabled=False)
    assert without.page.is_visible(change)


def test_all_can_be_done_by_keyboard_and_where_one_is_is_seen(visit: Driven) -> None:
    seen = visit("revision", viewport={"width": 1440, "height": 900})
    seen.page.keyboard.press("Tab")
    assert seen.ask("document.activeElement.textContent") == "Skip to the report"
    assert seen.ask("document.activeElement.getBoundingClientRect().left >= 0")
    seen.page.keyboard.press("Enter")
    assert seen.ask("document.activeElement.id") == "report"
    reached = set()
    for _ in range(60):
        seen.page.keyboard.press("Tab")
        style = seen.ask("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", seen.ask("document.activeElement.outerHTML")
        reached.add(seen.ask("document.activeElement.tagName"))
    assert "A" in reached
    seen.page.focus("#f-kinds")
    seen.page.keyboard.type("moved")
    assert len(seen.ask(SHOWN)) > 0
    assert seen.page.input_value("#f-kinds") == "moved"


def test_print_has_no_controls_and_all_of_the_report(visit: Driven) -> None:
    seen = visit("revision")
    seen.page.emulate_media(media="print")
    for hidden in ("nav", "#filters", ".switch", ".skip"):
        assert not seen.page.is_visible(hidden)
    assert seen.page.is_visible("header .cite")
    assert seen.page.is_visible("#s-1 .entries")
    assert not seen.page.is_visible(
        "#inline"
    )  # each edit is in the list, and what is unchanged is for the screen
    seen.page.emulate_media(media="screen")
    assert seen.page.is_visible("#inline")
    for _ in range(2):
        seen.page.click("details:has(> #texts) > summary")
    seen.page.emulate_media(media="print")
    assert seen.page.is_visible("#inline")


@pytest.mark.parametrize("kind", ["revision", *MORE_SESSIONS])
def test_a_comparison_is_printed_on_three_pages(visit: Driven, kind: str) -> None:
    with PdfDocument(visit(kind).page.pdf(format="A4")) as printed:
        assert len(printed) <= 3


def test_a_print_of_two_sessions_begins_with_the_answer_and_ends_with_the_citation(visit: Driven) -> None:
    seen = visit("session")
    with PdfDocument(seen.page.pdf(format="A4")) as printed:
        pages = [page.get_textpage().get_text_range() for page in printed]
    assert len(pages) <= 3
    title, lead = (
        seen.ask(f"document.querySelector('{each}').innerText") for each in ("h1", ".answer p:first-child")
    )
    first = re.sub(r"\s+", "", pages[0])
    assert re.sub(r"\s+", "", title) + "Cite:" in first[:200]
    assert re.sub(r"\s+", "", lead)[:60] in first
    assert "Cite:" in pages[-1]
    assert "Both texts" not in "".join(pages)  # they are printed where they are open
    seen.ask(OPEN_ALL)
    with PdfDocument(seen.page.pdf(format="A4")) as printed:
        assert len(printed) > len(pages)


@pytest.mark.parametrize("kind", ["session", *MORE_SESSIONS])
def test_a_phone_has_the_first_findings_on_its_screen(visit: Driven, kind: str) -> None:
    seen = visit(kind, viewport={"width": 390, "height": 844})
    bottom = "document.querySelector('{}').getBoundingClientRect().bottom"
    assert seen.ask(bottom.format(".answer")) < 844 / 2
    assert seen.ask(bottom.format("#s-1 tbody")) < 844
    assert seen.ask(bottom.format("#s-2 .claim")) < 844


def test_beside_a_sentence_stands_one_line_until_more_is_asked_for(visit: Driven) -> None:
    """The text is what is read: at any width nothing takes a line of its own from it, or covers it."""
    for kind, width in (("session", 1440), ("revision", 1440), ("revision", 390), ("session", 390)):
        seen = visit(kind, viewport={"width": width, "height": 900})
        seen.ask("for (const each of document.querySelectorAll('.fold')) each.open = true")
        blocks = seen.ask(
            """[...document.querySelectorAll(".block")].filter((e) => e.checkVisibility()).map((each) => {
              const [beside, text] = [...each.children].map((child) => child.getBoundingClientRect());
              return [beside.right <= text.left, beside.height, text.height];
            })"""
        )
        assert len(blocks) > 50
        assert all(is_clear for is_clear, _, _ in blocks)
        assert all(beside <= max(text, 40) for _, beside, text in blocks)
        seen.page.focus(".view:not([hidden]) summary:visible")
        seen.page.keyboard.press("Enter")
        assert seen.page.is_visible(".block details[open] a")


def test_a_map_of_sixty_sessions_is_printed_whole(browser: Driven, tmp_path: Path) -> None:
    marks = tuple(Span("S", "shade3") for _ in range(60))
    entries = (Entry((Span("Peacebuilding and conflict prevention"),), ("41",), marks=marks),)
    ticks = tuple(Tick(str(session), str(1945 + session)) for session in range(20, 80))
    section = Section("priorities by session", entries, columns=(Column("a priority at"),), ticks=ticks)
    place = tmp_path / "map.html"
    place.write_text(render_html(Document("A map", (), (), "Multilateralism.", (section,))), encoding="utf-8")
    a4_without_margins = {"width": 680, "height": 1000}
    seen = Seen(browser, place, viewport=a4_without_margins)
    seen.page.emulate_media(media="print")
    assert seen.ask("document.querySelector('table').offsetWidth <= innerWidth")
    seen.close()


def test_a_filter_opens_what_it_narrows(visit: Driven) -> None:
    seen = visit("session")
    assert not seen.page.is_visible("#columns")
    seen.page.fill("#f-words", "Gaza")
    assert seen.page.is_visible("#columns")
    assert int(seen.page.inner_text("#f-count").split()[0]) == len(seen.ask(SHOWN)) > 1


def test_what_a_filter_empties_is_out_of_the_way_and_a_link_brings_it_back(visit: Driven) -> None:
    seen = visit("revision")
    headings = "[...document.querySelectorAll('main h2')].filter((each) => each.checkVisibility()).length"
    every = seen.ask(headings)
    seen.page.fill("#f-words", "no such words")
    assert (seen.ask(headings), seen.page.inner_text("#f-count")) == (0, "0 shown")
    seen.page.click("nav a[href='#s-1']")
    assert seen.arrives()
    assert seen.ask(headings) == every
    assert not seen.page.is_visible("#words dd >> nth=0")
    seen.ask("location.hash = '#words'")
    assert seen.arrives()
    assert seen.page.is_visible("#words dd >> nth=0")


def test_nothing_of_a_statement_runs_and_nothing_is_fetched(browser: Driven, tmp_path: Path) -> None:
    evil = (
        "<script>owned=1</script><img src=https://evil.example/x onerror=owned=1>"
        "<style>@import 'https://evil.example'</style><svg onload=owned=1> <a href='javascript:owned=1'>x</a>"
        " </style></script><iframe src=//evil.example>"
    )
    place = tmp_path / "hostile.html"
    made = hostile(evil)
    edits = word_edits(made.old.version.segments[0].text, made.new.version.segments[0].text, "en")
    object.__setattr__(made.changes[0], "edits", edits)
    place.write_text(render_page(made, load_vocabulary()), encoding="utf-8")
    seen = Seen(browser, place)
    assert seen.ask("typeof owned") == "undefined"
    assert seen.ask("document.images.length + document.querySelectorAll('iframe').length") == 0
    seen.close()
    # What got in all the same would be held by the policy of the page.
    seen = Seen(browser, place)
    seen.ask(
        """() => {
          const script = document.createElement("script");
          script.textContent = "owned = 1";
          const image = new Image();
          image.src = "https://evil.example/x";
          document.body.append(script, image);
        }"""
    )
    assert seen.ask("typeof owned") == "undefined"
    refused = [each for each in seen.heard if "Content Security Policy" in each]
    assert len(refused) == 2


READ = """([view, left, side]) => {
  const text = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.dataset?.code) return String.fromCodePoint(parseInt(node.dataset.code, 16));
    return node.localName === left ? "" : [...node.childNodes].map(text).join("");
  };
  return [...document.querySelectorAll(`#${view} ${side} .block > p`)].map(text).join("");
}"""


@pytest.mark.parametrize("kind", ["session", "revision", "arabic", "chinese"])
def test_the_browser_reads_both_texts_exactly(visit: Driven, pages: dict[str, Path], kind: str) -> None:
    seen = visit(kind)
    root = parse(pages[kind].read_text(encoding="utf-8"))
    old, new = reject_all(root), accept_all(root)
    assert seen.page.evaluate(READ, ["inline", "ins", ""]) == old
    assert seen.page.evaluate(READ, ["inline", "del", ""]) == new
    assert seen.page.evaluate(READ, ["columns", "", ".old"]) == old
    assert seen.page.evaluate(READ, ["columns", "", ".new"]) == new


def pair_up(number: int) -> Iterator[tuple[str, str]]:
    """Yield pairs of the corpus: speeches of neighbouring sessions, and speeches that somebody edited."""
    rng = random.Random(17)  # noqa: S311 (the same each time)
    speeches = sorted(require("ungdc").glob("*/*.txt"))
    for at in range(number):
        speech = rng.choice(speeches)
        folder = sorted(speech.parent.glob("*.txt"))
        old = read_speech(f"{speech.parent.name}/{speech.name}")
        after = folder[min(folder.index(speech) + 1, len(folder) - 1)]
        yield old, revise(old, at) if at % 2 else read_speech(f"{after.parent.name}/{after.name}")


def test_200_pairs_come_back_exactly() -> None:
    vocabulary = load_vocabulary()
    for old, new in pair_up(200):
        found = compare(old, new, language="en", encoder=None)
        root = check_page(render_page(found, vocabulary))
        assert accept_all(root) == read_column(root, "new") == found.new.version.text
        assert reject_all(root) == read_column(root, "old") == found.old.version.text


def test_20_pairs_say_the_same_in_each_form() -> None:
    """All that a terminal's first screen says, in its order, with its marks; small, and soon written."""
    vocabulary = load_vocabulary()
    for sides in sample_pairs(20):
        found = compare_sides(*sides, Basis(vocabulary))
        report = build_report(found, vocabulary)
        screen = render_terminal(report, width=80)
        page = render_html(report, build_texts(found))
        assert list_missing(screen, read_page(page)) == []
        assert list_missing(screen, read_markdown(render_markdown(report))) == []
        if max(side.version.words for side in sides) <= 2500:
            assert len(page.encode()) < LIMIT
        assert min(measure_extra(found) for _ in range(2)) < EXTRA_SECONDS


def test_two_long_speeches_are_a_small_page_soon_written() -> None:
    """Of 2,500 words each; what the page takes more than the text, in processor time, the best of three."""
    vocabulary = load_vocabulary()
    found = [*long_pairs(10)]
    assert len(found) == 10
    for each in found:
        page = render_page(each, vocabulary)
        assert len(page.encode()) < LIMIT
        assert min(measure_extra(each) for _ in range(3)) < EXTRA_SECONDS


def long_pairs(number: int) -> Iterator[Comparison]:
    for folder in sorted(require("ungdc").iterdir()):
        names = [f"{path.parent.name}/{path.name}" for path in sorted(folder.glob("*.txt"))]
        for names_of_pair in pairwise(names):
            old, new = map(read_speech, names_of_pair)
            if number and all(2400 <= len(text.split()) <= 2700 for text in (old, new)):
                number -= 1
                yield compare(old, new, language="en", encoder=None)


def measure_extra(found: Comparison) -> float:
    report = build_report(found, load_vocabulary())
    start = time.process_time()
    render_terminal(report)
    between = time.process_time()
    render_html(report, build_texts(found))
    return time.process_time() - between - (between - start)
