"""Entities of XML, told before anything expands them.

Thesauri name their namespaces by entities (``&skos;Concept``), so that these cannot be refused altogether, as
the package defusedxml does; what is refused are those by which a short file becomes a long one.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_ENTITY: Final = 1000
"""Characters; the address of a namespace has fifty."""
MOST_ENTITIES: Final = 100
MAX_EXPANDED: Final = 64 * 1024 * 1024
"""Characters that the entities of a file may stand for in all."""


class _PrologRead(Exception):
    pass


def check_entities(data: bytes) -> None:
    """Raise ``ValueError`` with the reason where XML declares what makes a short file a long one.

    That is an entity that is kept elsewhere (nothing is ever fetched), is made of other entities or has more
    than 1,000 characters; more than a hundred of them; so many uses that they stand for more than 64 MB; and
    values that elements have by default. Whatever else is wrong with the file is left to its reader.
    """
    expanded = 0
    for name, value in _read_entities(data).items():
        expanded += data.count(f"&{name};".encode()) * len(value)
        if expanded > MAX_EXPANDED:
            raise ValueError(f"its entities stand for more than {MAX_EXPANDED // 1024**2} MB")


def _read_entities(data: bytes) -> Mapping[str, str]:
    entities: dict[str, str] = {}

    def declare(name: str, is_parameter: bool, value: str | None, *_elsewhere: str | None) -> None:
        if value is None or is_parameter:
            raise ValueError(f"its entity {name} is kept elsewhere or is a parameter; write it out")
        if "&" in value or len(value) > LONGEST_ENTITY:
            raise ValueError(f"its entity {name} is made of others, or is long; write it out")
        if b"\0" in data[:1000] or len(entities) >= MOST_ENTITIES:
            raise ValueError(f"it declares over {MOST_ENTITIES} entities, or is in UTF-16; save it as UTF-8")
        entities[name] = value

    def refuse(*_declaration: object) -> None:
        raise ValueError("it declares values that elements have by default; write them out")

    def stop(*_element: object) -> None:
        raise _PrologRead

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declare
    parser.AttlistDeclHandler = refuse
    parser.StartElementHandler = stop
    with suppress(_PrologRead, expat.ExpatError):
        parser.Parse(data, True)  # noqa: FBT003 - the function knows no names
    return entities


LONGEST_TEXT: Final = 100_000
"""Characters of one label or note, which is put together piece by piece: 300 KB took 1.5 seconds."""
MOST_NAMESPACES: Final = 1000
"""Ten thousand prefixes took 5 seconds, and namespaces as many deep 1.3 GB."""

# A string without an end is one to the end: no part can fail once begun, and be sought again.
_TURTLE: Final = re.compile(
    r"<[^<>\"{}|^`\\\s]*+>"
    r'|"""(?:[^"\\]++|\\.|"(?!""))*+(?:"{3}|\Z|\\)'
    r"|'''(?:[^'\\]++|\\.|'(?!''))*+(?:'{3}|\Z|\\)"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'(?:[^'\\\n]++|\\[^\n])*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_PREFIX: Final = re.compile(r"@?\bprefix\b", re.IGNORECASE)
_XML_TEXT: Final = re.compile(rb"[^<]++")


def check_rdf(data: bytes, form: str) -> None:
    """Raise ``ValueError`` with the reason where rdflib could not read a file in a moment.

    ``form`` is ``xml``, ``turtle`` or ``nt``. See ``check_entities`` for XML; besides, no text may have more
    than 100,000 characters, and no file more than 1,000 namespaces.
    """
    if form == "xml":
        check_entities(data)
        longest = max((len(match[0]) for match in _XML_TEXT.finditer(data)), default=0)
        namespaces = data.count(b"xmlns:")
    else:
        text = data.decode("utf-8", "replace")
        longest = max((len(match[0]) for match in _TURTLE.finditer(text)), default=0)
        namespaces = len(_PREFIX.findall(_TURTLE.sub(" ", text)))
    if longest > LONGEST_TEXT:
        raise ValueError(f"a text in it has {longest:,} characters; a label may have {LONGEST_TEXT:,}")
    if namespaces > MOST_NAMESPACES:
        raise ValueError(f"it has {namespaces:,} namespaces; it may have {MOST_NAMESPACES:,}")
