"""Vocabularies in SKOS, in each of the forms that are read, and in those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.damage import WIDE, damage, read_seeds
from tests.acceptance.fuzz.tables import use_vocabulary_as
from tests.acceptance.fuzz.target import Target

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

_FORMS: Final = ("ttl", "nt", "rdf", "jsonld")
_SEEDS: Final = tuple(read_seeds(f"skos.{form}")[0] for form in _FORMS)
_MARKS: Final = (
    b"skos:broader :corruption ;", b"skos:narrower :rivers ;", b'skos:prefLabel "" ;',
    b'skos:prefLabel "x"@xx ;', b"@en", b"@", b"@prefix : <http://127.0.0.1:9/> .\n",
    b"@base <file:///etc/passwd> .\n", b"<file:///etc/passwd>", b"<>", b"<\\u202e>", b"<http://[>", b'"""',
    b"'''", b"\\U0010FFFF", b"\\uD800", b"[", b"]", b"(", b")", b"[ :a [ :a " * 100, b"((((((((((" * 50,
    b"^^", b"_:", b";", b" . ", b"a skos:Concept ;", b"{", b"}", b"=>", b"@forAll :x .", b"is :a of", b"<=",
    b"1e400", b'"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    b'"<a"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>',
    b'"P1Y"^^<http://www.w3.org/2001/XMLSchema#duration>',
    b'"<a"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML>',
    b'"zz"^^<http://www.w3.org/2001/XMLSchema#hexBinary>', b"<!DOCTYPE rdf:RDF [",
    b"<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", b"<!DOCTYPE r SYSTEM 'http://127.0.0.1:9/x'>",
    b"&e;", b"&a;", b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY e '&a;&a;&a;&a;&a;&a;&a;'>]>",
    b"<rdf:li>", b'rdf:parseType="Literal"', b'rdf:parseType="Resource"', b'rdf:nodeID="-"',
    b'rdf:ID="a b"', b'rdf:datatype=""', b'xml:lang=""', b'xml:base="http://["', b"<skos:Concept>",
    b"</skos:Concept>", b"<skos:prefLabel>", b"<?xml version='1.0' encoding='utf-7'?>", b"]]>", b"<![CDATA[",
    b"<!--", b'"@context": "http://127.0.0.1:9/c",', b'"@id": [],', b"<http://e.org/rivers/>",
    b"<http://e.org/#>",
)  # fmt: skip
_SUFFIXES: Final = (*_FORMS, "xml")


def make(random: Random) -> bytes:
    """Return a vocabulary, damaged; the form under which it is read stands in its first line, as a suffix."""
    form = random.randrange(4)
    suffix = (_SUFFIXES[0], _SUFFIXES[1], random.choice(_SUFFIXES[2:4]), _SUFFIXES[4])[form]
    if not random.randrange(10):
        suffix = random.choice(_SUFFIXES)
    data = (
        damage(random, _SEEDS[form], (*_MARKS, *WIDE), _SEEDS, most=4)
        if random.randrange(20)
        else _SEEDS[form]
    )
    return suffix.encode() + b"\n" + data


def use(data: bytes, folder: Path) -> str:
    """Check, list and use a vocabulary."""
    suffix, _, content = data.partition(b"\n")
    named = (
        suffix.decode("ascii", "replace") if suffix.decode("ascii", "replace") in _SUFFIXES else _SUFFIXES[0]
    )
    return use_vocabulary_as(content, folder, f"v.{named}")


TARGETS: Final = (Target("skos", make, use),)
