"""``tracker topics``: what a vocabulary holds, what is wrong with it, and teaching it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.comparing.topics.learning import code_rulings, learn_topics, read_csv, read_jsonl, resolve_codes
from tracker.comparing.topics.vocabulary import load, taught
from tracker.comparing.topics.vocabulary.check import Flaw, find_doubts, find_faults
from tracker.comparing.topics.vocabulary.files import read_draft
from tracker.errors import TrackerError, VocabularyInvalid
from tracker.inputs.files import read_file
from tracker.text.detection import detect_language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tracker.archive import ArchiveSession
    from tracker.comparing.topics.learning import CodedRow, Lesson
    from tracker.model.decisions import Ruling
    from tracker.model.topics import Vocabulary


@dataclass(frozen=True, slots=True)
class VocabularyCheck:
    """The result of checking a vocabulary."""

    topics: int
    findings: tuple[Flaw, ...]


def check_vocabulary(path: Path) -> VocabularyCheck:
    """Return what is wrong with a vocabulary's file, or with the model beside it, the fatal first.

    Raises ``VocabularyInvalid`` where the file cannot be read as a vocabulary at all.
    """
    draft = read_draft(path, load.read_bytes(path))
    findings = [*find_faults(draft), *find_doubts(draft)]
    if not any(finding.fatal for finding in findings):
        findings += _check_model(path)
    return VocabularyCheck(len(draft.placed), tuple(findings))


def _check_model(path: Path) -> list[Flaw]:
    try:
        load.load_vocabulary(path)
    except VocabularyInvalid as error:
        place = str(taught.model_path(path))
        return [Flaw(place, str(error).removeprefix(f"{place}: "), fatal=True)]
    return []


@dataclass(frozen=True, slots=True)
class Taught:
    """A lesson, the text of its model's file, and the file it belongs in for the vocabulary to use it."""

    lesson: Lesson
    model: str
    path: Path


def learn_from(
    vocabulary: Path,
    coded: Path | None = None,
    decided: ArchiveSession | None = None,
    language: str | None = None,
    report: Callable[[int, int], None] | None = None,
) -> Taught:
    """Learn from a file of coded units, JSONL or CSV, and the decisions in an archive; nothing is written.

    Without a ``language`` it is detected from the units. Raises ``TrackerError`` for files that cannot be
    read, codes that are no topics, and units too few or in an unknown language.
    """
    topics = load.load_untaught(vocabulary)
    units = resolve_codes(_read_rows(coded), topics) if coded else ()
    rulings = _read_rulings(decided) if decided else ()
    texts = [unit.text for unit in units] or [
        quote.text for ruling in rulings for quote in ruling.unit.new_quotes
    ]
    spoken = language or _detect(texts, coded or (decided.folder if decided else None))
    lesson = learn_topics((*units, *code_rulings(rulings, topics, spoken)), topics, spoken, report)
    return Taught(lesson, _format_lesson(lesson, topics), taught.model_path(vocabulary))


def _format_lesson(lesson: Lesson, vocabulary: Vocabulary) -> str:
    """Return the text of a model's file, each topic with the figures it was learned with."""
    facts = {
        topic.topic: {
            "coded": topic.taught.coded,
            "precision": topic.taught.precision,
            "recall": topic.taught.recall,
        }
        for topic in lesson.topics
    }
    return taught.format_model(lesson.model, vocabulary, facts)


def _read_rows(path: Path) -> tuple[CodedRow, ...]:
    try:
        text = read_file(path).decode("utf-8-sig")
    except OSError as error:
        raise TrackerError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TrackerError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    return (read_csv if path.suffix.lower() == ".csv" else read_jsonl)(text, str(path))


def _read_rulings(archive: ArchiveSession) -> tuple[Ruling, ...]:
    rulings = tuple(ruling for ruling in archive.reader.rulings() if ruling.decision.question == "level")
    if not rulings:
        raise TrackerError(f"{archive.folder}: it has no decisions on topics yet; see tracker judge --help")
    return rulings


def _detect(texts: Sequence[str], source: Path | None) -> str:
    language = detect_language(" ".join(texts[:100]))
    if language == "und":
        raise TrackerError(f"{source}: the language of the units cannot be detected; set --language")
    return language
