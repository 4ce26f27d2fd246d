"""Two sides become one ``Comparison``, from which every output is made."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from tracker import __version__
from tracker.comparing.changes import describe_changes
from tracker.comparing.decisions.applied import decide_links, mark_changes, place_rulings
from tracker.comparing.decisions.rulings import UNDECIDED
from tracker.comparing.names.texts import compare_names
from tracker.comparing.shifts.counterparts import counterpart_shifts
from tracker.comparing.topics.certainty import explain_unmeasured
from tracker.comparing.topics.decided import (
    decide_readings,
    find_absences,
    list_levels,
    mark_absences,
    place_levels,
)
from tracker.comparing.topics.emerging import compare_phrases, name_prior
from tracker.comparing.topics.mentions import find_own_situations
from tracker.comparing.topics.reading import RULES
from tracker.comparing.topics.statuses import compare_topics, find_priorities
from tracker.comparing.topics.vocabulary.load import load_vocabulary, name_recognition, without_encoder
from tracker.model.changes import Change, Comparison, Provenance
from tracker.model.texts import Side
from tracker.model.topics import SURE, Counterpart
from tracker.references import own_names
from tracker.text.encoder import DEFAULT
from tracker.text.identity import digest_text
from tracker.workflows.compare import caveats
from tracker.workflows.compare.derive import derive_links, derive_readings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.archive.derived.store import Derived
    from tracker.comparing.decisions.rulings import Decided
    from tracker.comparing.topics.reading import TopicReader
    from tracker.model.changes import Genre
    from tracker.model.decisions import Ruling
    from tracker.model.phrases import PhraseChange
    from tracker.model.texts import Version
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.text.encoder import Encoder

Judged = TypeVar("Judged", Change, Counterpart)

REVISION_FLOOR = 0.1
"""The share of aligned segments below which two texts are different speeches, compared by topic."""


def compare(
    old_text: str,
    new_text: str,
    *,
    language: str | None = None,
    vocabulary: Vocabulary | None = None,
    encoder: Encoder | None = DEFAULT,
    sure: float = SURE,
) -> Comparison:
    """Compare two texts, given as strings, as ``tracker diff`` compares two files.

    ``language`` is an ISO 639-1 code for both texts; without it each text's own is detected.
    ``vocabulary`` is the shipped one unless given. Without an ``encoder``, words alone decide which
    sentences correspond. ``sure`` is 0.9, 0.8 or 0.7: how many of the claims about topics are to be true.
    """
    from tracker.text.reading import read_text  # noqa: PLC0415 (6 ms; statements of the archive are read)

    sides = (
        text_side("old", read_text(old_text, language=language)),
        text_side("new", read_text(new_text, language=language)),
    )
    return compare_sides(*sides, vocabulary or load_vocabulary(), encoder=encoder, sure=sure)


def text_side(name: str, version: Version) -> Side:
    """Return the side of a text about which nothing is known but its words; its kind is inferred."""
    from tracker.text.detection import infer_kind  # noqa: PLC0415 (as above)

    kind = infer_kind(version)
    return Side(name=name, version=version, kind=kind, kind_inferred=kind is not None)


def compare_sides(
    old: Side,
    new: Side,
    vocabulary: Vocabulary,
    earlier: Mapping[str, frozenset[str]] = MappingProxyType({}),
    encoder: Encoder | None = DEFAULT,
    derived: Derived | None = None,
    decided: Decided = UNDECIDED,
    reader: TopicReader = RULES,
    sure: float = SURE,
    between: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> Comparison:
    """Align two sides, judge each change, and follow each topic from one to the other.

    ``earlier`` holds the priorities of the sessions before the old side, the latest first; a topic that
    is new but stands in one of them has returned. ``between`` holds those of the sessions from there to the
    new side, which tell when it last was one. What is ``derived`` already is not computed again. What
    people ``decided`` overrules what is found here. ``reader`` finds the topics. Of the claims about them, a
    share of ``sure`` is to be true: one of ``CHOICES``.
    """
    vocabulary = vocabulary if encoder else without_encoder(vocabulary)
    links = derive_links(_texts(old.version), _texts(new.version), encoder, derived)
    placed = place_rulings(decided.changes, old.version, new.version)
    levels = place_levels(decided.old, old.version), place_levels(decided.new, new.version)
    changes = describe_changes(old.version, new.version, decide_links(links, placed))
    readings = (
        side_topics(old, vocabulary, derived, levels[0], reader),
        side_topics(new, vocabulary, derived, levels[1], reader),
    )
    names = side_names(old, new)
    own = find_own_situations(vocabulary, names)
    topics, counterparts = compare_topics(
        *(old.version, new.version, *readings, vocabulary),
        earlier=earlier,
        between=between,
        own=own,
        sure=sure,
    )
    counterparts = tuple(
        replace(pair, shifts=counterpart_shifts(old.version, new.version, pair)) for pair in counterparts
    )
    if caveats.kinds_differ(old, new) or caveats.languages_differ(old, new):
        changes, counterparts = _without_strength(changes), _without_strength(counterparts)
    changes = mark_changes(changes, placed, old.version, new.version)
    topics = mark_absences(topics, *map(find_absences, levels))
    aligned = _aligned_share(changes)
    genre: Genre = "revision" if aligned >= REVISION_FLOOR else "session"
    phrases: tuple[PhraseChange, ...] = ()
    if genre == "session":
        # Of a revision the sentences themselves are compared.
        phrases = compare_phrases(old.version, new.version, vocabulary, names)
    provenance = replace(_provenance(old, new, vocabulary, encoder, reader, genre), sure=sure)
    return Comparison(
        old=old,
        new=new,
        genre=genre,
        aligned=aligned,
        caveats=(
            *caveats.list_caveats(old, new),
            *caveats.list_unclaimed(topics, provenance.unmeasured),
            *caveats.list_unencoded(old, new, encoder),
            *caveats.list_ungraded(old, new, changes),
            *caveats.list_unplaced(decided, placed, *levels),
        ),
        changes=changes,
        topics=topics,
        counterparts=counterparts,
        provenance=provenance,
        phrases=phrases,
        names=compare_names(old.version, new.version, names),
        levels=list_levels(*levels, vocabulary),
    )


def side_topics(
    side: Side,
    vocabulary: Vocabulary,
    derived: Derived | None = None,
    rulings: Sequence[Ruling] = (),
    reader: TopicReader = RULES,
) -> tuple[TopicReading, ...]:
    """Read a side's topics; the names of the country that speaks are never one.

    ``rulings`` on its topics overrule what is read, where the text holds what they quote.
    """
    readings = derive_readings(side.version, vocabulary, side_names(side), derived, reader)
    if not rulings:
        return readings
    return decide_readings(readings, place_levels(rulings, side.version), side.version, vocabulary)


def side_priorities(
    side: Side, vocabulary: Vocabulary, derived: Derived | None = None, rulings: Sequence[Ruling] = ()
) -> frozenset[str]:
    """Return the ids of the topics that a side declares or treats substantively."""
    return find_priorities(side_topics(side, vocabulary, derived, rulings))


def _without_strength(judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    return tuple(
        replace(each, shifts=tuple(shift for shift in each.shifts if shift.axis != "strength"))
        for each in judged
    )


def _texts(version: Version) -> list[str]:
    return [segment.text for segment in version.segments]


def _aligned_share(changes: Sequence[Change]) -> float:
    every = sum(len(change.old) + len(change.new) for change in changes)
    linked = sum(len(change.old) + len(change.new) for change in changes if change.old and change.new)
    return round(linked / every, 4) if every else 0.0


def side_names(*sides: Side) -> tuple[str, ...]:
    """Return what the countries that speak call themselves."""
    return tuple(dict.fromkeys(name for side in sides if side.country for name in own_names(side.country)))


def _provenance(
    old: Side, new: Side, vocabulary: Vocabulary, encoder: Encoder | None, reader: TopicReader, genre: Genre
) -> Provenance:
    weighed = genre == "session" and old.version.language == new.version.language
    recognised = name_recognition(vocabulary), reader.name if reader is not RULES else ""
    return Provenance(
        release=__version__,
        old_text=digest_text(old.version.text),
        new_text=digest_text(new.version.text),
        vocabulary=" ".join(filter(None, (vocabulary.digest, *recognised))),
        encoder=f"{encoder.name} {encoder.digest}" if encoder else "none",
        prior=name_prior(new.version.language) if weighed else "none",
        unmeasured=explain_unmeasured(vocabulary, {old.version.language, new.version.language}),
    )
