"""Topics as people name them: by id or label, in any case, with a suggestion for a slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.errors import ReferenceInvalid
from tracker.references.names import closest, fold_name, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Vocabulary

_LISTED: Final = 5


def name_topics(vocabulary: Vocabulary, names: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of topics named by id or label, in the order given; raises ``ReferenceInvalid``."""
    by_name = {fold_name(topic.label): topic.id for topic in reversed(vocabulary.topics)}
    by_name |= {fold_name(topic.id): topic.id for topic in vocabulary.topics}
    return tuple(dict.fromkeys(_find(vocabulary, by_name, name) for name in names))


def _find(vocabulary: Vocabulary, by_name: dict[str, str], name: str) -> str:
    found = by_name.get(fold_name(name))
    if found is None:
        raise ReferenceInvalid(
            f"the vocabulary {vocabulary.name} has no topic {show(name)}; {_hint(vocabulary, name)}"
        )
    return found


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
    return f"did you mean {' or '.join(likely)}?" if likely else "tracker timeline SERIES --all lists topics"
