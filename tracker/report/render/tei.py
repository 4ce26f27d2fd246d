"""Both texts as TEI P5: two witnesses of one work, with an apparatus where they differ.

The statements are two texts side by side and not one text that a hand went over: readings of two witnesses
(``app`` with ``rdg``, chapter 12 of the Guidelines) do not say, as ``add`` and ``del`` would, that one is
made of the other. By the method of parallel segmentation either text is what stands outside the apparatus and
in its own readings; a paragraph ends with its ``p`` or at a ``milestone`` of that unit, a line at an ``lb``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tracker.report.layout import WHOLE
from tracker.report.quoting import read_sentence
from tracker.report.redline import IN_SIDE, PARAGRAPH, Paragraph, redline, split_paragraphs
from tracker.report.safe import in_xml, refer_hidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.changes import Comparison
    from tracker.report.document import Document, Note
    from tracker.report.redline import Piece, RunKind, SideName

_SPACE: Final = "http://www.tei-c.org/ns/1.0"
_ID, _LANGUAGE, _BLANKS = "xml:id", "xml:lang", "xml:space"
_PLACES: Final[Mapping[RunKind, tuple[str, str]]] = {"moved from": ("from", "to"), "moved to": ("to", "from")}
"""What the two places of a passage that moved are called, this one and the other."""
_SIDES: Final[tuple[SideName, SideName]] = ("old", "new")
_HOW: Final = (
    "Each text is what stands outside the apparatus and in its own readings. Paragraphs are divided by one"
    " blank line, at the end of a p or at a milestone; an lb is a line break. The n of an app is its change."
)
_TEXTS: Final = frozenset({"p", "note", "title", "witness", "variantEncoding"})
_BREAKS = re.compile(r"(\n)")


def render_tei(comparison: Comparison, report: Document, notes: Sequence[Note]) -> str:
    """Return both texts as a TEI document, with what the report says of each passage in notes at its end."""
    root = ET.Element("TEI", {"xmlns": _SPACE, _LANGUAGE: "en"})
    _write_header(root, comparison, report)
    text = _add(root, "text")
    body = _add(_add(text, "body"), "div")
    body.set(_BLANKS, "preserve")
    body.set(_LANGUAGE, comparison.new.version.language)
    writer, opened = _Writer(comparison, notes), None
    for paragraph in _part_last([*split_paragraphs(redline(comparison))]):
        side = None if opened is not None else _find_side(paragraph)
        if side:
            writer.write_whole(body, paragraph, side)
            continue
        opened = _add(body, "p") if opened is None else opened
        writer.write(opened, paragraph)
        if paragraph.end == "kept":
            opened = None
    if notes:
        listed = _add(_add(text, "back"), "div", type="notes")
        for note in notes:
            _add(listed, "note", note.text, type=note.kind, target=f"#{_name_anchor(note.change, note.side)}")
    _break_lines(root)
    written = refer_hidden(ET.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'


def _find_side(paragraph: Paragraph) -> SideName | None:
    """Return the side that alone has a paragraph, its end included; None where both have some of it."""
    kinds = {piece.run.kind for piece in paragraph.pieces} | {paragraph.end}
    return next((side for side in _SIDES if "kept" not in kinds and kinds <= IN_SIDE[side]), None)


def _part_last(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Return paragraphs of which the last ones, where each is of one text alone, end as that text has them.

    At the end of both texts there is no break that both have: the break before what is gone ends, for who
    accepts and rejects, what is kept.
    """
    rest = list(paragraphs)
    came = _take_last(rest, "new")
    if rest and (start := len(_find_alone(rest[-1], "old"))):
        pieces = rest[-1].pieces
        came[:0] = [Paragraph(pieces[start:], "inserted")] if start < len(pieces) else []
        rest[-1] = Paragraph(pieces[:start], "deleted")
    tail = [*_take_last(rest, "old"), *came]
    if not tail:
        return paragraphs
    whole = [*rest[:-1], *(replace(each, end="kept") for each in rest[-1:]), *tail]
    same = all(_settle(whole, side).removesuffix(PARAGRAPH) == _settle(paragraphs, side) for side in _SIDES)
    return whole if same and all(map(_find_side, tail)) else paragraphs


def _find_alone(paragraph: Paragraph, side: SideName) -> tuple[Piece, ...]:
    """Return the pieces at the beginning of a paragraph that one side alone has."""
    return tuple(takewhile(lambda piece: piece.run.kind in IN_SIDE[side] - {"kept"}, paragraph.pieces))


def _take_last(paragraphs: list[Paragraph], side: SideName) -> list[Paragraph]:
    """Take the last paragraphs that are of one side alone off a list."""
    taken: list[Paragraph] = []
    while paragraphs and paragraphs[-1].pieces == _find_alone(paragraphs[-1], side) != ():
        taken.insert(0, replace(paragraphs.pop(), end="deleted" if side == "old" else "inserted"))
    return taken


def _settle(paragraphs: Sequence[Paragraph], side: SideName) -> str:
    return "".join(
        "".join(piece.text for piece in each.pieces if piece.run.kind in IN_SIDE[side])
        + (PARAGRAPH if each.end in IN_SIDE[side] else "")
        for each in paragraphs
    )


def _break_lines(parent: ET.Element) -> None:
    """Begin a line with each element that holds text and with each that holds these."""
    parent.text = "\n"
    for child in parent:
        child.tail = "\n"
        if child.tag not in _TEXTS:
            _break_lines(child)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """Add an element to another, with text in it."""
    added = ET.SubElement(parent, tag, attributes)
    _append(added, in_xml(text))
    return added


def _append(parent: ET.Element, text: str) -> None:
    """Add text to what an element holds, each line break an element."""
    for part in _BREAKS.split(text):
        if part == "\n":
            ET.SubElement(parent, "lb")
        elif part and len(parent):
            parent[-1].tail = (parent[-1].tail or "") + part
        elif part:
            parent.text = (parent.text or "") + part


def _name_anchor(change: str, side: str) -> str:
    return f"at-{change}-{side}"


def _write_header(root: ET.Element, comparison: Comparison, report: Document) -> None:
    header = _add(root, "teiHeader")
    file = _add(header, "fileDesc")
    _add(_add(file, "titleStmt"), "title", report.title)
    published = _add(file, "publicationStmt")
    for line in report.closing[-1:] or (comparison.provenance.release,):
        _add(published, "p", line)
    listed = _add(file, "notesStmt")
    for sentence in report.lead:
        _add(listed, "note", read_sentence(sentence, WHOLE), type="lead")
    _add(listed, "note", report.verdict, type="verdict")
    for caution in report.cautions:
        _add(listed, "note", caution, type="caution")
    witnesses = _add(_add(file, "sourceDesc"), "listWit")
    for name, side, told in zip(("old", "new"), (comparison.old, comparison.new), report.sides, strict=True):
        witness = _add(witnesses, "witness", " · ".join((side.name, *told.facts)))
        witness.set(_ID, name)
    encoding = _add(header, "encodingDesc")
    _add(_add(encoding, "editorialDecl"), "p", _HOW)
    _add(encoding, "variantEncoding", method="parallel-segmentation", location="internal")


class _Writer:
    """Writes paragraphs of both texts; one at a time, in order."""

    def __init__(self, comparison: Comparison, notes: Sequence[Note]) -> None:
        self._operations = {change.id: change.operation for change in comparison.changes}
        sides = {"old": comparison.old, "new": comparison.new}
        self._languages = {name: side.version.language for name, side in sides.items()}
        self._anchors = {(note.change, note.side) for note in notes}
        self._moved: set[str] = set()

    def write(self, parent: ET.Element, paragraph: Paragraph) -> None:
        """Add what a paragraph holds, and its end where one text has it alone."""
        opened: ET.Element | None = None
        for (kind, change), pieces in groupby(paragraph.pieces, key=_find_change):
            self._anchor(parent, kind, change)
            if kind == "kept":
                _append(parent, in_xml("".join(piece.text for piece in pieces)))
                opened = None
                continue
            if not (opened is not None and kind == "inserted" and change and opened.get("n") == change):
                opened = self._open(parent, kind, change)
            self._say(self._reading(opened, kind), pieces)
        if paragraph.end and paragraph.end != "kept":
            entry = self._enter(_add(parent, "app", type="paragraph"))
            _add(self._reading(entry, paragraph.end), "milestone", unit="paragraph")

    def write_whole(self, parent: ET.Element, paragraph: Paragraph, side: SideName) -> None:
        """Add a paragraph that one text alone has to its reading, beside those that stand for it."""
        last = parent[-1] if len(parent) else None
        if last is None or last.tag != "app":
            last = self._enter(_add(parent, "app", type="paragraphs"))
        written = _add(self._reading(last, "inserted" if side == "new" else "deleted"), "p")
        for (kind, change), pieces in groupby(paragraph.pieces, key=_find_change):
            self._anchor(written, kind, change)
            self._say(self._mark(_add(written, "seg"), kind, change) if change else written, pieces)

    def _anchor(self, parent: ET.Element, kind: RunKind, change: str) -> None:
        """Give what is noted on a passage its target, where the passage begins."""
        for side in _SIDES:
            if kind in IN_SIDE[side] and (change, side) in self._anchors:
                self._anchors.remove((change, side))
                _add(parent, "anchor").set(_ID, _name_anchor(change, side))

    def _open(self, parent: ET.Element, kind: RunKind, change: str) -> ET.Element:
        """Add an entry of the apparatus with a reading of both texts, still empty."""
        return self._enter(self._mark(_add(parent, "app"), kind, change))

    def _enter(self, entry: ET.Element) -> ET.Element:
        for side in _SIDES:
            _add(entry, "rdg", wit=f"#{side}")
        return entry

    def _mark(self, element: ET.Element, kind: RunKind, change: str) -> ET.Element:
        """Say what happened to what an element holds, and where it moved."""
        element.set("type", self._operations.get(change, "spacing"))
        if change:
            element.set("n", change)
        if kind in _PLACES:
            here, there = (f"{place}-{change}" for place in _PLACES[kind])
            element.set("type", "moved")
            element.set("corresp", f"#{there}")
            if here not in self._moved:
                self._moved.add(here)
                element.set(_ID, here)
        return element

    def _reading(self, opened: ET.Element, kind: RunKind) -> ET.Element:
        side = "new" if kind in IN_SIDE["new"] else "old"
        reading = opened[side == "new"]
        if self._languages[side] != self._languages["new"]:
            reading.set(_LANGUAGE, self._languages[side])
        return reading

    def _say(self, parent: ET.Element, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            if piece.run.edited:
                _add(parent, "seg", piece.text, type="edited")
            else:
                _append(parent, in_xml(piece.text))


def _find_change(piece: Piece) -> tuple[RunKind, str]:
    return piece.run.kind, piece.run.change
