"""The human decisions about what is compared: they are loaded with it, and count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import (
    UNDECIDED,
    Decided,
    select_changes,
    select_levels,
    settle_rulings,
)
from tracker.model.texts import Reference

if TYPE_CHECKING:
    from tracker.archive import ArchiveSession
    from tracker.model.decisions import Ruling
    from tracker.record.reading.reader import Reader
    from tracker.workflows.compare.sides import Operand


def load_decided(old: Operand, new: Operand, archive: ArchiveSession) -> Decided:
    """Return the human decisions about two operands; there are none about files."""
    if not (isinstance(old, Reference) or isinstance(new, Reference)):
        return UNDECIDED
    rulings = settle_rulings(archive.reader.rulings())
    if not rulings:
        return UNDECIDED
    before, after = _resolve(archive.reader, old), _resolve(archive.reader, new)
    return Decided(
        changes=select_changes(rulings, before, after) if before and after else (),
        old=select_levels(rulings, before) if before else (),
        new=select_levels(rulings, after) if after else (),
    )


def load_levels(operand: Operand, archive: ArchiveSession) -> tuple[Ruling, ...]:
    """Return what people decided about the topics of one operand."""
    if not isinstance(operand, Reference):
        return ()
    return select_levels(settle_rulings(archive.reader.rulings()), archive.reader.resolve(operand))


def _resolve(reader: Reader, operand: Operand) -> Reference | None:
    return reader.resolve(operand) if isinstance(operand, Reference) else None
