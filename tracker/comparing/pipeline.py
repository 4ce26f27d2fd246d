"""Two aligned sides, and what was read of each, become one ``Comparison``: ``describe_sides``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from tracker import __version__
from tracker.comparing import caveats
from tracker.comparing.changes import describe_changes
from tracker.comparing.decisions.applied import decide_links, mark_changes, place_rulings
from tracker.comparing.decisions.opinions import choose_opinions, find_disputed
from tracker.comparing.decisions.rulings import UNDECIDED, Decided
from tracker.comparing.names.texts import compare_names
from tracker.comparing.shifts.counterparts import counterpart_shifts
from tracker.comparing.topics.certainty import explain_unmeasured
from tracker.comparing.topics.decided import (
    decide_readings,
    find_absences,
    list_levels,
    list_weighing,
    mark_absences,
    place_levels,
)
from tracker.comparing.topics.emerging import compare_phrases, name_prior
from tracker.comparing.topics.inside import find_inside
from tracker.comparing.topics.mentions import find_ceremony, find_own_situations
from tracker.comparing.topics.reading import RULES, TopicReader
from tracker.comparing.topics.statuses import ALONE, OtherSessions, ReadText, compare_topics
from tracker.comparing.topics.vocabulary.load import date_vocabulary, name_recognition
from tracker.model.changes import Change, Comparison, Provenance
from tracker.model.texts import Side
from tracker.model.topics import SURE, Counterpart
from tracker.references import own_names, read_year
from tracker.text.encoder import DEFAULT
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.changes import Genre, Highlight, Link
    from tracker.model.phrases import PhraseChange
    from tracker.model.texts import Version
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.text.encoder import Encoder

    Readings = tuple[TopicReading, ...]

Judged = TypeVar("Judged", Change, Counterpart)

REVISION_FLOOR = 0.1
"""The share of aligned segments below which two texts are different speeches, compared by topic."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a comparison rests on beside its two sides."""

    vocabulary: Vocabulary
    encoder: Encoder | None = DEFAULT
    decided: Decided = UNDECIDED
    """What people decided, which overrules what is found."""
    sure: float = SURE
    """The share of the claims about topics that is to be true: one of ``CHOICES``."""
    others: OtherSessions = ALONE
    """What were priorities at other sessions of the series."""
    reader: TopicReader = RULES
    """What found the topics."""


def text_side(name: str, version: Version) -> Side:
    """Return the side of a text about which nothing is known but its words; its kind is inferred."""
    from tracker.text.detection import infer_kind  # noqa: PLC0415 (6 ms; read with a text alone)

    kind = infer_kind(version)
    return Side(name=name, version=version, kind=kind, kind_inferred=kind is not None)


def describe_sides(
    old: Side,
    new: Side,
    links: Sequence[Link],
    readings: tuple[Readings, Readings],
    basis: Basis,
    reading_difference: str | None = None,
) -> Comparison:
    """Judge each change between two sides that are aligned, and follow each topic from one to the other.

    ``links`` are those of their segments, ``readings`` those of the topics of each side, both before anything
    that people decided. ``reading_difference`` says how they were extracted differently.
    """
    vocabulary, decided = basis.vocabulary, basis.decided
    placed = place_rulings(decided.changes, old.version, new.version)
    levels = place_levels(decided.old, old.version), place_levels(decided.new, new.version)
    changes = describe_changes(old.version, new.version, decide_links(links, placed))
    names = side_names(old, new)
    weighing = list_weighing(decided.opinions, *levels)
    before, after = (
        ReadText(
            side.version,
            decide_readings(of_side, rulings, side.version, vocabulary),
            choose_opinions(weighing, name),
        )
        for name, side, of_side, rulings in zip(("old", "new"), (old, new), readings, levels, strict=True)
    )
    topics, counterparts = compare_topics(
        before,
        after,
        vocabulary,
        basis.others,
        own=find_own_situations(vocabulary, names),
        sure=basis.sure,
        disputed=find_disputed(weighing),
    )
    counterparts = tuple(
        replace(pair, shifts=counterpart_shifts(old.version, new.version, pair)) for pair in counterparts
    )
    if caveats.kinds_differ(old, new) or caveats.languages_differ(old, new):
        changes, counterparts = _without_strength(changes), _without_strength(counterparts)
    changes = mark_changes(changes, placed, old.version, new.version)
    topics = mark_absences(topics, *map(find_absences, levels))
    ceremony = _list_ceremony(old.version, new.version, changes)
    aligned = _share_aligned([each for each in changes if each.id not in ceremony] or changes)
    genre: Genre = "revision" if aligned >= REVISION_FLOOR else "session"
    phrases: tuple[PhraseChange, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    if genre == "session":
        phrases = compare_phrases(old.version, new.version, vocabulary, names)
    else:  # of a revision the sentences themselves are compared
        from tracker.comparing.highlights import find_highlights  # noqa: PLC0415 (of a revision alone)

        highlights = find_highlights(old.version, new.version, changes)
    named = compare_names(old.version, new.version, names)
    provenance = _provenance(old, new, basis, genre)
    return Comparison(
        old=old,
        new=new,
        genre=genre,
        aligned=aligned,
        caveats=(
            *caveats.list_caveats(old, new, reading_difference),
            *caveats.list_unclaimed(topics, provenance.unmeasured),
            *caveats.list_unencoded(old, new, basis.encoder),
            *caveats.list_ungraded(old, new, changes),
            *(caveats.list_unread_axes(old, new, changes) if genre == "revision" else ()),
            *caveats.list_unplaced(decided, placed, *levels),
        ),
        changes=changes,
        topics=topics,
        counterparts=counterparts,
        provenance=provenance,
        phrases=phrases,
        highlights=highlights,
        ceremony=ceremony,
        names=named,
        inside=find_inside(old.version, new.version, topics, named, names),
        levels=list_levels(*levels, vocabulary),
        opinions=decided.opinions,
    )


def _without_strength(judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    return tuple(
        replace(each, shifts=tuple(shift for shift in each.shifts if shift.axis != "strength"))
        for each in judged
    )


def _list_ceremony(old: Version, new: Version, changes: Sequence[Change]) -> tuple[str, ...]:
    """Return the ids of the changes that are greetings and formulas on both sides."""
    linked = [change for change in changes if change.old and change.new]
    before = find_ceremony(old, (at for change in linked for at in change.old))
    alike = [change for change in linked if before.issuperset(change.old)]
    after = find_ceremony(new, (at for change in alike for at in change.new))
    return tuple(change.id for change in alike if after.issuperset(change.new))


def _share_aligned(changes: Sequence[Change]) -> float:
    every = sum(len(change.old) + len(change.new) for change in changes)
    linked = sum(len(change.old) + len(change.new) for change in changes if change.old and change.new)
    return round(linked / every, 4) if every else 0.0


def side_names(*sides: Side) -> tuple[str, ...]:
    """Return what the countries that speak call themselves."""
    return tuple(dict.fromkeys(name for side in sides if side.country for name in own_names(side.country)))


def side_vocabulary(side: Side, vocabulary: Vocabulary) -> Vocabulary:
    """Return a vocabulary as it reads a side: with the year of its statement, where that is known."""
    if side.body and side.session:
        return date_vocabulary(vocabulary, read_year(side.body, side.session, [side.delivered]))
    return vocabulary


def _provenance(old: Side, new: Side, basis: Basis, genre: Genre) -> Provenance:
    vocabulary, encoder, reader = basis.vocabulary, basis.encoder, basis.reader
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
        sure=basis.sure,
    )
