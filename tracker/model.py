"""The values that pass between the parts, in the order in which they come to be.

All are frozen. Positions are character offsets, half open. Nothing here reads a file, a clock or a
database. The words are those of the glossary in ``tracker/docs/glossary.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

# ---------------------------------------------------------------------------------------------------
# What is cited


@dataclass(frozen=True, slots=True)
class Reference:
    """What a user points at, from a whole series to one snapshot of one edition.

    ``GBR/UNGA`` is a series, ``GBR/UNGA/79`` a statement, ``GBR/HRC/52/item-4`` one of several in a
    session, ``GBR/UNGA/79~verbatim.fr`` an edition, and ``@2`` or ``@2024-05-20`` picks a snapshot.
    """

    country: str
    body: str
    session: str | None = None
    item: str | None = None
    kind: TextKind | None = None
    language: str | None = None
    snapshot: int | str | None = None
    """The ordinal of a snapshot, or an ISO date by which it had been observed."""

    def __str__(self) -> str:
        parts = [self.country, self.body, *(part for part in (self.session, self.item) if part)]
        edition = ".".join(part for part in (self.kind, self.language) if part)
        text = "/".join(parts) + (f"~{edition}" if edition else "")
        return text if self.snapshot is None else f"{text}@{self.snapshot}"


Language = Literal["en", "fr", "es", "ru", "ar", "zh"]
"""The languages whose sentences are cut and whose topics are met by rules of their own."""

TextKind = Literal["prepared", "delivered", "verbatim", "summary", "translation", "interpretation"]


# ---------------------------------------------------------------------------------------------------
# From bytes to citable text


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text one extractor read out of a document, before any cleaning."""

    text: str
    media_type: str
    extractor: str
    """Name, release and configuration, for example ``pypdfium2 5.15.2``."""
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of clean text and the stretch of the extractor's output that it came from.

    Where both are of one length the text is a verbatim copy; elsewhere it was replaced (a line break
    by a space, a ligature by its letters).
    """

    clean_start: int
    clean_end: int
    raw_start: int
    raw_end: int


@dataclass(frozen=True, slots=True)
class SpanMap:
    """Where each character of a clean text stood in the extractor's output; runs in clean order."""

    runs: tuple[Run, ...]

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest raw span that covers ``clean[start:end]``.

        Raises ``ValueError`` where the span is empty or outside the clean text.
        """
        touched = [run for run in self.runs if run.clean_start < end and run.clean_end > start]
        if not touched or start >= end:
            raise ValueError(f"no raw text behind {start}:{end}")
        first, last = touched[0], touched[-1]
        return _raw_offset(first, start, first.raw_start), _raw_offset(last, end, last.raw_end)


def _raw_offset(run: Run, clean: int, otherwise: int) -> int:
    if run.clean_end - run.clean_start != run.raw_end - run.raw_start:
        return otherwise
    return run.raw_start + min(max(clean, run.clean_start), run.clean_end) - run.clean_start


SegmentKind = Literal["sentence", "heading", "item"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A citable unit of a version: ``clean[start:end] == text``. Paragraphs count from 1, and are ours."""

    ordinal: int
    kind: SegmentKind
    paragraph: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """The clean text of a document as one extractor read it, cut into segments.

    Paragraphs are parted by one blank line, items of a list by a line break; verse-like lines are joined.
    """

    text: str
    language: str
    segments: tuple[Segment, ...]
    spans: SpanMap
    extractor: str
    media_type: str

    @property
    def words(self) -> int:
        """The number of words, counted between blanks (characters, for Chinese)."""
        if self.language == "zh":
            return sum(char.isalnum() for char in self.text)
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two statements compared: its text, and what is known about its delivery."""

    name: str
    """A reference as text, or a file's name."""
    version: Version
    title: str | None = None
    country: str | None = None
    body: str | None = None
    session: str | None = None
    kind: TextKind | None = None
    kind_inferred: bool = False
    delivered: str | None = None
    """An EDTF date: a year alone is one."""
    speaker: str | None = None
    post: str | None = None
    on_behalf_of: str | None = None
    sha256: str | None = None
    snapshot: int | None = None


# ---------------------------------------------------------------------------------------------------
# What the archive is told, and what it answers


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the person who adds a document says about it; nothing is required but the statement."""

    reference: Reference
    """Country, body, session and item; kind and language where they are declared."""
    kind_inferred: bool = False
    language_inferred: bool = False
    statement_type: str | None = None
    """General debate, item, explanation of vote, right of reply or joint."""
    title: str | None = None
    title_inferred: bool = False
    """The title was read out of the document; it never takes the place of a declared one."""
    delivered: str | None = None
    url: str | None = None
    symbol: str | None = None
    speaker: str | None = None
    post: str | None = None
    on_behalf_of: str | None = None


Outcome = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Amendment:
    """A declared value that a later declaration has replaced; the archive keeps both."""

    field: str
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of recording a document: the edition, its snapshot and whether that is a new one."""

    reference: Reference
    outcome: Outcome
    snapshot: int
    amended: tuple[Amendment, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotEntry:
    """One snapshot of an edition as ``tracker log`` shows it."""

    reference: Reference
    observed: str
    sha256: str
    size: int
    media_type: str
    extractor: str
    language: str
    words: int
    source: str | None


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One edition as ``tracker list`` shows it."""

    reference: Reference
    kind_inferred: bool
    delivered: str | None
    title: str | None
    speaker: str | None
    post: str | None
    words: int
    snapshots: int
    observed: str
    """When the latest snapshot was taken."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One segment that a search found."""

    reference: Reference
    delivered: str | None
    paragraph: int
    segment: int
    snippet: str
    """The segment's text with each match between U+0002 and U+0003, for the renderer to mark."""


# ---------------------------------------------------------------------------------------------------
# Sentences compared


@dataclass(frozen=True, slots=True)
class Link:
    """Segments of the old text (by index) that correspond to segments of the new one, n to m."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    confidence: float
    """The probability that a careful reader would link them, rounded to four decimals."""
    method: str
    """``equal``, ``typographic`` or ``likeness``."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Segments that the alignment weighed as one link, with the probability of it in place and as a move."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    in_place: float
    moved: float


EditKind = Literal["kept", "deleted", "inserted"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of characters kept, deleted or inserted inside one change.

    The texts of the edits that are not inserted, joined, give the old side; of those not deleted, the
    new side.
    """

    kind: EditKind
    text: str


Operation = Literal["kept", "typographic", "reworded", "split", "merged", "new", "dropped"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words in one segment that a judgement rests on; offsets into that segment's text."""

    segment: int
    start: int
    end: int
    text: str


Axis = Literal["strength", "figure", "date", "name", "scope", "negation"]
Direction = Literal[
    "stronger",
    "weaker",
    "added",
    "removed",
    "raised",
    "lowered",
    "later",
    "earlier",
    "loosened",
    "tightened",
    "wider",
    "narrower",
    "changed",
]


@dataclass(frozen=True, slots=True)
class Shift:
    """What an edit means on one axis, with the words on both sides that show it."""

    axis: Axis
    direction: Direction
    old: Evidence | None
    new: Evidence | None
    rule: str
    """The rule or published scale that decided, for example ``modality: will > intend to``."""
    amount: str | None = None
    """For figures and dates, the computed difference, for example ``+3 million euros (+60%)``."""


@dataclass(frozen=True, slots=True)
class Change:
    """One linked group of segments and what happened to it."""

    id: str
    """A digest of the folded text on both sides and the occurrence; survives re-extraction."""
    operation: Operation
    moved: bool
    old: tuple[int, ...]
    new: tuple[int, ...]
    edits: tuple[Edit, ...]
    confidence: float
    method: str
    shifts: tuple[Shift, ...] = ()


# ---------------------------------------------------------------------------------------------------
# Topics


TopicKind = Literal["theme", "situation"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A concept of a vocabulary, after SKOS: preferred label, terms, broader, scope note."""

    id: str
    label: str
    kind: TopicKind = "theme"
    broader: str | None = None
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Terms that name the topic, by language."""
    near_misses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Phrases that hold a term and do not name the topic, by language."""
    scope_note: str = ""
    hints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words of wider use, by language: a mention, and never more unless one of the terms stands near."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Topics under one name, with the digest of their content."""

    name: str
    topics: tuple[Topic, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A topic met in one sentence; offsets into the sentence's text."""

    segment: int
    topic: str
    start: int
    end: int
    term: str
    confidence: float
    method: str


Level = Literal["declared", "substantive", "acknowledged", "mentioned"]


@dataclass(frozen=True, slots=True)
class TopicReading:
    """What one statement does with one topic. A topic that is absent has no reading."""

    topic: str
    level: Level
    segments: tuple[int, ...]
    """The segments about it, in order."""
    words: int
    share: float
    """Share of the statement's words, ceremony apart, 0 to 1."""
    leading: int
    """The segment that shows the level best; the one to quote."""
    rule: str
    """The rule that gave the level."""


Status = Literal["new", "promoted", "returned", "up", "kept", "down", "demoted", "dropped"]


@dataclass(frozen=True, slots=True)
class Passage:
    """The segment closest to a topic where the topic is absent, with its similarity 0 to 1."""

    segment: int
    score: float


@dataclass(frozen=True, slots=True)
class TopicChange:
    """A topic that is a priority on either side, and what became of it."""

    topic: str
    label: str
    kind: TopicKind
    status: Status
    old: TopicReading | None
    new: TopicReading | None
    difference: tuple[float, float] | None = None
    """The interval of new share less old share, where both sides have the topic as a priority."""
    closest: Passage | None = None
    """For what is not repeated, the closest passage of the new text."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Leading passages of both sides on one kept topic: same subject, not the same sentence."""

    topic: str
    old: int
    new: int
    shifts: tuple[Shift, ...] = ()


# ---------------------------------------------------------------------------------------------------
# The whole answer

Genre = Literal["revision", "session"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a comparison rests on, by digest, so that it can be computed again."""

    release: str
    old_text: str
    new_text: str
    vocabulary: str
    encoder: str


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


# ---------------------------------------------------------------------------------------------------
# One sentence through many statements


@dataclass(frozen=True, slots=True)
class Saying:
    """One place where what is traced was said; ``text[start:end]`` are the words that match."""

    segments: tuple[int, ...]
    """One segment, or neighbouring ones that a sentence was split into."""
    text: str
    """The segments' texts, joined by blanks."""
    start: int
    end: int
    exact: bool
    """Whether the same folded words stand there."""
    confidence: float
    """1 where it is exact; else how alike the words are, 0 to 1, four decimals."""
    method: str
    """``equal``, ``contained``, ``in order``, ``lexical``, or ``drift``: alike to a wording found before."""

    @property
    def words(self) -> str:
        """The words that match, without those around them."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One statement of a series, and where it says what is traced, in the order of the text."""

    side: Side
    session_kind: str
    """Regular, special ...: silence is told from the sessions of one kind."""
    sayings: tuple[Saying, ...] = ()
    leading: int = 0
    """The saying to quote: the first exact one, else the likeliest."""
    edits: tuple[Edit, ...] = ()
    """From the wording said before this one, where they differ; none for the first."""
    wording: int | None = None
    """Wordings count from 1 in the order in which they were first said; case and quotes aside."""


@dataclass(frozen=True, slots=True)
class Biography:
    """What became of a sentence or a phrase over the statements of a series, in their order."""

    series: str
    asked: str
    unit: Literal["phrase", "sentence"]
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a segment was first said in these words, and which wording it came from."""

    segment: int
    first: int
    """The earliest statement that has these words, by its place in the attribution."""
    said: int
    """In how many of the statements these words stand."""
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

    through: Literal["sessions", "snapshots"]
    sides: tuple[Side, ...]
    """In their order; the last one is attributed."""
    reach: int
    """How many statements before the first one with these words were searched for another wording."""
    origins: tuple[Origin, ...]
