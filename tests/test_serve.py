"""``tracker serve``: what it shows, whom it answers, and how it ends."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from tests import nights
from tests.closed import SECRET, WHERE, close, edit, holds_secret, judge, make_archive, run
from tests.conftest import run_tracker
from tests.nights import running_site
from tests.published import speak
from tests.running import PYTHON, list_children, wait_until_gone
from tests.serving import Page, Served, serving, start
from tests.thorough import IS_THOROUGH, few, long
from tracker.inputs.extras import install_words
from tracker.publish.connections import REQUEST_SECONDS, WAITING
from tracker.publish.pages.data import TABLES
from tracker.publish.routes import ROUTES, Answer, find_route
from tracker.publish.serve import HEADERS, _make_app

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from starlette.types import ASGIApp

COMPARED = "/compare/XAA/UNGA/77..79.html"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judge(make_archive(tmp_path_factory.mktemp("made") / "archive"))


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "archive")


@pytest.fixture(scope="module")
def served(made: Path) -> Iterator[Served]:
    """Yield a server that the tests of this file ask, each for something else."""
    with serving(made / "snapshots") as server:
        yield server


def test_it_leads_to_every_statement(served: Served) -> None:
    assert served.ask("/").headers["location"] == "index.html"
    assert served.get("/index.html").status == 200
    assert "We condemn" in served.get("/statements/XAA/UNGA/79.html").text


def test_what_is_computed_says_so_and_is_then_there(served: Served) -> None:
    first = served.ask(COMPARED)
    assert first.status in {200, 202}
    assert first.status == 200 or "Comparing" in first.text
    assert served.get(COMPARED).status == 200
    began = time.monotonic()
    assert served.ask(COMPARED).status == 200
    assert time.monotonic() - began < 5


def test_what_was_computed_is_told_of_on_pages_that_were_seen_before(archive: Path) -> None:
    with serving(archive / "snapshots") as server:
        assert "been read" in server.get("/index.html").text
        assert server.get("/topics.html").status == 200
        assert "been read" not in server.get("/index.html").text


@long
def test_what_was_computed_is_there_after_a_start(archive: Path) -> None:
    with serving(archive / "snapshots") as server:
        body = server.get(COMPARED).body
    with serving(archive / "snapshots") as server:
        again = server.ask(COMPARED)
    assert (again.status, again.body) == (200, body)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("corruption", "We condemn <mark>corruption</mark>."),
        ("", "Words, a"),
        ("%22condemn+corruption%22", "<mark>condemn corruption</mark>"),
        ("nosuchword", "No passage has it."),
        ("AND", "nothing to search for in &#39;AND&#39;"),
        ("corruption+AND", "AND needs a word on both sides"),
        ("%3Cscript%3Ealert(1)%3C/script%3E", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("corruption&page=99", "There is no page 99 of it."),
        ("corruption&page=-1", "We condemn <mark>corruption</mark>."),
    ],
)
def test_words_are_found(served: Served, query: str, found: str) -> None:
    page = served.get(f"/search.html?q={query}")
    assert page.status == 200
    assert found in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("path", "kind", "holds"),
    [
        ("statements.json", "application/json", b'"XAA/UNGA/79~prepared.en"'),
        ("statements.csv", "text/csv; charset=utf-8", b"XAA"),
        ("series/XAA/UNGA.csv", "text/csv; charset=utf-8", b"corruption"),
        ("series/XAA/UNGA.json", "application/json", b"corruption"),
        ("series/XAA/UNGA.parquet", "application/vnd.apache.parquet", b"PAR1"),
        ("sessions/UNGA/79.csv", "text/csv; charset=utf-8", b"XAA"),
        ("topics/UNGA/corruption.csv", "text/csv; charset=utf-8", b"We condemn corruption."),
        ("priorities/XAA/UNGA/79.csv", "text/csv; charset=utf-8", b"corruption"),
        ("comparisons/XAA/UNGA/77..79.json", "application/json", b'"schema_version"'),
        ("compared-topics/XAA/UNGA/77..79.csv", "text/csv; charset=utf-8", b"corruption"),
        ("compared-changes/XAA/UNGA/77..79.parquet", "application/vnd.apache.parquet", b"PAR1"),
    ],
)
def test_tables_are_given_in_each_form(served: Served, path: str, kind: str, holds: bytes) -> None:
    page = served.get(f"/data/{path}")
    assert (page.status, page.headers["content-type"]) == (200, kind)
    assert holds in page.body


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.html", "/data/series/XAA.csv", "/data/series/XAA/UNGA.xlsx", "/data/nothing/XAA.csv",
        "/statements/XAA/UNGA/1.html", "/statements/XAA.html", "/compare/XAA/UNGA/79.html",
        "/../state.json", "/static/../answers.py", "/static/..%2f..%2fanswers.py",
        "/static/%2e%2e/answers.py",
        "/static/base.html.jinja", "/static//etc/passwd", "/open/tracker.db", "/tracker.db", "/derived.db",
        "/statements/../../../etc/passwd.html", "/statements/..%2f..%2f..%2fetc%2fpasswd.html",
        "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/..\\..\\state.json", "/index.html%00.css",
        "/index.html/", "/INDEX.html", "/statements/XAA/UNGA/79/../../x.html",
        "/" + "a/" * 3000, "/statements/" + "%F0%9F%98%80" * 500 + ".html", "/%ff%fe.html",
    ],
)  # fmt: skip
def test_what_is_no_page_leads_nowhere(served: Served, path: str) -> None:
    answered = served.send(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nConnection: close\r\n\r\n".encode()
    )
    head, _, body = answered.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 40[04] ", head), answered[:300]
    for word in (b"root:", b"made from", b"SQLite format", b"from __future__", b"Traceback", b"{%"):
        assert word not in body


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("LOCALHOST:{port}", 200),
        ("evil.example", 421), ("evil.example:{port}", 421), ("127.0.0.1", 421), ("localhost", 421),
        ("127.0.0.1.evil.example:{port}", 421), ("127.0.0.1:{port}.evil.example", 421), ("127.0.0.1:1", 421),
        ("[::1]:{port}", 421), ("", 421),
    ],
)  # fmt: skip
def test_it_answers_to_the_names_of_this_machine_alone(served: Served, named: str, status: int) -> None:
    """A page elsewhere may have its own name lead here (DNS rebinding)."""
    page = served.ask("/index.html", Host=named.format(port=served.port))
    assert page.status == status
    assert (b"What states said" in page.body) == (status == 200)


@pytest.mark.parametrize(("port", "bare"), [(80, 204), (443, 421), (8400, 421)])
def test_the_port_that_a_browser_leaves_out_may_be_left_out(port: int, bare: int) -> None:
    hosts = {"evil.example": 421, "evil.example:80": 421, "[::1]": 421, "127.0.0.1:81": 421}
    for name in ("127.0.0.1", "localhost"):
        hosts |= {f"{name}:{port}": 204, name: bare, f"{name}.": 421, f"{name}:": 421}
    app = _make_app(Broken(), port)  # type: ignore[arg-type]
    assert {host: asyncio.run(_call(app, "/favicon.ico", host=host)).status for host in hosts} == hosts


@pytest.mark.parametrize("port", [6000, 6667, 10080])
def test_a_port_that_browsers_do_not_open_is_refused(archive: Path, port: int) -> None:
    ran = run_tracker(archive, "serve", "--port", str(port))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(
        f"tracker: browsers open no page at port {port}; name another, or a free one: --port 0\n"
    )


class Broken:
    """Pages that cannot be made for a fault of the program."""

    async def give(self, _path: str, _asked: Mapping[str, str]) -> Answer:
        raise KeyError("international-financial-architecture")


async def _call(app: ASGIApp, path: str, **headers: str) -> Page:
    """Return what the application answers, without a server around it."""
    named = {"host": "127.0.0.1:8400"} | headers
    scope = {
        "type": "http", "method": "GET", "path": path, "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:  # noqa: ANN401 (a message of ASGI)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 (a message of ASGI)
        sent.append(message)

    # A fault is answered, and then raised for the server to tell of.
    with suppress(KeyError):
        await app(scope, receive, send)
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Page(sent[0]["status"], head, b"".join(each.get("body", b"") for each in sent[1:]))


def test_a_fault_of_the_program_says_what_to_do_next() -> None:
    app = _make_app(Broken(), 8400)  # type: ignore[arg-type]
    seen = asyncio.run(_call(app, "/statements/XAA/UNGA/79.html", accept="text/html,*/*"))
    assert (seen.status, {name: seen.headers.get(name) for name in HEADERS}) == (500, HEADERS)
    told = re.sub(r"\s+", " ", seen.text)
    assert "<h1>A fault</h1>" in told
    assert "The program has a fault here (KeyError). Report it, with this address" in told
    assert "tracker verify says whether the archive is whole." in told
    assert 'href="../../../index.html">list of statements</a>' in told
    assert "architecture" not in told
    script = asyncio.run(_call(app, "/statements/XAA/UNGA/79.html", accept="*/*"))
    assert (script.status, script.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert script.text.count("\n") == 1


@pytest.mark.parametrize(
    ("path", "method", "named", "words"),
    [
        ("/nothing.html", "GET", {}, 'Go on with the <a href="index.html">list of statements</a>'),
        ("/statements/XAA/UNGA/1.html", "GET", {}, "Go on with the"),
        ("/decide/", "GET", {}, "start tracker serve --judge --as NAME"),
        ("/index.html", "POST", {}, "ask by GET"),
        ("/index.html", "GET", {"Host": "evil.example"}, "Open the address that tracker serve has printed"),
    ],
)
def test_what_is_refused_says_what_to_do_next(
    served: Served, path: str, method: str, named: dict[str, str], words: str
) -> None:
    page = served.ask(path, method, **named)
    assert page.status >= 400
    assert words in page.text


def test_it_refuses_two_names_and_none(served: Served) -> None:
    for names in ("", f"Host: 127.0.0.1:{served.port}\r\nHost: evil.example\r\n"):
        assert (
            b" 400 " in served.send(f"GET /index.html HTTP/1.1\r\n{names}\r\n".encode()).partition(b"\r\n")[0]
        )


def test_nobody_else_reaches_it(served: Served) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", served.port), timeout=5)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_it_takes_nothing(served: Served, method: str) -> None:
    assert served.ask("/index.html", method).status == 405


def test_head_has_no_body(served: Served) -> None:
    page = served.ask("/index.html", "HEAD")
    assert (page.status, page.body) == (200, b"")


@pytest.mark.parametrize("path", ["/", "/index.html", "/nothing.html", "/static/style.css", COMPARED])
@pytest.mark.parametrize("more", [{}, {"Host": "evil.example"}], ids=["here", "elsewhere"])
def test_every_response_has_the_same_guards(served: Served, path: str, more: dict[str, str]) -> None:
    headers = served.ask(path, **more).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "server" not in headers
    assert "unsafe" not in headers["content-security-policy"]


def test_slow_clients_leave_room_for_others(served: Served) -> None:
    slow = [served.connect() for _ in range(100)]
    try:
        for client in slow:
            client.sendall(b"GET /index.html HTTP/1.1\r\nHost: 127.0")
        assert served.ask("/index.html").status == 200
    finally:
        for client in slow:
            client.close()


BEGUN = {
    "nothing": "",
    "half a head": "GET /index.html HTTP/1.1\r\nHost: 127.0",
    "half a body": "POST /decide/answers HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\nabc",
    "half a body, refused": "POST /index.html HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\nab",
    "a whole request": "GET /favicon.ico HTTP/1.1\r\nHost: {host}\r\n\r\n",
}


@pytest.mark.parametrize("begun", BEGUN)
def test_many_that_send_nothing_whole_shut_nobody_out(served: Served, begun: str) -> None:
    sent = BEGUN[begun].format(host=f"127.0.0.1:{served.port}").encode()
    with ExitStack() as opened:
        for _ in range(WAITING + 50):
            opened.enter_context(served.connect()).sendall(sent)
        assert [served.ask("/index.html").status for _ in range(90)] == [200] * 90


def test_where_too_many_wait_the_oldest_goes(served: Served) -> None:
    with ExitStack() as opened:
        waiting = [opened.enter_context(served.connect()) for _ in range(WAITING)]
        asking = f"GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode()
        # Who was answered begins to wait anew.
        for client in waiting[:10]:
            client.sendall(asking)
            assert b" 204 " in client.recv(65536).partition(b"\r\n")[0]
        more = [opened.enter_context(served.connect()) for _ in range(20)]
        for client in waiting[10:30]:
            with suppress(ConnectionResetError):
                assert client.recv(1) == b""
        for client in (*waiting[:5], waiting[-1], *more):
            client.sendall(asking)
            assert b" 204 " in client.recv(65536).partition(b"\r\n")[0]


def test_a_flood_of_connections_lets_others_be_answered(served: Served) -> None:
    done = Event()

    def flood() -> None:
        with ExitStack() as opened:
            for number in range(100_000):
                if done.is_set():
                    return
                client = opened.enter_context(served.connect())
                client.sendall(b"GET" if number % 2 else b"")
                if number % 300 == 299:
                    opened.close()

    with ThreadPoolExecutor(2) as threads:
        flooding = [threads.submit(flood) for _ in range(2)]
        found = [served.ask("/index.html").status for _ in range(50)]
        done.set()
        for each in flooding:
            with suppress(OSError):
                each.result()
    assert found == [200] * 50


class Slow:
    """Pages that take a while."""

    async def give(self, _path: str, _asked: Mapping[str, str]) -> Answer:
        await asyncio.sleep(0.5)
        return Answer(b"<p>Here</p>")


def test_more_requests_than_can_be_answered_at_once_are_told_to_come_again() -> None:
    async def ask() -> list[Page]:
        app = _make_app(Slow(), 8400)  # type: ignore[arg-type]
        return await asyncio.gather(*(_call(app, "/index.html") for _ in range(250)))

    found = asyncio.run(ask())
    assert sorted(page.status for page in found) == [200] * 200 + [503] * 50
    assert {"load the page again" in page.text for page in found if page.status == 503} == {True}
    assert all(page.headers.items() >= HEADERS.items() for page in found)


@pytest.mark.long
def test_a_slow_client_is_left(served: Served) -> None:
    with served.connect() as client:
        began = time.monotonic()
        client.sendall(b"GET /index.html HTTP/1.1\r\n")
        with suppress(ConnectionResetError):
            assert client.recv(1) == b""
        assert REQUEST_SECONDS / 2 < time.monotonic() - began < REQUEST_SECONDS * 2


def test_it_answers_while_runs_write(archive: Path) -> None:
    """Every answer is a whole page, of the archive before or after."""
    folder = archive / "snapshots"
    many = 1000 if IS_THOROUGH else 60
    paths = (
        "/index.html",
        "/statements/XAA/UNGA/79.html",
        "/search.html?q=corruption",
        "/data/statements.csv",
    )

    def write() -> None:
        for session in range(63, 65):
            (archive / "more.txt").write_text(
                f"We speak at {session}. We fight corruption.", encoding="utf-8"
            )
            run(archive, "add", "more.txt", "--as", f"XAA/UNGA/{session}~prepared.en")

    with serving(folder) as server, ThreadPoolExecutor(9) as threads:
        for path in paths:
            assert server.get(path).status == 200
        writing = threads.submit(write)
        found = list(threads.map(lambda at: server.ask(paths[at % len(paths)]), range(many)))
        writing.result()
        assert {page.status for page in found} <= {200, 202}
        assert "We speak at 64." in _wait_for(server, "/statements/XAA/UNGA/64.html").text


def test_it_answers_while_a_night_runs(tmp_path: Path) -> None:
    """A night lasts as long as the requests do: each of its sources answers after a tenth of them."""
    folder, many, sessions = tmp_path / "snapshots", 1000 if IS_THOROUGH else 150, range(70, 80)
    pages = [f"/statements/XAA/UNGA/{session}.html" for session in sessions]
    paths = (*pages, "/index.html", "/search.html?q=bridge", "/feeds/all.atom", "/data/statements.csv")
    with running_site() as site:
        for session in sessions:
            site.say(f"/{session}", number=session)
        named = ((str(each), f"XAA/UNGA/{each}~prepared.en", site.url(f"/{each}")) for each in sessions)
        nights.make_archive(folder, "".join(nights.source(*each) for each in named), site.port)
        run(tmp_path, "snapshot")
        with serving(folder) as server, ThreadPoolExecutor(9) as threads:
            for path in paths:
                assert server.get(path).status == 200
            answers = [Event() for _ in sessions]
            for session, event in zip(sessions, answers, strict=True):
                site.held[f"/{session}"] = event
                site.say(f"/{session}", "We will build a bridge.", session)
            night = threads.submit(run, tmp_path, "snapshot")

            def ask(at: int) -> Page:
                if at % (many // len(answers)) == 0:
                    assert not night.done()
                    answers[at * len(answers) // many].set()
                return server.ask(paths[at % len(paths)])

            found = list(threads.map(ask, range(many)))
            assert {page.status for page in found} <= {200, 202}
            whole = [page for page in found if page.headers["content-type"].startswith("text/html")]
            assert all(page.body.rstrip().endswith(b"</html>") for page in whole)
            night.result()
            for path in pages:
                assert "build a bridge" in _wait_for(server, path, "build a bridge").text


def _wait_for(server: Served, path: str, words: str = "") -> Page:
    """Return a page that comes with the next copy, or has these words then."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        page = server.get(path)
        if page.status == HTTPStatus.OK and words in page.text:
            break
        time.sleep(0.2)
    return page


@pytest.mark.parametrize("access", few(1, "withdrawn", "restricted", "embargoed"))
def test_what_is_closed_is_on_no_page_from_then_on(archive: Path, access: str) -> None:
    folder = archive / "snapshots"
    words = SECRET[0]
    asked = (
        f"statements/{WHERE}.html", f"statements/{WHERE}~prepared.en@1.html", "index.html", "topics.html",
        "bodies/UNGA.html", "countries/XAA.html", "sessions/UNGA/78.html", "groups/SIDS/UNGA/78.html",
        "series/XAA/UNGA.html", "compare/XAA/UNGA/77..78.html", "compare/XAA/UNGA/78..79.html",
        "topics/corruption.html", "method.html", "search.html", "data/statements.csv",
        *(f"feeds/{of}.{form}" for form in ("atom", "json")
          for of in ("all", "bodies/UNGA", "countries/XAA", "topics/corruption")),
        *(f"data/{of}.json" for of in ("statements", f"priorities/{WHERE}", "series/XAA/UNGA",
          "sessions/UNGA/78", "groups/SIDS/UNGA/78", "topics/UNGA/corruption")),
        "data/comparisons/XAA/UNGA/78..79.json",
        *(f"data/compared-{of}/XAA/UNGA/78..79.csv" for of in ("topics", "changes", "shifts")),
    )  # fmt: skip
    found_routes = [find_route(path) for path in asked]
    assert {found[0].name for found in found_routes if found} == {each.name for each in ROUTES} - {"static"}
    assert {path.split("/")[1].split(".")[0] for path in asked if path.startswith("data/")} == {*TABLES}
    paths = [f"/{path}" for path in asked] + [f"/search.html?q={words}"]
    # A group has a page where a member of it spoke.
    run(archive, "add", archive / "77.txt", "--as", "FJI/UNGA/78~prepared.en")
    edit(archive)
    with serving(folder) as server:
        before = {path: server.get(path) for path in paths}
        assert not [path for path, page in before.items() if page.status != HTTPStatus.OK]
        holding = [path for path, page in before.items() if holds_secret(page.body)]
        assert len(holding) >= 12, holding
        assert any(path.startswith("/feeds/") for path in holding)
        close(archive, access)
        for path in paths:
            page = server.ask(path)
            assert words not in page.text.replace(f'value="{words}"', "").replace(f"{words} · Search", ""), (
                path
            )
        gone = server.get(f"/statements/{WHERE}.html")
        assert gone.status == (410 if access == "withdrawn" else 404)
        assert ("District Court: names a witness" in gone.text) == (access == "withdrawn")
        found = server.get(f"/search.html?q={words}")
        assert "No passage has it." in found.text


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@long
def test_it_ends_at_once_in_the_middle_of_its_work(archive: Path, by: signal.Signals) -> None:
    with serving(archive / "snapshots") as server:
        for path in (COMPARED, "/compare/XAA/UNGA/77..78.html"):
            server.ask(path)
        began = time.monotonic()
        assert server.end(by) == (0, "")
        assert time.monotonic() - began < 30


@long
def test_a_server_that_is_killed_leaves_no_process_behind(archive: Path) -> None:
    server = start(archive / "snapshots")
    while server.ask(COMPARED).status == 503:
        time.sleep(0.1)
    children = list_children(server.process.pid)
    assert children
    assert server.end(signal.SIGKILL) == (-signal.SIGKILL, "")
    wait_until_gone(children)


@long
def test_who_waits_for_topics_is_told_how_far_it_is(tmp_path: Path) -> None:
    for session in (77, 78, 79):
        said = (
            f"We fight corruption, hunger and war in {at} towns of {session}."
            for at in range(1500 if IS_THOROUGH else 600)
        )
        (tmp_path / "long.txt").write_text(speak(*said), encoding="utf-8")
        run(tmp_path, "add", "long.txt", "--as", f"XAA/UNGA/{session}~prepared.en")
    told: set[str] = set()
    with serving(tmp_path / "snapshots") as server:
        while (page := server.ask("/topics/corruption.html")).status in {202, 503}:
            told.update(re.findall(r"(\d+ of \d+) statements were read for topics", page.text))
        assert page.status == 200
    assert told
    assert told <= {"0 of 3", "1 of 3", "2 of 3"}


def test_a_port_that_is_taken_is_one_line(served: Served, made: Path) -> None:
    assert start(made / "snapshots", served.port).wait() == (2, (
        f"tracker: port {served.port} cannot be used (Address already in use);"
        " name another, or a free one: --port 0\n"
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (
            lambda folder: shutil.rmtree(folder / "snapshots"),
            "no archive at snapshots; tracker add or import",
        ),
        (
            lambda folder: (folder / "snapshots" / "watch.toml").write_text("[", encoding="utf-8"),
            "cannot be read, so what it closes to the public is unknown",
        ),
    ],
    ids=["no archive", "no watch list that can be read"],
)
def test_what_cannot_be_served_is_one_line(archive: Path, prepare: object, said: str) -> None:
    prepare(archive)  # type: ignore[operator]
    ran = run_tracker(archive, "serve", "--port", "0")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_without_the_extra_it_says_what_to_install(made: Path) -> None:
    lacking = "import sys; sys.modules['starlette'] = sys.modules['uvicorn'] = None"
    ran = subprocess.run(
        [*PYTHON, "-c", f"{lacking}\nfrom tracker.cli.main import main; main()", "serve"],
        cwd=made,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"tracker: serve needs Starlette and uvicorn; {install_words('serve')}\n"
