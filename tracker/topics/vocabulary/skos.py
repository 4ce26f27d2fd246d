"""Vocabularies in SKOS, the W3C's form for thesauri, read by rdflib: Turtle, N-Triples or RDF/XML."""

from __future__ import annotations

import logging
from itertools import chain, count
from typing import TYPE_CHECKING, Final

from tracker.errors import VocabularyInvalid
from tracker.inputs.formats import check_rdf
from tracker.model.topics import Topic
from tracker.topics.vocabulary.files import LANGUAGES, Draft

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rdflib import Graph
    from rdflib.term import Node

FORMS: Final = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml", ".xml": "xml"}
"""The forms by a file's suffix, under the names rdflib has for them."""

_TERMS: Final = ("prefLabel", "altLabel", "hiddenLabel")
_ANY: Final = "und"


def read_skos(data: bytes, source: str, form: str) -> Draft:
    """Read topics out of SKOS concepts, in the order of their addresses.

    All labels are terms in their language; those in a language that no statement is read in are left out.
    The topic's label is the preferred one in English, else in the first language that has one. The id is the
    last part of the address, or the notation where that is empty, with a number where two are the same. Of
    several broader concepts the first counts. Raises ``VocabularyInvalid`` for what cannot be read, and where
    rdflib is not installed.
    """
    graph = _parse(data, source, form)
    from rdflib.namespace import RDF, SKOS  # noqa: PLC0415 - the extra is there once the graph is

    concepts = sorted(set(graph.subjects(RDF.type, SKOS.Concept)), key=str)
    ids = _name_concepts(graph, concepts)
    placed = [
        (_read_concept(graph, concept, ids, f"{source}, {concept}"), f"{source}, {concept}")
        for concept in concepts
    ]
    return Draft(tuple(placed), shared=True)


def _parse(data: bytes, source: str, form: str) -> Graph:
    try:
        from rdflib import Graph  # noqa: PLC0415 - an extra, loaded where SKOS is met
    except ImportError as error:
        raise VocabularyInvalid(
            f"{source}: reading SKOS needs rdflib; install it, in a clone of tracker: pip install '.[skos]'"
        ) from error
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
    terms = _by_language(label for name in _TERMS for label in graph.objects(concept, SKOS[name]))
    notes = _by_language(graph.objects(concept, SKOS.scopeNote))
    above = {*graph.objects(concept, SKOS.broader), *graph.subjects(SKOS.narrower, concept)}
    return Topic(
        id=ids[concept],
        label=_first(preferred),
        broader=min((ids[node] for node in above if node in ids), default=None),
        terms=terms,
        scope_note=_first(notes),
    )


def _by_language(nodes: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    """Return texts by language in the order in which languages are known, sorted: a graph has no order.

    What is no text, such as the address of a label that is a thing of its own, is left out.
    """
    from rdflib.term import Literal  # noqa: PLC0415 - as above

    found: dict[str, set[str]] = {}
    for literal in (node for node in nodes if isinstance(node, Literal)):
        language = (literal.language or _ANY).lower().partition("-")[0]
        if text := str(literal).strip():
            found.setdefault(language, set()).add(text)
    return {language: tuple(sorted(found[language])) for language in LANGUAGES if language in found}


def _first(texts: Mapping[str, tuple[str, ...]]) -> str:
    return next((values[0] for values in texts.values()), "")
