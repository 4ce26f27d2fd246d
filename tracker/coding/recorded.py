"""Human decisions: recorded, listed and withdrawn."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import last_rulings, question_key, settle_rulings
from tracker.errors import DecisionInvalid, NotInArchive
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.decisions import Request, Ruling
    from tracker.model.texts import Reference


def keep_rulings(
    rulings: Sequence[Ruling], archive: ArchiveSession, unsure: Sequence[Request] = ()
) -> tuple[Ruling, ...]:
    """Keep rulings in the archive, all or none, and return what now counts on what they are about.

    With them are kept answers of people who were ``unsure``. Raises ``ArchiveLocked`` and ``ArchiveUnusable``
    as every writing does.
    """
    if not (rulings or unsure):
        return ()
    with archive.store("judge") as store, store.batch():
        store.decide(rulings)
        store.keep_answers(unsure)
        settled = settle_rulings(store.versions.rulings())
    asked = {question_key(ruling) for ruling in rulings}
    return tuple(ruling for ruling in settled if question_key(ruling) in asked)


def list_replaced(rulings: Iterable[Ruling], archive: ArchiveSession) -> tuple[tuple[Ruling, Ruling], ...]:
    """Return what the same person decided before on the same things, each with what replaces it."""
    last = last_rulings(archive.reader.rulings())
    return tuple(
        (before, ruling)
        for ruling in rulings
        for before in last.get(question_key(ruling), ())
        if before.decision.person == ruling.decision.person
    )


def list_coders_before(people: Iterable[str], archive: ArchiveSession) -> list[str]:
    """Return those who have decided something before, or have said that they were not sure."""
    decided = {ruling.decision.person for ruling in archive.reader.rulings()}
    return [each for each in people if each in decided or archive.reader.shown_to(each, None)]


def withdraw_rulings(
    name: str,
    person: str,
    decided: str,
    archive: ArchiveSession,
    *,
    topic: str | None = None,
    note: str | None = None,
) -> tuple[Ruling, ...]:
    """Return rulings that withdraw all that a person last answered about a change, or a topic in a statement.

    ``name`` is how the change's id begins, or with a ``topic`` (its id) the statement. Nothing is written.
    Raises ``NotInArchive`` where the person has answered nothing about it.
    """
    wanted = name.removeprefix("#").lower()
    found = [
        ruling
        for ruling in list_rulings(archive, name if topic else None, person)
        if (ruling.unit.name == topic if topic else ruling.unit.old and ruling.unit.name.startswith(wanted))
    ]
    if not found or not wanted:
        what = f"{topic} in {name}" if topic else f"#{wanted}"
        see = shlex.join(["tracker", "decisions", "--by", str(person)])
        raise NotInArchive(f"{person} has decided nothing about {what}; see: {see}")
    if len({ruling.unit.name for ruling in found}) > 1:
        raise DecisionInvalid(f"#{wanted} matches several changes; use a longer id")
    return tuple(
        replace(
            ruling,
            decision=replace(ruling.decision, verdict="withdraw", label=None, decided=decided, note=note),
        )
        for ruling in found
    )


def list_rulings(
    archive: ArchiveSession,
    reference: str | None = None,
    person: str | None = None,
    *,
    replaced: bool = False,
) -> tuple[Ruling, ...]:
    """Return the last ruling of each person on each question, in the order of time.

    They may be narrowed to a series or statement, on either side, and to one person. With ``replaced``,
    those that the same person replaced later are among them.
    """
    within = parse_reference(reference) if reference else None
    rulings = archive.reader.rulings()
    last = {id(ruling) for each in last_rulings(rulings).values() for ruling in each}
    chosen = [
        ruling
        for ruling in rulings
        if (replaced or id(ruling) in last)
        and (within is None or _is_within(ruling, within))
        and person in {None, ruling.decision.person}
    ]
    archive.note_shown(side for each in chosen for side in (each.unit.old, each.unit.new) if side)
    return tuple(sorted(chosen, key=lambda ruling: ruling.decision.decided))


def _is_within(ruling: Ruling, within: Reference) -> bool:
    named = ("country", "body", "session", "item")
    return any(
        all(getattr(within, part) in {None, getattr(side, part)} for part in named)
        for side in (ruling.unit.old, ruling.unit.new)
        if side
    )
