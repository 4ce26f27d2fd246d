"""Reading a whole web archive before anything is written: its captures, and what is ignored and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from tracker.capture.causes import FetchFault
from tracker.capture.warc.reading import read_payload
from tracker.capture.warc.stream import find_header
from tracker.errors import ReferenceInvalid
from tracker.exchange.warc_metadata import IDENTICAL, MEDIA_TYPES, SAME_TEXT, UNMODIFIED, read_metadata
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.capture.warc.reading import Warc, WarcRecord
    from tracker.exchange.warc_metadata import OwnMetadata
    from tracker.model.record import Declaration
    from tracker.record.reading.imported import Captured

DAMAGED: Final = "whose bytes are damaged"
"""Why a damaged record is ignored."""

_OK = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SCHEMES = ("http://", "https://", "file:")
_PROFILES = (IDENTICAL, UNMODIFIED, SAME_TEXT)
_NO_DOCUMENTS = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript")
_NO_DOCUMENT_ENDS = ("javascript", "json", "wasm", "x-font-woff")


@dataclass(frozen=True, slots=True)
class Found:
    """A capture of a document, or a later one that found it unchanged; where unreadable, ``fault`` is why."""

    record: WarcRecord
    sha256: str = ""
    """Of the document."""
    size: int = 0
    bytes_at: int | None = None
    """The offset of the record that holds the document; None where the archive does."""
    fault: str = ""
    own: Declaration | None = None
    """Its metadata from the archive that exported it."""
    request: int | None = None
    """The offset of the record of its request."""

    @property
    def is_revisit(self) -> bool:
        """Whether it only says that a document was still there."""
        return self.record.type == "revisit"


@dataclass(frozen=True, slots=True)
class Survey:
    """The captures of a file, oldest first, and how many records were ignored for each reason."""

    captures: tuple[Found, ...]
    passed: Mapping[str, int]
    redirects: Mapping[str, str]
    """Addresses that another one led to, and which."""


def survey(warc: Warc, urls: Sequence[str], captured: Captured, *, with_own: bool) -> Survey:
    """Read a file to its end and return its captures, of addresses that fit one of the patterns.

    ``with_own`` reads the metadata that tracker exports. Raises ``WarcUnusable``
    where the file is damaged.
    """
    reading = _Reading(tuple(urls), with_own=with_own)
    for record, content in warc.records(reading.is_wanted):
        reading.take(record, content)
    found = sorted(reading.found, key=lambda each: (each.record.date, each.record.offset))
    settled = _RevisitLinker(reading, found, captured)
    return Survey(tuple(settled.settle(each) for each in found), reading.passed, reading.redirects)


class _Reading:
    """What was read so far, in the order of the file."""

    def __init__(self, urls: tuple[str, ...], *, with_own: bool) -> None:
        self.found: list[Found] = []
        self.passed: Counter[str] = Counter()
        self.own: dict[str, OwnMetadata | str] = {}
        """Metadata by the record that it describes, or what is wrong with it."""
        self.redirects: dict[str, str] = {}
        self.requests: dict[str, int] = {}
        """Offsets, by the id of the request and of what came with it."""
        self._urls = urls
        self.with_own = with_own

    def is_wanted(self, record: WarcRecord) -> bool:
        """Return whether a record's content is to be kept and read."""
        if record.type == "metadata":
            return record.media_type in MEDIA_TYPES
        return record.type in {"response", "resource"} and not self._why_passed(record)

    def take(self, record: WarcRecord, content: bytes | None) -> None:
        """Take a record in."""
        self._note_redirect(record)
        why = self._why_passed(record)
        if record.fault and why:
            self.passed[DAMAGED] += 1
            self._doubt(record)
        elif record.type == "request":
            self.requests.update(dict.fromkeys((record.id, *record.concurrent_to), record.offset))
        elif record.type == "metadata":
            self._take_metadata(record, content)
        elif record.type == "warcinfo":
            return
        elif why:
            self.passed[why] += 1
        elif record.type == "revisit":
            self.found.append(Found(record, fault=_fault_of(record)))
        else:
            self.found.append(_read_document(record, content))

    def _note_redirect(self, record: WarcRecord) -> None:
        location = find_header(record.headers, "location")
        if record.type == "response" and record.status in _REDIRECTS and location:
            try:
                self.redirects.setdefault(urljoin(record.url, location), record.url)
            except ValueError:
                return  # It leads to no address.

    def _doubt(self, record: WarcRecord) -> None:
        """Note that the metadata in a damaged record is lost."""
        if record.type == "metadata" and self.with_own:
            self.own[record.refers_to] = f"what is said of it is damaged: {record.fault}"

    def _take_metadata(self, record: WarcRecord, content: bytes | None) -> None:
        said: OwnMetadata | str | None
        try:
            said = read_metadata(content or b"", record.media_type)
        except ReferenceInvalid as error:
            said = str(error)
        if said and (self.with_own or not isinstance(said, str)):
            self.own[record.refers_to] = said

    def _why_passed(self, record: WarcRecord) -> str:
        """Return why a record is not wanted; empty where it is."""
        if record.type not in {"response", "resource", "revisit"}:
            return f"of type {record.type}"
        if self._urls and not any(_fits(record.url, pattern) for pattern in self._urls):
            return "of another address"
        if not record.url.startswith(_SCHEMES):
            return "of an address that is neither http nor file"
        if record.type == "revisit":
            return "" if record.profile.endswith(_PROFILES) else "that revisit in an unknown way"
        return _why_no_document(record)


class _RevisitLinker:
    """Adds to each capture what other records say about it."""

    def __init__(self, reading: _Reading, found: Sequence[Found], captured: Captured) -> None:
        self._reading = reading
        self._captured = captured
        originals = [each for each in found if not each.is_revisit]
        self._by_id = {each.record.id: each for each in originals}
        self._by_place = {(each.record.url, each.record.date): each for each in originals}
        self._by_digest = {
            (each.record.url, each.record.payload_digest): each for each in reversed(originals)
        }

    def settle(self, found: Found) -> Found:
        """Return a capture with its request and metadata; for a revisit, with the document found again."""
        record = found.record
        own = self._reading.own.get(record.id)
        names = (record.id, *record.concurrent_to)
        offsets = [self._reading.requests.get(name) for name in names]
        found = replace(found, request=next((each for each in offsets if each is not None), None))
        if isinstance(own, str):
            return replace(found, fault=found.fault or own)
        if own and own.status:
            found = replace(found, record=replace(record, status=own.status, headers=own.headers))
        found = replace(found, own=self._declaration(record))
        return self._find_again(found) if found.is_revisit else found

    def _declaration(self, record: WarcRecord) -> Declaration | None:
        """Return what the file itself says of a capture's statement, where that counts and is readable."""
        own = self._reading.own.get(record.id) if self._reading.with_own else None
        return None if own is None or isinstance(own, str) else own.declaration

    def _find_again(self, found: Found) -> Found:
        record = found.record
        original = self._find_original(record)
        if original:
            fault = found.fault or (f"what it found again: {original.fault}" if original.fault else "")
            again = replace(
                found,
                sha256=original.sha256,
                size=original.size,
                bytes_at=original.bytes_at,
                fault=fault,
            )
            return again if again.own else replace(again, own=self._declaration(original.record))
        place = (record.refers_to_url or record.url, record.refers_to_date)
        kept = self._captured.find_document(record.refers_to, *place)
        if kept:
            return replace(found, sha256=kept[0], size=kept[1])
        date = f" of {record.refers_to_date[:10]}" if record.refers_to_date else ""
        return replace(found, fault=found.fault or f"what it found again is not here: {place[0]}{date}")

    def _find_original(self, record: WarcRecord) -> Found | None:
        return (
            self._by_id.get(record.refers_to)
            or self._by_place.get((record.refers_to_url or record.url, record.refers_to_date))
            or (self._by_digest.get((record.url, record.payload_digest)) if record.payload_digest else None)
        )


def _read_document(record: WarcRecord, content: bytes | None) -> Found:
    if record.fault:
        return Found(record, fault=record.fault)
    try:
        data = read_payload(record, content)
    except FetchFault as fault:
        return Found(record, fault=str(fault))
    return Found(record, digest_bytes(data), len(data), record.offset, fault=_fault_of(record))


def _why_no_document(record: WarcRecord) -> str:
    """Return why a response or resource holds no document that could be read; empty where it may."""
    is_told = record.status is not None or not record.fault
    if record.type == "response" and record.status != _OK and is_told:
        return f"with status {record.status}" if record.status else "without an HTTP answer"
    if record.truncated:
        return "cut short when they were captured"
    is_none = record.media_type.startswith(_NO_DOCUMENTS) or record.media_type.endswith(_NO_DOCUMENT_ENDS)
    return f"of type {record.media_type}" if is_none else ""


def _fault_of(record: WarcRecord) -> str:
    if record.fault:
        return record.fault
    if not record.id:
        return "it has no WARC-Record-ID"
    return "" if record.date else "its WARC-Date is no instant"


def _fits(url: str, pattern: str) -> bool:
    return url == pattern or fnmatchcase(url, pattern)
