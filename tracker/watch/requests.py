"""Which sources a run checks, and how: only whether they have changed, or in full."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from tracker.capture.watch_list import is_watched
from tracker.errors import NotInArchive
from tracker.inputs.formats import parse_toml
from tracker.model.ledger import GOOD_OUTCOMES, READ_ELSEWHERE
from tracker.model.texts import Reference
from tracker.model.watching import Discovery, Validators
from tracker.references import looks_like_reference, parse_reference
from tracker.watch.examine import LastChecks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tracker.model.ledger import Check
    from tracker.model.watching import Source, WatchList
    from tracker.record.reading.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests to sources, by id: conditional ones, and those that ask for everything."""

    due: Mapping[str, Source]
    """The sources that are asked at all; the others rest."""
    before: Mapping[str, LastChecks]
    validators: Mapping[str, Validators]
    unconditional: frozenset[str]


def choose_sources(watched: WatchList, wanted: Sequence[str], day: str, ledger: Ledger) -> tuple[Source, ...]:
    """Return the sources of a watch list that are valid on a day and feed what is wanted; all by default.

    Wanted are ids of sources and of links that an index led to, and references: a series, a statement, an
    edition. An index is checked if its rule may lead there. Raises ``NotInArchive`` for what nothing feeds,
    and for what is closed.
    """
    closed = {each.id: each for each in watched.closed}
    valid = [each for each in watched.sources if is_watched(each, day) and each.id not in closed]
    chosen = [] if wanted else valid
    for text in wanted:
        if text in closed:
            again = f'to ask it again, remove [closed."{text}"] from the watch list'
            raise NotInArchive(f"{text} was {closed[text]}; {again}")
        found = [each for each in valid if _is_wanted(each, text)] or _find_link(valid, text, watched, ledger)
        if not found:
            raise NotInArchive(f"nothing in the watch list feeds {text} on {day}; see: tracker sources list")
        chosen.extend(found)
    return tuple(dict.fromkeys(chosen))


def _find_link(valid: Iterable[Source], id_: str, watched: WatchList, ledger: Ledger) -> list[Source]:
    """Return the link, or the sitemap that an index names, with this id; nothing where there is none."""
    name, mark, _ = id_.partition(":")
    index = next((each for each in valid if mark and each.is_index and each.id == name), None)
    if index is None:
        return []
    links = {each.source.id: each for each in list_links(index, watched, ledger)}
    if id_ in links:
        return [links[id_].source] if links[id_].is_asked else []
    return [replace(index, id=id_, address=last.address) for last in ledger.past(id_, 1)]


@dataclass(frozen=True, slots=True)
class Link:
    """A link that an index has had, as a source, and whether it is still asked."""

    source: Source
    is_asked: bool


def list_links(index: Source, watched: WatchList, ledger: Ledger) -> tuple[Link, ...]:
    """Return all links that an index, or one that it led to, has ever had."""
    from tracker.capture.links import source_of  # noqa: PLC0415 (20 ms where there is no index)

    is_retired = retirement(watched)
    links = (
        (source_of(Discovery(each.source, each.address, each.text, each.reference), place), each.refused)
        for each in ledger.candidates_below(index.id)
        for place in [replace(index, id=each.source)]
    )
    return tuple(Link(source, not refused and not is_retired(source)) for source, refused in links)


def retirement(watched: WatchList) -> Callable[[Source], bool]:
    """Return what tells whether a link is not asked: it is closed, excluded, or has a table of its own."""
    closed = {each.id for each in watched.closed}
    own = {each.address.partition("#")[0] for each in watched.sources}

    def is_retired(link: Source) -> bool:
        is_excluded = bool(link.exclude and re.search(link.exclude, link.address))
        return is_excluded or link.id in closed or link.address in own

    return is_retired


def known_sources(
    index: Source, watched: WatchList, ledger: Ledger, wanted: Sequence[str]
) -> tuple[Source, ...]:
    """Return the sources of all links of an index that are asked, if they are wanted.

    A link without a reference is checked until its document waits for review.
    """
    return tuple(
        each.source
        for each in list_links(index, watched, ledger)
        if each.is_asked
        and is_among(each.source, wanted, index)
        and (each.source.reference or not _is_waiting(each.source, ledger))
    )


def _is_waiting(source: Source, ledger: Ledger) -> bool:
    return any(each.outcome == "quarantined" for each in ledger.past(source.id, 1))


def is_among(source: Source, wanted: Sequence[str], index: Source) -> bool:
    """Return whether a link of an index is wanted: by its own reference, or with all of its index."""
    return not wanted or any(text in {index.id, source.id} or _feeds(source, text) for text in wanted)


def name_series(sources: Iterable[Source]) -> dict[str, Reference]:
    """Return for each index, by its id, the country and body of which its rule says that it lists."""
    series = ((each.id, (each.rule or "").split("/")[:2]) for each in sources)
    return {
        id_: Reference(parts[0], parts[1])
        for id_, parts in series
        if len(parts) > 1 and "{" not in "".join(parts)
    }


STEADY_DAYS, SHARE = 30, 10
"""What is unchanged, or gone, for so many days is asked again after one part in so many of that time."""


def plan_requests(
    sources: Iterable[Source], watched: WatchList, ledger: Ledger, day: str, *, everything: bool
) -> Requests:
    """Return which sources to ask on a day, all with ``everything``, and what to ask of each.

    A request is conditional only where a snapshot would be what is "not modified". A source is requested in
    full after so many days as the watch list says, since servers may be wrong, and once after each edit of
    its table, since its selectors may have changed.
    """
    before = {source.id: _before(source, ledger) for source in sources}
    validators = {
        source.id: success.validators
        for source in sources
        if (success := before[source.id].success) and _is_answerable(source, success.snapshot)
    }
    full = _read_full_checks(validators, watched, ledger)
    settings = watched.settings
    # One in the future was by a wrong clock, and tells nothing.
    whole = {
        id_ for id_, when in full.items() if not when or not 0 <= _days(when, day) < settings.full_check_days
    }
    gap = settings.longest_gap_days or max(settings.full_check_days, 1)
    due = {
        each.id: each
        for each in sources
        if everything
        or each.is_index
        or (each.id in whole and before[each.id].last == before[each.id].success)
        or not _rests(before[each.id].last, gap, day, ledger)
    }
    return Requests(due, before, validators, frozenset(whole))


_LISTS = 20
"""How many watch lists back a source's table is looked up."""


def _read_full_checks(ids: Iterable[str], watched: WatchList, ledger: Ledger) -> dict[str, str | None]:
    """Return when each source was last requested in full under its table of today, if it was."""
    full = {id_: ledger.full_check(id_, [watched.sha256]) for id_ in ids}
    if all(full.values()):
        return full
    lists = {sha256: _read_tables(text) for sha256, text in ledger.watch_lists(_LISTS)}
    today = _read_tables(watched.text)
    for id_ in [id_ for id_, when in full.items() if not when]:
        name = id_.partition(":")[0]
        same = [sha256 for sha256, tables in lists.items() if tables.get(name) == today.get(name)]
        full[id_] = ledger.full_check(id_, same)
    return full


def _read_tables(text: str) -> dict[str, object]:
    tables: dict[str, object] = parse_toml(text.removeprefix("\ufeff").replace("\r\n", "\n")).get(
        "sources", {}
    )
    return tables


def _rests(last: Check | None, longest: int, day: str, ledger: Ledger) -> bool:
    """Return whether a source is left alone on a day: long unchanged or gone, and asked not long ago.

    Where the last check lies in the future, a clock was wrong, and nothing rests.
    """
    if last is None or not (last.outcome in {"gone", "unchanged"} or last.cause == READ_ELSEWHERE):
        return False
    steady = _days(ledger.other_outcome(last.source, last.outcome) or last.observed, day)
    gap = min(steady // SHARE, longest) if steady >= STEADY_DAYS else 1
    return 0 <= _days(last.observed, day) < gap and gap > 1


def _days(instant: str, day: str) -> int:
    return (date.fromisoformat(day) - date.fromisoformat(instant[:10])).days


def _before(source: Source, ledger: Ledger) -> LastChecks:
    last = next(iter(ledger.past(source.id, 1)), None)
    is_well = last is not None and last.outcome in GOOD_OUTCOMES
    return LastChecks(last, last if is_well else ledger.success(source.id))


def _is_answerable(source: Source, snapshot: Reference | None) -> bool:
    if source.is_index or snapshot is None or source.reference is None:
        return False
    return source.reference.covers(snapshot.edition)


def _is_wanted(source: Source, text: str) -> bool:
    return source.id == text or _feeds(source, text)


def _feeds(source: Source, text: str) -> bool:
    if not looks_like_reference(text):
        return False
    wanted = parse_reference(text)
    if source.reference:
        return wanted.covers(source.reference)
    return source.is_index and _may_lead(source.rule, wanted)


def _may_lead(rule: str | None, wanted: Reference) -> bool:
    """Return whether a rule, apart from its placeholders, agrees with a reference."""
    parts = (rule or "").partition("~")[0].split("/")
    named = (wanted.country, wanted.body, wanted.session, wanted.item)
    return all(part == name or "{" in part or name is None for part, name in zip(parts, named, strict=False))
