"""What DOCX and TEI share: paragraphs, notes, the characters that XML has not, a report in plain lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tracker.report.document import Redline
from tracker.report.layout import MORE
from tracker.report.redline import IN_NEW, IN_OLD, PARAGRAPH
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.changes import Comparison
    from tracker.report.document import Document, Entry
    from tracker.report.redline import Run, RunKind

NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0 (section 2.2), and the carriage return, which is read as a line feed."""

SideName = Literal["old", "new"]
_SHOWN: Final = 5
"""Entries of a section where not everything is asked for."""
IN_SIDE: Final[Mapping[SideName, frozenset[RunKind]]] = {"old": IN_OLD, "new": IN_NEW}


@dataclass(frozen=True, slots=True)
class Note:
    """Words about one change, to stand beside it where both texts are shown."""

    change: str
    """Its id."""
    side: SideName
    """The side that shows what is said."""
    kind: Literal["decision", "shift", "topic"]
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run, or what of it stands in one paragraph."""

    text: str
    run: Run
    at: int
    """The place of the run among all."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Pieces up to a paragraph's end; the last one of a text has none."""

    pieces: tuple[Piece, ...]
    end: RunKind | None


def split_paragraphs(runs: Sequence[Run]) -> Iterator[Paragraph]:
    """Yield the paragraphs of both texts as one sequence; what ends each is kept, deleted or inserted too."""
    pieces: list[Piece] = []
    for at, run in enumerate(runs):
        first, *rest = run.text.split(PARAGRAPH)
        pieces += [Piece(first, run, at)] if first else []
        for text in rest:
            yield Paragraph(tuple(pieces), run.kind)
            pieces = [Piece(text, run, at)] if text else []
    yield Paragraph(tuple(pieces), None)


def in_xml(text: str) -> str:
    """Return a text with what is no character of XML replaced by a visible name, as ``safe.visible`` does."""
    return NOT_XML.sub(lambda match: visible(match[0]), text)


def tell_lost(comparison: Comparison) -> str:
    """Say which characters of both texts are shown by name, and how often they are there; "" for none."""
    sides = (comparison.old, comparison.new)
    found = Counter(match[0] for side in sides for match in NOT_XML.finditer(side.version.text))
    listed = ", ".join(f"U+{ord(char):04X} as {visible(char)} ({n}×)" for char, n in sorted(found.items()))
    return f"characters that no XML file can hold are shown by name: {listed}" if listed else ""


def summarize(report: Document) -> Iterator[str]:
    """Yield what a report says in plain lines, the evidence apart, which the texts show."""
    yield report.title
    yield from (f"{side.label}: {' · '.join(side.facts)}" for side in report.sides)
    yield report.verdict
    yield from (f"Caution: {caution}" for caution in report.cautions)
    for section in report.sections:
        if any(isinstance(each, Redline) for entry in section.entries for each in entry.evidence):
            continue
        yield f"{section.title[:1].upper()}{section.title[1:]}{f': {section.note}' if section.note else ''}"
        units = [(column.head or column.unit) if column.right else "" for column in section.columns]
        most = len(section.entries) if report.whole else max(section.first, _SHOWN)
        yield from (f"– {_tell(entry, units)}" for entry in section.entries[:most])
        if left := len(section.entries[most:]):
            yield f"– {left} more: {MORE}"
    yield from report.closing if report.whole else report.closing[-1:]  # the rest tells how to see more


def _tell(entry: Entry, units: Sequence[str]) -> str:
    claim = "".join(span.text for span in entry.claim).strip()
    cells = [f"{cell} {unit}".strip() for cell, unit in zip(entry.cells, units, strict=False) if cell]
    return "; ".join(filter(None, (" ".join(filter(None, (claim, " · ".join(entry.names)))), *cells)))
