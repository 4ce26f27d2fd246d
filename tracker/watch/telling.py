"""What is told of a check beside its outcome: a move, how long the text was and is, a row of changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.announcement import detect_announcement
from tracker.model.texts import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.model.ledger import Check
    from tracker.model.watching import Arrival, Kept, Source, Validators

MOVED, REDIRECTED = "permanent redirect", "temporary redirect"
RETURNED: Final = "back at its own address"
OTHER_SOURCE: Final = "another source"
RESTLESS: Final = "changes every night"

RESTLESS_NIGHTS, RESTLESS_DAYS = 4, 30
"""The nights in a row on which a text must change before that is told: drafts are edited for two or three.

A text that goes back and forth may be at rest in between, within so many days.
"""

LENGTH_TOLD = 0.1
"""The share of its words by which a text must become longer or shorter for that to be told."""

_PERMANENT = frozenset({301, 308})


def find_move(check: Check, success: Check | None, *, any_redirect: bool = False) -> tuple[str, str]:
    """Return a cause and its detail where an address leads elsewhere than at the last success, for good.

    With ``any_redirect`` also where it leads so for now; then what follows a question mark does not count.
    """
    before = (success.url if success and success.address == check.address else None) or check.address
    if check.url is None or (success and check.url == success.url):
        return "", ""
    if any(exchange.status in _PERMANENT for exchange in check.exchanges):
        return MOVED, f"now at {check.url}"
    if any_redirect and _place(check.url) != _place(before):
        if _place(check.url) == _place(check.address):
            return RETURNED, f"no longer redirected to {before}"
        return REDIRECTED, f"redirected to {check.url}"
    return "", ""


def _place(address: str) -> str:
    return address.partition("?")[0].partition("#")[0]


def tell_change(
    check: Check,
    arrival: Arrival,
    kept: Sequence[Kept],
    before: Validators,
    past: Sequence[Check],
    moved: str = "",
) -> Check:
    """Return the check of a text that differs from the latest that is kept, with what is told of it.

    ``kept`` are the snapshots of its edition and ``past`` the checks of its source, newest first; ``before``
    is what the server said at the last success. Where the page has ``moved`` too, that says whereto.
    """
    title, version = arrival.extraction.title, arrival.version
    announced, shown = detect_announcement(kept[0], before, title, version.text, check.validators)
    again = [f"the text of {each.reference} again" for each in kept if each.text == version.text][:1]
    cause, row = find_row_of_changes(check, past, is_back=bool(again))
    told = (check.detail, shown, *again, tell_length(kept[0].words, version.words), moved, row)
    detail = "; ".join(part for part in told if part)
    return replace(check, outcome="changed", announced=announced, cause=check.cause or cause, detail=detail)


def name_series(sources: Iterable[Source]) -> dict[str, Reference]:
    """Return for each index, by its id, the country and body of which its rule says that it lists."""
    series = ((each.id, (each.rule or "").split("/")[:2]) for each in sources)
    return {
        id_: Reference(parts[0], parts[1])
        for id_, parts in series
        if len(parts) > 1 and "{" not in "".join(parts)
    }


def tell_length(before: int, now: int) -> str:
    """Return the words of two versions where their numbers differ much; else an empty string."""
    if abs(now - before) < LENGTH_TOLD * before:
        return ""
    return f"{now:,} words, {before:,} before ({(now - before) / max(before, 1):+.0%})"


def _row_of_changes(observed: str, past: Iterable[Check], *, is_back: bool) -> list[Check]:
    since = date.fromisoformat(observed[:10]) - timedelta(days=RESTLESS_DAYS)
    lately = [each for each in past if is_back and each.observed >= since.isoformat()]
    row = lately or takewhile(lambda each: each.outcome == "changed", past)
    return [each for each in row if each.outcome == "changed"]


def restless_since(past: Sequence[Check]) -> str:
    """Return when a restless source began to change; ``past`` are its checks, newest first."""
    row = _row_of_changes(past[0].observed, past, is_back=False)
    if len({each.observed[:10] for each in row}) < RESTLESS_NIGHTS:
        row = _row_of_changes(past[0].observed, past, is_back=True)
    return row[-1].observed


def find_row_of_changes(check: Check, past: Sequence[Check], *, is_back: bool) -> tuple[str, str]:
    """Return a cause and its detail where a source changes night after night, as by a date on its page.

    ``past`` are its latest checks, newest first. Where the text ``is_back``, all changes of the last days
    count: two servers may have two versions, and answer by chance.
    """
    nights = {each.observed[:10] for each in _row_of_changes(check.observed, past, is_back=is_back)}
    number = len(nights | {check.observed[:10]})
    if number < RESTLESS_NIGHTS:
        return "", ""
    how = f"changes in {RESTLESS_DAYS} days" if is_back else "nights in a row"
    return RESTLESS, f"{number} {how}; what differs can be left out: remove, in the watch list"
