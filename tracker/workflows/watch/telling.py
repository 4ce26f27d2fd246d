"""What is told of a check beside its outcome: a move, how long the text was and is, a row of changes."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from tracker.model.texts import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.model.ledger import Check
    from tracker.model.watching import Source

MOVED, REDIRECTED = "permanent redirect", "temporary redirect"
RETURNED: Final = "back at its own address"
OTHER_SOURCE: Final = "another source"
RESTLESS: Final = "changes every night"

RESTLESS_NIGHTS = 4
"""The nights in a row on which a text must change before that is told: drafts are edited for two or three."""

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


def find_row_of_changes(check: Check, past: Sequence[Check]) -> tuple[str, str]:
    """Return a cause and its detail where a source changes night after night, as by a date on its page.

    ``past`` are its latest checks, newest first.
    """
    nights = {each.observed[:10] for each in takewhile(lambda each: each.outcome == "changed", past)}
    number = len(nights | {check.observed[:10]})
    if number < RESTLESS_NIGHTS:
        return "", ""
    return RESTLESS, f"{number} nights in a row; what differs can be left out: remove, in the watch list"
