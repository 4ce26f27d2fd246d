"""The kind of file that a document is, detected from its bytes and never from its name."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.capture.read.plain import GIVE_TEXT, decode_marked
from tracker.errors import DocumentUnreadable
from tracker.inputs.compiled import read_packaged

if TYPE_CHECKING:
    from tracker.capture.sandbox.protocol import FileKind

_OTHER = {"html": "a web page", "text": "text or unknown bytes"}

_SAVE_AS = "save it as PDF, DOCX or plain text and give that"

# Bytes in which markup must begin, after declarations and comments.
_HEAD = 4096
_PDF = re.compile(rb"%PDF-\d")
_HTML = re.compile(
    r"""\s*(?:<\?xml[^>]*\?>\s*|<!--(?:(?!-->).)*-->\s*)*
    <(?:!doctype\s+html|(?:html|head|title|meta|body|article|main|section|div|p|h[1-6]|table|ul|ol|span)\b[^<>]*>)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_XML = re.compile(r"\s*<(?:\?xml\b|!DOCTYPE\b|!ENTITY\b)", re.IGNORECASE)


class Signature(NamedTuple):
    """Bytes that identify a kind of file that cannot be read, and what to do about it."""

    name: str
    at: int
    start: bytes
    then: bytes
    within: int | None
    remedy: str

    def fits(self, data: bytes) -> bool:
        """Tell whether the bytes are of this kind."""
        return data.startswith(self.start, self.at) and self.then in data[: self.within]


def detect_kind(data: bytes) -> FileKind:
    """Return the kind of file that the first bytes show; nothing is parsed.

    Raises ``DocumentUnreadable`` for a kind that cannot be read and is recognised, with its name. Bytes of
    no recognised kind count as text, until they are decoded.
    """
    for signature in _signatures():
        if signature.fits(data):
            raise DocumentUnreadable(f"this is {signature.name}; {signature.remedy}")
    if _is_pdf(data):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    return _detect_markup(data)


def check_ending(ending: str, data: bytes) -> None:
    """Raise ``DocumentUnreadable`` for a text, a page or unknown bytes under the name of a PDF or DOCX."""
    name = ending[1:].upper()
    if name in {"PDF", "DOCX"} and data and (kind := detect_kind(data)) in _OTHER:
        raise DocumentUnreadable(
            f"this is {_OTHER[kind]}, and no {name}; save the {name} again, or rename it if it is meant so"
        )


def _is_pdf(data: bytes) -> bool:
    """Tell whether bytes are a PDF, which may have 1,024 other bytes first; a text may quote its header."""
    found = _PDF.search(data, 0, 1024 + 8)
    return found is not None and (
        not data[: found.start()].strip(b"\xef\xbb\xbf\0 \t\r\n") or b"startxref" in data
    )


def check_no_other(data: bytes, members: frozenset[str]) -> None:
    """Raise ``DocumentUnreadable`` for a ZIP archive of a format that cannot be read, by its members."""
    # OpenDocument and EPUB store their type first and uncompressed.
    head = data[:200].decode("latin-1")
    for row in _tables()["member"]:
        if row.get("path") in members or ("mimetype" in row and f"mimetype{row['mimetype']}" in head):
            raise DocumentUnreadable(f"this is {row['name']}; {_SAVE_AS}")


def _detect_markup(data: bytes) -> FileKind:
    head = decode_marked(data[:_HEAD]) or data[:_HEAD].decode("latin-1").removeprefix("ï»¿")
    if _HTML.match(head) or (_XML.match(head) and "<html" in head.lower()):
        return "html"
    if _XML.match(head):
        raise DocumentUnreadable(f"this is an XML file that is no web page; {GIVE_TEXT}")
    return "text"


@cache
def _signatures() -> tuple[Signature, ...]:
    return tuple(
        Signature(
            name=str(row["name"]),
            at=int(row.get("at", 0)),
            start=bytes.fromhex(str(row["hex"])),
            then=bytes.fromhex(str(row.get("then", ""))),
            within=int(row["within"]) if "within" in row else None,
            remedy=_SAVE_AS if row.get("save_as") else GIVE_TEXT,
        )
        for row in _tables()["kind"]
    )


@cache
def _tables() -> dict[str, tuple[dict[str, str | int], ...]]:
    return read_packaged(__package__, "signatures.toml")
