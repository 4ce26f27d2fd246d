"""A group of countries at a session: who spoke, what its members make of each topic, and who was silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.follow.groups import date_session
from tracker.model.series import Standing
from tracker.publish import words
from tracker.publish.frame import cite_page, render
from tracker.publish.pages import session
from tracker.publish.routes import NotThere, address
from tracker.report.layout import counted
from tracker.report.series.parts import mark_level

if TYPE_CHECKING:
    from tracker.publish.pages.session import SessionPage
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.publish.standings import TopicStanding
    from tracker.references.groups import Group
    from tracker.report.document import Span


@dataclass(frozen=True, slots=True)
class Members:
    """Who belongs to a group on the day of a session."""

    group: Group
    date: str
    """The ISO date on which they were asked for: of the first speech, else the end of the year."""
    codes: tuple[str, ...]

    def silent(self, page: SessionPage) -> tuple[tuple[str, str], ...]:
        """Return code and name of each member of which there is no statement."""
        spoke = {code for code, _ in page.countries}
        named = (words.country_words(code) for code in self.codes if code not in spoke)
        return tuple(sorted((tuple(each) for each in named), key=lambda each: each[1]))  # type: ignore[misc]


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what the page of the session rests on, and who belongs to the group."""
    members = _find_members(shelf, parameters)
    of_session = session.rests_on(shelf, parameters)
    return [members.group.name, members.group.source, members.date, members.codes, of_session]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a group. Raises ``NotThere`` for an unknown one, and where nobody spoke."""
    members = _find_members(shelf, parameters)
    body, label = parameters["body"], parameters["session"]
    page = session.build_session(shelf, body, label, members.codes)
    said = counted(len(page.speeches), "statement")
    return render(
        "group",
        address("group", **parameters),
        page=page,
        members=members,
        mark_standing=_mark_standing,
        citation=cite_page(shelf, f"{members.group.id} at {body}/{label}, {said}"),
    )


def _find_members(shelf: Shelf, parameters: Parameters) -> Members:
    """Return who belongs to a group at a session. Raises ``NotThere`` for a group that nobody knows."""
    code, body, label = (parameters[name] for name in ("group", "body", "session"))
    group = shelf.groups.get(code)
    if group is None:
        raise NotThere(f"No members are known of a group {code}.")
    entries = shelf.reader.statements(body=body, session=label)
    date = date_session(body, label, [entry.delivered for entry in entries])
    return Members(group, date, group.members_on(date))


def _mark_standing(standing: TopicStanding) -> Span:
    """Return the mark of a level in the shade of its share, as the map of a series has it."""
    facts = standing.topic, standing.level, standing.sentences, 0, standing.share, "", ""
    return mark_level(Standing(*facts, priority=standing.priority))
