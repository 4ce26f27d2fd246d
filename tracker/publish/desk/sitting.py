"""People at the desk: what each has answered is on disk at once, and in the record by one run a sitting.

A sitting of a person ends when they say so, have left, or have answered nothing for a while. While another
run holds the archive, what was answered waits.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from tracker.archive import ArchiveSession
from tracker.coding.recorded import keep_rulings
from tracker.comparing.decisions.rulings import question_key
from tracker.errors import (
    ArchiveLocked,
    DecisionInvalid,
    NotInArchive,
    ReferenceInvalid,
    TrackerError,
    VocabularyInvalid,
)
from tracker.publish.desk.answers import UNDO, Given, list_said, rule
from tracker.publish.desk.journal import Journal
from tracker.publish.desk.opening import Opening
from tracker.publish.desk.rows import NOT_SURE, name_snapshots
from tracker.record.lock import is_held, read_clock, read_holder
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tracker.comparing.decisions.rulings import QuestionKey
    from tracker.model.decisions import Ruling
    from tracker.publish.desk.answers import Ruled, Said, Slot
    from tracker.publish.desk.opening import Opened
    from tracker.publish.worker import ServedCopy, Worker

IDLE: Final = 600.0
"""Seconds without an answer after which a sitting ends."""
AWAY: Final = 90.0
"""Seconds without a sign of a person's page; a browser lets one in the background ask once a minute."""
_AGAIN: Final = 5.0
"""Seconds after which what could not be kept is tried again."""
_STEP: Final = 0.25

MISFITS: Final = (DecisionInvalid, NotInArchive, ReferenceInvalid, VocabularyInvalid)
"""What an answer meets that fits no longer, since its statement was withdrawn, or read in another way."""


class Sent(NamedTuple):
    """An answer as a page sends it."""

    id: str
    row: str
    answer: str


class Answered(NamedTuple):
    """An answer, and what is kept of it."""

    given: Given
    ruled: Ruled


class Waiting(NamedTuple):
    """What a page tells of a person's answers."""

    number: int
    """How many are not in the record yet."""
    held: str
    """Who holds the archive; nothing where nobody does."""
    fault: str
    """Why they could not be kept, if so."""


@dataclass(slots=True)
class Sitting:
    """What one person has answered that is not in the record yet."""

    pending: dict[tuple[str, str], Answered] = field(default_factory=dict)
    """By pair and row: of several answers the last counts."""
    left: list[Given] = field(default_factory=list)
    """What an earlier process was told, and nobody has looked at yet."""
    writing: frozenset[str] = frozenset()
    """The ids of what is on its way into the record."""
    ends: bool = False
    seen: float = 0.0
    answered: float = 0.0

    def put(self, answered: Answered) -> None:
        """Let an answer take the place of that before it; to undo one that is not kept yet leaves none."""
        given = answered.given
        slot = name_snapshots(given.old, given.new), given.row
        had = self.pending.pop(slot, None)
        if given.answer != UNDO or had is None or had.given.id in self.writing:
            self.pending[slot] = answered

    def list_given(self) -> list[Given]:
        """Return what waits."""
        return [*self.left, *(each.given for each in self.pending.values())]


class Desk:
    """The desk of an archive for some people; use it in a ``with`` statement.

    Raises ``ArchiveUnusable`` where another process has it, or the folder cannot be written. ``tell`` is
    given what no page can say: answers that were left out, and where some wait at the end.
    """

    def __init__(
        self,
        folder: Path,
        people: Sequence[str],
        tell: Callable[[str], None],
        copy: ServedCopy,
        worker: Worker,
        *,
        idle: float = IDLE,
        away: float = AWAY,
        clock: Callable[[], str] = read_clock,
    ) -> None:
        self.folder = folder
        self.people = tuple(people)
        self.opening = Opening(folder, self.people, copy, worker)
        self.revision = 0
        """Another number after each answer."""
        self._tell = tell
        self._idle, self._away, self._clock = idle, away, clock
        self._sittings = {name: Sitting() for name in people}
        self._ids: set[str] = set()
        self._kept: list[Answered] = []
        """What is in the record by now, and perhaps not in the open copy."""
        self._fault = ""
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep_on, name="desk", daemon=True)
        self._journal = Journal(folder)
        for given in self._journal.waiting:
            self._ids.add(given.id)
            sitting = self._sittings.setdefault(given.person, Sitting())
            sitting.left.append(given)
            sitting.ends = True

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._keeper.join()
        for sitting in self._sittings.values():
            self._keep(sitting)
        if left := sum(len(each.list_given()) for each in self._sittings.values()):
            why = self._fault or self._name_holder()
            self._tell(
                f"{counted(left, 'answer')} not in the record yet: {why}; they are in {self._journal.path},"
                " and the next tracker serve --judge keeps them"
            )
        self._journal.close()

    def give(self, person: str, old: str, new: str, sent: Iterable[Sent]) -> dict[str, str]:
        """Take what a person answered about two snapshots; return what was refused, by id, with the reason.

        What is taken is on disk when this returns. Raises ``ArchiveUnusable`` where it cannot be, and as
        ``open_pair`` does.
        """
        opened = self.opening.find(name_snapshots(old, new)) or self.opening.open(old, new)
        sides = str(opened.pair.compared.old), str(opened.pair.compared.new)
        refused: dict[str, str] = {}
        taken: list[Answered] = []
        before, unsure = self._list_rulings(opened), self._list_unsure(opened)
        for each in sent:
            given = Given(each.id, person, self._clock(), sides[0], sides[1], each.row, each.answer)
            try:
                taken.append(Answered(given, rule(opened.pair, given, before, unsure)))
            except MISFITS as error:
                refused[each.id] = str(error)
        with self._lock:
            taken = [each for each in taken if each.given.id not in self._ids]
            self._journal.append(each.given for each in taken)
            sitting = self._sittings[person]
            for answered in taken:
                self._ids.add(answered.given.id)
                sitting.put(answered)
            sitting.answered = time.monotonic()
            self.revision += 1
        return refused

    def note_seen(self, person: str) -> None:
        """Note a sign of a person's page."""
        self._sittings[person].seen = time.monotonic()

    def finish(self, person: str) -> None:
        """End the sitting of a person: what was answered is kept as soon as nobody holds the archive."""
        self._sittings[person].ends = True

    def list_said(self, opened: Opened) -> Mapping[str, Mapping[str, Said]]:
        """Return what each person last said of each row, in the record or not."""
        return list_said(opened.pair, self._list_rulings(opened), self._list_unsure(opened))

    def tell_waiting(self, person: str) -> Waiting:
        """Return how many answers of a person wait, and for whom."""
        number = len(self._sittings[person].list_given())
        return Waiting(number, self._name_holder(), self._fault if number else "")

    def _list_rulings(self, opened: Opened) -> list[Ruling]:
        with self._lock:
            answered = [*self._kept, *self._list_pending()]
        return [*opened.rulings, *(ruling for each in answered for ruling in each.ruled.rulings)]

    def _list_unsure(self, opened: Opened) -> tuple[Slot, ...]:
        """Return who is not sure of which row: as the record has it, unless they have answered since."""
        with self._lock:
            answers = [each.given for each in (*self._kept, *self._list_pending())]
        since = {
            (given.row, given.person): given.answer
            for given in answers
            if name_snapshots(given.old, given.new) == opened.pair.name
        }
        noted = (slot for slot in opened.unsure if slot not in since)
        return (*noted, *(slot for slot, answer in since.items() if answer == NOT_SURE))

    def _list_pending(self) -> list[Answered]:
        return [each for sitting in self._sittings.values() for each in sitting.pending.values()]

    def _name_holder(self) -> str:
        """Return who else holds the archive; nothing while nobody or this process does."""
        holder = read_holder(self.folder) if is_held(self.folder) else None
        return str(holder) if holder and holder.pid != os.getpid() else ""

    # Keeping -------------------------------------------------------------------------------------------

    def _keep_on(self) -> None:
        """Keep what is to be kept, until the desk closes."""
        again = 0.0
        while not self._stopping.wait(_STEP):
            now = time.monotonic()
            for sitting in tuple(self._sittings.values()):
                if now >= again and self._is_over(sitting, now):
                    again = 0.0 if self._keep(sitting) else time.monotonic() + _AGAIN

    def _is_over(self, sitting: Sitting, now: float) -> bool:
        if not sitting.list_given():
            sitting.ends = False
            return False
        return sitting.ends or now - sitting.answered > self._idle or now - sitting.seen > self._away

    def _keep(self, sitting: Sitting) -> bool:
        """Put a sitting into the record; tell whether that is done."""
        try:
            self._look_at_left(sitting)
            if is_held(self.folder):
                return False
            with self._lock:
                answered = list(sitting.pending.values())
                sitting.writing = frozenset(each.given.id for each in answered)
            for misfit in _keep_answered(answered, self.folder) if answered else ():
                self._tell(f"left out: {misfit}")
            self._drop(sitting, answered)
        except ArchiveLocked:
            return False
        except TrackerError as error:
            self._fault = str(error)
            return False
        finally:
            sitting.writing = frozenset()
        self._fault = ""
        return True

    def _look_at_left(self, sitting: Sitting) -> None:
        """Find out what the answers that an earlier process was told stand for."""
        for given in tuple(sitting.left):
            answered = None
            try:
                opened = self.opening.open(given.old, given.new)
                before, unsure = self._list_rulings(opened), self._list_unsure(opened)
                answered = Answered(given, rule(opened.pair, given, before, unsure))
            except MISFITS as error:
                self._tell(f"left out: {given.row} of {given.old} and {given.new}: {error}")
            with self._lock:
                sitting.left.remove(given)
                if answered:
                    sitting.put(answered)
                self.revision += 1

    def _drop(self, sitting: Sitting, answered: Sequence[Answered]) -> None:
        """Take what is in the record out of what waits: another answer may have come in between."""
        with self._lock:
            self._kept += answered
            left = {
                slot: each for slot, each in sitting.pending.items() if each.given.id not in sitting.writing
            }
            sitting.pending, sitting.writing = left, frozenset()
            self._journal.replace(given for other in self._sittings.values() for given in other.list_given())
            self.revision += 1


def _keep_answered(answered: Sequence[Answered], folder: Path) -> tuple[str, ...]:
    """Put answers into the record, all or none, but for what it has already; return what was left out.

    What is about a statement that is there no longer is left out, with the reason. Raises as
    ``keep_rulings`` does.
    """
    with ArchiveSession(folder) as archive:
        misfits: list[str] = []
        fitting = []
        for each in answered:
            try:
                for ruling in each.ruled.rulings:
                    archive.reader.resolve(ruling.unit.old or ruling.unit.new)
                    archive.reader.resolve(ruling.unit.new)
            except MISFITS as error:
                misfits.append(f"{each.given.row} of {each.given.old} and {each.given.new}: {error}")
            else:
                fitting.append(each.ruled)
        known = _find_known(archive.reader.rulings())
        rulings = [
            ruling for ruled in fitting for ruling in ruled.rulings if known.get(_ask(ruling)) != _say(ruling)
        ]
        noted = [request for ruled in fitting for request in ruled.unsure]
        asked = {
            (each.shown, each.asked)
            for person in {request.reader.name for request in noted}
            for each in archive.reader.requests(person, None)
        }
        unsure = [each for each in noted if (each.shown, each.asked) not in asked]
        keep_rulings(rulings, archive, unsure)
    return tuple(misfits)


def _find_known(rulings: Iterable[Ruling]) -> dict[tuple[QuestionKey, str], str]:
    """Return what each person last said to each question: a kill may have come after it was kept."""
    return {_ask(each): _say(each) for each in sorted(rulings, key=lambda each: each.decision.decided)}


def _ask(ruling: Ruling) -> tuple[QuestionKey, str]:
    return question_key(ruling), ruling.decision.person


def _say(ruling: Ruling) -> str:
    """Return what was said; that something was withdrawn counts once for each time."""
    said = ruling.decision
    return f"withdrawn {said.decided}" if said.verdict == "withdraw" else said.code
