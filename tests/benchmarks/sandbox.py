"""What reading in a sandbox costs: imports of texts and of PDFs, beside the same with reading in process.

Run as ``python tests/benchmarks/sandbox.py [--texts 2208] [--pdfs 200] [--rounds 3]``. Each round imports
both ways, in turn; the lesser processor time of each counts, that of ended children included. The peer is
the same code, with the parsers called where they used to be: in the process of the command. Both must give
the same versions. Exit code 1 where texts cost over 1.02 times the peer, or PDFs over 1.1 times.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.builders import build_pdf, typeset
from tests.shared_data import require

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = {"texts": 1.02, "PDFs": 1.1}
IN_PROCESS = """
from tracker.capture.read.extract import naming
from tracker.capture.serve import parse
from tracker.workflows.importing import add
def read(data, name):
    with naming(name):
        return parse(data, name)
add.extract = read
"""
"""Has the parsers called in the process of the command, as the release before did."""

START = "import sys\nsys.argv[0] = 'tracker'\n{}\nfrom tracker.cli.main import main\nmain()"
_VERSIONS = (
    "SELECT text, raw, spans, extractor, media_type FROM versions"
    " JOIN snapshots ON snapshots.id = snapshot ORDER BY source"
)


@dataclass(frozen=True, slots=True)
class Run:
    processor: float
    wall: float
    digest: str
    """Of all that was read."""


def import_once(files: Path, change: str) -> Run:
    """Import a folder into a new archive."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        words = ("import", str(files), "--body", "UNGA", "--pattern", "{country}/{session}_{any}")
        _run(folder, "", ("init",))
        started = time.perf_counter()
        processor = _run(folder, change, words)
        return Run(processor, time.perf_counter() - started, digest_versions(folder))


def _run(folder: Path, change: str, words: Sequence[str]) -> float:
    command = [sys.executable, "-c", START.format(change), *words]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def digest_versions(folder: Path) -> str:
    """Return a digest of every version as it was kept."""
    with closing(sqlite3.connect(folder / "snapshots" / "tracker.db")) as record:
        rows = record.execute(_VERSIONS).fetchall()
    return sha256(repr(rows).encode()).hexdigest()


def copy_texts(folder: Path, number: int) -> Path:
    """Link so many speeches of the corpus, chosen evenly, below a folder."""
    every = sorted(require("ungdc").glob("*/*.txt"))
    for path in every[:: max(1, len(every) // number)][:number]:
        place = folder / path.parent.name / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    return folder


def make_pdfs(folder: Path, number: int) -> Path:
    """Set so many speeches of the corpus as PDF, with a head and a page number on each page."""
    every = sorted(require("ungdc").glob("*/*.txt"))
    for path in every[:: max(1, len(every) // number)][:number]:
        text = path.read_text("utf-8", "replace").encode("cp1252", "replace").decode("cp1252")
        paragraphs = [part for part in text.split("\n") if part.strip()]
        place = folder / path.parent.name / f"{path.stem}.pdf"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(build_pdf(typeset(paragraphs, head="A/XAA/PV.11")))
    return folder


def compare(files: Path, rounds: int) -> tuple[Run, Run]:
    """Import a folder both ways, in turn, and return the quickest of each."""
    ways: tuple[list[Run], list[Run]] = ([], [])
    for _ in range(rounds):
        for runs, change in zip(ways, (IN_PROCESS, ""), strict=True):
            runs.append(import_once(files, change))
    here, apart = (min(runs, key=lambda run: run.processor) for runs in ways)
    if here.digest != apart.digest:
        raise SystemExit(f"{files}: not the same versions")
    return here, apart


def main() -> None:
    """Print both, and exit 1 where reading apart costs more than it may."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=int, default=2208)
    parser.add_argument("--pdfs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    is_dear = False
    for kind, make, number in (("texts", copy_texts, options.texts), ("PDFs", make_pdfs, options.pdfs)):
        with TemporaryDirectory() as name:
            here, apart = compare(make(Path(name), number), options.rounds)
        ratio = apart.processor / here.processor
        is_dear |= ratio > MOST[kind]
        print(
            f"{number} {kind}: {apart.processor:.2f} s of processors, in process {here.processor:.2f}:"
            f" {ratio:.3f} times, at most {MOST[kind]};"
            f" {apart.wall:.1f} s by the clock, in process {here.wall:.1f}"
        )
    sys.exit(is_dear)


if __name__ == "__main__":
    main()
