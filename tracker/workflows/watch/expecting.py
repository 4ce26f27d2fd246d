"""``tracker expect`` and ``tracker silence``: what a person knows of statements that are not there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tracker.archive.ledger.ledger import open_ledger
from tracker.errors import DecisionInvalid, ReferenceInvalid
from tracker.model.ledger import Expectation
from tracker.references import parse_reference

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.archive.storing.store import Store
    from tracker.model.citing import Reference
    from tracker.model.ledger import Expected


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
    """Note what a person says of a statement: expected by a day (ISO date), not made, or neither any more.

    Raises ``ReferenceInvalid`` for what is no statement or no day, ``DecisionInvalid`` for a name that
    cannot be printed as it is, for silence on a statement that is kept, and where there is no note to
    withdraw.
    """
    from tracker.archive.storing.store import open_store  # noqa: PLC0415 (94 ms, after all that may be refused)

    statement = parse_reference(reference)
    if statement.session is None or statement.kind or statement.language or statement.snapshot is not None:
        raise ReferenceInvalid(f"{reference}: name a statement, such as GBR/UNGA/80")
    if not person.strip() or person != person.strip() or not person.isprintable():
        raise DecisionInvalid(
            f"--by {person!r} is no name; write it as it is to be printed, such as --by Ana"
        )
    expectation = Expectation(statement, state, person, noted, check_day(due), note or None)
    with open_store(archive, "expect") as store, store.batch():
        before = _find_note(store, statement)
        if state == "withdrawn" and (before is None or before.state == "withdrawn"):
            raise DecisionInvalid(f"nothing is noted of {statement}; see: tracker expect")
        store.expect(expectation)
        noted_now = _find_note(store, statement)
        if state == "no statement" and noted_now and noted_now.captured:
            day = noted_now.captured[:10]
            raise DecisionInvalid(f"{statement} is no silence: a snapshot was taken on {day}")
    return expectation


def _find_note(store: Store, statement: Reference) -> Expectation | None:
    return next((each for each in store.ledger.expectations() if each.reference == statement), None)


def list_expectations(archive: Path) -> tuple[Expectation, ...]:
    """Return the latest note on each statement, those that were withdrawn left out."""
    with open_ledger(archive) as ledger:
        return tuple(each for each in ledger.expectations() if each.state != "withdrawn")


def check_day(text: str | None) -> str | None:
    """Return a day as it is written. Raises ``ReferenceInvalid`` for what is none."""
    if text is None:
        return None
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ReferenceInvalid(f"no day {text!r}; write 2026-10-01")
