"""A report as sections, entries and runs of styled text, from which each form of it is rendered.

It knows nothing of widths, colours or markup. Any text may come from a statement: renderers make it safe.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

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


class Redline(NamedTuple):
    """Sentences of both sides as one, with what was deleted and inserted in styles of their own."""

    runs: tuple[Span, ...]


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


class Section(NamedTuple):
    """A headed list of entries, the largest or strongest first."""

    title: str
    entries: tuple[Entry, ...]
    note: str = ""
    columns: tuple[Column, ...] = ()
    ticks: tuple[Tick, ...] = ()
    """What the marks of all entries stand below, each entry in a row."""
    sparse: bool = False
    """Whether the ticks count up, so that the heads of some tell those between."""
    first: int = 0
    """How many entries are shown however little room there is."""
    most: int | None = None
    """How many are shown at most where not everything is asked for; None for no limit but the room."""
    rows: int = 2
    """How many lines a claim or a quotation may fill where not everything is asked for."""
    rest: int = 2
    """How many lines may name the entries that are not shown in full."""
    inline: bool = False
    """Whether its only entry stands beside the title."""


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
    sections: tuple[Section, ...]
    closing: tuple[str, ...] = ()
    """What was left out, how to go on and how to cite."""
    whole: bool = False
    """Whether everything in it is shown in full, however long it gets."""
