"""``tracker diff``: from what the user typed to the comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.archive.reader import open_reader
from tracker.model import Reference
from tracker.text.encoder import DEFAULT
from tracker.workflows.compare import compare_sides, side_priorities
from tracker.workflows.sides import earlier_sessions, load_side, pair_operands

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model import Comparison, Vocabulary
    from tracker.text.encoder import Encoder
    from tracker.workflows.sides import Operand

LOOK_BACK = 10
"""How many earlier sessions are read to tell a topic that is new from one that has returned."""


def diff(
    arguments: list[str], archive: Path, vocabulary: Vocabulary, encoder: Encoder | None = DEFAULT
) -> Comparison:
    """Compare what the arguments name; see ``pair_operands`` for their forms.

    Raises ``TrackerError`` with the reason where a side cannot be had.
    """
    old, new = pair_operands(arguments, archive)
    sides = load_side(old, archive), load_side(new, archive)
    return compare_sides(*sides, vocabulary, _earlier_priorities(old, new, archive, vocabulary), encoder)


def is_same(comparison: Comparison) -> bool:
    """Tell whether both sides say the same, in the same words and order."""
    return all(change.operation == "kept" and not change.moved for change in comparison.changes)


def _earlier_priorities(
    old: Operand, new: Operand, archive: Path, vocabulary: Vocabulary
) -> tuple[frozenset[str], ...]:
    """Return the priorities of the sessions before ``old``, latest first, where both sides are one series."""
    if not (isinstance(old, Reference) and isinstance(new, Reference)):
        return ()
    if (old.country, old.body) != (new.country, new.body):
        return ()
    with open_reader(archive) as reader:
        labels = earlier_sessions(reader, old)[:LOOK_BACK]
        sides = [reader.side(replace(old, session=label, snapshot=None)) for label in labels]
    return tuple(side_priorities(side, vocabulary) for side in sides)
