"""The outcome for one source and its detail, from the fetched answer and from the archive; writes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from tracker.capture.causes import MISSING_STATUSES
from tracker.errors import DocumentUnreadable, Withdrawn
from tracker.inputs.compiled import read_packaged
from tracker.model.ledger import ELSEWHERE, READ_ELSEWHERE, WITHDRAWN, Check
from tracker.model.watching import CHALLENGE, Admission, Validators
from tracker.text.identity import digest_bytes, digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracker.model.ledger import Announcement, Review
    from tracker.model.rights import Elsewhere, Withdrawal
    from tracker.model.texts import Reference
    from tracker.model.watching import Arrival, Fetched, FetchFailed, History, Kept, Source
    from tracker.record.reading.ledger import Ledger

    Judge = Callable[[Arrival, History], Admission]

UNNAMED, REFUSED = "no reference", "rejected before"
REAPPEARED: Final = "reappeared"
"""Our own causes; those of failed fetches and of quarantined texts have modules of their own."""

_REREAD = "our extractor now reads the kept bytes otherwise: tracker reextract"
"""What a check tells before a snapshot's reference: not all that differs is a change of the source."""

# The days in a row on which a source must be missing before it counts as gone: more than a weekend.
_CONFIRMING_DAYS = 3

CHECKS_READ = 20
"""How many checks back a row of failures is followed: about three weeks of nights."""

_MOVED, _REDIRECTED = "permanent redirect", "temporary redirect"
_RETURNED: Final = "back at its own address"
OTHER_SOURCE: Final = "another source"
RESTLESS: Final = "changes every night"

_RESTLESS_NIGHTS, _RESTLESS_DAYS = 4, 30
"""The nights in a row on which a text must change before that is told: drafts are edited for two or three.

A text that goes back and forth may be at rest in between, within so many days.
"""

_LENGTH_SAID = 0.1
"""The share of its words by which a text must become longer or shorter for that to be told."""

_PERMANENT = frozenset({301, 308})

_EDGE = 300
"""Characters at each end of a text that may have a note of correction: four lines of a page."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The result of a check, and the document to keep for it: as a snapshot, or for a review."""

    check: Check
    arrival: Arrival | None = None
    """To be recorded as a snapshot; its check says what is expected to come of it."""
    quarantined: Fetched | None = None
    challenged: tuple[Reference, ...] = ()
    """Snapshots whose place the arrival takes, to be put before a person."""
    listed: Fetched | None = None
    """An index whose bytes are kept as evidence of what it listed."""


@dataclass(frozen=True, slots=True)
class LastChecks:
    """The latest check of a source, and the latest successful one."""

    last: Check | None = None
    success: Check | None = None


def examine_failure(source: Source, failed: FetchFailed, ledger: Ledger, observed: str) -> Check:
    """Return the check for a failed fetch: ``gone`` only if it was missing on three days in a row.

    What else was met on days in between (a timeout, a form to log in) neither counts nor breaks the row;
    finding the statement breaks it. A statement that is read at another address since has ``moved``.
    """
    check = replace(
        _describe_check(source, failed, observed),
        outcome=failed.outcome,
        cause=failed.cause,
        detail=failed.detail,
    )
    if failed.outcome != "gone":
        return check
    if there := ledger.elsewhere(source.id):
        detail = join_details(check, f"its statement is read at {there.url or there.address}")
        return replace(check, outcome="moved", cause=READ_ELSEWHERE, detail=detail)
    missing = ledger.missing(source.id, MISSING_STATUSES)
    days = {observed[:10], *(each.observed[:10] for each in missing)}
    if len(days) >= _CONFIRMING_DAYS:
        return check
    told = f"missing on {len(days)} of {_CONFIRMING_DAYS} days"
    return replace(check, outcome="unreachable", detail=join_details(check, told))


def examine(
    source: Source, fetched: Fetched, before: LastChecks, ledger: Ledger, judge: Judge, observed: str
) -> Examined:
    """Return the outcome for an answer: ``unchanged`` where the bytes or the text are the same as before."""
    return _Examination(source, fetched, before, ledger, judge).decide(begin_check(source, fetched, observed))


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


def join_details(check: Check, *details: str) -> str:
    """Return the detail of a check with others behind it; empty ones are left out."""
    return "; ".join(part for part in (check.detail, *details) if part)


def find_move(check: Check, success: Check | None, *, any_redirect: bool = False) -> tuple[str, str]:
    """Return a cause and its detail where an address leads elsewhere than at the last success, for good.

    With ``any_redirect`` also where it leads so for now; then what follows a question mark does not count.
    """
    before = (success.url if success and success.address == check.address else None) or check.address
    if check.url is None or (success and check.url == success.url):
        return "", ""
    if any(exchange.status in _PERMANENT for exchange in check.exchanges):
        return _MOVED, f"now at {check.url}"
    if any_redirect and _place(check.url) != _place(before):
        if _place(check.url) == _place(check.address):
            return _RETURNED, f"no longer redirected to {before}"
        return _REDIRECTED, f"redirected to {check.url}"
    return "", ""


def restless_since(past: Sequence[Check]) -> str:
    """Return when a restless source began to change; ``past`` are its checks, newest first."""
    row = _list_changes(past[0].observed, past, is_back=False)
    if len({each.observed[:10] for each in row}) < _RESTLESS_NIGHTS:
        row = _list_changes(past[0].observed, past, is_back=True)
    return row[-1].observed


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


@dataclass(frozen=True, slots=True)
class _Examination:
    """One answer, and what it is judged by; each method adds to the check and returns the result."""

    source: Source
    fetched: Fetched
    before: LastChecks
    ledger: Ledger
    judge: Judge

    def decide(self, check: Check) -> Examined:
        """Return the outcome by the bytes, or else by the text."""
        check, success = self._mark_reappeared(check), self.before.success
        withdrawal = self.ledger.withdrawn(check.source, check.reference, check.sha256)
        if withdrawal:
            return _reject_withdrawn(check, withdrawal)
        if self.fetched.data is None:
            return self._unchanged(check, success.snapshot if success else None)
        current = self.ledger.current(check.source, check.reference)
        if current and check.sha256 == current.sha256:
            return self._unchanged(check, current.reference)
        review = self.ledger.review_of(check.source, str(check.sha256))
        if review and review.verdict == "reject":
            return _reject(check, review)
        elsewhere = self.ledger.withdrawn_elsewhere(check.reference, check.sha256)
        if elsewhere and elsewhere.is_destroyed:
            return _reject_unkept(check, ELSEWHERE, str(elsewhere))
        return self._decide_text(check, current)

    def _mark_reappeared(self, check: Check) -> Check:
        """Note for a source that was gone since when it was."""
        last = self.before.last
        if last is None or last == self.before.success:
            return check
        missing = self.ledger.missing(check.source, MISSING_STATUSES)
        if not any(each.outcome == "gone" for each in missing):
            return check
        return replace(check, cause=REAPPEARED, detail=f"gone since {missing[0].observed[:10]}")

    def _unchanged(self, check: Check, snapshot: Reference | None) -> Examined:
        """Return the check of an unchanged text: ``moved`` where its address changed permanently."""
        check = replace(check, snapshot=snapshot)
        cause, detail = find_move(check, self.before.success)
        if not cause:
            return Examined(check)
        detail = join_details(check, detail)
        return Examined(replace(check, outcome="moved", cause=check.cause or cause, detail=detail))

    def _decide_text(self, check: Check, current: Kept | None) -> Examined:
        # What reads and judges a document takes 90 ms to load; most nights bring none.
        from tracker.exchange.add import read_arrival  # noqa: PLC0415

        try:
            arrival = read_arrival(self.source, self.fetched)
        except DocumentUnreadable as error:
            from tracker.capture.admit.admission import refuse_unreadable  # noqa: PLC0415

            return self._quarantine(check, refuse_unreadable(self.fetched, str(error)), None)
        text = arrival.version.text
        if current and text != current.text:
            # What is kept may have been read worse then, by us or as the server declared it.
            as_then = self._read_again(current.sha256, self.ledger.content_type(current.sha256, check.source))
            if as_then not in {None, current.text}:
                check = replace(check, detail=join_details(check, f"{_REREAD} {current.reference}"))
            as_now = self._read_again(current.sha256, self.fetched.media_type)
            text = current.text if text in {as_then, as_now} else text
        if current and text == current.text:
            detail = join_details(check, "other bytes, the same text")
            return self._unchanged(replace(check, detail=detail), current.reference)
        digest = digest_text(arrival.version.text)
        withdrawal = self.ledger.withdrawn_text(check.reference, digest)
        if withdrawal:
            return _reject_withdrawn(check, withdrawal)
        elsewhere = self.ledger.withdrawn_elsewhere(check.reference, check.sha256, digest)
        if elsewhere and elsewhere.is_destroyed:
            return _reject_unkept(check, ELSEWHERE, str(elsewhere))
        return self._admit(check, arrival, elsewhere)

    def _read_again(self, sha256: str, content_type: str | None) -> str | None:
        """Return the text of a kept document as the source asks for today; None where it has none."""
        from tracker.exchange.add import read_arrival  # noqa: PLC0415 (as above)

        try:
            data = self.ledger.document(sha256, self.source.reference)
            fetched = replace(self.fetched, data=data, media_type=content_type)
            return read_arrival(self.source, fetched).version.text
        except (DocumentUnreadable, Withdrawn):
            return None

    def _admit(self, check: Check, arrival: Arrival, elsewhere: Elsewhere | None) -> Examined:
        text, sha256 = arrival.version.text, str(check.sha256)
        history = self.ledger.history(check.source, check.reference, sha256, digest_text(text))
        is_accepted = self.ledger.verdict(check.source, sha256) == "accept"
        admission = Admission(accepted=True) if is_accepted else self.judge(arrival, history)
        if elsewhere and admission.accepted and not is_accepted:
            admission = Admission(accepted=False, cause=ELSEWHERE, detail=str(elsewhere))
        if admission.accepted and check.reference is None:
            detail = "a person has to name it in tracker review"
            admission = Admission(accepted=False, cause=UNNAMED, detail=detail)
        if not admission.accepted:
            return self._quarantine(check, admission, text)
        if not history.snapshots:
            return Examined(replace(check, outcome="new"), arrival)
        earlier = self.before.success.validators if self.before.success else Validators()
        moved = find_move(check, self.before.success)[1]
        past = self.ledger.past(check.source, CHECKS_READ)
        told = _describe_change(check, arrival, history.snapshots, earlier, past, moved)
        if admission.cause == CHALLENGE:
            told = replace(told, cause=CHALLENGE, announced=None, detail=join_details(told, admission.detail))
            return Examined(told, arrival, challenged=tuple(each.reference for each in history.snapshots))
        review = self.ledger.last_review(check.source)
        if self.before.success is None and not (review and review.verdict == "accept"):
            told = replace(told, cause=OTHER_SOURCE, announced=None)
        return Examined(told, arrival)

    def _quarantine(self, check: Check, admission: Admission, text: str | None) -> Examined:
        """Keep a document for review, unless one with the same text was: pages have daily tokens."""
        check = replace(check, outcome="quarantined", cause=admission.cause, detail=admission.detail)
        last = self.ledger.last_review(check.source)
        if last is None or last.verdict == "accept" or last.sha256 == check.sha256:
            return Examined(check, quarantined=self.fetched)
        if last.cause != check.cause or self._read_again(last.sha256, self.fetched.media_type) != text:
            return Examined(check, quarantined=self.fetched)
        if last.verdict == "reject":
            return _reject(check, last)
        return Examined(replace(check, detail=f"{check.detail}; other bytes, the text of review {last.id}"))


def _reject(check: Check, review: Review) -> Examined:
    detail = f"by {review.person} on {str(review.decided)[:10]}, review {review.id}: {review.reason}"
    return Examined(replace(check, outcome="rejected", cause=REFUSED, detail=detail))


def _reject_withdrawn(check: Check, withdrawal: Withdrawal) -> Examined:
    return _reject_unkept(check, WITHDRAWN, f"{withdrawal.reference} was {withdrawal}")


def _reject_unkept(check: Check, cause: str, detail: str) -> Examined:
    """Return the check of what was withdrawn, of which no bytes are kept, and no headers that may name it."""
    from tracker.preservation.destroying import keep_plain  # noqa: PLC0415 (12 ms where nothing was withdrawn)

    rejected = replace(
        check,
        outcome="rejected",
        cause=cause,
        detail=detail,
        validators=replace(check.validators, etag=None),
        exchanges=tuple(
            replace(each, request_headers=keep_plain(each.request_headers), headers=keep_plain(each.headers))
            for each in check.exchanges
        ),
    )
    return Examined(rejected)


def _place(address: str) -> str:
    return address.partition("?")[0].partition("#")[0]


def _describe_change(
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
    announced, shown = _find_announcement(check, arrival, kept[0], before)
    again = [f"the text of {each.reference} again" for each in kept if each.text == arrival.version.text][:1]
    cause, row = _find_row(check, past, is_back=bool(again))
    length = _describe_length(kept[0].words, arrival.version.words)
    detail = join_details(check, shown, *again, length, moved, row)
    return replace(check, outcome="changed", announced=announced, cause=check.cause or cause, detail=detail)


def _find_announcement(
    check: Check, arrival: Arrival, earlier: Kept, before: Validators
) -> tuple[Announcement, str]:
    """Return how a change was announced, and the words or dates that show it.

    A word of correction counts where it is new. A server's ``Last-Modified`` counts where there was an
    earlier one before.
    """
    written = f"{arrival.extraction.title or ''}\n{_edges(arrival.version.text)}"
    said = sorted(_find_notes(written) - _find_notes(_edges(earlier.text)))
    if said:
        return "corrigendum", ", ".join(f"'{word}'" for word in said)
    dates = before.last_modified, check.validators.last_modified
    then, now = map(_read_instant, dates)
    if then and now and now > then:
        return "last-modified", "{} before, {} now".format(*dates)
    return "silent", ""


def _edges(text: str) -> str:
    return text if len(text) <= 2 * _EDGE else f"{text[:_EDGE]}\n{text[-_EDGE:]}"


def _find_notes(text: str) -> set[str]:
    return {" ".join(match[0].casefold().split()) for match in _compile_notes().finditer(text)}


def _read_instant(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _compile_notes() -> re.Pattern[str]:
    rules = read_packaged(__package__, "announcements.toml")
    words = sorted((re.escape(word).replace(r"\ ", r"\s+") for word in rules["words"]), key=len, reverse=True)
    # Chinese has no word boundaries.
    bounded = "|".join(word if ord(word[0]) > 0x2E7F else rf"\b{word}\b" for word in words)  # noqa: PLR2004
    return re.compile(
        "|".join([bounded, *(rf"\b{pattern}\b" for pattern in rules["patterns"])]), re.IGNORECASE
    )


def _describe_length(before: int, now: int) -> str:
    """Return the words of two versions where their numbers differ much; else an empty string."""
    if abs(now - before) < _LENGTH_SAID * before:
        return ""
    return f"{now:,} words, {before:,} before ({(now - before) / max(before, 1):+.0%})"


def _list_changes(observed: str, past: Iterable[Check], *, is_back: bool) -> list[Check]:
    since = date.fromisoformat(observed[:10]) - timedelta(days=_RESTLESS_DAYS)
    lately = [each for each in past if is_back and each.observed >= since.isoformat()]
    row = lately or takewhile(lambda each: each.outcome == "changed", past)
    return [each for each in row if each.outcome == "changed"]


def _find_row(check: Check, past: Sequence[Check], *, is_back: bool) -> tuple[str, str]:
    """Return a cause and its detail where a source changes night after night, as by a date on its page.

    ``past`` are its latest checks, newest first. Where the text ``is_back``, all changes of the last days
    count: two servers may have two versions, and answer by chance.
    """
    nights = {each.observed[:10] for each in _list_changes(check.observed, past, is_back=is_back)}
    number = len(nights | {check.observed[:10]})
    if number < _RESTLESS_NIGHTS:
        return "", ""
    how = f"changes in {_RESTLESS_DAYS} days" if is_back else "nights in a row"
    return RESTLESS, f"{number} {how}; what differs can be left out: remove, in the watch list"
