"""``tracker batch``: many statements read and compared by workers, and kept for what shows them."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.errors import TrackerError
from tracker.follow.planning import Plan, note_done
from tracker.workflows.compare.derive import check_rules
from tracker.workflows.compare.work import Unit, Work, pack_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.archive.session import ArchiveSession
    from tracker.follow.panel import HeldStatements
    from tracker.follow.workers import Crew
    from tracker.model.texts import Reference
    from tracker.model.topics import Vocabulary
    from tracker.workflows.compare.work import Outcome

    Progress = Callable[[int, int], None]
    Make = Callable[[Reference], Work | str | None]

_TOGETHER: Final = 12
"""Works in a unit at most: a few seconds, which is what a worker that dies takes along."""
_ENOUGH: Final = 6
"""Works after which the end of a series ends a unit: neighbours share a text, strangers none."""
_SHARES: Final = 4
"""Units that each worker is still to have, so that none waits long for the others at the end."""
_ONE_MOMENT: Final = 250
"""Statements after which the record is opened again: a nightly run or a withdrawal need not wait."""
_TRIES: Final = 40
_WAIT: Final = 0.25
"""Seconds between attempts to keep what is done, where another program writes."""


@dataclass(slots=True)
class Count:
    """How many were done now, and how many were kept before."""

    new: int = 0
    kept: int = 0

    @property
    def done(self) -> int:
        """How many are done."""
        return self.new + self.kept


class Batch:
    """What a batch reads and compares, and what came of it so far."""

    def __init__(
        self, archive: ArchiveSession, held: HeldStatements, vocabulary: Vocabulary, sure: float
    ) -> None:
        self._archive = archive
        self._plan = Plan(archive, held, vocabulary, sure)
        self._packed = pack_vocabulary(vocabulary)
        self._sure = sure
        self.read = Count()
        self.compared = Count()
        self.left_out: dict[str, int] = defaultdict(int)
        """How many statements were not compared, by the state that a panel gives them."""
        self.failed: list[tuple[str, str]] = []
        """What could not be read or compared, and why."""

    def read_topics(self, wanted: Sequence[Reference], crew: Crew, progress: Progress) -> None:
        """Read the topics of statements, and of all that comparing these looks back on."""
        editions = self._plan.list_editions(wanted)
        self._run(editions, self._plan.plan_reading, crew, progress, self.read)

    def compare(
        self, wanted: Sequence[Reference], crew: Crew, progress: Progress, *, topics_only: bool
    ) -> None:
        """Compare each statement with the one before it: topics and sentences, or topics alone."""

        def make(new: Reference) -> Work | str | None:
            is_doubted = any(name.startswith(f"{new.country}/") for name, _ in self.failed)
            return self._plan.plan_pair(new, topics_only=topics_only, is_doubted=is_doubted)

        self._run(wanted, make, crew, progress, self.compared)

    def _run(
        self, wanted: Sequence[Reference], make: Make, crew: Crew, progress: Progress, count: Count
    ) -> None:
        passed = failed = 0

        def tell() -> None:
            # What was kept before is passed over in no time: a pace with it in would promise too much.
            progress(count.new + failed, len(wanted) - passed)

        def plan() -> Iterator[tuple[int, Work]]:
            """Yield works, each with how many statements come after it."""
            nonlocal passed
            for number, each in enumerate(wanted, 1):
                if work := self._try(each, make, count):
                    yield len(wanted) - number, work
                else:
                    passed += 1
                if number % _ONE_MOMENT == 0:
                    tell()
                    self._archive.close()

        for unit, outcomes in crew.run(self._cut(plan(), crew)):
            self._keep(list(zip(unit.works, outcomes, strict=True)))
            faults = sum(isinstance(outcome, str) for outcome in outcomes)
            count.new += len(outcomes) - faults
            failed += faults
            tell()
        tell()

    def _cut(self, works: Iterator[tuple[int, Work]], crew: Crew) -> Iterator[Unit]:
        ready: list[Work] = []
        most = 1
        for left, work in works:
            if len(ready) >= _ENOUGH and work.series != ready[-1].series:
                yield self._pack(ready)
            if not ready:
                most = max(1, min(_TOGETHER, left // (_SHARES * max(1, crew.size()))))
            ready.append(work)
            if len(ready) >= most:
                yield self._pack(ready)
        if ready:
            yield self._pack(ready)

    def _pack(self, ready: list[Work]) -> Unit:
        unit = Unit(tuple(ready), self._packed, self._sure)
        ready.clear()
        # What comes next is read at a later moment.
        self._archive.close()
        return unit

    def _try(self, reference: Reference, make: Make, count: Count) -> Work | None:
        try:
            work = make(reference)
        except TrackerError as error:
            self.failed.append((str(reference), str(error)))
            return None
        if isinstance(work, str):
            self.left_out[work] += 1
            return None
        count.kept += work is None
        return work

    def _keep(self, done: Sequence[tuple[Work, Outcome]]) -> None:
        """Keep what was worked out of statements that are as they were; none may have been withdrawn since.

        Whoever destroys one finds the record read until the answers are written, and removes them after that.
        """
        self.failed += [(work.name, outcome) for work, outcome in done if isinstance(outcome, str)]
        for _ in range(_TRIES):
            for work, outcome in done:
                if not isinstance(outcome, str) and self._is_unchanged(work):
                    self._archive.derived.add_answers(check_rules(outcome))
                    note_done(self._archive, work.mark, [*work.had, *outcome])
            written = self._archive.derived.save()
            self._archive.close()
            if written:
                return
            time.sleep(_WAIT)
        raise TrackerError(
            f"{self._archive.folder}: derived.db cannot be written: the disk is full or read-only, or another"
            " program holds it; when that is over, give the same command again, which goes on"
        )

    def _is_unchanged(self, work: Work) -> bool:
        try:
            return self._plan.identify(work.references) == work.identities
        except TrackerError:
            return False
