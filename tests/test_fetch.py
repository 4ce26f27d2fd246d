from __future__ import annotations

import gzip
import os
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clocks import Warp
from tests.fault_server import FaultServer, answer, in_turn, raw, running
from tests.faults import CASES, KNOWN, PAGE, PATH, Case
from tests.thorough import examples
from tracker.capture.causes import CAUSES, find_cause
from tracker.capture.web.fetch import fetch, fetch_all, open_client
from tracker.capture.web.pacing import backoff, system_clock
from tracker.model.watching import Fetched, FetchFailed, Source, Validators, WatchSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fault_server import Request
    from tracker.capture.web.fetch import Client

_OK = answer(body=PAGE, headers="Content-Type: text/html; charset=utf-8\r\n")


@contextmanager
def opened(server: FaultServer | None, warp: Warp | None = None, **given: object) -> Iterator[Client]:
    """Open a client that may ask the server, and whose waiting takes no time."""
    allowed = (server.host,) if server else ()
    chosen = replace(WatchSettings(pace=0.0, timeout=5.0, allow_private=allowed), **given)  # type: ignore[arg-type]
    with open_client(chosen, release="0.1", clock=(warp or Warp()).clock()) as client:
        yield client


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_comes_to_its_outcome_and_cause(case: Case, tmp_path: Path) -> None:
    with (
        running({PATH: case.serve, "/robots.txt": case.robots}) as server,
        opened(server, timeout=case.timeout, max_megabytes=case.megabytes) as client,
    ):
        result = fetch(
            Source("one", server.url(PATH)),
            client,
            folder=tmp_path,
            validators=case.known,
            unconditional=case.unconditional,
        )
        asked = len(server.asked(PATH))
    assert (_outcome(result), _cause(result)) == (case.outcome, case.cause), result
    assert asked == case.requests
    assert result.exchanges
    if isinstance(result, Fetched) and case.outcome == "fetched":
        assert result.data == (PAGE if case.data is None else case.data)


def test_the_faults_are_many_and_their_causes_on_the_list() -> None:
    assert len(CASES) >= 30
    assert len({case.name for case in CASES}) == len(CASES)
    for case in CASES:
        if case.cause:
            assert find_cause(case.cause).outcome == case.outcome
    with pytest.raises(KeyError):
        find_cause("weather")


def test_every_cause_says_what_it_means_in_one_line() -> None:
    assert all(cause.means and "\n" not in cause.means for cause in CAUSES)


def _outcome(result: Fetched | FetchFailed) -> str:
    if isinstance(result, FetchFailed):
        return result.outcome
    return "unchanged" if result.data is None else "fetched"


def _cause(result: Fetched | FetchFailed) -> str:
    return result.cause if isinstance(result, FetchFailed) else ""


def _fetch(server: FaultServer, path: str, folder: Path) -> Fetched | FetchFailed:
    with opened(server) as client:
        return fetch(Source("one", server.url(path)), client, folder=folder)


_SOUND = [
    b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nETag: "a"\r\n\r\nhello',
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /next\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello", mtime=0),
    b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
]


@given(st.sampled_from(_SOUND), st.integers(0, 120), st.integers(0, 20), st.binary(max_size=20))
@settings(deadline=None, max_examples=examples(150))
def test_whatever_bytes_a_server_sends_come_to_a_value(sound: bytes, at: int, cut: int, other: bytes) -> None:
    wild = raw(sound[:at] + other + sound[at + cut :])
    routes = {PATH: wild, "/next": wild, "/robots.txt": wild}
    with running(routes) as server, opened(server, timeout=2.0) as client:
        result = fetch(Source("one", server.url(PATH)), client, folder=Path())
    if isinstance(result, FetchFailed):
        assert find_cause(result.cause).outcome == result.outcome
    else:
        assert result.exchanges[-1].status in {200, 304}


@pytest.mark.parametrize("length", [1, 10**12])
def test_a_length_beside_chunks_is_passed_over_as_the_standard_has_it(tmp_path: Path, length: int) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % length
    with running({PATH: raw(head + b"5\r\nhello\r\n0\r\n\r\n")}) as server:
        result = _fetch(server, PATH, tmp_path)
    assert isinstance(result, Fetched)
    assert result.data == b"hello"


# ---------------------------------------------------------------------------------------------------
# Connections that do not come about


def test_a_host_that_never_answers_the_door_is_a_timeout(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        callers = [socket.socket() for _ in range(3)]
        for caller in callers:
            caller.setblocking(False)  # noqa: FBT003 - the standard library's own parameter
            caller.connect_ex(("127.0.0.1", port))
        with opened(None, timeout=0.2, allow_private=("127.0.0.1",)) as client:
            result = fetch(Source("one", f"http://127.0.0.1:{port}/"), client, folder=tmp_path)
        for caller in callers:
            caller.close()
    assert _cause(result) == "timeout"


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with opened(None, allow_private=("127.0.0.1",)) as client:
        result = fetch(Source("one", f"http://127.0.0.1:{port}/"), client, folder=tmp_path)
    assert _cause(result) == "refused"


@pytest.mark.parametrize("address", ["http://no-such-host.invalid/", f"http://{'a' * 70}.invalid/"])
def test_a_name_without_an_address(address: str, tmp_path: Path) -> None:
    with opened(None) as client:
        assert _cause(fetch(Source("one", address), client, folder=tmp_path)) == "dns"


def test_a_resolver_that_never_answers_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def wait_and_find_nothing(*_asked: object, **_named: object) -> list[object]:
        ended.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait_and_find_nothing)
    began = time.monotonic()
    with opened(None, timeout=0.2) as client:
        result = fetch(Source("one", "http://www.example.org/"), client, folder=tmp_path)
    ended.set()
    assert isinstance(result, FetchFailed)
    assert (result.cause, result.detail) == ("dns", "www.example.org: no resolver answered in 0.2 s")
    assert time.monotonic() - began < 10


def test_a_dead_host_is_tried_three_times_a_run_however_many_sources_it_has(tmp_path: Path) -> None:
    with running({}) as server:
        server.routes["/robots.txt"] = lambda _connection, _request: False
        warp = Warp()
        with opened(server, warp, connections=1) as client:
            sources = [Source(str(number), server.url(f"/{number}")) for number in range(20)]
            results = list(fetch_all(sources, client, folder=tmp_path))
        assert {_cause(result) for result in results} == {"reset"}
        assert len(server.requests) == 3
        assert len(warp.waits) == 2


def test_a_host_that_fails_source_after_source_is_asked_once_for_the_next(tmp_path: Path) -> None:
    routes = {f"/{number}": answer("503 Busy") for number in range(6)} | {"/6": _OK, "/7": answer("503 Busy")}
    with running(routes) as server, opened(server, connections=1) as client:
        sources = [Source(path, server.url(path)) for path in routes]
        list(fetch_all(sources, client, folder=tmp_path))
        assert [len(server.asked(path)) for path in routes] == [3, 3, 3, 1, 1, 1, 1, 3]


# ---------------------------------------------------------------------------------------------------
# What is sent, and what is kept of it


def test_we_say_who_we_are_and_what_we_read(tmp_path: Path) -> None:
    with running({PATH: _OK}) as server, opened(server, contact="archive@example.org") as client:
        fetch(Source("one", server.url(PATH), language="fr"), client, folder=tmp_path)
        sent = server.asked(PATH)[0].headers
    assert sent["user-agent"] == "tracker/0.1 (+archive@example.org)"
    assert sent["accept-language"].startswith("fr")
    assert sent["accept-encoding"] == "gzip, deflate"
    assert sent["host"] == server.host
    assert "if-none-match" not in sent


def test_the_evidence_holds_each_step_and_no_secret(tmp_path: Path) -> None:
    there = answer("301 Moved", headers="Location: /new\r\nSet-Cookie: session=secret; Path=/\r\n")
    with running({PATH: there, "/new": answer(body=PAGE, headers='ETag: "x"\r\n')}) as server:
        result = _fetch(server, PATH, tmp_path)
        assert server.asked("/new")[0].headers["cookie"] == "session=secret"
    assert isinstance(result, Fetched)
    assert [exchange.status for exchange in result.exchanges] == [301, 200]
    assert result.url == server.url("/new") == result.exchanges[-1].url
    assert ("Location", "/new") in result.exchanges[0].headers
    assert ("Set-Cookie", "(redacted)") in result.exchanges[0].headers
    assert "secret" not in repr(result.exchanges)
    assert all(exchange.requested.endswith("Z") for exchange in result.exchanges)
    assert result.validators == Validators('"x"')


def test_validators_are_sent_and_outlive_a_304_that_does_not_repeat_them(tmp_path: Path) -> None:
    with running({PATH: answer("304 Not Modified")}) as server, opened(server) as client:
        source = Source("one", server.url(PATH))
        result = fetch(source, client, folder=tmp_path, validators=KNOWN)
        sent = server.asked(PATH)[0].headers
    assert isinstance(result, Fetched)
    assert (sent["if-none-match"], sent["if-modified-since"]) == (KNOWN.etag, KNOWN.last_modified)
    assert (result.data, result.validators) == (None, KNOWN)


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ('ETag: W/"a"\r\nLast-Modified: Mon, 20 May 2024 10:00:00 GMT\r\n',
         Validators('W/"a"', "Mon, 20 May 2024 10:00:00 GMT")),
        ("Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT\r\n", Validators()),
        ("Last-Modified: yesterday\r\n", Validators()),
        ("Last-Modified: Mon, 20 May 2024 10:00:00\r\n", Validators()),
        ('ETag: "s\xe9"\r\n', Validators()),
        (f"ETag: \"{'a' * 2000}\"\r\n", Validators()),
        ("", Validators()),
    ],
)  # fmt: skip
def test_what_is_remembered_to_ask_by(headers: str, kept: Validators, tmp_path: Path) -> None:
    with running({PATH: answer(body=PAGE, headers=headers)}) as server:
        result = _fetch(server, PATH, tmp_path)
    assert isinstance(result, Fetched)
    assert result.validators == kept


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (b"/s\xc3\xa9curit\xc3\xa9", "/s%C3%A9curit%C3%A9"),
        (b"/s\xe9curit\xe9", "/s%C3%A9curit%C3%A9"),
        (b"  /a#part ", "/a"),
        (b"a?b=c", "/a?b=c"),
        (b"/a b", "/a%20b"),
    ],
)
def test_a_location_is_read_as_it_was_meant(place: bytes, path: str, tmp_path: Path) -> None:
    there = answer("302 Found", headers=f"Location: {place.decode('latin-1')}\r\n")
    with running({PATH: there, path: _OK}) as server:
        result = _fetch(server, PATH, tmp_path)
    assert isinstance(result, Fetched), result
    assert result.url == server.url(path)


@pytest.mark.parametrize(
    "address", ["http://user:secret@127.0.0.1/", "ftp://127.0.0.1/", "http://[::1", "http:///a"]
)
def test_an_address_that_must_not_be_asked_is_not(address: str, tmp_path: Path) -> None:
    with opened(None) as client:
        result = fetch(Source("one", address), client, folder=tmp_path)
    assert isinstance(result, FetchFailed)
    assert result.cause in {"bad address", "bad scheme"}
    assert result.exchanges == ()
    assert "secret" not in result.detail


# ---------------------------------------------------------------------------------------------------
# Time


def test_a_server_is_left_alone_for_as_long_as_it_asked(tmp_path: Path) -> None:
    busy = answer("503 Busy", headers="Retry-After: 90\r\n")
    warp = Warp()
    with running({PATH: in_turn(busy, _OK)}) as server, opened(server, warp) as client:
        result = fetch(Source("one", server.url(PATH)), client, folder=tmp_path)
    assert isinstance(result, Fetched)
    assert sum(warp.waits) == pytest.approx(90, abs=1)
    assert result.seconds >= 89


def test_attempts_wait_ever_longer_and_always_as_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As they are outside the tests; here nothing waits.
    monkeypatch.setattr("tracker.capture.web.fetch.backoff", backoff)
    waits = []
    for _ in range(2):
        warp = Warp()
        with running({PATH: answer("500 Oops")}) as server, opened(server, warp) as client:
            fetch(Source("one", server.url(PATH)), client, folder=tmp_path)
        waits.append([round(wait, 1) for wait in warp.waits])
    assert waits[0] == waits[1]
    assert len(waits[0]) == 2
    assert 0.5 <= waits[0][0] <= 1.5
    assert 1.0 <= waits[0][1] <= 3.0


def test_a_crawl_delay_and_the_pace_are_kept_between_requests(tmp_path: Path) -> None:
    robots = answer(body=b"User-agent: *\nCrawl-delay: 7\n")
    warp = Warp()
    with running({"/a": _OK, "/b": _OK, "/c": _OK, "/robots.txt": robots}) as server:
        with opened(server, warp, pace=2.0, connections=3) as client:
            sources = [Source(path, server.url(path)) for path in ("/a", "/b", "/c")]
            results = list(fetch_all(sources, client, folder=tmp_path))
        assert len(server.asked("/robots.txt")) == 1
    assert all(isinstance(result, Fetched) for result in results)
    # After robots.txt the pace of the list, since nothing else was known; then what robots.txt asks.
    assert [round(wait) for wait in warp.waits] == [2, 7, 7]


def test_hosts_are_asked_side_by_side_and_each_at_its_own_pace(tmp_path: Path) -> None:
    routes = {f"/{number}": _OK for number in range(4)}
    with running(routes) as one, running(routes, "127.0.0.2") as other:
        paced = WatchSettings(pace=0.2, allow_private=(one.host, other.host))
        sources = [Source(server.url(path), server.url(path)) for server in (one, other) for path in routes]
        with open_client(paced, release="0.1", clock=system_clock()) as client:
            assert len(list(fetch_all(sources, client, folder=tmp_path))) == 8
        times = [[request.at for request in server.requests] for server in (one, other)]
    gaps = [later - earlier for of_host in times for earlier, later in pairwise(of_host)]
    assert len(gaps) == 8
    assert min(gaps) > 0.15
    assert times[0][0] < times[1][-1]
    assert times[1][0] < times[0][-1]


def test_each_result_comes_as_soon_as_it_is_there(tmp_path: Path) -> None:
    release = threading.Event()

    def wait(connection: socket.socket, request: Request) -> object:
        release.wait(10)
        return _OK(connection, request)

    with running({"/slow": wait, "/quick": _OK}) as server, opened(server) as client:
        sources = [Source("slow", server.url("/slow")), Source("quick", server.url("/quick"))]
        results = fetch_all(sources, client, folder=tmp_path)
        assert next(results).source == "quick"
        release.set()
        assert next(results).source == "slow"
        assert next(results, None) is None


def test_who_stops_listening_stops_the_fetching(tmp_path: Path) -> None:
    with (
        running({f"/{number}": _OK for number in range(50)}) as server,
        opened(server, connections=1) as client,
    ):
        sources = [Source(str(number), server.url(f"/{number}")) for number in range(50)]
        results = fetch_all(sources, client, folder=tmp_path)
        next(results)
        results.close()  # type: ignore[attr-defined]
        asked = len(server.requests)
        assert asked < 50


def test_conditions_go_to_the_source_they_belong_to(tmp_path: Path) -> None:
    with running({"/a": _OK, "/b": _OK, "/c": _OK}) as server, opened(server) as client:
        sources = [Source(name, server.url(f"/{name}")) for name in "abc"]
        known = {"a": KNOWN, "b": KNOWN}
        list(fetch_all(sources, client, folder=tmp_path, validators=known, unconditional={"b"}))
        conditional = {
            path for path in ("/a", "/b", "/c") if "if-none-match" in server.asked(path)[0].headers
        }
    assert conditional == {"/a"}


def test_an_error_of_our_own_ends_the_run_and_does_not_hang_it(tmp_path: Path) -> None:
    with opened(None) as client, pytest.raises(AttributeError):
        list(fetch_all([Source("one", "http://127.0.0.1/")], replace(client, robots=None), folder=tmp_path))  # type: ignore[arg-type]


def test_a_host_is_asked_over_one_connection(tmp_path: Path) -> None:
    serves = (
        _OK,
        answer("304 Not Modified"),
        answer("404 Not Found", b"no"),
        answer("301 M", headers="Location: /0\r\n"),
    )
    routes = {f"/{number}": serves[number % 4] for number in range(40)}
    with running(routes) as server, opened(server, connections=1) as client:
        sources = [Source(path, server.url(path)) for path in routes]
        known = {source.id: KNOWN for source in sources}
        results = list(fetch_all(sources, client, folder=tmp_path, validators=known))
        assert server.connections == 1
    assert {_outcome(result) for result in results} == {"fetched", "unchanged", "gone"}


def test_what_came_too_much_is_not_the_next_answer(tmp_path: Path) -> None:
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    routes = {
        "/304": answer("304 Not Modified", forged),
        "/404": answer("404 Not Found", forged, length=0),
        "/200": answer("200 OK", PAGE + forged, length=len(PAGE)),
        "/next": _OK,
    }
    with running(routes) as server, opened(server, connections=1) as client:
        for path in ("/304", "/404", "/200"):
            sources = [Source(path, server.url(path)), Source("next", server.url("/next"))]
            results = list(fetch_all(sources, client, folder=tmp_path, validators={"/304": KNOWN}))
            following = next(result for result in results if result.source == "next")
            assert isinstance(following, Fetched)
            assert following.data == PAGE


# ---------------------------------------------------------------------------------------------------
# Files


def test_a_file_of_the_archive_is_read(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.txt").write_bytes(PAGE)
    with opened(None) as client:
        result = fetch(Source("one", "inbox/a.txt"), client, folder=tmp_path)
    assert isinstance(result, Fetched)
    assert (result.data, result.exchanges) == (PAGE, ())


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("missing.txt", "no such file"),
        ("folder", "not a file"),
        ("pipe", "not a file"),
        ("large.txt", "too large"),
        ("../outside.txt", "outside the archive"),
        ("link.txt", "outside the archive"),
        ("loop.txt", "unreadable file"),
        ("a\0b", "unreadable file"),
        ("a" * 300, "unreadable file"),
    ],
)
def test_a_file_that_cannot_be_had_is_unreachable(path: str, cause: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    (folder / "folder").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    (folder / "large.txt").write_bytes(bytes(1024 * 1024 + 1))
    (tmp_path / "outside.txt").write_bytes(PAGE)
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    with opened(None, max_megabytes=1) as client:
        result = fetch(Source("one", path), client, folder=folder)
    assert (_outcome(result), _cause(result)) == ("unreachable", cause)
