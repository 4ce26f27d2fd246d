"""``tracker serve`` as a user starts it: a process of its own, and what it answers over a socket."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.running import COMMAND, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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

    process: subprocess.Popen[str]
    port: int

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
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out + err


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "serve", "--archive", str(folder), *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Yield a server of the archive in a folder; it is ended by an interrupt, without a word of trouble."""
    process = start(folder, "--port", "0")
    assert process.stdout
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:"), (address, process.stderr and process.stderr.read())
    served = Served(process, int(address.rstrip("/").rpartition(":")[2]))
    try:
        yield served
    finally:
        ended = served.end() if process.poll() is None else (0, "")
        assert ended == (0, "")
