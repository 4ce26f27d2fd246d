"""Vocabulary files, TOML or CSV, read into drafts; each fault is named with file and place."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias, get_args

from tracker.errors import VocabularyInvalid
from tracker.inputs.formats import parse_toml, unguard
from tracker.inputs.tables import InvalidKey, one_of, read_table
from tracker.model.topics import Recognition, Topic, TopicKind
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.inputs.tables import ValueReader

LANGUAGES: Final = ("en", "fr", "es", "ru", "ar", "zh", "und")
"""The languages terms are given for; terms under ``und`` hold in every language."""

_SDG: Final = re.compile(r"(?:[1-9]|1[0-7])(?:\.(?:\d{1,2}|[a-d]))?")
_COLUMNS: Final = ("id", "label", "terms", "broader")


PlacedTopic: TypeAlias = "tuple[Topic, str]"
"""A topic and the place it was read at, for messages."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A vocabulary as its file has it, before it is checked as a whole."""

    placed: tuple[PlacedTopic, ...]
    overlap: bool = False
    """Whether the same words may name several topics, so that each is met on its own."""
    shared: bool = False
    """Whether topics may have the very same term: published thesauri do, and cannot be changed."""
    recognition: Recognition | None = None
    """How its topics are found, where the file says."""


def read_toml(text: str, source: str) -> Draft:
    """Read topics out of TOML: one table a topic, its terms under language codes.

    Terms are a list, or one text separated by semicolons; hints and near misses are tables by language inside
    the topic's; ``sdgs`` lists goals and targets of sustainable development, such as ``16.5``. At the top
    ``overlap`` says whether the same words may name several topics, and ``recognition`` how they are found; a
    text ``name`` names the whole and is ignored here. Raises ``VocabularyInvalid`` with source and key.
    """
    try:
        content = parse_toml(text)
    except ValueError as error:
        raise VocabularyInvalid(f"{source}: not valid TOML: {error}") from error
    if isinstance(content.get("name"), str):
        del content["name"]
    overlap = content.pop("overlap", False)
    if not isinstance(overlap, bool):
        raise VocabularyInvalid(f"{source}, key overlap: expected true or false")
    recognition = content.pop("recognition", None)
    if recognition not in {None, *get_args(Recognition)}:
        raise VocabularyInvalid(f"{source}, key recognition: expected {', '.join(get_args(Recognition))}")
    topics = (_topic_from_table(key, table, source) for key, table in content.items())
    placed = tuple((topic, f"{source}, key {topic.id}") for topic in topics)
    return Draft(placed, overlap, shared=overlap, recognition=recognition)


def read_csv(text: str, source: str) -> Draft:
    """Read topics out of CSV: columns id, label, terms and broader.

    The label is a term, unless another topic lists it as one, and so are the entries of ``terms``, between
    semicolons; they hold in every language. Raises ``VocabularyInvalid`` with source and line.
    """
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    placed: list[PlacedTopic] = []
    try:
        columns = [name.strip() for name in next(rows, [])]
        _check_columns(columns, source)
        for row in rows:
            if any(cell.strip() for cell in row):
                place = f"{source}, line {rows.line_num}"
                cells = [unguard(cell.strip()) for cell in row]
                placed.append((_topic_from_row(columns, cells, place), place))
    except csv.Error as error:
        raise VocabularyInvalid(f"{source}, line {rows.line_num}: not valid CSV: {error}") from error
    listed = {fold(term): topic.id for topic, _ in placed for term in topic.terms["und"][1:]}
    return Draft(tuple((_yield_label(topic, listed), place) for topic, place in placed))


def _yield_label(topic: Topic, listed: Mapping[str, str]) -> Topic:
    """Leave the label to the topic that lists it: the first term of a row is its label."""
    if listed.get(fold(topic.label), topic.id) == topic.id:
        return topic
    return replace(topic, terms={"und": topic.terms["und"][1:]})


def _topic_from_table(key: str, table: object, source: str) -> Topic:
    try:
        values = read_table(table, _TOPIC, expected="a topic is a table with label and terms")
    except InvalidKey as fault:
        raise VocabularyInvalid(f"{source}, key {'.'.join((key, *fault.path))}: {fault}") from fault
    if not values.get("label"):
        raise VocabularyInvalid(f"{source}, key {key}.label: missing; every topic has a label")
    terms: dict[str, tuple[str, ...]] = {
        language: values.pop(language) for language in LANGUAGES if language in values
    }
    return Topic(id=key, terms=terms, **values)


def _read_note(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("expected a text in quotes")  # noqa: TRY004 - the value is a user's
    return value.strip()


def _read_goals(value: object) -> tuple[str, ...]:
    goals = _read_phrases(value)
    wrong = [goal for goal in goals if not _SDG.fullmatch(goal)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no goal (1 to 17) and no target such as 16.5 or 13.a")
    return goals


def _read_by_language(value: object) -> dict[str, tuple[str, ...]]:
    unknown = f"unknown language; known are {', '.join(LANGUAGES)}"
    found = read_table(value, _TERMS, expected="expected phrases by language", unknown=unknown)
    return {language: found[language] for language in LANGUAGES if language in found}


def _read_phrases(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return _unique(value.split(";"))
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return _unique(value)
    raise ValueError("expected a list of terms, or one text separated by semicolons")


def _unique(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.strip() for phrase in phrases if phrase.strip()))


def _check_columns(columns: list[str], source: str) -> None:
    place = f"{source}, line 1"
    unknown = [name for name in columns if name not in _COLUMNS]
    if unknown:
        raise VocabularyInvalid(f"{place}: unknown column {unknown[0]!r}; known are {', '.join(_COLUMNS)}")
    missing = [name for name in ("id", "label") if name not in columns]
    if missing:
        raise VocabularyInvalid(f"{place}: column {missing[0]!r} is missing")
    if len(set(columns)) < len(columns):
        raise VocabularyInvalid(f"{place}: a column is named twice")


def _topic_from_row(columns: list[str], row: list[str], place: str) -> Topic:
    if len(row) != len(columns):
        raise VocabularyInvalid(f"{place}: {len(row)} cells where the header has {len(columns)}")
    cells = dict(zip(columns, (cell.strip() for cell in row), strict=True))
    for column in ("id", "label"):
        if not cells[column]:
            raise VocabularyInvalid(f"{place}: no {column}")
    return Topic(
        id=cells["id"],
        label=cells["label"],
        broader=cells.get("broader") or None,
        terms={"und": _unique((cells["label"], *cells.get("terms", "").split(";")))},
    )


_TERMS: Final = dict.fromkeys(LANGUAGES, _read_phrases)
_TOPIC: Final[dict[str, ValueReader]] = {
    "label": _read_note,
    "kind": one_of(*get_args(TopicKind)),
    "broader": _read_note,
    "scope_note": _read_note,
    "hints": _read_by_language,
    "near_misses": _read_by_language,
    "sdgs": _read_goals,
    **_TERMS,
}
