"""Which countries ``--countries`` means: names, files of names, and groups by their members at a date."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import NotInArchive, ReferenceInvalid, TrackerError
from tracker.inputs.files import read_file
from tracker.references import find_country, read_session
from tracker.references.groups import find_group, packaged_groups
from tracker.references.names import show
from tracker.references.sessions import is_partial_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.archive.session import ArchiveSession
    from tracker.references.groups import Group

_FULL_DATE = 10


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
    return dict(sorted({**packaged_groups(), **archive.reader.groups()}.items()))


def choose_countries(archive: ArchiveSession, text: str) -> Chosen:
    """Return what a list of countries means: codes, names, groups and ``@file``, parted by commas.

    A file has one on each line; what follows a ``#`` is a remark. Raises ``ReferenceInvalid`` for what is no
    country, and for a group whose members nobody has said; ``TrackerError`` where nothing is named.
    """
    own = archive.reader.groups()
    named, groups = set(), []
    for word in _words(text):
        group = find_group(word, own)
        if group:
            groups.append(group)
            continue
        if Path(word).suffix and Path(word).is_file():
            raise ReferenceInvalid(f"--countries {word} is a file; write @{word}")
        country = find_country(word)
        if country.kind == "group":
            raise ReferenceInvalid(
                f"--countries {word}: the members of {country} are not known; name them with: tracker groups"
                f" edit {country.code} --add GBR,FRA --source TEXT --by NAME"
            )
        named.add(country.code)
    if not named and not groups:
        raise TrackerError(f"--countries {show(text)} names nobody; write codes, such as GBR,FRA, or EU")
    return Chosen(text, frozenset(named), tuple(groups))


def check_spoke(chosen: Chosen, held: Iterable[str], where: str) -> None:
    """Raise ``NotInArchive`` for a country that was named and did not speak; groups may have silent ones."""
    there = set(held)
    missing = sorted(chosen.named - there)
    if missing:
        first, *more = sorted(there) or ["nobody"]
        spoke = f"{first} and {len(more)} more" if more else first
        raise NotInArchive(f"the archive has no statement by {missing[0]} at {where}; {spoke} spoke")


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
