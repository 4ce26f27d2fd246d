"""Sentences compared: links, edits, shifts, changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tracker.model.decisions import DecidedLevel, Decision, Opinion
    from tracker.model.phrases import PhraseChange
    from tracker.model.texts import Amount, Filled, Natural, Proportion, Segment, Side
    from tracker.model.topics import Counterpart, TopicChange

LinkMethod = Literal["equal", "typographic", "likeness", "judged", "none"]
"""*judged* by a person; *none* where one side is empty."""


@dataclass(frozen=True, slots=True)
class Link:
    """Segments of the old text (by index) that correspond to segments of the new one, n to m."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    confidence: float
    """The probability that a careful reader would link them, rounded to four decimals."""
    method: LinkMethod


@dataclass(frozen=True, slots=True)
class Candidate:
    """Segments that the alignment weighed as one link, with its probabilities."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    in_place: float
    moved: float
    again: float
    """That one speech says again what the one before it said."""

    @property
    def likeliest(self) -> float:
        """The highest of its probabilities."""
        return max(self.in_place, self.moved, self.again)


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
EDITED: Final = frozenset({"reworded", "split", "merged"})
"""What edits a sentence, and leaves more of it than its marks."""

Counted = Operation | Literal["moved"]
"""What changes are counted by: what moved may be kept or edited too, and counts as both."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words in one segment that a judgement rests on; offsets into that segment's text."""

    segment: Natural
    start: Natural
    end: Natural
    text: str


Axis: TypeAlias = str
"""A name in ``AXES``."""

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


class AxisEntry(NamedTuple):
    """What may happen on one axis, and what is told of it."""

    directions: tuple[Direction, ...]
    tables: tuple[str, ...]
    """The files of terms, ladders and weights that it rests on."""
    about: Literal["wording", "facts"]
    """Whether it is how a thing is said, or figures, dates and names."""
    always: bool = False
    """Whether it is looked for where too few words are kept to take agent and object as alike."""


AXES: Final[Mapping[Axis, AxisEntry]] = {
    "strength": AxisEntry(
        ("stronger", "weaker"),
        ("strength.toml", "force.toml", "requests.toml", "request_grades.toml"),
        "wording",
        always=True,
    ),
    "figure": AxisEntry(("raised", "lowered", "changed"), ("figures.toml",), "facts", always=True),
    "date": AxisEntry(
        ("earlier", "later", "loosened", "tightened", "changed", "added", "removed"),
        ("dates.toml",),
        "facts",
        always=True,
    ),
    "name": AxisEntry(("changed", "added", "removed"), ("names.toml",), "facts"),
    "scope": AxisEntry(("wider", "narrower"), ("scope.toml",), "wording", always=True),
    "negation": AxisEntry(("added", "removed"), ("polarity.toml",), "wording", always=True),
}
"""The one table of axes, in the order in which they are listed; ``tracker.comparing.shifts`` finds shifts on
them. What people may decide and what reports list is taken from it."""


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


NameStatus = Literal["no longer named", "named now"]


@dataclass(frozen=True, slots=True)
class NameChange:
    """A name that one side has, and the other in no form: of a state, a person, a place, a treaty."""

    name: Filled
    status: NameStatus
    uses: Natural
    """How often the side that has it names it."""
    evidence: Evidence
    """Where it does: on the old side for what is no longer named."""
    scope: Literal["whole statement"] = "whole statement"
    """What the claim is of: all that either side says, whatever the topic."""


@dataclass(frozen=True, slots=True)
class Change:
    """One linked group of segments and what happened to it."""

    id: Filled
    """A digest of the folded text on both sides and the occurrence; survives re-extraction."""
    operation: Operation
    moved: bool
    old: tuple[Natural, ...]
    """Indexes into the segments of the old side."""
    new: tuple[Natural, ...]
    """Indexes into the segments of the new side."""
    edits: tuple[Edit, ...]
    """Those not inserted, joined, give the old side of the change; those not deleted, the new one."""
    confidence: Proportion
    method: LinkMethod
    """How they were linked; ``judged`` by a person; ``none`` where one side is empty."""
    shifts: tuple[Shift, ...] = ()
    decided: tuple[Decision, ...] = ()
    """What people decided about it, one decision a question: those that count."""

    def __repr__(self) -> str:
        shifts = "".join(f", {shift.axis}={shift.direction}" for shift in self.shifts)
        moved = ", moved" if self.moved else ""
        return (
            f"<Change {self.id[:7]}: {self.operation}{moved}{shifts}, {list(self.old)} to {list(self.new)}>"
        )


def count_changes(changes: Sequence[Change]) -> tuple[tuple[Counted, int], ...]:
    """Return how many changes there are of each operation, and how many moved; never zero."""
    found = Counter[Counted](each.operation for each in changes)
    found["moved"] = sum(each.moved for each in changes)
    return tuple((name, found[name]) for name in (*get_args(Operation), "moved") if found[name])


@dataclass(frozen=True, slots=True)
class Highlight:
    """Changes that a reader takes as one, with how much they change."""

    changes: tuple[Filled, ...]
    """Their ids, what weighs most first: of one change, or of some that stand together."""
    weight: Amount
    """How much they weigh beside the others of the comparison; it is no share and has no unit."""
    reasons: tuple[str, ...]
    """What weighs in it, the most first: words, an axis, or that it binds (``highlights.toml``)."""


SideOfTwo = Literal["old", "new"]
Act = Literal["asks", "promises", "threatens", "condemns", "names", "figure"]
"""What a sentence does; *names* and *figure* that it holds a name, or a figure, that the other text lacks."""

INSIDE_SURE: Final = 0.55
"""The certainty from which what changed inside a topic is claimed."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What one side does inside a topic that is on both, without a counterpart on the other."""

    topic: Filled
    side: SideOfTwo
    """The side that does it: *new* is done now, *old* no longer."""
    act: Act
    evidence: Evidence
    """The words of its sentence that show it."""
    certainty: Proportion
    """How likely a careful reader agrees: the sentence does it, on the topic, and the other side does not."""
    weight: Proportion
    """How much it matters: how likely it is among the five that a reader would name of the topic, times the
    larger share of the words that the topic has."""

    @property
    def claimed(self) -> bool:
        """Whether it is certain enough to be told without *likely*."""
        return self.certainty >= INSIDE_SURE


Genre = Literal["revision", "session"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a comparison rests on, by digest, so that it can be computed again."""

    release: str
    old_text: str
    new_text: str
    vocabulary: str
    """Its digest; how it finds topics, with the digest of the weights, where not by terms or a model; and the
    name of the reader of topics where that is not our rules."""
    encoder: str
    prior: str = "none"
    """The prior that phrases were weighed with, and its digest."""
    unmeasured: str | None = None
    """Why changes of some topics, or of all, are not claimed and their certainties are approximate, if so."""
    sure: Proportion = 0.9
    """How many of the claims about topics are to be true, as chosen."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is reported about two statements; every output is made from this."""

    OPTIONAL: ClassVar = ("opinions",)

    old: Side
    new: Side
    genre: Genre
    aligned: Proportion
    """Share of the segments of both sides that have a partner, apart from ``ceremony``."""
    caveats: tuple[str, ...]
    changes: tuple[Change, ...]
    topics: tuple[TopicChange, ...]
    counterparts: tuple[Counterpart, ...]
    provenance: Provenance
    phrases: tuple[PhraseChange, ...] = ()
    """What one side uses far more, emerging before vanished; empty for a revision."""
    highlights: tuple[Highlight, ...] = ()
    """What changed, what people decided about first, then the largest; empty where topics are compared."""
    ceremony: tuple[Filled, ...] = ()
    """The ids of the changes that are greetings and formulas on both sides."""
    names: tuple[NameChange, ...] = ()
    """Who and what only one side names, no longer named first; of two English texts only."""
    inside: tuple[Inside, ...] = ()
    """What changed inside topics that both sides have, the largest first; of two English texts only."""
    levels: tuple[DecidedLevel, ...] = ()
    """The levels that people decided on, of priorities and of topics that are none."""
    opinions: tuple[Opinion, ...] = ()
    """What language models answered about its topics; only where one was asked."""

    def _repr_html_(self) -> str | None:
        """Return the report as a notebook shows it; None, and so one line, where nothing makes reports."""
        make = _PAGES.get(type(self))
        return make(self) if make else None

    def __repr__(self) -> str:
        return (
            f"<Comparison {self.old.name!r} to {self.new.name!r}: {self.genre}, {self.aligned:.0%} aligned,"
            f" {len(self.changes)} changes, {len(self.topics)} topics>"
        )


_PAGES: Final[dict[type, Callable[[Comparison], str]]] = {}


def register_page(make: Callable[[Comparison], str]) -> None:
    """Have a notebook show comparisons as ``make`` says, as a part of a page: values know of no report."""
    _PAGES[Comparison] = make


def list_shifts(comparison: Comparison) -> Iterable[tuple[Change | Counterpart, Shift]]:
    """Return the shifts with what they were found in, those of changes first, then those of counterparts.

    What a change and a topic's counterparts, or those of two topics, tell of the same words is told once.
    """
    told: dict[tuple[object, ...], tuple[Change | Counterpart, Shift]] = {}
    holders: tuple[Change | Counterpart, ...] = (*comparison.changes, *comparison.counterparts)
    for holder in holders:
        for shift in holder.shifts:
            told.setdefault((shift.axis, shift.old, shift.new), (holder, shift))
    return told.values()


def place_shift(
    comparison: Comparison, holder: Change | Counterpart, shift: Shift
) -> tuple[Segment | None, Segment | None]:
    """Return the segments of both sides: of the evidence, and without that the first segment there is."""
    olds = holder.old if isinstance(holder, Change) else (holder.old,)
    news = holder.new if isinstance(holder, Change) else (holder.new,)
    return _segment(comparison.old, shift.old, olds), _segment(comparison.new, shift.new, news)


def _segment(side: Side, evidence: Evidence | None, indexes: tuple[int, ...]) -> Segment | None:
    if evidence:
        return side.version.segments[evidence.segment]
    return side.version.segments[indexes[0]] if indexes else None
