"""What a vocabulary was taught: the model beside its file, read, checked and written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from tracker.errors import VocabularyInvalid
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_json
from tracker.model.topics import TopicModel, TopicWeights
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.model.topics import Vocabulary

FORMAT: Final = "tracker topic model 1"


MODEL_ENDING: Final = ".model.json"


def model_path(vocabulary: Path) -> Path:
    """Return where the model of a vocabulary's file is: beside it."""
    return vocabulary.with_suffix(MODEL_ENDING)


def attach_model(vocabulary: Vocabulary, path: Path) -> Vocabulary:
    """Return the vocabulary with the model of a file, its digest covering both; without a file, as it is.

    Raises ``VocabularyInvalid`` for a file that is no model, or the model of another vocabulary.
    """
    try:
        text = read_file(path).decode("utf-8")
    except FileNotFoundError:
        return vocabulary
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise VocabularyInvalid(f"{path}: cannot be read: {reason}") from error
    content = _read_object(text, path)
    if content.get("vocabulary") != vocabulary.digest:
        raise VocabularyInvalid(
            f"{path}: learned for other topics or terms than {vocabulary.name} has now;"
            " run tracker topics learn again, or remove the file"
        )
    model = _read_model(content, path)
    unknown = {topic.topic for topic in model.topics} - {topic.id for topic in vocabulary.topics}
    if unknown:
        raise VocabularyInvalid(
            f"{path}: damaged ({min(unknown)!r} is no topic); run tracker topics learn again"
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


def _read_object(text: str, path: Path) -> dict[str, object]:
    try:
        content = parse_json(text)
    except ValueError as error:
        raise VocabularyInvalid(f"{path}: not valid JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise VocabularyInvalid(f"{path}: no model of this release; run tracker topics learn again")
    return content


def _read_model(content: Mapping[str, object], path: Path) -> TopicModel:
    try:
        topics = cast("dict[str, dict[str, dict[str, float]]]", content["topics"])
        rows = tuple(
            TopicWeights(
                topic,
                float(cast("float", row["bias"])),
                {word: float(weight) for word, weight in row["words"].items()},
                {term: float(weight) for term, weight in row["terms"].items()},
            )
            for topic, row in topics.items()
        )
        return make_model(str(content["language"]), float(cast("float", content["threshold"])), rows)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise VocabularyInvalid(f"{path}: damaged ({error}); run tracker topics learn again") from error
