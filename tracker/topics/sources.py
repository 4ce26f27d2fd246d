"""Vocabulary files, TOML or CSV, read into topics; each fault is named with file and place."""

from __future__ import annotations

import csv
import io
import tomllib
from typing import TYPE_CHECKING, Final, cast

from tracker.errors import VocabularyInvalid
from tracker.model import Topic, TopicKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LANGUAGES: Final = ("en", "fr", "es", "ru", "ar", "zh", "und")
"""The languages terms are given for; terms under ``und`` hold in every language."""

_KINDS: Final = ("theme", "situation")
_TEXTS: Final = ("label", "broader", "scope_note")
_PHRASES: Final = ("hints", "near_misses")
_KEYS: Final = frozenset({*_TEXTS, *_PHRASES, "kind", *LANGUAGES})
_COLUMNS: Final = ("id", "label", "terms", "broader")


def read_toml(text: str, source: str) -> list[Topic]:
    """Read topics out of TOML: one table a topic, its terms under language codes.

    Terms are a list, or one text parted by semicolons; hints and near misses are tables by language inside
    the topic's. A text ``name`` at the top names the whole and is left aside here. Raises
    ``VocabularyInvalid`` with source and key.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise VocabularyInvalid(f"{source}: not valid TOML: {error}") from error
    if isinstance(content.get("name"), str):
        del content["name"]
    return [_topic_from_table(key, table, source) for key, table in content.items()]


def read_csv(text: str, source: str) -> list[tuple[Topic, str]]:
    """Read topics out of CSV, each with its place: columns id, label, terms and broader.

    The label is a term, and so are the entries of ``terms``, parted by semicolons; they hold in every
    language. Raises ``VocabularyInvalid`` with source and line.
    """
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    topics: list[tuple[Topic, str]] = []
    try:
        columns = [name.strip() for name in next(rows, [])]
        _check_columns(columns, source)
        for row in rows:
            if any(cell.strip() for cell in row):
                place = f"{source}, line {rows.line_num}"
                topics.append((_topic_from_row(columns, row, place), place))
    except csv.Error as error:
        raise VocabularyInvalid(f"{source}, line {rows.line_num}: not valid CSV: {error}") from error
    return topics


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
    )


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise VocabularyInvalid(f"{place}: expected a text")
    return value.strip()


def _kind(value: object, place: str) -> TopicKind:
    if value not in _KINDS:
        raise VocabularyInvalid(f"{place}.kind: expected {' or '.join(_KINDS)}")
    return "situation" if value == "situation" else "theme"


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
        return _split(value)
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return _unique(cast("list[str]", value))
    raise VocabularyInvalid(f"{place}: expected a list of terms, or one text parted by semicolons")


def _split(text: str) -> tuple[str, ...]:
    return _unique(text.split(";"))


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
