"""Words and phrases that one text uses far more than another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from tracker.model.texts import Filled, Natural

PhraseStatus = Literal["emerging", "vanished"]
TextNumber: TypeAlias = int
"""Which of the texts compared; of two, 0 is the old one and 1 the new."""


@dataclass(frozen=True, slots=True)
class DistinctivePhrase:
    """A word or phrase that one side uses far more than the other."""

    phrase: Filled
    """As it is written most often."""
    status: PhraseStatus
    old: Natural
    """Uses on the old side: in a series, at all other sessions."""
    new: Natural
    """Uses on the new side: in a series, at this session."""
    score: float
    """The log-odds ratio over its standard error; above zero where the new side uses it more."""
    topic: str | None
    """The topic of the vocabulary that most of its uses name, if any."""
    segment: Natural
    """A segment that uses it, of the new side where it is emerging, else of the old one."""


@dataclass(frozen=True, slots=True)
class PhraseChange(DistinctivePhrase):
    """A distinctive phrase of some texts that were compared."""

    text: TextNumber
    """The text that holds the segment; of two, 0 is the old one and 1 the new."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a phrase must reach to be given: a score, and so many uses on the side that uses it more."""

    score: float
    uses: int


PAIR: Final = Bar(1.96, 2)
"""For two statements. Of 175 phrases used twice, 0.5 pass where passages are shuffled between the two."""

SERIES: Final = Bar(2.5, 3)
"""For one session beside all others: what a single passage says twice passes far too easily there."""
