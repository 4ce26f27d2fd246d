"""Topics as a person names them: by id, by label or by a term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.errors import VocabularyInvalid
from tracker.references.names import closest, fold_name, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Topic, Vocabulary

_LISTED: Final = 5


def name_topics(vocabulary: Vocabulary, names: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of what ``find_topics`` returns for each name, in the order given."""
    return tuple(dict.fromkeys(topic.id for name in names for topic in find_topics(vocabulary, name)))


def find_topics(vocabulary: Vocabulary, name: str) -> tuple[Topic, ...]:
    """Return the topics that a name stands for: one, or those below one that only groups them.

    Nothing in a text names a topic without terms of its own, so that whoever asks for it means those below.
    Raises as ``find_topic`` does.
    """
    topic = find_topic(vocabulary, name)
    below = [topic]
    for each in below:
        below += (narrower for narrower in vocabulary.topics if narrower.broader == each.id)
    taught = {each.topic for each in vocabulary.model.topics} if vocabulary.model else set()
    named = [each for each in below if each.id in taught or any(each.terms.values())]
    return (topic,) if topic in named else (*named,) or (topic,)


def find_one_topic(vocabulary: Vocabulary, name: str) -> Topic:
    """Return the topic that a name stands for; raises as ``find_topic`` does, and where there are several."""
    one, *more = find_topics(vocabulary, name)
    if more:
        listed = ", ".join(topic.id for topic in (one, *more))
        raise VocabularyInvalid(f"{show(name)} stands for several topics; name one of them: {listed}")
    return one


def find_topic(vocabulary: Vocabulary, name: str) -> Topic:
    """Return a topic by its id, its label or one of its terms.

    Raises ``VocabularyInvalid`` with the most similar ones.
    """
    folded = fold_name(name)
    named = {fold_name(topic.label): topic for topic in reversed(vocabulary.topics)}
    named |= {fold_name(topic.id): topic for topic in reversed(vocabulary.topics)}
    named |= {topic.id: topic for topic in vocabulary.topics}
    topic = named.get(name) or named.get(folded) or _find_by_term(vocabulary, folded)
    if topic is None:
        raise VocabularyInvalid(
            f"the vocabulary {vocabulary.name} has no topic {show(name)}; {_hint(vocabulary, name)}"
        )
    return topic


def _find_by_term(vocabulary: Vocabulary, folded: str) -> Topic | None:
    """Return the first topic that has a term, given as ``fold_name`` folds it."""
    for topic in vocabulary.topics:
        if any(fold_name(term) == folded for terms in topic.terms.values() for term in terms):
            return topic
    return None


def _hint(vocabulary: Vocabulary, name: str) -> str:
    """Name the topics whose label holds a word of it or begins with it, else the one nearest in spelling."""
    words = set(fold_name(name).split())
    folded = fold_name(name)
    alike = [
        topic.id
        for topic in vocabulary.topics
        if words & set(fold_name(topic.label).split()) or (folded and folded in fold_name(topic.label))
    ]
    spelled = {topic.label: topic.id for topic in vocabulary.topics} | {t.id: t.id for t in vocabulary.topics}
    nearest = closest(name, spelled)
    likely = list(dict.fromkeys([*([spelled[nearest]] if nearest else []), *alike]))[:_LISTED]
    return f"did you mean {' or '.join(likely)}?" if likely else "tracker list --topics shows all"
