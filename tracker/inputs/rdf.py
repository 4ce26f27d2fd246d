"""What rdflib takes quadratic time or memory for, refused before it parses."""

from __future__ import annotations

import re
from typing import Final

from tracker.inputs.xml import check_entities

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
