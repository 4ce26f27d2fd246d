"""What a vocabulary was taught: the model beside its file, read, checked and written."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.errors import VocabularyInvalid
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_report
from tracker.model.strict import NotAsTyped, read_typed
from tracker.model.topics import TopicModel, TopicWeights
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.model.topics import Vocabulary

FORMAT: Final = "tracker topic model 1"
MODEL_ENDING: Final = ".model.json"
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class _WrittenTopic:
    bias: float
    terms: dict[str, float]
    words: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Written:
    """What is read of a model's file."""

    language: str
    threshold: float
    topics: dict[str, _WrittenTopic]


def model_path(vocabulary: Path) -> Path:
    """Return where the model of a vocabulary's file is: beside it."""
    return vocabulary.with_suffix(MODEL_ENDING)


def attach_model(vocabulary: Vocabulary, path: Path) -> Vocabulary:
    """Return the vocabulary with the model of a file, its digest covering both; without a file, as it is.

    Raises ``VocabularyInvalid`` for a file that is no model, or the model of another vocabulary.
    """
    try:
        data = read_file(path)
    except FileNotFoundError:
        return vocabulary
    except OSError as error:
        raise VocabularyInvalid(f"{path}: cannot be read: {error.strerror}") from error
    content = _read_object(data, path)
    if content.get("vocabulary") != vocabulary.digest:
        raise VocabularyInvalid(
            f"{path}: learned for other topics or terms than {vocabulary.name} has now;"
            " run tracker topics learn again, or remove the file"
        )
    model = _read_model(content, path)
    unknown = {topic.topic for topic in model.topics} - {topic.id for topic in vocabulary.topics}
    if unknown:
        raise VocabularyInvalid(
            f"{path}: damaged ({min(unknown)[:_LONGEST]!r} is no topic); run tracker topics learn again"
        )
    return teach(vocabulary, model)


def teach(vocabulary: Vocabulary, model: TopicModel) -> Vocabulary:
    """Return a vocabulary that names by a model, else by terms; its digest covers both."""
    digest = digest_text(f"{vocabulary.digest} {model.digest}")
    return replace(vocabulary, digest=digest, model=model, recognition="terms")


def make_model(language: str, threshold: float, topics: tuple[TopicWeights, ...]) -> TopicModel:
    """Return a model under the digest of its content."""
    weights = [
        (topic.topic, topic.bias, sorted(topic.words.items()), sorted(topic.terms.items()))
        for topic in topics
    ]
    content = json.dumps([language, threshold, weights], ensure_ascii=False)
    return TopicModel(language, threshold, topics, digest_text(content))


def format_model(model: TopicModel, vocabulary: Vocabulary, facts: Mapping[str, Mapping[str, object]]) -> str:
    """Return the text of a model's file, one weight a line, the heaviest first.

    ``facts`` are figures by topic, for those who read the file; nothing rests on them.
    """
    topics = {
        topic.topic: {
            **facts.get(topic.topic, {}),
            "bias": topic.bias,
            "terms": _heaviest_first(topic.terms),
            "words": _heaviest_first(topic.words),
        }
        for topic in model.topics
    }
    head = {"format": FORMAT, "vocabulary": vocabulary.digest}
    content = {**head, "language": model.language, "threshold": model.threshold, "topics": topics}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _heaviest_first(weights: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(weights.items(), key=lambda item: (-abs(item[1]), item[0])))


def _read_object(data: bytes, path: Path) -> dict[str, object]:
    try:
        content = parse_report(data)
    except ValueError as error:
        raise VocabularyInvalid(f"{path}: not valid JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise VocabularyInvalid(f"{path}: no model of this release; run tracker topics learn again")
    return content


def _read_model(content: dict[str, object], path: Path) -> TopicModel:
    try:
        written = read_typed(_Written, content)
    except NotAsTyped as error:
        raise VocabularyInvalid(f"{path}: damaged ({error}); run tracker topics learn again") from error
    rows = [TopicWeights(name, each.bias, each.words, each.terms) for name, each in written.topics.items()]
    return make_model(written.language, written.threshold, tuple(rows))
