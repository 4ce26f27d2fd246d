"""The desk beside other servers of one machine, in a browser, which tells them apart by their ports alone."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tests.archives import declare, record
from tests.conftest import run_tracker
from tests.desks import HOST, Client, Served
from tests.test_settling import NEW, OLD
from tracker.archive import create_archive, open_store
from tracker.publish.serve import CLOSED_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.driving import Driven

PAIR: Final = "old=XAA/UNGA/32&new=XAA/UNGA/33"
PATIENCE: Final = 60_000
HOSTILE: Final = """<!DOCTYPE html><title>Hostile</title><script>
(async () => {
  const desk = "http://127.0.0.1:PORT/decide/";
  const body = JSON.stringify({ old: "XAA/UNGA/32", new: "XAA/UNGA/33", given: [] });
  const read = (path, options) => fetch(desk + path, options).then((reply) => reply.text());
  const open = async () => {
    const opened = window.open(desk);
    await new Promise((done) => setTimeout(done, 1000));
    return JSON.stringify(opened.sessionStorage);
  };
  const tries = [
    () => read("rows?PAIR", { credentials: "include" }),
    () => read("rows?PAIR", { headers: { "x-tracker-desk": "guessed" } }),
    () => read("finish", { method: "POST", body, credentials: "include" }),
    open,
    () => Object.values(sessionStorage).join() + Object.values(localStorage).join() + document.cookie,
  ];
  const found = [];
  for (const each of tries) found.push(await Promise.resolve().then(each).catch(() => "refused"));
  await fetch("/found", { method: "POST", body: JSON.stringify(found) });
  document.title = "Done";
})();
</script>"""
"""What the page of another program tries; it tells its own server what came of it."""
ASK_PORTS: Final = """([first, end]) => Promise.all(Array.from({ length: end - first }, (_, at) =>
  fetch(`http://127.0.0.1:${first + at}/`, { mode: "no-cors" }).catch(() => null))).then(() => null)"""


def make_archive(folder: Path) -> Path:
    folder.mkdir()
    create_archive(folder / "snapshots")
    with open_store(folder / "snapshots") as store:
        for session, text in (("32", OLD), ("33", NEW)):
            record(store, declare(f"XAA/UNGA/{session}~prepared.en"), text)
    return folder


class Hostile:
    """A server of another program, which keeps all that a browser sends it."""

    def __init__(self, desk: int) -> None:
        page = HOSTILE.replace("PORT", str(desk)).replace("PAIR", PAIR).encode()
        self.heads: list[dict[str, str]] = []
        self.found: list[str] = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.heads.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(page)

            def do_POST(self) -> None:
                outer.found = json.loads(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 (nothing is to be told)
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Answer)
        self.port = self.server.server_port


@contextmanager
def hostile(desk: int) -> Iterator[Hostile]:
    made = Hostile(desk)
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def enter(page: Driven, served: Served, name: str) -> None:
    """Open the address of a person and a pair, and wait until something is asked."""
    page.goto(f"http://{HOST}:{served.port}/decide/#token={served.token(name)}")
    assert "token" not in page.url
    page.wait_for_selector("#pairs a", timeout=PATIENCE)
    page.goto(f"http://{HOST}:{served.port}/decide/pair?{PAIR}")
    page.wait_for_selector("#choices button", timeout=PATIENCE)


def count_decided(folder: Path) -> int:
    return len(json.loads(run_tracker(folder, "decisions", "--format", "json").out)["decisions"])


def replay(port: int, head: dict[str, str], method: str, path: str) -> tuple[int, str]:
    """Return what the desk answers to what a browser sent to somebody else, with all that can be forged."""
    forged = {"host": f"{HOST}:{port}", "origin": f"http://{HOST}:{port}", "content-type": "application/json"}
    kept = {name: value for name, value in head.items() if name not in {"accept-encoding", "connection"}}
    connection = HTTPConnection(HOST, port, timeout=60)
    connection.request(method, path, "{}" if method == "POST" else None, {**kept, **forged})
    reply = connection.getresponse()
    found = reply.status, reply.read().decode()
    connection.close()
    return found


def test_a_server_on_another_port_gets_nothing_that_opens_the_desk(browser: Driven, tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "desk")
    with Served(folder, "Ana") as served, hostile(served.port) as other:
        context = browser.new_context()
        ana = context.new_page()
        enter(ana, served, "Ana")
        for address in (f"http://{HOST}:{other.port}/decide/", f"http://localhost:{other.port}/decide/"):
            visited = context.new_page()
            visited.goto(address)
            visited.wait_for_function("document.title === 'Done'", timeout=PATIENCE)
            assert other.found == ["refused"] * 4 + [""]
        # In the tab of the desk itself, which has the secret.
        ana.goto(f"http://{HOST}:{other.port}/decide/")
        ana.wait_for_function("document.title === 'Done'", timeout=PATIENCE)
        assert other.found == ["refused"] * 4 + [""]
        assert context.cookies() == []
        secret = served.token("Ana")
        for head in other.heads:
            assert "cookie" not in head
            assert secret not in str(head)
            for path in ("pairs", f"rows?{PAIR}", f"state?{PAIR}"):
                assert replay(served.port, head, "GET", f"/decide/{path}")[0] == 403
            for path in ("answers", "finish"):
                assert replay(served.port, head, "POST", f"/decide/{path}")[0] == 403
            shown = replay(served.port, head, "GET", f"/decide/pair?{PAIR}")[1]
            assert not re.search(r"XAA|Ana|[A-Za-z0-9_-]{30}", shown)
        # And Ana, who comes back, decides on.
        ana.goto(f"http://{HOST}:{served.port}/decide/pair?{PAIR}")
        ana.wait_for_selector("#choices button", timeout=PATIENCE)
        ana.keyboard.press("r")
        ana.wait_for_selector("#finish:has-text('1 not')", timeout=PATIENCE)
        assert served.end() == 0
    assert count_decided(folder) == 2


def test_two_desks_in_one_browser_know_who_comes_to_each(browser: Driven, tmp_path: Path) -> None:
    folders = [make_archive(tmp_path / name) for name in ("one", "two")]
    with Served(folders[0], "Ana") as one, Served(folders[1], "Ana", "Ben") as two:
        context = browser.new_context()
        tabs = []
        for served, name in ((one, "Ana"), (two, "Ana"), (two, "Ben")):
            tabs.append(context.new_page())
            enter(tabs[-1], served, name)
        for number, tab in enumerate(tabs, 1):
            tab.reload()
            tab.wait_for_selector("#choices button", timeout=PATIENCE)
            for _ in range(number):
                tab.keyboard.press("r")
            words = f"Finish ({number} not in the record yet)"
            tab.wait_for_selector(f"#finish:text-is('{words}')", timeout=PATIENCE)
            assert tab.inner_text("#notice") == ""
        done = [Client(served, served.token("Ana")).load(*find_pair()) for served in (one, two)]
        assert [each["state"]["done"] for each in done] == [{"Ana": 1}, {"Ana": 2, "Ben": 3}]


def find_pair() -> tuple[str, str]:
    return "XAA/UNGA/32", "XAA/UNGA/33"


def test_a_tab_that_does_not_know_who_it_is_says_what_to_open(browser: Driven, tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "desk")
    with Served(folder, "Ana") as served:
        port = served.port
        page = browser.new_context().new_page()
        for path in ("", f"pair?{PAIR}"):
            page.goto(f"http://{HOST}:{port}/decide/{path}")
            page.wait_for_selector("#notice:has-text('does not know you')", timeout=PATIENCE)
        page.goto(f"http://{HOST}:{port}/decide/#token={served.token('Ana')}")
        page.wait_for_selector("#pairs a", timeout=PATIENCE)
    with Served(folder, "Ana", port=port) as served:
        page.reload()
        page.wait_for_selector("#notice:has-text('started again')", timeout=PATIENCE)
        # The same page as before but for what stands behind the "#": a browser loads nothing for that.
        page.goto(f"http://{HOST}:{port}/decide/#token={served.token('Ana')}")
        page.wait_for_selector("#pairs a", timeout=PATIENCE)
        assert "token" not in page.url
        assert page.inner_text("#title") == "Decide, Ana"


def test_ports_that_are_refused_are_those_that_a_browser_does_not_open(browser: Driven) -> None:
    page = browser.new_context().new_page()
    refused: set[int] = set()

    def note(request: Driven) -> None:
        if request.failure == "net::ERR_UNSAFE_PORT":
            refused.add(urlsplit(request.url).port or 80)

    page.on("requestfailed", note)
    for first in range(1, 11_000, 500):
        page.evaluate(ASK_PORTS, [first, first + 500])
    page.wait_for_timeout(1000)
    assert CLOSED_PORTS - refused == {4190, 6679}  # these two are closed by other browsers
    assert refused <= CLOSED_PORTS


def test_the_port_that_a_browser_does_not_name_is_served(browser: Driven, tmp_path: Path) -> None:
    """It takes root, as these checks do, or a system that lets all have it."""
    with Served(make_archive(tmp_path / "desk"), "Ana", port=80) as served:
        page = browser.new_context().new_page()
        reply = page.goto(served.lines[0].strip())
        assert reply.status == 200
        page.goto(served.lines[1].strip().partition(" ")[2])
        page.wait_for_selector("#pairs a", timeout=PATIENCE)
        page.goto(f"http://localhost/decide/pair?{PAIR}")
        page.wait_for_selector("#notice:has-text('does not know you')", timeout=PATIENCE)
        page.goto(f"http://{HOST}/decide/pair?{PAIR}")
        page.wait_for_selector("#choices button", timeout=PATIENCE)
        page.keyboard.press("r")
        page.wait_for_selector("#finish:has-text('1 not')", timeout=PATIENCE)
