"""Whether a publisher announced a change of a text: in words, by the server's date, or not at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING

from tracker.inputs.compiled import read_packaged

if TYPE_CHECKING:
    from tracker.model.ledger import Announcement
    from tracker.model.watching import Kept, Validators

# How many characters at each end of a text may have a note of correction: four lines of a page.
_EDGE = 300


def detect_announcement(
    earlier: Kept, earlier_validators: Validators, title: str | None, text: str, validators: Validators
) -> tuple[Announcement, str]:
    """Return how a change was announced, and the words or dates that show it.

    A word of correction counts where it is new. A server's ``Last-Modified`` counts where there was an
    earlier one before.
    """
    said = sorted(_notes(f"{title or ''}\n{_edges(text)}") - _notes(_edges(earlier.text)))
    if said:
        return "corrigendum", ", ".join(f"'{word}'" for word in said)
    before, now = (_instant(each.last_modified) for each in (earlier_validators, validators))
    if before and now and now > before:
        return "last-modified", f"{earlier_validators.last_modified} before, {validators.last_modified} now"
    return "silent", ""


def _edges(text: str) -> str:
    return text if len(text) <= 2 * _EDGE else f"{text[:_EDGE]}\n{text[-_EDGE:]}"


def _notes(text: str) -> set[str]:
    return {" ".join(match[0].casefold().split()) for match in _expression().finditer(text)}


def _instant(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _expression() -> re.Pattern[str]:
    rules = read_packaged(__package__, "announcements.toml")
    words = sorted((re.escape(word).replace(r"\ ", r"\s+") for word in rules["words"]), key=len, reverse=True)
    # Chinese has no word boundaries.
    bounded = "|".join(word if ord(word[0]) > 0x2E7F else rf"\b{word}\b" for word in words)  # noqa: PLR2004
    return re.compile(
        "|".join([bounded, *(rf"\b{pattern}\b" for pattern in rules["patterns"])]), re.IGNORECASE
    )
