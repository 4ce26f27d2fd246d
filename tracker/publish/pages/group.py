"""A group of countries at a session: who spoke, what its members make of each topic, and who was silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.series import Standing
from tracker.publish.frame import cite_page, render
from tracker.publish.gathering import find_members, gather
from tracker.publish.pages import session
from tracker.publish.routes import NotThere, address
from tracker.report.layout import counted
from tracker.report.series.parts import mark_level

if TYPE_CHECKING:
    from tracker.publish.gathering import Members
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.publish.standings import TopicStanding
    from tracker.report.document import Span


def _find(shelf: Shelf, parameters: Parameters) -> Members:
    code = parameters["group"]
    members = find_members(shelf, code, parameters["body"], parameters["session"])
    if members is None:
        raise NotThere(f"No members are known of a group {code}.")
    return members


def mark_standing(standing: TopicStanding) -> Span:
    """Return the mark of a level in the shade of its share, as the map of a series has it."""
    facts = standing.topic, standing.level, standing.sentences, 0, standing.share, "", ""
    return mark_level(Standing(*facts, priority=standing.priority))


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what the page of the session rests on, and who belongs to the group."""
    members = _find(shelf, parameters)
    of_session = session.rests_on(shelf, parameters)
    return [members.group.name, members.group.source, members.date, members.codes, of_session]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a group. Raises ``NotThere`` for an unknown one, and where nobody spoke."""
    members = _find(shelf, parameters)
    body, label = parameters["body"], parameters["session"]
    page = gather(shelf, body, label, session.find_neighbours(shelf, body, label), members.codes)
    said = counted(len(page.speeches), "statement")
    return render(
        "group",
        address("group", **parameters),
        page=page,
        members=members,
        mark_standing=mark_standing,
        citation=cite_page(shelf, f"{members.group.id} at {body}/{label}, {said}"),
    )
