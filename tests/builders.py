"""Real documents for the tests of extraction, built byte by byte or by the libraries that read them."""

from __future__ import annotations

import textwrap
from hashlib import md5
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import docx
from docx.oxml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Placed = tuple[float, float, str]
"""Where a line of a page begins, in points from the lower left corner, and its text."""

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SIZE, STEP = 10, 12
_WIDTH = 0.6 * SIZE
_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def build_pdf(
    pages: Iterable[Iterable[Placed]],
    *,
    title: str = "",
    lock: str = "",
    graphics: str = "",
    rotate: int = 0,
) -> bytes:
    """Return a PDF of lines in Courier, each letter six points wide."""
    contents = [
        graphics + "".join(f"BT /F {SIZE} Tf {x} {y} Td ({_escaped(text)}) Tj ET\n" for x, y, text in page)
        for page in pages
    ]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(contents):
        resources = "/Resources << /Font << /F 3 0 R >> >>"
        place = f"/Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {rotate} /Contents {5 + 2 * number} 0 R"
        objects.append(f"<< /Type /Page {place} {resources} >>")
        objects.append(f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream")
    objects.append(f"<< /Title ({_escaped(title)}) >>")
    return _file(objects, lock)


def _file(objects: Sequence[str], lock: str) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    start = len(out)
    out += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    locked = _lock(lock) if lock else ""
    trailer = f"<< /Size {len(places) + 1} /Root 1 0 R /Info {len(objects)} 0 R {locked} >>"
    return bytes(out) + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()


def _lock(password: str) -> str:
    """Return the entries of the standard security handler, revision 2, for a user password."""
    padded = (password.encode() + _PADDING)[:32]
    owner = _rc4(md5(padded, usedforsecurity=False).digest()[:5], padded)
    key = md5(padded + owner + b"\xfc\xff\xff\xff" + b"0123456789abcdef", usedforsecurity=False).digest()[:5]
    user = _rc4(key, _PADDING)
    identity = b"0123456789abcdef".hex()
    return (
        f"/ID [<{identity}> <{identity}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
        f"/O <{owner.hex()}> /U <{user.hex()}> >>"
    )


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def typeset(
    paragraphs: Sequence[str],
    *,
    columns: int = 1,
    space: float = 6,
    indent: int = 0,
    head: str = "",
    depth: int = 40,
) -> list[list[Placed]]:
    """Set paragraphs in columns as a word processor does, with a head and a page number on each page.

    ``space`` is points between paragraphs, ``indent`` letters before the first line, ``depth`` lines.
    """
    measure = 76 if columns == 1 else 36
    pages: list[list[Placed]] = []
    column, y = columns, 0.0
    for text in paragraphs:
        for line in textwrap.wrap(text, measure, initial_indent=" " * indent, break_on_hyphens=False):
            if not pages or y < 742 - depth * STEP:
                column, y = column + 1, 742.0
                if column >= columns:
                    column = 0
                    pages.append([*_furniture(head, len(pages) + 1)])
            left = 50 + column * 250 + (len(line) - len(line.lstrip())) * _WIDTH
            pages[-1].append((left, y, line.lstrip()))
            y -= STEP
        y -= space
    return pages


def _furniture(head: str, number: int) -> Iterator[Placed]:
    if head:
        yield 50, 790, f"{head} page {number}"
        yield 290, 40, f"- {number} -"


def build_docx(*, body: Sequence[str] = (), paragraphs: Sequence[str] = (), title: str = "") -> bytes:
    """Return a Word document of plain paragraphs, then of raw WordprocessingML with the prefix ``w``."""
    document = docx.Document()
    document.core_properties.title = title
    for text in paragraphs:
        document.add_paragraph(text)
    for xml in body:
        head, tail = xml.split(">", 1) if not xml.split(">", 1)[0].endswith("/") else (xml[:-2], "")
        markup = f"{head} {WORD}>{tail}" if tail else f"{head} {WORD}/>"
        document.element.body.insert(-1, parse_xml(markup))
    return save(document)


def save(document: Any) -> bytes:  # noqa: ANN401 - python-docx is untyped
    """Return the bytes of a python-docx document."""
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def build_zip(members: dict[str, bytes | str]) -> bytes:
    """Return a ZIP archive of members."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def replace_member(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """Return a ZIP archive with bytes replaced inside one of its members."""
    with ZipFile(BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    assert old in members[name]
    members[name] = members[name].replace(old, new)
    return build_zip({**members})
