"""Rows about groups and their members: a run writes all of one group, and the latest run counts.

An archive keeps the packaged groups from its first run on: a later release, which may know more, does not
change what was found with it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from tracker.record.schema.rows import fetch_column, insert, insert_row, pick

if TYPE_CHECKING:
    import sqlite3

    from tracker.references.groups import Group

_LATEST = """
SELECT group_id, name, source, checked, person, country, since, until
FROM memberships AS member JOIN groups ON groups.id = group_id
WHERE run = (SELECT max(run) FROM memberships WHERE group_id = member.group_id)
ORDER BY group_id, member.id
"""


def write_group(connection: sqlite3.Connection, run: int, group: Group) -> None:
    """Write all members of a group, which replace those that earlier runs wrote."""
    insert_row(connection, "groups", pick(group, "id", "name"), verb="INSERT OR IGNORE")
    for member in group.members:
        row = pick(member, "country", "since", "until") | pick(group, "source", "checked", "person")
        insert(connection, "memberships", run=run, group_id=group.id, **row)


def fill_groups(connection: sqlite3.Connection, run: int) -> None:
    """Write the packaged groups that the record does not keep; at the end of a run, behind its own groups."""
    from tracker.references.groups import packaged_groups  # noqa: PLC0415 (as below)

    kept = set(fetch_column(connection, "SELECT DISTINCT group_id FROM memberships"))
    for code, group in packaged_groups().items():
        if code not in kept:
            write_group(connection, run, group)


def read_groups(connection: sqlite3.Connection) -> dict[str, Group]:
    """Return the groups whose members the archive keeps, by code."""
    from tracker.references.groups import Group, Membership  # noqa: PLC0415 (2 ms, where groups are asked for)

    rows = connection.execute(_LATEST).fetchall()
    return {
        about[0]: Group(about[0], about[1], tuple(Membership(*row[5:]) for row in found), *about[2:])
        for about, found in groupby(rows, key=lambda row: row[:5])
    }
