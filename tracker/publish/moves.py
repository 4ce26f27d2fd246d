"""What became of topics at a session: kept once the page of a series tells it, found without comparing.

A session of the General Assembly has two hundred countries, of which comparing each takes a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tracker.diff.derive import derive_rows, find_rows, identify_vocabulary
from tracker.diff.rules import name_rules
from tracker.model.topics import SURE
from tracker.references import same_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.series import Timeline
    from tracker.model.topics import Status
    from tracker.publish.shelf import Shelf

_KIND: Final = "moved topics"


@dataclass(frozen=True, slots=True)
class MovedTopic:
    """A topic, and what became of it; one of both is None."""

    topic: str
    status: Status | None
    likely: Status | None


@dataclass(frozen=True, slots=True)
class Moves:
    """What became of topics at a session of a series, since the session before."""

    before: str
    topics: tuple[MovedTopic, ...]


def keep_moves(shelf: Shelf, timeline: Timeline) -> None:
    """Keep what became of topics at each session of a series that was compared with the one before."""
    country, body = timeline.series.split("/")
    for session in timeline.sessions:
        if session.before:
            moved = [
                [each.topic, each.status, each.likely]
                for each in session.standings
                if each.status or each.likely
            ]
            rows: list[Any] = [session.before, moved]
            parts = _name(shelf, body, country, session.label)
            derive_rows(_KIND, parts, shelf.archive.derived, rows.copy)


def has_moves(shelf: Shelf, country: str, body: str) -> bool:
    """Return whether what became of topics is kept of each session of a series that has one before it."""
    spoken = (session for place, session in shelf.states(body) if place == country)
    return all(
        _find_moved(shelf, body, country, session) is not None
        for session in spoken
        if country in find_before(shelf, body, session)
    )


def find_moves(shelf: Shelf, body: str, session: str) -> Mapping[str, Moves]:
    """Return by country what is kept of what became of topics at a session."""
    remembered: dict[tuple[str, str], Moves] = shelf.remember("moves", body)
    found = {}
    for country in find_before(shelf, body, session):
        moves = remembered.get((country, session)) or _find_moved(shelf, body, country, session)
        if moves:
            found[country] = remembered[country, session] = moves
    return found


def _find_moved(shelf: Shelf, body: str, country: str, session: str) -> Moves | None:
    rows = find_rows(_KIND, _name(shelf, body, country, session), shelf.archive.derived)
    if rows is None:
        return None
    before, moved = rows
    return Moves(before, tuple(MovedTopic(*each) for each in moved))


def find_before(shelf: Shelf, body: str, session: str) -> Mapping[str, str]:
    """Return by country the session before, of its kind, at which it made a statement."""
    remembered: dict[str, dict[str, str]] = shelf.remember("before", body)
    if session not in remembered:
        remembered[session] = _find_before(shelf, body, session)
    return remembered[session]


def _find_before(shelf: Shelf, body: str, session: str) -> dict[str, str]:
    latest: dict[str, str] = {}
    found: dict[str, str] = {}
    for country, label in shelf.states(body):
        if label == session and country in latest:
            found[country] = latest[country]
        if same_kind(body, session, label):
            latest[country] = label
    return found


def _name(shelf: Shelf, body: str, country: str, session: str) -> list[object]:
    vocabulary = identify_vocabulary(shelf.vocabulary, shelf.archive.derived)
    decided = shelf.rulings, shelf.reader.coded()
    state = shelf.states(body)[country, session]
    return [name_rules(), body, country, session, state, vocabulary, decided, SURE]
