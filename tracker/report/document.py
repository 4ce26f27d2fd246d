"""A report as sections, entries and runs of styled text, from which each form of it is rendered.

It knows nothing of widths, colours or markup. Any text may come from a statement: renderers make it safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.report.redline import Run, SideName

Style = Literal[
    "plain", "bold", "dim", "deleted", "inserted", "warning", "match", "shade1", "shade2", "shade3", "shade4"
]


class Span(NamedTuple):
    """A run of text in one style."""

    text: str
    style: Style = "plain"


class Quote(NamedTuple):
    """What was said at a place, with the stretches of it on which a claim rests."""

    lead: str
    """Where it stands: ``78 ¶3``."""
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    at: tuple[SideName, int] | None = None
    """The segment of one side that it is, where the report has both texts."""


class Redline(NamedTuple):
    """Sentences of both sides as one, with what was deleted and inserted in styles of their own."""

    runs: tuple[Span, ...]


class Sentence(NamedTuple):
    """A sentence of ours that quotes."""

    parts: tuple[Span | Quote | Redline, ...]
    topics: tuple[str, ...] = ()
    """The ids of the topics that it tells of."""
    changes: tuple[str, ...] = ()
    """The ids of the changes that it tells of."""


class Scale(NamedTuple):
    """What numbers are that are drawn, such as a share of the words, and by how much they are multiplied."""

    name: str
    unit: str = "%"
    factor: float = 100.0

    def write(self, number: float) -> str:
        """Return a number as it is told: ``12.5%``, ``3``."""
        return f"{self.factor * number:.{1 if self.unit else 0}f}{self.unit}"


WORDS: Final = Scale("share of the words")
STATEMENTS: Final = Scale("share of the statements that have it as a priority")


class Column(NamedTuple):
    """A column of short facts beside the claims of a section."""

    head: str
    right: bool = True
    """Whether it is set to the right, as figures are."""
    unit: str = ""
    """What its facts are, where a form of the report has to say it and the head does not."""


class Tick(NamedTuple):
    """A place in rows of marks: a session with its year, or a country."""

    head: str
    under: str = ""


class Entry(NamedTuple):
    """One thing that is said, with its figures, and the evidence for it."""

    claim: tuple[Span, ...]
    cells: tuple[str, ...] = ()
    """One for each column of its section."""
    marks: tuple[Span, ...] = ()
    """One for each tick of its section."""
    notes: tuple[Span, ...] = ()
    """Facts about it, each a line of its own."""
    evidence: tuple[Quote | Redline, ...] = ()
    names: tuple[str, ...] = ()
    """What the claim goes on to name, as many as there is room for."""
    brief: str = ""
    """What it is called in a list of those that there is no room for."""
    topic: str = ""
    """The id of the topic that it tells of, if one."""
    change: str = ""
    """The id of the change that it tells of, if one."""
    kinds: tuple[str, ...] = ()
    """Words of ``--only`` that it is found by: what became of it, and the axes on which it shifted."""
    shares: tuple[float, float] | None = None
    """What it was a part of and what it is now, from 0 to 1, to be drawn."""
    parts: tuple[float | None, ...] = ()
    """One for each tick: how much it is there, a share from 0 to 1 or what else the section's ``scale`` says,
    to be drawn; None where nothing was read."""


class Section(NamedTuple):
    """A headed list of entries, the largest or strongest first."""

    title: str
    entries: tuple[Entry, ...]
    note: str = ""
    columns: tuple[Column, ...] = ()
    head: str = "topic"
    """What its entries are, where they are rows of a table."""
    ticks: tuple[Tick, ...] = ()
    """What the marks of all entries stand below, each entry in a row."""
    scale: Scale = WORDS
    """What the parts of its entries are."""
    sparse: bool = False
    """Whether the ticks count up, so that the heads of some tell those between."""
    first: int = 0
    """How many entries are shown however little room there is."""
    most: int | None = None
    """How many are shown at most where not everything is asked for; None for no limit but the room."""
    left: int = 0
    """How many more entries there are where everything is asked for."""
    rows: int = 2
    """How many lines a claim or a quotation may fill where not everything is asked for."""
    rest: int = 2
    """How many lines may name the entries that are not shown in full."""
    inline: bool = False
    """Whether its only entry stands beside the title."""
    tight: bool = False
    """Whether it stands close below the one before, where it is a line or two."""
    beside: bool = False
    """Whether evidence stands beside the claim that it is for: it is short, and is not cut any more."""
    spare: bool = False
    """Whether it is left out where there is no room for all changes of a revision."""


class Named(NamedTuple):
    """Facts under a label: a side of a comparison."""

    label: str
    facts: tuple[str, ...]


class Document(NamedTuple):
    """A whole report, in reading order."""

    title: str
    sides: tuple[Named, ...]
    cautions: tuple[str, ...]
    """In which respects the sides cannot be compared, and why."""
    verdict: str
    """How the sides relate, or in one sentence what the report says."""
    sections: tuple[Section, ...]
    lead: tuple[Sentence, ...] = ()
    """What matters most. Where it stands, sides, verdict and cautions follow the sections."""
    closing: tuple[str, ...] = ()
    """What was left out, how to go on and how to cite."""
    whole: bool = False
    """Whether everything in it is shown in full, however long it gets."""
    provenance: tuple[str, ...] = ()
    """What it rests on, by digest, for a form that has room for it."""


class Passage(NamedTuple):
    """A change as it stands in both texts."""

    cited: str
    """``#`` and as much of its id as tells it from others."""
    words: str
    """What happened to it: ``split, moved``."""
    old: tuple[int, ...]
    new: tuple[int, ...]
    moved: bool
    facts: tuple[str, ...]
    """What its edits mean, and what people decided about it."""
    kinds: tuple[str, ...]


class Places(NamedTuple):
    """Where both texts speak of a topic, and what became of it."""

    label: str
    status: str
    """As the report words it, with its certainty where it is not claimed."""
    levels: tuple[str, str]
    shares: str
    old: tuple[int, ...]
    new: tuple[int, ...]
    kinds: tuple[str, ...]


class Texts(NamedTuple):
    """Both texts of a comparison, whole, for a form of the report that has them."""

    labels: tuple[str, str]
    languages: tuple[str, str]
    paragraphs: tuple[Sequence[int], Sequence[int]]
    """Of each side, the paragraph that a segment stands in."""
    runs: tuple[Run, ...]
    passages: Mapping[str, Passage]
    """By the id of the change."""
    topics: Mapping[str, Places]
    """By the id of the topic, the strongest first."""
    aligned: bool
    """Whether so much corresponds that one text is read as the other, edited."""


@dataclass(frozen=True, slots=True)
class Note:
    """Words about one change, to stand beside it where both texts are shown."""

    change: str
    """Its id."""
    side: SideName
    """The side that shows what is said."""
    kind: Literal["decision", "shift", "topic"]
    text: str
