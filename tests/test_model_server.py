"""A server that speaks the wire format of OpenAI and misbehaves: nothing is lost, and each fault is told."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.archives import query
from tests.models import run_with_models
from tests.pairs import COUNTRIES, make_pairs
from tests.stub_llm import REPLIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.running import Ran

AGAIN: Final = "Your last answer could not be used"


def good(text: str) -> str:
    return REPLIES["stub"](text)


def change(text: str, alter: Callable[[list[dict[str, Any]]], object]) -> str:
    """Return a good reply with its rows altered."""
    found = json.loads(good(text))
    alter(found["rows"])
    return json.dumps(found)


def first(said: Callable[[str], str]) -> Callable[[Handler, str, int], None]:
    """Say one thing at first, and what is right when asked once more."""
    return lambda handler, text, _call: handler.say(good(text) if AGAIN in text else said(text))


def always(said: Callable[[str], str]) -> Callable[[Handler, str, int], None]:
    """Say the same kind of thing each time."""
    return lambda handler, text, _call: handler.say(said(text))


def fail(status: int, *, calls: int = 99, headers: tuple[tuple[str, str], ...] = ()) -> Callable[..., None]:
    """Answer with a status for so many calls."""

    def serve(handler: Handler, text: str, call: int) -> None:
        if call > calls:
            handler.say(good(text))
        else:
            handler.refuse(status, headers)

    return serve


FAULTS: Final[dict[str, tuple[Callable[[Handler, str, int], None], str]]] = {
    # what it does: the function, and whether all rows are answered, some, or none.
    "nothing wrong": (always(good), "all"),
    "broken JSON, then right": (first(lambda text: good(text).replace(":", "")), "all"),
    "broken JSON for ever": (always(lambda text: good(text)[1:]), "none"),
    "cut off, then right": (first(lambda text: good(text)[:-20]), "all"),
    "an invented sentence, then right": (
        first(lambda text: change(text, lambda rows: rows[0].update(sentences=["o999"]))), "all",
    ),
    "an invented sentence for ever": (
        always(lambda text: change(text, lambda rows: rows[0].update(sentences=["n999"]))), "some",
    ),
    "a row nobody asked about": (
        always(lambda text: change(text, lambda rows: rows.append({**rows[0], "row": 77}))), "all",
    ),
    "a row left out, then right": (first(lambda text: change(text, lambda rows: rows.pop())), "all"),
    "a row twice for ever": (
        always(lambda text: change(text, lambda rows: rows.append(rows[0]))), "some",
    ),
    "a level there is not": (
        always(lambda text: change(text, lambda rows: rows[0].update(old="vital"))), "some",
    ),
    "words around the JSON": (always(lambda text: f"Sure!\n```json\n{good(text)}\n```"), "all"),
    "too many requests, once": (fail(429, calls=1, headers=(("Retry-After", "0"),)), "all"),
    "too many requests for ever": (fail(429), "none"),
    "a fault of the server, once": (fail(500, calls=1), "all"),
    "a fault of the server for ever": (fail(503), "none"),
    "a question it does not take": (fail(422), "none"),
    "no answer, ever": (lambda handler, _text, _call: handler.hang(), "none"),
    "a drop now and then": (lambda handler, _text, _call: handler.drip(), "none"),
    "the connection cut": (lambda handler, _text, _call: handler.cut(), "none"),
    "a redirect to itself": (
        lambda handler, text, call: handler.say(good(text)) if call > 1 else handler.redirect("/v1/x"), "all",
    ),
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = body["messages"][-1]["content"]
        serve, call = self.server.choose(text)
        serve(self, text, call)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def piece(self, words: str, **more: object) -> None:
        choice = {"index": 0, "delta": {"content": words}, "finish_reason": None}
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
            **more,
        }
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def say(self, reply: str) -> None:
        self.begin()
        for at in range(0, len(reply), 400):
            self.piece(reply[at : at + 400])
        usage = {"prompt_tokens": 900, "completion_tokens": 90, "total_tokens": 990}
        self.piece("", choices=[], usage=usage)
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def refuse(self, status: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        body = json.dumps({"error": {"message": f"told {status}", "type": "fault"}}).encode()
        self.send_response(status)
        for name, value in (
            *headers,
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def hang(self) -> None:
        self.server.over.wait(30)
        self.close_connection = True

    def drip(self) -> None:
        self.begin()
        for _ in range(200):
            if self.server.over.wait(0.1):
                break
            self.piece(" ")
        self.close_connection = True

    def cut(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/ev")
        self.close_connection = True

    def redirect(self, where: str) -> None:
        self.send_response(307)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(ThreadingHTTPServer):
    """Does to each question, in the order in which they first come, what one of the faults says."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, faults: list[Callable[[Handler, str, int], None]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self._faults = faults
        self._met: dict[str, list[int]] = {}
        self._lock = threading.Lock()
        self.over = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Who is asked too long hangs up."""

    def choose(self, text: str) -> tuple[Callable[[Handler, str, int], None], int]:
        question = text.partition(AGAIN)[0].strip()
        with self._lock:
            place, met = self._met.setdefault(question, [len(self._met), 0])
            self._met[question] = [place, met + 1]
        return self._faults[place % len(self._faults)], met + 1

    @property
    def questions(self) -> list[str]:
        return list(self._met)


@contextmanager
def running(
    folder: Path, *faults: Callable[[Handler, str, int], None]
) -> Iterator[tuple[Server, dict[str, str]]]:
    """Run a server, and yield it with the environment in which the library knows it as a model."""
    server = Server(list(faults))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (folder / "llm").mkdir(exist_ok=True)
    (folder / "llm" / "extra-openai-models.yaml").write_text(
        "- model_id: faulty\n  model_name: faulty\n  supports_schema: true\n"
        f"  api_base: http://127.0.0.1:{server.server_port}/v1\n",
        encoding="utf-8",
    )
    try:
        yield server, {"LLM_USER_PATH": str(folder / "llm"), "TRACKER_MODEL_TIMEOUT": "10"}
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faulty")
    make_pairs(folder)
    return folder


def ask(folder: Path, environment: dict[str, str], *more: str) -> Ran:
    return run_with_models(folder, "judge", "UNGA", "32", "33", "--model", "faulty", *more, **environment)


def list_answered(folder: Path) -> dict[str, int]:
    rows = query(
        folder / "snapshots",
        "SELECT country, count(*) FROM answers JOIN requests ON requests.id = request"
        " JOIN snapshots ON snapshots.id = new_snapshot JOIN editions ON editions.id = edition"
        " JOIN statements ON statements.id = statement GROUP BY country",
    )
    return dict(rows)


def test_a_server_that_misbehaves_in_twenty_ways_loses_nothing(made_once: Path) -> None:
    folder = made_once
    begun = time.monotonic()
    with running(folder, *(serve for serve, _ in FAULTS.values())) as (server, environment):
        ran = ask(folder, {**environment, "TRACKER_MODEL_TIMEOUT": "1"})
    assert time.monotonic() - begun < 200
    assert ran.code == 1, ran
    assert len(server.questions) == len(COUNTRIES) == len(FAULTS)
    country = re.compile(rf"bays of ({'|'.join(COUNTRIES)})")
    came = dict(zip((country.search(each)[1] for each in server.questions), FAULTS, strict=True))  # type: ignore[index]
    answered, whole = list_answered(folder), max(list_answered(folder).values())
    for name, fault in came.items():
        expected = FAULTS[fault][1]
        found = answered.get(name, 0)
        assert {"all": found == whole, "some": 0 < found < whole, "none": found == 0}[expected], (
            fault,
            found,
        )
        if expected != "all":
            assert f"{name}/UNGA/33" in ran.err, (fault, ran.err)
    for told in (
        "told 429",
        "told 503",
        "told 422",
        "no answer in 1 seconds",
        "is no level",
        "it is answered twice",
    ):
        assert told in ran.err, told
    assert "17 of 20 questions" not in ran.out
    # What is answered stays so, and only the others are asked again, of a server that is well; those of whose
    # replies nothing, or a part, could be used where that is wanted.
    open_still = {name for name, kind in came.items() if FAULTS[kind][1] != "all"}
    unasked = {name for name in open_still if answered.get(name, 0) == 0} - {
        name for name, kind in came.items() if kind == "broken JSON for ever"
    }
    for wanted, asked, code in (((), unasked, 1), (("--again",), open_still - unasked, 0)):
        with running(folder, FAULTS["nothing wrong"][0]) as (well, environment):
            again = ask(folder, environment, *wanted)
        assert {country.search(each)[1] for each in well.questions} == asked  # type: ignore[index]
        assert (again.code, len(well.questions)) == (code, len(asked)), again
    assert len(list_answered(folder)) == len(COUNTRIES)
    assert min(list_answered(folder).values()) == whole  # what was answered twice counts twice


@pytest.mark.parametrize(
    ("serve", "told"),
    [
        (
            lambda handler, _text, _call: handler.redirect("http://localhost:1/v1"),
            "127.0.0.1 leads away, to http://localhost: nothing is sent there",
        ),
        (fail(401), "told 401"),
        (fail(403), "told 403"),
    ],
)
def test_what_no_call_can_mend_ends_the_run(made_once: Path, tmp_path: Path, serve: Any, told: str) -> None:  # noqa: ANN401
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    with running(tmp_path, serve) as (server, environment):
        ran = run_with_models(
            tmp_path, "judge", "UNGA", "32", "33", "--all", "--model", "faulty", **environment
        )
    assert ran.code == 2
    assert told in ran.err
    assert len(server.questions) <= 8


class Leading(BaseHTTPRequestHandler):
    """Leads from ``/away`` to another name of this machine, from ``/here`` to another address of the same."""

    server: Led

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.serve()

    def do_GET(self) -> None:
        self.serve()

    def serve(self) -> None:
        self.server.met.append(self.path)
        host = {"/away": "localhost", "/here": "127.0.0.1"}.get(self.path)
        self.send_response(self.server.status if host else 200)
        if host:
            self.send_header("Location", f"http://{host}:{self.server.server_port}/there")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Led(ThreadingHTTPServer):
    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), Leading)
        self.status = status
        self.met: list[str] = []


@pytest.mark.parametrize("library", ["httpx", "httpx2", "requests", "urllib", "urllib3"])
def test_by_no_library_is_a_redirect_to_another_host_followed(tmp_path: Path, library: str) -> None:
    make_pairs(tmp_path, COUNTRIES[:1])
    # What was posted is not posted again by urllib, but asked for, with the headers: a key, for one.
    server = Led(302 if library == "urllib" else 307)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    line = ("judge", "UNGA", "32", "33", "--model", f"stub-{library}")
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        away = run_with_models(tmp_path, *line, STUB_SERVER=f"{address}/away")
        here = run_with_models(tmp_path, *line, STUB_SERVER=f"{address}/here")
    finally:
        server.shutdown()
        server.server_close()
    assert away.code == 2
    assert "127.0.0.1 leads away, to http://localhost: nothing is sent there" in away.err
    assert "it is no JSON object" in here.err
    assert server.met == ["/away", *["/here", "/there"] * 2]
    again = run_with_models(tmp_path, *line)
    assert again.out == (
        f"stub-{library}: 0 of 1 question answered; 0 calls, 0 tokens; 1 question without a usable answer;"
        " to ask again: --again\n"
    )


def test_an_option_that_the_model_does_not_take_is_left_out(tmp_path: Path) -> None:
    make_pairs(tmp_path, COUNTRIES[:1])
    bodies: list[dict[str, Any]] = []

    def refuse(handler: Handler, text: str, call: int) -> None:
        bodies.append({})
        if call == 1:
            body = json.dumps(
                {"error": {"message": "temperature does not support 0 with this model"}}
            ).encode()
            handler.send_response(400)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        else:
            handler.say(good(text))

    with running(tmp_path, refuse) as (_, environment):
        assert ask(tmp_path, environment).code == 0
    assert query(tmp_path / "snapshots", "SELECT options FROM coders") == [('{"seed": 1}',)]
    assert len(bodies) == 2
