"""JSON as version 1 had it, made from the values that version 2 is made from; for one release."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from tracker.model.changes import Comparison
from tracker.model.panels import MovedTopic
from tracker.model.series import TimelineSession
from tracker.model.topics import Counterpart, TopicChange
from tracker.model.tracing import BiographyTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tracker.model.panels import CountryMove
    from tracker.model.series import Standing
    from tracker.model.topics import Status

    Fields = Mapping[str, object]

_TOPIC: Final = (
    "topic", "label", "kind", "status", "old", "new", "difference", "closest", "absent", "certainty",
    "measured", "claimed", "share_unsure", "passing", "last", "covered",
)  # fmt: skip
_STANDING: Final = (
    "topic", "level", "sentences", "words", "share", "rule", "status", "quote", "priority", "certainty",
    "measured", "decided",
)  # fmt: skip
_ENDS: Final = {"first": "first_exact", "last": "last_exact"}


def list_former(value: object) -> Fields | None:
    """Return what version 1 has of a value, in its order; None where it is what version 2 has."""
    form = _FORMS.get(type(value))
    return form(value) if form else None


def _topic(change: TopicChange) -> Fields:
    """Return a topic with its status, whether it is claimed or not, and however unsure it is."""
    instead = {"status": change.outcome, "certainty": change.outcome_certainty}
    return {name: instead[name] if name in instead else getattr(change, name) for name in _TOPIC}


def _comparison(comparison: Comparison) -> Fields:
    """Return a comparison without the names of the whole statements, which version 1 does not know."""
    return _all_fields(comparison, without="names")


def _counterpart(pair: Counterpart) -> Fields:
    """Return leading passages with the actors of a topic, which are no longer told."""
    return {**_all_fields(pair), "actors": ()}


def _all_fields(value: Comparison | Counterpart, without: str = "") -> Fields:
    names = (field.name for field in fields(value) if field.name != without)
    return {name: getattr(value, name) for name in names}


def _session(session: TimelineSession) -> Fields:
    standings = [
        standing
        for standing in map(_standing, session.standings)
        if standing["level"] or standing["status"] or standing["decided"]
    ]
    return {field.name: getattr(session, field.name) for field in fields(session)} | {"standings": standings}


def _standing(standing: Standing) -> Fields:
    """Return a standing with a status where it is claimed but for its share, or was not measured."""
    is_told = standing.share_unsure or not standing.measured
    status = standing.status or (standing.possible if is_told else None)
    instead = {"status": status, "certainty": standing.certainty if status else None}
    return {name: instead[name] if name in instead else getattr(standing, name) for name in _STANDING}


def _moved(topic: MovedTopic) -> Fields:
    moves = topic.countries
    return {
        **{name: getattr(topic, name) for name in ("id", "label", "kind")},
        "claimed": _list_moves((move, move.status) for move in moves),
        "possible": _list_moves((move, move.possible) for move in moves),
    }


def _list_moves(moves: Iterable[tuple[CountryMove, Status | None]]) -> list[Fields]:
    return [
        {
            "country": move.country,
            "status": status,
            "certainty": move.certainty,
            "measured": move.measured,
        }
        for move, status in moves
        if status
    ]


def _biography(table: BiographyTable) -> Fields:
    """Return the first and the last statement of all hits, loose ones too, and the exact ones apart."""
    said = [each.reference for each in table.statements if each.sayings]
    ends = {"first": next(iter(said), None), "last": next(reversed(said), None)}
    former: dict[str, object] = {}
    for field in fields(table):
        if field.name in _ENDS:
            former |= {field.name: ends[field.name], _ENDS[field.name]: getattr(table, field.name)}
        elif field.name not in {"said", "loosely", "times"}:
            former[field.name] = getattr(table, field.name)
    return former


_FORMS: Final[Mapping[type, Callable[[Any], Fields]]] = {
    Comparison: _comparison,
    Counterpart: _counterpart,
    TopicChange: _topic,
    TimelineSession: _session,
    MovedTopic: _moved,
    BiographyTable: _biography,
}
