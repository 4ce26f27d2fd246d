"""Extracting the text of a document in this process: for reader processes, and for tests."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tracker.capture.read.docx import read_docx
from tracker.capture.read.extract import check_size, check_text, giving_reasons
from tracker.capture.read.html import read_html
from tracker.capture.read.markdown import is_markdown, read_markdown
from tracker.capture.read.media import detect_format
from tracker.capture.read.pdf import read_pdf
from tracker.capture.read.plain import decode, read_charset
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.capture.read.media import Format

_READERS: dict[Format, Callable[[bytes], Extraction]] = {"pdf": read_pdf, "docx": read_docx}
_LIBRARIES = ("trafilatura", "htmldate", "justext", "pypdfium2", "charset_normalizer", "docx", "markdown_it")


def parse(
    data: bytes,
    name: str | None = None,
    *,
    selector: str | None = None,
    remove: tuple[str, ...] = (),
    content_type: str | None = None,
) -> Extraction:
    """Return what ``extract`` returns, without limits of time or memory.

    Raises ``DocumentUnreadable``, without the document's name, and ``MemoryError``.
    """
    with giving_reasons(), _quiet_libraries():
        check_size(data)
        extraction = _read(data, name, selector, remove, read_charset(content_type))
        check_text(extraction.text)
    return extraction


def _read(
    data: bytes, name: str | None, selector: str | None, remove: tuple[str, ...], charset: tuple[str, ...]
) -> Extraction:
    form = detect_format(data)
    if form == "html":
        return read_html(data, selector, remove, charset)
    if form != "text":
        return _READERS[form](data)
    decoded = decode(data, charset)
    if is_markdown(decoded.text, name):
        return read_markdown(decoded)
    return Extraction(decoded.text, "text/plain", f"text {decoded.label}")


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep warnings and logs of libraries about broken input off standard error."""
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
