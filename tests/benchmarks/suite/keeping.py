"""What the archive does with statements: it imports, keeps, publishes and verifies them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import count, zip_longest
from typing import TYPE_CHECKING, Final

from tests.benchmarks.suite import peers
from tests.benchmarks.suite.ground import PYTHON, TRACKER, Job, begin, run_alone
from tests.benchmarks.suite.table import Bound, Line
from tests.measuring import MEGABYTE, run_command
from tests.repositories import Made, make_repository, run_git
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.benchmarks.suite.ground import Ground

FULL: Final = 1000
"""Statements from which the start of a process and the empty tables of a record weigh nothing."""
IN_PROCESS: Final = """
import sys
sys.argv[0] = "tracker"
from tracker.capture.read.extract import naming
from tracker.capture.serve import parse
from tracker.cli.main import main
from tracker.exchange import add
def read(data, name):
    with naming(name):
        return parse(data, name)
add.extract = read
main()
"""
"""Has the parsers called in the process of the command."""
_VERSIONS: Final = (
    "SELECT text, raw, spans, extractor, media_type FROM versions"
    " JOIN snapshots ON snapshots.id = snapshot ORDER BY source"
)


def import_(ground: Ground) -> Iterator[Line]:
    """Import of plain texts, beside a tool that keeps bytes and digest alone, and the parts of the work.

    It has one processor, where no other process reads for it, and for what these save all that there are.
    """
    for size in ground.sizes:
        corpus, bare, job = ground.corpus(size), ground.folder / "bare.db", ground.importing(size)
        one = replace(job, command=("taskset", "--cpu-list", str(min(os.sched_getaffinity(0))), *job.command))
        columns = ("-c", "path:path", "-c", "sha256:sha256", "-c", "content:content", "--pk", "path")
        insert = (peers.find(peers.SQLITE_UTILS), "insert-files", str(bare), "files", str(corpus), *columns)
        shared, ours, theirs, deflated, cut = ground.take_turns(
            job,
            one,
            Job((*insert, "--silent"), ground.folder, before=partial(bare.unlink, missing_ok=True)),
            run_alone("deflate", corpus),
            run_alone("cut", corpus),
        )
        ground.made.add(job.folder)
        (again,) = ground.take_turns(Job(job.command, job.folder))
        peer = "sqlite-utils insert-files"
        yield Line("import", ours.processor, "s", peer, theirs.processor, kept=size)
        yield Line(
            "import", ours.processor, "s", "digesting and deflating alone", float(deflated.said), kept=size
        )
        yield Line("import", ours.processor, "s", "cleaning and cutting alone", float(cut.said), kept=size)
        yield Line("import, nothing new", again.processor, "s", "import", ours.processor, kept=size)
        if size >= FULL:
            rate = _measure(corpus) / ours.processor
            yield Line(
                "import, for each second of processor", rate, "MB/s", bound=Bound(3.5, least=True), kept=size
            )
        yield Line("import, memory", ours.megabytes, "MB", peer, theirs.megabytes, kept=size)
        yield Line("import, memory", shared.megabytes, "MB", bound=Bound(300), kept=size)
        yield Line("import, processors beside one", ours.seconds / shared.seconds, "times", kept=size)
    yield from _read_apart(ground)


def _read_apart(ground: Ground) -> Iterator[Line]:
    """What it costs that documents are read in a process without rights, beside reading them in ours."""
    texts = ground.corpus(min(ground.sizes[-1], 1000))
    folder = ground.folder / "apart"
    pdfs, few = ground.folder / "PDFs", ground.corpus(min(ground.sizes[-1], 100))
    run_command((PYTHON, "-m", "tests.benchmarks.suite.pdfs", str(few), str(pdfs)), ROOT)
    for kind, files in (("texts", texts), ("PDFs", pdfs)):
        words = ("import", str(files), "--body", "UNGA", "--pattern", "{country}/{session}_{any}")
        folders = [folder / kind / each for each in ("apart", "here")]
        apart, here = ground.take_turns(
            Job((TRACKER, *words), folders[0], before=partial(begin, folders[0])),
            Job((PYTHON, "-c", IN_PROCESS, *words), folders[1], before=partial(begin, folders[1])),
        )
        if not _are_same(*folders):
            raise SystemExit(f"{kind} that are read apart are not the same versions")
        yield Line(f"import of {kind}, read apart", apart.processor, "s", "read in process", here.processor)


def _are_same(one: Path, other: Path) -> bool:
    """Compare the versions of two archives, one at a time: this process is to stay small."""
    records = [sqlite3.connect(folder / "snapshots" / "tracker.db") for folder in (one, other)]
    with closing(records[0]), closing(records[1]):
        rows = zip_longest(*(record.execute(_VERSIONS) for record in records))
        return all(here == there for here, there in rows)


def size(ground: Ground) -> Iterator[Line]:
    """The bytes of a record, beside the texts and what xz makes of them."""
    for each in ground.sizes:
        corpus, packed = ground.corpus(each), ground.folder / f"{each}.tar"
        with tarfile.open(packed, "w") as tar:
            tar.add(corpus, "speeches")
        run_command(("xz", "--keep", "--threads=1", str(packed)), ground.folder)
        record = _measure(ground.record(each) / "snapshots" / "tracker.db")
        bound = Bound(2.6) if each >= FULL else None
        yield Line("record", record, "MB", "texts", _measure(corpus), bound, each)
        yield Line("record", record, "MB", "tar, xz", _measure(packed.with_suffix(".tar.xz")), kept=each)
        packed.unlink()


def _measure(place: Path) -> float:
    """Return the megabytes of a file, or of those below a folder."""
    files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files) / MEGABYTE


def mirror(ground: Ground) -> Iterator[Line]:
    """The first writing beside git alone, verification, and a statement more with a mirror and without."""
    for size in ground.sizes:
        alone, folder = ground.copy(size, "without a mirror"), ground.copy(size, "with a mirror")
        stream, bare = folder / "stream", folder / "bare.git"
        mirrored = folder / "snapshots" / "mirror.git"
        update = (TRACKER, "mirror", "update")
        run_command(update, folder)
        with stream.open("wb") as out:
            subprocess.run(("git", "-C", mirrored, "fast-export", "--all"), stdout=out, check=True)
        ours, theirs = ground.take_turns(
            Job(update, folder, before=partial(shutil.rmtree, mirrored)),
            Job(
                ("git", "-C", str(bare), "fast-import", "--quiet"),
                folder,
                before=partial(_make_bare, bare),
                stdin=stream,
            ),
        )
        yield Line("mirror, first", ours.processor, "s", "git fast-import", theirs.processor, kept=size)
        yield Line("mirror", _measure(mirrored), "MB", "texts", _measure(ground.corpus(size)), kept=size)
        verified, digested = ground.take_turns(
            Job((TRACKER, "verify"), folder), run_alone("digest", folder / "snapshots")
        )
        yield Line("verify", verified.processor, "s", "SHA-256 alone", float(digested.said), kept=size)
        yield Line("verify, memory", verified.megabytes, "MB", kept=size)
        added, beside = ground.take_turns(_add_one(alone), _add_one(folder))
        yield Line("add a statement", added.processor, "s", kept=size)
        yield Line(
            "add a statement, mirrored", beside.processor, "s", "add a statement", added.processor, kept=size
        )
        shutil.rmtree(alone)
        shutil.rmtree(folder)


def _make_bare(repository: Path) -> None:
    shutil.rmtree(repository, ignore_errors=True)
    run_git(repository.parent, "init", "--quiet", "--bare", repository.name)


def _add_one(folder: Path) -> Job:
    numbers, file = count(1), folder / "statement.txt"

    def write() -> None:
        file.write_text(f"We support the fund for rivers with {next(numbers)} million euros.\n" * 9, "utf-8")

    return Job((TRACKER, "add", str(file), "--as", "XAA/UNGA/79"), folder, before=write)


def history(ground: Ground) -> Iterator[Line]:
    """Import of a git history, beside git that prints each difference of it and keeps nothing."""
    revisions = 100 if ground.is_quick else 2000
    folder = ground.folder / "history"
    folder.mkdir()
    make_repository(folder / "repo", _make_up(revisions))
    log = ("git", "-C", "repo", "log", "-p", "--follow", "main", "--", "statement.txt")
    command = (TRACKER, "import", "repo", "--path", "statement.txt", "--as", "XAA/CCPCJ/31")
    ours, theirs = ground.take_turns(Job(command, folder, before=partial(begin, folder)), Job(log, folder))
    yield Line(
        f"import, {revisions:,} revisions", ours.processor, "s", "git log -p --follow", theirs.processor
    )


def _make_up(revisions: int) -> Iterator[Made]:
    """Yield the commits of one text of some 1,300 words, of which each changes a sentence."""
    text = [
        f"In chapter {number} we urge all States to protect their rivers, to report on what they have done"
        f" with measure {number}, and to share what they have learned with others."
        for number in range(60)
    ]
    for number in range(revisions):
        text[number * 7 % len(text)] = (
            f"Since revision {number} my country asks that the fund get {number + 5} million euros by 2030."
        )
        yield Made(f"Revision {number}", {"statement.txt": "\n\n".join(text) + "\n"})
