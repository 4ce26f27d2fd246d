"""Accepting what another program changed: on record, by a person and for a reason; the mirror follows."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tracker.errors import DecisionInvalid, RecordEdited
from tracker.model.decisions import check_name
from tracker.model.verifying import Step
from tracker.preservation import following
from tracker.preservation.folder import MIRROR
from tracker.preservation.git.repository import open_repository
from tracker.preservation.mirror import edits, pending
from tracker.preservation.mirror.explained import is_proved
from tracker.preservation.mirror.refs import MAIN, find_branch
from tracker.preservation.rollback import ROLLBACK, describe_acceptance, find_newer_copies, find_rollback
from tracker.preservation.verify.findings import REPAIR
from tracker.preservation.verify.history import find_rewritten
from tracker.record.ledger.runs import write_steps
from tracker.record.schema.connection import translate
from tracker.record.schema.units import read_tables
from tracker.record.storing.store import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.preservation.mirror.edits import Edit
    from tracker.record.storing.store import Store


def accept_edits(folder: Path, names: Sequence[str], person: str, reason: str, instant: str) -> None:
    """Accept rows of the archive in a folder as they are, given as ``table/key``, or all: ``rollback``.

    Raises ``DecisionInvalid`` for a row that nobody has changed, or that is proved by a digest or by commits
    and so can only be restored, or for a name that is none; ``RecordEdited`` where others are left that
    nobody has accepted.
    """
    check_name(person)
    with open_store(folder, following, "repair") as store:
        if ROLLBACK in names:
            _accept_rollback(store, person, reason, instant)
        names = [name for name in names if name != ROLLBACK]
        found = _find(store) if names else []
        for name in names:
            mine = [each for each in found if f"{each[0]}/{each[1]}" == name]
            if not mine:
                raise DecisionInvalid(f"{name} was not changed by another program; what was: tracker verify")
            for table, _, column, *_ in mine:
                if is_proved(table, column):
                    raise DecisionInvalid(
                        f"{name} is proved by a digest or by the commits of the mirror; restore it: {REPAIR}"
                    )
        chosen = [each for each in found if f"{each[0]}/{each[1]}" in names]
        if not chosen:
            return
        writing = store.writing
        with writing.batch(), translate(store.path):
            edits.note_accepted(writing.connection, chosen, writing.begin_run(instant), person, reason)
            pending.forget_mirrored(writing.connection)


def _accept_rollback(store: Store, person: str, reason: str, instant: str) -> None:
    """Take the archive as it is, of which more was known. Raises ``DecisionInvalid`` where there was not."""
    writing, folder = store.writing, store.path.parent
    with translate(store.path):
        older = find_rollback(folder, writing.connection)
        newer, _ = find_newer_copies(folder, writing.connection)
    found = [*([older] if older else []), *newer]
    if not found:
        raise DecisionInvalid("nothing shows that the archive was put back to an older state")
    with writing.batch(), translate(store.path):
        run = writing.begin_run(instant)
        steps = [Step(did=False, what=each.what, how=describe_acceptance(person, reason)) for each in found]
        write_steps(writing.connection, run, steps)


def _find(store: Store) -> list[Edit]:
    """Return all edits: what the ledger notes once everything was compared, and what the history shows."""
    connection, mirror = store.writing.connection, store.path.parent / MIRROR
    with store.batch(), translate(store.path):
        pending.forget_mirrored(connection)
    if mirror.exists():
        with suppress(RecordEdited):
            following.update_mirror(store.writing)
    with translate(store.path):
        tables = read_tables(connection)
        found = dict.fromkeys(edits.list_open(connection, tables))
        if mirror.exists():
            with open_repository(mirror) as repository:
                tip = find_branch(repository, MAIN)
                for _, each in find_rewritten(connection, repository, tables, tip) if tip else ():
                    found |= dict.fromkeys(edits.list_edits(connection, tables, each))
    return list(found)
