"""``tracker groups``: the groups that are known, and those that somebody keeps in the archive."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.errors import DecisionInvalid, NotInArchive, ReferenceInvalid
from tracker.references import find_country
from tracker.references.groups import Group, Membership, find_group, packaged_groups
from tracker.references.names import fold_name, show
from tracker.references.sessions import is_partial_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.archive.session import ArchiveSession


def name_group(archive: ArchiveSession, text: str) -> Group:
    """Return the group that a code or name stands for, the archive's own before the packaged ones.

    Raises ``ReferenceInvalid`` where nobody has said who belongs to it.
    """
    found = find_group(text, archive.reader.groups())
    if found is None:
        raise ReferenceInvalid(f"no members are known of {show(text)}; tracker groups list shows all groups")
    return found


def fill_groups(archive: ArchiveSession, names: Sequence[str], noted: str) -> tuple[Group, ...]:
    """Bring groups in the archive up to the packaged ones, all where none is named; those that agree stay.

    A group that somebody keeps here is left alone unless it is named. Raises ``ReferenceInvalid`` for a group
    that does not come with the program.
    """
    own = archive.reader.groups()
    found = [find_group(name) for name in names] if names else packaged_groups().values()
    if None in found:
        unknown = show(names[[*found].index(None)])
        raise ReferenceInvalid(f"no group {unknown} comes with tracker; tracker groups list shows all groups")
    wanted = [
        group
        for group in found
        if group and group != own.get(group.id) and (names or group.id not in own or not own[group.id].person)
    ]
    _keep(archive, wanted, noted)
    return tuple(wanted)


def edit_group(
    archive: ArchiveSession,
    text: str,
    *,
    add: Sequence[str],
    remove: Sequence[str],
    name: str | None,
    source: str | None,
    person: str,
    noted: str,
) -> Group:
    """Change who belongs to a group, or make a new one, and keep it in the archive.

    ``add`` has countries with the dates of belonging, ``FIN:1995`` or ``GBR:1973..2020-02``; they
    replace what was said of the country. Raises ``ReferenceInvalid`` for what is no country, date or code,
    ``DecisionInvalid`` where nobody would be left, or no source is named.
    """
    if not person.strip():
        raise DecisionInvalid("--by needs a name")
    if not (add or remove or name or source):
        raise DecisionInvalid(f"nothing to change in {show(text)}; use --add, --remove, --name or --source")
    old = find_group(text, archive.reader.groups())
    code = old.id if old else _read_code(text)
    added = [member for word in add for member in _read_member(word)]
    gone = {find_country(word).code for word in remove}
    if gone and (missing := gone - {member.country for member in (old.members if old else ())}):
        raise NotInArchive(
            f"{min(missing)} is no member of {code}; tracker groups show {shlex.quote(code)} lists all"
        )
    changed = gone | {member.country for member in added}
    members = [member for member in (old.members if old else ()) if member.country not in changed] + added
    if not members:
        raise DecisionInvalid(f"{code} would have no members; name some with --add GBR,FRA")
    if not (source or old):
        raise DecisionInvalid(f"say where the members of {code} were taken from: --source TEXT")
    title = name or (old.name if old else code)
    taken = source or (old.source if old else "")
    group = Group(code, title, tuple(members), taken, noted[:10], person.strip())
    _keep(archive, [group], noted)
    return group


def _keep(archive: ArchiveSession, groups: Sequence[Group], noted: str) -> None:
    if groups:
        with archive.store("groups") as store:
            store.keep_groups(groups, noted)


def _read_code(text: str) -> str:
    """Return the code of a new group. Raises ``ReferenceInvalid`` where it could be taken for a country's."""
    code = text.strip().upper()
    if not (code.isascii() and code.isalnum() and 2 <= len(code) <= 16):  # noqa: PLR2004 (as references are)
        raise ReferenceInvalid(
            f"{show(text)} is no code for a group; write 2 to 16 letters and digits, such as SIDS"
        )
    try:
        country = find_country(code)
    except ReferenceInvalid as error:
        if "ambiguous" in str(error):
            raise
        return code
    if country.kind == "group" and fold_name(country.code) == fold_name(code):
        return code
    raise ReferenceInvalid(f"{code} is {country}; give the group another code")


def _read_member(text: str) -> list[Membership]:
    """Return what one ``--add`` says: countries, each with a date, or two with dots between them."""
    return [_read_one(word) for word in text.split(",") if word.strip()]


def _read_one(word: str) -> Membership:
    name, _, dates = word.partition(":")
    since, _, until = (part.strip() for part in dates.partition(".."))
    for date in filter(None, (since, until)):
        if not is_partial_date(date):
            raise ReferenceInvalid(
                f"--add {word.strip()}: {date} is no date; write 1995, 1995-01 or 1995-01-01"
            )
    if until and until <= since:
        raise ReferenceInvalid(f"--add {word.strip()}: it would end before it begins")
    country = find_country(name)
    if country.kind == "group":
        raise ReferenceInvalid(f"--add {word.strip()}: {country} is a group itself; name its members")
    return Membership(country.code, since or None, until or None)


def narrow_members(group: Group, date: str) -> Group:
    """Return a group with those alone who belong on an ISO date."""
    return replace(group, members=tuple(member for member in group.members if member.holds_on(date)))
