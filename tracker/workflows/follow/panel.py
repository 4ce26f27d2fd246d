"""``tracker panel``, and ``diff`` of many countries: what each does with each topic, session by session."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tracker.errors import NotInArchive, ReferenceInvalid, Withdrawn
from tracker.model.panels import CountriesDiff, CountryMove, MovedTopic, Panel, PanelEntry
from tracker.model.texts import Reference
from tracker.model.topics import Status, VocabularyName
from tracker.references import find_body, match_session, resolve_session, same_kind, session_sort_key
from tracker.topics.certainty.claims import SURE, explain_unmeasured
from tracker.workflows.compare.cells import compare_cells
from tracker.workflows.compare.sides import session_before
from tracker.workflows.follow.members import check_spoke, choose_countries, date_session
from tracker.workflows.follow.trace import read_year

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.archive.session import ArchiveSession
    from tracker.model.panels import PanelCell
    from tracker.model.topics import Vocabulary
    from tracker.references import Body
    from tracker.references.sessions import SortKey

    Progress = Callable[[int, int], None]

TAKEN_UP: Final = ("new", "returned")
DROPPED: Final = ("dropped",)

_SAVED_EVERY: Final = 25
"""Statements after which what was worked out is saved: a few seconds of work."""

_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)|(.+?)\s*\.\.\s*(.+)")


def read_panel(
    archive: ArchiveSession,
    body: str,
    sessions: str,
    countries: str | None,
    vocabulary: Vocabulary,
    *,
    sure: float = SURE,
    progress: Progress = lambda _done, _total: None,
) -> Panel:
    """Read countries at sessions of a body, each statement against the one before it.

    ``sessions`` is a range (``70-79``, ``S-30..S-32``) or a list. What was worked out stays, so that the same
    again is quick, and a run that was cut short goes on. Raises ``ReferenceInvalid`` for an unknown body,
    session or country, ``NotInArchive`` where nobody spoke.
    """
    place = find_body(body)
    held = _Held(archive, place)
    labels = held.choose(sessions)
    chosen = choose_countries(archive, countries) if countries else None
    spoke = {country for label in labels for country in held.spoke[label]}
    if chosen:
        check_spoke(chosen, spoke, f"{place.id} {sessions}")
    everyone = sorted(spoke | (chosen.on("9999") if chosen else set()))
    asked = {label: chosen.on(held.date(label)) if chosen else spoke for label in labels}
    wanted = [(country, label) for country in everyone for label in labels if country in asked[label]]
    entries = []
    for done, (country, label) in enumerate(wanted):
        progress(done, len(wanted))
        entries.append(held.read(Reference(country, place.id, label), vocabulary, sure))
        if done % _SAVED_EVERY == 0:
            archive.derived.save()
    if not any(entry.state == "read" for entry in entries):
        raise NotInArchive(
            f"nobody of {countries or 'all'} has a statement that can be read at {place.id} {sessions}"
        )
    unmeasured = explain_unmeasured(vocabulary, held.languages)
    return Panel(place.id, labels, countries, vocabulary, sure, unmeasured, tuple(entries))


def diff_countries(
    archive: ArchiveSession,
    operands: Sequence[str],
    countries: str,
    vocabulary: Vocabulary,
    *,
    sure: float = SURE,
    progress: Progress = lambda _done, _total: None,
) -> CountriesDiff:
    """Compare two sessions of a body country by country, and count what became of each topic.

    The members of a group are those at the later session. Raises as ``read_panel`` does.
    """
    if len(operands) != 3 or "/" in operands[0]:  # noqa: PLR2004 (a body and two sessions)
        raise ReferenceInvalid(
            "--countries compares two sessions of a body: tracker diff UNGA 70 71 --countries SIDS"
        )
    place = find_body(operands[0])
    held = _Held(archive, place)
    old, new = (held.resolve(each) for each in operands[1:])
    chosen = choose_countries(archive, countries)
    for label in (old, new):
        check_spoke(chosen, held.spoke[label], f"{place.id} {label}")
    wanted, compared, missing = sorted(chosen.on(held.date(new))), [], []
    moves: dict[str, list[tuple[str, PanelCell]]] = defaultdict(list)
    for done, country in enumerate(wanted):
        progress(done, len(wanted))
        entry = held.read(Reference(country, place.id, new), vocabulary, sure, before=old)
        if entry.before != old:
            missing.append(country)
            continue
        compared.append(country)
        for cell in entry.cells:
            moves[cell.topic].append((country, cell))
        if done % _SAVED_EVERY == 0:
            archive.derived.save()
    if not compared:
        raise NotInArchive(f"nobody of {countries} has a statement at both {place.id} {old} and {new}")
    topics = [
        MovedTopic(
            topic.id,
            topic.label,
            topic.kind,
            tuple(_move(name, cell, cell.status) for name, cell in moves[topic.id] if cell.status),
            tuple(_move(name, cell, cell.possible) for name, cell in moves[topic.id] if cell.possible),
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
        topics=tuple(sorted((each for each in topics if each.claimed or each.possible), key=_weight)),
    )


def _move(country: str, cell: PanelCell, status: Status) -> CountryMove:
    return CountryMove(country, status, cell.certainty, cell.measured)


def _weight(topic: MovedTopic) -> tuple[int, float, str]:
    """Order topics by who took up or dropped them: those that are claimed first, then by what is likely."""
    claimed, possible = (
        [move for move in moves if move.status in {*TAKEN_UP, *DROPPED}]
        for moves in (topic.claimed, topic.possible)
    )
    return -len(claimed), -sum(move.certainty or 0.0 for move in possible), topic.label


class _Held:
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

    def date(self, label: str) -> str:
        """Return the date of a session."""
        return date_session(self._place.id, label, self._delivered[label])

    def resolve(self, text: str) -> str:
        """Return the label of a session at which somebody spoke."""
        label = resolve_session(self._place, text).label
        if label not in self.spoke:
            raise NotInArchive(f"the archive has no statement at {self._place.id} {label}; {self._there()}")
        return label

    def choose(self, text: str) -> tuple[str, ...]:
        """Return the labels that a range or a list of sessions means, in their order."""
        found: set[str] = set()
        for part in filter(None, (each.strip() for each in text.split(","))):
            single, ends = match_session(self._place, part), _RANGE.fullmatch(part)
            if ends is None or (single and single.label in self.spoke):
                found.add(self.resolve(part))
            else:
                first, last = (name for name in ends.groups() if name)
                found |= self._between(first, last, part)
        if not found:
            raise ReferenceInvalid(f"--sessions {text!r} names no session; write a range, such as 70-79")
        return tuple(sorted(found, key=self._key))

    def _between(self, first: str, last: str, part: str) -> set[str]:
        first, last = (resolve_session(self._place, name).label for name in (first, last))
        labels = {
            label
            for label in self.spoke
            if self._key(first) <= self._key(label) <= self._key(last)
            and same_kind(self._place, first, label)
        }
        if not labels:
            raise NotInArchive(f"the archive has no statement at {self._place.id} {part}; {self._there()}")
        return labels

    def _key(self, label: str) -> SortKey:
        return session_sort_key(self._place, label)

    def _there(self) -> str:
        labels = sorted(self.spoke, key=self._key)
        return f"it has sessions {labels[0]} to {labels[-1]} of it" if labels else "it has none of it"

    def read(
        self, reference: Reference, vocabulary: Vocabulary, sure: float, *, before: str | None = None
    ) -> PanelEntry:
        """Read a statement against the one ``before``: the latest of its kind, unless a session is named."""
        label = str(reference.session)
        year = read_year(self._place.id, label, self._delivered[label])
        absent = PanelEntry(reference.country, label, year, "no statement", None, None, ())
        if reference.country not in self.spoke[label]:
            return absent
        try:
            full = self._archive.reader.resolve(reference)
        except ReferenceInvalid:
            return replace(absent, state="several statements")
        if not self._is_readable(full, vocabulary):
            return replace(absent, state="no text", statement=str(full))
        read = replace(absent, state="read", statement=str(full))
        former = self._find_before(reference, vocabulary, before)
        if former:
            try:
                cells = compare_cells(former, reference, self._archive, vocabulary, sure)
                return replace(read, before=former.session, cells=cells)
            except ReferenceInvalid:
                # One of the sessions looked back on has several statements, as comparing the two would say.
                pass
        return replace(read, cells=compare_cells(None, reference, self._archive, vocabulary, sure))

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
        tongues = {tongue for topic in vocabulary.topics for tongue, terms in topic.terms.items() if terms}
        if not {"und", language} & tongues:
            return False
        self.languages.add(language)
        return True
