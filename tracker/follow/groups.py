"""Groups of countries: those that are known, those that a user keeps, and which countries a list means."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import DecisionInvalid, NotInArchive, ReferenceInvalid, TrackerError
from tracker.inputs.files import read_file
from tracker.model.decisions import check_name
from tracker.references import country_name, find_country, read_session
from tracker.references.bodies import own_bodies
from tracker.references.countries import match_countries
from tracker.references.groups import Group, Membership, find_group, packaged_groups
from tracker.references.names import closest, fold_name, show
from tracker.references.sessions import is_partial_date

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.texts import Reference
    from tracker.references.countries import Country


_FULL_DATE = 10
_NAMED = 3
"""Countries that a title names."""
_LEAST, _MOST = 3, 3
"""Letters of which more must be part of a group's name for it to be meant, and groups that are offered."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The countries that somebody chose: some by name, and those that belong to groups."""

    asked: str
    named: frozenset[str]
    groups: tuple[Group, ...]

    def on(self, date: str) -> frozenset[str]:
        """Return the codes chosen at an ISO date."""
        return self.named.union(*(group.members_on(date) for group in self.groups))


def known_groups(archive: ArchiveSession) -> dict[str, Group]:
    """Return the groups whose members are known, the archive's own before the packaged ones."""
    return dict(sorted({**packaged_groups(), **own_groups(archive)}.items()))


def own_groups(archive: ArchiveSession) -> dict[str, Group]:
    """Return the archive's own groups: those of its table of bodies, and before them those people edited."""
    return {**{group.id: group for group in own_bodies().groups}, **archive.reader.groups()}


def choose_countries(archive: ArchiveSession, text: str) -> Chosen:
    """Return what a list of countries means: codes, names, groups and ``@file``, parted by commas.

    A file has one on each line; what follows a ``#`` is a remark. Raises ``ReferenceInvalid`` for what is no
    country, and for a group whose members nobody has said; ``TrackerError`` where nothing is named.
    """
    own = own_groups(archive)
    named, groups = set(), []
    for word in _words(text):
        group = find_group(word, own)
        if group:
            groups.append(group)
            continue
        if Path(word).suffix and Path(word).is_file():
            raise ReferenceInvalid(f"--countries {word} is a file; write @{word}")
        country = _find_member(word, {*packaged_groups(), *own})
        if country.kind == "group":
            raise ReferenceInvalid(
                f"--countries {word}: the members of {country} are not known; name them with: tracker groups"
                f" edit {country.code} --add GBR,FRA --source TEXT --by NAME"
            )
        named.add(country.code)
    if not named and not groups:
        raise TrackerError(f"--countries {show(text)} names nobody; write codes, such as GBR,FRA, or EU")
    return Chosen(text, frozenset(named), tuple(groups))


def name_chosen(chosen: Chosen) -> str:
    """Return the names of groups, and of a few countries, or how many these are."""
    names = [country_name(code) for code in sorted(chosen.named)]
    if len(names) > _NAMED:
        names = [f"{len(names)} countries"]
    *first, last = (*(group.name for group in chosen.groups), *names)
    return f"{', '.join(first)} and {last}" if first else last


def _find_member(word: str, groups: Collection[str]) -> Country:
    """Return a country by code or name; raises ``ReferenceInvalid`` with the groups too that may be meant."""
    try:
        return find_country(word)
    except ReferenceInvalid as error:
        names = {
            code: match_countries(code)[:1] for code in sorted(groups, key=lambda each: (len(each), each))
        }
        folded = fold_name(word).removesuffix("s")
        meant = [code for code, found in names.items() if found and folded in fold_name(found[0].name)]
        near = closest(word, names)
        meant = [*([near] if near else []), *(meant if len(folded) > _LEAST else [])][:_MOST]
        if not meant:
            raise
        named = {code: found[0].name for code, found in names.items() if found and found[0].code == code}
        shown = [f"{code} ({named[code]})" if code in named else code for code in meant]
        said, _, country = str(error).partition("; did you mean ")
        likely = " or ".join(dict.fromkeys([*shown, *([country.removesuffix("?")] if country else [])]))
        raise ReferenceInvalid(f"{said.partition(';')[0]}; did you mean {likely}?") from None


def check_spoke(chosen: Chosen, held: Iterable[str], where: str) -> None:
    """Raise ``NotInArchive`` for a country that was named and did not speak; groups may have silent ones."""
    there = set(held)
    missing = sorted(chosen.named - there)
    if missing:
        first, *more = sorted(there) or ["nobody"]
        spoke = f"{first} and {len(more)} more" if more else first
        raise NotInArchive(f"the archive has no statement by {missing[0]} at {where}; {spoke} spoke")


def narrow_editions(
    held: Mapping[str, tuple[Reference, ...]],
    chosen: Chosen,
    body: str,
    dates: Mapping[Reference, str | None],
) -> dict[str, tuple[Reference, ...]]:
    """Return the statements of chosen countries; raises ``NotInArchive`` where there are none."""
    kept = {}
    for label, editions in held.items():
        members = chosen.on(date_session(body, label, [dates[edition] for edition in editions]))
        if some := tuple(edition for edition in editions if edition.country in members):
            kept[label] = some
    there = {edition.country for editions in kept.values() for edition in editions}
    if missing := sorted(chosen.named - there) or (not there and [chosen.asked]):
        raise NotInArchive(f"the archive has no statement by {show(missing[0])} at {body} in these sessions")
    return kept


def date_session(body: str, label: str, delivered: Iterable[str | None]) -> str:
    """Return the date at which a session asks for members: its first speech, else the end of its year."""
    dates = sorted(date for date in delivered if date)
    if dates and len(dates[0]) >= _FULL_DATE:
        return dates[0][:_FULL_DATE]
    session = read_session(body, label)
    year = dates[0][:4] if dates else session and session.year
    return f"{year or 9999}-12-31"


def read_date(text: str) -> str:
    """Return a date at which members are asked for; of a year or month its last day, or what sorts as that.

    Raises ``ReferenceInvalid`` where it is none.
    """
    if not is_partial_date(text):
        raise ReferenceInvalid(f"{show(text)} is no date; write 2015, 2015-09 or 2015-09-28")
    return text + "-12-31"[len(text) - 4 :]


def explain_undated(groups: Iterable[Group]) -> str | None:
    """Say of which groups members count at every date, because nobody dated them; None where all are."""
    counts = {group.id: sum(member.since is None for member in group.members) for group in groups}
    told = [f"{count} of {name}" for name, count in counts.items() if count]
    return f"members whose joining is not dated count at every date: {', '.join(told)}" if told else None


def _words(text: str) -> Iterator[str]:
    for word in filter(None, (part.strip() for part in text.split(","))):
        if not word.startswith("@"):
            yield word
            continue
        try:
            text = read_file(Path(word[1:])).decode("utf-8-sig")
        except OSError as error:
            raise TrackerError(f"--countries {word}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise TrackerError(f"--countries {word}: no text in UTF-8; write one country on a line") from None
        for line in text.splitlines():
            yield from (part for each in line.partition("#")[0].split(",") if (part := each.strip()))


def name_group(archive: ArchiveSession, text: str) -> Group:
    """Return the group that a code or name stands for, the archive's own before the packaged ones.

    Raises ``ReferenceInvalid`` where nobody has said who belongs to it.
    """
    found = find_group(text, own_groups(archive))
    if found is None:
        raise ReferenceInvalid(f"no members are known of {show(text)}; tracker list --groups shows all")
    return found


def fill_groups(archive: ArchiveSession, names: Sequence[str], noted: str) -> tuple[Group, ...]:
    """Bring groups in the archive up to the packaged ones, all where none is named; those that agree stay.

    A group that somebody keeps here is left alone unless it is named. Raises ``ReferenceInvalid`` for a group
    that does not come with the program.
    """
    own = own_groups(archive)
    found = [find_group(name) for name in names] if names else packaged_groups().values()
    if None in found:
        unknown = show(names[[*found].index(None)])
        raise ReferenceInvalid(f"no group {unknown} comes with tracker; tracker list --groups shows all")
    wanted = [
        group
        for group in found
        if group and group != own.get(group.id) and (names or group.id not in own or not own[group.id].person)
    ]
    _keep(archive, wanted, noted)
    return tuple(wanted)


class GroupEdit(NamedTuple):
    """What is to become of a group; what is None stays as it was."""

    add: Sequence[str]
    """Countries with the dates of belonging, ``FIN:1995`` or ``GBR:1973..2020-02``; they replace what was
    said of the country."""
    remove: Sequence[str]
    name: str | None
    source: str | None


def edit_group(archive: ArchiveSession, text: str, edit: GroupEdit, *, person: str, noted: str) -> Group:
    """Change who belongs to a group, or make a new one, and keep it in the archive.

    Raises ``ReferenceInvalid`` for what is no country, date or code,
    ``DecisionInvalid`` where nobody would be left, no source is named, or the person's name is none.
    """
    check_name(person)
    if not any(edit):
        raise DecisionInvalid(f"nothing to change in {show(text)}; use --add, --remove, --name or --source")
    old = find_group(text, own_groups(archive))
    code = old.id if old else _read_code(text)
    added = [_read_member(word) for text in edit.add for word in text.split(",") if word.strip()]
    gone = {find_country(word).code for word in edit.remove}
    if gone and (missing := gone - {member.country for member in (old.members if old else ())}):
        raise NotInArchive(
            f"{min(missing)} is no member of {code}; tracker list --groups {shlex.quote(code)} lists all"
        )
    changed = gone | {member.country for member in added}
    members = [member for member in (old.members if old else ()) if member.country not in changed] + added
    if not members:
        raise DecisionInvalid(f"{code} would have no members; name some with --add GBR,FRA")
    if not (edit.source or old):
        raise DecisionInvalid(f"say where the members of {code} were taken from: --source TEXT")
    title = edit.name or (old.name if old else code)
    taken = edit.source or (old.source if old else "")
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


def _read_member(word: str) -> Membership:
    """Return what a word of ``--add`` says: a country with a date, or two with dots between them."""
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
