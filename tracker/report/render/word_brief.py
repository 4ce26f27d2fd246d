"""A brief as a Word file of one page: lead, findings, what stays, the figure; the method is a footnote."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from tracker.report.document import Quote, Redline, Span
from tracker.report.quoting import SPARE, cut_quote
from tracker.report.render.word_package import (
    OURS,
    add_element,
    add_runs,
    name_language,
    open_package,
    save_package,
)
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from docx.document import Document as Package
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

    from tracker.report.document import Document, Entry, Section, Style

_Languages: TypeAlias = "Mapping[str, tuple[str, str]]"

MORE, LESS = "123A63", "A84600"
"""Colours of a share that grows and one that shrinks, as in pictures."""
_QUIET: Final = "595959"
_QUOTE: Final = 160
"""Columns of a quotation."""
_FONT: Final = "Arial"
_MARGIN: Final = 18
"""Millimetres on each side of the page."""
_WIDTHS: Final = (60, 44, 24, 46)
"""Millimetres of what the figure has for a topic: its name, a bar, both shares, its status."""
_SPACE, _BAR, _THIN = 100, 120, 60
"""Twips between columns, of the height of a bar, and of the shortest one."""
_SIZES: Final = (
    ("Normal", 9.5, 0, 4),
    ("Heading 1", 15, 0, 5),
    ("Heading 2", 10.5, 6, 2),
    ("Body Text", 10.5, 0, 4),
    ("List Paragraph", 10, 0, 3),
    ("No Spacing", 9, 2, 2),
    ("footnote text", 7.5, 0, 0),
)
"""Styles, by the names that Word has for them: points of letters, and of the space before and behind."""
_CELL: Final = f"{qn('w:tc')}/{qn('w:p')}"
"""The paragraph of a cell of a row."""
_SIDES: Final = ("old", "new")
_TURNS: Final = ("\u202b", "\u202c")
"""What a quotation that is written from right to left stands between in a line of ours."""
_OURS_ALONE: Final[_Languages] = {}
_BOLD: Final[Mapping[str, Mapping[str, str]]] = {"b": {}, "bCs": {}}
_MARKS: Final[Mapping[Style, Mapping[str, Mapping[str, str]]]] = {
    "bold": _BOLD,
    "match": _BOLD,
    "dim": {"color": {"val": _QUIET}},
}
_NOTE, _NOTE_MARK = "FootnoteText", "FootnoteReference"
_FOOTNOTES: Final = f"""<w:footnotes {nsdecls("w")}>\
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>\
<w:footnote w:type="continuationSeparator" w:id="0">\
<w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>\
<w:footnote w:id="1"/></w:footnotes>"""


def render_brief(report: Document, languages: tuple[str, str], observed: str | None = None) -> bytes:
    """Return a report that was chosen to fit one page as a DOCX file, the same bytes for the same report.

    ``languages`` are those of the sides, in which quotations are marked to be; the document is dated by
    ``observed``, an instant in UTC at which the new text was seen.
    """
    dated = datetime.fromisoformat(observed) if observed else None
    names = {side: name_language(code) for side, code in zip(_SIDES, languages, strict=True)}
    package = open_package(report.title, " ".join(report.closing[-1:]), {"val": OURS}, dated)
    _set_styles(package)
    _add_footnote(package, _list_method(report))
    package.element.body[:-1] = [*_write(report, names)]
    return save_package(package)


def _write(report: Document, languages: _Languages) -> Iterator[Element]:
    title = _write_paragraph([Span(report.title)], "Heading1")
    mark = add_element(title, "r")
    add_element(add_element(mark, "rPr"), "rStyle", val=_NOTE_MARK)
    add_element(mark, "footnoteReference", id="1")
    yield title
    for sentence in report.lead:
        yield _write_paragraph(sentence.parts, "BodyText", languages)
    for section in report.sections:
        if any(entry.shares for entry in section.entries):
            yield _write_heading(section)
            yield _write_figure(section)
            yield _write_paragraph([], "Normal")  # Word wants one behind a table
        elif section.inline:
            names = " · ".join(name for entry in section.entries for name in entry.names)
            yield _write_paragraph([Span(f"{_begin(section.title)}: ", "bold"), Span(names)], "Normal")
        else:
            yield _write_heading(section)
            unit = next((column.head or column.unit for column in section.columns), "")
            for entry in section.entries:
                yield _write_paragraph(_tell(entry, unit), "ListParagraph", languages)


def _begin(title: str) -> str:
    return f"{title[:1].upper()}{title[1:]}"


def _write_heading(section: Section) -> Element:
    note = [Span(f"  {section.note}", "dim")] if section.note else []
    return _write_paragraph([Span(_begin(section.title)), *note], "Heading2")


def _tell(entry: Entry, unit: str) -> Iterator[Span | Quote | Redline]:
    """Yield a finding: what is claimed, its share where it stands nowhere else, and what shows it."""
    yield from entry.claim
    yield from (Span(f", {cell} {unit}") for cell in entry.cells[:1] if cell)
    yield Span(": ")
    yield from entry.evidence


def _write_paragraph(
    parts: Iterable[Span | Quote | Redline], style: str, languages: _Languages = _OURS_ALONE
) -> Element:
    """Return a paragraph of words of ours and quotations."""
    paragraph: Element = OxmlElement("w:p")
    add_element(add_element(paragraph, "pPr"), "pStyle", val=style)
    for part in parts:
        if isinstance(part, Quote):
            add_runs(paragraph, f"{visible(part.lead)} " if part.lead else "")
            language = languages.get(part.at[0] if part.at else "")
            before, after = _TURNS if language and language[0] == "bidi" else ("", "")
            add_runs(paragraph, before, language)
            _add_spans(paragraph, cut_quote(part, _QUOTE, SPARE), language)
            add_runs(paragraph, after, language)
        else:
            _add_spans(paragraph, part.runs if isinstance(part, Redline) else (part,))
    return paragraph


def _add_spans(parent: Element, spans: Iterable[Span], language: tuple[str, str] | None = None) -> None:
    for span in spans:
        add_runs(parent, visible(span.text), language, _MARKS.get(span.style, {}))


def _write_figure(section: Section) -> Element:
    """Return a table of the moves: a bar from the share before to that now, and both in figures."""
    table: Element = OxmlElement("w:tbl")
    properties = add_element(table, "tblPr")
    add_element(properties, "tblW", w=f"{_to_twips(sum(_WIDTHS))}", type="dxa")
    add_element(
        add_element(properties, "tblBorders"), "insideH", val="single", sz="4", space="0", color="D0D0D0"
    )
    add_element(properties, "tblLayout", type="fixed")
    margins = add_element(properties, "tblCellMar")
    for side, size in (("left", 0), ("right", 100)):
        add_element(margins, side, w=f"{size}", type="dxa")
    grid = add_element(table, "tblGrid")
    for width in _WIDTHS:
        add_element(grid, "gridCol", w=f"{_to_twips(width)}")
    share, *_, status = section.columns
    heads = (section.head, "", share.head or share.unit, status.head or status.unit)
    head = _write_row([[Span(each, "dim")] for each in heads])
    key = head.findall(_CELL)[1]
    add_runs(key, "less", None, {**_BOLD, "color": {"val": LESS}})
    add_runs(key, " or ", None, _MARKS["dim"])
    add_runs(key, "more", None, {**_BOLD, "color": {"val": MORE}})
    table.append(head)
    most = max(share for entry in section.entries for share in entry.shares or ())
    for entry in section.entries:
        row = _write_row([entry.claim, (), (Span(entry.cells[0]),), (Span(entry.cells[-1]),)])
        old, new = entry.shares or (0.0, 0.0)
        _shade(row.findall(_CELL)[1], min(old, new) / most, max(old, new) / most, MORE if new > old else LESS)
        table.append(row)
    return table


def _write_row(cells: Iterable[Iterable[Span]]) -> Element:
    row: Element = OxmlElement("w:tr")
    add_element(add_element(row, "trPr"), "cantSplit")
    for width, spans in zip(_WIDTHS, cells, strict=True):
        cell = add_element(row, "tc")
        properties = add_element(cell, "tcPr")
        add_element(properties, "tcW", w=f"{_to_twips(width)}", type="dxa")
        add_element(properties, "vAlign", val="center")
        cell.append(_write_paragraph(spans, "NoSpacing"))
    return row


def _shade(paragraph: Element, start: float, end: float, color: str) -> None:
    """Make an empty paragraph a bar from one part of its width to another."""
    width = _to_twips(_WIDTHS[1]) - _SPACE
    left = min(round(width * start), width - _THIN)
    right = min(width - round(width * end), width - left - _THIN)
    properties = paragraph.find(qn("w:pPr"))
    add_element(properties, "shd", val="clear", color="auto", fill=color)
    add_element(properties, "spacing", before="0", after="0", line=f"{_BAR}", lineRule="exact")
    add_element(properties, "ind", left=f"{left}", right=f"{right}")


def _to_twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)


def _list_method(report: Document) -> Iterator[str]:
    """Yield what the sides are, how they relate, how they cannot be compared, and the citation."""
    yield from (f"{side.label}: {', '.join(side.facts)}." for side in report.sides)
    yield report.verdict
    yield from (f"{_begin(caution)}." for caution in report.cautions)
    yield from report.closing[-1:]


def _add_footnote(package: Package, told: Iterable[str]) -> None:
    """Add the part that holds footnotes, with one."""
    notes = parse_xml(_FOOTNOTES)
    note = notes[-1]
    paragraph = _write_paragraph([], _NOTE)
    mark = add_element(paragraph, "r")
    add_element(add_element(mark, "rPr"), "rStyle", val=_NOTE_MARK)
    add_element(mark, "footnoteRef")
    add_runs(paragraph, visible(f" {' '.join(told)}"))
    note.append(paragraph)
    name = PackURI("/word/footnotes.xml")
    part = Part(name, CONTENT_TYPE.WML_FOOTNOTES, serialize_part_xml(notes), package.part.package)
    package.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _set_styles(package: Package) -> None:
    """Set what is small enough for a page, in a font that every office has, or one as wide."""
    for name, ident, kind in (
        ("footnote text", _NOTE, WD_STYLE_TYPE.PARAGRAPH),
        ("footnote reference", _NOTE_MARK, WD_STYLE_TYPE.CHARACTER),
    ):
        style = package.styles.add_style(name, kind, builtin=True)
        style.element.set(qn("w:styleId"), ident)
    package.styles["footnote reference"].font.superscript = True
    for name, size, before, after in _SIZES:
        style = package.styles[name]
        style.font.size, style.font.name = Pt(size), _FONT
        style.font.color.rgb = RGBColor(0, 0, 0)
        for key in [key for key in style.element.rPr.rFonts.attrib if "heme" in key]:
            del style.element.rPr.rFonts.attrib[key]
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.0
    package.styles["List Paragraph"].paragraph_format.left_indent = Mm(5)
    section = package.sections[0]
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN)
