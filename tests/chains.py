"""Chains of commands at random, against a model of what must still be there after each of them.

Correct commands can be wrong together: so a chain takes backups, puts them back, lets nights pass, judges,
repairs, withdraws, destroys and pushes, in any order, and does what the commands print when they refuse. What
a command said it had done must be found once all advice was followed, and nothing that was destroyed may come
back.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

from tests.archives import OBSERVED, declare
from tests.damage import alter_unseen
from tests.nights import accept_all, make_archive, source, write_speech
from tests.repositories import run_git
from tests.rights import WHY
from tracker.archive import open_store
from tracker.capture.web.pacing import Clock
from tracker.errors import HistoriesApart, TrackerError
from tracker.preservation.mirror.touched import is_touched
from tracker.text.reading import read_text
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

    Tracker = Callable[..., Ran]

_ADVICE = re.compile(
    r"tracker (mirror update|verify --repair|withdraw \S+ --destroy|rebuild \S+ --archive from-mirror)"
)
_EDITED = re.compile(
    r"that no command makes|another program (?:has )?changed|to a run that is over|no act on record"
)
_APART = "they diverged"
_MOST_ADVICE = 8
_SOURCES = ("a", "b")


@dataclass(frozen=True, slots=True)
class Held:
    """What a copy of the archive holds: digests of documents, and names of decisions, checks and acts."""

    documents: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    def __or__(self, other: Held) -> Held:
        return Held(self.documents | other.documents, self.others | other.others)

    def __and__(self, other: Held) -> Held:
        return Held(self.documents & other.documents, self.others & other.others)

    def __sub__(self, other: Held) -> Held:
        return Held(self.documents - other.documents, self.others - other.others)


@dataclass(slots=True)
class World:
    """An archive, the model of what it must hold, and what was done up to now."""

    place: Path
    tracker: Tracker
    site: Site
    chance: Random
    required: Held = field(default_factory=Held)
    destroyed: dict[str, str] = field(default_factory=dict)
    """The digests of documents, with the act by which each was destroyed."""
    judged: dict[str, str] = field(default_factory=dict)
    """Of which statement a decision is, which loses its note with that."""
    words: dict[str, str] = field(default_factory=dict)
    """A word that is in no other document, by the digest of the one."""
    done: list[str] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)
    number: int = 0
    is_damaged: bool = False
    """Whether a row was ever changed: if not, none may be called an edit."""
    is_killed: bool = False
    """Whether a command was killed: a backup may have a run then that the mirror never had."""

    @property
    def folder(self) -> Path:
        """The archive's."""
        return self.place / "snapshots"

    def next(self) -> int:
        """Return a number that was not there before."""
        self.number += 1
        return self.number

    def require(self, documents: set[str], *others: str) -> None:
        """Note what a command has said that it did."""
        self.required |= Held(frozenset(documents), frozenset(others))

    def run(self, *arguments: str) -> Ran:
        """Run a command, which may refuse, and must neither end in a traceback nor be at a loss."""
        ran = self.tracker(*arguments)
        self.done.append(f"{' '.join(map(str, arguments))} -> {ran.code} {ran.err.strip()[:300]}")
        assert ran.code in {0, 1, 2}, self.tell()
        said = " ".join(f"{ran.out}\n{ran.err}".split())
        assert self.is_damaged or not _EDITED.search(said), f"{self.tell()}\n{said}"
        self.check_joined(said)
        assert self.is_damaged or not self.is_touched(), self.tell()
        return ran

    def is_touched(self) -> bool:
        """Tell whether who reads the archive is told that another program has changed it."""
        with closing(sqlite3.connect(self.folder / "tracker.db")) as connection:
            return is_touched(connection)

    def check_joined(self, said: str) -> None:
        """Assert that record and mirror have not diverged, as far as no command was killed."""
        assert self.is_killed or _APART not in said, f"{self.tell()}\n{said}"

    def tell(self) -> str:
        """Return what was done, for whoever looks into a failure."""
        return "\n".join(self.done)


def begin(place: Path, tracker: Tracker, site: Site, seed: int) -> World:
    """Make an archive with a mirror, two sources and a first night."""
    watched = "".join(
        source(name, f"XAA/UNGA/{number}~prepared.en", site.url(f"/{name}"))
        for number, name in enumerate(_SOURCES, 70)
    )
    make_archive(place / "snapshots", watched, site.port)
    world = World(place, tracker, site, Random(seed))  # noqa: S311 (which commands follow)
    world.run("mirror", "update")
    for name in _SOURCES:
        _say(world, name)
    night(world)
    return world


# What is done ------------------------------------------------------------------------------------------


def add(world: World) -> None:
    """Record a document: of a new statement, or as the next snapshot of another."""
    number = world.next()
    word, text = _write(number)
    (world.place / f"{number}.txt").write_text(text, encoding="utf-8")
    session = world.chance.choice((f"{number + 100}", "101", "102"))
    ran = world.run("add", f"{number}.txt", "--as", f"XAA/HRC/{session}", "--kind", "prepared")
    if is_recorded(ran):
        world.words[_digest(text)] = word
        world.require({_digest(text)})


def night(world: World) -> None:
    """Let a night pass, before which a page may have changed."""
    for name in _SOURCES:
        if world.chance.random() < 0.6:
            _say(world, name)
    instant = datetime(2026, 3, 1, 2, 30, tzinfo=UTC) + timedelta(days=world.next())
    clock = Clock(lambda: instant, lambda: 0.0, lambda _seconds: None)
    try:
        made = snapshot(world.folder, (), accept_all, clock=clock)
    except HistoriesApart as error:
        world.done.append(f"night of {instant:%Y-%m-%d}: {error}")
        world.check_joined(str(error))
        return
    told = [f"{check.source} {check.outcome}" for check in made.checks]
    world.done.append(f"night of {instant:%Y-%m-%d}: {told} {made.unmirrored[:200]}")
    recorded = {str(check.sha256) for check in made.checks if check.outcome in {"new", "changed"}}
    world.require(recorded, *(f"check {check.source} {check.observed}" for check in made.checks))


def judge(world: World) -> None:
    """Overrule a topic of a statement that can be read."""
    note = f"note {world.next()}"
    topic = ("--topic", "corruption", "--level", "mentioned", "--by", "Ana", "--note", note)
    named = world.chance.choice(("XAA/HRC/101", "XAA/HRC/102", "XAA/UNGA/70"))
    world.judged[f"decision {note}"] = named
    if is_recorded(world.run("judge", named, *topic)):
        world.require(set(), f"decision {note}")


def back_up(world: World) -> None:
    """Take a backup."""
    path = world.place / f"backup-{world.next()}.db"
    if world.run("backup", path.name).code == 0:
        world.backups.append(path)


def put_back(world: World) -> None:
    """Put a backup in the place of the record: what nothing else holds is lost, and nothing more."""
    if not world.backups:
        return
    path = world.chance.choice(world.backups)
    world.done.append(f"put back {path.name}")
    for ending in ("", "-wal", "-shm"):
        (world.folder / f"tracker.db{ending}").unlink(missing_ok=True)
    shutil.copy(path, world.folder / "tracker.db")
    world.required &= hold(world.folder) | hold_mirror(world.folder / "mirror.git")


def damage(world: World) -> None:
    """Change a row as a disk would."""
    world.done.append("a row is damaged")
    world.is_damaged = True
    alter_unseen(
        world.folder, "UPDATE versions SET words = words + 1 WHERE id = (SELECT max(id) FROM versions)"
    )


def reread(world: World) -> None:
    """Record a text as an older release read it, and read all texts again."""
    number = world.next()
    word, text = _write(number)
    with suppress(TrackerError), open_store(world.folder, "add") as store:
        version = read_text(text, extractor="text 0.1 utf-8", media_type="text/plain", language="en")
        declared = declare(f"XAA/HRC/{number + 100}~prepared.en")
        store.record(declared, text.encode(), version, OBSERVED, raw=text, source=None)
        world.words[_digest(text)] = word
        world.require({_digest(text)})
    world.run("reextract")


def declare_more(world: World) -> None:
    """Declare of a statement what had been open, or otherwise."""
    number = world.next()
    (world.place / f"{number}.txt").write_text(_write(number)[1], encoding="utf-8")
    more = world.chance.choice((("--title", f"Title {number}"), ("--kind", "prepared"), ("--language", "en")))
    world.run("add", f"{number}.txt", "--as", "XAA/HRC/103", *more)


def withdraw(world: World) -> None:
    """Withdraw a statement, or open it again."""
    more = world.chance.choice(((), ("--lift",)))
    world.run("withdraw", world.chance.choice(("XAA/HRC/101", "XAA/UNGA/71")), *WHY, *more)


def destroy(world: World) -> None:
    """Destroy a statement."""
    named = _choose_statement(world)
    if named is None:
        return
    concerned = _list_documents(world.folder, named)
    ran = world.run("withdraw", named, *WHY, "--destroy", "--yes")
    # Where another program changed a row, which is told, it was destroyed all the same.
    if ran.code == 0 or _EDITED.search(ran.err):
        _note_destroyed(world, named, concerned)


def _note_destroyed(world: World, named: str, concerned: set[str]) -> None:
    """Note what was destroyed by the latest act, whose own row must stay, and what goes with it."""
    act = _query(world.folder, f"{_ACTS} ORDER BY id DESC LIMIT 1")[0]
    world.destroyed |= dict.fromkeys(concerned, act)
    quoting = {note for note, judged in world.judged.items() if judged == named}
    world.required -= Held(frozenset(concerned), frozenset(quoting))
    world.require(set(), act)


def repair(world: World) -> None:
    """Repair, needed or not."""
    follow_some(world, world.run("verify", "--repair"))


def verify(world: World) -> None:
    """Verify, and do what it says."""
    follow_some(world, world.run("verify"))


def update(world: World) -> None:
    """Bring the mirror up to date."""
    follow_some(world, world.run("mirror", "update"))


def push(world: World) -> None:
    """Push to a copy, by force where that is what is said."""
    copy = world.place / "copy.git"
    if not copy.exists():
        run_git(world.place, "init", "--quiet", "--bare", "--initial-branch=main", "copy.git")
    ran = world.run("mirror", "push", "copy.git", "--private")
    if ran.code and "--force" in ran.err:
        world.run("mirror", "push", "copy.git", "--private", "--force")
    else:
        follow_some(world, ran)


def begin_mirror_anew(world: World) -> None:
    """Lose the mirror, where a pushed copy holds all that is required of it."""
    copy = world.place / "copy.git"
    kept = hold_mirror(copy) | hold(world.folder)
    if copy.exists() and not _lacks(world.required, kept):
        world.done.append("the mirror is lost")
        shutil.rmtree(world.folder / "mirror.git")
        if world.run("mirror", "update").code:
            world.run("mirror", "update", "--new-history")
        push_whole(world)


def rebuild(world: World) -> None:
    """Make the record again from the mirror, elsewhere, which must hold what the mirror does."""
    if world.run("mirror", "update").code:
        return
    other = world.place / f"rebuilt-{world.next()}"
    assert world.run("rebuild", "snapshots/mirror.git", "--archive", str(other)).code == 0, world.tell()
    assert not _lacks(hold(world.folder), hold(other)), world.tell()


def kill(world: World) -> None:
    """Kill a command at some moment: nothing was acknowledged, and nothing acknowledged before may go."""
    number = world.next()
    word, text = _write(number)
    (world.place / f"{number}.txt").write_text(text, encoding="utf-8")
    world.words[_digest(text)] = word
    commands = [
        ["add", f"{number}.txt", "--as", f"XAA/HRC/{number + 100}", "--kind", "prepared"],
        ["verify", "--repair"],
        ["mirror", "update"],
    ]
    named = _choose_statement(world)
    if named:
        commands.append(["withdraw", named, *WHY, "--destroy", "--yes"])
    command = world.chance.choice(commands)
    concerned = _list_documents(world.folder, named) if named and "--destroy" in command else set()
    world.is_killed = True
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", *command],
        cwd=world.place, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(world.chance.uniform(0.3, 2.5))
    os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
    world.done.append(f"killed {' '.join(command)}, which came to {process.wait()}")
    if named and concerned and not hold(world.folder).documents & concerned:
        _note_destroyed(world, named, concerned)


ACTS: tuple[tuple[Callable[[World], None], int], ...] = (
    (add, 5), (night, 5), (judge, 2), (back_up, 4), (put_back, 5), (damage, 2), (withdraw, 1), (destroy, 2),
    (reread, 2), (declare_more, 2),
    (repair, 2), (verify, 3), (update, 2), (push, 2), (begin_mirror_anew, 1), (rebuild, 1),
)  # fmt: skip


# Advice ------------------------------------------------------------------------------------------------


def read_advice(ran: Ran) -> list[str]:
    """Return the commands that were printed as what to do, without the program's name."""
    said = " ".join(f"{ran.out}\n{ran.err}".split())
    return _ADVICE.findall(said)


def follow_some(world: World, ran: Ran) -> None:
    """Follow a piece of what was printed, or nothing of it."""
    advice = read_advice(ran)
    if advice and world.chance.random() < 0.5:
        _follow(world, world.chance.choice(advice))


def follow_all(world: World) -> None:
    """Do as verify says until it finds no fault."""
    for _ in range(_MOST_ADVICE):
        ran = world.run("verify")
        if ran.code == 0 and "pending" not in ran.out:
            return
        advice = read_advice(ran)
        assert advice, f"{world.tell()}\n{ran.out}"
        _follow(world, advice[0])
    raise AssertionError(f"{world.tell()}\n{ran.out}")


def push_whole(world: World) -> None:
    """Push, and do as is said where that is refused."""
    for more in ((), (), ("--force",)):
        ran = world.run("mirror", "push", "copy.git", "--private", *more)
        if ran.code == 0:
            return
        for command in read_advice(ran)[:1]:
            _follow(world, command)
    raise AssertionError(world.tell())


def _follow(world: World, command: str) -> None:
    more = (*WHY, "--yes") if command.startswith("withdraw") else ()
    ran = world.run(*command.split(), *more)
    if command.startswith("rebuild") and ran.code == 0:
        _choose_rebuilt(world)


def _choose_rebuilt(world: World) -> None:
    """Take the archive that was made of a mirror for the one there was, whose watch list it keeps."""
    world.done.append("the archive of the mirror is chosen")
    other = world.place / "from-mirror"
    shutil.copy(world.folder / "watch.toml", other)
    (other / "watch.received.toml").unlink(missing_ok=True)
    world.folder.rename(world.place / f"aside-{world.next()}")
    other.rename(world.folder)
    world.run("mirror", "update")


# What is held ------------------------------------------------------------------------------------------

_ACTS = "SELECT 'act ' || act || ' ' || reference || ' ' || decided FROM withdrawals"
_OTHERS = (
    _ACTS,
    "SELECT 'decision ' || note FROM decisions WHERE note IS NOT NULL",
    "SELECT 'check ' || source || ' ' || observed FROM outcomes",
    (
        "SELECT 'check ' || source || ' ' || repeats.observed"
        " FROM repeats JOIN outcomes ON outcomes.id = repeats.outcome"
    ),
)


def hold(folder: Path) -> Held:
    """Return what a record holds."""
    try:
        with closing(sqlite3.connect(f"file:{folder / 'tracker.db'}?mode=ro", uri=True)) as connection:
            documents = connection.execute("SELECT sha256 FROM documents WHERE bytes IS NOT NULL").fetchall()
            others = [row for query in _OTHERS for row in connection.execute(query)]
    except sqlite3.OperationalError:
        return Held()
    return Held(frozenset(name for (name,) in documents), frozenset(name for (name,) in others))


def hold_mirror(mirror: Path) -> Held:
    """Return what a mirror holds at the tip of its branch."""
    if not (mirror / "refs").exists() or not run_git(mirror, "for-each-ref", "refs/heads/main"):
        return Held()
    other = mirror.parent / ".looked-at"
    shutil.rmtree(other, ignore_errors=True)
    from tracker.preservation.mirror.rebuild import rebuild_record  # noqa: PLC0415 (beside what is asked of git itself)

    try:
        rebuild_record(mirror, other)
    except TrackerError:
        return Held()
    held = hold(other)
    shutil.rmtree(other)
    return held


def check(world: World) -> None:
    """Assert that all which is required is there, and that nothing of what was destroyed is."""
    follow_all(world)
    if (world.place / "copy.git").exists():
        push_whole(world)
    quoting = frozenset(note for note, named in world.judged.items() if _is_destroyed(world, named))
    lacking = _lacks(world.required - Held(others=quoting), hold(world.folder))
    assert not lacking, f"{world.tell()}\nlacks {lacking}"
    known = (sha256 for sha256, act in world.destroyed.items() if act in world.required.others)
    words = [world.words[sha256].encode() for sha256 in known if sha256 in world.words]
    for path in sorted(world.folder.rglob("*")):
        if path.is_file() and words:
            data = path.read_bytes()
            assert not [word for word in words if word in data], f"{world.tell()}\n{path}"
    everything = run_git(world.folder / "mirror.git", "cat-file", "--batch-all-objects", "--batch")
    assert not [word for word in words if word.decode() in everything], world.tell()


def _is_destroyed(world: World, named: str) -> bool:
    return any(act.startswith(f"act destroy {named} ") for act in world.required.others)


def _lacks(required: Held, held: Held) -> list[str]:
    missing = required - held
    return [*missing.documents, *missing.others]


def is_recorded(ran: Ran) -> bool:
    """Tell whether a command said that what it was given is recorded."""
    return ran.code == 0 or "everything is recorded" in ran.err


def _say(world: World, name: str) -> None:
    number = world.next()
    word, _ = _write(number)
    more = f"We thank the {word} papers."
    world.site.say(f"/{name}", more, number)
    world.words[_digest(write_speech(more, number))] = word


def _write(number: int) -> tuple[str, str]:
    word = "zeph" + "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}") + "rine"
    return word, f"Mr. President,\n\nWe support the {word} papers without delay.\n\nThank you.\n"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _choose_statement(world: World) -> str | None:
    names = _query(
        world.folder, "SELECT country || '/' || body || '/' || session FROM statements ORDER BY id"
    )
    return world.chance.choice(names) if names else None


def _list_documents(folder: Path, named: str) -> set[str]:
    query = (
        "SELECT document FROM snapshots JOIN editions ON editions.id = edition"
        " JOIN statements ON statements.id = statement WHERE country || '/' || body || '/' || session = ?"
    )
    return set(_query(folder, query, named))


def _query(folder: Path, query: str, *values: str) -> list[str]:
    with closing(sqlite3.connect(f"file:{folder / 'tracker.db'}?mode=ro", uri=True)) as connection:
        return [str(value) for (value,) in connection.execute(query, values)]


def follow_steps(
    place: Path, tracker: Tracker, site: Site, seed: int, steps: Sequence[Callable[[World], None]]
) -> None:
    """Do these things, one after the other, and check what is there then."""
    world = begin(place, tracker, site, seed)
    for step in steps:
        step(world)
    check(world)


def walk(
    place: Path,
    tracker: Tracker,
    site: Site,
    seed: int,
    length: int,
    *,
    kills: bool = False,
    is_honest: bool = False,
) -> None:
    """Do so many things at random, and check what is there then; if it ``is_honest``, no row is damaged."""
    world = begin(place, tracker, site, seed)
    acts = (*ACTS, *(((kill, 3),) if kills else ()))
    acts = tuple(each for each in acts if not (is_honest and each[0] is damage))
    for act in world.chance.choices([each for each, _ in acts], [weight for _, weight in acts], k=length):
        act(world)
    check(world)
