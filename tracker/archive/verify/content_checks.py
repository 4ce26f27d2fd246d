"""What must hold of a document, a version and its segments by themselves; pure."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from tracker.archive.record.encoding import read_spans
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Cut(NamedTuple):
    """A segment as the record has it."""

    ordinal: int
    paragraph: int
    start: int
    end: int
    text: str


def document_faults(name: str, size: int, data: bytes) -> Iterator[str]:
    """Yield what is wrong with a document's bytes, as the end of a sentence that begins with "it"."""
    found = sha256(data).hexdigest()
    if found != name:
        yield f"has other bytes: their sha256 is {found[:12]}"
    elif len(data) != size:
        yield f"has {len(data):,} bytes and is said to have {size:,}"


def text_faults(text: str, digest: str, spans: str, raw: str | None) -> Iterator[str]:
    """Yield what is wrong with a version's text: its digest, then the map to ``raw``, where that is known."""
    found = digest_text(text)
    if found != digest:
        yield f"has another text: its sha256 is {found[:12]}, not {digest[:12]}"
        return
    yield from _span_faults(text, spans, raw)


def segment_faults(text: str, segments: Sequence[Cut]) -> Iterator[str]:
    """Yield the first thing that is wrong with the segments of a text: their order, their text, a gap."""
    at, paragraph = 0, 1
    for number, segment in enumerate(segments):
        if segment.ordinal != number:
            yield f"lacks its segment {number}"
            return
        if text[segment.start : segment.end] != segment.text:
            yield f"has not the text of segment {number} at {segment.start}:{segment.end}"
            return
        if segment.start < at or segment.end <= segment.start or segment.paragraph < paragraph:
            yield f"has segment {number} out of its order"
            return
        if text[at : segment.start].strip():
            yield f"has text that no segment covers, before segment {number}"
            return
        at, paragraph = segment.end, segment.paragraph
    if text[at:].strip():
        yield f"lacks its segment {len(segments)}"


def _span_faults(text: str, spans: str, raw: str | None) -> Iterator[str]:
    try:
        runs = read_spans(spans).runs
    except (TypeError, ValueError) as error:
        yield f"has a span map that cannot be read ({error})"
        return
    at = raw_at = 0
    for run in runs:
        if run.clean_start != at or run.clean_end <= at:
            yield f"has a span map with a gap at {at}"
            return
        if run.raw_start < raw_at or run.raw_end < run.raw_start:
            yield f"has a span map that runs backwards at {at}"
            return
        if raw is not None and not _is_behind(text[at : run.clean_end], raw, run.raw_start, run.raw_end):
            yield f"is not what the extractor's output has, from {at} on"
            return
        at, raw_at = run.clean_end, run.raw_end
    if at != len(text):
        yield f"has a span map that ends at {at} of {len(text)}"


def _is_behind(clean: str, raw: str, start: int, end: int) -> bool:
    """Tell whether a stretch of the output lies within it, and is the text where both are of one length."""
    return end <= len(raw) and (len(clean) != end - start or clean == raw[start:end])
