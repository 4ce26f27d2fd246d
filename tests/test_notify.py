from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.fault_server import answer, running
from tests.faults import endless
from tracker.errors import TrackerError
from tracker.workflows.watch.notify import Recipients, check_recipients, send_heartbeat, send_message

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Listener:
    port: int
    heard: list[tuple[str, str, bytes]] = field(default_factory=list)


@contextmanager
def listening(status: int = 200) -> Iterator[Listener]:
    heard: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            heard.append((self.command, self.path, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the parent's name)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield Listener(server.server_address[1], heard)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("is_well", "path"), [(True, "/ping/ab?x=1"), (False, "/ping/ab/fail?x=1")])
def test_the_heartbeat_says_how_it_went(is_well: bool, path: str) -> None:
    with listening() as listener:
        audience = Recipients(heartbeat=f"http://127.0.0.1:{listener.port}/ping/ab?x=1")
        assert send_heartbeat(audience, is_well=is_well) == ()
        assert [(method, asked) for method, asked, _ in listener.heard] == [("GET", path)]


def test_a_heartbeat_that_nobody_hears_is_a_warning_without_its_address() -> None:
    with listening(500) as listener:
        audience = Recipients(heartbeat=f"http://127.0.0.1:{listener.port}/secret")
        assert send_heartbeat(audience, is_well=True) == ("--heartbeat: HTTP 500",)
    assert send_heartbeat(audience, is_well=True) == ("--heartbeat: ConnectError",)
    for broken in ("http://[", "http://", "http://127.0.0.1:99999/x"):
        (warning,) = send_heartbeat(Recipients(heartbeat=broken), is_well=True)
        assert warning.startswith("--heartbeat: ")
    assert send_heartbeat(Recipients(), is_well=False) == ()


def test_a_heartbeat_does_not_read_what_it_is_answered() -> None:
    redirect = answer("302 Found", headers="Location: /there\r\n")
    with running(
        {"/ping": redirect, "/there": endless, "/loop": answer("302", headers="Location: /loop\r\n")}
    ) as server:
        assert send_heartbeat(Recipients(heartbeat=server.url("/ping")), is_well=True) == ()
        assert [request.path for request in server.requests] == ["/ping", "/there"]
        looped = send_heartbeat(Recipients(heartbeat=server.url("/loop")), is_well=True)
    assert looped == ("--heartbeat: TooManyRedirects",)


def test_a_message_reaches_every_address() -> None:
    with listening() as first, listening() as second:
        audience = Recipients((f"json://127.0.0.1:{first.port}/a", f"json://127.0.0.1:{second.port}/b"))
        assert send_message(audience, "one new", "XAA/UNGA/79~prepared.en@1") == ()
        for listener in (first, second):
            ((_, _, body),) = listener.heard
            sent = json.loads(body)
            assert (sent["title"], sent["message"]) == ("one new", "XAA/UNGA/79~prepared.en@1")


def test_a_message_that_is_not_taken_is_a_warning() -> None:
    with listening(500) as listener:
        audience = Recipients((f"json://127.0.0.1:{listener.port}",))
        assert send_message(audience, "t", "x") == ("--notify: the message did not reach every address",)


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        (Recipients(("nonsense://secret",)), "--notify: apprise does not know address 1"),
        (Recipients(heartbeat="ftp://secret"), "--heartbeat is not an http or https address"),
    ],
)
def test_addresses_that_nothing_can_reach_are_told_before_the_run(audience: Recipients, told: str) -> None:
    with pytest.raises(TrackerError, match=told) as caught:
        check_recipients(audience)
    assert "secret" not in str(caught.value)


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(TrackerError, match=r"pip install '\.\[notify\]'"):
        check_recipients(Recipients(("json://localhost",)))
