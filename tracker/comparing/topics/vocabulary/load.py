"""Vocabularies: the shipped one and those of users, with the models beside them, checked and digested."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakValueDictionary

from tracker.errors import VocabularyInvalid
from tracker.inputs.compiled import digest_files, freeze, read_compiled
from tracker.inputs.files import read_file
from tracker.model.plain import to_row
from tracker.model.topics import KnownDigest, Topic, Vocabulary
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from os import PathLike

    from tracker.comparing.topics.vocabulary.files import Draft, PlacedTopic
    from tracker.model.topics import Recognition

MANY_TOPICS: Final = 300
"""Topics from which a vocabulary is a thesaurus, of which something is always similar to a sentence."""

_SHIPPED: Final = "un"


def load_vocabulary(path: str | PathLike[str] | None = None) -> Vocabulary:
    """Load a vocabulary from TOML, CSV or SKOS; without a path the shipped one, of UN themes and situations.

    In TOML a topic has the terms it lists and no others, so that one without terms groups its narrower
    topics. In CSV and SKOS the label is a term. A model that ``tracker topics learn`` wrote beside the file
    is used. Raises ``VocabularyInvalid``, with file and place, for a file that cannot be read, unknown keys
    or columns, an id given twice, a term that names two topics in one language where they must not overlap,
    a broader topic that is unknown or leads back to its own narrower one, and a model of another vocabulary.
    """
    return load_kept(Path(path), None) if path else _load_shipped()


class Keeper(Protocol):
    """Where answers are kept from one command to the next, by kind and key; see ``Derived``."""

    def answer(self, kind: str, key: str) -> str | None:
        """Return an answer that was kept; None where there is none."""

    def keep_answer(self, kind: str, key: str, rules: str, value: str) -> None:
        """Keep an answer, and of its kind none that other rules gave."""


_KEEPERS: Final = WeakValueDictionary[str, Keeper]()
"""Who keeps what is made of a vocabulary, by the digest of its topics."""


def load_kept(path: Path, keeper: Keeper | None) -> Vocabulary:
    """Load a vocabulary of one's own as ``load_vocabulary`` does; what is made of it is kept.

    A file of 8,000 terms takes 300 ms to read and check, and 140 to compile for a language; as kept, 15.
    """
    from tracker.comparing.topics.vocabulary.taught import attach_model, model_path  # noqa: PLC0415 (as below)

    data = read_bytes(path)

    def make() -> list[object]:
        built = _check(path, data)
        topics = [to_row(topic) for topic in built.topics]
        return [built.content, built.overlap, built.recognition, topics]

    key = f"{path.name} {sha256(data).hexdigest()}"
    digest, overlap, recognition, topics = _keep_own(keeper, "topics", key, make)
    found = put_together(path.stem, topics, digest, overlap=overlap, recognition=recognition)
    if keeper is not None:
        _KEEPERS[found.content] = keeper
    return attach_model(found, model_path(path))


def put_together(
    name: str, rows: Iterable[Iterable[Any]], digest: str, *, overlap: bool, recognition: Recognition
) -> Vocabulary:
    """Return a vocabulary of topics that ``to_row`` took apart, with the digest that it had as a whole."""
    topics = tuple(Topic(*row) for row in rows)
    known = KnownDigest(topics, overlap, digest)
    return Vocabulary(name, topics, overlap, recognition=recognition, known=known)


def load_untaught(path: Path) -> Vocabulary:
    """Load a vocabulary of one's own as ``load_vocabulary`` does, without its model."""
    return _check(path, read_bytes(path))


def _check(path: Path, data: bytes) -> Vocabulary:
    # The shipped vocabulary, which most commands read, is compiled and needs none of these: 8 ms.
    from tracker.comparing.topics.vocabulary.check import find_faults  # noqa: PLC0415
    from tracker.comparing.topics.vocabulary.files import read_draft  # noqa: PLC0415

    draft = read_draft(path, data)
    for fault in find_faults(draft):
        raise VocabularyInvalid(f"{fault.place}: {fault.message}")
    return _build(path.stem, draft, draft.recognition or _choose_recognition(draft))


def read_bytes(path: Path) -> bytes:
    """Return what a vocabulary's file holds; raises ``VocabularyInvalid`` where it cannot be read."""
    try:
        return read_file(path)
    except OSError as error:
        raise VocabularyInvalid(f"{path}: cannot be read: {error.strerror}") from error


def list_shipped() -> list[Path]:
    """Return the files of the shipped vocabulary."""
    return sorted(Path(__file__).with_name("vocabularies").joinpath(_SHIPPED).glob("*.toml"))


def read_shipped() -> Draft:
    """Read the shipped vocabulary as a draft."""
    from tracker.comparing.topics.vocabulary.files import Draft, read_draft  # noqa: PLC0415 (as above)

    placed: list[PlacedTopic] = []
    for source in list_shipped():
        placed += read_draft(Path(source.name), source.read_bytes()).placed
    return Draft(tuple(placed))


_PACKAGE: Final = Path(__file__).parents[3]
_SOURCES: Final = (
    f"comparing/topics/vocabulary/vocabularies/{_SHIPPED}/*.toml",
    "comparing/topics/vocabulary/conflicts.toml",
    "comparing/topics/vocabulary/*.py",
    "inputs/*.py",
    "model/plain.py",
    "model/topics.py",
    "text/identity.py",
)
"""The vocabulary's files, what their parties become terms by, and the code that reads them."""


@cache
def _load_shipped() -> Vocabulary:
    # Unchecked here: checking 8,000 terms takes 40 ms at each start, and the tests do it once.
    def make() -> list[object]:
        built = _build(_SHIPPED, read_shipped(), "terms")
        return [built.content, [to_row(topic) for topic in built.topics]]

    # 45 ms to read and digest, 6 to find as kept.
    digest, topics = _keep("topics", make)
    return put_together(_SHIPPED, topics, digest, overlap=False, recognition="terms")


@dataclass(frozen=True, slots=True)
class Digested:
    """The topics of a vocabulary, known by their digest, and a language: what is made of both is made once.

    Model, year and recognition are no part of it, so that what is made must not rest on them.
    """

    digest: str
    topics: tuple[Topic, ...] = field(compare=False)
    language: str = ""


def digested(vocabulary: Vocabulary, language: str = "") -> Digested:
    """Return under which name to keep what is made of a vocabulary's topics for a language."""
    return Digested(vocabulary.content, vocabulary.topics, language)


def keep_made(of: Digested, name: str, make: Callable[[], Any], *code: str) -> Any:  # noqa: ANN401 (plain values)
    """Return what is made of a vocabulary, and keep it: of the shipped one as ``read_compiled`` does.

    ``name`` holds the language where that matters. ``code`` are patterns of the files in ``tracker`` that it
    rests on, beside what reads vocabularies.
    """
    if of.digest == _load_shipped().content:
        return _keep(name, make, *code)
    return _keep_own(_KEEPERS.get(of.digest), name, of.digest, make, *code)


def _keep_own(keeper: Keeper | None, name: str, key: str, make: Callable[[], Any], *code: str) -> Any:  # noqa: ANN401 (plain values)
    if keeper is None:
        return freeze(make())
    rules, kind = digest_files(_find_sources(code)), f"vocabulary {name}"
    kept = keeper.answer(kind, f"{key} {rules}")
    if kept is None:
        kept = json.dumps(make(), ensure_ascii=False)
        keeper.keep_answer(kind, f"{key} {rules}", rules, kept)
    return freeze(json.loads(kept))


def _keep(name: str, make: Callable[[], Any], *code: str) -> Any:  # noqa: ANN401 (plain values)
    return read_compiled(Path(__file__).with_name(f"{_SHIPPED}.{name}"), _find_sources(code), make)


def _find_sources(code: Sequence[str]) -> list[Path]:
    return sorted({*_find(*_SOURCES), *_find(*code)})


@cache
def _find(*patterns: str) -> tuple[Path, ...]:
    return tuple(path for pattern in patterns for path in _PACKAGE.glob(pattern))


def _choose_recognition(draft: Draft) -> Recognition:
    """Return how topics are found where their file does not say: by terms where these were refined."""
    topics = [topic for topic, _ in draft.placed]
    refined = any(topic.hints or topic.near_misses for topic in topics)
    return "terms" if refined or len(topics) > MANY_TOPICS else "similarity"


def without_encoder(vocabulary: Vocabulary) -> Vocabulary:
    """Return a vocabulary that finds its topics without sentence vectors."""
    return replace(vocabulary, recognition="words") if vocabulary.recognition == "similarity" else vocabulary


def date_vocabulary(vocabulary: Vocabulary, year: int | None) -> Vocabulary:
    """Return a vocabulary that reads a statement of a year, in which no situation is met before it began."""
    return replace(vocabulary, year=year) if any(topic.since for topic in vocabulary.topics) else vocabulary


def name_recognition(vocabulary: Vocabulary) -> str:
    """Return how a vocabulary finds topics and the digest of the weights; nothing for terms and models."""
    if vocabulary.recognition == "terms":
        return ""
    weights = Path(__file__).with_name("similar.toml").read_text("utf-8")
    return f"{vocabulary.recognition} {digest_text(weights)[:12]}"


def _build(name: str, draft: Draft, recognition: Recognition) -> Vocabulary:
    topics = tuple(topic for topic, _ in draft.placed)
    return Vocabulary(name, topics, draft.overlap, recognition=recognition)
