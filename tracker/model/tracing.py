"""Phrases or one sentence through the statements of a series, and of all countries of a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tracker.model.changes import Edit
    from tracker.model.texts import Natural, Positive, Proportion, Side, TextKind

MatchMethod = Literal["equal", "contained", "in order", "lexical", "drift", "term"]
TracedUnit = Literal["phrase", "sentence"]
TracedThrough = Literal["sessions", "snapshots"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where what is traced was said; ``text[start:end]`` are the words that match."""

    segments: tuple[Natural, ...]
    """One segment, or neighbouring ones that a sentence was split into."""
    text: str
    """The segments' texts, joined by blanks."""
    start: Natural
    """With end, the offsets in text of the words that match."""
    end: Natural
    exact: bool
    """Whether the words are the same when folded, or a term of the topic."""
    confidence: Proportion
    """1 where it is exact; else how alike the words are, four decimals."""
    method: MatchMethod
    """``drift``: alike to a wording found before. ``term``: names the topic."""
    paragraph: Positive
    asked: str = ""
    """Which of the phrases it is, as it was asked for, or the id of the topic that it names."""

    @property
    def words(self) -> str:
        """The words that match, without those around them."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class TracedStatement:
    """One statement of a series, and where it says what is traced, in the order of the text."""

    side: Side
    session_kind: str
    """Regular, special ...: silences are found among sessions of one kind."""
    occurrences: tuple[Occurrence, ...] = ()
    leading: int = 0
    """The occurrence to quote: the first exact one, else the most likely."""
    edits: tuple[Edit, ...] = ()
    """From the wording said before this one, where they differ; none for the first."""
    wording: int | None = None
    """Wordings count from 1 in the order in which they were first said; case and quotes do not count."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is traced."""

    asked: str
    """The phrases and topics, with *or* between them."""
    phrases: tuple[str, ...]
    topics: tuple[str, ...]
    """The ids of the topics whose terms were asked for."""
    unit: TracedUnit


@dataclass(frozen=True, slots=True)
class NearWords:
    """Words that are near to what is traced and do not count as it, in sentences that do not say it."""

    words: str
    whole: bool
    """Whether all words are there, in another order, farther apart or in a compound."""
    times: Positive
    reference: str
    """The first statement that has them."""


@dataclass(frozen=True, slots=True)
class Biography:
    """What became of a sentence or of phrases over the statements of a series, in their order."""

    series: str
    asked: str
    unit: TracedUnit
    statements: tuple[TracedStatement, ...]
    phrases: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    near: tuple[NearWords, ...] = ()

    @property
    def silences(self) -> tuple[str, ...]:
        """The sessions, in order, of a kind that said it, where no statement did, in a language that did.

        They are the silences before, between and after; a session without a statement in hand is none.
        """
        said = [statement for statement in self.statements if statement.occurrences]
        spoken = {statement.side.session for statement in said}
        kinds = {(statement.session_kind, statement.side.version.language) for statement in said}
        silent = (
            str(statement.side.session)
            for statement in self.statements
            if statement.side.session not in spoken
            and (statement.session_kind, statement.side.version.language) in kinds
        )
        return tuple(dict.fromkeys(silent))


@dataclass(frozen=True, slots=True)
class BiographyStatement:
    """A statement of a biography as JSON has it."""

    reference: str
    session: str | None
    session_kind: str
    """Regular, special ...: silences are found among sessions of one kind."""
    delivered: str | None
    kind: TextKind | None
    language: str
    snapshot: Positive | None
    sha256: str | None
    wording: Positive | None
    """Counted from 1 in the order in which wordings were first said; None where it is not said."""
    leading: Natural | None
    """The saying to quote, by its place in sayings."""
    edits: tuple[Edit, ...]
    """From the wording said before; empty where it is the same, or the first."""
    sayings: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class BiographyTable(Asked):
    """A biography as JSON has it."""

    series: str
    first: str | None
    """The first statement that says it in these words, but for case, quotes and dashes."""
    last: str | None
    """The last one that does."""
    said: Natural
    """How many statements say it in these words."""
    loosely: Natural
    """How many say it in similar words only."""
    times: Natural
    """How often it is said in these words; one statement may say it many times."""
    silences: tuple[str, ...]
    """Sessions with a statement that says nothing like it, in the language of those that do."""
    near: tuple[NearWords, ...]
    """Whole ones first, then the most frequent."""
    statements: tuple[BiographyStatement, ...]
    """All that were read, in order."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a segment was first said in these words, and which wording it came from."""

    segment: int
    first: int
    """The earliest statement that has these words, by its place in the attribution."""
    said: int
    """How many of the statements have these words."""
    earlier: int | None = None
    """The statement that holds the wording before, by its place; None where none was found."""
    earlier_segments: tuple[int, ...] = ()
    confidence: float = 1.0
    """Of the link to the wording before; 1 where there is none."""
    edits: tuple[Edit, ...] = ()
    """From the wording before to the words as first said."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """For each segment of a statement, its origin among the statements, or snapshots, before it."""

    through: TracedThrough
    sides: tuple[Side, ...]
    """In their order; the last one is attributed."""
    reach: int
    """How many statements before the first one with these words were searched for another wording."""
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class EarlierWording:
    """What a segment was reworded from."""

    reference: str
    segments: tuple[Natural, ...]
    text: str
    confidence: Proportion
    """Of the link between the two wordings."""
    edits: tuple[Edit, ...]
    """From the wording before to the words as first said."""


@dataclass(frozen=True, slots=True)
class AttributedSegment:
    """A segment, and since when it is said in these words."""

    segment: Natural
    paragraph: Positive
    text: str
    first: str
    """The earliest statement with these words, but for case, quotes and dashes."""
    said: Positive
    """In how many of the statements read these words stand."""
    reworded_from: EarlierWording | None


@dataclass(frozen=True, slots=True)
class AttributionTable:
    """An attribution as JSON has it."""

    reference: str
    through: TracedThrough
    reach: Natural
    """How many statements before the first with these words were searched for another wording."""
    read: tuple[str, ...]
    """The statements read, in order; the last one is attributed."""
    segments: tuple[AttributedSegment, ...]


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
