"""Groups of countries at a session: which have members that spoke, and who did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.follow.groups import date_session
from tracker.publish import words

if TYPE_CHECKING:
    from tracker.publish.gathering import Gathering
    from tracker.publish.shelf import Shelf
    from tracker.references.groups import Group


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group at a session."""

    code: str
    name: str
    members: int
    spoke: int


@dataclass(frozen=True, slots=True)
class Members:
    """Who belongs to a group on the day of a session."""

    group: Group
    date: str
    """The ISO date on which they were asked for: of the first speech, else the end of the year."""
    codes: tuple[str, ...]

    def silent(self, gathering: Gathering) -> tuple[tuple[str, str], ...]:
        """Return code and name of each member of which there is no statement."""
        spoke = {code for code, _ in gathering.countries}
        named = (words.country_words(code) for code in self.codes if code not in spoke)
        return tuple(sorted((tuple(each) for each in named), key=lambda each: each[1]))  # type: ignore[misc]


def find_members(shelf: Shelf, code: str, body: str, session: str) -> Members | None:
    """Return who belongs to a group at a session; None for a group that nobody knows."""
    group = shelf.groups.get(code)
    if group is None:
        return None
    entries = shelf.reader.statements(body=body, session=session)
    date = date_session(body, session, [entry.delivered for entry in entries])
    return Members(group, date, group.members_on(date))


def list_groups(shelf: Shelf, gathering: Gathering) -> tuple[GroupRow, ...]:
    """Return the groups of which a member spoke at a session, by name."""
    date = date_session(
        gathering.body, gathering.session, [each.entry.delivered for each in gathering.speeches]
    )
    spoke = {code for code, _ in gathering.countries}
    rows = []
    for group in shelf.groups.values():
        members = group.members_on(date)
        if there := spoke & {*members}:
            rows.append(GroupRow(group.id, group.name, len(members), len(there)))
    return tuple(sorted(rows, key=lambda row: row.name))
