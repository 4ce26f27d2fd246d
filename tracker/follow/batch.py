"""``tracker timeline BODY --jobs``: statements read and compared by workers, and kept for what shows them."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from tracker.comparing.decisions.rulings import settle_rulings
from tracker.comparing.pipeline import side_vocabulary
from tracker.comparing.topics.reading import RULES
from tracker.diff.cells import list_cell_parts
from tracker.diff.compare import names_topics
from tracker.diff.derive import check_rules, find_readings, identify_vocabulary, name_answer
from tracker.diff.diff import (
    LOOK_BACK,
    Chosen,
    find_other_sessions,
    list_parts,
    load_pair,
    look_back,
)
from tracker.diff.rules import name_rules
from tracker.diff.sides import earlier_sessions, load_decided
from tracker.diff.work import Unit, Work, do_unit, pack_vocabulary
from tracker.errors import ReferenceInvalid, TrackerError
from tracker.follow.series import preferred_editions
from tracker.model.texts import Reference
from tracker.references import own_names
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.comparing.topics.statuses import OtherSessions
    from tracker.diff.work import Outcome
    from tracker.follow.panel import BodyStatements
    from tracker.follow.workers import Workers
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary
    from tracker.record.derived.answers import Answers

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
_MARK: Final = "batch"
"""The kind of answer that names the answers of one work, under what tells its series from all others."""


@dataclass(slots=True)
class Count:
    """How many were done now, and how many were kept before."""

    new: int = 0
    kept: int = 0

    @property
    def done(self) -> int:
        """How many are done."""
        return self.new + self.kept


def keep(archive: ArchiveSession, add: Callable[[], None]) -> None:
    """Write what is added to the derived answers of an archive; it is added again at each attempt.

    Raises ``TrackerError`` where that is not possible for ten seconds.
    """
    for _ in range(_TRIES):
        add()
        if archive.derived.save():
            return
        time.sleep(_WAIT)
    raise TrackerError(
        f"{archive.folder}: derived.db cannot be written: the disk is full or read-only, or another"
        " program holds it; when that is over, give the same command again, which goes on"
    )


class Batch:
    """What a batch reads and compares, and what came of it so far."""

    def __init__(
        self, archive: ArchiveSession, held: BodyStatements, vocabulary: Vocabulary, sure: float
    ) -> None:
        self._archive = archive
        self._plan = _Plan(archive, held, vocabulary, sure)
        self._packed = pack_vocabulary(vocabulary)
        self._sure = sure
        self.read = Count()
        self.compared = Count()
        self.left_out: dict[str, int] = defaultdict(int)
        """How many statements were passed over, by the state that a panel gives them, or as not named."""
        self.failed: list[tuple[str, str]] = []
        """What could not be read or compared, and why."""

    def read_topics(
        self,
        wanted: Sequence[Reference],
        workers: Workers,
        progress: Progress,
        only: Collection[str] = (),
    ) -> None:
        """Read the topics of statements, and of all that comparing these looks back on.

        For ``only`` some topics, read those statements that name one, and those before them that do.
        """
        editions = self._plan.list_editions(wanted, 1 if only else LOOK_BACK + 1)
        self._run(editions, partial(self._plan.plan_reading, only=only), workers, progress, self.read)

    def compare(
        self, wanted: Sequence[Reference], workers: Workers, progress: Progress, *, topics_only: bool
    ) -> None:
        """Compare each statement with the one before it: topics and sentences, or topics alone."""

        def make(new: Reference) -> Work | str | None:
            is_doubted = any(name.startswith(f"{new.country}/") for name, _ in self.failed)
            return self._plan.plan_pair(new, topics_only=topics_only, is_doubted=is_doubted)

        self._run(wanted, make, workers, progress, self.compared)

    def _run(
        self, wanted: Sequence[Reference], make: Make, workers: Workers, progress: Progress, count: Count
    ) -> None:
        passed = failed = 0

        def report() -> None:
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
                    report()
                    self._archive.close()

        for unit, outcomes in workers.run(self._cut(plan(), workers), do_unit):
            self._keep(list(zip(unit.works, outcomes, strict=True)))
            faults = sum(isinstance(outcome, str) for outcome in outcomes)
            count.new += len(outcomes) - faults
            failed += faults
            report()
        report()

    def _cut(self, works: Iterator[tuple[int, Work]], workers: Workers) -> Iterator[Unit]:
        ready: list[Work] = []
        most = 1
        for left, work in works:
            if len(ready) >= _ENOUGH and work.series != ready[-1].series:
                yield self._pack(ready)
            if not ready:
                most = max(1, min(_TOGETHER, left // (_SHARES * max(1, workers.size()))))
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

        def add() -> None:
            # What was read before the last attempt may be of an earlier moment.
            self._archive.close()
            for work, outcome in done:
                if not isinstance(outcome, str) and self._is_unchanged(work):
                    self._archive.derived.add_answers(check_rules(outcome))
                    self._plan.note_done(work.mark, [*work.had, *outcome])

        keep(self._archive, add)
        self._archive.close()

    def _is_unchanged(self, work: Work) -> bool:
        try:
            return self._plan.identify(work.references) == work.identities
        except TrackerError:
            return False


class _Plan:
    """Makes works of statements of one body, and knows without their texts which are done already."""

    def __init__(
        self, archive: ArchiveSession, held: BodyStatements, vocabulary: Vocabulary, sure: float
    ) -> None:
        self._archive = archive
        self._held = held
        self._vocabulary = vocabulary
        self._sure = sure
        self._states = archive.versions.states(held.body)
        decided = settle_rulings(archive.reader.rulings())
        recognised = identify_vocabulary(vocabulary, archive.derived)
        self._rests_on = name_answer(
            [recognised, DEFAULT.name, DEFAULT.digest, decided, archive.reader.coded(), sure]
        )

    def list_editions(self, wanted: Iterable[Reference], most: int) -> list[Reference]:
        """Return what is to be read so that statements can be compared, with so ``most`` before each."""
        reader = self._archive.reader
        sessions: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for each in wanted:
            before = earlier_sessions(reader, each)[:most]
            sessions[each.country, each.body] |= dict.fromkeys((*before, str(each.session)))
        return [
            edition
            for (country, body), labels in sessions.items()
            for edition in preferred_editions(reader.statements(country, body), Reference(country, body))
            if edition.session in labels
        ]

    def plan_reading(self, edition: Reference, only: Collection[str]) -> Work | str | None:
        """Return the work of reading an edition; None where its readings are kept.

        It is a word where it names none of ``only`` some topics, if any are given.
        """
        mark = self._mark("read", edition)
        if self._is_done(mark):
            return None
        sides = self._load((edition,))
        if known := self._find_known(sides):
            self.note_done(mark, known)
            return None
        if only and not names_topics(sides[0].version, self._vocabulary, only):
            return "not named"
        return Work((edition,), sides, mark=mark, identities=self.identify((edition,)))

    def plan_pair(self, new: Reference, *, topics_only: bool, is_doubted: bool) -> Work | str | None:
        """Return the work of comparing a statement with the one before it; None where all of it is kept.

        It is a word where there is nothing to compare: the state that a panel gives the statement. Where
        reading ``is_doubted``, nothing looked back on is read here: what ended a worker would end us.
        """
        mark = self._mark("topics" if topics_only else "compare", new)
        if self._is_done(mark):
            return None
        entry, old = self._held.find(new, self._vocabulary)
        if entry.state != "read":
            return entry.state
        archive, vocabulary, derived = self._archive, self._vocabulary, self._archive.derived
        try:
            cells = list_cell_parts(old, new, archive, vocabulary, self._sure)
        except ReferenceInvalid:
            # As in a panel: one of the sessions looked back on has several statements.
            old, cells = None, list_cell_parts(None, new, archive, vocabulary, self._sure)
        references = (old, new) if old else (new,)
        sides, decided = self._load(references), load_decided(old or new, new, archive)
        rests = {"cells": cells}
        if old and not topics_only:
            chosen = Chosen(vocabulary, DEFAULT, self._sure)
            rests["comparison"] = list_parts((old, new), archive, derived, decided, chosen)
        named = {
            kind: name_answer([*sides, *parts] if kind == "comparison" else parts)
            for kind, parts in rests.items()
        }
        had = tuple(name for name in named.items() if derived.has_answers([name]))
        if len(had) == len(named):
            self.note_done(mark, had)
            return None
        for kind, _ in had:
            del rests[kind]
        return Work(
            references=references,
            sides=sides,
            decided=decided,
            others=self._find_others(old, new, is_doubted=is_doubted) if old else None,
            known=self._find_known(sides),
            cells=rests.get("cells"),
            comparison=rests.get("comparison"),
            identities=self.identify(references),
            mark=mark,
            had=had,
        )

    def identify(self, references: Sequence[Reference]) -> tuple[object, ...]:
        """Return what tells statements as they are now from what they may become, without their texts."""
        return tuple(self._archive.reader.identify(each) for each in references)

    def note_done(self, mark: str, names: Iterable[tuple[str, str]]) -> None:
        """Note under a mark that these answers, by kind and key, are all that was wanted."""
        self._archive.derived.keep_answer(_MARK, mark, name_rules(), json.dumps([*names]))

    def _mark(self, what: str, reference: Reference) -> str:
        state = self._states.get((reference.country, str(reference.session)))
        return name_answer([what, str(reference), state, self._rests_on])

    def _is_done(self, mark: str) -> bool:
        kept = self._archive.derived.answer(_MARK, mark)
        return kept is not None and self._archive.derived.has_answers(map(tuple, json.loads(kept)))

    def _find_others(self, old: Reference, new: Reference, *, is_doubted: bool) -> OtherSessions:
        if is_doubted:
            for each in chain.from_iterable(look_back(old, new, self._archive.reader)):
                if not self._find_known(self._load((each,))):
                    raise TrackerError(f"{each}, on which it looks back, could not be read")
        return find_other_sessions(old, new, self._archive, self._vocabulary, self._archive.derived)

    def _load(self, references: Sequence[Reference]) -> tuple[Side, ...]:
        if len(references) == 1:
            return (self._archive.reader.side(references[0]),)
        return load_pair(references[0], references[1], self._archive)

    def _find_known(self, sides: Iterable[Side]) -> Answers:
        known: Answers = {}
        for side in sides:
            names = own_names(side.country) if side.country else ()
            dated = side_vocabulary(side, self._vocabulary)
            known |= find_readings(side.version, dated, names, self._archive.derived, RULES)
        return known
