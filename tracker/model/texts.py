"""From bytes to citable text: extractions, segments, versions, sides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

Natural: TypeAlias = Annotated[int, ("minimum", 0)]
"""A place, an offset or a count, from 0; beside each such type stand its bounds in JSON Schema's words."""
Positive: TypeAlias = Annotated[int, ("minimum", 1)]
Proportion: TypeAlias = Annotated[float, ("minimum", 0), ("maximum", 1)]
Amount: TypeAlias = Annotated[float, ("minimum", 0)]
Filled: TypeAlias = Annotated[str, ("minLength", 1)]


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

    clean_start: Natural
    clean_end: Natural
    raw_start: Natural
    raw_end: Natural


@dataclass(frozen=True, slots=True)
class SpanMap:
    """Where each character of a clean text stood in the extractor's output; runs in clean order."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands in its document: a turn in the record of a meeting, a row of a table of texts."""

    ordinal: Positive
    """Its number among the parts of the document, counted as they come."""
    start: Natural
    end: Natural
    """In the extractor's output of the whole document, in characters, half open."""
    page: Positive | None = None
    paragraph: Positive | None = None
    """Where the document has pages, or numbers of paragraphs of its own."""
    starts: Amount | None = None
    ends: Amount | None = None
    """In a recording, in seconds from its beginning."""
    turn: str | None = None
    """By which the source itself names it."""


SegmentKind = Literal["sentence", "heading", "item"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A citable unit of a version: ``clean[start:end] == text``. Paragraphs count from 1, and are ours."""

    ordinal: Natural
    kind: SegmentKind
    paragraph: Positive
    start: Natural
    end: Natural
    text: str
    """The clean text from start to end."""


@dataclass(frozen=True, slots=True)
class Version:
    """The clean text of a document as one extractor read it, cut into segments.

    Paragraphs are separated by one blank line, items of a list by a line break; verse-like lines are joined.
    """

    text: str
    """The clean text. Offsets everywhere count its Unicode code points, from 0, half open."""
    language: str
    segments: tuple[Segment, ...]
    spans: SpanMap
    extractor: str
    media_type: str

    @property
    def words(self) -> int:
        """The number of words, counted between blanks (characters, for Chinese)."""
        if self.language == "zh":
            return sum(map(str.isalnum, self.text))
        # Line by line: two thousand words at once are too many for a cache, and take twice as long.
        return sum(len(line.split()) for line in self.text.split("\n"))

    def __repr__(self) -> str:
        return (
            f"<Version: {self.language}, {self.words} words, {len(self.segments)} segments, {self.extractor}>"
        )


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
    """Whether the kind was told from the text and nobody declared it."""
    delivered: str | None = None
    """An EDTF date: a year alone is one."""
    speaker: str | None = None
    post: str | None = None
    on_behalf_of: str | None = None
    sha256: str | None = None
    """The digest of the document's bytes."""
    snapshot: Positive | None = None

    def __repr__(self) -> str:
        return f"<Side {self.name!r}: {self.kind or 'kind unknown'}, {self.version.words} words>"


@dataclass(frozen=True, slots=True)
class StatementText:
    """One statement, or a file, as JSON has it."""

    statement: Side


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
        parts = [part for part in (self.country, self.body, self.session, self.item) if part]
        edition = ".".join(part for part in (self.kind, self.language) if part)
        text = "/".join(parts) + (f"~{edition}" if edition else "")
        return text if self.snapshot is None else f"{text}@{self.snapshot}"

    def __repr__(self) -> str:
        return f"<Reference {self}>"

    @property
    def edition(self) -> Reference:
        """The edition without its snapshot, which means the latest one."""
        return replace(self, snapshot=None)

    @property
    def statement(self) -> Reference:
        """The statement, or the series, without an edition and a snapshot."""
        return replace(self, kind=None, language=None, snapshot=None)

    def covers(self, other: Reference) -> bool:
        """Return whether this names the same as another, or more of the same series or statement."""
        parts = ("country", "body", "session", "item", "kind", "language")
        return all(getattr(self, part) in {None, getattr(other, part)} for part in parts)


Language = Literal["en", "fr", "es", "ru", "ar", "zh"]
"""The languages whose sentences are cut and whose topics are met by rules of their own."""

TextKind = Literal[
    "prepared", "delivered", "verbatim", "summary", "transcript", "translation", "interpretation"
]
