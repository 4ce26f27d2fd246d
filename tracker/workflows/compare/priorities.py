"""``tracker priorities``: what one statement does with each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.topics.statuses.decided import find_absences, place_levels
from tracker.workflows.code.decisions import load_levels
from tracker.workflows.compare.compare import side_topics
from tracker.workflows.compare.derive import choose_derived
from tracker.workflows.compare.sides import load_side, read_operand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.archive.session import ArchiveSession
    from tracker.model.decisions import Decision
    from tracker.model.texts import Side
    from tracker.model.topics import TopicReading, Vocabulary


def read_priorities(
    archive: ArchiveSession, operand: str, vocabulary: Vocabulary
) -> tuple[Side, tuple[TopicReading, ...], Mapping[str, Decision]]:
    """Return a statement, or a file, its readings, and by topic who decided that it is absent.

    Raises as ``load_side`` does.
    """
    named = read_operand(operand)
    side = load_side(named, archive)
    rulings = place_levels(load_levels(named, archive), side.version)
    readings = side_topics(side, vocabulary, choose_derived(archive, side), rulings)
    return side, readings, find_absences(rulings)
