"""Reading a document's text into a version: cleaned, its language known, cut into segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.texts import Version
from tracker.text.language import detect_language
from tracker.text.normalize import normalize
from tracker.text.segment import cut

if TYPE_CHECKING:
    from tracker.model.texts import Segment


def read_text(
    raw: str, *, extractor: str = "text", media_type: str = "text/plain", language: str | None = None
) -> Version:
    """Read an extractor's output into a version; ``language`` is detected where it is not given.

    An empty text gives a version without segments.
    """
    clean, spans = normalize(raw)
    language = language or detect_language(clean)
    return Version(clean, language, cut(clean, language), spans, extractor, media_type)


def segment(text: str, *, language: str | None = None) -> tuple[Segment, ...]:
    """Return the segments of a text as ``read_text`` reads it."""
    return read_text(text, language=language).segments
