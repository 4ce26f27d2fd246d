"""The outcome for an index: whether it still lists what it is watched for.

It is judged by its links, and by the rules for pages, from the fetched answer and from what it listed before;
nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.pages import classify_page, find_home_page, page_of_bytes
from tracker.capture.admit.redirects import find_redirect
from tracker.capture.admit.rules import load_rules
from tracker.capture.links import IndexLink, discover, is_cut_off, is_feed, nested_indexes, read_index
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

_NO_INDEX: Final = "no index"
_CUT_OFF, _NO_LINKS, _FEWER_LINKS = "cut off", "no links", "fewer links"
_OTHER_LINKS: Final = "other links"
"""All of its links lead elsewhere than those that it listed last, which may have moved; they are followed."""

_COMPARED_DAYS: Final = 30
"""The days after which what an index listed is compared again, for one that loses a link a night."""

LISTING_CAUSES: Final = {
    _CUT_OFF: "a feed or sitemap without its end",
    _NO_LINKS: "none of its links is one to follow",
    _FEWER_LINKS: "half of the links that it listed last, or fewer, and no other",
}
"""What an index shows by its links; what its page shows has the causes of statements."""

_FOLDER: Final = "listing"
"""The list of a server's folder is no statement, and an index like any other."""


@dataclass(frozen=True, slots=True)
class Listing:
    """An index as it was read: its answer, and the addresses of its links."""

    fetched: Fetched
    every: frozenset[str]
    chosen: frozenset[str]
    """Those that are to be followed."""
    had_any: bool
    """Whether there ever was a link to be followed by the patterns of today."""
    followed: frozenset[str] = frozenset()
    """Those of its links that were followed before, by whatever patterns."""
    day: str = ""
    """When it was listed, for what was listed before."""

    @property
    def data(self) -> bytes:
        """The bytes of the answer."""
        return self.fetched.data or b""


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
        return ExaminedIndex(_refuse(check, fetched, before, (_NO_INDEX, str(error))))
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
    if last and _has_other_links(now.listing, last):
        told = f"all lead elsewhere than the {len(last.chosen):,} that it listed before; {told}"
        check = replace(check, cause=_OTHER_LINKS)
    accepted = _accept(replace(check, detail=told), before, is_changed=bool(unseen))
    return ExaminedIndex(Examined(accepted, listed=fetched if is_other else None), unseen, now.nested)


def judge_listing(
    source: Source, now: Listing, last: Listing | None, earlier: Listing | None = None
) -> tuple[str, str] | None:
    """Return why an index is not in order, with what shows it; None where it is.

    ``last`` is what it listed when it was last in order, ``earlier`` some nights before that. An index with
    ``min_links`` links is in order whatever it looks like. One that lists what it listed before is not
    examined as a page: it may have a form to log in. A feed whose entries are others now may have lost those
    that are followed among them.
    """
    number, least = len(now.chosen), source.min_links
    if least and number >= least:
        return None
    if is_cut_off(now.data):
        return _CUT_OFF, f"it has no end; links before that: {len(now.every):,}"
    lost = _find_loss(source, now, last)
    if not lost and source.min_links is None and earlier and _has_faded(now, earlier):
        lost, last = _FEWER_LINKS, earlier
    is_other = last is None or not (now.chosen & last.chosen)
    found = _classify(source, now, last, by_title=not lost) if lost or is_other else None
    if not lost:
        return found
    when = f"on {last.day}" if last and last is earlier else "when it was last in order"
    past = f", {len(last.chosen):,} {when}" if last and last.chosen else ""
    past = past or (f", {len(now.followed):,} of them were before" if now.followed else "")
    told = f"{number:,} of its {len(now.every):,} links are to be followed{past}"
    if found:
        return found[0], f"{found[1]}; {told}"
    if lost == _NO_LINKS and now.every:
        example = min(now.followed or now.every)
        told += f"; links (and exclude) in the watch list choose none, such as {example}: mend them there"
    return lost, f"{told}; if that is right, write min_links = {number} in the watch list"


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
    day = date.fromisoformat(observed[:10]) - timedelta(days=_COMPARED_DAYS)
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


def _find_loss(source: Source, now: Listing, last: Listing | None) -> str:
    """Return the cause where links are missing; else an empty string."""
    number, least = len(now.chosen), source.min_links
    if least is not None:
        return _FEWER_LINKS if number < least else ""
    if last is None or not last.chosen:
        # One of many sitemaps need not have any, and a feed need not have any now.
        is_right = ":" in source.id or (now.had_any and is_feed(now.data))
        return "" if number or is_right else _NO_LINKS
    if now.chosen >= last.chosen or (is_feed(now.data) and _is_rolling(now, last)):
        return ""
    if number == 0:
        return _NO_LINKS
    return _FEWER_LINKS if _has_shrunk(now, last) else ""


def _is_rolling(now: Listing, last: Listing) -> bool:
    """Tell whether a feed has as many entries as before, some of them the same."""
    return len(now.every) >= len(last.every) and bool(now.every & last.every)


def _has_shrunk(now: Listing, before: Listing) -> bool:
    """Tell whether half of the links are there or fewer, and no other."""
    bounds, number = load_rules().bounds, len(before.chosen)
    left = len(now.chosen)
    has_shrunk = left <= bounds.links_left * number and number - left >= bounds.links_lost
    return has_shrunk and now.chosen <= before.chosen


def _has_faded(now: Listing, earlier: Listing) -> bool:
    """Tell whether an index has shrunk over some nights; entries push each other out of a feed."""
    is_full = is_feed(now.data) and len(now.every) >= len(earlier.every)
    return not is_full and _has_shrunk(now, earlier)


def _classify(
    source: Source, now: Listing, last: Listing | None, *, by_title: bool
) -> tuple[str, str] | None:
    """Return what the page shows, but for words that it had when it was in order.

    Where no links are missing, only its title tells: a list may have a form to log in beside it.
    """
    page, before = page_of_bytes(now.data), page_of_bytes(last.data) if last else None
    if page and by_title:
        page = replace(page, lines=(), markup=b"")
    found = classify_page(page, "\n".join(before.lines) if before else "") if page else None
    if found and found[0] != _FOLDER:
        return found
    leads = "" if by_title else find_redirect(page, now.fetched)
    return find_home_page(source.address, now.fetched) or (("redirect", leads) if leads else None)


def _judge_sitemaps(now: _Read, before: LastChecks, ledger: Ledger) -> tuple[str, str] | None:
    """Return what shows that nothing in all sitemaps of an index is to be followed, on later nights."""
    if not (now.nested and before.success) or ledger.candidates_below(before.success.source):
        return None
    return _NO_LINKS, f"nothing in its {counted(len(now.nested), 'sitemap')} is to be followed"


def _has_other_links(now: Listing, last: Listing | None) -> bool:
    """Tell whether all links of an index lead into other folders than those that it listed last."""
    places, before = (
        {address.rpartition("/")[0] for address in each.chosen} if each else set() for each in (now, last)
    )
    return bool(places and before) and places.isdisjoint(before)


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
