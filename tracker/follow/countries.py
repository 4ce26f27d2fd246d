"""``tracker compare-countries``: what each country does with each topic at one session of a body."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.decisions.rulings import settle_rulings
from tracker.errors import NotInArchive
from tracker.follow.members import check_spoke, choose_countries, date_session
from tracker.follow.standings import is_readable, read_session_text, stand_topics
from tracker.follow.trace import preferred_editions, read_year
from tracker.model.series import CountryReading, SessionReading
from tracker.model.texts import Reference
from tracker.references import country_name, find_body, resolve_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.archive.reading.reader import Reader
    from tracker.archive.session import ArchiveSession
    from tracker.follow.standings import SessionText
    from tracker.model.topics import Vocabulary

    Progress = Callable[[int, int], None]


def compare_countries(
    archive: ArchiveSession,
    body: str,
    session: str,
    vocabulary: Vocabulary,
    progress: Progress = lambda _done, _total: None,
) -> SessionReading:
    """Read what every country said at a session.

    Of each statement the preferred edition is read; several statements of one country count as one.
    Countries without a text in a language of the vocabulary are left out. Raises ``ReferenceInvalid`` for an
    unknown body or session, ``NotInArchive`` where nobody spoke.
    """
    place = find_body(body)
    label = resolve_session(place, session).label
    spoken: dict[str, SessionText] = {}
    held = _list_editions(archive.reader, place.id, label)
    rulings = settle_rulings(archive.reader.rulings())
    for done, (country, editions) in enumerate(held.items()):
        progress(done, len(held))
        spoken[country] = read_session_text(archive, editions, vocabulary, rulings)
    dates = [side.delivered for each in spoken.values() for side in each.sides]
    read = tuple(
        _read(country, each, vocabulary) for country, each in spoken.items() if is_readable(each, vocabulary)
    )
    return SessionReading(place.id, label, read_year(place.id, label, dates), vocabulary, len(read), read)


def narrow_countries(archive: ArchiveSession, reading: SessionReading, countries: str) -> SessionReading:
    """Return those countries alone that a list names, or that belong to a group in it at the session.

    Raises as ``choose_countries`` does, and ``NotInArchive`` for a country that did not speak.
    """
    chosen = choose_countries(archive, countries)
    where = f"{reading.body} {reading.session}"
    check_spoke(chosen, (each.country for each in reading.countries), where)
    entries = archive.reader.statements(body=reading.body, session=reading.session)
    wanted = chosen.on(date_session(reading.body, reading.session, (each.delivered for each in entries)))
    found = tuple(each for each in reading.countries if each.country in wanted)
    if not found:
        raise NotInArchive(f"the archive has no statement by a member of {countries} at {where}")
    return replace(reading, countries=found)


def _list_editions(reader: Reader, body: str, session: str) -> dict[str, tuple[Reference, ...]]:
    entries = reader.statements(body=body, session=session)
    held: dict[str, tuple[Reference, ...]] = {}
    for country in sorted({entry.reference.country for entry in entries}):
        own = [entry for entry in entries if entry.reference.country == country]
        held[country] = preferred_editions(own, Reference(country, body))
    if not held:
        known = sorted({entry.reference.session or "" for entry in reader.statements(body=body)})
        there = f"it has {len(known)} other sessions of it: tracker list --body {body}" if known else "none"
        raise NotInArchive(f"the archive has no statement at {body} {session}; {there}")
    return held


def _read(country: str, spoken: SessionText, vocabulary: Vocabulary) -> CountryReading:
    held = stand_topics(spoken)
    standings = tuple(held[topic.id] for topic in vocabulary.topics if topic.id in held)
    return CountryReading(country, country_name(country), spoken.names, spoken.version.language, standings)
