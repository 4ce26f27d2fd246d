"""Both texts as TEI P5: two witnesses of one work, with an apparatus where they differ.

The statements are two texts side by side and not one text that a hand went over: readings of two witnesses
(``app`` with ``rdg``, chapter 12 of the Guidelines) do not say, as ``add`` and ``del`` would, that one is
made of the other. By the method of parallel segmentation either text is what stands outside the apparatus and
in its own readings; a paragraph ends with its ``p`` or at a ``milestone`` of that unit, a line at an ``lb``.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tracker.report.redline import redline
from tracker.report.render.xml_parts import IN_SIDE, in_xml, split_paragraphs
from tracker.report.safe import refer_hidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.changes import Comparison
    from tracker.report.document import Document
    from tracker.report.redline import RunKind
    from tracker.report.render.xml_parts import Note, Paragraph, Piece

_SPACE: Final = "http://www.tei-c.org/ns/1.0"
_ID, _LANGUAGE, _BLANKS = (
    f"{{http://www.w3.org/XML/1998/namespace}}{name}" for name in ("id", "lang", "space")
)
_PLACES: Final[Mapping[RunKind, tuple[str, str]]] = {"moved from": ("from", "to"), "moved to": ("to", "from")}
"""What the two places of a passage that moved are called, this one and the other."""
_HOW: Final = (
    "Each text is what stands outside the apparatus and in its own readings. Paragraphs are divided by one"
    " blank line, at the end of a p or at a milestone; an lb is a line break. The n of an app is its change."
)
_BREAKS = re.compile(r"(\n)")


def render_tei(comparison: Comparison, report: Document, notes: Sequence[Note]) -> str:
    """Return both texts as a TEI document, with what the report says of each passage in notes at its end."""
    root = ET.Element("TEI", {"xmlns": _SPACE, _LANGUAGE: "en"})
    _write_header(root, comparison, report)
    text = _add(root, "text")
    body = _add(text, "body")
    body.set(_BLANKS, "preserve")
    body.set(_LANGUAGE, comparison.new.version.language)
    writer = _Writer(comparison, notes)
    paragraph = None
    for held in split_paragraphs(redline(comparison)):
        paragraph = _add(body, "p") if paragraph is None else paragraph
        writer.write(paragraph, held)
        if held.end == "kept":
            paragraph = None
    if notes:
        listed = _add(_add(text, "back"), "div", type="notes")
        for note in notes:
            _add(listed, "note", note.text, type=note.kind, target=f"#{_name_anchor(note.change, note.side)}")
    written = refer_hidden(ET.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'


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
        for (kind, change), pieces in groupby(
            paragraph.pieces, key=lambda each: (each.run.kind, each.run.change)
        ):
            self._anchor(parent, kind, change)
            if kind == "kept":
                _append(parent, in_xml("".join(piece.text for piece in pieces)))
                opened = None
                continue
            if not (opened is not None and kind == "inserted" and change and opened.get("n") == change):
                opened = self._open(parent, kind, change)
            self._read(opened, kind, pieces)
        if paragraph.end and paragraph.end != "kept":
            reading = self._reading(self._open(parent, paragraph.end, "", "paragraph"), paragraph.end)
            _add(reading, "milestone", unit="paragraph")

    def _anchor(self, parent: ET.Element, kind: RunKind, change: str) -> None:
        """Give what is noted on a passage its target, where the passage begins."""
        for side in ("old", "new"):
            if kind in IN_SIDE[side] and (change, side) in self._anchors:
                self._anchors.remove((change, side))
                _add(parent, "anchor").set(_ID, _name_anchor(change, side))

    def _open(self, parent: ET.Element, kind: RunKind, change: str, what: str = "") -> ET.Element:
        """Add an entry of the apparatus with a reading of both texts, that of the other one empty."""
        opened = _add(parent, "app", type=what or self._operations.get(change, "spacing"))
        if change:
            opened.set("n", change)
        if kind in _PLACES:
            here, there = (f"{place}-{change}" for place in _PLACES[kind])
            opened.set("type", "moved")
            opened.set("corresp", f"#{there}")
            if here not in self._moved:
                self._moved.add(here)
                opened.set(_ID, here)
        for side in ("old", "new"):
            _add(opened, "rdg", wit=f"#{side}")
        return opened

    def _reading(self, opened: ET.Element, kind: RunKind) -> ET.Element:
        side = "new" if kind in IN_SIDE["new"] else "old"
        reading = opened[side == "new"]
        if self._languages[side] != self._languages["new"]:
            reading.set(_LANGUAGE, self._languages[side])
        return reading

    def _read(self, opened: ET.Element, kind: RunKind, pieces: Iterable[Piece]) -> None:
        reading = self._reading(opened, kind)
        for piece in pieces:
            if piece.run.edited:
                _add(reading, "seg", piece.text, type="edited")
            else:
                _append(reading, in_xml(piece.text))
