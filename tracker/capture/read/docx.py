"""Word documents: the text that readers see in the body, with all tracked changes accepted."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from tracker.capture.read.blocks import CELL, BlockKind, TextBlock, join_blocks
from tracker.errors import DocumentUnreadable
from tracker.inputs.zips import BAD_ZIP, unpack_zip
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docx.document import Document
    from lxml.etree import _Element

Styles: TypeAlias = "Mapping[str, BlockKind]"

MAX_UNPACKED = 100 * 1024 * 1024
MAX_MEMBERS = 2000
"""A long statement with pictures has less than a hundred members and a few megabytes."""

_PACKINGS = frozenset({ZIP_STORED, ZIP_DEFLATED})
"""What an Office document may use (ECMA-376, part 2); the others cannot be unpacked in steps."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
"""Its media type."""

_DAMAGED = "this is a damaged Word document; open and save it again in a word processor, or fetch it again"
_LOCKED = "this Word document is locked with a password; save it without one"
_HEADING = re.compile(r"(?:heading \d|title|subtitle)$", re.IGNORECASE)
_LIST = re.compile(r"list (?:bullet|number)", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\N{NON-BREAKING HYPHEN}", "softHyphen": ""}
_GONE = frozenset({"del", "moveFrom", "rPr", "pPr", "instrText", "delText"})
_WRAPPERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"})


def read_docx(data: bytes) -> Extraction:
    """Return the body of a Word document: paragraphs, headings, lists, tables and text boxes in order.

    Tracked insertions are included, deletions left out. Headers, footers, footnotes, endnotes and comments
    are left out, since they are not spoken. Raises ``DocumentUnreadable`` for a damaged or locked document,
    or one that unpacks to more than ``MAX_UNPACKED`` bytes or ``MAX_MEMBERS`` members.
    """
    import docx

    _check_members(data)
    try:
        document = docx.Document(unpack_zip(data))
        title = document.core_properties.title
        body = document.element.body
        styles = _read_styles(document)
    except MemoryError:
        raise
    except Exception as error:  # damaged packages raise anything from KeyError to XMLSyntaxError
        raise DocumentUnreadable(_DAMAGED) from error
    return Extraction(
        text=join_blocks(_blocks(body, styles)),
        media_type=DOCX,
        extractor=f"python-docx {docx.__version__}",
        title=" ".join(title.split()) or None,
    )


def _check_members(data: bytes) -> None:
    """Refuse archive bombs by the sizes that are declared; ``unpack_zip`` unpacks no more than that."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except BAD_ZIP as error:
        raise DocumentUnreadable(_DAMAGED) from error
    if any(member.flag_bits & 1 for member in members):
        raise DocumentUnreadable(_LOCKED)
    if not _PACKINGS.issuperset(member.compress_type for member in members):
        raise DocumentUnreadable(_DAMAGED)
    if len(members) > MAX_MEMBERS:
        raise DocumentUnreadable(
            f"over {MAX_MEMBERS:,} members inside; this is no ordinary Word document, refused"
        )
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise DocumentUnreadable(
            f"over {MAX_UNPACKED // 1024**2} MB when unpacked; save the statement without its pictures"
        )


def _read_styles(document: Document) -> Styles:
    """Return the kinds of block that the paragraph styles of a document mean, by style id."""
    styles: dict[str, BlockKind] = {}
    for style in document.styles.element.iter(f"{_W}style"):
        named = style.find(f"{_W}name")
        name = named.get(f"{_W}val", "") if named is not None else ""
        if _HEADING.match(name):
            styles[style.get(f"{_W}styleId", "")] = "heading"
        elif _LIST.match(name) or style.find(f"{_W}pPr/{_W}numPr") is not None:
            styles[style.get(f"{_W}styleId", "")] = "item"
    return styles


def _kind(paragraph: _Element, styles: Styles) -> BlockKind:
    """Return the kind of a paragraph, by its style and numbering."""
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    kind = styles.get(style.get(f"{_W}val", ""), "paragraph") if style is not None else "paragraph"
    number = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    if number is None or kind == "heading":
        return kind
    # Number 0 removes a paragraph from the list of its style.
    return "paragraph" if number.get(f"{_W}val") == "0" else "item"


def _blocks(container: _Element, styles: Styles) -> Iterator[TextBlock]:
    """Yield the blocks of a body, a cell or a text box, also those in content controls and insertions."""
    pending = ""
    for element in _without_wrappers(container):
        tag = _local(element)
        if tag == "p":
            text = pending + "".join(_text(element))
            pending = ""
            if element.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None:
                # Its end mark is deleted: the next paragraph continues it.
                pending = text
                continue
            yield TextBlock(_kind(element, styles), text)
            for box in _boxes(element):
                yield from _blocks(box, styles)
        elif tag == "tbl":
            yield from _rows(element, styles)
    yield TextBlock("paragraph", pending)


def _without_wrappers(container: _Element) -> Iterator[_Element]:
    for element in container:
        if _local(element) in _WRAPPERS:
            yield from _without_wrappers(element)
        else:
            yield element


def _rows(table: _Element, styles: Styles) -> Iterator[TextBlock]:
    """Yield a table's rows; a row of one cell is layout, and its blocks are yielded instead."""
    for row in _without_wrappers(table):
        if _local(row) != "tr" or row.find(f"{_W}trPr/{_W}del") is not None:
            continue
        cells = [list(_blocks(cell, styles)) for cell in _without_wrappers(row) if _local(cell) == "tc"]
        cells = [blocks for blocks in cells if any(block.text.strip() for block in blocks)]
        if len(cells) == 1:
            yield from cells[0]
        else:
            yield TextBlock(
                "row", CELL.join(" ".join(" ".join(b.text for b in blocks).split()) for blocks in cells)
            )


def _text(element: _Element) -> Iterator[str]:
    """Yield the text of a paragraph's runs, without text boxes and fallback copies of drawings."""
    for child in element:
        tag = _local(child)
        if child.tag == _FALLBACK or tag in _GONE or tag == "txbxContent":
            continue
        if tag == "t":
            yield child.text or ""
        elif tag in _BREAKS and element.tag == f"{_W}r":
            yield _BREAKS[tag]
        else:
            yield from _text(child)


def _boxes(element: _Element) -> Iterator[_Element]:
    for child in element:
        if child.tag == _FALLBACK or _local(child) in _GONE:
            continue
        if child.tag == f"{_W}txbxContent":
            yield child
        else:
            yield from _boxes(child)


def _local(element: _Element) -> str:
    """Return the tag without its namespace where that is Word's, else the whole tag."""
    return str(element.tag).removeprefix(_W)
