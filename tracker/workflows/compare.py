"""Two sides become one ``Comparison``, from which every output is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from tracker import __version__
from tracker.comparison.align import align
from tracker.comparison.changes import describe_changes
from tracker.comparison.shifts.counterparts import counterpart_shifts
from tracker.model import Change, Comparison, Counterpart, Provenance, Side
from tracker.references import own_names
from tracker.text.digest import digest_text
from tracker.text.encoder import DEFAULT
from tracker.text.kind import infer_kind
from tracker.text.reading import read_text
from tracker.topics.levels import read_topics
from tracker.topics.statuses import compare_topics, find_priorities
from tracker.topics.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model import Genre, TopicReading, Version, Vocabulary
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
) -> Comparison:
    """Compare two texts, given as strings, as ``tracker diff`` compares two files.

    ``language`` is an ISO 639-1 code for both texts; without it each text's own is detected.
    ``vocabulary`` is the shipped one unless given. Without an ``encoder``, words alone tell which
    sentences correspond.
    """
    sides = (
        text_side("old", read_text(old_text, language=language)),
        text_side("new", read_text(new_text, language=language)),
    )
    return compare_sides(*sides, vocabulary or load_vocabulary(), encoder=encoder)


def text_side(name: str, version: Version) -> Side:
    """Return the side of a text about which nothing is known but its words; its kind is inferred."""
    kind = infer_kind(version)
    return Side(name=name, version=version, kind=kind, kind_inferred=kind is not None)


def compare_sides(
    old: Side,
    new: Side,
    vocabulary: Vocabulary,
    earlier: Sequence[frozenset[str]] = (),
    encoder: Encoder | None = DEFAULT,
) -> Comparison:
    """Align two sides, judge each change, and follow each topic from one to the other.

    ``earlier`` holds the priorities of the sessions before the old side, latest first; a topic that
    is new but stands in one of them has returned.
    """
    links = align(_texts(old.version), _texts(new.version), encoder)
    changes = describe_changes(old.version, new.version, links)
    topics, counterparts = compare_topics(
        old.version,
        new.version,
        side_topics(old, vocabulary),
        side_topics(new, vocabulary),
        vocabulary,
        earlier=earlier,
    )
    counterparts = tuple(
        replace(pair, shifts=counterpart_shifts(old.version, new.version, pair)) for pair in counterparts
    )
    if _kinds_differ(old, new) or _languages_differ(old, new):
        changes, counterparts = _without_strength(changes), _without_strength(counterparts)
    aligned = _aligned_share(changes)
    genre: Genre = "revision" if aligned >= REVISION_FLOOR else "session"
    return Comparison(
        old=old,
        new=new,
        genre=genre,
        aligned=aligned,
        caveats=list_caveats(old, new),
        changes=changes,
        topics=topics,
        counterparts=counterparts,
        provenance=_provenance(old, new, vocabulary, encoder),
    )


def side_topics(side: Side, vocabulary: Vocabulary) -> tuple[TopicReading, ...]:
    """Read a side's topics; the names of the country that speaks are never one."""
    return read_topics(side.version, vocabulary, own_names=own_names(side.country) if side.country else ())


def side_priorities(side: Side, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the ids of the topics that a side declares or treats substantively."""
    return find_priorities(side_topics(side, vocabulary))


def list_caveats(old: Side, new: Side) -> tuple[str, ...]:
    """Say in which respects the two sides are not alike, so that differences may not be the speaker's."""
    caveats = []
    if _kinds_differ(old, new):
        caveats.append(
            f"different kinds of text ({_kind(old)}; {_kind(new)}): salutations, thanks and house style"
            " differ for that reason alone, and no change of strength is claimed"
        )
    if _languages_differ(old, new):
        caveats.append(
            f"different languages ({old.version.language}; {new.version.language}):"
            " topics compare, sentences hardly do, and no change of strength is claimed"
        )
    if old.country and new.country and old.country != new.country:
        caveats.append(f"different speakers ({old.country}; {new.country})")
    elif old.on_behalf_of != new.on_behalf_of:
        caveats.append(
            f"spoken for different groups ({old.on_behalf_of or 'none'}; {new.on_behalf_of or 'none'})"
        )
    return tuple(caveats)


def _kinds_differ(old: Side, new: Side) -> bool:
    return bool(old.kind and new.kind and old.kind != new.kind)


def _languages_differ(old: Side, new: Side) -> bool:
    return old.version.language != new.version.language


def _kind(side: Side) -> str:
    return f"{side.kind}, inferred" if side.kind_inferred else str(side.kind)


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


def _provenance(old: Side, new: Side, vocabulary: Vocabulary, encoder: Encoder | None) -> Provenance:
    return Provenance(
        release=__version__,
        old_text=digest_text(old.version.text),
        new_text=digest_text(new.version.text),
        vocabulary=vocabulary.digest,
        encoder=f"{encoder.name} {encoder.digest}" if encoder else "none",
    )
