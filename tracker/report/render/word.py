"""Two texts as a Word document with tracked changes: accepted they are the new text, rejected the old one."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import count, takewhile
from typing import TYPE_CHECKING, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tracker.report.redline import PARAGRAPH, redline
from tracker.report.render.word_package import (
    AUTHOR,
    COMMENT_MARK,
    HEADING,
    add_comment,
    open_package,
    save_package,
)
from tracker.report.render.xml_parts import IN_SIDE, in_xml, split_paragraphs, summarize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docx.oxml.xmlchemy import BaseOxmlElement as Element

    from tracker.model.changes import Comparison
    from tracker.report.document import Document
    from tracker.report.redline import Run, RunKind
    from tracker.report.render.xml_parts import Note, Paragraph, Piece, SideName

_LANGUAGES: Final = {
    "en": "en-GB",
    "fr": "fr-FR",
    "es": "es-ES",
    "ru": "ru-RU",
    "ar": "ar-SA",
    "zh": "zh-CN",
    "und": "x-none",
}
"""Languages as Word names them, with a region; others go by their own code."""
_SCRIPTS: Final = {"ar": "bidi", "fa": "bidi", "he": "bidi", "ur": "bidi", "zh": "eastAsia"}
"""Which attribute of Word's names a language; ``bidi`` for what is written from right to left."""
_LATIN = re.compile(r"([A-Za-zÀ-ɏ]+(?:[ '’.-]+[A-Za-zÀ-ɏ]+)*)")
"""Words that run from left to right in a text that does not: a run of Word's has one direction."""
_BREAKS = re.compile(r"([\n\t])")
_TAGS: Final[Mapping[RunKind, str]] = {
    "deleted": "del",
    "inserted": "ins",
    "moved from": "moveFrom",
    "moved to": "moveTo",
}
_UNMOVED: Final[Mapping[RunKind, RunKind]] = {"moved from": "deleted", "moved to": "inserted"}


def render_word(
    comparison: Comparison, report: Document, notes: Sequence[Note], observed: str | None = None
) -> bytes:
    """Return both texts as one DOCX file, the same bytes for the same comparison.

    Its paragraphs hold the two texts and nothing else. What the report says is a comment on the first words,
    and what is noted a comment on its passage. Changes are dated by ``observed``, an instant in UTC at which
    the new text was seen; without it they bear no date.
    """
    dated = datetime.fromisoformat(observed) if observed else None
    runs = _part_insertions(redline(comparison))
    noted = _group(notes)
    writer = _Writer(comparison, runs, dated, comments=1 + len(noted))
    languages = dict(writer.languages.values())
    package = open_package(report.title, " ".join(report.closing[-1:]), languages, dated)
    if runs:
        writer.comment(0, 0, add_comment(package, summarize(report), dated))
    for (change, side), texts in noted.items():
        places = [at for at, run in enumerate(runs) if run.change == change and run.kind in IN_SIDE[side]]
        if places:
            writer.comment(places[0], places[-1], add_comment(package, texts, dated))
    body = package.element.body
    body[:-1] = [writer.write(paragraph) for paragraph in split_paragraphs(runs)]
    return save_package(package)


def _part_insertions(runs: Sequence[Run]) -> Sequence[Run]:
    """Return runs in which nothing that came stands on both sides of a paragraph's end that is kept.

    LibreOffice takes two such insertions, and the end between them, for one, and rejects all three. So the
    end is deleted before what came and inserted behind it, which says the same of either text.
    """
    came = IN_SIDE["new"] - {"kept"}
    parted: list[Run] = []
    for run, after in zip(runs, (*runs[1:], None), strict=True):
        parted.append(run)
        if (run.text, run.kind) == (PARAGRAPH, "kept") and after and after.kind in came:
            before = sum(1 for _ in takewhile(lambda each: each.kind in came, reversed(parted[:-1])))
            if before:
                parted[-1] = replace(run, kind="inserted")
                parted.insert(len(parted) - 1 - before, replace(run, kind="deleted"))
    return parted


def _group(notes: Sequence[Note]) -> Mapping[tuple[str, SideName], list[str]]:
    """Return what is noted on each passage."""
    grouped: defaultdict[tuple[str, SideName], list[str]] = defaultdict(list)
    for note in notes:
        grouped[note.change, note.side].append(note.text)
    return grouped


def _add(parent: Element, tag: str, **attributes: str) -> Element:
    """Add an element of Word's to another."""
    added: Element = OxmlElement(f"w:{tag}", {qn(f"w:{name}"): value for name, value in attributes.items()})
    parent.append(added)
    return added


class _Writer:
    """Writes runs as elements, in order: each revision has an id of its own, and each move its two ranges."""

    def __init__(
        self, comparison: Comparison, runs: Sequence[Run], dated: datetime | None, comments: int
    ) -> None:
        sides = {"old": comparison.old.version, "new": comparison.new.version}
        self._headings = {
            side: {each.ordinal for each in version.segments if each.kind == "heading"}
            for side, version in sides.items()
        }
        codes = {side: version.language for side, version in sides.items()}
        self.languages = {
            side: (_SCRIPTS.get(code, "val"), _LANGUAGES.get(code, code)) for side, code in codes.items()
        }
        self._stamp = {"author": AUTHOR} | ({"date": f"{dated:%Y-%m-%dT%H:%M:%SZ}"} if dated else {})
        self._ids = count(comments)
        self._starts: defaultdict[int, list[tuple[str, dict[str, str]]]] = defaultdict(list)
        self._ends: defaultdict[int, list[tuple[str, dict[str, str]]]] = defaultdict(list)
        self._find_moves(runs)

    def _find_moves(self, runs: Sequence[Run]) -> None:
        """Set the range of each passage that moved about its runs, where something of it is the same."""
        moves: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for at, run in enumerate(runs):
            if run.kind in _UNMOVED and not run.edited:
                moves[run.change][_TAGS[run.kind]].append(at)
        for number, ranges in enumerate(moves.values(), start=1):
            for tag, places in ranges.items():
                ident = str(next(self._ids))
                start = {"id": ident, "name": f"move{number}", **self._stamp}
                self._starts[places[0]].append((f"{tag}RangeStart", start))
                self._ends[places[-1]].insert(0, (f"{tag}RangeEnd", {"id": ident}))

    def comment(self, first: int, last: int, ident: int) -> None:
        """Set a comment about the runs from one to another."""
        self._starts[first].insert(0, ("commentRangeStart", {"id": str(ident)}))
        self._ends[last].append(("commentRangeEnd", {"id": str(ident)}))

    def write(self, paragraph: Paragraph) -> Element:
        """Return a paragraph, with the revision of its end where only one text has that."""
        written = OxmlElement("w:p")
        properties = _add(written, "pPr")
        if self._is_heading(paragraph):
            _add(properties, "pStyle", val=HEADING.replace(" ", ""))
        kinds = [piece.run.kind for piece in paragraph.pieces] or [paragraph.end or "kept"]
        side = "new" if any(kind in IN_SIDE["new"] for kind in kinds) else "old"
        if self.languages[side][0] == "bidi":
            _add(properties, "bidi")
        if paragraph.end and paragraph.end != "kept":
            mark = _TAGS[_UNMOVED.get(paragraph.end, paragraph.end)]
            _add(_add(properties, "rPr"), mark, id=str(next(self._ids)), **self._stamp)
        if not len(properties):
            written.remove(properties)
        for piece in paragraph.pieces:
            for tag, attributes in self._starts.pop(piece.at, ()):
                _add(written, tag, **attributes)
            self._write_piece(written, piece)
            for tag, attributes in self._ends.pop(piece.at, ()):
                _add(written, tag, **attributes)
                if tag == "commentRangeEnd":
                    run = _add(written, "r")
                    _add(_add(run, "rPr"), "rStyle", val=COMMENT_MARK)
                    _add(run, "commentReference", **attributes)
        return written

    def _is_heading(self, paragraph: Paragraph) -> bool:
        """Return whether all that is in a paragraph is headings."""
        runs = [piece.run for piece in paragraph.pieces if piece.run.change]
        return bool(runs) and all(
            run.new in self._headings["new"] or run.old in self._headings["old"] for run in runs
        )

    def _write_piece(self, parent: Element, piece: Piece) -> None:
        kind = piece.run.kind
        if piece.run.edited:
            kind = _UNMOVED[kind]
        if kind != "kept":
            parent = _add(parent, _TAGS[kind], id=str(next(self._ids)), **self._stamp)
        script, language = self.languages["new" if kind in IN_SIDE["new"] else "old"]
        text, right = in_xml(piece.text), script == "bidi"
        for at, part in enumerate(_LATIN.split(text) if right else [text]):
            if part:
                run = _add(parent, "r")
                if right or (script, language) != self.languages["new"]:
                    properties = _add(run, "rPr")
                    if right and not at % 2:
                        _add(properties, "rtl")
                    _add(properties, "lang", **{script: language})
                _write_text(run, part, "delText" if kind == "deleted" else "t")


def _write_text(run: Element, text: str, tag: str) -> None:
    for part in _BREAKS.split(text):
        if part in {"\n", "\t"}:
            _add(run, "br" if part == "\n" else "tab")
        elif part:
            held = _add(run, tag)
            held.set(qn("xml:space"), "preserve")
            held.text = part
