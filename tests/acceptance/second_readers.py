"""Second readers that answer as a careful reader or at random, and what claims come of it.

Run as ``python -m tests.acceptance.second_readers`` (two minutes of a core). One reader of each coded pair
answers its open rows, and what is claimed with these answers is judged by the other reader alone; then the
other way round.
The answers are those of readers, not of any model: no large one could be run where this was made.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.benchmarks.make_coded import find_speech
from tracker.archive import ArchiveSession, create_archive
from tracker.coding.agreement import Found, compare_alone, find_texts, measure
from tracker.coding.coded_pairs import ABSENT, load_digests
from tracker.comparing.decisions.opinions import CLASSES
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.exchange.folder_import import FolderSaid, import_folder
from tracker.files import temporary_folder
from tracker.model.decisions import Answer
from tracker.report.answers.measured import render_measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tracker.coding.agreement import Answers

    Answering = Callable[[Found, str, str], str]
    """Gives the level of a topic on a side."""


PATTERN = "{country}/{session}_{year}.txt"


def load_found(archive: ArchiveSession) -> list[Found]:
    """Return the coded pairs, compared by the program alone."""
    there, lacking = find_texts(archive)
    assert not lacking, lacking
    return [compare_alone(*each, archive, load_vocabulary()) for each in there]


def answer_open(found: Iterable[Found], give: Answering) -> Answers:
    """Return answers to all open rows."""
    return {
        (str(each.open.old), str(each.open.new)): {
            (row.change.topic, side): Answer(row.change.topic, side, give(each, row.change.topic, side))
            for row in each.open.topics
            for side in ("old", "new")
        }
        for each in found
    }


def as_reader(number: int) -> Answering:
    """Answer as one of the two readers coded."""

    def give(found: Found, topic: str, side: str) -> str:
        codes = list(found.pair.readers.values())[number]
        return codes[side == "new"].get(topic, (ABSENT,))[0]

    return give


def at_random(chance: Random) -> Answering:
    """Answer any level."""
    return lambda _found, _topic, _side: chance.choice(list(CLASSES))


def judge_by(found: Iterable[Found], number: int) -> list[Found]:
    """Return the pairs as one of their readers coded them, and nobody else."""
    return [
        each._replace(pair=replace(each.pair, readers=dict([list(each.pair.readers.items())[number]])))
        for each in found
    ]


def fill_archive(folder: Path) -> None:
    """Make an archive of the coded texts."""
    create_archive(folder)
    speeches = folder.parent / "speeches"
    for country, session in load_digests():
        path = find_speech(country, session)
        place = speeches / country / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    import_folder(speeches, FolderSaid(body="UNGA", pattern=PATTERN), folder, "2026-11-30T10:00:00Z")


def main() -> None:
    """Print what is measured of each kind of second reader."""
    with temporary_folder("second-readers") as folder:
        fill_archive(folder / "snapshots")
        with ArchiveSession(folder / "snapshots") as archive:
            found = load_found(archive)
            for name, give, by in (
                ("reader A, judged by B", as_reader(0), 1),
                ("reader B, judged by A", as_reader(1), 0),
                ("at random", at_random(Random(1)), 1),  # noqa: S311 (the same each time)
            ):
                judged = judge_by(found, by)
                result = measure(name, judged, answer_open(found, give), (), archive, load_vocabulary())
                print(render_measured(result, width=100))


if __name__ == "__main__":
    main()
