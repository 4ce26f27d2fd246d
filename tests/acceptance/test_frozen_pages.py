"""The pages that are files, in a browser: from a folder and from a server of files."""

from __future__ import annotations

import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from tests.published import PAGES, make_published
from tests.running import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.driving import Driven

PATIENCE: Final = 60_000
PLACE: Final = "statements"
"""The folder of the pages below the root of the server, so that no link works by chance."""
UNLINKED: Final = "compare/FJI/UNGA/74..XAA/CCPCJ/33.html"
"""Of two series: it is served, and no page leads to it."""
FROZEN: Final = (*(path for path in PAGES if path != UNLINKED), "404.html", "search.html")


class _Files(SimpleHTTPRequestHandler):
    """Gives files, and the page for what is not there as hosts of files do."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        del message, explain
        body = Path(self.translate_path(f"/{PLACE}/404.html")).read_bytes()
        self.send_response(code)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 (nothing is to be told)
        pass


class Places(NamedTuple):
    """Where the pages are."""

    folder: str
    server: str


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    made = make_published(tmp_path_factory.mktemp("frozen"))
    root = made / "pages"
    root.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}/{PLACE}/"
    # A process of its own: Playwright has a loop that runs in this one.
    subprocess.run([*COMMAND, "site", f"pages/{PLACE}", "--base", base], cwd=made, check=True)
    yield Places((root / PLACE).as_uri() + "/", base)
    server.shutdown()
    server.server_close()
    thread.join()


class Seen:
    """A page in the browser, and what it said: a breach of its policy is said on the console."""

    def __init__(self, browser: Driven, address: str) -> None:
        self.page = browser.new_context().new_page()
        self.heard: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.goto(address)

    def _note(self, message: Driven) -> None:
        # A browser asks for a picture of the site by itself.
        if not message.location["url"].endswith("/favicon.ico"):
            self.heard.append(message.text)


@pytest.fixture(params=Places._fields)
def start(request: pytest.FixtureRequest, places: Places) -> str:
    found: str = getattr(places, request.param)
    return found


@pytest.mark.parametrize("path", FROZEN)
def test_a_page_has_its_style_and_breaks_no_policy(browser: Driven, start: str, path: str) -> None:
    seen = Seen(browser, start + path)
    # From a folder the links of this one lead to the server that is named, whose style is another's there.
    if path != "404.html" or not start.startswith("file:"):
        assert seen.page.evaluate("getComputedStyle(document.body).getPropertyValue('--paper')")
        ran = "[...document.scripts].every((each) => performance.getEntriesByName(each.src).length)"
        assert start.startswith("file:") or seen.page.evaluate(ran)
        assert seen.heard == []
    if path == "topics.html":
        assert seen.page.locator("button.sort").count() > 0
    seen.page.context.close()


def test_a_script_or_a_style_that_somebody_put_in_does_nothing(
    browser: Driven, start: str, places: Places
) -> None:
    seen = Seen(browser, start + "index.html")
    seen.page.evaluate(
        """(elsewhere) => {
          const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
          const add = (tag, fields) => document.body.append(make(tag, fields));
          add("script", { textContent: "window.owned = 1" });
          add("style", { textContent: "body { color: red }" });
          add("img", { src: elsewhere + "x.png" });
          add("iframe", { src: elsewhere + "index.html" });
          add("base", { href: elsewhere });
          add("p", { innerHTML: '<a onclick="window.owned = 1" id="put-in">x</a>' });
          document.getElementById("put-in").click();
          fetch(elsewhere).catch(() => null);
        }""",
        places.server.replace("127.0.0.1", "localhost"),
    )
    seen.page.wait_for_timeout(500)
    assert seen.page.evaluate("window.owned") is None
    assert seen.page.evaluate("document.baseURI") == start + "index.html"
    for directive in ("script-src", "style-src", "img-src", "default-src", "base-uri", "connect-src"):
        assert any(directive in each for each in seen.heard), (directive, seen.heard)
    seen.page.context.close()


def test_titles_are_found_anywhere_and_words_where_a_server_is(browser: Driven, start: str) -> None:
    seen = Seen(browser, start + "search.html")
    seen.page.fill("#q", "corruption (topic")
    seen.page.wait_for_selector("#found >> text='Corruption (topic)'", timeout=PATIENCE)
    seen.page.fill("#q", "ninehundredjudges")
    seen.page.wait_for_selector("#found >> text=0 by title", timeout=PATIENCE)
    seen.page.fill("#q", "judges")
    if start.startswith("http"):
        seen.page.wait_for_selector("#found >> text=7 by words", timeout=PATIENCE)
        seen.page.click("#found li a >> nth=0")
        assert "nine hundred judges" in seen.page.inner_text("main")
    else:
        seen.page.wait_for_selector("#found >> text=0 by title", timeout=PATIENCE)
    assert seen.heard == []
    seen.page.context.close()


def test_what_is_not_there_leads_back_from_any_depth(browser: Driven, places: Places) -> None:
    seen = Seen(browser, f"{places.server}deep/down/nothing.html")
    assert seen.page.inner_text("h1") == "Not here"
    assert seen.page.evaluate("getComputedStyle(document.body).getPropertyValue('--paper')")
    assert [each for each in seen.heard if "404" not in each] == []
    seen.page.click("text=list of statements")
    assert seen.page.url == f"{places.server}index.html"
    seen.page.context.close()
