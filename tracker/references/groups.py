"""Groups of states: who belongs to each, and when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.inputs.compiled import read_packaged
from tracker.references.countries import find_country, match_countries
from tracker.references.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Membership:
    """A state in a group, from a day, month or year, to the first on which it belongs no longer."""

    country: str
    since: str | None = None
    """None where it is not dated: it counts from the beginning."""
    until: str | None = None

    def holds_on(self, date: str) -> bool:
        """Tell whether the state belongs on an ISO date; a year or month begins with its first day."""
        return (self.since or "") <= date and (self.until is None or date < self.until)


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its members over time, and where that was taken from."""

    id: str
    name: str
    members: tuple[Membership, ...]
    source: str
    checked: str
    """The ISO date on which the members were gone through."""
    person: str | None = None
    """Who keeps it in the archive; None for what comes with the program."""

    def members_on(self, date: str) -> tuple[str, ...]:
        """Return the codes of the states that belong on an ISO date, in order."""
        return tuple(sorted({member.country for member in self.members if member.holds_on(date)}))


@lru_cache(maxsize=1)
def packaged_groups() -> Mapping[str, Group]:
    """Return the groups whose members are known to the program, by code."""
    tables = read_packaged(__package__, "groups.toml")
    return {
        code: Group(
            code,
            row.get("name") or find_country(code).name,
            tuple(_read_members(row["joined"], row.get("left", {}))),
            row["source"],
            row["checked"],
        )
        for code, row in sorted(tables.items())
    }


def find_group(text: str, own: Mapping[str, Group] | None = None) -> Group | None:
    """Return the group that a code or name stands for, if its members are known; the ``own`` come first."""
    known = {**packaged_groups(), **(own or {})}
    code = text.strip().upper()
    if code in known:
        return known[code]
    named = [group for group in known.values() if fold_name(group.name) == fold_name(text)]
    if named:
        return named[0]
    found = match_countries(text)
    return known.get(found[0].code) if len(found) == 1 else None


def _read_members(joined: Mapping[str, str], left: Mapping[str, str]) -> Iterator[Membership]:
    """Yield who joined when, each to the end of that membership: who left may have come back."""
    for since, codes in joined.items():
        for code in codes.split():
            until = left.get(code)
            yield Membership(code, since or None, until if until and since < until else None)
