"""The formats of documents that are read: an entry of ``READERS`` for each; ``media.py`` detects its kind.

The programs that read are loaded by this module in a process of the sandbox; see ``capture.serve``.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

from tracker.capture.read.docx import DOCX, read_docx
from tracker.capture.read.html import read_html
from tracker.capture.read.markdown import is_markdown, read_markdown
from tracker.capture.read.media import check_no_other, detect_kind
from tracker.capture.read.pdf import read_pdf
from tracker.capture.read.plain import decode
from tracker.errors import DocumentUnreadable
from tracker.inputs.zips import BAD_ZIP
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tracker.capture.sandbox.protocol import FileKind


@dataclass(frozen=True, slots=True)
class Settings:
    """What a document is read with besides its bytes."""

    name: str | None = None
    selector: str | None = None
    remove: tuple[str, ...] = ()
    charset: tuple[str, ...] = ()
    """The encodings that its server declared."""


@dataclass(frozen=True, slots=True)
class FileReader:
    """How documents of one format are recognised and read."""

    kind: FileKind
    """What their first bytes show, by which the process is chosen that reads them."""
    endings: Mapping[str, str]
    """By media type, how the name of a file ends."""
    read: Callable[[bytes, Settings], Extraction]
    libraries: tuple[str, ...]
    """Modules that are loaded while files may still be written, so that Python can keep them compiled."""
    quiet: tuple[str, ...]
    """Loggers that write about broken input, and are kept off standard error."""
    member: str = ""
    """In a ZIP archive, the part that only this format has."""


def _read_text(data: bytes, settings: Settings) -> Extraction:
    """Read plain text or Markdown, which only the name of a file distinguishes where the bytes do not."""
    decoded = decode(data, settings.charset)
    if is_markdown(decoded.text, settings.name):
        return read_markdown(decoded)
    return Extraction(decoded.text, "text/plain", f"text {decoded.label}")


READERS: Final[Mapping[str, FileReader]] = {
    "PDF": FileReader(
        kind="pdf",
        endings={"application/pdf": "pdf"},
        read=lambda data, _: read_pdf(data),
        libraries=("pypdfium2",),
        quiet=("pypdfium2",),
    ),
    "DOCX": FileReader(
        kind="zip",
        member="word/document.xml",
        endings={DOCX: "docx"},
        read=lambda data, _: read_docx(data),
        libraries=("docx",),
        quiet=("docx",),
    ),
    "HTML": FileReader(
        kind="html",
        endings={"text/html": "html", "application/xhtml+xml": "html"},
        read=lambda data, settings: read_html(data, settings.selector, settings.remove, settings.charset),
        libraries=("chardet", "lxml.html", "trafilatura", "cssselect", "webencodings.labels"),
        quiet=("trafilatura", "htmldate", "justext", "chardet"),
    ),
    "text": FileReader(
        kind="text",
        endings={"text/plain": "txt", "text/markdown": "md"},
        read=_read_text,
        libraries=("chardet", "markdown_it", "webencodings.labels"),
        quiet=("chardet", "markdown_it"),
    ),
}
"""Each format by its name."""


def choose_reader(data: bytes) -> FileReader:
    """Return the reader of the format that the bytes show; of a ZIP archive, its members do.

    Raises ``DocumentUnreadable`` for every other kind of file that is recognised, with its name. Bytes of no
    recognised kind count as text, until they are decoded.
    """
    kind = detect_kind(data)
    members = _list_members(data) if kind == "zip" else frozenset({""})
    for reader in READERS.values():
        if reader.kind == kind and reader.member in members:
            return reader
    check_no_other(data, members)
    raise DocumentUnreadable(
        "this is a ZIP archive without a Word document in it; unpack it and give the files"
    )


def find_ending(media_type: str) -> str:
    """Return how a file of a media type ends its name; ``bin`` where no format has it."""
    endings = (reader.endings.get(media_type) for reader in READERS.values())
    return next(filter(None, endings), "bin")


def _list_members(data: bytes) -> frozenset[str]:
    try:
        with ZipFile(BytesIO(data)) as archive:
            return frozenset(archive.namelist())
    except BAD_ZIP as error:
        raise DocumentUnreadable("this is a damaged ZIP or DOCX file; fetch it again") from error
