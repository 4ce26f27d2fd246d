"""What people decided about two statements, and about the topics of each, as the archive holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.reading.reader import open_reader
from tracker.decisions.rulings import UNDECIDED, Decided, select_changes, select_levels, settle_rulings
from tracker.model.citing import Reference

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.archive.reading.reader import Reader
    from tracker.model.decisions import Ruling
    from tracker.workflows.compare.sides import Operand


def load_decided(old: Operand, new: Operand, archive: Path) -> Decided:
    """Return what people decided about two operands; about a file nobody has decided anything."""
    if not (isinstance(old, Reference) or isinstance(new, Reference)):
        return UNDECIDED
    with open_reader(archive) as reader:
        rulings = settle_rulings(reader.rulings())
        if not rulings:
            return UNDECIDED
        before, after = _resolve(reader, old), _resolve(reader, new)
    return Decided(
        changes=select_changes(rulings, before, after) if before and after else (),
        old=select_levels(rulings, before) if before else (),
        new=select_levels(rulings, after) if after else (),
    )


def load_levels(operand: Operand, archive: Path) -> tuple[Ruling, ...]:
    """Return what people decided about the topics of one operand."""
    if not isinstance(operand, Reference):
        return ()
    with open_reader(archive) as reader:
        return select_levels(settle_rulings(reader.rulings()), reader.resolve(operand))


def _resolve(reader: Reader, operand: Operand) -> Reference | None:
    return reader.resolve(operand) if isinstance(operand, Reference) else None
