"""Text of PDFs by pdfium: lines with their places, of which ``layout`` makes paragraphs."""

from __future__ import annotations

import re
import sys
import unicodedata
from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from tracker.capture.read.layout import PlacedLine, lay_out
from tracker.errors import DocumentUnreadable
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdfium2 import PdfDocument, PdfTextPage

MAX_PAGES = 5000
"""A million words, sparsely set."""

_PASSWORD = 4
"""pdfium's ``FPDF_ERR_PASSWORD``."""
_HYPHENS = "\ufffe\x02"
"""What pdfium gives for a hyphen at the end of a line, without a line break after it."""
_BREAKS = "\r\n"
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ALEF_LAM = re.compile("[\u0622\u0623\u0625\u0627]\u0644")
_FILE_NAMES = (".doc", ".docx", ".pdf", ".odt", ".rtf", ".indd")


def read_pdf(data: bytes) -> Extraction:
    """Return the text of a PDF in the order of its content, in paragraphs, with form feeds between pages.

    Text in pictures, annotations and form fields is not read. Raises ``DocumentUnreadable`` for a PDF
    that is damaged, needs a password, has over ``MAX_PAGES`` pages, or holds no text.
    """
    import pypdfium2

    with _open(data) as document:
        if len(document) > MAX_PAGES:
            raise DocumentUnreadable(
                f"over the limit of {MAX_PAGES:,} pages; give the pages of the statement alone"
            )
        pages = [_read_page(document, number) for number in range(len(document))]
        title = _title(document)
    text = lay_out(pages)
    if not any(char.isalnum() for char in text):
        raise DocumentUnreadable("this PDF has no text in it; it looks scanned: run OCR over it first")
    return Extraction(text, "application/pdf", f"pypdfium2 {pypdfium2.PYPDFIUM_INFO.tag}", title)


def _open(data: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise DocumentUnreadable("this PDF needs a password; save it without one") from error
        raise DocumentUnreadable("this PDF is damaged; fetch it again") from error


def _read_page(document: PdfDocument, number: int) -> list[PlacedLine]:
    from pypdfium2 import PdfiumError

    try:
        with closing(document[number]) as page, closing(page.get_textpage()) as text:
            return list(_lines(_Glyphs.of(text, page.get_rotation(), page.get_size())))
    except PdfiumError as error:
        raise DocumentUnreadable(f"page {number + 1} of this PDF is damaged; fetch it again") from error


def _title(document: PdfDocument) -> str | None:
    title = " ".join(document.get_metadata_value("Title").split())
    if title.startswith("Microsoft Word - ") or title.lower().endswith(_FILE_NAMES):
        return None
    return title or None


class _Glyphs(NamedTuple):
    """The characters of a page as pdfium counts them, and their places."""

    chars: str
    source: PdfTextPage
    rotation: int
    width: float
    height: float

    @classmethod
    def of(cls, source: PdfTextPage, rotation: int, size: tuple[float, float]) -> _Glyphs:
        from pypdfium2.raw import FPDFText_GetUnicode

        codes = (FPDFText_GetUnicode(source, index) for index in range(source.count_chars()))
        chars = "".join(chr(code) if code <= sys.maxunicode else "\ufffd" for code in codes)
        width, height = size if rotation in {0, 180} else size[::-1]
        return cls(chars, source, rotation, width, height)

    def box(self, index: int) -> tuple[float, float, float, float]:
        """Return left, bottom, right and top of a character's box on the rotated page."""
        left, bottom, right, top = self.source.get_charbox(index, loose=True)
        (left, bottom), (right, top) = self._turned(left, bottom), self._turned(right, top)
        return min(left, right), min(bottom, top), max(left, right), max(bottom, top)

    def baseline(self, index: int) -> float:
        """Return the height of a character's baseline."""
        from ctypes import byref, c_double

        from pypdfium2.raw import FPDFText_GetCharOrigin

        x, y = c_double(), c_double()
        FPDFText_GetCharOrigin(self.source, index, byref(x), byref(y))
        return self._turned(x.value, y.value)[1]

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        match self.rotation:
            case 90:
                return y, self.width - x
            case 180:
                return self.width - x, self.height - y
            case 270:
                return self.height - y, x
            case _:
                return x, y


def _lines(glyphs: _Glyphs) -> Iterator[PlacedLine]:
    start = 0
    for index, char in enumerate(glyphs.chars + "\n"):
        if char in _BREAKS or char in _HYPHENS:
            inked = [at for at in range(start, index) if not glyphs.chars[at].isspace()]
            if inked:
                yield _line(glyphs, inked[0], inked[-1] + 1, cut=char in _HYPHENS)
            start = index + 1


def _line(glyphs: _Glyphs, start: int, end: int, *, cut: bool) -> PlacedLine:
    text = glyphs.chars[start:end]
    first, last = glyphs.box(start), glyphs.box(end - 1)
    word = glyphs.box(start + _first_word(text) - 1)
    # Three places, since a line may begin with a superscript or hold a word in another font.
    sample = sorted({start, (start + end) // 2, end - 1})
    boxes = [glyphs.box(index) for index in sample]
    left, right = min(first[0], last[0]), max(first[2], last[2])
    mirrored = _is_right_to_left(text)
    return PlacedLine(
        text=_clean(_unligated(glyphs, start, end) if mirrored else text) + ("-" if cut else ""),
        left=-right if mirrored else left,
        right=-left if mirrored else right,
        baseline=median(glyphs.baseline(index) for index in sample),
        size=median(max(top - bottom, 1.0) for _, bottom, _, top in boxes),
        first=max(first[2], word[2]) - min(first[0], word[0]),
    )


def _unligated(glyphs: _Glyphs, start: int, end: int) -> str:
    """Return a line with lam and alef in order; pdfium reverses the letters of their ligature."""
    text = glyphs.chars[start:end]
    for match in _ALEF_LAM.finditer(text):
        at = match.start()
        if glyphs.box(start + at) == glyphs.box(start + at + 1):
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def _first_word(text: str) -> int:
    """Return the length of a line's first word, or 1 for a character after which a line may break."""
    if unicodedata.east_asian_width(text[0]) in "WF":
        return 1
    return len(text.split(maxsplit=1)[0])


def _is_right_to_left(text: str) -> bool:
    strong = [unicodedata.bidirectional(char) for char in text]
    return sum(kind in _RIGHT_TO_LEFT for kind in strong) > strong.count("L")


def _clean(text: str) -> str:
    """Join surrogate halves that pdfium gives; leave out control characters."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROLS.sub("", whole).strip() or "\N{REPLACEMENT CHARACTER}"
