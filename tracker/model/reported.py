"""A comparison as its JSON has it: with the sentences that lead the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from tracker.model.changes import Comparison

if TYPE_CHECKING:
    from tracker.model.texts import Filled, Natural


@dataclass(frozen=True, slots=True)
class Quoted:
    """Where something that is quoted stands."""

    side: Literal["old", "new"]
    segment: Natural


@dataclass(frozen=True, slots=True)
class LeadSentence:
    """A sentence of the lead, made of findings."""

    text: Filled
    topics: tuple[str, ...]
    """The ids of the topics that it tells of."""
    changes: tuple[str, ...]
    """The ids of the changes that it tells of."""
    quotations: tuple[Quoted, ...]
    """In the order of the sentence."""


@dataclass(frozen=True, slots=True)
class ReportedComparison(Comparison):
    """Everything that is reported about two statements; every output is made from this."""

    PUBLISHED: ClassVar = (
        "lead", "old", "new", "genre", "aligned", "caveats", "changes", "topics", "counterparts",
        "provenance", "phrases", "highlights", "ceremony", "names", "levels",
    )  # fmt: skip

    lead: tuple[LeadSentence, ...] = ()
    """What matters most, in at most three sentences."""
