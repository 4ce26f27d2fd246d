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


BroughtStatus = Literal["new", "changed", "known", "rewritten", "removed", "passed", "skipped"]


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one revision of a file that a git repository held, or of its removal.

    *Known* was recorded before from this very commit, *rewritten* from another that held the same bytes;
    *passed* has the bytes of the revision before it. Only *skipped* was meant to be read and could not be.
    """

    status: BroughtStatus
    commit: str
    path: str
    observed: str | None
    subject: str
    reference: Reference | None = None
    note: str = ""
    """Why, or what was taken for granted."""


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What came of reading a repository's history, oldest first, and what it no longer holds."""

    entries: tuple[Brought, ...]
    gone: tuple[str, ...]
    """Sources of snapshots that are in the record and no longer in the repository: it was rewritten."""
    remarks: tuple[str, ...]
    """What is to be known about the repository itself, a sentence each."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What bringing the mirror up to date came to."""

    path: str
    commits: int
    tip: str | None
    """The commit that holds everything; none where there is nothing yet."""
    closed: int
    """Snapshots of which the public branch has no more than the digest."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push of the mirror: what went where, and the commit that stands there now."""

    remote: str
    private: bool
    tip: str
    closed: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a record holds that was made out of a mirror."""

    commit: str
    rows: Mapping[str, int]
    """Rows by table."""
    closed: int
    """Rows of which the mirror, a public one, has no more than the digest; they are not in the record."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the record that was checked."""

    path: str
    size: int
    sha256: str
    rows: Mapping[str, int]
    """Rows by table."""


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
    decided: tuple[Decision, ...] = ()
    """What people decided about it, one decision a question: those that count."""


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
    sdgs: tuple[str, ...] = ()
    """Sustainable Development Goals and targets that it bears on, such as ``13`` and ``16.5``."""


@dataclass(frozen=True, slots=True)
class TopicWeights:
    """What a taught topic is recognised by: words and terms with weights in log-odds, added to a bias."""

    topic: str
    bias: float
    words: Mapping[str, float]
    """Runs of one to three stems, parted by blanks."""
    terms: Mapping[str, float]
    """Topics by id: the weight of meeting a term of that topic in the sentence."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Weights learned from coded sentences in one language; a topic is named from the threshold on."""

    language: str
    threshold: float
    topics: tuple[TopicWeights, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Topics under one name, with the digest of their content, and of the model where it was taught."""

    name: str
    topics: tuple[Topic, ...]
    digest: str
    overlap: bool = False
    """Whether the same words may name several topics, so that each is met on its own."""
    model: TopicModel | None = None


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
    """The rule that gave the level; ``person: NAME`` where somebody did."""
    decided: Decision | None = None
    priority: float | None = None
    """The probability that a careful reader calls it a priority; None in languages it was not fitted on."""
    presence: float | None = None
    """The probability that a careful reader finds it in the statement at all."""


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
    absent: Decision | None = None
    """Who decided that it is absent on the side that has no reading, where somebody did."""
    certainty: float | None = None
    """For new, returned and dropped, the probability that a careful reader agrees, where it is known."""
    claimed: bool = True
    """Whether it is certain enough to be told as a finding; what is not is told apart, as perhaps so."""
    covered: str | None = None
    """For what is not repeated, the group whose statement, which the new side aligns with, may cover it."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Leading passages of both sides on one kept topic: same subject, not the same sentence."""

    topic: str
    old: int
    new: int
    shifts: tuple[Shift, ...] = ()
    actors: tuple[Shift, ...] = ()
    """Who only one side names in all its sentences on the topic: removed before added, with role."""


PhraseStatus = Literal["emerging", "vanished"]


@dataclass(frozen=True, slots=True)
class PhraseChange:
    """A word or phrase that one side uses far more than the other."""

    phrase: str
    """As it is written most often."""
    status: PhraseStatus
    old: int
    """Uses on the old side."""
    new: int
    score: float
    """The log-odds ratio over its standard error; above zero where the new side uses it more."""
    topic: str | None
    """The topic of the vocabulary that most of its uses name, if any."""
    segment: int
    """A segment that uses it, of the new side where it is emerging, else of the old one."""
    text: int
    """Which of the texts compared holds the segment; of two, 0 is the old one and 1 the new."""


# ---------------------------------------------------------------------------------------------------
# What people decide


Question = Literal["sentences", "strength", "figure", "date", "name", "scope", "negation", "level"]
"""What a decision answers: which sentences correspond and how, an axis, or a topic's level."""

Verdict = Literal["accept", "reject", "relabel", "withdraw"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer to one question; of several to the same question the latest counts."""

    person: str
    decided: str
    """An instant in UTC."""
    question: Question
    verdict: Verdict
    label: str | None
    """An operation, a direction or ``none``, a level or ``absent``; nothing where rejected or withdrawn."""
    said: str
    """What had been judged without people, in the same words."""
    note: str | None = None
    against: tuple[str, ...] = ()
    """What others last answered that differs, each as ``NAME: code``."""

    @property
    def code(self) -> str:
        """The answer in one word, as coders compare it: the label, ``reject`` or ``withdrawn``."""
        return self.label or ("reject" if self.verdict == "reject" else "withdrawn")


@dataclass(frozen=True, slots=True)
class Quote:
    """A segment told by its words, and by its occurrence, from 1, among those of the same folded words."""

    text: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What a decision is about: a change between two statements, or a topic in one."""

    old: Reference | None
    """The snapshot compared with; none for a topic."""
    new: Reference
    name: str
    """The id of the change, or of the topic."""
    old_quotes: tuple[Quote, ...]
    new_quotes: tuple[Quote, ...]
    """The segments of the change on that side; for a topic, those that were read as about it."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with what it is about, told by words: it survives another cutting and other weights."""

    unit: Unit
    decision: Decision


@dataclass(frozen=True, slots=True)
class DecidedLevel:
    """A topic whose level on one side somebody decided on."""

    side: Literal["old", "new"]
    topic: str
    label: str
    """The topic's label."""
    decision: Decision


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
    prior: str = "none"
    """The prior that phrases were weighed with."""


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


# ---------------------------------------------------------------------------------------------------
# Topics over the sessions of a series, and over the countries of a session


@dataclass(frozen=True, slots=True)
class Standing:
    """What a series does with one topic at one session; several statements of a session count together."""

    topic: str
    level: Level | None
    """None where it is absent."""
    sentences: int
    words: int
    share: float
    rule: str
    status: Status | None
    """Against the session before, of its kind; None where it is a priority at neither, or not asked for."""
    quote: str
    """The segment that shows the level best."""
    priority: float | None = None
    """The probability that a careful reader calls it a priority; None where not fitted, or absent."""


SessionState = Literal["read", "no statement", "no text"]


@dataclass(frozen=True, slots=True)
class TimelineSession:
    """A session of a series: one at which the country spoke, or one of the same kind between such."""

    label: str
    kind: str
    """Regular, special ...: sessions of one kind are neighbours."""
    year: int | None
    state: SessionState
    """``no statement``: the archive knows none. ``no text``: none that the vocabulary can be met in."""
    statements: tuple[str, ...] = ()
    """The references of what was read, with edition and snapshot."""
    before: str | None = None
    """The session that statuses are against."""
    standings: tuple[Standing, ...] = ()
    """In the vocabulary's order: the topics present, and those that were a priority before and are absent."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Topics through the sessions of a series, kind by kind, each in order."""

    series: str
    vocabulary: Vocabulary
    sessions: tuple[TimelineSession, ...]


@dataclass(frozen=True, slots=True)
class CountryReading:
    """What one country does with each topic at a session."""

    country: str
    name: str
    statements: tuple[str, ...]
    language: str
    standings: tuple[Standing, ...]
    """In the vocabulary's order, absent topics left out; without statuses."""


@dataclass(frozen=True, slots=True)
class SessionReading:
    """The countries that spoke at one session, by code, and what each does with the topics."""

    body: str
    session: str
    year: int | None
    vocabulary: Vocabulary
    spoke: int
    """How many countries were read, of which those asked for are here."""
    countries: tuple[CountryReading, ...]


@dataclass(frozen=True, slots=True)
class PhraseUse:
    """A phrase that sets a session apart, with one sentence that uses it, there or elsewhere."""

    change: PhraseChange
    """Old is all other sessions of the series, new the session itself."""
    reference: str
    paragraph: int
    quote: str


@dataclass(frozen=True, slots=True)
class PhraseSession:
    """One session of a series and the phrases that set it apart from all its other sessions."""

    label: str
    year: int | None
    statements: tuple[str, ...]
    phrases: tuple[PhraseUse, ...]


@dataclass(frozen=True, slots=True)
class PhraseSeries:
    """Sessions of a series, each compared by its phrases with the other sessions in the same language."""

    series: str
    language: str
    read: tuple[str, ...]
    """All sessions in that language that were read, in their order."""
    prior: str
    """The name and digest of the prior."""
    vocabulary: Vocabulary
    sessions: tuple[PhraseSession, ...]
    """Those asked for."""


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


# ---------------------------------------------------------------------------------------------------
# What is watched, fetched and judged

Access = Literal["open", "restricted", "embargoed"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an edition is found, or an index that leads to statements; one table of ``watch.toml``."""

    id: str
    address: str
    """A URL, or a path relative to the archive's folder."""
    is_index: bool = False
    reference: Reference | None = None
    """The edition it feeds; None for an index and for a candidate without a rule."""
    rule: str | None = None
    """For an index, the template of the references it proposes, for example ``GBR/UNGA/{session}``."""
    links: str | None = None
    """For an index, the regular expression that an address must match."""
    link_text: str | None = None
    """For an index, the regular expression that the text of a link must match."""
    selector: str | None = None
    remove: tuple[str, ...] = ()
    language: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    pace: float | None = None
    """The least seconds between two requests to its host; None for the list's own."""
    rights: str | None = None
    access: Access = "open"
    min_words: int | None = None


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """What holds for all sources; times in seconds."""

    contact: str | None = None
    pace: float = 2.0
    connections: int = 4
    timeout: float = 30.0
    max_megabytes: int = 50
    full_check_days: int = 30
    allow_private: tuple[str, ...] = ()
    """Hosts, each with its port where it has one, that may resolve to private addresses."""


@dataclass(frozen=True, slots=True)
class WatchList:
    """All sources of an archive, with the text of the file that names them and its SHA-256."""

    settings: WatchSettings
    sources: tuple[Source, ...]
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of its last answer, to ask whether there is a newer one."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the head of its answer, kept as evidence; instants in UTC, ISO 8601."""

    requested: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int | None
    """None where no answer came."""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source gave, after redirects; ``data`` is None where the server says it has not changed."""

    source: str
    url: str
    data: bytes | None
    media_type: str | None
    exchanges: tuple[Exchange, ...]
    validators: Validators
    seconds: float


FetchOutcome = Literal["unreachable", "gone", "robots-denied"]


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """Why a source gave nothing: the outcome, a short cause from a fixed list, and what exactly was met."""

    source: str
    outcome: FetchOutcome
    cause: str
    detail: str
    exchanges: tuple[Exchange, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Discovery:
    """A link that an index led to, with the reference its rule proposes."""

    source: str
    address: str
    text: str
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a document may become a snapshot; where not, the rule that stopped it and its evidence."""

    accepted: bool
    cause: str = ""
    """A short name from the rules: login, error page, challenge, consent, empty, collapsed ..."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that has come from a source and been read, before anything is decided about it."""

    source: Source
    fetched: Fetched
    extraction: Extraction
    version: Version


@dataclass(frozen=True, slots=True)
class Kept:
    """What the archive keeps of one earlier snapshot; the text is that of its latest version."""

    reference: Reference
    observed: str
    sha256: str
    words: int
    language: str
    extractor: str
    url: str | None
    text: str


@dataclass(frozen=True, slots=True)
class History:
    """What the archive holds that an arrival is judged by."""

    snapshots: tuple[Kept, ...] = ()
    """The latest snapshots of the edition that the source feeds, newest first; empty at its first capture."""
    twins: tuple[Reference, ...] = ()
    """Other statements that hold the very same bytes or the same clean text."""


# ---------------------------------------------------------------------------------------------------
# What the ledger keeps

RunKind = Literal["record", "add", "import", "judge", "snapshot", "review", "expect"]
"""What a run did; ``record`` is a writing that was given no name."""

RunStatus = Literal["running", "complete", "failed", "interrupted"]

CheckOutcome = Literal[
    "new",
    "changed",
    "unchanged",
    "moved",
    "quarantined",
    "rejected",
    "unreachable",
    "gone",
    "robots-denied",
]
"""What one check of one source came to; ``snapshot`` counts all but the first four as findings."""

Announcement = Literal["corrigendum", "last-modified", "silent"]
"""How the publisher told of a change: in words, by the server's date, or not at all."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one check of one source came to, with the evidence; instants in UTC."""

    source: str
    address: str
    outcome: CheckOutcome
    observed: str
    seconds: float
    cause: str = ""
    detail: str = ""
    reference: Reference | None = None
    """The edition that the source feeds, as far as it was named."""
    snapshot: Reference | None = None
    """The snapshot that was made, or found to be still what is published."""
    url: str | None = None
    """Where the answer came from, after redirects."""
    http_status: int | None = None
    sha256: str | None = None
    """Of the bytes received; None where none came, as with "not modified"."""
    size: int | None = None
    announced: Announcement | None = None
    validators: Validators = Validators()
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run as ``tracker runs`` shows it; what older releases did not note is None."""

    id: int
    kind: RunKind | None
    command: str | None
    started: str
    ended: str | None
    status: RunStatus | None
    release: str
    watch_list: str | None
    """The SHA-256 of the watch list that was read."""
    outcomes: tuple[tuple[CheckOutcome, int], ...] = ()
    snapshots: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A link that an index led to, as the archive remembers it; it is watched from then on, once named."""

    source: str
    """The index."""
    address: str
    text: str
    reference: Reference | None
    """By the index's rule, or as a person named it."""
    found: str
    refused: bool = False
    """A person said that it is no statement; it is not fetched again."""


@dataclass(frozen=True, slots=True)
class Review:
    """A document that was not accepted, waiting for a person or decided by one."""

    id: int
    source: str
    address: str
    reference: Reference | None
    """As proposed; None where somebody has to name it."""
    sha256: str
    size: int
    media_type: str
    cause: str
    detail: str
    observed: str
    verdict: Literal["accept", "reject"] | None = None
    person: str | None = None
    decided: str | None = None
    reason: str | None = None
    snapshot: Reference | None = None
    """What became of it once accepted."""


Expected = Literal["expected", "no statement", "withdrawn"]
"""What is known of a statement that is not there; ``withdrawn`` takes back what was noted before."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A statement that is expected, or known never to have been made, and who says so."""

    reference: Reference
    state: Expected
    person: str
    noted: str
    due: str | None = None
    """An ISO date by which it is expected."""
    note: str | None = None
    captured: str | None = None
    """When its first snapshot was taken, where there is one."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where a source stands: its latest check, its last success, and the failures since."""

    last: Check
    succeeded: str | None
    """When it was last found as it should be; None where it never was."""
    failures: int
    """Checks in a row, up to the latest, that found no statement."""
    since: str | None
    """When that row began."""
    waiting: int
    """Documents of it that wait for a review."""


ConcernKind = Literal["night missed", "failing", "gone", "overdue", "waiting"]


@dataclass(frozen=True, slots=True)
class Concern:
    """Something about the archive that a person should look at."""

    kind: ConcernKind
    subject: str
    """A source's id, a reference, or the archive itself."""
    since: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """Where every watched source stands at an instant, and what a person should look at."""

    instant: str
    sources: tuple[SourceState, ...]
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class BodyYear:
    """One body's year: statements, and addresses that went."""

    body: str
    expected: int = 0
    """Statements noted as expected, by when they were due; without a due date, by when that was noted."""
    captured: int = 0
    """Statements whose first snapshot was taken in the year."""
    late: int = 0
    """Of those expected, captured after the due date."""
    missing: int = 0
    """Of those expected, due and not captured."""
    silent: int = 0
    """Statements of which a person noted in the year that they were not made."""
    gone: int = 0
    """Sources confirmed in the year to be gone."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """How one person decided on quarantined documents in a year."""

    person: str
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Year:
    """An archive's year, as far as it has gone."""

    year: int
    until: str
    """The last day counted."""
    bodies: tuple[BodyYear, ...]
    nights: int
    """Nights with a complete run."""
    missed: tuple[str, ...]
    """Days without one, from the archive's first night on."""
    reviewers: tuple[Reviewer, ...]
    waiting: int
    """Quarantined documents that still wait."""
