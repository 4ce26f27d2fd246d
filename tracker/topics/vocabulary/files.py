"""Vocabulary files, TOML or CSV, read into drafts; each fault is named with file and place."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from tracker.errors import VocabularyInvalid
from tracker.inputs.formats import parse_toml, unguard
from tracker.model.topics import Topic, TopicKind
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LANGUAGES: Final = ("en", "fr", "es", "ru", "ar", "zh", "und")
"""The languages terms are given for; terms under ``und`` hold in every language."""

_KINDS: Final = ("theme", "situation")
_TEXTS: Final = ("label", "broader", "scope_note")
_PHRASES: Final = ("hints", "near_misses")
_KEYS: Final = frozenset({*_TEXTS, *_PHRASES, "kind", "sdgs", *LANGUAGES})
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


def read_toml(text: str, source: str) -> Draft:
    """Read topics out of TOML: one table a topic, its terms under language codes.

    Terms are a list, or one text separated by semicolons; hints and near misses are tables by language inside
    the topic's; ``sdgs`` lists goals and targets of sustainable development, such as ``16.5``. At the top
    ``overlap`` says whether the same words may name several topics; a text ``name`` names the whole and is
    ignored here. Raises ``VocabularyInvalid`` with source and key.
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
    topics = (_topic_from_table(key, table, source) for key, table in content.items())
    return Draft(tuple((topic, f"{source}, key {topic.id}") for topic in topics), overlap, shared=overlap)


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
    place = f"{source}, key {key}"
    if not isinstance(table, dict):
        raise VocabularyInvalid(f"{place}: a topic is a table with label and terms")
    entries = cast("Mapping[str, object]", table)
    unknown = sorted(set(entries) - _KEYS)
    if unknown:
        raise VocabularyInvalid(f"{place}.{unknown[0]}: unknown key; known are {', '.join(sorted(_KEYS))}")
    texts = {name: _text(entries[name], f"{place}.{name}") for name in _TEXTS if name in entries}
    if not texts.get("label"):
        raise VocabularyInvalid(f"{place}.label: missing; every topic has a label")
    return Topic(
        id=key,
        label=texts["label"],
        kind=_kind(entries.get("kind", "theme"), place),
        broader=texts.get("broader"),
        terms=_by_language(entries, place),
        near_misses=_phrase_table(entries.get("near_misses", {}), f"{place}.near_misses"),
        scope_note=texts.get("scope_note", ""),
        hints=_phrase_table(entries.get("hints", {}), f"{place}.hints"),
        sdgs=_sdgs(entries.get("sdgs", []), f"{place}.sdgs"),
    )


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise VocabularyInvalid(f"{place}: expected a text")
    return value.strip()


def _kind(value: object, place: str) -> TopicKind:
    if value not in _KINDS:
        raise VocabularyInvalid(f"{place}.kind: expected {' or '.join(_KINDS)}")
    return "situation" if value == "situation" else "theme"


def _sdgs(value: object, place: str) -> tuple[str, ...]:
    goals = _phrases(value, place)
    wrong = [goal for goal in goals if not _SDG.fullmatch(goal)]
    if wrong:
        raise VocabularyInvalid(
            f"{place}: {wrong[0]!r} is no goal (1 to 17) and no target such as 16.5 or 13.a"
        )
    return goals


def _phrase_table(value: object, place: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise VocabularyInvalid(f"{place}: expected phrases by language")
    unknown = sorted(set(value) - set(LANGUAGES))
    if unknown:
        raise VocabularyInvalid(f"{place}.{unknown[0]}: unknown language; known are {', '.join(LANGUAGES)}")
    return _by_language(value, place)


def _by_language(entries: Mapping[str, object], place: str) -> dict[str, tuple[str, ...]]:
    return {
        language: _phrases(entries[language], f"{place}.{language}")
        for language in LANGUAGES
        if language in entries
    }


def _phrases(value: object, place: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return _unique(value.split(";"))
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return _unique(cast("list[str]", value))
    raise VocabularyInvalid(f"{place}: expected a list of terms, or one text separated by semicolons")


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
