"""``tracker batch``: many statements read and compared by workers, and kept for what shows them."""

from __future__ import annotations

import pickle
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from tracker.errors import ReferenceInvalid, TrackerError
from tracker.model.texts import Reference
from tracker.references import own_names
from tracker.text.encoder import DEFAULT
from tracker.topics.reading import RULES
from tracker.workflows.code.kept_rulings import load_decided
from tracker.workflows.compare.cells import list_cell_parts
from tracker.workflows.compare.derive import check_rules, find_readings, is_kept
from tracker.workflows.compare.diff import LOOK_BACK, earlier_priorities, list_parts, load_pair, look_back
from tracker.workflows.compare.sides import earlier_sessions
from tracker.workflows.compare.work import Unit, Work
from tracker.workflows.follow.trace import preferred_editions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.archive.derived.store import Answers
    from tracker.archive.session import ArchiveSession
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary
    from tracker.workflows.compare.diff import Priorities
    from tracker.workflows.compare.work import Outcome
    from tracker.workflows.follow.crews import Crew
    from tracker.workflows.follow.panel import HeldStatements

    Progress = Callable[[int, int], None]

_TOGETHER: Final = 5
"""Pairs in a unit: a few seconds of work, which is what a worker that dies takes along."""
_SHARES: Final = 4
"""Units that each worker is to have at least, so that none waits long for the others at the end."""
_TRIES: Final = 40
_WAIT: Final = 0.25
"""Seconds between attempts to keep what is done, where another program writes."""


@dataclass(slots=True)
class Count:
    """How many are done, and how many of them were kept before."""

    done: int = 0
    kept: int = 0


class Batch:
    """What a batch reads and compares, and what came of it so far."""

    def __init__(self, archive: ArchiveSession, vocabulary: Vocabulary, crew: Crew, sure: float) -> None:
        self._archive = archive
        self._vocabulary = vocabulary
        self._crew = crew
        self._sure = sure
        self.read = Count()
        self.compared = Count()
        self.left_out: dict[str, int] = defaultdict(int)
        """How many statements were not compared, by the state that a panel gives them."""
        self.failed: list[tuple[str, str]] = []
        """What could not be read or compared, and why."""

    def read_topics(self, wanted: Iterable[Reference], progress: Progress) -> None:
        """Read the topics of statements, and of all that comparing these looks back on."""
        editions = self._list_editions(wanted)
        works = (self._try(each, partial(self._make_reading, each)) for each in editions)
        self._run(works, len(editions), progress, self.read)

    def compare(
        self, held: HeldStatements, wanted: Sequence[Reference], progress: Progress, *, topics_only: bool
    ) -> None:
        """Compare each statement with the one before it: topics and sentences, or topics alone."""
        make = partial(self._make_pair, held, topics_only=topics_only)
        self._run(
            (self._try(each, partial(make, each)) for each in wanted), len(wanted), progress, self.compared
        )

    def _run(self, works: Iterator[Work | None], total: int, progress: Progress, count: Count) -> None:
        pickled = pickle.dumps(self._vocabulary)
        size = max(1, min(_TOGETHER, total // (_SHARES * max(1, self._crew.size()))))
        seen = 0

        def cut() -> Iterator[Unit]:
            nonlocal seen
            while some := list(islice(works, size)):
                ready = tuple(work for work in some if work)
                seen += len(some) - len(ready)
                progress(seen, total)
                # What comes next is read at a later moment: a nightly run or a withdrawal need not wait.
                self._archive.close()
                if ready:
                    yield Unit(ready, pickled, self._sure)

        for unit, outcomes in self._crew.run(cut()):
            self._keep(list(zip(unit.works, outcomes, strict=True)))
            count.done += sum(not isinstance(outcome, str) for outcome in outcomes)
            seen += len(unit.works)
            progress(seen, total)
        count.done += count.kept

    def _try(self, reference: Reference, make: Callable[[], Work | None]) -> Work | None:
        try:
            return make()
        except TrackerError as error:
            self.failed.append((str(reference), str(error)))
            return None

    def _list_editions(self, wanted: Iterable[Reference]) -> list[Reference]:
        reader = self._archive.reader
        sessions: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for each in wanted:
            before = earlier_sessions(reader, each)[: LOOK_BACK + 1]
            sessions[each.country, each.body] |= dict.fromkeys((*before, str(each.session)))
        return [
            edition
            for (country, body), labels in sessions.items()
            for edition in preferred_editions(reader.statements(country, body), Reference(country, body))
            if edition.session in labels
        ]

    def _make_reading(self, edition: Reference) -> Work | None:
        sides = self._load((edition,))
        if not self._find_known(sides):
            return Work((edition,), sides)
        self.read.kept += 1
        return None

    def _make_pair(self, held: HeldStatements, new: Reference, *, topics_only: bool) -> Work | None:
        entry, old = held.find(new, self._vocabulary)
        if entry.state != "read":
            self.left_out[entry.state] += 1
            return None
        archive, vocabulary, derived = self._archive, self._vocabulary, self._archive.derived
        try:
            cells = list_cell_parts(old, new, archive, vocabulary, self._sure)
        except ReferenceInvalid:
            # As in a panel: one of the sessions looked back on has several statements.
            old, cells = None, list_cell_parts(None, new, archive, vocabulary, self._sure)
        references = (old, new) if old else (new,)
        sides, decided = self._load(references), load_decided(old or new, new, archive)
        has_cells, has_comparison, parts = is_kept("cells", cells, derived), True, list[object]()
        if old and not topics_only:
            parts = list_parts(old, new, archive, vocabulary, DEFAULT, derived, decided, self._sure)
            has_comparison = is_kept("comparison", [*sides, *parts], derived)
        if has_cells and has_comparison:
            self.compared.kept += 1
            return None
        earlier, known = self._find_earlier(old, new) if old else None, self._find_known(sides)
        asked = None if has_cells else cells, None if has_comparison else parts
        return Work(references, sides, decided, earlier, known, *asked)

    def _find_earlier(self, old: Reference, new: Reference) -> tuple[Priorities, Priorities]:
        if self.failed:
            # What ended a worker would end us.
            for each in chain.from_iterable(look_back(old, new, self._archive.reader)):
                if not self._find_known(self._load((each,))):
                    raise TrackerError(f"{each}, on which it looks back, could not be read")
        return earlier_priorities(old, new, self._archive, self._vocabulary, self._archive.derived)

    def _load(self, references: Sequence[Reference]) -> tuple[Side, ...]:
        if len(references) == 1:
            return (self._archive.reader.side(references[0]),)
        return load_pair(references[0], references[1], self._archive)

    def _find_known(self, sides: Iterable[Side]) -> Answers:
        known: Answers = {}
        for side in sides:
            names = own_names(side.country) if side.country else ()
            known |= find_readings(side.version, self._vocabulary, names, self._archive.derived, RULES)
        return known

    def _keep(self, done: Sequence[tuple[Work, Outcome]]) -> None:
        """Keep what was worked out of statements that are as they were; none may have been withdrawn since.

        Whoever destroys one finds the record read until the answers are written, and removes them after that.
        """
        self.failed += [(work.name, outcome) for work, outcome in done if isinstance(outcome, str)]
        for _ in range(_TRIES):
            for work, outcome in done:
                if not isinstance(outcome, str) and self._is_unchanged(work):
                    self._archive.derived.add_answers(check_rules(outcome))
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
            return self._load(work.references) == work.sides
        except TrackerError:
            return False
