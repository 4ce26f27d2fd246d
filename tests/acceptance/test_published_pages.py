"""The pages that are served, each kind as a browser has it: for everybody, at any width, in both schemes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.driving import RULES, SCHEMES, WIDTHS
from tests.published import PAGES, make_published
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.acceptance.driving import Driven


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve an archive and return the address; all pages that have to be computed are."""
    folder = make_published(tmp_path_factory.mktemp("served"))
    with serving(folder / "snapshots") as found:
        for path in PAGES:
            assert found.get(f"/{path}").status == 200, path
        yield f"http://127.0.0.1:{found.port}/"


class Page:
    """A page in the browser once it is computed, and all that it said or asked of others."""

    def __init__(self, browser: Driven, home: str, path: str, **context: Driven) -> None:
        self.page = browser.new_context(**context).new_page()
        self.heard: list[str] = []
        self.page.on("console", lambda message: self.heard.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        self.page.on("request", lambda request: self._note(request.url, home))
        self.page.goto(home + path)
        self.page.wait_for_function("!document.querySelector('meta[http-equiv=refresh]')", timeout=120_000)

    def _note(self, url: str, home: str) -> None:
        if not url.startswith(home):
            self.heard.append(url)

    def ask(self, script: str) -> Driven:
        return self.page.evaluate(script)

    def close(self) -> None:
        # A browser asks for a picture of the site by itself.
        assert not [each for each in self.heard if "favicon" not in each and "404" not in each]
        self.page.context.close()


@pytest.fixture
def visit(browser: Driven, served: str) -> Iterator[Callable[..., Page]]:
    opened: list[Page] = []

    def open_page(path: str, **context: Driven) -> Page:
        opened.append(Page(browser, served, path, **context))
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", [*PAGES, "search.html?q=corruption", "statements/XAA/CCPCJ/99.html"])
def test_each_kind_of_page_is_for_everybody(
    visit: Callable[..., Page], axe: str, path: str, width: int, scheme: str
) -> None:
    seen = visit(path, viewport={"width": width, "height": 900}, color_scheme=scheme)
    seen.ask("for (const each of document.querySelectorAll('details')) each.open = true")
    assert seen.ask("document.documentElement.scrollWidth <= innerWidth")
    seen.ask(axe)
    found = seen.ask(f"axe.run(document, {{runOnly: {json.dumps(RULES)}}})")["violations"]
    assert not [(each["id"], each["nodes"][0]["html"]) for each in found]


@pytest.mark.parametrize("path", PAGES)
def test_all_is_reached_by_keyboard_and_where_one_is_is_seen(visit: Callable[..., Page], path: str) -> None:
    seen = visit(path, viewport={"width": 1440, "height": 900})
    seen.page.keyboard.press("Tab")
    assert seen.ask("document.activeElement.textContent").startswith("Skip to the ")
    seen.page.keyboard.press("Enter")
    for _ in range(40):
        seen.page.keyboard.press("Tab")
        tag, style = seen.ask(
            "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert tag == "BODY" or style != "none", seen.ask("document.activeElement.outerHTML")


def test_a_reader_finds_who_first_spoke_of_a_topic(visit: Callable[..., Page]) -> None:
    """From the first page by what its links say: the topic by its name, and the statement with its words."""
    seen = visit("topics.html")
    seen.page.click("text=Statements")
    seen.page.click("main >> text=Corruption")
    assert "First spoken of in 2019 by Fiji" in seen.page.inner_text(".first-lines")
    seen.page.click("#first ~ figure >> text=¶2")
    assert seen.page.inner_text(".paragraph:target p").startswith("Corruption is our first priority.")


def test_a_table_is_sorted_by_keyboard_and_tells_how(visit: Callable[..., Page]) -> None:
    seen = visit("topics.html")
    first = "document.querySelector('tbody th').textContent"
    column = "th:has-text('Topic')"
    before = seen.ask(first)
    seen.page.focus(f"{column} button")
    seen.page.keyboard.press("Enter")
    assert seen.page.get_attribute(column, "aria-sort") == "ascending"
    names = seen.ask("[...document.querySelectorAll('tbody th')].map((each) => each.textContent)")
    assert names == sorted(names, key=str.casefold)
    seen.page.keyboard.press("Enter")
    assert seen.page.get_attribute(column, "aria-sort") == "descending"
    assert seen.ask(first) != before
    seen.page.fill("#find", "corrup")
    assert seen.page.locator("tbody tr:visible").count() == 1


def test_a_map_is_sorted_by_any_session_and_read_without_a_script(visit: Callable[..., Page]) -> None:
    seen = visit("series/XAA/CCPCJ.html")
    seen.page.select_option(".sorting select", label="30 2021")
    cells = "[...document.querySelectorAll('tbody tr')].map((row) => row.cells[4])"
    shares = seen.ask(f"{cells}.map((cell) => cell.querySelector('small')?.textContent ?? '')")
    known = [float(each) for each in shares if each]
    assert known == sorted(known, reverse=True)
    assert "" not in shares[: len(known)]
    still = visit("series/XAA/CCPCJ.html", java_script_enabled=False)
    assert still.page.inner_text("tbody tr >> nth=0").split()[:3] == ["Corruption", "5", "29"]


def test_topics_are_marked_in_a_text_when_they_are_chosen(visit: Callable[..., Page]) -> None:
    seen = visit("statements/FJI/UNGA/74.html")
    assert seen.page.locator(".term").count() == 0
    seen.page.check("[data-topic='corruption']")
    assert {text.lower() for text in seen.page.locator(".term").all_inner_texts()} == {"corruption"}
    assert seen.page.locator(".about").count() >= 2
    seen.page.uncheck("[data-topic='corruption']")
    assert seen.page.locator(".term, .about").count() == 0
    still = visit("statements/FJI/UNGA/74.html", java_script_enabled=False)
    assert still.page.locator("input:visible").count() == 0
    assert still.page.is_visible("text=nine hundred judges")


def test_print_has_the_text_and_no_controls(visit: Callable[..., Page]) -> None:
    for path in ("statements/XAA/CCPCJ/33.html", "series/XAA/CCPCJ.html", "topics/corruption.html"):
        seen = visit(path)
        seen.page.emulate_media(media="print")
        for hidden in (".top", ".sorting", ".skip"):
            assert not seen.page.locator(hidden).locator("visible=true").count(), (path, hidden)
        assert seen.page.is_visible("h1")
        assert seen.page.is_visible(".citation")
