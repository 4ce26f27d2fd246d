"""What pages cost: an archive served, and written to files, with seconds, processor, memory, sizes and links.

Run as ``python -m tests.benchmarks.published open|site FOLDER [--statements N]`` in the repository's root.
``open`` makes an archive of N statements in the folder (11,000; see ``repeated_corpus``) unless there is one,
and asks for each kind of page as its first reader and as the second. ``site`` makes one of the shared corpus,
or of its first N statements, and writes its pages: a first build, where nothing changed, where one statement
did, and where all comparisons are kept; then it looks whether every link resolves. Memory is the largest sum
of PSS over all processes, looked at once a second. Exit 1 where a bound of ``BOUNDS`` is missed.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import psutil
from lxml import etree, html

from tests.benchmarks.repeated_corpus import IMPORT, make_record
from tests.measuring import run_tracker
from tests.running import COMMAND
from tests.serving import serving
from tests.shared_data import require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Served

BOUNDS: Final = {
    "first page": 1.0,
    "page computed before": 0.3,
    "first build": 20 * 60.0,
    "all compared": 5 * 60.0,
    "nothing changed": 10.0,
    "one changed": 2 * 60.0,
    "megabytes": 1000.0,
    "largest page": 1024.0**2,
    "dead links": 0.0,
}
"""Seconds, megabytes, bytes and numbers that must not be more."""
PAGES: Final = (
    "index.html",
    "bodies/UNGA.html",
    "countries/FRA.html",
    "sessions/UNGA/79.html",
    "series/FRA/UNGA.html",
    "statements/FRA/UNGA/79.html",
    "compare/FRA/UNGA/78..79.html",
    "groups/EU/UNGA/79.html",
    "search.html?q=corruption",
    "search.html?q=peace",
    "data/statements.json",
    "topics/corruption.html",
)
"""The last one says first who spoke of it in all statements."""
EVERY: Final = 1.0
COMPUTED: Final = 202


@dataclass(frozen=True, slots=True)
class Took:
    """What a command took."""

    seconds: float
    processor: float
    megabytes: float
    said: str


def run(folder: Path, *arguments: str) -> Took:
    """Run a command of the program; raises ``SystemExit`` with what it said where it fails."""
    began, most = time.perf_counter(), 0.0
    processor: dict[int, float] = {}
    command = [*COMMAND, *arguments]
    with (
        (folder / "told.txt").open("wb") as told,
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=told, text=True) as ran,
    ):
        root = psutil.Process(ran.pid)
        while ran.poll() is None:
            pss = 0
            for each in list_processes(root):
                try:
                    pss += each.memory_full_info().pss
                    times = each.cpu_times()
                    processor[each.pid] = times.user + times.system
                except psutil.Error:
                    continue
            most = max(most, pss / 1e6)
            time.sleep(EVERY)
        said = ran.stdout.read() if ran.stdout else ""  # one line
    if ran.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended in {ran.returncode}: see {folder / 'told.txt'}")
    return Took(time.perf_counter() - began, sum(processor.values()), most, said)


def list_processes(root: psutil.Process) -> list[psutil.Process]:
    """Return a process and all that it started."""
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def measure_site(folder: Path, statements: int | None) -> dict[str, float]:
    """Print what each build takes, and return what has a bound."""
    archive = folder / "snapshots"
    if not archive.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        source = require("ungdc") if statements is None else copy_some(folder / "speeches", statements)
        run_tracker(folder, "import", str(source), *IMPORT)
    editions = json.loads(run_tracker(folder, "list", "--format", "json").said)["statements"]
    size, edited = len(editions), editions[-1]["reference"]
    found: dict[str, float] = {}

    def build(name: str, out: str) -> None:
        took = run(folder, "site", out)
        found[name] = took.seconds
        found["megabytes"] = max(found.get("megabytes", 0.0), took.megabytes)
        show(name, took, size)

    build("first build", "pages")
    build("nothing changed", "pages")
    text = run_tracker(folder, "show", edited).said
    (folder / "changed.txt").write_text(f"{text}\nWe will build a bridge.\n", "utf-8")
    run(folder, "add", "changed.txt", "--as", edited)
    build("one changed", "pages")
    build("all compared", "again")
    files = [each for each in (folder / "pages").rglob("*") if each.is_file()]
    pages = [each for each in files if each.suffix == ".html"]
    found["largest page"] = float(max(each.stat().st_size for each in pages))
    dead = [*list_dead(folder / "pages", pages)]
    found["dead links"] = float(len(dead))
    total = sum(each.stat().st_size for each in files) / 1e6
    print(f"{len(files):,} files, {total:,.0f} MB; largest page {found['largest page']:,.0f} bytes")
    print(f"dead links: {len(dead)}", *dead[:5], sep="\n  ")
    return found


def show(name: str, took: Took, size: int) -> None:
    """Print what a build took, and what of it falls to each statement."""
    print(
        f"{name}: {took.seconds:,.1f} s, processor {took.processor:,.1f} s"
        f" ({1000 * took.processor / size:,.0f} ms a statement), {took.megabytes:,.0f} MB;"
        f" {took.said.strip().splitlines()[-1]}",
        flush=True,
    )


def copy_some(folder: Path, statements: int) -> Path:
    """Copy the first statements of the shared corpus, country by country."""
    for path in islice(sorted(require("ungdc").glob("*/*.txt")), statements):
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / path.parent.name)
    return folder


def list_dead(out: Path, pages: list[Path]) -> Iterator[str]:
    """Yield the links of pages and feeds that lead to no file."""
    known: dict[Path, bool] = {}
    for path in [*pages, *out.rglob("*.atom")]:
        if path.name == "404.html":
            continue
        tree = html.parse(path) if path.suffix == ".html" else etree.parse(path)
        for link in map(str, tree.xpath("//@href | //@src")):
            if not re.match("[a-z]+:|#", link):
                place = Path(f"{path.parent}/{unquote(re.split('[?#]', link)[0])}").absolute()
                if place not in known:
                    known[place] = place.resolve().is_file()
                if not known[place]:
                    yield f"{path.relative_to(out)}: {link}"


def measure_open(folder: Path, statements: int) -> dict[str, float]:
    """Print how long each page takes for its first reader and for the second; return what has a bound."""
    if not (folder / "snapshots").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        make_record(folder, statements)
    began = time.perf_counter()
    found = {"first page": 0.0, "page computed before": 0.0}
    with serving(folder / "snapshots") as server:
        print(f"started, with its open copy, after {time.perf_counter() - began:.1f} s")
        for path in PAGES:
            began = time.perf_counter()
            first = server.ask(f"/{path}")
            answered = time.perf_counter() - began
            says = first.text.count('http-equiv="refresh"') == 1
            if path == PAGES[-1]:
                # All statements are read for it, which takes a third of a second each.
                print(f"{path}: {first.status} in {answered:.3f} s{', says what is computed' * says}")
                continue
            while server.ask(f"/{path}").status == COMPUTED:
                time.sleep(0.05)
            whole = time.perf_counter() - began
            again = min(time_page(server, f"/{path}") for _ in range(3))
            told = f", which says what is computed; whole after {whole:.1f} s" if says else ""
            print(f"{path}: {first.status} in {answered:.3f} s{told}; again {again:.3f} s", flush=True)
            if first.status != COMPUTED or says:
                found["first page"] = max(found["first page"], answered)
            found["page computed before"] = max(found["page computed before"], again)
    return found


def time_page(server: Served, path: str) -> float:
    """Return the seconds that a page takes."""
    began = time.perf_counter()
    server.ask(path)
    return time.perf_counter() - began


def main() -> None:
    """Print one part of the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.published", description=__doc__)
    parser.add_argument("part", choices=("open", "site"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--statements", type=int)
    given = parser.parse_args()
    folder = given.folder.absolute()
    if given.part == "open":
        found = measure_open(folder, given.statements or 11_000)
    else:
        found = measure_site(folder, given.statements)
    missed = [
        f"{name} {value:,.1f}, not {BOUNDS[name]:,.1f}"
        for name, value in found.items()
        if value > BOUNDS[name]
    ]
    print("; ".join(missed) or "within all bounds")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
