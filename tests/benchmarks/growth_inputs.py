"""What users and mirrors give besides texts, of any length: tables, vocabularies, searches, pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.capture.links import read_links
from tracker.capture.read.extract import extract
from tracker.capture.watch_list import parse_watch_list
from tracker.comparing.topics.learning import read_csv as read_coded
from tracker.comparing.topics.learning import read_jsonl
from tracker.comparing.topics.vocabulary.check import find_faults
from tracker.comparing.topics.vocabulary.files import read_draft
from tracker.inputs.formats import parse_json, parse_toml
from tracker.preservation.mirror.unit_files import read_rows
from tracker.record.statements.search import match_expression
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Read = Callable[[str], object]
    Case = Callable[[int], Callable[[], object]]

_TURTLE: Final = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
_RDF: Final = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:skos="http://www.w3.org/2004/02/skos/core#">'
)
_SOURCE: Final = '[sources.s{n}]\nurl = "https://a.org/{n}"\nreference = "XAA/UNGA/{n}~prepared.en"\n'


def _grow(read: Read, row: str, head: str = "", tail: str = "") -> Case:
    """Return a case whose input is a head, then rows that count up to its size, then a tail."""

    def prepare(size: int) -> Callable[[], object]:
        text = head + "".join(_rows(row, size)) + tail
        return lambda: read(text)

    return prepare


def _rows(row: str, size: int) -> Iterator[str]:
    length = number = 0
    while length < size:
        number += 1
        piece = row.replace("{n}", str(number))
        length += len(piece)
        yield piece


def _read_vocabulary(text: str) -> object:
    return list(find_faults(read_draft(Path("a.toml"), text.encode())))


def _read_table(text: str) -> object:
    return list(find_faults(read_draft(Path("a.csv"), text.encode())))


def _read_turtle(text: str) -> object:
    return read_draft(Path("a.ttl"), text.encode())


def _read_xml(text: str) -> object:
    return read_draft(Path("a.rdf"), text.encode())


def _read_watch_list(text: str) -> object:
    return parse_watch_list(text.encode(), Path("watch.toml"))


def _read_index(text: str) -> object:
    return read_links(text.encode(), "https://a.org/")


def _read_page(text: str) -> object:
    return extract(text.encode(), "a.html")


def _read_markdown(text: str) -> object:
    return extract(text.encode(), "a.md")


def _read_plain(text: str) -> object:
    return extract(text.encode(), "a.txt")


def _read_mirror(text: str) -> object:
    return read_rows(text.encode())


_CODED: Final = json.dumps({"text": "We agree on {n}.", "codes": ["a", "b"]}) + "\n"

INPUTS: Final[Mapping[str, Case]] = {
    "a vocabulary in TOML": _grow(_read_vocabulary, '[t{n}]\nlabel = "Topic {n}"\nen = ["a {n}", "b {n}"]\n'),
    "a topic of many terms": _grow(_read_vocabulary, '"term {n}", ', '[a]\nlabel = "A"\nen = [', "]\n"),
    "topics below each other":
        _grow(_read_vocabulary, '[t{n}]\nlabel = "T {n}"\nbroader = "t1"\nen = ["a {n}"]\n'),
    "keys of TOML": _grow(parse_toml, "a{n}.b.c = 1\n"),
    "parts of a key": _grow(parse_toml, ".a", "a", " = 1\n"),
    "arrays of TOML": _grow(parse_toml, "[", "a = "),
    "tables of TOML": _grow(parse_toml, "[[a]]\nb.c = 1\n"),
    "a text in TOML": _grow(parse_toml, 'we \\" agree\n', 'a = """', '"""\n'),
    "comments of TOML": _grow(parse_toml, "# ' \" [\n"),
    "a watch list": _grow(_read_watch_list, _SOURCE),
    "rows of JSON": _grow(_read_mirror, '{"a": {n}}, ', '{"t": [', '{"a": 0}]}'),
    "arrays of JSON": _grow(parse_json, "["),
    "digits of JSON": _grow(parse_json, "9"),
    "coded units in JSON": _grow(lambda text: read_jsonl(text, "a"), _CODED),
    "coded units in CSV": _grow(lambda text: read_coded(text, "a"), "We agree on {n}.,a;b\n", "text,codes\n"),
    "a vocabulary in CSV": _grow(_read_table, "t{n},Topic {n},a {n};b {n},\n", "id,label,terms,broader\n"),
    "a cell of CSV": _grow(_read_table, "we agree {n};", "id,label,terms\na,A,"),
    "columns of CSV": _grow(_read_table, "a{n},"),
    "quotation marks of CSV": _grow(_read_table, '""', 'id,label\n"', '",a\n'),
    "concepts in Turtle":
        _grow(_read_turtle, '<t{n}> a skos:Concept ; skos:prefLabel "{n}"@en; skos:broader <t>.\n', _TURTLE),
    "concepts of one name":
        _grow(_read_turtle, '<https://a/{n}/x> a skos:Concept ; skos:prefLabel "T {n}"@en .\n', _TURTLE),
    "a note in Turtle":
        _grow(_read_turtle, "we\n", f'{_TURTLE}<a> a skos:Concept ; skos:prefLabel """', '"""@en .'),
    "prefixes in Turtle": _grow(_read_turtle, "@prefix p{n}: <http://a/{n}#> .\n", _TURTLE),
    "nodes in Turtle": _grow(_read_turtle, "[ skos:broader ", f"{_TURTLE}<a> skos:broader "),
    "concepts in XML": _grow(
        _read_xml,
        '<skos:Concept rdf:about="{n}"><skos:prefLabel xml:lang="en">T {n}</skos:prefLabel></skos:Concept>',
        _RDF,
        "</rdf:RDF>",
    ),
    "a label in XML": _grow(
        _read_xml,
        "a&amp;\n",
        f'{_RDF}<skos:Concept rdf:about="http://a/"><skos:prefLabel xml:lang="en">',
        "</skos:prefLabel></skos:Concept></rdf:RDF>",
    ),
    "concepts in concepts": _grow(_read_xml, "<skos:Concept><skos:broader>", _RDF),
    "entities in XML":
        _grow(_read_xml, "&a;", f'<!DOCTYPE r [<!ENTITY a "{"lol" * 300}">]>{_RDF}', "</rdf:RDF>"),
    "words of a search": _grow(match_expression, "a "),
    "ORs of a search": _grow(match_expression, "a OR ", "", "a"),
    "brackets of a search": _grow(match_expression, "("),
    "quotation marks of a search": _grow(match_expression, '"'),
    "parts of a reference": _grow(parse_reference, "GBR/"),
    "letters of a reference": _grow(parse_reference, "A"),
    "digits of a reference": _grow(parse_reference, "9", "GBR/UNGA/"),
    "words of a session": _grow(parse_reference, "first ", "GBR/UNGA/"),
    "plain bytes": _grow(_read_plain, "We agree on {n}.\n"),
    "a page": _grow(_read_page, "<p>We agree on peace and on security in {n}.</p>\n", "<html><body>"),
    "a page of divisions": _grow(_read_page, "<div>We agree on {n}<div>", "<html><body>"),
    "a page of links": _grow(_read_page, '<a href="/{n}">We agree</a> ', "<html><body>"),
    "Markdown": _grow(_read_markdown, "# Peace {n}\n\nWe **agree** on [this](https://a.org/{n}).\n\n"),
    "quotations in Markdown": _grow(_read_markdown, "> "),
    "lists in Markdown": _grow(_read_markdown, "- a\n  "),
    "an index": _grow(_read_index, '<a href="/{n}">Statement {n}</a>\n', "<html><body>"),
    "a feed": _grow(
        _read_index,
        "<item><title>Statement {n}</title><link>https://a.org/{n}</link></item>\n",
        "<rss><channel>",
        "</channel></rss>",
    ),
    "a sitemap": _grow(_read_index, "<url><loc>https://a.org/{n}</loc></url>\n", "<urlset>", "</urlset>"),
}  # fmt: skip
