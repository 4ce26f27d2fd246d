"""One sentence through many statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tracker.model.changes import Edit
    from tracker.model.texts import Side


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
    """Whether the words are the same when folded."""
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
    """Regular, special ...: silences are found among sessions of one kind."""
    sayings: tuple[Saying, ...] = ()
    leading: int = 0
    """The saying to quote: the first exact one, else the most likely."""
    edits: tuple[Edit, ...] = ()
    """From the wording said before this one, where they differ; none for the first."""
    wording: int | None = None
    """Wordings count from 1 in the order in which they were first said; case and quotes do not count."""


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

    through: Literal["sessions", "snapshots"]
    sides: tuple[Side, ...]
    """In their order; the last one is attributed."""
    reach: int
    """How many statements before the first one with these words were searched for another wording."""
    origins: tuple[Origin, ...]
