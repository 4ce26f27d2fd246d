"""What a worker does: statements come in as plain values, answers to keep go out; it opens no archive."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import UNDECIDED, Decided
from tracker.comparing.pipeline import Basis
from tracker.comparing.topics.vocabulary.load import put_together
from tracker.diff.cells import weigh_cells
from tracker.diff.compare import compare_sides, side_topics
from tracker.diff.derive import derive_comparison, derive_rows
from tracker.errors import TrackerError
from tracker.inputs.compiled import freeze
from tracker.model.plain import to_row
from tracker.model.topics import TopicModel, TopicWeights
from tracker.record.derived.answers import Answers, Derived

if TYPE_CHECKING:
    from tracker.comparing.topics.statuses import OtherSessions
    from tracker.model.texts import Reference, Side
    from tracker.model.topics import Vocabulary

_KINDS = ("readings", "links", "cells", "comparison")
"""The answers that are kept. Vectors, 2 KB a sentence, are not, where what rests on them is."""

Outcome = Answers | str
"""What is to be kept of one work, or why there is nothing."""


@dataclass(frozen=True, slots=True)
class Work:
    """One statement to read, or one to compare with the one before it; all that this rests on."""

    references: tuple[Reference, ...]
    """What the archive calls the sides."""
    sides: tuple[Side, ...]
    decided: Decided = UNDECIDED
    others: OtherSessions | None = None
    """Priorities of sessions before the older side; None for the first."""
    known: Answers = field(default_factory=dict)
    """Readings that are kept already."""
    cells: list[object] | None = None
    comparison: list[object] | None = None
    """What these answers rest on, which names them; None where they are kept already or not wanted."""
    identities: tuple[object, ...] = ()
    """What the archive tells the sides by, without reading them."""
    mark: str = ""
    """Under which name it is noted that this is done."""
    had: tuple[tuple[str, str], ...] = ()
    """Answers that were wanted of it and are kept already."""

    @property
    def series(self) -> tuple[str, str]:
        """The country and the body."""
        return self.references[-1].country, self.references[-1].body

    @property
    def name(self) -> str:
        """The statement, or the two, as they are told of."""
        return " against ".join(str(each) for each in reversed(self.references))


@dataclass(frozen=True, slots=True)
class Unit:
    """Works that go to a worker together: neighbours share sentences, which are then encoded once."""

    works: tuple[Work, ...]
    vocabulary: bytes
    """By ``pack_vocabulary``: a worker on another machine does not have the user's file."""
    sure: float


def do_unit(unit: Unit) -> tuple[Outcome, ...]:
    """Return what came of each work of a unit."""
    vocabulary = _unpack_vocabulary(unit.vocabulary)
    return tuple(_try(work, vocabulary, unit.sure) for work in unit.works)


def pack_vocabulary(vocabulary: Vocabulary) -> bytes:
    """Return a vocabulary as it is sent: of the shipped one 600 KB become 160, for each of many units."""
    facts = vocabulary.overlap, vocabulary.recognition, vocabulary.year, vocabulary.model
    packed = [vocabulary.name, vocabulary.topics, vocabulary.content, *facts]
    return zlib.compress(json.dumps(packed, default=to_row, ensure_ascii=False).encode())


def _try(work: Work, vocabulary: Vocabulary, sure: float) -> Outcome:
    derived = Derived()
    derived.add_answers(work.known)
    try:
        _do(work, vocabulary, sure, derived)
    except TrackerError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 (a fault at one statement must not lose the others)
        return f"{type(error).__name__}: {error}"
    answers = derived.answers.items()
    return {name: value for name, value in answers if name[0] in _KINDS and name not in work.known}


def _do(work: Work, vocabulary: Vocabulary, sure: float, derived: Derived) -> None:
    for side in work.sides:
        side_topics(side, vocabulary, derived)
    pair = work.sides[0], work.sides[-1]
    if work.cells is not None:
        others = work.others
        look_around = None if others is None else lambda: others
        weigh = partial(weigh_cells, pair, work.decided, look_around, vocabulary, derived, sure)
        derive_rows("cells", work.cells, derived, weigh)
    if work.comparison is not None and work.others is not None:
        basis = Basis(vocabulary, decided=work.decided, sure=sure, others=work.others)
        compute = partial(compare_sides, *pair, basis, derived)
        derive_comparison(pair, work.comparison, derived, compute)


@lru_cache(maxsize=2)
def _unpack_vocabulary(packed: bytes) -> Vocabulary:
    """Return the vocabulary, one for all units: what is compiled of it is kept by identity."""
    name, topics, digest, *facts = freeze(json.loads(zlib.decompress(packed)))
    overlap, recognition, year, model = facts
    found = put_together(name, topics, digest, overlap=overlap, recognition=recognition)
    if model is not None:
        language, threshold, weights, of_model = model
        model = TopicModel(language, threshold, tuple(TopicWeights(*row) for row in weights), of_model)
    return replace(found, model=model, year=year)
