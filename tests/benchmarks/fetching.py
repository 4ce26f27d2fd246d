"""Measure how long it takes to ask a thousand sources on loopback whether they have changed.

In turns, each in a process of its own that has loaded what it needs: a bare loop of httpx with the same
requests, our own fetching, a whole nightly run with its record, and curl. Then the same hundred sources in an
archive that keeps a hundred statements, and ten thousand. Run as ``python -m tests.benchmarks.fetching`` in
the root of the repository. It fails where a target is missed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.archives import declare, record
from tests.nights import make_archive, source, write_speech
from tracker.archive.storing.store import open_store
from tracker.capture.admit.admission import admit
from tracker.capture.watch.watch_list import WATCH_FILE
from tracker.capture.web.fetch import fetch_all, open_client
from tracker.capture.web.pacing import system_clock
from tracker.model.watching import Fetched, Source, Validators, WatchSettings
from tracker.workflows.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    Ask = Callable[[int], None]

SOURCES, FEW, MANY = 1000, 100, 10_000
CONNECTIONS = (1, 2, 4, 8)
OURS = WatchSettings().connections
REPEATS = 7
TAG = '"one"'
BARE, FETCHED, WHOLE, CURL = "httpx, bare", "our fetching", "a whole night", "curl"
_RATIO, _GROWTH = 1.5, 1.25


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(_reply(head))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _reply(head: bytes) -> bytes:
    path = head.split(b" ", 2)[1]
    tag = b"ETag: " + TAG.encode() + b"\r\n"
    if TAG.encode() in head:
        return b"HTTP/1.1 304 Not Modified\r\n" + tag + b"\r\n"
    if not path[1:].isdigit():
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    body = write_speech(number=int(path[1:])).encode()
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (tag, len(body), body)


def serve(port: Connection) -> None:
    """Answer every conditional request with 304, others with a speech, in a process of its own."""

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


def take_night(archive: Path, number: int) -> None:
    """Take snapshots: the watch list is read, each source checked, and what it came to written down."""
    checks = snapshot(archive, (), admit).checks
    assert len(checks) == number
    assert all(check.outcome == "unchanged" for check in checks)


def prepare(folder: Path, addresses: list[str], *, connections: int = OURS, kept: int = 0) -> Path:
    """Make an archive whose sources were all captured, which keeps so many statements in all."""
    port = int(addresses[0].split(":")[2].partition("/")[0])
    watched = "".join(
        source(f"s{number}", f"XAA/UNGA/{1 + number % 99}/item-{number}~prepared.en", address)
        for number, address in enumerate(addresses)
    )
    archive = make_archive(folder, watched, port)
    watch_list = archive / WATCH_FILE
    written = watch_list.read_text(encoding="utf-8")
    watch_list.write_text(written.replace("pace", f"connections = {connections}\npace", 1), encoding="utf-8")
    with open_store(archive) as store, store.batch():
        for number in range(len(addresses), kept):
            named = declare(f"XAB/UNGA/{1 + number % 99}/item-{number}~prepared.en")
            record(store, named, write_speech("And more.", number))
    snapshot(archive, (), admit)
    return archive


def work(name: str, addresses: list[str], archives: dict[int, Path], pipe: Connection) -> None:
    """Ask in one way whenever told at how many connections, and tell how long that took."""
    asks: dict[str, Ask] = {
        BARE: partial(ask_bare, addresses),
        FETCHED: partial(ask_sources, addresses),
        WHOLE: lambda connections: take_night(archives[connections], len(addresses)),
        CURL: partial(ask_curl, addresses),
    }
    asks[name](OURS)
    while connections := pipe.recv():
        pipe.send(clock(partial(asks[name], connections)))


def clock(run: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds that went by, and those of the processor in this process."""
    started, before = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - started, time.process_time() - before


def measure(addresses: list[str], archives: dict[int, Path]) -> dict[str, list[tuple[float, float]]]:
    """Return the least of both counts for each way and number of connections; all take turns."""
    pipes: dict[str, Connection] = {}
    for name in (BARE, FETCHED, WHOLE, CURL):
        pipes[name], there = multiprocessing.Pipe()
        start(work, name, addresses, archives, there)
    best = {name: [(inf, inf)] * len(CONNECTIONS) for name in pipes}
    for _ in range(REPEATS):
        for at, connections in enumerate(CONNECTIONS):
            for name, pipe in pipes.items():
                pipe.send(connections)
                took, computed = pipe.recv()
                best[name][at] = min(took, best[name][at][0]), min(computed, best[name][at][1])
    for pipe in pipes.values():
        pipe.send(0)
    return best


def start(work: Callable[..., None], *arguments: object) -> None:
    """Start a process that ends with this one."""
    multiprocessing.get_context("spawn").Process(target=work, args=arguments, daemon=True).start()


def measure_speed(addresses: list[str], archives: dict[int, Path]) -> float:
    """Print tables, and return how many times the bare loop's best a night takes at its best."""
    best = measure(addresses, archives)
    ratios = []
    for at, heading in enumerate(("seconds", "of the processor")):
        print(f"{len(addresses):,} sources, {heading:<16} at connections", *(f"{n:6}" for n in CONNECTIONS))
        bare = min(pair[at] for pair in best[BARE])
        for name, row in best.items():
            if name == CURL and at:
                continue
            ratios.append(min(pair[at] for pair in row) / bare)
            print(f"{name:<43}", *(f"{pair[at]:6.3f}" for pair in row), f"  best {ratios[-1]:.2f} x bare")
    return ratios[2]


def measure_memory(archive: Path) -> float:
    """Return the most megabytes that the command takes for a night."""
    command = [sys.executable, "-m", "tracker", "--archive", str(archive), "snapshot", "--quiet"]
    subprocess.run(command, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def measure_growth(folder: Path, addresses: list[str]) -> float:
    """Return how many times as much a source costs where a hundred times as much is kept."""
    archives = {kept: prepare(folder / str(kept), addresses, kept=kept) for kept in (FEW, MANY)}
    best = dict.fromkeys(archives, inf)
    for _ in range(REPEATS):
        for kept, archive in archives.items():
            best[kept] = min(best[kept], clock(partial(take_night, archive, len(addresses)))[0])
    for kept, seconds in best.items():
        print(f"{kept:>6,} statements kept: {seconds / len(addresses) * 1000:.2f} ms a source")
    return best[MANY] / best[FEW]


def main() -> None:
    """Print the figures, and exit 1 where a target is missed."""
    here, there = multiprocessing.Pipe()
    start(serve, there)
    port = here.recv()
    addresses = [f"http://127.0.0.1:{port}/{number}" for number in range(SOURCES)]
    with tempfile.TemporaryDirectory() as folder:
        archives = {
            each: prepare(Path(folder) / f"at {each}", addresses, connections=each) for each in CONNECTIONS
        }
        ratio = measure_speed(addresses, archives)
        print(f"a night takes {measure_memory(archives[OURS]):.0f} MB at most")
        growth = measure_growth(Path(folder), addresses[:FEW])
    print(
        f"a night {ratio:.2f} times the bare loop, at most {_RATIO}; growth {growth:.2f}, at most {_GROWTH}"
    )
    if ratio > _RATIO or growth > _GROWTH:
        sys.exit("a target is missed")


if __name__ == "__main__":
    main()
