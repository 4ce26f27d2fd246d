"""``tracker judge REF --topic``: what a person decides about the level of a topic in a statement."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tracker.archive.reading.reader import open_reader
from tracker.decisions.quoting import quote_segments
from tracker.errors import DecisionInvalid, VocabularyInvalid
from tracker.model.decisions import Decision, Ruling, Unit
from tracker.references import parse_reference
from tracker.text.folding import fold
from tracker.topics.statuses.decided import ABSENT, LEVELS
from tracker.workflows.code.judge import check_coder
from tracker.workflows.compare.compare import side_topics

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.topics import Topic, Vocabulary
    from tracker.workflows.code.judge import Coder

_SUGGESTED = 3


def judge_topic(
    statement: str, topic: str, level: str, coder: Coder, archive: Path, vocabulary: Vocabulary
) -> Ruling:
    """Return the ruling on a topic, by id or label, in a statement of the archive; nothing is written.

    Raises ``VocabularyInvalid`` for a topic that the vocabulary lacks, with the nearest it has, and
    ``DecisionInvalid`` for a level there is not.
    """
    check_coder(coder)
    if level not in LEVELS:
        raise DecisionInvalid(f"--level {level}: there are {', '.join(LEVELS)}")
    found = find_topic(topic, vocabulary)
    with open_reader(archive) as reader:
        reference = reader.resolve(parse_reference(statement))
        side = reader.side(reference)
    reading = next((each for each in side_topics(side, vocabulary) if each.topic == found.id), None)
    said = reading.level if reading else ABSENT
    decision = Decision(
        person=coder.person,
        decided=coder.decided,
        question="level",
        verdict="accept" if level == said else "relabel",
        label=level,
        said=said,
        note=coder.note,
    )
    quotes = quote_segments(side.version, reading.segments) if reading else ()
    return Ruling(Unit(None, reference, found.id, (), quotes), decision)


def find_topic(name: str, vocabulary: Vocabulary) -> Topic:
    """Return a topic by its id or its label. Raises ``VocabularyInvalid`` with the nearest there are."""
    by_name = {_plain(each.label): each for each in vocabulary.topics}
    by_name |= {_plain(each.id): each for each in vocabulary.topics}
    wanted = _plain(name)
    if wanted in by_name:
        return by_name[wanted]
    near = get_close_matches(wanted, by_name, n=_SUGGESTED)
    holding = sorted((written for written in by_name if wanted and wanted in written), key=len)
    choices = list(dict.fromkeys(by_name[written].id for written in (*near, *holding)))[:_SUGGESTED]
    hint = f"the nearest are {', '.join(choices)}" if choices else "name one by its id or label"
    raise VocabularyInvalid(f"{vocabulary.name} has no topic {name!r}; {hint}")


def _plain(name: str) -> str:
    """Fold a label, or an id, whose hyphens stand for blanks."""
    return fold(name).replace("-", " ")
