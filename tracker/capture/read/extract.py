"""From the bytes of a document to its text: the one way in, whatever the format.

What is plain text is decoded here, by code whose time grows with the length alone. All else needs a parser,
and is read in a process of its own.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tracker.capture.read.markdown import is_markdown
from tracker.capture.read.media import tell_kind
from tracker.capture.read.plain import decode_surely, read_charset, require_text
from tracker.capture.sandbox.bounds import ARRIVING
from tracker.capture.sandbox.process import NO_ANSWER, ask, stop
from tracker.capture.sandbox.wire import decode
from tracker.errors import DocumentUnreadable, ReaderStopped, TrackerError
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.capture.read.media import Kind
    from tracker.capture.sandbox.bounds import Bounds

MAX_BYTES = 50 * 1024 * 1024
"""The largest document that is read; the longest real statement is a hundredth of it."""

MAX_CHARACTERS = 10_000_000
"""The longest text: a million words are five to eight million characters."""

GAVE_UP = "its reader gave up on it; look at the bytes"


def extract(
    data: bytes,
    name: str | None = None,
    *,
    selector: str | None = None,
    remove: tuple[str, ...] = (),
    content_type: str | None = None,
    bounds: Bounds = ARRIVING,
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
    ``MAX_BYTES`` or over ``MAX_CHARACTERS``; its ``ReaderStopped`` for what takes more than ``bounds``, or
    kills its reader.
    """
    with naming(name):
        check_size(data)
        kind = tell_kind(data)
        extraction = _read_plain(data, name, content_type) if kind == "text" else None
        if extraction is None:
            request = {"name": name, "selector": selector, "remove": remove, "content_type": content_type}
            extraction = _read_in_sandbox(kind, request, data, bounds)
        check_text(extraction.text)
    return extraction


def _read_plain(data: bytes, name: str | None, content_type: str | None) -> Extraction | None:
    """Return plain text; None for Markdown, and where the encoding has to be guessed."""
    decoded = decode_surely(data, read_charset(content_type))
    if decoded is None or is_markdown(decoded.text, name):
        return None
    return Extraction(decoded.text, "text/plain", f"text {decoded.label}")


def _read_in_sandbox(
    kind: Kind, request: Mapping[str, str | tuple[str, ...] | None], data: bytes, bounds: Bounds
) -> Extraction:
    fields = ask(kind, json.dumps({"reading": "document", **request}).encode(), data, bounds)
    try:
        text, media_type, extractor, title = map(decode, fields)
    except ValueError as error:
        raise stop(NO_ANSWER) from error
    if text is None or media_type is None or extractor is None:
        raise stop(NO_ANSWER)
    return Extraction(text, media_type, extractor, title)


@contextmanager
def naming(name: str | None) -> Iterator[None]:
    """Put a document's name before the reason why it cannot be read."""
    try:
        with giving_reasons():
            yield
    except ReaderStopped as error:
        raise ReaderStopped(f"{show_name(name)}: {error}", error.cause) from error
    except DocumentUnreadable as error:
        raise DocumentUnreadable(f"{show_name(name)}: {error}") from error


@contextmanager
def giving_reasons() -> Iterator[None]:
    """Make a reason of what no library expected: one document must not end a night."""
    try:
        yield
    except (MemoryError, TrackerError):
        raise
    except Exception as error:
        raise DocumentUnreadable(f"{GAVE_UP} ({type(error).__name__})") from error


def check_size(data: bytes) -> None:
    """Raise ``DocumentUnreadable`` for nothing, and for over ``MAX_BYTES``."""
    if not data:
        raise DocumentUnreadable("the file is empty; fetch or save it again")
    if len(data) > MAX_BYTES:
        raise DocumentUnreadable(f"over the limit of {MAX_BYTES // 1024**2} MB; give the statement alone")


def check_text(text: str) -> None:
    """Raise ``DocumentUnreadable`` for a text that says nothing, or is over ``MAX_CHARACTERS``."""
    require_text(text)
    if len(text) > MAX_CHARACTERS:
        raise DocumentUnreadable(f"over {MAX_CHARACTERS:,} characters of text; give the statement alone")


def show_name(name: str | None) -> str:
    """Return a name of a document that stays on its line, whatever characters it holds."""
    return "".join(char if char.isprintable() else "?" for char in name) if name else "the document"
