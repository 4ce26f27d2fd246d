"""Vocabularies: the shipped one and a user's own, checked and addressed by the digest of their content."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeAlias

from tracker.errors import VocabularyInvalid
from tracker.model import Vocabulary
from tracker.text.digest import digest_text
from tracker.topics.lexicon import bare, is_acronym
from tracker.topics.sources import read_csv, read_toml
from tracker.topics.stems import find_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.model import Topic

_SHIPPED: Final = "un"

Placed: TypeAlias = "tuple[Topic, str]"
"""A topic and the place it was read at, for messages."""


def load_vocabulary(path: Path | None = None) -> Vocabulary:
    """Load a vocabulary from TOML or CSV; without a path, the shipped one (UN policy themes, situations).

    In TOML a topic has the terms it lists and no others, so that one without terms groups its narrower
    topics. In CSV the label is a term. Raises ``VocabularyInvalid``, with file and place, for a file that
    cannot be read, unknown keys or columns, an id given twice, a term that names two topics in one
    language, and a broader topic that is unknown or leads back to its own narrower one.
    """
    if path is None:
        return _load_shipped()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise VocabularyInvalid(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise VocabularyInvalid(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    source = str(path)
    placed = (
        read_csv(text, source) if path.suffix.lower() == ".csv" else _placed(read_toml(text, source), source)
    )
    if not placed:
        raise VocabularyInvalid(f"{source}: holds no topic")
    check_topics(placed)
    return _build(path.stem, placed)


@cache
def _load_shipped() -> Vocabulary:
    # Unchecked here: checking 8,000 terms takes 40 ms at each start, and the tests do it once.
    folder = files(__package__).joinpath("vocabularies", _SHIPPED)
    sources = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name
    )
    placed: list[Placed] = []
    for source in sources:
        placed += _placed(read_toml(source.read_text("utf-8"), source.name), source.name)
    return _build(_SHIPPED, placed)


def _placed(topics: Iterable[Topic], source: str) -> list[Placed]:
    return [(topic, f"{source}, key {topic.id}") for topic in topics]


def _build(name: str, placed: Sequence[Placed]) -> Vocabulary:
    topics = tuple(topic for topic, _ in placed)
    return Vocabulary(name=name, topics=topics, digest=_digest(topics))


def _digest(topics: Iterable[Topic]) -> str:
    content = [
        (
            topic.id,
            topic.label,
            topic.kind,
            topic.broader,
            _sorted(topic.terms),
            _sorted(topic.near_misses),
            _sorted(topic.hints),
        )
        for topic in topics
    ]
    return digest_text(json.dumps(content, ensure_ascii=False))


def _sorted(phrases: Mapping[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(phrases.items())


def check_topics(placed: Sequence[Placed]) -> None:
    """Raise ``VocabularyInvalid`` at the first topic that breaks a rule of the whole vocabulary."""
    _check_ids(placed)
    _check_broader(placed)
    _check_terms(placed)


def _check_ids(placed: Sequence[Placed]) -> None:
    first: dict[str, str] = {}
    for topic, place in placed:
        if topic.id in first:
            raise VocabularyInvalid(f"{place}: id {topic.id!r} is taken, see {first[topic.id]}")
        first[topic.id] = place


def _check_broader(placed: Sequence[Placed]) -> None:
    broader = {topic.id: topic.broader for topic, _ in placed}
    for topic, place in placed:
        if topic.broader is not None and topic.broader not in broader:
            raise VocabularyInvalid(f"{place}: unknown broader topic {topic.broader!r}")
        seen = {topic.id}
        above = topic.broader
        while above is not None and above in broader:
            if above in seen:
                raise VocabularyInvalid(f"{place}: broader leads back to {above!r}")
            seen.add(above)
            above = broader[above]


def _check_terms(placed: Sequence[Placed]) -> None:
    owners: dict[tuple[str, str], tuple[str, str]] = {}
    for topic, place in placed:
        _check_words(topic, place)
        for language, term in _named(topic):
            key = (language, _term_key(term, language))
            owner, where = owners.setdefault(key, (topic.id, place))
            if owner != topic.id:
                raise VocabularyInvalid(f"{place}: term {term!r} also names {owner!r}, see {where}")


def _check_words(topic: Topic, place: str) -> None:
    for table in (topic.terms, topic.hints, topic.near_misses):
        for language, phrases in table.items():
            for phrase in phrases:
                if not find_words(phrase, language):
                    raise VocabularyInvalid(f"{place}: {phrase!r} holds no word")


def _named(topic: Topic) -> Iterator[tuple[str, str]]:
    for table in (topic.terms, topic.hints):
        for language, terms in table.items():
            yield from ((language, term) for term in terms)


def _term_key(term: str, language: str) -> str:
    """Return what makes two terms the same to the matching: stems, and acronyms as written."""
    words = find_words(term, "en" if language == "und" else language)
    return " ".join(bare(word.text) if is_acronym(word.text) else word.stem for word in words)
