"""What a nightly run costs where nothing changed, beside httpx and curl, which ask and keep nothing."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.benchmarks.suite import peers
from tests.benchmarks.suite.ground import PYTHON, TRACKER, Job
from tests.benchmarks.suite.table import Line
from tests.measuring import run_tracker
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.benchmarks.suite.ground import Ground

SOURCES: Final = 1000
FEW: Final = 10
"""Sources in the records of every size."""
TAG: Final = '"one"'
"""What every document of the server is known by."""
CONNECTIONS: Final = 4
"""As many as a watch list has that names no number."""
BARE: Final = """
import sys
from concurrent.futures import ThreadPoolExecutor
import httpx
tag, connections, *addresses = sys.stdin.read().split()
with httpx.Client() as client, ThreadPoolExecutor(int(connections)) as threads:
    answers = threads.map(lambda url: client.get(url, headers={"If-None-Match": tag}), addresses)
    sys.exit(not all(answer.status_code == 304 for answer in answers))
"""


def night(ground: Ground) -> Iterator[Line]:
    """A night of many sources, and of a few in records of every size."""
    sources = SOURCES // 10 if ground.is_quick else SOURCES
    with _serving() as port:
        folder = ground.folder / "night"
        folder.mkdir()
        run_tracker(folder, "init")
        addresses = _watch(folder, port, sources)
        asked, settings = folder / "asked.txt", folder / "curl.txt"
        asked.write_text("\n".join([TAG, str(CONNECTIONS), *addresses]), "utf-8")
        settings.write_text("".join(f'url = "{url}"\noutput = "/dev/null"\n' for url in addresses), "utf-8")
        parallel = ("--parallel", "--parallel-max", str(CONNECTIONS), "-H", f"If-None-Match: {TAG}")
        ours, bare, curl = ground.take_turns(
            Job((TRACKER, "snapshot"), folder),
            Job((peers.find(peers.HTTPX), "-c", BARE), folder, stdin=asked),
            Job(("curl", "--silent", "--fail", *parallel, "--config", str(settings)), folder),
        )
        name = f"night, {sources:,} sources unchanged"
        yield Line(name, ours.processor, "s", "httpx alone", bare.processor)
        yield Line(name, ours.processor, "s", "curl --parallel", curl.processor)
        yield Line(f"{name}, memory", ours.megabytes, "MB", "httpx alone", bare.megabytes)
        for size in ground.sizes:
            folder = ground.copy(size, "nights")
            _watch(folder, port, FEW)
            (run,) = ground.take_turns(Job((TRACKER, "snapshot"), folder))
            yield Line(f"night, {FEW} sources unchanged", run.processor, "s", kept=size)


def _watch(folder: Path, port: int, sources: int) -> list[str]:
    """Watch so many sources, and take their first snapshots."""
    addresses = [f"http://127.0.0.1:{port}/{number}" for number in range(sources)]
    listed = "".join(
        f'[sources.s{n}]\nurl = "{address}"\nreference = "XAA/UNGA/{1 + n % 99}/item-{n}~prepared.en"\n'
        for n, address in enumerate(addresses)
    )
    settings = f'[settings]\npace = 0.0\nallow_private = ["127.0.0.1:{port}"]\n'
    (folder / "snapshots" / "watch.toml").write_text(settings + listed, "utf-8")
    run_tracker(folder, "snapshot")
    return addresses


@contextmanager
def _serving() -> Iterator[int]:
    """Run the server for as long as the block, and give its port."""
    command = (PYTHON, "-m", "tests.benchmarks.suite.server")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield int(server.stdout.readline())
        finally:
            server.terminate()
