"""``tracker review``: documents that were not accepted are listed, shown, and decided on by people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tracker.archive import open_store
from tracker.capture.watch_list import WATCH_FILE, read_watch_list
from tracker.comparing.pipeline import Basis
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import compare_sides
from tracker.errors import DecisionInvalid, DocumentUnreadable, NotInArchive, ReferenceInvalid
from tracker.exchange.add import declare_arrival, read_arrival, record_arrival
from tracker.model.ledger import CHALLENGED
from tracker.model.texts import Side
from tracker.model.watching import Fetched, Source
from tracker.record.reading.ledger import open_ledger
from tracker.record.reading.reader import open_reader
from tracker.references import parse_reference
from tracker.report.answers.review import ReviewedDocument, Waiting
from tracker.text.detection import infer_kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.model.decisions import Coder
    from tracker.model.ledger import Review
    from tracker.model.texts import Reference
    from tracker.model.watching import Arrival
    from tracker.record.reading.ledger import Ledger

Verdict = Literal["accept", "reject"]


def list_reviews(archive: Path, *, decided: bool = False) -> tuple[Waiting, ...]:
    """Return the documents that wait, oldest first; with ``decided``, those that people decided on."""
    with open_ledger(archive) as ledger:
        reviews = ledger.decided() if decided else ledger.waiting()
        return tuple(Waiting(each, ledger.returns(each.id)) for each in reviews)


def show_review(archive: Path, number: int) -> ReviewedDocument:
    """Return one document with its text, its difference from the current version, and how it came.

    Raises ``NotInArchive`` for an unknown number.
    """
    with open_ledger(archive) as ledger:
        review = _find(ledger, number)
        waiting, check = Waiting(review, ledger.returns(number)), ledger.evidence(number)
        current = ledger.current(review.source, review.reference)
        try:
            arrival = _read_again(archive, review, ledger)
        except DocumentUnreadable as error:
            return ReviewedDocument(waiting, check, None, str(error))
    side = _side_of(review, arrival)
    if current is None:
        return ReviewedDocument(waiting, check, side)
    with open_reader(archive) as reader:
        old = reader.side(current.reference)
    comparison = compare_sides(old, side, Basis(load_vocabulary(), encoder=None))
    return ReviewedDocument(waiting, check, side, comparison=comparison)


def read_bytes(archive: Path, number: int) -> bytes:
    """Return a document as it was received. Raises ``NotInArchive`` for an unknown number."""
    with open_ledger(archive) as ledger:
        review = _find(ledger, number)
        return ledger.document(review.sha256, review.reference)


def decide_review(
    archive: Path, number: int, verdict: Verdict, coder: Coder, *, reference: str | None = None
) -> Review:
    """Accept a document as the next snapshot of its statement, or reject it; the record keeps who and why.

    Rejected bytes are not shown again: they get the outcome ``rejected``. Accepting undoes a rejection;
    nothing undoes an acceptance, since a snapshot stays. What was challenged is a snapshot already, and stays
    one either way: accepting confirms it.
    ``reference`` names the statement of a link that an index led to. The coder's note is the reason, and
    required.

    Raises ``DecisionInvalid`` for a decision that is incomplete or too late, ``ReferenceInvalid``,
    ``NotInArchive`` for an unknown number, and ``DocumentUnreadable`` where there is no text.
    """
    (decided,) = _decide_all(archive, [number], verdict, coder, reference)
    return decided


def reject_reviews(
    archive: Path, spans: Sequence[range], coder: Coder, *, reference: str | None = None
) -> tuple[Review, ...]:
    """Reject the documents that wait under numbers of these spans, all or none, and return them.

    Those of which a person has decided stay as they are. Raises as ``decide_review`` does, and
    ``NotInArchive`` where none of them waits.
    """
    numbers = [each.review.id for each in list_reviews(archive)]
    chosen = [number for number in numbers if any(number in span for span in spans)]
    if not chosen:
        raise NotInArchive("none of these documents waits; see: tracker review")
    return _decide_all(archive, chosen, "reject", coder, reference)


def _decide_all(
    archive: Path, numbers: Sequence[int], verdict: Verdict, coder: Coder, reference: str | None
) -> tuple[Review, ...]:
    if not (coder.note or "").strip():
        raise DecisionInvalid("missing option --reason TEXT")
    with open_ledger(archive) as ledger:
        decided = [_decide(ledger, number, verdict, coder, reference) for number in numbers]
        arrivals = {
            review.id: _read_again(archive, _find(ledger, review.id), ledger)
            for review in decided
            if verdict == "accept" and review.cause != CHALLENGED
        }
    with open_store(archive, "review") as store, store.batch():
        store.begin(coder.decided)
        for number in numbers:
            # Again, now that no other run can write: another person may have decided since.
            review = _decide(store.ledger, number, verdict, coder, reference)
            snapshot = review.snapshot if verdict == "accept" else None
            if (arrival := arrivals.get(number)) and review.reference:
                declared = declare_arrival(arrival, review.reference)
                seen = _last_seen(review, store.ledger)
                snapshot = record_arrival(store, arrival, declared, seen).at_snapshot
            store.settle(review, snapshot)
    with open_ledger(archive) as ledger:
        return tuple(_find(ledger, number) for number in numbers)


def _decide(ledger: Ledger, number: int, verdict: Verdict, coder: Coder, reference: str | None) -> Review:
    """Return a review as decided, where the record as it stands allows that."""
    review = _find(ledger, number)
    _check_open(review)
    decided = replace(
        review,
        verdict=verdict,
        person=coder.person,
        decided=coder.decided,
        reason=coder.note,
        reference=_name(review, verdict, reference),
    )
    if verdict == "accept" and review.cause != CHALLENGED:
        _check_order(decided, ledger)
    return decided


def _find(ledger: Ledger, number: int) -> Review:
    review = ledger.review(number)
    if review is None:
        raise NotInArchive(f"there is no review {number}; see: tracker review, tracker review --decided")
    return review


def _check_open(review: Review) -> None:
    if review.verdict == "accept":
        raise DecisionInvalid(
            f"{review.person} accepted review {review.id} on {str(review.decided)[:10]}:"
            f" it is {review.snapshot}, and a snapshot is not taken back"
        )


def _name(review: Review, verdict: Verdict, text: str | None) -> Reference | None:
    """Return the reference under which a document is accepted."""
    if verdict == "reject":
        if text:
            raise DecisionInvalid("--as needs accept; a rejected document needs no reference")
        return review.reference
    if text is None:
        if review.reference is None:
            raise DecisionInvalid(
                f"which statement is review {review.id}? Name it: tracker review {review.id} accept"
                " --as GBR/UNGA/80 --by NAME --reason TEXT"
            )
        return review.reference
    named = parse_reference(text)
    if named.session is None or named.snapshot is not None:
        raise ReferenceInvalid(f"{text}: name a statement or an edition of it, such as GBR/UNGA/80")
    if not _is_candidate(review) and named != review.reference:
        raise DecisionInvalid(
            f"{review.source} feeds {review.reference} by the watch list; change it there,"
            f" or keep the document by hand: tracker review {review.id} --save FILE, then tracker add"
        )
    return named


def _check_order(review: Review, ledger: Ledger) -> None:
    """Refuse what would put an older text in place of a newer one."""
    current, seen = ledger.current(review.source, review.reference), _last_seen(review, ledger)
    if current and current.observed > seen:
        raise DecisionInvalid(
            f"review {review.id} was last seen on {seen[:10]}, before {current.reference};"
            " reject it, or keep it as a statement of its own"
        )


def _last_seen(review: Review, ledger: Ledger) -> str:
    return (review.observed, *ledger.returns(review.id))[-1]


def _is_candidate(review: Review) -> bool:
    """Return whether an index led to a document; ids in the watch list hold no colon."""
    return ":" in review.source


def _read_again(archive: Path, review: Review, ledger: Ledger) -> Arrival:
    check = ledger.evidence(review.id)
    fetched = Fetched(
        review.source,
        check.url or review.address,
        ledger.document(review.sha256, review.reference),
        (check.exchanges[-1].content_type if check.exchanges else None) or review.media_type,
        check.exchanges,
        check.validators,
        check.seconds,
    )
    return read_arrival(_source_of(archive, review), fetched)


def _source_of(archive: Path, review: Review) -> Source:
    """Return the source as the watch list has it today; where it went, all that the review knows of it."""
    known = read_watch_list(archive / WATCH_FILE).sources if (archive / WATCH_FILE).exists() else ()
    name = review.source.partition(":")[0]
    found = next((each for each in known if each.id == name), Source(name, review.address))
    return replace(
        found, id=review.source, address=review.address, is_index=False, reference=review.reference
    )


def _side_of(review: Review, arrival: Arrival) -> Side:
    version, reference = arrival.version, review.reference
    kind = reference.kind if reference else None
    return Side(
        name=f"review {review.id}",
        version=version,
        title=arrival.extraction.title,
        country=reference.country if reference else None,
        body=reference.body if reference else None,
        session=reference.session if reference else None,
        kind=kind or infer_kind(version, arrival.extraction.text),
        kind_inferred=kind is None,
        sha256=review.sha256,
    )
