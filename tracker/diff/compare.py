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
from tracker.comparing.topics.vocabulary.matching import may_name
from tracker.diff.derive import derive_levels, derive_links, derive_readings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.decisions import Ruling
    from tracker.model.texts import Side, Version
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
    side: Side,
    vocabulary: Vocabulary,
    derived: Derived | None = None,
    rulings: Sequence[Ruling] = (),
    only: Collection[str] = (),
) -> tuple[TopicReading, ...]:
    """Read a side's topics, or ``only`` some; the names of the country that speaks are never one.

    ``rulings`` on its topics overrule what is read, where the text holds what they quote. A text is not read
    that names none of those wanted.
    """
    version = side.version
    dated = side_vocabulary(side, vocabulary)
    is_read = not only or names_topics(version, dated, only)
    readings = derive_readings(version, dated, side_names(side), derived, RULES) if is_read else ()
    decided = decide_readings(readings, place_levels(rulings, version), version, vocabulary)
    return tuple(each for each in decided if each.topic in only) if only else decided


def names_topics(version: Version, vocabulary: Vocabulary, topics: Collection[str]) -> bool:
    """Tell whether a text may name one of some topics, or a narrower one, as ``may_name`` does."""
    texts = [segment.text for segment in version.segments]
    return may_name(texts, vocabulary, topics, language=version.language)


def side_priorities(
    side: Side,
    vocabulary: Vocabulary,
    derived: Derived | None = None,
    rulings: Sequence[Ruling] = (),
    only: Collection[str] = (),
) -> frozenset[str]:
    """Return the ids of the topics that a side declares or treats substantively, or ``only`` of some."""
    if not only:
        return find_priorities(side_topics(side, vocabulary, derived, rulings))
    version = side.version
    dated = side_vocabulary(side, vocabulary)
    is_read = names_topics(version, dated, only)
    readings = derive_levels(version, dated, side_names(side), derived, only) if is_read else ()
    return find_priorities(decide_readings(readings, place_levels(rulings, version), version, vocabulary)) & {
        *only
    }
