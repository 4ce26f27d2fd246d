"""Whether an index still lists what it is watched for: by its links, and by the rules for pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.pages import classify_page, find_home_page, page_of_bytes
from tracker.capture.admit.rules import load_rules
from tracker.capture.links import is_cut_off, is_feed

if TYPE_CHECKING:
    from tracker.model.watching import Fetched, Source

CUT_OFF, NO_LINKS, FEWER_LINKS = "cut off", "no links", "fewer links"
OTHER_LINKS: Final = "other links"
"""All of its links lead elsewhere than those that it listed last, which may have moved; they are followed."""

COMPARED_DAYS: Final = 30
"""The days after which what an index listed is compared again, for one that loses a link a night."""

LISTING_CAUSES: Final = {
    CUT_OFF: "a feed or sitemap without its end",
    NO_LINKS: "none of its links is one to follow",
    FEWER_LINKS: "half of the links that it listed last, or fewer, and no other",
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
        return CUT_OFF, f"it has no end; links before that: {len(now.every):,}"
    lost = _find_loss(source, now, last)
    if not lost and source.min_links is None and earlier and _has_faded(now, earlier):
        lost, last = FEWER_LINKS, earlier
    is_other = last is None or not (now.chosen & last.chosen)
    found = _classify(source, now, last, by_title=not lost) if lost or is_other else None
    if not lost:
        return found
    when = f"on {last.day}" if last and last is earlier else "when it was last in order"
    past = f", {len(last.chosen):,} {when}" if last and last.chosen else ""
    past = past or (f", {len(now.followed):,} of them were before" if now.followed else "")
    counted = f"{number:,} of its {len(now.every):,} links are to be followed{past}"
    if found:
        return found[0], f"{found[1]}; {counted}"
    if lost == NO_LINKS and now.every:
        example = min(now.followed or now.every)
        counted += f"; links (and exclude) in the watch list choose none, such as {example}: mend them there"
    return lost, f"{counted}; if that is right, write min_links = {number} in the watch list"


def _find_loss(source: Source, now: Listing, last: Listing | None) -> str:
    """Return the cause where links are missing; else an empty string."""
    number, least = len(now.chosen), source.min_links
    if least is not None:
        return FEWER_LINKS if number < least else ""
    if last is None or not last.chosen:
        # One of many sitemaps need not have any, and a feed need not have any now.
        is_right = ":" in source.id or (now.had_any and is_feed(now.data))
        return "" if number or is_right else NO_LINKS
    if now.chosen >= last.chosen or (is_feed(now.data) and _is_rolling(now, last)):
        return ""
    if number == 0:
        return NO_LINKS
    return FEWER_LINKS if _has_shrunk(now, last) else ""


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


def has_other_links(now: Listing, last: Listing | None) -> bool:
    """Tell whether all links of an index lead into other folders than those that it listed last."""
    places, before = (
        {address.rpartition("/")[0] for address in each.chosen} if each else set() for each in (now, last)
    )
    return bool(places and before) and places.isdisjoint(before)


def _is_rolling(now: Listing, last: Listing) -> bool:
    """Tell whether a feed has as many entries as before, some of them the same."""
    return len(now.every) >= len(last.every) and bool(now.every & last.every)


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
    return found if found and found[0] != _FOLDER else find_home_page(source.address, now.fetched)
