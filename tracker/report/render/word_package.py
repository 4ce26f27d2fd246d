"""A DOCX file apart from its text: properties, languages, styles, comments; its bytes know no clock."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tracker.inputs.zips import EPOCH, write_zip
from tracker.report.render.xml_parts import in_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from docx.document import Document as Package

AUTHOR: Final = "tracker"
HEADING: Final = "Heading 2"
COMMENT, COMMENT_MARK = "CommentText", "CommentReference"
_OURS: Final = "en-GB"
"""The language of what we say ourselves."""
_UNUSED: Final = ("thumbnail", "stylesWithEffects", "customXml")
"""What python-docx's template has beside: the picture of an empty page, and styles for Word 2007."""


def open_package(title: str, subject: str, languages: Mapping[str, str], dated: datetime | None) -> Package:
    """Return an empty document with its properties and page numbers.

    Languages go by the attribute that names them: ``val``, ``eastAsia`` or ``bidi``.
    """
    package = docx.Document()
    for holder in (package.part.package, package.part):
        for key in [key for key, rel in holder.rels.items() if any(name in rel.reltype for name in _UNUSED)]:
            del holder.rels[key]
    properties = package.core_properties
    properties.author = properties.last_modified_by = AUTHOR
    properties.title, properties.comments = in_xml(title)[:255], in_xml(subject)[:255]
    properties.language = languages.get("bidi") or languages.get("eastAsia") or languages.get("val") or _OURS
    properties.created = properties.modified = dated or datetime(*EPOCH, tzinfo=UTC)
    for found in (
        *package.styles.element.iter(qn("w:lang")),
        *package.settings.element.iter(qn("w:themeFontLang")),
    ):
        for name, value in languages.items():
            found.set(qn(f"w:{name}"), value)
    section = package.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    _add_styles(package)
    _number_pages(package)
    return package


def _add_styles(package: Package) -> None:
    """Add the styles of comments, which the template lacks, under the names that Word knows them by."""
    for name, ident, kind in (
        ("annotation text", COMMENT, WD_STYLE_TYPE.PARAGRAPH),
        ("annotation reference", COMMENT_MARK, WD_STYLE_TYPE.CHARACTER),
    ):
        style = package.styles.add_style(name, kind, builtin=True)
        style.element.set(qn("w:styleId"), ident)
        style.font.size = Pt(10 if ident == COMMENT else 8)
        language = OxmlElement("w:lang", {qn("w:val"): _OURS})
        style.element.get_or_add_rPr().append(language)
    package.styles["annotation text"].paragraph_format.space_after = Pt(4)
    package.styles[HEADING].font.color.rgb = RGBColor(0, 0, 0)  # its blue is too light for small letters


def _number_pages(package: Package) -> None:
    footer = package.sections[0].footer
    footer.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple", {qn("w:instr"): "PAGE"})
    field.append(OxmlElement("w:r"))
    footer.part.element[-1].append(field)


def add_comment(package: Package, lines: Iterable[str], dated: datetime | None) -> int:
    """Add a comment of some paragraphs and return its id; without an instant it bears no date."""
    comment = package.comments.add_comment(in_xml("\n".join(lines)), AUTHOR, AUTHOR[:1])
    (written,) = comment.paragraphs[0].part.element.xpath("./w:comment[last()]")
    del written.attrib[qn("w:date")]
    if dated:
        written.date = dated
    return int(comment.comment_id)


def save_package(package: Package) -> bytes:
    """Return the bytes of a document; the times in the zip file are all the same."""
    written = BytesIO()
    package.save(written)
    with ZipFile(written) as source:
        return write_zip({name: source.read(name) for name in source.namelist()})
