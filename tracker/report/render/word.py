"""Two texts as a Word document with tracked changes: accepted they are the new text, rejected the old one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import count, takewhile
from typing import TYPE_CHECKING, Final

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tracker.report.document import Note, Quote, Redline
from tracker.report.layout import MORE, QUOTE, mark_edits
from tracker.report.quoting import read_sentence
from tracker.report.redline import (
    IN_SIDE,
    PARAGRAPH,
    Paragraph,
    Piece,
    SideName,
    redline,
    split_paragraphs,
)
from tracker.report.render.word_package import (
    AUTHOR,
    OURS,
    add_element,
    add_runs,
    name_language,
    open_package,
    save_package,
)
from tracker.report.safe import in_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from docx.document import Document as Package
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

    from tracker.model.changes import Comparison
    from tracker.report.document import Document, Entry
    from tracker.report.redline import Run, RunKind

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
    package.sections[0].left_margin = package.sections[0].right_margin = Mm(25)
    _add_styles(package)
    _number_pages(package)
    if runs:
        writer.comment(0, 0, _add_comment(package, summarize(report), dated))
    for (change, side), texts in noted.items():
        places = [at for at, run in enumerate(runs) if run.change == change and run.kind in IN_SIDE[side]]
        if places:
            writer.comment(places[0], places[-1], _add_comment(package, texts, dated))
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
        self.languages = {side: name_language(code) for side, code in codes.items()}
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
        properties = add_element(written, "pPr")
        if self._is_heading(paragraph):
            add_element(properties, "pStyle", val=_HEADING.replace(" ", ""))
        kinds = [piece.run.kind for piece in paragraph.pieces] or [paragraph.end or "kept"]
        side = "new" if any(kind in IN_SIDE["new"] for kind in kinds) else "old"
        if self.languages[side][0] == "bidi":
            add_element(properties, "bidi")
        if paragraph.end and paragraph.end != "kept":
            mark = _TAGS[_UNMOVED.get(paragraph.end, paragraph.end)]
            add_element(add_element(properties, "rPr"), mark, id=str(next(self._ids)), **self._stamp)
        if not len(properties):
            written.remove(properties)
        for piece in paragraph.pieces:
            for tag, attributes in self._starts.pop(piece.at, ()):
                add_element(written, tag, **attributes)
            self._write_piece(written, piece)
            for tag, attributes in self._ends.pop(piece.at, ()):
                add_element(written, tag, **attributes)
                if tag == "commentRangeEnd":
                    run = add_element(written, "r")
                    add_element(add_element(run, "rPr"), "rStyle", val=_COMMENT_MARK)
                    add_element(run, "commentReference", **attributes)
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
            parent = add_element(parent, _TAGS[kind], id=str(next(self._ids)), **self._stamp)
        language = self.languages["new" if kind in IN_SIDE["new"] else "old"]
        other = language if language[0] == "bidi" or language != self.languages["new"] else None
        add_runs(parent, piece.text, other, tag="delText" if kind == "deleted" else "t")


_HEADING: Final = "Heading 2"
_COMMENT, _COMMENT_MARK = "CommentText", "CommentReference"


def _add_styles(package: Package) -> None:
    """Add the styles of comments, which the template lacks, under the names that Word knows them by."""
    for name, ident, kind in (
        ("annotation text", _COMMENT, WD_STYLE_TYPE.PARAGRAPH),
        ("annotation reference", _COMMENT_MARK, WD_STYLE_TYPE.CHARACTER),
    ):
        style = package.styles.add_style(name, kind, builtin=True)
        style.element.set(qn("w:styleId"), ident)
        style.font.size = Pt(10 if ident == _COMMENT else 8)
        language = OxmlElement("w:lang", {qn("w:val"): OURS})
        style.element.get_or_add_rPr().append(language)
    package.styles["annotation text"].paragraph_format.space_after = Pt(4)
    package.styles[_HEADING].font.color.rgb = RGBColor(0, 0, 0)  # its blue is too light for small letters


def _number_pages(package: Package) -> None:
    footer = package.sections[0].footer
    footer.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple", {qn("w:instr"): "PAGE"})
    field.append(OxmlElement("w:r"))
    footer.part.element[-1].append(field)


def _add_comment(package: Package, lines: Iterable[str], dated: datetime | None) -> int:
    """Add a comment of some paragraphs and return its id; without an instant it bears no date."""
    comment = package.comments.add_comment(in_xml("\n".join(lines)), AUTHOR, AUTHOR[:1])
    (written,) = comment.paragraphs[0].part.element.xpath("./w:comment[last()]")
    del written.attrib[qn("w:date")]
    if dated:
        written.date = dated
    return int(comment.comment_id)


_SHOWN: Final = 5
"""Entries of a section where not everything is asked for."""


def summarize(report: Document) -> Iterator[str]:
    """Yield what a report says in plain lines, the evidence apart, which the texts show.

    Of the sentences that changed the first are told with their words, where they stand by their weight.
    """
    yield report.title
    yield from (read_sentence(each, QUOTE) for each in report.lead)
    yield from () if report.lead else _list_method(report)
    for section in report.sections:
        redlined = any(isinstance(each, Redline) for entry in section.entries for each in entry.evidence)
        if redlined and not section.beside:
            continue
        yield f"{section.title[:1].upper()}{section.title[1:]}{f': {section.note}' if section.note else ''}"
        units = [(column.head or column.unit) if column.right else "" for column in section.columns]
        most = len(section.entries) if report.whole else max(section.first, _SHOWN)
        for entry in section.entries[:most]:
            said = "".join(map(_say, entry.evidence)) if section.beside else ""
            yield f"– {_tell(entry, units)} {said}".rstrip()
        if left := len(section.entries[most:]):
            yield f"– {left} more: {MORE}"
    yield from _list_method(report) if report.lead else ()
    yield from report.closing if report.whole else report.closing[-1:]  # the rest tells how to see more


def _say(shown: Quote | Redline) -> str:
    """Return evidence in words alone, edits in the marks that stay without colour."""
    if isinstance(shown, Redline):
        return "".join(span.text for span in mark_edits(shown.runs))
    return f"“{shown.text}”"


def _tell(entry: Entry, units: Sequence[str]) -> str:
    claim = "".join(span.text for span in entry.claim).strip()
    cells = [f"{cell} {unit}".strip() for cell, unit in zip(entry.cells, units, strict=False) if cell]
    return "; ".join(filter(None, (" ".join(filter(None, (claim, " · ".join(entry.names)))), *cells)))


def _list_method(report: Document) -> Iterator[str]:
    """Yield what the sides are, how they relate, and in which respects they cannot be compared."""
    yield from (f"{side.label}: {' · '.join(side.facts)}" for side in report.sides)
    yield report.verdict
    yield from (f"Caution: {caution}" for caution in report.cautions)
