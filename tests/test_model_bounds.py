"""Servers of models that send without end: what they cost in memory and leave in the record is bounded."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from itertools import repeat
from typing import TYPE_CHECKING, Final

import pytest

from tests.archives import query
from tests.measuring import MEGABYTE, run_command
from tests.pairs import COUNTRIES, make_pairs
from tests.test_model_server import good, running
from tests.thorough import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.test_model_server import Handler

    Serve = Callable[[Handler, str, int], None]

BLOCK: Final = b"a" * 65536
MOST_MEMORY: Final = 400
MOST_KEPT: Final = MEGABYTE


def send(handler: Handler, head: bytes, parts: Iterable[bytes]) -> None:
    """Send parts until they end, or the other side has had enough."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + head)
    for part in parts:
        if handler.server.over.is_set():
            break
        handler.wfile.write(part)
    handler.close_connection = True


def event(**delta: object) -> bytes:
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: %s\n\n" % json.dumps({**chunk, "choices": [{"index": 0, "delta": delta}]}).encode()


EVENTS: Final = b"Content-Type: text/event-stream\r\n\r\n"
JSON: Final = b"Content-Type: application/json\r\n\r\n"
PACKED: Final = b"Content-Encoding: gzip\r\nContent-Type: text/event-stream\r\n\r\n"
TOO_LONG, TOO_LARGE = "its answer has over 64 KB", "over 160 MB of memory"


def stream(head: bytes, *parts: bytes, then: bytes = b"") -> Serve:
    """Send some parts, then one without end where it is given."""

    def serve(handler: Handler, _text: str, _call: int) -> None:
        send(handler, head, parts)
        if then:
            send_on(handler, then)

    return serve


def send_on(handler: Handler, part: bytes) -> None:
    for each in repeat(part):
        if handler.server.over.is_set():
            break
        handler.wfile.write(each)


def fail_without_end(handler: Handler, _text: str, _call: int) -> None:
    handler.wfile.write(b"HTTP/1.1 422 Unprocessable\r\nConnection: close\r\n" + JSON)
    send_on(handler, BLOCK)


def pad_a_good_answer(handler: Handler, text: str, _call: int) -> None:
    """Answer rightly, and hide a hundred megabytes in it."""
    whole = good(text)
    send(handler, EVENTS, [event(content=f"{whole[:-1]}, "), *[event(content=" " * 50_000)] * 2000])


def send_packed(handler: Handler, text: str, call: int) -> None:
    """Send a gigabyte, packed when it is asked for: to pack it takes seconds."""
    stream(PACKED, gzip.compress(b'data: "' + BLOCK * 16_000, compresslevel=1))(handler, text, call)


SERVERS: Final[dict[str, tuple[Serve, str]]] = {
    "an event that never ends": (stream(EVENTS, b'data: {"a": "', then=BLOCK), TOO_LARGE),
    "a good answer with 100 MB in it": (pad_a_good_answer, TOO_LONG),
    "words without end": (stream(EVENTS, then=event(content="a word ") * 100), TOO_LONG),
    "events without a word": (stream(EVENTS, then=event() * 100), TOO_LARGE),
    "a call of a tool without end": (
        stream(EVENTS, then=event(tool_calls=[{"index": 0, "function": {"name": "a" * 9000}}])), TOO_LARGE,
    ),
    "a list of nothing": (
        stream(EVENTS, b'data: {"choices": [' + b"{}," * 3_000_000 + b"{}]}\n\n"), TOO_LARGE,
    ),
    "a gigabyte packed": (send_packed, TOO_LARGE),
    "a body that never ends": (stream(JSON, then=BLOCK), TOO_LARGE),
    "a failure that never ends": (fail_without_end, TOO_LARGE),
    "a head that never ends": (stream(b"", then=b"X-A: " + BLOCK[:1000] + b"\r\n"), ""),
}  # fmt: skip
"""What each does, and what is said of it; a head is bounded by the library."""


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asking")
    make_pairs(folder, COUNTRIES[:4])
    return folder


def measure_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "snapshots").rglob("*") if path.is_file())


@pytest.mark.parametrize("name", some(2, SERVERS))
def test_a_server_that_sends_without_end_is_left(
    name: str, made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    before = measure_size(tmp_path)
    serve, told = SERVERS[name]
    with running(tmp_path, serve) as (_, environment):
        for variable, value in {**environment, "TRACKER_MODEL_TIMEOUT": "60"}.items():
            monkeypatch.setenv(variable, value)
        command = (sys.executable, "-m", "tracker", "judge", "UNGA", "32", "33", "--model", "faulty")
        ran = run_command(command, tmp_path, 2 if told else 1)
    print(f"{name}: {ran.megabytes:.0f} MB, {measure_size(tmp_path) - before:,} bytes kept: {ran.complained}")
    assert ran.megabytes < MOST_MEMORY
    assert measure_size(tmp_path) - before < MOST_KEPT
    assert re.fullmatch(r"(tracker: [^\n]*\n)+", ran.complained)
    assert told in ran.complained.splitlines()[-1]
    assert query(tmp_path / "snapshots", "SELECT count(*) FROM answers") == [(0,)]
    assert query(tmp_path / "snapshots", "SELECT count(*) FROM requests") == [(0,)]
