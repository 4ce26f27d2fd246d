"""``tracker topics``: what a vocabulary holds, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tracker.errors import VocabularyInvalid
from tracker.text.folding import fold
from tracker.topics.vocabulary.check import Finding, find_doubts, find_faults
from tracker.topics.vocabulary.load import load_vocabulary, read_draft
from tracker.topics.vocabulary.model_file import model_path

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.topics import Topic, Vocabulary


@dataclass(frozen=True, slots=True)
class Check:
    """What checking a vocabulary came to."""

    topics: int
    findings: tuple[Finding, ...]


def find_topic(vocabulary: Vocabulary, name: str) -> Topic:
    """Return the topic of an id or a label; raise ``VocabularyInvalid`` with the nearest ones for another."""
    named = {fold(topic.label): topic for topic in reversed(vocabulary.topics)}
    named |= {fold(topic.id): topic for topic in reversed(vocabulary.topics)}
    topic = next((topic for topic in vocabulary.topics if topic.id == name), None) or named.get(fold(name))
    if topic is None:
        near = sorted({named[key].id for key in get_close_matches(fold(name), named, 3)})
        advice = f"did you mean {', '.join(near)}?" if near else "tracker topics list shows all"
        raise VocabularyInvalid(f"no topic {name!r} in the vocabulary {vocabulary.name}; {advice}")
    return topic


def check_vocabulary(path: Path) -> Check:
    """Return what is wrong with a vocabulary's file, or with the model beside it, the fatal first.

    Raises ``VocabularyInvalid`` where the file cannot be read as a vocabulary at all.
    """
    draft = read_draft(path)
    findings = [*find_faults(draft), *find_doubts(draft)]
    if not any(finding.fatal for finding in findings):
        findings += _check_model(path)
    return Check(len(draft.placed), tuple(findings))


def _check_model(path: Path) -> list[Finding]:
    try:
        load_vocabulary(path)
    except VocabularyInvalid as error:
        place = str(model_path(path))
        return [Finding(place, str(error).removeprefix(f"{place}: "), fatal=True)]
    return []
