"""The open copy opened for reading, with what pages are made with."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tracker.archive import ArchiveSession
from tracker.comparing.decisions.rulings import settle_rulings
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.errors import ArchiveLocked
from tracker.follow.groups import known_groups
from tracker.publish.open_copy import read_state
from tracker.publish.pairs import name_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.model.decisions import Ruling
    from tracker.model.record import StatementEntry
    from tracker.model.texts import Reference
    from tracker.model.topics import Vocabulary
    from tracker.record.reading.reader import Reader
    from tracker.references.groups import Group

_ATTEMPTS: Final = 100
_SECONDS: Final = 0.05
"""Between a copy that takes its place and what says from what it was made there are less."""


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What views read; all of one moment."""

    archive: ArchiveSession
    """The open copy: it has no closed material to give."""
    state: str
    """What names all that is in the copy; see ``open_copy.name_state``."""
    base: str | None = None
    """The address below which the pages are published, with a slash at its end; None where it is unknown."""
    is_frozen: bool = False
    """Whether pages become files, in which nothing may be that is another after each night."""

    @property
    def reader(self) -> Reader:
        """The statements."""
        return self.archive.reader

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that comes with the program."""
        return _load_vocabulary()

    def recall(self, name: tuple[str, ...], find: Callable[[], Value | None]) -> Value | None:
        """Return what is found, which rests on the state of the copy alone, and need not be found again.

        The last few finds are kept in memory; None, for what is not there yet, is no find.
        """
        key = (self.state, self.vocabulary.digest, *name)
        found: Value | None = _recent.get(key)
        if found is None:
            found = find()
            if found is not None:
                while len(_recent) >= _MOST_RECENT:
                    _recent.pop(next(iter(_recent)), None)
                _recent[key] = found
        return found

    def remember(self, *name: str) -> dict[Any, Any]:
        """Return where views keep in memory what they find and what rests on the state of the copy alone."""
        found: dict[Any, Any] | None = self.recall(name, dict)
        return {} if found is None else found

    @property
    def entries(self) -> tuple[StatementEntry, ...]:
        """All editions, those of one statement in the order in which they are preferred."""
        return self.recall(("entries",), lambda: tuple(self.reader.statements())) or ()

    @property
    def preferred(self) -> frozenset[Reference]:
        """The edition of each statement that its page shows."""

        def find() -> frozenset[Reference]:
            first: dict[tuple[str | None, ...], Reference] = {}
            for entry in self.entries:
                own = entry.reference
                first.setdefault((own.country, own.body, own.session, own.item), own)
            return frozenset(first.values())

        return self.recall(("preferred",), find) or frozenset()

    def name_latest(self, reference: Reference) -> str:
        """Return what the page of an edition is called: that of its statement, where that shows it."""
        own = reference.edition
        return name_statement(own) if own in self.preferred else str(own)

    @property
    def groups(self) -> dict[str, Group]:
        """The groups whose members are known."""
        return self.recall(("groups",), lambda: known_groups(self.archive)) or {}

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """What people last decided of each thing."""
        return self.recall(("rulings",), lambda: settle_rulings(self.reader.rulings())) or ()

    def states(self, body: str) -> dict[tuple[str, str], str]:
        """Return by country and session what tells all that the series holds up to there from all else."""
        return self.recall(("states", body), lambda: self.archive.versions.states(body)) or {}


_recent: dict[tuple[str, ...], Any] = {}
_MOST_RECENT: Final = 48
"""Of each body its states and topics, of as many as there are: a tenth of a second for 1,000 statements."""


@cache
def _load_vocabulary() -> Vocabulary:
    return load_vocabulary()


@contextmanager
def open_shelf(place: Path, base: str | None = None, *, is_frozen: bool = False) -> Iterator[Shelf]:
    """Open the open copy that is in a folder, with what was derived from the archive around it.

    An answer that is kept there is named by the digest of all that it rests on: what is closed is in none
    that is asked for here. Raises ``ArchiveLocked`` where the copy is being replaced again and again, and as
    ``ArchiveSession`` does.
    """
    for _ in range(_ATTEMPTS):
        with ArchiveSession(place, derived_beside=place.parent) as archive:
            state = read_state(place)
            if state and archive.reader and read_state(place) == state:
                yield Shelf(archive, state, base, is_frozen)
                return
        time.sleep(_SECONDS)
    raise ArchiveLocked(f"{place} is being made again; try again")
