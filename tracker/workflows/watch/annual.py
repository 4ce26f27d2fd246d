"""``tracker report``: an archive's year by body, its nights, and who decided on what was quarantined."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tracker.archive.ledger.ledger import open_ledger
from tracker.model.ledger import BodyYear, Reviewer, Year

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.model.citing import Reference
    from tracker.model.ledger import Check, Expectation, Review, RunEntry


def report_year(archive: Path, year: int, today: str) -> Year:
    """Return an archive's year up to a day, as far as it has gone; days are those of UTC."""
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

    ``first`` is the year, ``until`` its last day that counts. Before the first run of all no day is missed.
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
