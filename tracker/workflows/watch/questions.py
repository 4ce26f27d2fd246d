"""Which sources a run checks, and how: only whether they have changed, or in full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tracker.capture.watch.discovery import source_of
from tracker.capture.watch.watch_list import is_watched
from tracker.errors import NotInArchive
from tracker.model.watching import Discovery, Validators
from tracker.references import looks_like_reference, parse_reference
from tracker.workflows.watch.examine import LastChecks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.archive.ledger.ledger import Ledger
    from tracker.model.ledger import DiscoveredLink
    from tracker.model.texts import Reference
    from tracker.model.watching import Source, WatchList


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests to sources, by id: conditional ones, and those that ask for everything."""

    before: Mapping[str, LastChecks]
    validators: Mapping[str, Validators]
    unconditional: frozenset[str]


def choose_sources(watched: WatchList, wanted: Sequence[str], day: str) -> tuple[Source, ...]:
    """Return the sources of a watch list that are valid on a day and feed what is wanted; all by default.

    Wanted are ids of sources and references: a series, a statement, an edition. An index is checked
    if its rule may lead there. Raises ``NotInArchive`` for what nothing feeds.
    """
    valid = [source for source in watched.sources if is_watched(source, day)]
    if not wanted:
        return tuple(valid)
    chosen = []
    for text in wanted:
        found = [source for source in valid if _is_wanted(source, text)]
        if not found:
            raise NotInArchive(f"nothing in the watch list feeds {text} on {day}; see: tracker sources list")
        chosen.extend(found)
    return tuple(dict.fromkeys(chosen))


def known_sources(index: Source, ledger: Ledger, wanted: Sequence[str]) -> tuple[Source, ...]:
    """Return the sources of all links that an index has had, if they are wanted.

    A link without a reference is checked until its document waits for review.
    """
    sources = (
        source_of(Discovery(each.source, each.address, each.text, each.reference), _index_of(each, index))
        for each in ledger.candidates_below(index.id)
        if not each.refused
    )
    return tuple(
        each
        for each in sources
        if is_among(each, wanted, index) and (each.reference or not _is_waiting(each, ledger))
    )


def _index_of(found: DiscoveredLink, index: Source) -> Source:
    """Return the index that a link is in, which another index may have led to."""
    return replace(index, id=found.source)


def _is_waiting(source: Source, ledger: Ledger) -> bool:
    return any(each.outcome == "quarantined" for each in ledger.past(source.id, 1))


def is_among(source: Source, wanted: Sequence[str], index: Source) -> bool:
    """Return whether a link of an index is wanted: by its own reference, or with all of its index."""
    return not wanted or any(text in {index.id, source.id} or _feeds(source, text) for text in wanted)


def plan_requests(sources: Iterable[Source], ledger: Ledger, since: str, watch_list: str) -> Requests:
    """Return what to ask of each source.

    A request is conditional only where a snapshot would be what is "not modified". A source is requested in
    full if that was last done before the day ``since``, since servers may be wrong, and once for each
    ``watch_list`` (its SHA-256), since its selectors may have changed.
    """
    before = {source.id: _before(source, ledger) for source in sources}
    validators = {
        source.id: success.validators
        for source in sources
        if (success := before[source.id].success) and _is_answerable(source, success.snapshot)
    }
    whole = (id_ for id_ in validators if (ledger.full_check(id_, watch_list) or "") < since)
    return Requests(before, validators, frozenset(whole))


def days_before(day: str, number: int) -> str:
    """Return the day that is a number of days before another, as an ISO date."""
    return (date.fromisoformat(day) - timedelta(days=number)).isoformat()


def _before(source: Source, ledger: Ledger) -> LastChecks:
    last = next(iter(ledger.past(source.id, 1)), None)
    is_well = last is not None and last.outcome in {"new", "changed", "unchanged", "moved"}
    return LastChecks(last, last if is_well else ledger.success(source.id))


def _is_answerable(source: Source, snapshot: Reference | None) -> bool:
    if source.is_index or snapshot is None or source.reference is None:
        return False
    return covers(source.reference, replace(snapshot, snapshot=None))


def _is_wanted(source: Source, text: str) -> bool:
    return source.id == text or _feeds(source, text)


def _feeds(source: Source, text: str) -> bool:
    if not looks_like_reference(text):
        return False
    wanted = parse_reference(text)
    if source.reference:
        return covers(wanted, source.reference)
    return source.is_index and _may_lead(source.rule, wanted)


def _may_lead(rule: str | None, wanted: Reference) -> bool:
    """Return whether a rule, apart from its placeholders, agrees with a reference."""
    parts = (rule or "").partition("~")[0].split("/")
    named = (wanted.country, wanted.body, wanted.session, wanted.item)
    return all(part == name or "{" in part or name is None for part, name in zip(parts, named, strict=False))


def covers(wanted: Reference, reference: Reference) -> bool:
    """Return whether a reference names the same as another, or more of the same series or statement."""
    parts = ("country", "body", "session", "item", "kind", "language")
    return all(getattr(wanted, part) in {None, getattr(reference, part)} for part in parts)
