"""TOML of others: bounded in size and depth before it is parsed.

The standard library's reader keeps all beginnings of a dotted key: one of 50,000 parts took 3 GB. It also
calls itself for each array or table inside another.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

MAX_CHARACTERS: Final = 8_000_000
"""The shipped vocabulary, in six languages, has 600,000."""
MAX_DEPTH: Final = 32
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
        raise ValueError(f"over {MAX_CHARACTERS:,} characters; part it into several files")
    _check_depth(text)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _check_depth(text: str) -> None:
    bare = _STRING.sub(_blank, text)
    for key in _KEY.finditer(bare):
        if key[0].count(".") >= MAX_DEPTH:
            raise ValueError(f"a key of {key[0].count('.') + 1:,} parts{_tell_line(bare, key.start())}")
    depth = 0
    for bracket in _BRACKET.finditer(bare):
        depth = depth + 1 if bracket[0] in "[{" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            raise ValueError(f"nested more than {MAX_DEPTH} deep{_tell_line(bare, bracket.start())}")


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


_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""With the wide forms of East Asian typing, which some programs take for the plain ones."""


def guard(text: str) -> str:
    """Return a text as a cell has it."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """Return the text of a cell that ``guard`` wrote; of others the text itself."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
