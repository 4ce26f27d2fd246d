"""Passages found by words, through the full-text index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.errors import TrackerError
from tracker.publish.frame import render
from tracker.publish.routes import address
from tracker.record.statements.search import MARK_END, MARK_START

if TYPE_CHECKING:
    from tracker.model.record import Hit, SearchPage
    from tracker.model.texts import Reference
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")
_MARKED: Final = re.compile(f"{MARK_START}([^{MARK_END}]*){MARK_END}")


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found."""

    reference: Reference
    delivered: str | None
    paragraph: int
    spans: tuple[tuple[str, bool], ...]
    """Its text in pieces, each with whether that is what was looked for."""


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page: a form, and twenty passages below it; what is no search says what is wrong with it."""
    query = parameters["q"].strip()
    page = int(parameters["page"]) if _NUMBER.fullmatch(parameters["page"]) else 1
    found: SearchPage | None = None
    wrong = ""
    try:
        found = shelf.reader.search(query, page=page) if query else None
    except TrackerError as error:
        wrong = str(error)
    return render(
        "search",
        address("search"),
        query=query,
        wrong=wrong,
        found=found,
        passages=[_read(hit) for hit in found.hits] if found else [],
        page=page,
        last=-(-found.passages // found.limit) if found else 1,
    )


def rests_on(shelf: Shelf, _parameters: Parameters) -> list[object]:
    """Return what names all that is in the copy."""
    return [shelf.state]


def _read(hit: Hit) -> Found:
    pieces = _MARKED.split(hit.snippet)
    spans = tuple((text, at % 2 == 1) for at, text in enumerate(pieces) if text)
    return Found(hit.reference, hit.delivered, hit.paragraph, spans)
