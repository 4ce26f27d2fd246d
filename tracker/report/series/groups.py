"""Groups of countries and their members, in text and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.references import country_name
from tracker.report.document import Span
from tracker.report.layout import draw, lay_table, line, wrap
from tracker.report.records import write_csv
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.references.groups import Group

COLUMNS: Final = ("group", "name", "country", "since", "until", "source", "checked", "person")


def groups_csv(groups: Iterable[Group]) -> str:
    """Return one row for each membership; an empty ``since`` is one that nobody has dated."""
    rows = (
        (
            group.id,
            group.name,
            *(each.country, each.since, each.until),
            group.source,
            group.checked,
            group.person,
        )
        for group in groups
        for each in group.members
    )
    return write_csv(COLUMNS, rows)


def render_groups(groups: Sequence[Group], date: str, *, width: int = 80, color: bool = False) -> str:
    """Return a table of groups, with how many belong on a date, and who keeps each."""
    rows = [
        (group.id, str(len(group.members_on(date))), group.checked, group.person or "tracker", group.name)
        for group in groups
    ]
    head = ("group", f"members {date}", "checked", "kept by", "name")
    hint = "Members with dates: tracker groups show EU; your own: tracker groups edit"
    return draw([*lay_table(head, rows, width, (1,)), line(), *wrap([Span(hint, "dim")], width)], color=color)


def render_group(group: Group, at: str | None = None, *, width: int = 80, color: bool = False) -> str:
    """Return the members of a group by when they joined."""
    when = f" at {at}" if at else ""
    lines = [line(f"{group.id} {one_line(group.name)}: {len(group.members)} memberships{when}", "bold")]
    keeper = f"kept by {one_line(group.person)}" if group.person else "comes with tracker"
    lines += wrap([Span(f"{one_line(group.source)}; checked {group.checked}; {keeper}", "dim")], width)
    members = sorted(group.members, key=lambda each: (each.since or "", each.country))
    rows = [
        (each.since or "?", each.until or "", each.country, country_name(each.country)) for each in members
    ]
    lines += lay_table(("since", "until", "code", "country"), rows, width, ())
    if any(each.since is None for each in members):
        lines += wrap([Span("?: not dated here; counts at every date", "dim")], width)
    return draw(lines, color=color)
