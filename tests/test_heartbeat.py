from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.fault_server import answer, running
from tests.faults import endless
from tracker.errors import TrackerError
from tracker.watch.heartbeat import check_heartbeat, send_heartbeat

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
        heartbeat = f"http://127.0.0.1:{listener.port}/ping/ab?x=1"
        assert send_heartbeat(heartbeat, is_well=is_well) is None
        assert [(method, asked) for method, asked, _ in listener.heard] == [("GET", path)]


def test_a_heartbeat_that_nobody_hears_is_a_warning_without_its_address() -> None:
    with listening(500) as listener:
        heartbeat = f"http://127.0.0.1:{listener.port}/secret"
        assert send_heartbeat(heartbeat, is_well=True) == "--heartbeat: HTTP 500"
    assert send_heartbeat(heartbeat, is_well=True) == "--heartbeat: ConnectError"
    for broken in ("http://[", "http://", "http://127.0.0.1:99999/x"):
        assert str(send_heartbeat(broken, is_well=True)).startswith("--heartbeat: ")


def test_a_heartbeat_does_not_read_what_it_is_answered() -> None:
    redirect = answer("302 Found", headers="Location: /there\r\n")
    with running(
        {"/ping": redirect, "/there": endless, "/loop": answer("302", headers="Location: /loop\r\n")}
    ) as server:
        assert send_heartbeat(server.url("/ping"), is_well=True) is None
        assert [request.path for request in server.requests] == ["/ping", "/there"]
        looped = send_heartbeat(server.url("/loop"), is_well=True)
    assert looped == "--heartbeat: TooManyRedirects"


def test_an_address_that_nothing_can_reach_is_told_before_the_run() -> None:
    with pytest.raises(TrackerError, match="--heartbeat is not an http or https address") as caught:
        check_heartbeat("ftp://secret")
    assert "secret" not in str(caught.value)
    check_heartbeat(None)
