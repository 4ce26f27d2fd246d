"""``tracker priorities``: what one statement does with each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.comparing.topics.decided import find_absences, place_levels
from tracker.diff import compare, derive, sides
from tracker.diff.sides import load_levels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.archive import ArchiveSession
    from tracker.model.decisions import Decision
    from tracker.model.texts import Side
    from tracker.model.topics import TopicReading, Vocabulary


def read_priorities(
    archive: ArchiveSession, operand: str, vocabulary: Vocabulary
) -> tuple[Side, tuple[TopicReading, ...], Mapping[str, Decision]]:
    """Return a statement, or a file, its readings, and by topic who decided that it is absent.

    Raises as ``load_side`` does.
    """
    named = sides.read_operand(operand)
    side = sides.load_side(named, archive)
    rulings = place_levels(load_levels(named, archive), side.version)
    readings = compare.side_topics(side, vocabulary, derive.choose_derived(archive, side), rulings)
    return side, readings, find_absences(rulings)
