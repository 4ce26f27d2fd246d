"""The whole answer about two statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tracker.model.changes import Change
    from tracker.model.decisions import DecidedLevel
    from tracker.model.texts import Side
    from tracker.model.topics import Counterpart, PhraseChange, TopicChange


Genre = Literal["revision", "session"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a comparison rests on, by digest, so that it can be computed again."""

    release: str
    old_text: str
    new_text: str
    vocabulary: str
    encoder: str
    prior: str = "none"
    """The prior that phrases were weighed with."""
    unfitted: str | None = None
    """Why no change of a topic is claimed; None where how sure such findings are was fitted."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is reported about two statements; every output is made from this."""

    old: Side
    new: Side
    genre: Genre
    aligned: float
    """Share of the segments of both sides that have a partner, 0 to 1."""
    caveats: tuple[str, ...]
    changes: tuple[Change, ...]
    topics: tuple[TopicChange, ...]
    counterparts: tuple[Counterpart, ...]
    provenance: Provenance
    phrases: tuple[PhraseChange, ...] = ()
    """What one side uses far more, emerging before vanished; empty for a revision."""
    levels: tuple[DecidedLevel, ...] = ()
    """The levels that people decided on, of priorities and of topics that are none."""
