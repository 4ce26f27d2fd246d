"""The outcome for one source, from the fetched answer and from the archive; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from tracker.capture.admit.admission import refuse_unreadable
from tracker.capture.admit.announcement import detect_announcement
from tracker.capture.causes import is_missing
from tracker.errors import DocumentUnreadable
from tracker.model.ledger import Check
from tracker.model.watching import Admission, Validators
from tracker.text.identity import digest_bytes, digest_text
from tracker.workflows.importing.add import read_arrival

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.archive.ledger.ledger import Ledger
    from tracker.model.ledger import Review
    from tracker.model.rights import Withdrawal
    from tracker.model.texts import Reference
    from tracker.model.watching import Arrival, Fetched, FetchFailed, History, Kept, Source

    Judge = Callable[[Arrival, History], Admission]

UNNAMED, REFUSED, WITHDRAWN = "no reference", "rejected before", "withdrawn"
REAPPEARED, MOVED = "reappeared", "permanent redirect"
"""Our own causes; those of failed fetches and of quarantined texts have modules of their own."""

CONFIRMING_DAYS = 3
"""The days in a row on which a source must be missing before it counts as gone."""

CHECKS_READ = 20
"""How many checks back a row of failures is followed: about three weeks of nights."""

_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Examined:
    """The result of a check, and the document to keep for it: as a snapshot, or for a review."""

    check: Check
    arrival: Arrival | None = None
    """To be recorded as a snapshot; its check says what is expected to come of it."""
    quarantined: Fetched | None = None


@dataclass(frozen=True, slots=True)
class LastChecks:
    """The latest check of a source, and the latest successful one."""

    last: Check | None = None
    success: Check | None = None


def examine_failure(source: Source, failed: FetchFailed, past: Sequence[Check], observed: str) -> Check:
    """Return the check for a failed fetch: ``gone`` only if it was missing on three days in a row.

    ``past`` are the latest checks of the source, newest first. Other failures on days in between
    (a timeout) neither count nor break the row; finding the statement breaks it.
    """
    check = replace(
        _describe_check(source, failed, observed),
        outcome=failed.outcome,
        cause=failed.cause,
        detail=failed.detail,
    )
    if failed.outcome != "gone":
        return check
    days = {observed[:10], *_missing_days(past)}
    if len(days) >= CONFIRMING_DAYS:
        return check
    return replace(
        check,
        outcome="unreachable",
        detail=f"{failed.detail}; missing on {len(days)} of {CONFIRMING_DAYS} days".removeprefix("; "),
    )


def examine(
    source: Source, fetched: Fetched, before: LastChecks, ledger: Ledger, judge: Judge, observed: str
) -> Examined:
    """Return the outcome for an answer: ``unchanged`` where the bytes or the text are the same as before."""
    check = _mark_reappeared(begin_check(source, fetched, observed), before, ledger)
    withdrawal = ledger.withdrawn(source.id, source.reference, check.sha256)
    if withdrawal:
        return _reject_withdrawn(check, withdrawal)
    if fetched.data is None:
        return Examined(_unchanged(check, before.success.snapshot if before.success else None, before))
    current = ledger.current(source.id, source.reference)
    if current and check.sha256 == current.sha256:
        return Examined(_unchanged(check, current.reference, before))
    review = ledger.review_of(source.id, str(check.sha256))
    if review and review.verdict == "reject":
        return _reject(check, review)
    return _examine_text(source, fetched, current, check, before, ledger, judge)


def _examine_text(
    source: Source,
    fetched: Fetched,
    current: Kept | None,
    check: Check,
    before: LastChecks,
    ledger: Ledger,
    judge: Judge,
) -> Examined:
    try:
        arrival = read_arrival(source, fetched)
    except DocumentUnreadable as error:
        return _quarantine(check, source, fetched, refuse_unreadable(fetched, str(error)), None, ledger)
    if current and _has_same_text(arrival, current, ledger):
        check = replace(check, detail="other bytes, the same text")
        return Examined(_unchanged(check, current.reference, before))
    withdrawal = ledger.withdrawn_text(source.reference, digest_text(arrival.version.text))
    if withdrawal:
        return _reject_withdrawn(check, withdrawal)
    return _admit(arrival, check, before, ledger, judge)


def begin_check(source: Source, fetched: Fetched, observed: str) -> Check:
    """Return what is known of a check before the received document is examined."""
    data = fetched.data
    return replace(
        _describe_check(source, fetched, observed),
        url=fetched.url,
        sha256=None if data is None else digest_bytes(data),
        size=None if data is None else len(data),
        validators=fetched.validators,
    )


def _describe_check(source: Source, result: Fetched | FetchFailed, observed: str) -> Check:
    last = result.exchanges[-1] if result.exchanges else None
    return Check(
        source.id,
        source.address,
        "unchanged",
        observed,
        result.seconds,
        reference=source.reference,
        url=last.url if last else None,
        http_status=last.status if last else None,
        exchanges=result.exchanges,
    )


def _mark_reappeared(check: Check, before: LastChecks, ledger: Ledger) -> Check:
    """Note for a source that was gone since when it was."""
    if before.last is None or before.last.outcome != "gone":
        return check
    gone = list(takewhile(lambda each: each.outcome == "gone", ledger.past(check.source, CHECKS_READ)))
    return replace(check, cause=REAPPEARED, detail=f"gone since {gone[-1].observed[:10]}")


def _unchanged(check: Check, snapshot: Reference | None, before: LastChecks) -> Check:
    """Return the check of an unchanged text: ``moved`` where its address changed permanently."""
    check = replace(check, snapshot=snapshot)
    is_for_good = any(exchange.status in _PERMANENT for exchange in check.exchanges)
    if not is_for_good or (before.success and check.url == before.success.url):
        return check
    return replace(
        check, outcome="moved", cause=check.cause or MOVED, detail=_join(check, f"now at {check.url}")
    )


def _join(check: Check, detail: str) -> str:
    return "; ".join(part for part in (check.detail, detail) if part)


def _has_same_text(arrival: Arrival, current: Kept, ledger: Ledger) -> bool:
    """Return whether the text equals the latest one, read again with the same extractor where needed."""
    if arrival.version.text == current.text:
        return True
    if arrival.version.extractor == current.extractor:
        return False
    before = ledger.document(current.sha256)
    return _read_text(arrival.source, arrival.fetched, before) == arrival.version.text


def _admit(arrival: Arrival, check: Check, before: LastChecks, ledger: Ledger, judge: Judge) -> Examined:
    source, reference = arrival.source, arrival.source.reference
    text = digest_text(arrival.version.text)
    history = ledger.history(source.id, reference, str(check.sha256), text)
    is_accepted = ledger.verdict(source.id, str(check.sha256)) == "accept"
    admission = Admission(accepted=True) if is_accepted else judge(arrival, history)
    if admission.accepted and reference is None:
        detail = "a person has to name it in tracker review"
        admission = Admission(accepted=False, cause=UNNAMED, detail=detail)
    if not admission.accepted:
        return _quarantine(check, source, arrival.fetched, admission, arrival.version.text, ledger)
    if not history.snapshots:
        return Examined(replace(check, outcome="new"), arrival)
    earlier = before.success.validators if before.success else Validators()
    announced, shown = detect_announcement(
        history.snapshots[0], earlier, arrival.extraction.title, arrival.version.text, check.validators
    )
    check = replace(check, outcome="changed", announced=announced, detail=_join(check, shown))
    return Examined(check, arrival)


def _quarantine(
    check: Check, source: Source, fetched: Fetched, admission: Admission, text: str | None, ledger: Ledger
) -> Examined:
    """Keep a document for review, unless one with the same text was: pages have tokens that change daily."""
    check = replace(check, outcome="quarantined", cause=admission.cause, detail=admission.detail)
    last = ledger.last_review(source.id)
    if last is None or last.verdict == "accept" or last.sha256 == check.sha256:
        return Examined(check, quarantined=fetched)
    if last.cause != check.cause or _read_text(source, fetched, ledger.document(last.sha256)) != text:
        return Examined(check, quarantined=fetched)
    if last.verdict == "reject":
        return _reject(check, last)
    return Examined(replace(check, detail=f"{check.detail}; other bytes, the text of review {last.id}"))


def _reject(check: Check, review: Review) -> Examined:
    detail = f"by {review.person} on {str(review.decided)[:10]}, review {review.id}: {review.reason}"
    return Examined(replace(check, outcome="rejected", cause=REFUSED, detail=detail))


def _reject_withdrawn(check: Check, withdrawal: Withdrawal) -> Examined:
    """Return the check of what was withdrawn, whose bytes are not kept."""
    detail = f"{withdrawal.reference} was {withdrawal}"
    return Examined(replace(check, outcome="rejected", cause=WITHDRAWN, detail=detail))


def _read_text(source: Source, fetched: Fetched, data: bytes) -> str | None:
    try:
        return read_arrival(source, replace(fetched, data=data)).version.text
    except DocumentUnreadable:
        return None


def _missing_days(past: Sequence[Check]) -> set[str]:
    """Return the days since it was last found on which the server said that it is missing."""
    since = takewhile(lambda each: each.snapshot is None and each.sha256 is None, past)
    return {each.observed[:10] for each in since if is_missing(each.http_status)}
