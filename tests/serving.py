"""``tracker serve`` as a user starts it: a process of its own, and what it answers over a socket."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING

from tests.forking import start_command
from tests.running import ROOT

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

    from tests.forking import Forked

SECONDS = 120.0
"""How long a page may take to be computed on a busy machine."""


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(slots=True)
class Served:
    """A server that runs."""

    process: Forked | subprocess.Popen[str]
    port: int
    said: Path
    """What it wrote besides."""

    def ask(self, path: str, method: str = "GET", **headers: str) -> Page:
        """Return what it answers at once."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, headers=headers)
            found = connection.getresponse()
            return Page(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    def get(self, path: str) -> Page:
        """Return a page once it is no longer being computed, as a browser does that reloads it."""
        ends = time.monotonic() + SECONDS
        while (found := self.ask(path)).status in {202, 503} and time.monotonic() < ends:
            assert b'<meta http-equiv="refresh" content="2">' in found.body, found
            time.sleep(0.2)
        return found

    def send(self, data: bytes) -> bytes:
        """Return all that it answers to a request after which it closes the connection."""
        with self.connect() as client:
            client.sendall(data)
            return b"".join(iter(lambda: client.recv(65536), b""))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def end(self, by: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """End it; return its exit code, and what it wrote besides its address."""
        self.process.send_signal(by)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        """Return its exit code once it has ended, and what it wrote besides its address."""
        code = self.process.wait(SECONDS)
        assert self.process.stdout
        with self.process.stdout as out:
            return code, out.read() + self.said.read_text(encoding="utf-8")


def start(folder: Path, port: int = 0) -> Served:
    """Start a server of the archive in a folder; its port is 0 where it has ended without telling one."""
    number, said = mkstemp()
    with os.fdopen(number, "wb") as err:
        words = ("serve", "--archive", str(folder), "--port", str(port))
        process = start_command(ROOT, words, os.environ, err)
    assert process.stdout
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", process.stdout.readline())
    return Served(process, int(found[1]) if found else 0, Path(said))


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Yield a server of the archive in a folder; it is ended by an interrupt, without a word of trouble."""
    served = start(folder)
    assert served.port, served.wait()
    try:
        yield served
    finally:
        ended = served.end() if served.process.poll() is None else (0, "")
        served.said.unlink()
        assert ended == (0, "")
