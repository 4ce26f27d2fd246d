"""Documents made to break those who read them: bombs, loops, and what took quadratic time or longer."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from tests.builders import build_docx, build_pdf, build_zip, replace_member, typeset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TEXT = ("Mr. President, we will protect our rivers and report on it each year to this Assembly.",) * 3
_PDF: Final = build_pdf(typeset(_TEXT))
_DOCX: Final = build_docx(paragraphs=["We agree SECRET with XAA."])
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


_RESOURCES = b"/Resources << /Font << /F 3 0 R >> /XObject << /X 6 0 R >> >>"


def _declare(entities: str) -> bytes:
    """Return a Word document that declares entities and uses the last one."""
    data = replace_member(_DOCX, "word/document.xml", b"SECRET", b"&x;")
    prolog = f'standalone="yes"?>\n<!DOCTYPE w [{entities}]>'.encode()
    return replace_member(data, "word/document.xml", b"standalone='yes'?>", prolog)


def _draw(content: bytes, form: bytes) -> bytes:
    """Return a PDF whose one page draws what is packed, where ``/X Do`` draws a form."""
    packed = zlib.compress(content, 9)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R %s >>" % _RESOURCES,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] %s /Length %d >>\nstream\n%s\nendstream"
        % (_RESOURCES, len(form), form),
    )
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<< /Size 7 /Root 1 0 R >>\n%%EOF\n"


def _put(old: bytes, new: bytes) -> bytes:
    assert old in _PDF
    return _PDF.replace(old, new)


LOOPS: Final[Mapping[str, bytes]] = {
    "a PDF whose pages hold themselves": _put(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
    "a PDF page that is its own content": _put(b"/Contents 5 0 R", b"/Contents 4 0 R"),
    "a PDF page that is its own parent": _put(b"/Parent 2 0 R", b"/Parent 4 0 R"),
    "a PDF page that is its own font": _put(b"/F 3 0 R", b"/F 4 0 R"),
    "a PDF that counts more pages than it has": _put(b"/Count 1 >>", b"/Count 9 >>"),
    "a PDF whose cross references lead back to themselves":
        _put(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % _PDF.rfind(b"xref\n0")),
    "a PDF of 2,000 pages with the same six lines":
        build_pdf([[(50, 100 + 100 * line, "We agree.") for line in range(6)]] * 2000),
    "a PDF whose length is itself": _put(b"<< /Length ", b"<< /Length 5 0 R /Was "),
}  # fmt: skip
"""Each is read, or refused with a reason, at once."""

DEADLY: Final[Mapping[str, bytes]] = {
    "a PDF form that draws itself a thousand times": _draw(b"/X Do\n" * 100_000, b"/X Do\n" * 1000),
}
"""What has libraries in C fill the memory, and abort the process."""


def _turn(pages: int, content: bytes) -> bytes:
    """Return a PDF of so many pages that all have the same packed content."""
    packed = zlib.compress(content, 9)
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(pages))
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>"] * pages,
    )
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<< /Size 7 /Root 1 0 R >>\n%%EOF\n"


def _nest(depth: int, words: int) -> bytes:
    """Return a Word document of tables inside tables around eight runs of so many words."""
    inner = f"<w:p>{'<w:r><w:t>SECRET</w:t></w:r>' * 8}</w:p>"
    beside = "<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"
    for _ in range(depth):
        inner = f"<w:tbl><w:tr><w:tc>{inner}</w:tc>{beside}</w:tr></w:tbl>"
    return replace_member(build_docx(body=(inner,)), "word/document.xml", b"SECRET", b"rivers " * words)


ENDLESS: Final[Mapping[str, Callable[[], bytes]]] = {
    "a PDF of 200 KB that is drawn for an hour": lambda: _turn(2000, b"q 1 0 0 1 0 0 cm Q\n" * 100_000),
    "a Word document of 90 KB with tables sixty deep": lambda: _nest(60, 600_000),
    "a page of a tag with 200,000 attributes": lambda: (
        b"<html><body><p " + b"".join(b"a%d=1 " % number for number in range(200_000)) + b">a"
    ),
    "Markdown of two million marks": lambda: b"# a\n\n# b\n\n" + b"*a **b" * 2_000_000,
}
"""Each takes minutes and more, or gigabytes, and holds nothing worth them."""

BOMBS: Final[Mapping[str, bytes]] = {
    "a Word document of 101 MB": build_zip({"word/document.xml": b" " * (101 * 1024**2)}),
    "a Word document of 3,000 members":
        build_zip({"word/document.xml": "", **{f"a{n}": "" for n in range(3000)}}),
    "a Word document of a billion laughs": _declare(f'<!ENTITY l0 "lol">{_LAUGHS}<!ENTITY x "&l9;">'),
    "a Word document of nested entities": _declare('<!ENTITY a "lol"><!ENTITY x "&a;&a;&a;">'),
    "a Word document that asks for a file": _declare('<!ENTITY x SYSTEM "file:///etc/passwd">'),
    "a Word document that asks for an address": _declare('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">'),
    "a Word document with a member that leads out": build_zip(
        {"word/document.xml": "<x/>", "../../../../tracker-was-here": "out"}
    ),
}  # fmt: skip

SLOW: Final[Mapping[str, bytes]] = {
    "comments without a page": b"<!---->" * 500 + b"x",
    "comments that never end": b"<!--" * 50_000,
    "scripts that never end": b"<html><script>" + b"<script" * 30_000,
    "tags that never end": b"<html>" + b"<" * 200_000,
    "titles that never end": b"<html>" + b"<title" * 30_000,
    "sections of data": b"<![CDATA[" * 15_000 + b"# a\n",
    "short lines behind a cut one": b"We give five million euros to the work of O``` " + b"\n```" * 3000,
    "short paragraphs behind a cut one": b"We will support the work of all who" + b"\n\n[a] b" * 3000,
    "marks of headings": b"# " * 30_000 + b"A",
    "full stops": b"." * 60_000 + b"Kenya",
    "ellipses": "…".encode() * 30_000 + b"A",
    "a word of 100,000 letters": b"a" * 100_000 + b" b-\nc",
    "deep lists": b"<html><body>" + b"<ul><li>" * 10_000 + b"a",
}  # fmt: skip
"""Each once took minutes, or would never have ended; 200 KB of any text are read in a second or two."""

HALF_CHARACTERS: Final = b"""<rss><channel><item><title>79th &#xD83D;&#xDE00;</title>
<link>https://a.org/79</link></item></channel></rss>"""
