"""The pairs of an archive as its open copy has them: listed, and each opened once while that is the same.

Of the record itself nothing is read but what was decided about them, and how many texts are closed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.archive import ArchiveSession
from tracker.comparing.decisions.rulings import select_changes, select_levels
from tracker.errors import ArchiveLocked
from tracker.publish.desk.rows import LEVEL, AskedPair, name_snapshots, open_pair
from tracker.publish.pairs import Pair, list_neighbours
from tracker.publish.shelf import open_shelf
from tracker.record.access.handing_on import list_closed
from tracker.record.schema.connection import method
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.model.decisions import Ruling
    from tracker.model.texts import Reference
    from tracker.publish.desk.answers import Slot
    from tracker.publish.shelf import Shelf
    from tracker.publish.worker import ServedCopy, Worker

_MOST: Final = 64
"""Pairs that are kept open: of two speeches some hundred kilobytes."""
_PATIENCE: Final = 10.0
"""Seconds that a page waits for a comparison before it asks again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A pair, with what the record decides of it now, and what it notes that people were not sure of."""

    pair: AskedPair
    rulings: tuple[Ruling, ...]
    unsure: tuple[Slot, ...]
    next: Pair | None
    """The pair that comes after it, of the same sessions if there is one."""


class Opening:
    """Opens pairs for some people; a worker compares them, so that answers need not wait."""

    def __init__(self, folder: Path, people: tuple[str, ...], copy: ServedCopy, worker: Worker) -> None:
        self._folder = folder
        self._people = people
        self._copy = copy
        self._worker = worker
        self._lock = threading.Lock()
        self._state = ""
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._neighbours: tuple[Pair, ...] = ()
        self.closed = 0
        """How many snapshots are left out, as they are not open to all."""

    def find(self, name: str) -> Opened | None:
        """Return a pair by its name, if it was opened and nothing has come in between that closes it."""
        return self._opened.get(name)

    def open(self, old: str, new: str) -> Opened:
        """Return the pair that two references name.

        Raises ``ArchiveLocked`` where it is being compared still, and as ``open_pair`` does.
        """
        with self._lock, self._open_shelf() as shelf:
            sides = [str(shelf.reader.resolve(parse_reference(each))) for each in (old, new)]
            known, state, place = self._opened.get(name_snapshots(*sides)), self._state, shelf.archive.folder
        pair = (
            known.pair if known else self._worker.ask(f"{state} {sides}", _PATIENCE, compare, place, *sides)
        )
        if pair is None:
            raise ArchiveLocked("the statements are being compared; try again")
        opened = self._look_up(pair)
        with self._lock:
            if state == self._state:
                self._opened[pair.name] = opened
                self._opened.move_to_end(pair.name)
            while len(self._opened) > _MOST:
                self._opened.popitem(last=False)
        return opened

    def list_neighbours(self) -> tuple[Pair, ...]:
        """Return the statements of each series with the one before, the latest sessions first."""
        with self._lock, self._open_shelf():
            return self._neighbours

    @contextmanager
    def _open_shelf(self) -> Iterator[Shelf]:
        """Open the copy; everything of an older one is forgotten, since it may hold what is closed by now."""
        place = self._copy.find()
        if place is None:
            raise ArchiveLocked("the archive has changed and is read again; try again")
        with open_shelf(place) as shelf:
            self._look(shelf)
            yield shelf

    def _look(self, shelf: Shelf) -> None:
        if shelf.state != self._state or not self._neighbours:
            self._opened.clear()
            self._neighbours = _order_neighbours(shelf)
            with ArchiveSession(self._folder) as archive:
                self.closed = len(method(list_closed)(archive.reader, self._folder))
            self._state = shelf.state

    def _look_up(self, pair: AskedPair) -> Opened:
        """Return a pair with what is in the record: the copy may be of before the last decisions."""
        sides = pair.compared.old, pair.compared.new
        with ArchiveSession(self._folder) as archive:
            rulings = archive.reader.rulings()
            requests = {person: archive.reader.requests(person, None) for person in self._people}
        levels = [ruling for each in sides for ruling in select_levels(rulings, each)]
        since = {
            (ruling.unit.name, ruling.decision.person): ruling.decision.decided
            for ruling in sorted(levels, key=lambda each: each.decision.decided)
        }
        unsure = [
            (f"{LEVEL} {answer.topic}", person)
            for person, asked in requests.items()
            for request in asked
            for answer in request.answers
            if (request.old, request.new) == sides
            and answer.level is None
            # What is withdrawn at the same time was withdrawn because they were not sure.
            and request.asked >= since.get((answer.topic, person), "")
        ]
        about = (*select_changes(rulings, *sides), *levels)
        return Opened(pair, about, (*dict.fromkeys(unsure),), self._find_next(*sides))

    def _find_next(self, old: Reference, new: Reference) -> Pair | None:
        of_items = old.statement, new.statement
        of_sessions = tuple(replace(each, item=None) for each in of_items)
        here = [at for at, pair in enumerate(self._neighbours) if pair in {of_items, of_sessions}]
        return next(iter(self._neighbours[here[0] + 1 :][:1]), None) if here else None


def compare(place: Path, old: str, new: str) -> AskedPair:
    """Return the pair of two snapshots of the copy in a folder; raises as ``open_pair`` does."""
    with open_shelf(place) as shelf:
        return open_pair([old, new], shelf.archive, shelf.vocabulary)


def _order_neighbours(shelf: Shelf) -> tuple[Pair, ...]:
    """Return each statement with the one before it: by body, the latest sessions first."""
    rows = shelf.reader.rows("SELECT body, label FROM sessions ORDER BY body, sort, label")
    latest = {(body, label): -at for at, (body, label) in enumerate(rows)}

    def order(pair: Pair) -> tuple[object, ...]:
        after, before = (latest[each.body, str(each.session)] for each in reversed(pair))
        return pair.new.body, after, before, pair.new.country, pair.new.item or ""

    return tuple(sorted(list_neighbours(shelf.reader), key=order))
