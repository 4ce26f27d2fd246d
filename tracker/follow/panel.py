"""Many countries: what each does with each topic, session by session, or between two sessions."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tracker.comparing.topics.certainty import explain_unmeasured
from tracker.diff.cells import compare_cells
from tracker.diff.sides import session_before
from tracker.errors import NotInArchive, ReferenceInvalid, Withdrawn
from tracker.follow.groups import check_spoke, choose_countries, date_session, name_chosen
from tracker.follow.series import EVER, choose_sessions
from tracker.follow.standings import has_terms
from tracker.model.panels import CountriesDiff, CountryMove, MovedTopic, Panel, PanelEntry
from tracker.model.texts import Reference
from tracker.model.topics import DROPPED, SURE, TAKEN_UP, VocabularyName
from tracker.references import (
    find_body,
    match_session,
    read_year,
    resolve_session,
    same_kind,
    session_sort_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.follow.series import Within
    from tracker.model.panels import PanelCell
    from tracker.model.topics import Vocabulary
    from tracker.references import Body
    from tracker.references.sessions import SortKey

    Progress = Callable[[int, int], None]


SAVED_EVERY: Final = 25
"""Statements after which what was worked out is saved: a few seconds of work."""

_RANGE = re.compile(r"(.*?)\s*\.\.\s*(.*)|(.*)\s*[-–]\s*(.*)")


def read_panel(
    archive: ArchiveSession,
    body: str,
    sessions: str | None,
    countries: str | None,
    vocabulary: Vocabulary,
    *,
    within: Within = EVER,
    sure: float = SURE,
    topics: Collection[str] = (),
    progress: Progress = lambda _done, _total: None,
) -> Panel:
    """Read countries at sessions of a body, each statement against the one before it.

    Of ``topics`` alone, unless none is given: of one that few name that takes a twentieth of the time, of
    one that nearly all name rather more than a quarter.
    ``sessions`` is a range (``70-79``, ``S-30..S-32``) or a list, None for all. What was worked out stays, so
    that the same again is quick, and a run that was cut short goes on. Raises ``ReferenceInvalid`` for an
    unknown body, session or country, ``NotInArchive`` where nobody spoke.
    """
    place = find_body(body)
    held = BodyStatements(archive, place)
    labels = held.choose(sessions, within)
    wanted = held.list_wanted(labels, countries, sessions)
    entries = tuple(held.read_all(wanted, vocabulary, sure, progress, only=topics))
    if not any(entry.state == "read" for entry in entries):
        where = " ".join(filter(None, (place.id, sessions, str(within) if any(within) else None)))
        raise NotInArchive(f"nobody of {countries or 'all'} has a statement that can be read at {where}")
    unmeasured = explain_unmeasured(vocabulary, held.languages)
    named = name_chosen(choose_countries(archive, countries)) if countries else None
    return Panel(
        body=place.id,
        sessions=labels,
        countries=countries,
        named=named,
        vocabulary=vocabulary,
        sure=sure,
        unmeasured=unmeasured,
        entries=entries,
    )


class BodyStatements:
    """The statements of a body, and what was read of them."""

    def __init__(self, archive: ArchiveSession, place: Body) -> None:
        self._archive = archive
        self._place = place
        self.spoke: dict[str, set[str]] = defaultdict(set)
        """The countries at each session."""
        self._delivered: dict[str, list[str | None]] = defaultdict(list)
        self.languages: set[str] = set()
        """Those of the statements that were read."""
        for entry in archive.reader.statements(body=place.id):
            label = str(entry.reference.session)
            self.spoke[label].add(entry.reference.country)
            self._delivered[label].append(entry.delivered)

    @property
    def body(self) -> str:
        """The body's id."""
        return self._place.id

    def list_wanted(
        self, labels: Sequence[str], countries: str | None, sessions: str | None
    ) -> list[Reference]:
        """Return the statements that these countries, or all, may have made: by country, then by session.

        Of a group each country is there only at sessions when it belonged.
        """
        chosen = choose_countries(self._archive, countries) if countries else None
        spoke = {country for label in labels for country in self.spoke[label]}
        if chosen:
            check_spoke(chosen, spoke, f"{self._place.id} {sessions or ''}".rstrip())
        asked = {label: chosen.on(self.date(label)) if chosen else spoke for label in labels}
        everyone = sorted(spoke | (chosen.on("9999") if chosen else set()))
        return [
            Reference(country, self._place.id, label)
            for country in everyone
            for label in labels
            if country in asked[label]
        ]

    def date(self, label: str) -> str:
        """Return the date of a session."""
        return date_session(self._place.id, label, self._delivered[label])

    def resolve(self, text: str) -> str:
        """Return the label of a session at which somebody spoke."""
        label = resolve_session(self._place, text).label
        if label not in self.spoke:
            raise NotInArchive(f"the archive has no statement at {self._place.id} {label}; {self._there()}")
        return label

    def choose(self, text: str | None, within: Within = EVER) -> tuple[str, ...]:
        """Return the labels that a range or a list of sessions means, or all, in order, within bounds."""
        chosen = choose_sessions(self.body, within, self._delivered)
        if not chosen and self.spoke:
            raise NotInArchive(f"nobody has a statement at {self.body} {within}; {self._there()}")
        if text is None:
            return tuple(chosen)
        found: set[str] = set()
        for part in filter(None, (each.strip() for each in text.split(","))):
            single, parted = match_session(self._place, part), _RANGE.fullmatch(part)
            ends = [name for name in parted.groups() if name is not None] if parted else []
            if not all(ends):
                raise ReferenceInvalid(f"--sessions {part}: a range has two ends, as in 70-79")
            is_one = single and (single.label in self.spoke or not all(map(self._names_session, ends)))
            found |= {self.resolve(part)} if is_one or not ends else self._between(ends[0], ends[1], part)
        if not found:
            raise ReferenceInvalid(f"--sessions {text!r} names no session; write a range, such as 70-79")
        return tuple(label for label in chosen if label in found)

    def _between(self, first: str, last: str, part: str) -> set[str]:
        first, last = (resolve_session(self._place, name).label for name in (first, last))
        if self._key(first) > self._key(last):
            raise ReferenceInvalid(f"--sessions {part}: {first} comes after {last}; write {last}..{first}")
        labels = {
            label
            for label in self.spoke
            if self._key(first) <= self._key(label) <= self._key(last)
            and same_kind(self._place, first, label)
        }
        if not labels:
            raise NotInArchive(f"the archive has no statement at {self._place.id} {part}; {self._there()}")
        return labels

    def _names_session(self, text: str) -> bool:
        return match_session(self._place, text) is not None

    def _key(self, label: str) -> SortKey:
        return session_sort_key(self._place, label)

    def _there(self) -> str:
        labels = sorted(self.spoke, key=self._key)
        return f"it has sessions {labels[0]} to {labels[-1]} of it" if labels else "it has none of it"

    def read_all(
        self,
        wanted: Sequence[Reference],
        vocabulary: Vocabulary,
        sure: float,
        progress: Progress,
        *,
        before: str | None = None,
        only: Collection[str] = (),
    ) -> Iterator[PanelEntry]:
        """Yield what is read of each statement, as ``read`` does; what was worked out is saved on the way."""
        for done, reference in enumerate(wanted):
            progress(done, len(wanted))
            yield self.read(reference, vocabulary, sure, before=before, only=only)
            if done % SAVED_EVERY == 0:
                self._archive.derived.save()

    def read(
        self,
        reference: Reference,
        vocabulary: Vocabulary,
        sure: float,
        *,
        before: str | None = None,
        only: Collection[str] = (),
    ) -> PanelEntry:
        """Read a statement against the one ``before``: the latest of its kind, unless a session is named.

        All topics, or ``only`` some.
        """
        entry, former = self.find(reference, vocabulary, before=before)
        if entry.state != "read":
            return entry
        if former:
            try:
                cells = compare_cells(former, reference, self._archive, vocabulary, sure, only)
                return replace(entry, before=former.session, cells=cells)
            except ReferenceInvalid:
                # One of the sessions looked back on has several statements, as comparing the two would say.
                pass
        return replace(entry, cells=compare_cells(None, reference, self._archive, vocabulary, sure, only))

    def find(
        self, reference: Reference, vocabulary: Vocabulary, *, before: str | None = None
    ) -> tuple[PanelEntry, Reference | None]:
        """Return what there is to read of a statement, and the one before it that can be read too."""
        label = str(reference.session)
        year = read_year(self._place.id, label, self._delivered[label])
        absent = PanelEntry(reference.country, label, year, "no statement", None, None, ())
        if reference.country not in self.spoke[label]:
            return absent, None
        try:
            full = self._archive.reader.resolve(reference)
        except ReferenceInvalid:
            return replace(absent, state="several statements"), None
        if not self._is_readable(full, vocabulary):
            return replace(absent, state="no text", statement=str(full)), None
        read = replace(absent, state="read", statement=str(full))
        return read, self._find_before(reference, vocabulary, before)

    def _find_before(
        self, reference: Reference, vocabulary: Vocabulary, before: str | None
    ) -> Reference | None:
        try:
            former = (
                replace(reference, session=before) if before else session_before(reference, self._archive)
            )
            readable = self._is_readable(self._archive.reader.resolve(former), vocabulary)
        except (NotInArchive, ReferenceInvalid, Withdrawn):
            return None
        return former if readable else None

    def _is_readable(self, full: Reference, vocabulary: Vocabulary) -> bool:
        language = str(full.language)
        if not has_terms(vocabulary, language):
            return False
        self.languages.add(language)
        return True


def diff_countries(
    archive: ArchiveSession,
    operands: Sequence[str],
    countries: str,
    vocabulary: Vocabulary,
    *,
    sure: float = SURE,
    topics: Collection[str] = (),
    progress: Progress = lambda _done, _total: None,
) -> CountriesDiff:
    """Compare two sessions of a body country by country, and count what became of each topic.

    Of ``topics`` alone, unless none is given. The members of a group are those at the later one. Raises as
    ``read_panel`` does.
    """
    if len(operands) != 3 or "/" in operands[0]:  # noqa: PLR2004 (a body and two sessions)
        raise ReferenceInvalid(
            "--countries compares two sessions of a body: tracker diff UNGA 70 71 --countries SIDS"
        )
    place = find_body(operands[0])
    held = BodyStatements(archive, place)
    old, new = (held.resolve(each) for each in operands[1:])
    chosen = choose_countries(archive, countries)
    for label in (old, new):
        check_spoke(chosen, held.spoke[label], f"{place.id} {label}")
    wanted = [Reference(country, place.id, new) for country in sorted(chosen.on(held.date(new)))]
    compared, missing = [], []
    moves: dict[str, list[tuple[str, PanelCell]]] = defaultdict(list)
    for entry in held.read_all(wanted, vocabulary, sure, progress, before=old, only=topics):
        if entry.before != old:
            missing.append(entry.country)
            continue
        compared.append(entry.country)
        for cell in entry.cells:
            moves[cell.topic].append((entry.country, cell))
    if not compared:
        raise NotInArchive(f"nobody of {countries} has a statement at both {place.id} {old} and {new}")
    moved = [
        MovedTopic(
            topic.id,
            topic.label,
            topic.kind,
            tuple(_move(name, cell) for name, cell in moves[topic.id] if cell.status or cell.likely),
        )
        for topic in vocabulary.topics
    ]
    return CountriesDiff(
        body=place.id,
        old=old,
        new=new,
        countries=countries,
        vocabulary=VocabularyName(vocabulary.name, vocabulary.digest),
        sure=sure,
        unmeasured=explain_unmeasured(vocabulary, held.languages),
        compared=tuple(compared),
        missing=tuple(missing),
        topics=tuple(sorted((each for each in moved if each.countries), key=_weight)),
    )


def _move(country: str, cell: PanelCell) -> CountryMove:
    told = cell.status, cell.likely, cell.certainty, cell.measured, cell.share_unsure
    return CountryMove(country, *told)


def _weight(topic: MovedTopic) -> tuple[int, int, float, str]:
    """Order topics by how many took them up, or dropped them: what is claimed first, then what is likely."""
    both = [[move for move in topic.countries if move.status in each] for each in (TAKEN_UP, DROPPED)]
    sought = {*TAKEN_UP, *DROPPED}
    likely = sum(move.certainty or 0.0 for move in topic.countries if move.likely in sought)
    return -max(map(len, both)), -sum(map(len, both)), -likely, topic.label


def narrow_moves(diff: CountriesDiff, only: Collection[str]) -> CountriesDiff:
    """Return what became of topics narrowed to some statuses, what is claimed of most countries first."""
    kept = (
        (topic, tuple(move for move in topic.countries if (move.status or move.likely) in only))
        for topic in diff.topics
    )
    topics = [replace(topic, countries=moves) for topic, moves in kept if moves]
    topics.sort(
        key=lambda each: (-sum(move.status is not None for move in each.countries), -len(each.countries))
    )
    return replace(diff, topics=tuple(topics))
