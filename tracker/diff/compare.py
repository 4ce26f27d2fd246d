"""The comparison of two sides: links and readings computed, or as they are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.capture.read.extractors import describe_reading_difference
from tracker.comparing.caveats import are_one_edition
from tracker.comparing.pipeline import Basis, describe_sides, side_names, side_vocabulary
from tracker.comparing.topics.decided import decide_readings, place_levels
from tracker.comparing.topics.reading import RULES
from tracker.comparing.topics.statuses import find_priorities
from tracker.comparing.topics.vocabulary.load import without_encoder
from tracker.diff.derive import derive_links, derive_readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.changes import Comparison
    from tracker.model.decisions import Ruling
    from tracker.model.texts import Side
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.record.derived.answers import Derived


def compare_sides(old: Side, new: Side, basis: Basis, derived: Derived | None = None) -> Comparison:
    """Align two sides, read the topics of each, and say what became of both: ``describe_sides``.

    What is ``derived`` already is not computed again.
    """
    if basis.encoder is None:
        basis = replace(basis, vocabulary=without_encoder(basis.vocabulary))
    texts, others = ([segment.text for segment in side.version.segments] for side in (old, new))
    links = derive_links(texts, others, basis.encoder, derived)
    before, after = (
        derive_readings(
            side.version, side_vocabulary(side, basis.vocabulary), side_names(side), derived, basis.reader
        )
        for side in (old, new)
    )
    difference = describe_reading_difference(
        old.version, new.version, is_same_edition=are_one_edition(old, new)
    )
    return describe_sides(old, new, links, (before, after), basis, difference)


def side_topics(
    side: Side, vocabulary: Vocabulary, derived: Derived | None = None, rulings: Sequence[Ruling] = ()
) -> tuple[TopicReading, ...]:
    """Read a side's topics; the names of the country that speaks are never one.

    ``rulings`` on its topics overrule what is read, where the text holds what they quote.
    """
    dated = side_vocabulary(side, vocabulary)
    readings = derive_readings(side.version, dated, side_names(side), derived, RULES)
    return decide_readings(readings, place_levels(rulings, side.version), side.version, vocabulary)


def side_priorities(
    side: Side, vocabulary: Vocabulary, derived: Derived | None = None, rulings: Sequence[Ruling] = ()
) -> frozenset[str]:
    """Return the ids of the topics that a side declares or treats substantively."""
    return find_priorities(side_topics(side, vocabulary, derived, rulings))
