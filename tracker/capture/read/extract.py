"""Extracting the text of a document of any format.

Plain text is decoded in this process, in time that grows with its length. Everything else needs a parser, and
is read in a separate process.
"""

from __future__ import annotations

import logging
import re
import warnings
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.capture.read import BY_TEXT, MAX_BYTES
from tracker.capture.read.extractors import read_extractor
from tracker.capture.read.markdown import is_markdown
from tracker.capture.read.media import detect_kind
from tracker.capture.read.plain import decode_surely, find_declared, read_charset, require_text
from tracker.capture.sandbox.process import NO_ANSWER, ask, reader_stopped
from tracker.capture.sandbox.protocol import NEW_DOCUMENT
from tracker.errors import DocumentUnreadable, ReaderStopped, TrackerError
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.capture.sandbox.protocol import FileKind, Limits

MAX_CHARACTERS = 10_000_000
"""The longest text: a million words are five to eight million characters."""

GAVE_UP = "its reader gave up on"


def extract(
    data: bytes,
    name: str | None = None,
    *,
    selector: str | None = None,
    remove: tuple[str, ...] = (),
    content_type: str | None = None,
    limits: Limits = NEW_DOCUMENT,
) -> Extraction:
    """Return the text of a document; the same bytes and settings always give the same text.

    The bytes show the format: PDF, DOCX, HTML, Markdown or plain text in any encoding. ``name`` is for
    messages, and distinguishes Markdown from text where the bytes do not. The ``text`` of plain text is
    exactly ``data.decode(...)`` with the encoding in ``extractor``, without a byte order mark. Form feeds
    separate the pages of a PDF. ``selector`` and ``remove`` are for web pages, see ``read_html``. Other
    formats ignore them, except ``text:`` and a regular expression in ``remove``: its matches are left out of
    any text. Of ``content_type``, a header of HTTP, only the charset is used: it has precedence over what a
    page declares, and a byte order mark over both.

    Raises ``DocumentUnreadable``, in one line with the name and the next step, for documents that are empty,
    damaged, encrypted, scanned, of another kind, over ``MAX_BYTES`` or over ``MAX_CHARACTERS``; and its
    ``ReaderStopped`` for one that takes more than ``limits``, or kills its reader.
    """
    with naming(name):
        check_size(data)
        kind = detect_kind(data)
        selectors, expressions = _split_removed(remove)
        extraction = _read_plain(data, name, content_type) if kind == "text" else None
        if extraction is None:
            request = {"name": name, "selector": selector, "remove": selectors, "content_type": content_type}
            extraction = _read_in_sandbox(kind, request, data, limits)
        extraction = _remove_text(extraction, expressions)
        check_text(extraction.text)
    return extraction


def _read_plain(data: bytes, name: str | None, content_type: str | None) -> Extraction | None:
    """Return plain text; None for Markdown, and where the encoding must be guessed."""
    decoded = decode_surely(data, read_charset(content_type))
    if decoded is None or is_markdown(decoded.text, name):
        return None
    return Extraction(decoded.text, "text/plain", f"text {decoded.label}")


def _read_in_sandbox(
    kind: FileKind, request: Mapping[str, str | tuple[str, ...] | None], data: bytes, limits: Limits
) -> Extraction:
    try:
        text, media_type, extractor, title = ask(kind, {"reading": "document", **request}, data, limits)
    except ValueError as error:
        raise reader_stopped(NO_ANSWER) from error
    if text is None or media_type is None or extractor is None:
        raise reader_stopped(NO_ANSWER)
    return Extraction(text, media_type, extractor, title)


@contextmanager
def naming(name: str | None) -> Iterator[None]:
    """Put a document's name before the reason why it cannot be read."""
    try:
        with giving_reasons():
            yield
    except ReaderStopped as error:
        raise ReaderStopped(f"{_show_name(name)}: {error}", error.cause) from error
    except DocumentUnreadable as error:
        raise DocumentUnreadable(f"{_show_name(name)}: {error}") from error


@contextmanager
def giving_reasons(what: str = "it") -> Iterator[None]:
    """Report unexpected errors of libraries as reasons: one document must not end a whole run."""
    try:
        yield
    except (MemoryError, TrackerError):
        raise
    except Exception as error:
        raise DocumentUnreadable(f"{GAVE_UP} {what}; look at the bytes ({type(error).__name__})") from error


@contextmanager
def quiet_libraries(*names: str) -> Iterator[None]:
    """Keep warnings, and what libraries log about broken input or secret addresses, off standard error."""
    loggers = [logging.getLogger(name) for name in names]
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


def check_size(data: bytes) -> None:
    """Raise ``DocumentUnreadable`` for an empty file, and for one over ``MAX_BYTES``."""
    if not data:
        raise DocumentUnreadable("the file is empty; fetch or save it again")
    if len(data) > MAX_BYTES:
        raise DocumentUnreadable(f"over the limit of {MAX_BYTES // 1024**2} MB; give the statement alone")


def check_text(text: str) -> None:
    """Raise ``DocumentUnreadable`` for a text without words, or over ``MAX_CHARACTERS``."""
    require_text(text)
    if len(text) > MAX_CHARACTERS:
        raise DocumentUnreadable(f"over {MAX_CHARACTERS:,} characters of text; give the statement alone")


def _show_name(name: str | None) -> str:
    """Return a document's name on one line, without control characters."""
    return "".join(char if char.isprintable() else "?" for char in name) if name else "the document"


def decodes_as(name: str, data: bytes, content_type: str | None) -> bool:
    """Tell whether bytes are still decoded as an extractor's name says, and without a guess."""
    try:
        decoded = decode_surely(data, (*read_charset(content_type), *find_declared(data)))
    except DocumentUnreadable:
        return False
    return decoded is not None and decoded.encoding == read_extractor(name).encoding


def _split_removed(remove: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return CSS selectors, and regular expressions with what begins them."""
    by_text = tuple(each for each in remove if each.startswith(BY_TEXT))
    return tuple(each for each in remove if each not in by_text), by_text


def _remove_text(extraction: Extraction, expressions: Sequence[str]) -> Extraction:
    """Leave out what regular expressions match, and name them with the extractor as selectors are."""
    text = extraction.text
    for each in expressions:
        text = re.sub(each.removeprefix(BY_TEXT).strip(), "", text)
    named = "".join(f" remove={each}" for each in expressions)
    return replace(extraction, text=text, extractor=f"{extraction.extractor}{named}")
