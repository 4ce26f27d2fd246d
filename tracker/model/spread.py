"""One sentence, or phrases, over all countries of a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.model.tracing import Asked

if TYPE_CHECKING:
    from tracker.model.texts import Natural
    from tracker.model.tracing import NearWords, Occurrence


@dataclass(frozen=True, slots=True)
class SpreadStatement:
    """One statement at a body, and where it says what is traced."""

    reference: str
    country: str
    session: str
    year: int | None
    language: str
    sayings: tuple[Occurrence, ...] = ()
    """In the order of the text."""

    @property
    def times(self) -> int:
        """How often it says it in these words."""
        return sum(saying.exact for saying in self.sayings)


@dataclass(frozen=True, slots=True)
class SpreadCounts:
    """How many statements say it, and how often."""

    statements: Natural
    """How many were read, of which those counted next say it."""
    said: Natural
    loosely: Natural
    """In similar words only."""
    times: Natural
    """In these words; one statement may say it many times."""


@dataclass(frozen=True, slots=True)
class SpreadSession(SpreadCounts):
    """How widely it was said at one session."""

    session: str
    year: int | None
    newly: tuple[str, ...]
    """The countries that say it in these words here first, by code."""
    lastly: tuple[str, ...]
    """Those that say it so here last, and were read at a later session."""


@dataclass(frozen=True, slots=True)
class SpreadCountry(SpreadCounts):
    """How often one country said it."""

    country: str
    name: str
    first: str | None
    """The first session at which it said it in these words; None where it never did."""
    last: str | None


@dataclass(frozen=True, slots=True)
class Spread(Asked):
    """Who says a sentence or phrases at a body, since when and how often."""

    body: str
    among: str | None
    """Which countries were asked for, as a list of countries and groups; None for all."""
    languages: tuple[str, ...]
    """Languages of statements that were read, in none of which it was said: such silence means nothing."""
    sessions: tuple[SpreadSession, ...]
    """All that were read, in order."""
    countries: tuple[SpreadCountry, ...]
    """All that were read, those that say it most often first."""
    near: tuple[NearWords, ...]
    """Whole ones first, then the most frequent."""
    statements: tuple[SpreadStatement, ...]
    """All that were read, in order of session and country."""
