"""Vocabulary files, TOML, CSV or SKOS, read into drafts; each fault is named with file and place."""

from __future__ import annotations

import csv
import io
import logging
import re
from dataclasses import dataclass, replace
from itertools import chain, count, product
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

from tracker.errors import VocabularyInvalid
from tracker.inputs.compiled import read_packaged
from tracker.inputs.extras import install_words
from tracker.inputs.formats import check_rdf, parse_toml, unguard
from tracker.inputs.tables import InvalidKey, one_of, read_table
from tracker.model.languages import LANGUAGES
from tracker.model.topics import Recognition, Topic, TopicKind
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rdflib import Graph
    from rdflib.term import Node

    from tracker.inputs.tables import ValueReader


_LANGUAGES: Final = (*LANGUAGES, "und")
"""The languages terms are given for; terms under ``und`` hold in every language."""

_SDG: Final = re.compile(r"(?:[1-9]|1[0-7])(?:\.(?:\d{1,2}|[a-d]))?")
_FIRST_YEAR: Final = 1800
_LAST_YEAR: Final = 2199
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


def read_draft(path: Path, data: bytes) -> Draft:
    """Read what a vocabulary's file holds, without checking it as a whole; the suffix tells its form.

    Raises ``VocabularyInvalid`` where it cannot be read or holds no topic.
    """
    source, suffix = str(path), path.suffix.lower()
    if suffix in _FORMS:
        draft = _read_skos(data, source, _FORMS[suffix])
    elif suffix == ".csv":
        draft = _read_csv(_decode(data, source), source)
    else:
        draft = _read_toml(_decode(data, source), source)
    if not draft.placed:
        raise VocabularyInvalid(f"{source}: holds no topic")
    return draft


def _decode(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VocabularyInvalid(f"{source}: not UTF-8 at byte {error.start}; save it as UTF-8") from error


def _read_toml(text: str, source: str) -> Draft:
    """Read topics out of TOML: one table a topic, its terms under language codes.

    Terms are a list, or one text separated by semicolons; hints and near misses are tables by language inside
    the topic's, as are ``parties``, the two sides of a conflict; ``sdgs`` lists goals and targets of
    sustainable development, such as ``16.5``, and ``since`` is the year from which the topic is met. At the
    top ``overlap`` says whether the same words may name several topics, and ``recognition`` how they are
    found; a text ``name`` names the whole and is ignored here.

    Raises ``VocabularyInvalid`` with source and key.
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


def _topic_from_table(key: str, table: object, source: str) -> Topic:
    try:
        values = read_table(table, _TOPIC, expected="a topic is a table with label and terms")
    except InvalidKey as fault:
        raise VocabularyInvalid(f"{source}, key {'.'.join((key, *fault.path))}: {fault}") from fault
    if not values.get("label"):
        raise VocabularyInvalid(f"{source}, key {key}.label: missing; every topic has a label")
    parties = values.pop("parties", {})
    terms: dict[str, tuple[str, ...]] = {}
    for language in _LANGUAGES:
        listed = (*values.pop(language, ()), *_name_conflicts(language, parties.get(language, ())))
        if listed:
            terms[language] = tuple(dict.fromkeys(listed))
    return Topic(id=key, terms=terms, **values)


def _name_conflicts(language: str, parties: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield how a conflict between two sides is named, by each of the names that they have together."""
    if parties:
        forms = read_packaged(__package__, "conflicts.toml")[language]
        for names, form, word in product(parties, forms["forms"], forms["words"]):
            for x, y in (names, names[::-1]):
                yield form.format(x=x, y=y, word=word)


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


def _read_year(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not _FIRST_YEAR <= value <= _LAST_YEAR:
        raise ValueError(f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}, such as 1991")
    return value


def _read_by_language(readers: Mapping[str, ValueReader]) -> ValueReader:
    """Return a reader of a table by language, each language with a reader of its own."""

    def read(value: object) -> dict[str, Any]:
        unknown = f"unknown language; known are {', '.join(readers)}"
        found = read_table(value, readers, expected="expected phrases by language", unknown=unknown)
        return {language: found[language] for language in readers if language in found}

    return read


def _read_sides(value: object) -> tuple[tuple[str, str], ...]:
    """Return what two sides are called, name by name: of ``Iraq, Iraqi; Kuwait, Kuwaiti`` two pairs."""
    names = value.split(";") if isinstance(value, str) else []
    match [[name.strip() for name in side.split(",")] for side in names]:
        case [one, other] if len(one) == len(other) and all(one) and all(other):
            return tuple(zip(one, other, strict=True))
    raise ValueError("expected two sides with as many names each, such as 'Iraq, Iraqi; Kuwait, Kuwaiti'")


def _read_phrases(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return _unique(value.split(";"))
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return _unique(value)
    raise ValueError("expected a list of terms, or one text separated by semicolons")


def _unique(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.strip() for phrase in phrases if phrase.strip()))


_PHRASES: Final = _read_by_language(dict.fromkeys(_LANGUAGES, _read_phrases))
_TOPIC: Final[dict[str, ValueReader]] = {
    "label": _read_note,
    "kind": one_of(*get_args(TopicKind)),
    "broader": _read_note,
    "scope_note": _read_note,
    "hints": _PHRASES,
    "near_misses": _PHRASES,
    "parties": _read_by_language(dict.fromkeys(_LANGUAGES[:-1], _read_sides)),
    "sdgs": _read_goals,
    "since": _read_year,
    **dict.fromkeys(_LANGUAGES, _read_phrases),
}


def _read_csv(text: str, source: str) -> Draft:
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


_FORMS: Final = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml", ".xml": "xml"}
"""The forms by a file's suffix, under the names rdflib has for them."""

_LABELS: Final = ("prefLabel", "altLabel", "hiddenLabel")


def _read_skos(data: bytes, source: str, form: str) -> Draft:
    """Read topics out of SKOS concepts, in the order of their addresses.

    All labels are terms in their language; those in a language that no statement is read in are left out.
    The topic's label is the preferred one in English, else in the first language that has one. The id is the
    last part of the address, or the notation where that is empty, with a number where two are the same. Of
    several broader concepts the first counts. Raises ``VocabularyInvalid`` for what cannot be read, and where
    rdflib is not installed.
    """
    graph = _parse_graph(data, source, form)
    from rdflib.namespace import RDF, SKOS  # noqa: PLC0415 - the extra is there once the graph is

    concepts = sorted(set(graph.subjects(RDF.type, SKOS.Concept)), key=str)
    ids = _name_concepts(graph, concepts)
    placed = [
        (_read_concept(graph, concept, ids, f"{source}, {concept}"), f"{source}, {concept}")
        for concept in concepts
    ]
    return Draft(tuple(placed), shared=True)


def _parse_graph(data: bytes, source: str, form: str) -> Graph:
    try:
        from rdflib import Graph  # noqa: PLC0415 - an extra, loaded where SKOS is met
    except ImportError as error:
        raise VocabularyInvalid(f"{source}: reading SKOS needs rdflib; {install_words('skos')}") from error
    try:
        check_rdf(data, form)
    except ValueError as error:
        raise VocabularyInvalid(f"{source}: {error}") from error
    # rdflib logs a traceback for a literal that is no valid date; it matters to no label.
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    try:
        return Graph().parse(data=data, format=form)
    except Exception as error:  # rdflib's parsers and the XML reader below raise kinds of their own
        reason = " ".join(str(error).split())[:200]
        raise VocabularyInvalid(f"{source}: not valid {form}: {reason}") from error


def _name_concepts(graph: Graph, concepts: Iterable[Node]) -> dict[Node, str]:
    from rdflib.namespace import SKOS  # noqa: PLC0415 - as above

    ids: dict[Node, str] = {}
    taken: set[str] = set()
    numbered: dict[str, Iterator[str]] = {}
    for concept in concepts:
        notation = min((str(value) for value in graph.objects(concept, SKOS.notation)), default="")
        name = str(concept).replace("#", "/").rpartition("/")[2] or notation or "concept"
        names = numbered.setdefault(name, chain((name,), (f"{name}-{number}" for number in count(2))))
        ids[concept] = next(free for free in names if free not in taken)
        taken.add(ids[concept])
    return ids


def _read_concept(graph: Graph, concept: Node, ids: Mapping[Node, str], place: str) -> Topic:
    from rdflib.namespace import SKOS  # noqa: PLC0415 - as above

    preferred = _by_language(graph.objects(concept, SKOS.prefLabel))
    if not preferred:
        raise VocabularyInvalid(f"{place}: no prefLabel in a language that statements are read in")
    terms = _by_language(label for name in _LABELS for label in graph.objects(concept, SKOS[name]))
    notes = _by_language(graph.objects(concept, SKOS.scopeNote))
    above = {*graph.objects(concept, SKOS.broader), *graph.subjects(SKOS.narrower, concept)}
    return Topic(
        id=ids[concept],
        label=_take_first(preferred),
        broader=min((ids[node] for node in above if node in ids), default=None),
        terms=terms,
        scope_note=_take_first(notes),
    )


def _by_language(nodes: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    """Return texts by language in the order in which languages are known, sorted: a graph has no order.

    What is no text, such as the address of a label that is a thing of its own, is left out.
    """
    from rdflib.term import Literal  # noqa: PLC0415 - as above

    found: dict[str, set[str]] = {}
    for literal in (node for node in nodes if isinstance(node, Literal)):
        language = (literal.language or "und").lower().partition("-")[0]
        if text := str(literal).strip():
            found.setdefault(language, set()).add(text)
    return {language: tuple(sorted(found[language])) for language in _LANGUAGES if language in found}


def _take_first(texts: Mapping[str, tuple[str, ...]]) -> str:
    return next((values[0] for values in texts.values()), "")
