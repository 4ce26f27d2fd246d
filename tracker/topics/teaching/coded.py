"""Coded sentences: units of text with the topics that people gave them, from JSONL, CSV or decisions."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.decisions.rulings import settle_rulings
from tracker.errors import TrackerError, VocabularyInvalid
from tracker.inputs.formats import parse_json, unguard
from tracker.text.identity import fold
from tracker.topics.vocabulary.matching import match_topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.model.decisions import Ruling
    from tracker.model.topics import Vocabulary


@dataclass(frozen=True, slots=True)
class Coded:
    """A unit of text and the ids of the topics it was coded with: several, or none."""

    text: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodedRow:
    """A coded unit as a file has it, before its codes are looked up, and its place."""

    text: str
    codes: tuple[str, ...]
    place: str


def read_jsonl(text: str, source: str) -> tuple[CodedRow, ...]:
    """Read one JSON object a line, with ``text`` and ``codes``, a list; other keys are ignored.

    Raises ``TrackerError`` with source and line.
    """
    lines = ((f"{source}, line {number}", line) for number, line in enumerate(text.split("\n"), start=1))
    return tuple(_read_object(line, place) for place, line in lines if line.strip())


def _read_object(line: str, place: str) -> CodedRow:
    try:
        content = parse_json(line)
    except ValueError as error:
        raise TrackerError(f"{place}: not valid JSON: {error}") from error
    unit, codes = (content.get("text"), content.get("codes")) if isinstance(content, dict) else (None, None)
    if not isinstance(unit, str) or not isinstance(codes, list):
        raise TrackerError(f'{place}: expected {{"text": "...", "codes": ["..."]}}')
    return CodedRow(unit, tuple(str(code).strip() for code in codes), place)


def read_csv(text: str, source: str) -> tuple[CodedRow, ...]:
    """Read CSV with the columns ``text`` and ``codes``, separated by semicolons; others are ignored.

    Raises ``TrackerError`` with source and line.
    """
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    found: list[CodedRow] = []
    try:
        for row in rows:
            place = f"{source}, line {rows.line_num}"
            unit, codes = row.get("text"), row.get("codes")
            if unit is None or codes is None:
                raise TrackerError(f"{place}: expected the columns text and codes")
            named = tuple(filter(None, map(str.strip, unguard(codes).split(";"))))
            found.append(CodedRow(unguard(unit), named, place))
    except csv.Error as error:
        raise TrackerError(f"{source}, line {rows.line_num}: not valid CSV: {error}") from error
    return tuple(found)


def resolve_codes(rows: Iterable[CodedRow], vocabulary: Vocabulary) -> tuple[Coded, ...]:
    """Return the units with the ids of the topics that their codes name, by id or by label.

    Raises ``VocabularyInvalid`` at the first code that is no topic of the vocabulary.
    """
    named = {fold(topic.label): topic.id for topic in reversed(vocabulary.topics)}
    named |= {topic.id: topic.id for topic in vocabulary.topics}
    return tuple(
        Coded(row.text, tuple(dict.fromkeys(_look_up(code, named, row, vocabulary) for code in row.codes)))
        for row in rows
    )


def code_rulings(rulings: Iterable[Ruling], vocabulary: Vocabulary, language: str) -> tuple[Coded, ...]:
    """Return the sentences behind decisions on topics, each with the topics that its terms name.

    Topics that a decision gave a level are added to its sentences, those that it called absent are taken
    away; what nobody decided on stays with the terms. Decisions on topics of other vocabularies are left out.
    """
    known = {topic.id for topic in vocabulary.topics}
    answers: dict[str, dict[str, bool]] = defaultdict(dict)
    for ruling in settle_rulings(rulings):
        if ruling.decision.question == "level" and ruling.unit.name in known:
            for quote in ruling.unit.new_quotes:
                answers[quote.text][ruling.unit.name] = ruling.decision.label != "absent"
    named = match_topics(tuple(answers), vocabulary, language=language)
    coded = []
    for (text, said), mentions in zip(answers.items(), named, strict=True):
        topics = dict.fromkeys((*(mention.topic for mention in mentions), *said))
        coded.append(Coded(text, tuple(topic for topic in topics if said.get(topic, True))))
    return tuple(coded)


def _look_up(code: str, named: Mapping[str, str], row: CodedRow, vocabulary: Vocabulary) -> str:
    topic = named.get(code) or named.get(fold(code))
    if topic is None:
        raise VocabularyInvalid(
            f"{row.place}: {code!r} is no topic of the vocabulary {vocabulary.name};"
            " add it there, or take it out of the coded units"
        )
    return topic
