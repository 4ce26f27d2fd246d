"""What each statement of a body does with each topic, as far as it was read, and the reading of the rest.

A statement speaks of a topic where a careful reader most likely finds it named: not where a word of it may
mean something else, as in a climate of trust. To read one takes a third of a second, and none once that is
kept. So pages that a reader does not wait for show what is kept, and say where it is not all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.comparing.decisions.rulings import select_levels
from tracker.comparing.topics.statuses import counts_as_named
from tracker.diff.compare import side_topics
from tracker.diff.derive import derive_rows, find_rows, identify_vocabulary
from tracker.diff.rules import name_rules
from tracker.follow.series import preferred_editions
from tracker.follow.workers import count_work
from tracker.model.texts import Reference
from tracker.model.topics import PRIORITIES
from tracker.references import read_year, session_sort_key
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.decisions import Ruling
    from tracker.model.topics import Level, Vocabulary
    from tracker.publish.shelf import Shelf

SAVED_EVERY: Final = 25
"""Statements after which what was read is saved: a few seconds of work."""
_ONE, _ALL = "named topics", "named topics of a body"
"""The kinds of answers that are kept: of a statement, and of all of a body."""


class TopicStanding(NamedTuple):
    """What one statement does with one topic that it speaks of, as ``counts_as_named`` says."""

    topic: str
    level: Level
    sentences: int
    share: float
    """Share of the words of the statement, ceremony apart."""
    leading: int
    """The segment that shows the level best."""
    paragraph: int
    priority: float | None
    """The probability that a careful reader calls it a priority; None where a person decided."""

    @property
    def is_priority(self) -> bool:
        """Whether the statement makes it a priority."""
        return self.level in PRIORITIES

    @property
    def is_shown(self) -> bool:
        """Whether a segment shows it: none does what a person alone saw."""
        return bool(self.sentences) or self.priority is not None


@dataclass(frozen=True, slots=True)
class Spoken:
    """One statement, and what it does with each topic; None where it was not read yet."""

    reference: Reference
    year: int | None
    delivered: str | None
    standings: tuple[TopicStanding, ...] | None

    @property
    def country(self) -> str:
        """The code of the country."""
        return self.reference.country

    @property
    def session(self) -> str:
        """The label of the session."""
        return str(self.reference.session)


@dataclass(frozen=True)
class BodyStandings:
    """The statements of a body in order of session and country, one edition of each."""

    body: str
    spoken: tuple[Spoken, ...]

    @property
    def of(self) -> int:
        """How many statements there are."""
        return len(self.spoken)

    @cached_property
    def read(self) -> int:
        """How many of them were read."""
        return sum(each.standings is not None for each in self.spoken)

    @cached_property
    def by_topic(self) -> dict[str, list[tuple[Spoken, TopicStanding]]]:
        """By topic the statements that speak of it, in order."""
        found: dict[str, list[tuple[Spoken, TopicStanding]]] = defaultdict(list)
        for each in self.spoken:
            for standing in each.standings or ():
                found[standing.topic].append((each, standing))
        return dict(found)


def find_spoken(
    shelf: Shelf, *, country: str | None = None, body: str | None = None, session: str | None = None
) -> tuple[BodyStandings, ...]:
    """Return what is kept of the statements of each body, all or some; no text is read.

    What is kept of a whole body is found at once. Where not all of it was read, each statement of a country
    or a session is looked for, but none of all that a body has: there may be thousands.
    """
    found = []
    for each in list_bodies(shelf) if body is None else (body,):
        whole = _find_whole(shelf, each)
        if whole is None:
            asked = list_editions(shelf, each, country)
            is_few = country is not None or session is not None
            whole = _gather(
                each,
                (
                    (
                        edition,
                        delivered,
                        _find(shelf.archive, edition, shelf.vocabulary, shelf.rulings) if is_few else None,
                    )
                    for edition, delivered in asked
                    if session in {None, edition.session}
                ),
            )
        own = (
            spoken
            for spoken in whole.spoken
            if country in {None, spoken.country} and session in {None, spoken.session}
        )
        found.append(BodyStandings(each, tuple(own)) if country or session else whole)
    return tuple(each for each in found if each.of)


def complete_standings(shelf: Shelf) -> tuple[BodyStandings, ...]:
    """Return what all statements do with each topic; those that were not read yet are read now.

    What was read is saved on the way, so that a run that was cut short goes on.
    """
    for body in list_bodies(shelf):
        if _find_whole(shelf, body) is None:
            rows = []
            editions = list_editions(shelf, body)
            for done, (edition, _) in enumerate(editions, start=1):
                count_work(done - 1, len(editions))
                rows.append(_read(shelf.archive, edition, shelf.vocabulary, shelf.rulings))
                if done % SAVED_EVERY == 0:
                    shelf.archive.derived.save()
            count_work(0, 0)
            derive_rows(_ALL, _name_body(shelf, body), shelf.archive.derived, rows.copy)
    return find_spoken(shelf)


def name_bodies(shelf: Shelf) -> list[object]:
    """Return what tells the statements of all bodies, and what is read of them, from all others.

    It is the same after a run that found nothing new.
    """

    def name() -> str:
        return digest_text(repr([_name_body(shelf, body) for body in list_bodies(shelf)]))

    return [shelf.recall(("all bodies",), name)]


def list_decided(shelf: Shelf, *, country: str | None = None, body: str | None = None) -> list[Ruling]:
    """Return what people decided about the topics of statements: of a country, of a body, or of both."""
    return [
        ruling
        for ruling in shelf.rulings
        if ruling.unit.old is None
        and country in {None, ruling.unit.new.country}
        and body in {None, ruling.unit.new.body}
    ]


def list_bodies(shelf: Shelf) -> list[str]:
    """Return the bodies at which somebody spoke, in order."""

    def find() -> list[str]:
        return sorted({entry.reference.body for entry in shelf.entries})

    return shelf.recall(("bodies",), find) or []


def list_editions(shelf: Shelf, body: str, country: str | None = None) -> list[tuple[Reference, str | None]]:
    """Return one edition of each statement at a body, in order of session and country, and its date."""
    entries = shelf.reader.statements(country, body)
    delivered = {entry.reference: entry.delivered for entry in entries}
    editions = preferred_editions(entries, Reference("", body))
    labels = {str(each.session) for each in editions}
    places = {label: session_sort_key(body, label) for label in labels}
    ordered = sorted(editions, key=lambda each: (places[str(each.session)], each.country, each.item or ""))
    return [(edition, delivered[edition]) for edition in ordered]


def _find_whole(shelf: Shelf, body: str) -> BodyStandings | None:
    """Return what all statements of a body do, where all were read; None where they were not."""

    def find() -> BodyStandings | None:
        rows = find_rows(_ALL, _name_body(shelf, body), shelf.archive.derived)
        if rows is None:
            return None
        editions = list_editions(shelf, body)
        return _gather(body, ((*edition, some) for edition, some in zip(editions, rows, strict=True)))

    return shelf.recall(("standings", body), find)


def _gather(body: str, found: Iterable[tuple[Reference, str | None, list[Any] | None]]) -> BodyStandings:
    return BodyStandings(
        body,
        tuple(
            Spoken(
                edition,
                read_year(body, str(edition.session), [delivered]),
                delivered,
                None if some is None else tuple(map(TopicStanding._make, some)),
            )
            for edition, delivered, some in found
        ),
    )


def _name_body(shelf: Shelf, body: str) -> list[object]:
    def name() -> str:
        vocabulary = identify_vocabulary(shelf.vocabulary, shelf.archive.derived)
        states = sorted(shelf.states(body).items())
        return digest_text(repr([name_rules(), body, states, vocabulary, shelf.rulings]))

    return [shelf.recall(("body", body), name)]


def _name_parts(
    archive: ArchiveSession, edition: Reference, vocabulary: Vocabulary, rulings: Sequence[Ruling]
) -> list[object]:
    decided = select_levels(rulings, archive.reader.resolve(edition)) if rulings else ()
    recognised = identify_vocabulary(vocabulary, archive.derived)
    return [name_rules(), archive.reader.identify(edition), recognised, decided]


def _find(
    archive: ArchiveSession, edition: Reference, vocabulary: Vocabulary, rulings: Sequence[Ruling]
) -> list[Any] | None:
    return find_rows(_ONE, _name_parts(archive, edition, vocabulary, rulings), archive.derived)


def _read(
    archive: ArchiveSession, edition: Reference, vocabulary: Vocabulary, rulings: Sequence[Ruling]
) -> list[Any]:
    parts = _name_parts(archive, edition, vocabulary, rulings)
    return derive_rows(
        _ONE, parts, archive.derived, lambda: [*_read_rows(archive, edition, vocabulary, rulings)]
    )


def _read_rows(
    archive: ArchiveSession, edition: Reference, vocabulary: Vocabulary, rulings: Sequence[Ruling]
) -> Iterator[list[Any]]:
    side = archive.reader.side(edition)
    levels = select_levels(rulings, archive.reader.resolve(edition)) if rulings else ()
    for each in filter(counts_as_named, side_topics(side, vocabulary, archive.derived, levels)):
        segment = side.version.segments[each.leading]
        chance = None if each.decided else each.priority
        place = each.leading, segment.paragraph
        yield [each.topic, each.level, len(each.segments), each.share, *place, chance]
