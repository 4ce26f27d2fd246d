"""From the bytes of a document to its text: the one way in, whatever the format."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tracker.capture.docx import read_docx
from tracker.capture.html import read_html
from tracker.capture.markdown import is_markdown, read_markdown
from tracker.capture.media import tell_format
from tracker.capture.pdf import read_pdf
from tracker.capture.plain import decode, read_charset, require_text
from tracker.errors import DocumentUnreadable
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.capture.media import Format

MAX_BYTES = 50 * 1024 * 1024
"""The largest document that is read; the longest real statement is a hundredth of it."""

MAX_CHARACTERS = 5_000_000
"""The longest text; one of so many single letters, a line each, is still read in a minute."""

GAVE_UP = "its reader gave up on it; look at the bytes"

_READERS: dict[Format, Callable[[bytes], Extraction]] = {
    "pdf": read_pdf,
    "docx": read_docx,
}
_LIBRARIES = ("trafilatura", "htmldate", "justext", "pypdfium2", "charset_normalizer", "docx", "markdown_it")


def extract(
    data: bytes,
    name: str | None = None,
    *,
    selector: str | None = None,
    remove: tuple[str, ...] = (),
    content_type: str | None = None,
) -> Extraction:
    """Return the text of a document; the same bytes and settings always give the same text.

    The format is told by the bytes: PDF, DOCX, HTML, Markdown or plain text in any encoding. ``name``
    serves messages, and tells Markdown from text where the bytes leave that open. Of plain text,
    ``text`` is exactly ``data.decode(...)`` with the encoding that ``extractor`` names, without its byte
    order mark. Pages of a PDF are parted by form feeds. ``selector`` and ``remove`` are for pages, see
    ``read_html``; other formats pay them no heed. Of ``content_type``, a header of HTTP, only the charset
    counts: before what a page declares of itself, behind a byte order mark.

    Raises ``DocumentUnreadable``, in one line with the name and the next step, for bytes that hold no
    statement, and nothing else: for what is empty, damaged, encrypted, scanned, of another kind, over
    ``MAX_BYTES`` or over ``MAX_CHARACTERS``.
    """
    try:
        _check_size(data)
        with _quiet_libraries():
            extraction = _read(data, name, selector, remove, read_charset(content_type))
        require_text(extraction.text)
        _check_length(extraction.text)
    except DocumentUnreadable as error:
        raise DocumentUnreadable(f"{show_name(name)}: {error}") from error
    except Exception as error:
        # One document that no library expected must not end a night.
        raise DocumentUnreadable(f"{show_name(name)}: {GAVE_UP} ({type(error).__name__})") from error
    return extraction


def _read(
    data: bytes, name: str | None, selector: str | None, remove: tuple[str, ...], charset: tuple[str, ...]
) -> Extraction:
    form = tell_format(data)
    if form == "html":
        return read_html(data, selector, remove, charset)
    if form != "text":
        return _READERS[form](data)
    decoded = decode(data, charset)
    if is_markdown(decoded.text, name):
        return read_markdown(decoded)
    return Extraction(decoded.text, "text/plain", f"text {decoded.label}")


def _check_size(data: bytes) -> None:
    if not data:
        raise DocumentUnreadable("the file is empty; fetch or save it again")
    if len(data) > MAX_BYTES:
        raise DocumentUnreadable(f"over the limit of {MAX_BYTES // 1024**2} MB; give the statement alone")


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise DocumentUnreadable(f"over {MAX_CHARACTERS:,} characters of text; give the statement alone")


def show_name(name: str | None) -> str:
    """Return a name of a document that stays on its line, whatever characters it holds."""
    return "".join(char if char.isprintable() else "?" for char in name) if name else "the document"


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep what libraries warn and log about broken input off standard error: errors say it better."""
    loggers = [logging.getLogger(library) for library in _LIBRARIES]
    before = [logger.propagate for logger in loggers]
    silent = logging.NullHandler()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.propagate = False
            logger.addHandler(silent)
        try:
            yield
        finally:
            for logger, propagate in zip(loggers, before, strict=True):
                logger.propagate = propagate
                logger.removeHandler(silent)
