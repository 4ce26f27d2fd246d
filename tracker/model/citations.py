"""What a publication cites of an archive: a text as it was kept, and passages of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.model.facts import Facts

if TYPE_CHECKING:
    from tracker.model.texts import Filled, Positive, TextKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedName:
    """Which snapshot is cited."""

    reference: Filled
    """The snapshot's full reference: ``GBR/UNGA/79~verbatim.en@1``."""
    country: Filled
    body: Filled
    session: Filled


# Fields of the last base come first.
@dataclass(frozen=True, slots=True, kw_only=True)
class CitedText(Facts, CitedName):
    """One snapshot: who spoke where and when, where the text was found, and which bytes those were.

    ``url`` is where the text was found, where that is an address on the web.
    """

    kind: TextKind | None
    kind_inferred: bool
    """The kind was inferred from the text, and declared by nobody."""
    language: Filled
    observed: Filled
    """When it was captured, in UTC."""
    clock_confirmed: bool | None
    """Whether servers confirmed the clock of the night that captured it; null for what no night did."""
    sha256: Filled
    """The digest of the document's bytes."""


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """Words as they stand in the clean text."""

    paragraph: Positive
    """By our own count: not the numbers that a document may have."""
    text: Filled


@dataclass(frozen=True, slots=True)
class Citation:
    """A text and the passages of it that are quoted; none where the whole is cited."""

    source: CitedText
    passages: tuple[CitedPassage, ...] = ()
