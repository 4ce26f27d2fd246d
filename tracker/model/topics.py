"""Topics: vocabularies, readings, and what became of a topic."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.changes import Evidence, Shift
    from tracker.model.decisions import Decision
    from tracker.model.texts import Natural, Proportion, Version


TopicKind = Literal["theme", "situation"]
Recognition = Literal["terms", "similarity", "words"]
"""How topics are found where nothing was taught: by terms as they are written; by words shared with labels
and terms, and by sentence vectors; or the same without vectors."""


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
    """Words of wider use, by language: a mention, and never more unless one of the terms is near."""
    sdgs: tuple[str, ...] = ()
    """Sustainable Development Goals and targets that it bears on, such as ``13`` and ``16.5``."""
    since: int | None = None
    """The year in which a situation began: before it its words are names of places and people."""

    def __repr__(self) -> str:
        return f"<Topic {self.id}: {self.label}, {sum(map(len, self.terms.values()))} terms>"


@dataclass(frozen=True, slots=True)
class TopicWeights:
    """What a taught topic is recognised by: words and terms with weights in log-odds, added to a bias."""

    topic: str
    bias: float
    words: Mapping[str, float]
    """Runs of one to three stems, separated by blanks."""
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
class VocabularyName:
    """Which vocabulary something rests on."""

    name: str
    digest: str


class KnownDigest(NamedTuple):
    """The digest of some topics: of these very ones, and of no others."""

    topics: tuple[Topic, ...]
    overlap: bool
    digest: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Topics under one name. Its digest follows from what is there: one that is cut or edited has its own."""

    name: str
    topics: tuple[Topic, ...]
    overlap: bool = False
    """Whether the same words may name several topics, so that each is met on its own."""
    model: TopicModel | None = None
    recognition: Recognition = "terms"
    year: int | None = None
    """The year of the statement that is read with it: what began later names nothing. None if not known."""
    known: KnownDigest | None = field(default=None, repr=False, compare=False)
    """What was computed before, or is kept with a file: to digest 8,000 terms takes 20 ms."""

    @property
    def content(self) -> str:
        """The SHA-256 of the topics, whoever taught them, and of whether they may overlap."""
        known = self.known
        if known is None or known.topics is not self.topics or known.overlap != self.overlap:
            digest = _digest_topics(self.topics, overlap=self.overlap)
            known = KnownDigest(self.topics, self.overlap, digest)
            object.__setattr__(self, "known", known)
        return known.digest

    @property
    def digest(self) -> str:
        """The SHA-256 of the topics, and of the model where they were taught."""
        return _digest_text(f"{self.content} {self.model.digest}") if self.model else self.content

    def __repr__(self) -> str:
        taught = ", taught" if self.model else ""
        return f"<Vocabulary {self.name}: {len(self.topics)} topics{taught}, digest {self.digest[:12]}>"


def _digest_topics(topics: tuple[Topic, ...], *, overlap: bool) -> str:
    import json  # noqa: PLC0415 (the digest of the shipped vocabulary is compiled with it)

    content: list[object] = [
        (topic.id, topic.label, topic.kind, topic.broader, *map(_sorted, phrases), *dated)
        for topic in topics
        for phrases in [(topic.terms, topic.near_misses, topic.hints)]
        for dated in [(topic.since,) if topic.since else ()]
    ]
    return _digest_text(json.dumps([*content, "overlap"] if overlap else content, ensure_ascii=False))


def _sorted(phrases: Mapping[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(phrases.items())


def _digest_text(text: str) -> str:
    from hashlib import sha256  # noqa: PLC0415 (as above)

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


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
PRIORITIES: Final = frozenset[str]({"declared", "substantive"})
"""The levels that make a topic a priority."""


@dataclass(frozen=True, slots=True)
class TopicReading:
    """What one statement does with one topic. A topic that is absent has no reading."""

    PUBLISHED: ClassVar = (
        "topic", "level", "segments", "words", "share", "leading", "rule", "decided", "priority", "presence",
        "declaration", "measured", "term", "passage",
    )  # fmt: skip

    topic: str
    level: Level
    segments: tuple[Natural, ...]
    """The segments about it, in order."""
    words: Natural
    share: Proportion
    """Share of the statement's words, ceremony apart."""
    leading: Natural
    """The segment that shows the level best; where a person alone saw it, the one closest to its terms."""
    rule: str
    """The rule that gave the level; ``person: NAME`` where somebody did."""
    decided: Decision | None = None
    priority: Proportion | None = None
    """The probability that a careful reader calls it a priority; None where nothing but a person gave it."""
    presence: Proportion | None = None
    """The probability that a careful reader finds it in the statement at all."""
    declaration: Proportion | None = None
    """The probability that a careful reader calls it declared."""
    measured: bool = False
    """Whether these probabilities were measured for the topic and the language; else they are approximate."""
    term: Evidence | None = None
    """The words of the leading segment that name it; None where a person alone saw it."""
    passage: tuple[Natural, ...] = ()
    """The segments in which the speech is likely on it, whether they name it or not."""
    around: tuple[Natural, ...] = ()
    """The others that name it, or in which the speech may be on it."""

    @property
    def is_shown(self) -> bool:
        """Whether its leading segment can be quoted: nothing shows what a person alone saw."""
        return self.decided is None or bool(self.segments) or self.term is not None

    def quote_from(self, version: Version) -> str:
        """Return the segment of its version to quote; nothing where a person alone saw it."""
        return version.segments[self.leading].text if self.is_shown else ""


SURE: Final = 0.9
"""How many of the claims about topics are to be true, unless somebody chooses otherwise."""
CHOICES: Final = (0.9, 0.8, 0.7)

Status = Literal["new", "moved up", "back", "more", "kept", "less", "moved down", "not repeated"]
Family = Literal["absent", "moved", "kept"]
"""What the levels of both sides are: absent from one, different, or the same."""


class StatusEntry(NamedTuple):
    """What a status is, and what is told of it and asked."""

    family: Family
    """Of statuses whose certainties are fitted together."""
    gains: int
    """1 where the new side shows more of the topic, -1 where the old side does, 0 where neither."""
    coded: Status
    """The status as levels alone give it, which say nothing of shares and earlier sessions."""
    claimed_as: Status
    """The name in the file of certainties from which it is claimed."""
    meaning: str
    opening: str
    """How the sentence of a lead begins that tells it, with ``{old}`` and ``{new}`` for the sides; empty for
    what is told only where nothing changed."""
    worth: float
    """Added to the change of share: what appears or goes says more than what changes its size."""
    place: int
    """Where a report has it: what is read first is what a reader least expects."""
    question: str
    """What a person is asked, with the ``{topic}``, and its levels ``{before}`` and ``{after}``."""


_RANK_KEPT: Final = "Does {topic} keep its rank: {before} in {old}, {after} in {new}?"
STATUSES: Final[Mapping[Status, StatusEntry]] = {
    "new": StatusEntry(
        family="absent",
        gains=1,
        coded="new",
        claimed_as="new",
        meaning="a priority now, absent before",
        opening="New in {new}",
        worth=0.03,
        place=3,
        question="Is {topic} a new priority in {new}: {after} there, and absent from {old}?",
    ),
    "moved up": StatusEntry(
        family="moved",
        gains=1,
        coded="moved up",
        claimed_as="moved up",
        meaning="a higher level than before",
        opening="Moved up in {new}",
        worth=0.01,
        place=2,
        question="Does {topic} rank higher in {new}: {before} in {old}, {after} in {new}?",
    ),
    "back": StatusEntry(
        family="absent",
        gains=1,
        coded="new",
        claimed_as="back",
        meaning="a priority again, absent before",
        opening="Back in {new}",
        worth=0.03,
        place=1,
        question="Is {topic} a priority again in {new}: {after} there, and absent from {old}?",
    ),
    "more": StatusEntry(
        family="kept",
        gains=1,
        coded="kept",
        claimed_as="more",
        meaning="more of the words, at the same level",
        opening="More in {new}",
        worth=0.0,
        place=5,
        question=_RANK_KEPT,
    ),
    "kept": StatusEntry(
        family="kept",
        gains=0,
        coded="kept",
        claimed_as="kept",
        meaning="the same level on both sides",
        opening="",
        worth=0.0,
        place=7,
        question=_RANK_KEPT,
    ),
    "less": StatusEntry(
        family="kept",
        gains=-1,
        coded="kept",
        claimed_as="more",
        meaning="less of the words, at the same level",
        opening="Less in {new}",
        worth=0.0,
        place=6,
        question=_RANK_KEPT,
    ),
    "moved down": StatusEntry(
        family="moved",
        gains=-1,
        coded="moved down",
        claimed_as="moved down",
        meaning="a lower level than before",
        opening="Moved down in {new}",
        worth=0.01,
        place=0,
        question="Does {topic} rank lower in {new}: {before} in {old}, {after} in {new}?",
    ),
    "not repeated": StatusEntry(
        family="absent",
        gains=-1,
        coded="not repeated",
        claimed_as="not repeated",
        meaning="a priority before, absent now",
        opening="Not repeated from {old}",
        worth=0.03,
        place=4,
        question="Is {topic} no longer in {new}: {before} in {old}, and absent from {new}?",
    ),
}
"""The one table of statuses, in the order in which topics are listed. What is fitted, told, asked and
filtered by follows from it."""
TAKEN_UP, DROPPED = (
    tuple(each for each, entry in STATUSES.items() if entry.family == "absent" and entry.gains == gains)
    for gains in (1, -1)
)
"""What became of priorities that the old side lacks, and that the new side lacks."""
MOVES: Final = {
    entry.gains: each for each, entry in STATUSES.items() if entry.family != "absent" and entry.coded == each
}
"""What levels on both sides give, by where the level goes: 1 up, 0 nowhere, -1 down."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The segment closest to a topic where the topic is absent, with its similarity."""

    segment: Natural
    score: Annotated[float, ("minimum", -1), ("maximum", 1)]


LIKELY_FROM: Final = 0.5
"""The certainty from which what is not claimed is likely, as readers take it; outside the fit .58 held."""
ASKED_FROM: Final = 0.25
"""The certainty from which people are asked: of 36 below .2, outside the fit, a fifth held."""


@dataclass(frozen=True, slots=True)
class TopicChange:
    """A topic that is a priority on either side, and what became of it."""

    PUBLISHED: ClassVar = (
        "topic", "label", "kind", "status", "likely", "certainty", "measured", "share_unsure", "old", "new",
        "closest", "absent", "passing", "last", "covered",
    )  # fmt: skip

    topic: str
    label: str
    kind: TopicKind
    outcome: Status
    """What levels and shares as read make of it, however sure: the ``status``, or ``likely``, or untold."""
    old: TopicReading | None
    new: TopicReading | None
    closest: Passage | None = None
    """For what is not repeated, the closest passage of the new text."""
    absent: Decision | None = None
    """Who decided that it is absent on the side that has no reading, where somebody did."""
    outcome_certainty: Proportion | None = None
    """The share of careful readers who would give the outcome; of *more*, *kept* and *less* both levels.

    None where nothing gives probabilities."""
    measured: bool = False
    """Whether the certainty was measured: for topics of the shipped vocabulary, in English. Elsewhere it is
    approximate, and makes no claim."""
    claimed: bool = True
    """Whether it is certain enough to be reported as a finding."""
    share_certainty: Proportion | None = None
    """The share of careful readers of these levels who would call the change of its share as the outcome."""
    share_unsure: bool = False
    """Whether its levels are sure enough to be claimed, and not what became of its share."""
    passing: Evidence | None = None
    """Where the side on which it counts as absent names it all the same, in passing."""
    last: str | None = None
    """For what is back, the latest session before the new one in which it was a priority."""
    covered: str | None = None
    """For what is not repeated, the group whose statement, which the new side aligns with, may cover it."""

    @property
    def status(self) -> Status | None:
        """What is claimed to have become of it; None where nothing is."""
        return self.outcome if self.claimed else None

    @property
    def likely(self) -> Status | None:
        """What may have become of it, not certain enough to be claimed; None where that is unclear."""
        return None if self.claimed or self.unclear else self.outcome

    @property
    def certainty(self) -> Proportion | None:
        """How sure the status is, or the likely one; None without either.

        It is the share of careful readers who would give it, those who would only allow it counted by half.
        None too where nothing gives probabilities.
        """
        return None if self.unclear else self._chance

    @property
    def unclear(self) -> bool:
        """Whether nothing is told of what became of the topic.

        It is too unsure, or what is not claimed goes against the change of share: no reader could use it.
        """
        if self.claimed:
            return False
        return self.goes_against_share or not self._holds_from(LIKELY_FROM)

    @property
    def is_open(self) -> bool:
        """Whether a person or a second reader is asked what became of it: its levels are unsure."""
        settled = self.claimed or self.share_unsure or self.goes_against_share
        return not settled and self._holds_from(ASKED_FROM)

    def _holds_from(self, least: float) -> bool:
        return self._chance is None or self._chance >= least

    @property
    def _chance(self) -> Proportion | None:
        """How sure the outcome is: of *more*, *kept* and *less* both its levels and the change of share."""
        if self.outcome_certainty is None or self.share_certainty is None:
            return self.outcome_certainty
        return round(self.outcome_certainty * self.share_certainty, 4)

    @property
    def goes_against_share(self) -> bool:
        """Whether its share of the words changed in the other direction than its status says."""
        change = (self.new.share if self.new else 0.0) - (self.old.share if self.old else 0.0)
        entry = STATUSES[self.outcome]
        return entry.family != "absent" and change * entry.gains < 0

    def __repr__(self) -> str:
        levels = " to ".join(side.level if side else "absent" for side in (self.old, self.new))
        told = self.status or (f"likely {self.likely}" if self.likely else "no change is told")
        certainty = "" if self.certainty is None else f", certainty {self.certainty:.2f}"
        return f"<TopicChange {self.topic}: {told}, {levels}{certainty}>"


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Leading passages of both sides on one kept topic: same subject, not the same sentence."""

    topic: str
    old: Natural
    new: Natural
    shifts: tuple[Shift, ...] = ()
