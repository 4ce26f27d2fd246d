"""Commands in any order, over kept answers or none: each says what a process says that has nothing kept.

A process that has read, decided and shown before has caches, and an archive has answers that are kept.
Neither may change what is answered: so each answer is compared with that of a process that begins anew, about
a copy of the archive without what was computed.
"""

from __future__ import annotations

import functools
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tests.archives import declare, record
from tests.conftest import run_apart, run_tracker
from tests.whole_pages import show, show_all
from tracker.archive import ArchiveSession, create_archive, open_store
from tracker.comparing.decisions.opinions import CLASSES, Measured
from tracker.follow.workers import start_processes
from tracker.model.decisions import Answer, Request, SecondReader
from tracker.record.derived.answers import DERIVED_NAME
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.running import Ran

COUNTRIES: Final = ("XAA", "XBB")
SESSIONS: Final = ("31", "32", "33")
_SUBJECTS: Final = (
    "We will finance sustainable development goals; the World Bank and the IMF must lend on fair terms.",
    "Climate change and food security belong together; sea level rise threatens our islands.",
    "Trafficking in persons and drug trafficking must end, and so must the arms trade.",
    "The rule of law and human rights are our first priority.",
    "We must stop the spread of nuclear weapons and of small arms and light weapons.",
    "Freedom of religion or belief and freedom of expression are under threat.",
    "Reform of the Security Council and of the international financial architecture is overdue.",
    "We will fight corruption and cybercrime, and we call on all to ratify the treaty on cybercrime.",
    "Women, peace and security is an agenda that we will carry on.",
)
"""Sentences with terms of several topics that cross, or of which one holds the other."""
_READER: Final = SecondReader("made-up model", "0" * 64)
_NOW: Final = "2026-11-30T10:00:00Z"
TOPICS: Final = ("corruption", "climate-change", "rule-of-law", "un-reform", "human-trafficking")
LEVELS: Final = ("absent", "mentioned", "substantive", "declared")

Question = tuple[str, ...]
"""``page`` and its path, ``desk`` and two statements, ``judge`` and the words of a sheet, or a command."""


def make_archive(folder: Path) -> None:
    """Make an archive of some countries at neighbouring sessions, each with a part of the subjects."""
    create_archive(folder / "snapshots")
    with open_store(folder / "snapshots") as store:
        for number, country in enumerate(COUNTRIES):
            for at, session in enumerate(SESSIONS):
                said = [_SUBJECTS[(3 * number + 2 * at + each) % len(_SUBJECTS)] for each in range(5)]
                text = "\n\n".join(("Mr. President,", *said))
                record(store, declare(f"{country}/CCPCJ/{session}~prepared.en"), text)


def list_questions() -> list[Question]:
    """Return all that is asked: of each command that reads comparisons, each kind of page, and the desk."""
    neighbours = ("31", "32"), ("32", "33")
    pairs = [(f"{country}/CCPCJ", *both) for country in COUNTRIES for both in neighbours]
    names = [f"{country}/CCPCJ" for country in COUNTRIES]
    return [
        *(("diff", *pair, "--format", "json") for pair in pairs),
        *(("judge", *pair) for pair in pairs),
        ("judge", "CCPCJ", "32", "33"),
        ("judge", "CCPCJ", "32", "33", "--all"),
        *(("desk", f"{name}/{old}", f"{name}/{new}") for name, old, new in pairs),
        *(("priorities", f"{name}/33", "--format", "json") for name in names),
        *(("timeline", name, "--format", "json") for name in names),
        ("timeline", "CCPCJ", "33", "--format", "json"),
        ("decisions", "--format", "json"),
        *(("page", path) for path in list_paths()),
    ]


def list_paths() -> list[str]:
    """Return the path of a page of each kind that tells of statements."""
    country = COUNTRIES[0]
    return [
        "index.html",
        "bodies/CCPCJ.html",
        f"countries/{country}.html",
        "sessions/CCPCJ/33.html",
        f"series/{country}/CCPCJ.html",
        f"statements/{country}/CCPCJ/33.html",
        f"compare/{country}/CCPCJ/32..33.html",
        "topics.html",
        "topics/corruption.html",
        "feeds/all.json",
        f"data/series/{country}/CCPCJ.json",
        "data/sessions/CCPCJ/33.json",
    ]


def ask(folder: Path, question: Question, run: Callable[..., Ran] = run_tracker) -> object:
    """Return what is answered here, in a process that has done other things before; a command by ``run``."""
    if is_shown(question):
        return show(folder / "snapshots", question)
    if question[0] == "judge":
        sheet = folder / "asked.csv"
        sheet.unlink(missing_ok=True)
        ran = run(folder, *question, "--to", sheet.name)
        assert ran.code == 0, ran
        return sheet.read_text("utf-8")
    ran = run(folder, *question)
    assert ran.code in {0, 1}, ran
    return ran.out


def is_shown(question: Question) -> bool:
    """Tell whether pages or the desk are asked, and not a command."""
    return question[0] in {"page", "desk"}


def ask_anew(folder: Path, questions: Sequence[Question]) -> dict[Question, object]:
    """Return what a process answers that begins anew, of a copy of the archive that has nothing kept."""
    with TemporaryDirectory() as scratch:
        place = Path(scratch)
        _copy_record(folder, place)
        found: dict[Question, object] = {
            each: ask(place, each, run_apart) for each in questions if not is_shown(each)
        }
        shown = [each for each in questions if is_shown(each)]
        if shown:
            forget(place)
            with start_processes(1) as workers:
                found |= workers.submit(show_all, place / "snapshots", shown).result()
        return found


def _copy_record(folder: Path, place: Path) -> None:
    (place / "snapshots").mkdir(mode=0o700)
    for path in (folder / "snapshots").glob("tracker.db*"):
        shutil.copy2(path, place / "snapshots")


# What changes the archive ------------------------------------------------------------------------------


def judge_level(folder: Path, statement: str, topic: str, level: str, person: str) -> None:
    """Have a person decide on a topic of a statement."""
    ran = run_tracker(folder, "judge", statement, "--topic", topic, "--level", level, "--by", person)
    assert ran.code == 0, ran


def answer_as_model(folder: Path, country: str, topic: str, levels: tuple[str, str]) -> None:
    """Have a model that was measured, and answers as careful readers do, answer about a pair."""
    with ArchiveSession(folder / "snapshots") as archive:
        old, new = (
            archive.reader.resolve(parse_reference(f"{country}/CCPCJ/{session}")) for session in ("32", "33")
        )
    before, after = levels
    answers = Answer(topic, "old", before, (), "mentioned"), Answer(topic, "new", after, (), "mentioned")
    request = Request(_READER, old, new, "1" * 64, _NOW, 1.0, 1, 9, 9, 0, "", answers)
    exact = [Measured("GBR", supposed, level, level, 40.0) for level in CLASSES for supposed in CLASSES]
    with open_store(folder / "snapshots", "judge") as store:
        store.keep_answers([request])
        store.keep_measured(_READER, exact, _NOW)


_CACHED: Final = ("comparing", "text", "diff", "coding", "follow", "report", "references", "publish")


def begin_anew() -> None:
    """Have this process forget what it has read and made, but for the encoder, which takes seconds."""
    for name, module in tuple(sys.modules.items()):
        if name.startswith(tuple(f"tracker.{room}." for room in _CACHED)) and name != "tracker.text.encoder":
            for each in vars(module).values():
                if isinstance(each, functools._lru_cache_wrapper):  # noqa: SLF001 (it has no other name)
                    each.cache_clear()


def forget(folder: Path) -> None:
    """Remove what is kept, as anybody may at any time."""
    for path in (folder / "snapshots").glob(f"{DERIVED_NAME}*"):
        path.unlink()
