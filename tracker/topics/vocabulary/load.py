"""Vocabularies: the shipped one and a user's own, checked and addressed by the digest of their content."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.errors import VocabularyInvalid
from tracker.inputs.files import read_file
from tracker.model.topics import Vocabulary
from tracker.text.identity import digest_text
from tracker.topics.vocabulary.check import find_faults
from tracker.topics.vocabulary.files import Draft, Placed, read_csv, read_toml
from tracker.topics.vocabulary.model_file import attach_model, model_path
from tracker.topics.vocabulary.skos import FORMS, read_skos

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from tracker.model.topics import Topic

_SHIPPED: Final = "un"


def load_vocabulary(path: str | PathLike[str] | None = None) -> Vocabulary:
    """Load a vocabulary from TOML, CSV or SKOS; without a path the shipped one, of UN themes and situations.

    In TOML a topic has the terms it lists and no others, so that one without terms groups its narrower
    topics. In CSV and SKOS the label is a term. A model that ``tracker topics learn`` wrote beside the file
    is used. Raises ``VocabularyInvalid``, with file and place, for a file that cannot be read, unknown keys
    or columns, an id given twice, a term that names two topics in one language where they must not overlap,
    a broader topic that is unknown or leads back to its own narrower one, and a model of another vocabulary.
    """
    if path is None:
        return _load_shipped()
    file = Path(path)
    return attach_model(load_untaught(file), model_path(file))


def load_untaught(path: Path) -> Vocabulary:
    """Load a vocabulary of one's own as ``load_vocabulary`` does, without its model."""
    draft = read_draft(path)
    for fault in find_faults(draft):
        raise VocabularyInvalid(f"{fault.place}: {fault.message}")
    return _build(path.stem, draft.placed, overlap=draft.overlap)


def read_draft(path: Path) -> Draft:
    """Read a vocabulary's file without checking it as a whole; the suffix tells its form.

    Raises ``VocabularyInvalid`` where it cannot be read or holds no topic.
    """
    try:
        data = read_file(path)
    except OSError as error:
        raise VocabularyInvalid(f"{path}: cannot be read: {error.strerror}") from error
    source, suffix = str(path), path.suffix.lower()
    if suffix in FORMS:
        draft = read_skos(data, source, FORMS[suffix])
    else:
        text = _decode(data, source)
        draft = read_csv(text, source) if suffix == ".csv" else read_toml(text, source)
    if not draft.placed:
        raise VocabularyInvalid(f"{source}: holds no topic")
    return draft


def read_shipped() -> Draft:
    """Read the shipped vocabulary as a draft."""
    folder = files(__package__).joinpath("vocabularies", _SHIPPED)
    sources = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name
    )
    placed: list[Placed] = []
    for source in sources:
        placed += read_toml(source.read_text("utf-8"), source.name).placed
    return Draft(tuple(placed))


@cache
def _load_shipped() -> Vocabulary:
    # Unchecked here: checking 8,000 terms takes 40 ms at each start, and the tests do it once.
    return _build(_SHIPPED, read_shipped().placed, overlap=False)


def _decode(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VocabularyInvalid(f"{source}: not UTF-8 at byte {error.start}; save it as UTF-8") from error


def _build(name: str, placed: Sequence[Placed], *, overlap: bool) -> Vocabulary:
    topics = tuple(topic for topic, _ in placed)
    return Vocabulary(name, topics, _digest(topics, overlap=overlap), overlap)


def _digest(topics: Sequence[Topic], *, overlap: bool) -> str:
    content: list[object] = [
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
    return digest_text(json.dumps([*content, "overlap"] if overlap else content, ensure_ascii=False))


def _sorted(phrases: Mapping[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(phrases.items())
