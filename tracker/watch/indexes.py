"""The outcome for an index, from the fetched answer and from what it listed before; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.listings import (
    COMPARED_DAYS,
    LISTING_CAUSES,
    NO_LINKS,
    OTHER_LINKS,
    Listing,
    has_other_links,
    judge_listing,
)
from tracker.capture.links import IndexLink, discover, nested_indexes, read_index
from tracker.errors import DocumentUnreadable
from tracker.model.watching import Fetched
from tracker.report.layout import counted
from tracker.watch.examine import Examined, begin_check, find_move, join_details

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.ledger import Check, CheckOutcome, DiscoveredLink
    from tracker.model.watching import Discovery, Source
    from tracker.record.reading.ledger import Ledger
    from tracker.watch.examine import LastChecks

NO_INDEX: Final = "no index"


@dataclass(frozen=True, slots=True)
class ExaminedIndex:
    """The result of a check of an index, its links that were never seen, and the sitemaps it names."""

    examined: Examined
    unseen: tuple[Discovery, ...] = ()
    nested: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    listing: Listing
    links: tuple[Discovery, ...]
    nested: tuple[Source, ...]


def examine_index(
    index: Source, fetched: Fetched, before: LastChecks, ledger: Ledger, observed: str
) -> ExaminedIndex:
    """Return the outcome for an index: ``unreachable`` with a cause where it is not in order.

    Its bytes are kept where it lists other links than before, and where the cause is another than at the last
    check. The links of a page that is no index are not followed.
    """
    check, candidates = begin_check(index, fetched, observed), ledger.candidates(index.id)
    try:
        now = _read(index, fetched, candidates)
    except DocumentUnreadable as error:
        return ExaminedIndex(_refuse(check, fetched, before, (NO_INDEX, str(error))))
    last = _read_last(index, ledger, check, now.listing)
    earlier = _read_earlier(index, ledger, observed, now.listing, last)
    found = judge_listing(index, now.listing, last, earlier) or _judge_sitemaps(now, before, ledger)
    if found and found[0] not in LISTING_CAUSES:
        return ExaminedIndex(_refuse(check, fetched, before, found))
    known = {each.address for each in candidates}
    unseen = tuple(link for link in now.links if link.address not in known)
    if found:
        return ExaminedIndex(_refuse(check, fetched, before, found), unseen, now.nested)
    is_other = last is None or now.listing.chosen != last.chosen
    told = f"{counted(len(now.links), 'link')}, {len(unseen):,} not seen before"
    if last and has_other_links(now.listing, last):
        told = f"all lead elsewhere than the {len(last.chosen):,} that it listed before; {told}"
        check = replace(check, cause=OTHER_LINKS)
    accepted = _accept(replace(check, detail=told), before, is_changed=bool(unseen))
    return ExaminedIndex(Examined(accepted, listed=fetched if is_other else None), unseen, now.nested)


def _read(index: Source, fetched: Fetched, candidates: Sequence[DiscoveredLink] = ()) -> _Read:
    every = read_index(fetched, index)
    links, nested = discover(every, index), nested_indexes(every, index)
    chosen = frozenset([*(each.address for each in links), *(each.address for each in nested)])
    had_any = any(discover([IndexLink(each.address, each.text)], index) for each in candidates)
    addresses = frozenset(link.address for link in every)
    followed = addresses & {each.address for each in candidates}
    listing = Listing(fetched, addresses, chosen, had_any, followed)
    return _Read(listing, links, nested)


def _read_last(index: Source, ledger: Ledger, check: Check, now: Listing) -> Listing | None:
    """Return what the same address listed when it was last in order, by the patterns of today."""
    last = ledger.listed(index.id, index.address)
    if last is None or last.sha256 is None:
        return None
    return now if last.sha256 == check.sha256 else _read_kept(index, ledger, last)


def _read_earlier(
    index: Source, ledger: Ledger, observed: str, now: Listing, last: Listing | None
) -> Listing | None:
    """Return what an index that has lost links listed some nights ago; None for one that has lost none."""
    if last is None or not now.chosen < last.chosen:
        return None
    day = date.fromisoformat(observed[:10]) - timedelta(days=COMPARED_DAYS)
    first = ledger.listed_by(index.id, index.address, day.isoformat())
    return _read_kept(index, ledger, first) if first else None


def _read_kept(index: Source, ledger: Ledger, last: Check) -> Listing | None:
    """Return what an index listed at an earlier check, by the patterns of today."""
    if last.sha256 is None:
        return None
    kept, sent = ledger.document(last.sha256), last.exchanges[-1].content_type if last.exchanges else None
    fetched = Fetched(index.id, last.url or index.address, kept, sent, (), last.validators, 0.0)
    try:
        return replace(_read(index, fetched).listing, day=last.observed[:10])
    except DocumentUnreadable:
        return None


def _judge_sitemaps(now: _Read, before: LastChecks, ledger: Ledger) -> tuple[str, str] | None:
    """Return what shows that nothing in all sitemaps of an index is to be followed, on later nights."""
    if not (now.nested and before.success) or ledger.candidates_below(before.success.source):
        return None
    return NO_LINKS, f"nothing in its {counted(len(now.nested), 'sitemap')} is to be followed"


def _accept(check: Check, before: LastChecks, *, is_changed: bool) -> Check:
    """Return the check of an index in order, which also says once that it is redirected."""
    cause, moved = find_move(check, before.success, any_redirect=True)
    outcome: CheckOutcome = "changed" if is_changed else "moved" if moved else "unchanged"
    return replace(
        check,
        outcome=outcome if before.success else "new",
        cause=check.cause or cause,
        detail=join_details(check, moved),
    )


def _refuse(check: Check, fetched: Fetched, before: LastChecks, found: tuple[str, str]) -> Examined:
    is_news = before.last is None or before.last.cause != found[0]
    moved = find_move(check, before.success, any_redirect=True)[1]
    detail = join_details(check, found[1], moved)
    refused = replace(check, outcome="unreachable", cause=found[0], detail=detail)
    return Examined(refused, listed=fetched if is_news else None)
