"""TOML, JSON, cells and RDF from others: bounded in size and depth before they are parsed.

The standard library's reader of TOML keeps all beginnings of a dotted key: one of 50,000 parts took 3 GB. It
also calls itself for each array or table inside another. Thesauri name their namespaces by XML entities
(``&skos;Concept``), so these cannot be refused altogether, as the package defusedxml does; refused are those
by which a short file becomes a long one.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_CHARACTERS: Final = 8_000_000
"""The shipped vocabulary, in six languages, has 600,000."""
_MAX_DEPTH: Final = 32
"""Parts of a key, and brackets inside one another; what is read here has three."""

# No part can fail once begun, or a quotation mark without an end would be sought again from each mark in it.
_STRING: Final = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5}|\Z|\\)'
    r"|'''(?:[^']++|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_KEY: Final = re.compile(r"[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++)*+")
_BRACKET: Final = re.compile(r"[\[{]|[\]}]")


def parse_toml(text: str) -> dict[str, Any]:
    """Return what a text in TOML says.

    Raises ``ValueError`` with the reason: no TOML, over 8,000,000 characters, a key of more than 32 parts,
    or more than 32 brackets inside one another.
    """
    import tomllib  # noqa: PLC0415 (27 ms that commands without TOML do not take)

    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"over {MAX_CHARACTERS:,} characters; split it into several files")
    _check_depth(text)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _check_depth(text: str) -> None:
    bare = _STRING.sub(_blank, text)
    for key in _KEY.finditer(bare):
        if key[0].count(".") >= _MAX_DEPTH:
            raise ValueError(f"a key of {key[0].count('.') + 1:,} parts{_tell_line(bare, key.start())}")
    depth = 0
    for bracket in _BRACKET.finditer(bare):
        depth = depth + 1 if bracket[0] in "[{" else max(0, depth - 1)
        if depth > _MAX_DEPTH:
            raise ValueError(f"nested more than {_MAX_DEPTH} deep{_tell_line(bare, bracket.start())}")


def _blank(match: re.Match[str]) -> str:
    """Return one letter for what is between quotes, and nothing for what is behind a #; the lines stay."""
    return "" if match[0][0] == "#" else "x" + "\n" * match[0].count("\n")


def _tell_line(bare: str, at: int) -> str:
    return f" (at line {bare.count(chr(10), 0, at) + 1})"


def parse_json(text: str | bytes) -> object:
    """Return what a text in JSON says.

    Raises ``ValueError`` with the reason: no JSON, nested too deeply for the reader, or a number of more
    than 4,300 digits, which Python refuses since reading it takes time with the square of its length.
    """
    try:
        value: object = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def parse_report(data: bytes) -> object:
    """Return what a file in JSON says that every reader of JSON has to understand in the same way.

    Raises ``ValueError`` as ``parse_json`` does, and where it is not in UTF-8, has a key twice, more than 32
    brackets inside one another, half a character, or a number that JSON does not know.
    """
    try:
        value: object = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_read_pairs, parse_constant=_refuse_constant
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    level, depth = [value], 0
    while level := [inside for each in level for inside in _list_inside(each)]:
        depth += 1
        if depth > _MAX_DEPTH:
            raise ValueError(f"nested more than {_MAX_DEPTH} deep")
    # Only an escape can have made half a character.
    if b"\\ud" in data.lower():
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _list_inside(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _read_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        met = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in met if met.count(name) > 1)[:60]!a} stands twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""With the wide forms of East Asian typing, which some programs take for the plain ones."""


def guard(text: str) -> str:
    """Return a text as a cell has it."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """Return the text of a cell that ``guard`` wrote; of others the text itself."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


_LONGEST_ENTITY: Final = 1000
"""Characters; the address of a namespace has fifty."""
_MOST_ENTITIES: Final = 100
_MAX_EXPANDED: Final = 64 * 1024 * 1024
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
        if expanded > _MAX_EXPANDED:
            raise ValueError(f"its entities stand for more than {_MAX_EXPANDED // 1024**2} MB")


def _read_entities(data: bytes) -> Mapping[str, str]:
    entities: dict[str, str] = {}

    def declare(name: str, is_parameter: bool, value: str | None, *_elsewhere: str | None) -> None:
        if value is None or is_parameter:
            raise ValueError(f"its entity {name} is kept elsewhere or is a parameter; write it out")
        if "&" in value or len(value) > _LONGEST_ENTITY:
            raise ValueError(f"its entity {name} is made of others, or is long; write it out")
        if b"\0" in data[:1000] or len(entities) >= _MOST_ENTITIES:
            raise ValueError(f"it declares over {_MOST_ENTITIES} entities, or is in UTF-16; save it as UTF-8")
        entities[name] = value

    def refuse(*_declaration: object) -> None:
        raise ValueError("it declares values that elements have by default; write them out")

    def stop(*_element: object) -> None:
        raise _PrologRead

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declare
    parser.AttlistDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with suppress(_PrologRead, expat.ExpatError):
            parser.Parse(data, True)  # noqa: FBT003 - the function knows no names
    except LookupError as error:
        raise ValueError(f"{error}; save it as UTF-8") from error
    return entities


_LONGEST_TEXT: Final = 100_000
"""Characters of one label or note, which is put together piece by piece: 300 KB took 1.5 seconds."""
_MOST_NAMESPACES: Final = 1000
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
    if longest > _LONGEST_TEXT:
        raise ValueError(f"a text in it has {longest:,} characters; a label may have {_LONGEST_TEXT:,}")
    if namespaces > _MOST_NAMESPACES:
        raise ValueError(f"it has {namespaces:,} namespaces; it may have {_MOST_NAMESPACES:,}")
