"""What ``review`` prints: the documents that wait, and one with its text, difference and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.model.health import MANY
from tracker.model.ledger import CHALLENGED
from tracker.report.document import Span
from tracker.report.layout import DIGEST, counted, draw, line, wrap
from tracker.report.records import encode_json, encode_rows, plain_fields
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.ledger import Check, Review
    from tracker.model.texts import Side
    from tracker.model.watching import Exchange
    from tracker.report.layout import Line

_TEXT_LINES = 20
_NAMED = 3
"""The most sources of the same bytes that are named."""
_TOLD_HEADERS = frozenset({"content-type", "content-length", "last-modified", "etag", "location", "server"})
_NONE_WAIT = "No documents are waiting."
_NONE_DECIDED = "Nobody has decided on a document yet."
NEXT = "tracker review ID shows one with its difference to the current version."


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that waits for a decision, and when the same bytes came again from its source."""

    review: Review
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewedDocument:
    """A document under review, with everything that helps to decide."""

    waiting: Waiting
    check: Check
    """How it was fetched, with requests and answers."""
    side: Side | None
    """Its text; None where it cannot be read."""
    fault: str = ""
    """Why there is no text."""
    comparison: Comparison | None = None
    """Its comparison with the current version, by words alone, since most sentences are the same."""


def render_reviews(
    rows: Sequence[Waiting], *, decided: bool = False, width: int = 80, color: bool = False
) -> str:
    """Return documents, two lines each: number, source and reference, then when, why and how often."""
    if not rows:
        return draw([line(_NONE_DECIDED if decided else _NONE_WAIT)], color=color)
    floods = () if decided else find_floods([each.review for each in rows])
    grouped = {review.id: flood for flood in floods for review in flood}
    shown = (
        _entry(row, width) if row.review.id not in grouped else _flood(grouped[row.review.id], width)
        for row in rows
        if row.review.id not in grouped or row.review == grouped[row.review.id][0]
    )
    return draw([*(each for some in shown for each in some), line(NEXT, "dim")], color=color)


def find_floods(waiting: Sequence[Review]) -> tuple[tuple[Review, ...], ...]:
    """Return the documents of which many sources gave the same bytes: one page in the way, as of a login."""
    found: dict[tuple[str, str], list[Review]] = {}
    for each in waiting:
        found.setdefault((each.sha256, each.cause), []).append(each)
    return tuple(tuple(some) for some in found.values() if len(some) >= MANY)


def write_ranges(numbers: Iterable[int]) -> str:
    """Return numbers as ``tracker review`` reads them: ``3,11-76``."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][-1] == number - 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ",".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


def _flood(reviews: Sequence[Review], width: int) -> Iterator[Line]:
    first, numbers = reviews[0], write_ranges(each.id for each in reviews)
    same = f"{counted(len(reviews), 'source')} gave the same bytes"
    yield (
        Span(f"{numbers}  {same}", "bold"),
        Span(f"  {counted(first.size, 'byte')}  {first.observed[:16].replace('T', ' ')}"),
    )
    parts = f"{first.cause}: {first.detail}" if first.detail else first.cause
    named = ", ".join(each.source for each in reviews[:_NAMED])
    more = f" and {len(reviews) - _NAMED:,} more" if reviews[_NAMED:] else ""
    facts = (parts, f"{named}{more}", f"tracker review {numbers} reject --by NAME --reason TEXT")
    yield from wrap(one_line(" · ".join(facts)), width, "   ", "   ")


def _entry(row: Waiting, width: int) -> Iterator[Line]:
    review = row.review
    what = str(review.reference) if review.reference else "no reference"
    yield (
        Span(f"{review.id}  {one_line(review.source)}", "bold"),
        Span(f"  {one_line(what)}  {review.observed[:16].replace('T', ' ')}"),
    )
    parts = f"{review.cause}: {review.detail}" if review.detail else review.cause
    facts = ("" if review.reference else review.address, parts, *_history(row))
    yield from wrap(one_line(" · ".join(fact for fact in facts if fact)), width, "   ", "   ")


def _history(row: Waiting) -> Iterator[str]:
    review = row.review
    is_challenged = review.cause == CHALLENGED
    if is_challenged:
        yield f"it is {review.snapshot}, and a text that looks more like a statement took its place"
    if review.verdict:
        verb = {"accept": "accepted", "reject": "rejected"}[review.verdict]
        became = f" as {review.snapshot}" if review.snapshot and not is_challenged else ""
        why = "the reason is withdrawn" if review.reason is None else review.reason
        yield f"{verb}{became} by {review.person} on {str(review.decided)[:10]}: {why}"
    if row.again and review.verdict != "accept":
        often = "once" if len(row.again) == 1 else counted(len(row.again), "time")
        yield f"the same bytes came again {often}, last on {row.again[-1][:10]}"


def render_review(shown: ReviewedDocument, *, whole: bool, width: int = 80, color: bool = False) -> str:
    """Return why a document waits, how it was fetched, and the beginning of its text, or all of it."""
    body = [
        *_entry(shown.waiting, width),
        line(),
        *_evidence(shown.waiting.review, shown.check, width),
        line(),
    ]
    if shown.side is None:
        body.extend(wrap([Span(f"No text: {one_line(shown.fault)}", "warning")], width))
    else:
        body.extend(_text(shown.side, width, whole=whole))
    return draw(body, color=color)


def render_dissimilar(comparison: Comparison, *, width: int = 80, color: bool = False) -> str:
    """Return one or two lines: the document has very little in common with the current version."""
    words = counted(comparison.old.version.words, "word")
    parts = (
        f"The current version is {comparison.old.name}, {words}: {comparison.aligned:.0%} of the sentences"
    )
    return draw(
        wrap([Span(one_line(f"{parts} correspond; --all compares them."), "bold")], width), color=color
    )


def _evidence(review: Review, check: Check, width: int) -> Iterator[Line]:
    digest, size = f"sha256 {review.sha256[:DIGEST]}", counted(review.size, "byte")
    yield from wrap(one_line(f"{review.address} · {digest} · {size} · {review.media_type}"), width)
    for exchange in check.exchanges:
        yield from wrap(one_line(_answer(exchange)), width, "  ", "    ")


def _answer(exchange: Exchange) -> str:
    parts = "; ".join(f"{name}: {value}" for name, value in exchange.headers if name.lower() in _TOLD_HEADERS)
    return f"{exchange.status or 'no answer'} {exchange.url}{f' ({parts})' if parts else ''}"


def _text(side: Side, width: int, *, whole: bool) -> Iterator[Line]:
    title = f" · {side.title}" if side.title else ""
    yield from wrap(
        [Span(one_line(f"{counted(side.version.words, 'word')} in {side.version.language}{title}"), "bold")],
        width,
    )
    lines = [row for text in side.version.text.splitlines() for row in (wrap(text, width) or [line()])]
    shown = lines if whole or len(lines) <= _TEXT_LINES else lines[:_TEXT_LINES]
    yield from shown
    if len(shown) < len(lines):
        yield line(f"... {counted(len(lines) - len(shown), 'line')} more; --all shows them", "dim")


def render_decision(review: Review) -> str:
    """Return what came of a decision, on one line."""
    row = Waiting(review)
    return one_line(f"review {review.id}: {'; '.join(_history(row))}")


def render_decisions(reviews: Sequence[Review]) -> str:
    """Return what came of a decision on several documents, on one line."""
    numbers = write_ranges(each.id for each in reviews)
    told = f"{counted(len(reviews), 'document')}, {numbers}: {'; '.join(_history(Waiting(reviews[0])))}"
    return one_line(told)


def reviews_json(rows: Sequence[Waiting]) -> str:
    """Return documents as JSON, in the order given."""
    return encode_rows("documents", [_fields(row) for row in rows])


def review_json(shown: ReviewedDocument) -> str:
    """Return a document with its evidence, clean text and comparison as a JSON object."""
    return encode_json(
        {
            **_fields(shown.waiting),
            "exchanges": shown.check.exchanges,
            "text": shown.side.version.text if shown.side else None,
            "fault": shown.fault or None,
            "comparison": shown.comparison,
        }
    )


def _fields(row: Waiting) -> dict[str, object]:
    return {**plain_fields(row.review), "again": row.again}
