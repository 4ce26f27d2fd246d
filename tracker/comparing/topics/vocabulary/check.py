"""What is wrong with a vocabulary as a whole, each fault with its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.comparing.topics.vocabulary.stems import bare, find_words, is_acronym
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.comparing.topics.vocabulary.files import Draft, PlacedTopic
    from tracker.model.topics import Topic


@dataclass(frozen=True, slots=True)
class Flaw:
    """One fault and its place. A vocabulary with a fatal one is refused; with others it works, if badly."""

    place: str
    message: str
    fatal: bool = False


def find_faults(draft: Draft) -> Iterator[Flaw]:
    """Yield what forbids the use of a vocabulary, in the order of its topics within each rule."""
    yield from _taken_ids(draft.placed)
    yield from _broken_trees(draft.placed)
    yield from _wordless(draft.placed)
    if not draft.shared:
        yield from _shared_terms(draft.placed, fatal=True)


def find_doubts(draft: Draft) -> Iterator[Flaw]:
    """Yield what works but hardly as meant: shared, repeated and idle phrases, labels twice, empty topics."""
    yield from _labels_twice(draft.placed)
    yield from _empty(draft.placed)
    yield from _repeated_terms(draft.placed)
    yield from _idle_near_misses(draft.placed)
    if draft.shared and not draft.overlap:
        yield from _shared_terms(draft.placed, fatal=False)


def _taken_ids(placed: Sequence[PlacedTopic]) -> Iterator[Flaw]:
    first: dict[str, str] = {}
    for topic, place in placed:
        if topic.id in first:
            yield Flaw(place, f"id {topic.id!r} is taken, see {first[topic.id]}", fatal=True)
        first.setdefault(topic.id, place)


def _broken_trees(placed: Sequence[PlacedTopic]) -> Iterator[Flaw]:
    broader = {topic.id: topic.broader for topic, _ in placed}
    for topic, place in placed:
        if topic.broader is not None and topic.broader not in broader:
            yield Flaw(place, f"unknown broader topic {topic.broader!r}", fatal=True)
        elif (above := _find_cycle(topic, broader)) is not None:
            yield Flaw(place, f"broader leads back to {above!r}", fatal=True)


def _find_cycle(topic: Topic, broader: Mapping[str, str | None]) -> str | None:
    seen = {topic.id}
    above = topic.broader
    while above is not None and above in broader:
        if above in seen:
            return above
        seen.add(above)
        above = broader[above]
    return None


def _wordless(placed: Sequence[PlacedTopic]) -> Iterator[Flaw]:
    for topic, place in placed:
        for table in (topic.terms, topic.hints, topic.near_misses):
            for language, phrase in _phrases(table):
                if not find_words(phrase, language):
                    yield Flaw(place, f"{phrase!r} holds no word", fatal=True)


def _shared_terms(placed: Sequence[PlacedTopic], *, fatal: bool) -> Iterator[Flaw]:
    owners: dict[tuple[str, str], tuple[str, str]] = {}
    for topic, place in placed:
        for language, term in _named(topic):
            owner, where = owners.setdefault((language, term_key(term, language)), (topic.id, place))
            if owner != topic.id:
                yield Flaw(place, f"term {term!r} also names {owner!r}, see {where}", fatal=fatal)


def _labels_twice(placed: Sequence[PlacedTopic]) -> Iterator[Flaw]:
    first: dict[str, str] = {}
    for topic, place in placed:
        where = first.setdefault(fold(topic.label), place)
        if where != place:
            yield Flaw(place, f"label {topic.label!r} is given twice, see {where}")


def _empty(placed: Sequence[PlacedTopic]) -> Iterator[Flaw]:
    above = {topic.broader for topic, _ in placed}
    for topic, place in placed:
        if not any(topic.terms.values()) and topic.id not in above:
            yield Flaw(place, "no term and no narrower topic, so nothing can name it")


def _repeated_terms(placed: Sequence[PlacedTopic]) -> Iterator[Flaw]:
    for topic, place in placed:
        counted = Counter((language, term_key(term, language)) for language, term in _named(topic))
        for language, term in _named(topic):
            if counted.pop((language, term_key(term, language)), 1) > 1:
                yield Flaw(place, f"term {term!r} ({language}) is given twice, at least but for its ending")


def _idle_near_misses(placed: Sequence[PlacedTopic]) -> Iterator[Flaw]:
    for topic, place in placed:
        named = [(language, term_key(term, language)) for language, term in _named(topic)]
        for language, phrase in _phrases(topic.near_misses):
            key = term_key(phrase, language)
            keys = [term for tongue, term in named if "und" in {tongue, language} or tongue == language]
            if key in keys:
                yield Flaw(place, f"term {phrase!r} ({language}) is its own near miss, so it never counts")
            elif not any(f" {term} " in f" {key} " for term in keys):
                yield Flaw(place, f"near miss {phrase!r} ({language}) holds no term, so it hides nothing")


def _named(topic: Topic) -> list[tuple[str, str]]:
    return [*_phrases(topic.terms), *_phrases(topic.hints)]


def _phrases(table: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(language, phrase) for language, phrases in table.items() for phrase in phrases]


def term_key(term: str, language: str) -> str:
    """Return what makes two terms the same to the matching: stems, and acronyms as written."""
    words = find_words(term, "en" if language == "und" else language)
    return " ".join(bare(word.text) if is_acronym(word.text) else word.stem for word in words)
