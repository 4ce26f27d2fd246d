"""Measure how long it takes to ask a thousand sources on loopback whether they have changed.

Beside it a bare loop of httpx with the same requests, and curl, each at one to eight connections.

Run as ``python -m tests.benchmarks.fetching`` in the root of the repository.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tracker.capture.clock import system_clock
from tracker.capture.fetch import fetch_all, open_client
from tracker.model.watching import Fetched, Source, Validators, WatchSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

SOURCES = 1000
CONNECTIONS = (1, 2, 4, 8)
REPEATS = 3
TAG = '"one"'


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            is_known = TAG.encode() in head
            status = b"304 Not Modified" if is_known else b"404 Not Found\r\nContent-Length: 0"
            writer.write(b"HTTP/1.1 " + status + b"\r\nETag: " + TAG.encode() + b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def serve(port: Connection) -> None:
    """Answer every conditional request with 304, in a process of its own."""

    async def run() -> None:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def ask_bare(addresses: list[str], connections: int) -> None:
    """Ask with httpx and nothing else."""
    with httpx.Client() as client, ThreadPoolExecutor(connections) as threads:
        answers = threads.map(lambda url: client.get(url, headers={"If-None-Match": TAG}), addresses)
        assert all(answer.status_code == httpx.codes.NOT_MODIFIED for answer in answers)


def ask_sources(addresses: list[str], connections: int) -> None:
    """Ask as a nightly run does, without its record: robots.txt, evidence, checked addresses."""
    settings = WatchSettings(pace=0, connections=connections, allow_private=("127.0.0.1",))
    sources = [Source(address, address) for address in addresses]
    known = {source.id: Validators(TAG) for source in sources}
    with open_client(settings, release="0", clock=system_clock()) as client:
        results = fetch_all(sources, client, folder=Path(), validators=known)
        assert all(isinstance(result, Fetched) and result.data is None for result in results)


def ask_curl(addresses: list[str], connections: int) -> None:
    """Ask with curl, several at once."""
    listed = "\n".join(f'url = "{address}"\noutput = "/dev/null"' for address in addresses)
    options = ("-s", "--parallel", "--parallel-max", str(connections), "-H", f"If-None-Match: {TAG}")
    subprocess.run(["curl", *options, "-K", "-"], input=listed, text=True, check=True)


def measure(ask: Callable[[list[str], int], None], addresses: list[str], connections: int) -> float:
    """Return the least seconds of three."""
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        ask(addresses, connections)
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> None:
    """Print a table of seconds, the ratio of the best figures, and the memory of this process."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    addresses = [f"http://127.0.0.1:{port}/{number}" for number in range(SOURCES)]
    best: dict[str, float] = {}
    for name, ask in (("httpx, bare", ask_bare), ("fetch_all", ask_sources), ("curl", ask_curl)):
        row = [measure(ask, addresses, connections) for connections in CONNECTIONS]
        best[name] = min(row)
        print(f"{name:12}", *(f"{seconds:7.3f}" for seconds in row))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"connections {CONNECTIONS}; fetch_all / httpx {best['fetch_all'] / best['httpx, bare']:.2f}")
    print(f"memory {megabytes:.0f} MB")
    server.terminate()


if __name__ == "__main__":
    main()
