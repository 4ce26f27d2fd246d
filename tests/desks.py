"""``tracker serve --judge`` in a process of its own, and people at it: each a client with a secret."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlencode

from tests.forking import start_command
from tracker.publish.desk.web import HEADER, NOT_YET

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE: Final = 60.0
HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Got:
    """What came back."""

    status: int
    body: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:  # noqa: ANN401 (JSON)
        assert self.status == 200, self
        return json.loads(self.body)


class Served:
    """The server of the archive in a folder's ``snapshots``; use it in a ``with`` statement."""

    def __init__(self, folder: Path, *people: str, port: int = 0) -> None:
        self._names = people
        self._notices = folder / "notices.txt"
        named = [word for name in people for word in ("--as", name)]
        words = ("serve", "--port", str(port), *(["--judge", *named] if people else []))
        with self._notices.open("wb") as notices:
            self.process = start_command(folder, words, os.environ, notices)
        assert self.process.stdout
        self.lines = [self.process.stdout.readline() for _ in range(1 + len(people))]
        found = re.search(r":(\d+)/", self.lines[0])
        assert found, (self.lines, self.notices)
        self.port = int(found[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGKILL)

    @property
    def notices(self) -> str:
        return self._notices.read_text()

    def end(self, how: int = signal.SIGINT) -> int:
        """End the server, and return its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def token(self, name: str) -> str:
        line = next(each for each in self.lines if each.startswith(f"{name}: "))
        return line.strip().rpartition("token=")[2]

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Got:
        """Send a request; of the names of headers ``_`` is a hyphen."""
        connection = HTTPConnection(HOST, self.port, timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, named)
        reply = connection.getresponse()
        found = Got(reply.status, reply.read().decode(), {k.lower(): v for k, v in reply.getheaders()})
        connection.close()
        return found

    def admit(self, name: str, *pair: str) -> Client:
        """Open a pair with the secret in a person's address."""
        client = Client(self, self.token(name))
        client.rows = client.load(*pair)
        return client


@dataclass(slots=True)
class Client:
    """The page of one person."""

    served: Served
    secret: str
    rows: dict[str, Any] = field(default_factory=dict)
    _number: int = 0

    def get(self, path: str, **query: str) -> Got:
        return self.served.request("GET", f"/decide/{path}?{urlencode(query)}", b"", **{HEADER: self.secret})

    def load(self, old: str, new: str) -> Any:  # noqa: ANN401 (JSON)
        """Return the rows of a pair once they are computed, as the page does that asks again."""
        until = time.monotonic() + PATIENCE
        while (got := self.get("rows", old=old, new=new)).status == NOT_YET and time.monotonic() < until:
            time.sleep(0.05)
        return got.json

    def state(self) -> Any:  # noqa: ANN401 (JSON)
        return self.get("state", old=self.rows["old"], new=self.rows["new"]).json

    def post(self, path: str, sent: object, **headers: str) -> Got:
        own = {
            HEADER: self.secret,
            "origin": f"http://{HOST}:{self.served.port}",
            "content_type": "application/json",
        }
        wanted = {name: value for name, value in (own | headers).items() if value}
        return self.served.request("POST", f"/decide/{path}", json.dumps(sent).encode(), **wanted)

    def give(self, row: str, answer: str, number: int | None = None) -> Any:  # noqa: ANN401 (JSON)
        """Answer on a row, with an id of its own unless a number says which."""
        self._number += 1
        each = {"id": f"{self.secret[-6:]}-{number or self._number}", "row": row, "answer": answer}
        sent = {"old": self.rows["old"], "new": self.rows["new"], "given": [each]}
        return self.post("answers", sent).json

    def finish(self) -> None:
        """End the sitting, and wait until the record has it."""
        assert self.post("finish", {}).status == 200
        wait_until(lambda: not self.state()["waiting"]["number"])


def wait_until(ask: Any) -> None:  # noqa: ANN401 (any question)
    """Wait until a question is answered with yes."""
    until = time.monotonic() + PATIENCE
    while not ask():
        assert time.monotonic() < until
        time.sleep(0.05)
