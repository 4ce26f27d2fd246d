"""What a batch has to read and compare, and what of it is kept already, told without its texts."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Final

from tracker.coding.recorded import load_decided
from tracker.decisions.rulings import settle_rulings
from tracker.errors import ReferenceInvalid, TrackerError
from tracker.follow.trace import preferred_editions
from tracker.model.texts import Reference
from tracker.references import own_names
from tracker.text.encoder import DEFAULT
from tracker.topics.reading import RULES
from tracker.workflows.compare.cells import list_cell_parts
from tracker.workflows.compare.derive import find_readings, identify_vocabulary, name_answer
from tracker.workflows.compare.diff import LOOK_BACK, earlier_priorities, list_parts, load_pair, look_back
from tracker.workflows.compare.rules import name_rules
from tracker.workflows.compare.sides import earlier_sessions
from tracker.workflows.compare.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.archive.derived.store import Answers
    from tracker.archive.session import ArchiveSession
    from tracker.follow.panel import HeldStatements
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary
    from tracker.workflows.compare.diff import Priorities

_MARK: Final = "batch"
"""The kind of answer that names the answers of one work, under what tells its series from all others."""


class Plan:
    """Makes works of statements of one body."""

    def __init__(
        self, archive: ArchiveSession, held: HeldStatements, vocabulary: Vocabulary, sure: float
    ) -> None:
        self._archive = archive
        self._held = held
        self._vocabulary = vocabulary
        self._sure = sure
        self._states = archive.versions.states(held.body)
        decided = settle_rulings(archive.reader.rulings())
        recognised = identify_vocabulary(vocabulary, archive.derived)
        self._rests_on = name_answer([recognised, DEFAULT.name, DEFAULT.digest, decided, sure])

    def list_editions(self, wanted: Iterable[Reference]) -> list[Reference]:
        """Return what is to be read so that statements can be compared, and what they look back on."""
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

    def plan_reading(self, edition: Reference) -> Work | None:
        """Return the work of reading an edition; None where its readings are kept."""
        mark = self._mark("read", edition)
        if self._is_done(mark):
            return None
        sides = self._load((edition,))
        if known := self._find_known(sides):
            note_done(self._archive, mark, known)
            return None
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
            parts = list_parts(old, new, archive, vocabulary, DEFAULT, derived, decided, self._sure)
            rests["comparison"] = parts
        named = {
            kind: name_answer([*sides, *parts] if kind == "comparison" else parts)
            for kind, parts in rests.items()
        }
        had = tuple(name for name in named.items() if derived.has_answers([name]))
        if len(had) == len(named):
            note_done(archive, mark, had)
            return None
        for kind, _ in had:
            del rests[kind]
        return Work(
            references,
            sides,
            decided,
            self._find_earlier(old, new, is_doubted=is_doubted) if old else None,
            self._find_known(sides),
            rests.get("cells"),
            rests.get("comparison"),
            self.identify(references),
            mark,
            had,
        )

    def identify(self, references: Sequence[Reference]) -> tuple[object, ...]:
        """Return what tells statements as they are now from what they may become, without their texts."""
        return tuple(self._archive.reader.identify(each) for each in references)

    def _mark(self, what: str, reference: Reference) -> str:
        state = self._states.get((reference.country, str(reference.session)))
        return name_answer([what, str(reference), state, self._rests_on])

    def _is_done(self, mark: str) -> bool:
        kept = self._archive.derived.answer(_MARK, mark)
        return kept is not None and self._archive.derived.has_answers(map(tuple, json.loads(kept)))

    def _find_earlier(
        self, old: Reference, new: Reference, *, is_doubted: bool
    ) -> tuple[Priorities, Priorities]:
        if is_doubted:
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


def note_done(archive: ArchiveSession, mark: str, names: Iterable[tuple[str, str]]) -> None:
    """Note under a mark that these answers, by kind and key, are all that was wanted."""
    archive.derived.keep_answer(_MARK, mark, name_rules(), json.dumps([*names]))
