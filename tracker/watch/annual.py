"""``tracker status --year`` and ``expect``: a year of the archive, and what is missing."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tracker.archive import open_store
from tracker.errors import DecisionInvalid, ReferenceInvalid
from tracker.model.decisions import Coder
from tracker.model.health import BodyYear, Reviewer, Year
from tracker.model.ledger import Expectation
from tracker.record.reading.ledger import open_ledger
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.model.ledger import Check, Expected, Review, RunEntry
    from tracker.model.texts import Reference
    from tracker.record.storing.store import Store


def note_expectation(
    archive: Path,
    reference: str,
    state: Expected,
    person: str,
    noted: str,
    *,
    due: str | None = None,
    note: str | None = None,
) -> Expectation:
    """Note what a person says about a statement: expected by a day (ISO date), not made, or no longer either.

    Raises ``ReferenceInvalid`` for what is no statement or no day, ``DecisionInvalid`` for a name that
    cannot be printed as it is, for silence on a statement that is kept, and where there is no note to
    withdraw.
    """
    statement = parse_reference(reference)
    if statement.session is None or statement.kind or statement.language or statement.snapshot is not None:
        raise ReferenceInvalid(f"{reference}: name a statement, such as GBR/UNGA/80")
    coder = Coder(person, noted, note or None)
    expectation = Expectation(statement, state, coder.person, noted, _check_day(due), coder.note)
    with open_store(archive, "expect") as store, store.batch():
        before = _find_note(store, statement)
        if state == "withdrawn" and (before is None or before.state == "withdrawn"):
            raise DecisionInvalid(f"there is no note on {statement}; see: tracker expect")
        store.expect(expectation)
        noted_now = _find_note(store, statement)
        if state == "no statement" and noted_now and noted_now.captured:
            day = noted_now.captured[:10]
            raise DecisionInvalid(f"{statement} is not silent: a snapshot was taken on {day}")
    return expectation


def _find_note(store: Store, statement: Reference) -> Expectation | None:
    return next((each for each in store.ledger.expectations() if each.reference == statement), None)


def list_expectations(archive: Path) -> tuple[Expectation, ...]:
    """Return the latest note on each statement, those that were withdrawn left out."""
    with open_ledger(archive) as ledger:
        return tuple(each for each in ledger.expectations() if each.state != "withdrawn")


def _check_day(text: str | None) -> str | None:
    """Return a day as written. Raises ``ReferenceInvalid`` for a text that is no day."""
    if text is None:
        return None
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ReferenceInvalid(f"invalid day {text!r}; write 2026-10-01")


def report_year(archive: Path, year: int, today: str) -> Year:
    """Return an archive's year, up to a day if it is not over; days are those of UTC."""
    first, last = str(year), str(year + 1)
    until = min(f"{year}-12-31", today)
    with open_ledger(archive) as ledger:
        captured = ledger.captured(first, last)
        expectations = ledger.expectations()
        bodies = _count_bodies(captured, expectations, ledger.first_gone(first, last), first, until)
        nights, missed = count_nights(ledger.runs(kind="snapshot"), first, until)
        reviewers = _count_reviewers(ledger.decided(first, last))
        waiting = len(ledger.waiting())
    return Year(year, until, bodies, nights, missed, reviewers, waiting)


def count_nights(runs: Iterable[RunEntry], first: str, until: str) -> tuple[int, tuple[str, ...]]:
    """Return how many days of a year had a complete run, and the days that had none.

    ``first`` is the year, ``until`` its last day that counts. No day is missed before the first run.
    """
    began = {run.started[:10] for run in runs if run.status == "complete"}
    start = max(min(began, default="9999-12-31"), f"{first}-01-01")
    days = tuple(_days(start, until))
    return sum(day in began for day in days), tuple(day for day in days if day not in began)


def _days(start: str, until: str) -> Iterator[str]:
    day = date.fromisoformat(start)
    while day.isoformat() <= until:
        yield day.isoformat()
        day += timedelta(days=1)


def _count_bodies(
    captured: Sequence[tuple[Reference, str]],
    expectations: Sequence[Expectation],
    gone: Sequence[Check],
    first: str,
    until: str,
) -> tuple[BodyYear, ...]:
    expected = [
        each for each in expectations if each.state == "expected" and _is_of(each.due or each.noted, first)
    ]
    silent = [each for each in expectations if each.state == "no statement" and _is_of(each.noted, first)]
    counts = {
        "expected": Counter(each.reference.body for each in expected),
        "captured": Counter(reference.body for reference, _ in captured),
        "late": Counter(each.reference.body for each in expected if _is_late(each)),
        "missing": Counter(each.reference.body for each in expected if _is_missing(each, until)),
        "silent": Counter(each.reference.body for each in silent),
        "gone": Counter(each.reference.body if each.reference else "" for each in gone),
    }
    bodies = sorted({body for counter in counts.values() for body in counter})
    return tuple(
        BodyYear(body, **{name: counter[body] for name, counter in counts.items()}) for body in bodies
    )


def _is_of(instant: str, year: str) -> bool:
    return instant.startswith(year)


def _is_late(each: Expectation) -> bool:
    return bool(each.due and each.captured and each.captured[:10] > each.due)


def _is_missing(each: Expectation, until: str) -> bool:
    return bool(each.due and each.due < until and each.captured is None)


def _count_reviewers(decided: Iterable[Review]) -> tuple[Reviewer, ...]:
    verdicts = Counter((str(each.person), each.verdict) for each in decided)
    people = sorted({person for person, _ in verdicts})
    return tuple(
        Reviewer(person, verdicts[person, "accept"], verdicts[person, "reject"]) for person in people
    )
