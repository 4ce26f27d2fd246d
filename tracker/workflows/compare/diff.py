"""``tracker diff``: from what the user typed to the comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.archive.derived.store import open_derived
from tracker.archive.reading.reader import open_reader
from tracker.decisions.rulings import select_levels, settle_rulings
from tracker.model.citing import Reference
from tracker.report.comparison.words import is_unchanged
from tracker.text.encoder import DEFAULT
from tracker.workflows.code.decided import load_decided
from tracker.workflows.compare.alike import load_pair
from tracker.workflows.compare.compare import compare_sides, side_priorities
from tracker.workflows.compare.derive import cache_vectors
from tracker.workflows.compare.sides import earlier_sessions, pair_operands

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.archive.derived.store import Derived
    from tracker.model.comparison import Comparison
    from tracker.model.topics import Vocabulary
    from tracker.text.encoder import Encoder
    from tracker.workflows.compare.sides import Operand

LOOK_BACK = 10
"""How many earlier sessions are read to tell a topic that is new from one that has returned."""


def diff(
    arguments: list[str], archive: Path, vocabulary: Vocabulary, encoder: Encoder | None = DEFAULT
) -> Comparison:
    """Compare what the arguments name; see ``pair_operands`` for their forms.

    Raises ``TrackerError`` with the reason where a side cannot be had.
    """
    old, new = pair_operands(arguments, archive)
    sides = load_pair(old, new, archive)
    # A file that is compared with the archive is none of its business and leaves no trace there.
    recorded = isinstance(old, Reference) and isinstance(new, Reference)
    with open_derived(archive if recorded else None) as derived:
        earlier = _earlier_priorities(old, new, archive, vocabulary, derived)
        decided = load_decided(old, new, archive)
        vectors = cache_vectors(encoder, derived)
        comparison = compare_sides(*sides, vocabulary, earlier, vectors, derived, decided)
        derived.remember_shown(comparison)
    return comparison


def is_same(comparison: Comparison) -> bool:
    """Tell whether both sides say the same, in the same words and order, whatever people made of it."""
    return is_unchanged(comparison)


def _earlier_priorities(
    old: Operand, new: Operand, archive: Path, vocabulary: Vocabulary, derived: Derived
) -> tuple[frozenset[str], ...]:
    """Return the priorities of the sessions before ``old``, latest first, where both sides are one series."""
    if not (isinstance(old, Reference) and isinstance(new, Reference)):
        return ()
    if (old.country, old.body) != (new.country, new.body):
        return ()
    with open_reader(archive) as reader:
        labels = earlier_sessions(reader, old)[:LOOK_BACK]
        # The kind and language of one session's edition say nothing of the others'.
        anywhere = replace(old, kind=None, language=None, snapshot=None)
        before = [replace(anywhere, session=label) for label in labels]
        rulings = settle_rulings(reader.rulings())
        read = [(reader.side(each), select_levels(rulings, reader.resolve(each))) for each in before]
    return tuple(side_priorities(side, vocabulary, derived, levels) for side, levels in read)
