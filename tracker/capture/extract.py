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
from tracker.capture.plain import decode, require_text
from tracker.errors import DocumentUnreadable
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.capture.media import Format

MAX_BYTES = 50 * 1024 * 1024
"""The largest document that is read; the longest real statement is a hundredth of it."""

_READERS: dict[Format, Callable[[bytes], Extraction]] = {
    "pdf": read_pdf,
    "docx": read_docx,
}
_LIBRARIES = ("trafilatura", "htmldate", "justext", "pypdfium2", "charset_normalizer", "docx", "markdown_it")


def extract(
    data: bytes, name: str | None = None, *, selector: str | None = None, remove: tuple[str, ...] = ()
) -> Extraction:
    """Return the text of a document; the same bytes always give the same text.

    The format is told by the bytes: PDF, DOCX, HTML, Markdown or plain text in any encoding. ``name``
    serves messages, and tells Markdown from text where the bytes leave that open. Of plain text,
    ``text`` is exactly ``data.decode(...)`` with the encoding that ``extractor`` names, without its byte
    order mark. Pages of a PDF are parted by form feeds. ``selector`` and ``remove`` are for pages, see
    ``read_html``; other formats pay them no heed.

    Raises ``DocumentUnreadable``, in one line with the name and the next step, for bytes that hold no
    statement: empty, damaged, encrypted, scanned, of another kind, or over ``MAX_BYTES``.
    """
    try:
        _check_size(data)
        with _quiet_libraries():
            extraction = _read(data, name, selector, remove)
        require_text(extraction.text)
    except DocumentUnreadable as error:
        raise DocumentUnreadable(f"{_shown(name)}: {error}") from error
    return extraction


def _read(data: bytes, name: str | None, selector: str | None, remove: tuple[str, ...]) -> Extraction:
    form = tell_format(data)
    if form == "html":
        return read_html(data, selector, remove)
    if form != "text":
        return _READERS[form](data)
    decoded = decode(data)
    if is_markdown(decoded.text, name):
        return read_markdown(decoded)
    return Extraction(decoded.text, "text/plain", f"text {decoded.label}")


def _check_size(data: bytes) -> None:
    if not data:
        raise DocumentUnreadable("the file is empty; fetch or save it again")
    if len(data) > MAX_BYTES:
        raise DocumentUnreadable(f"over the limit of {MAX_BYTES // 1024**2} MB; give the statement alone")


def _shown(name: str | None) -> str:
    """Return a name that stays on its line, whatever characters it holds."""
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
