"""Vocabularies: the shipped one and those of users, with the models beside them, checked and digested."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from tracker.errors import VocabularyInvalid
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_json
from tracker.model.topics import TopicModel, TopicWeights, Vocabulary
from tracker.text.identity import digest_text
from tracker.topics.vocabulary.check import find_faults
from tracker.topics.vocabulary.files import Draft, PlacedTopic, read_csv, read_toml
from tracker.topics.vocabulary.skos import FORMS, read_skos

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from tracker.model.topics import Recognition, Topic

FORMAT: Final = "tracker topic model 1"
MANY_TERMS: Final = 15
"""Terms a topic, on average, from which a codebook is taken at its word. With 27 a topic 93 % of coded
recommendations hold a term, rightly in 87 %; with 8 a topic a third of measures do, rightly in 35 %."""
MANY_TOPICS: Final = 300
"""Topics from which a vocabulary is a thesaurus, of which something is always similar to a sentence."""


def model_path(vocabulary: Path) -> Path:
    """Return where the model of a vocabulary's file is: beside it."""
    return vocabulary.with_suffix(".model.json")


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
    return _build(path.stem, draft, draft.recognition or _choose_recognition(draft))


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
    placed: list[PlacedTopic] = []
    for source in sources:
        placed += read_toml(source.read_text("utf-8"), source.name).placed
    return Draft(tuple(placed))


@cache
def _load_shipped() -> Vocabulary:
    # Unchecked here: checking 8,000 terms takes 40 ms at each start, and the tests do it once.
    return _build(_SHIPPED, read_shipped(), "terms")


def _decode(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VocabularyInvalid(f"{source}: not UTF-8 at byte {error.start}; save it as UTF-8") from error


def _choose_recognition(draft: Draft) -> Recognition:
    """Return how topics are found where their file does not say: by terms where it has many."""
    topics = [topic for topic, _ in draft.placed]
    terms = sum(max(map(len, topic.terms.values()), default=0) for topic in topics)
    refined = any(topic.hints or topic.near_misses for topic in topics)
    written_out = refined or terms >= MANY_TERMS * len(topics) or len(topics) > MANY_TOPICS
    return "terms" if written_out else "similarity"


def without_encoder(vocabulary: Vocabulary) -> Vocabulary:
    """Return a vocabulary that finds its topics without sentence vectors."""
    return replace(vocabulary, recognition="words") if vocabulary.recognition == "similarity" else vocabulary


def name_recognition(vocabulary: Vocabulary) -> str:
    """Return how a vocabulary finds topics and the digest of the weights; nothing for terms and models."""
    if vocabulary.recognition == "terms":
        return ""
    weights = files(__package__).joinpath("similar.toml").read_text("utf-8")
    return f"{vocabulary.recognition} {digest_text(weights)[:12]}"


def _build(name: str, draft: Draft, recognition: Recognition) -> Vocabulary:
    topics = tuple(topic for topic, _ in draft.placed)
    digest = _digest(topics, overlap=draft.overlap)
    return Vocabulary(name, topics, digest, draft.overlap, recognition=recognition)


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
