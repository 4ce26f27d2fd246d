"""Untrusted text made safe to print: control and invisible characters are made visible.

Escape sequences can rename a window or hide a line, and bidirectional overrides can turn a sentence
around (CVE-2021-42574). Statements, titles and file names are all untrusted.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEYOND_LATIN = (
    "\u0590-\u061b\u061d-\u180d\u180f-\u1fff\u2190-\ud7ff"
    "\uf900-\ufdff\ufe0f\ufe70-\ufeef\U00010000-\U000dffff"
)
"""Arabic, Hebrew, the Indic scripts, emoji: what joiners and direction marks can belong to."""


@cache
def _hidden() -> re.Pattern[str]:
    # 2 ms, which Latin text does not take.
    return re.compile(_HIDDEN)


_HIDDEN = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # C0 without tab and line feed, DEL, C1
    r"|[\xad\u180e\u200b\u2028\u2029\u2060-\u2064\ufeff]"  # zero width, and separators that break lines
    r"|[\u202a-\u202e\u2066-\u206f]"  # bidirectional embeddings, overrides and isolates
    r"|[\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"  # annotations, noncharacters, tags
    r"|[\ud800-\udfff]"  # lone surrogates: bytes of a file name that are not UTF-8
    rf"|(?<![{_BEYOND_LATIN}])[\u061c\u200c-\u200f]"  # joiners, direction marks: no script asks
)
_LATIN = re.compile(r"[\t\n -~\xa0-\xac\xae-\u024f‘’“”…–—→¶·−]*")
_CONTROL_PICTURES = 0x2400
_SPACE, _DELETE, _DELETE_PICTURE = 0x20, 0x7F, "\u2421"


def visible(text: str) -> str:
    """Return a text in which every control and invisible character is shown by a visible name.

    C0 controls and DEL become their pictures (``␛``, ``␍``, ``␡``), all others their number (``<U+202E>``).
    Line feeds and tabs stay. So do joiners (U+200C, U+200D) and direction marks (U+200E, U+200F, U+061C)
    right after a character of a script that uses them, as in Persian or a joined emoji; elsewhere they
    are shown. Applying it again changes nothing.
    """
    return text if _LATIN.fullmatch(text) else _hidden().sub(lambda match: _name(match[0]), text)


def cut_hidden(text: str) -> Iterator[tuple[str, str]]:
    """Yield stretches of a text, each with what ``visible`` makes of it: itself, or a character's name."""
    end = 0
    for match in _hidden().finditer(text):
        if end < match.start():
            yield text[end : match.start()], text[end : match.start()]
        yield match[0], _name(match[0])
        end = match.end()
    if end < len(text):
        yield text[end:], text[end:]


def one_line(text: str) -> str:
    """Return a visible text on one line, with each run of blanks made one space."""
    return " ".join(visible(text).split())


def escape_hidden(encoded: str) -> str:
    r"""Return JSON with every character that ``visible`` would show written as ``\uXXXX``.

    JSON escapes C0 by itself and passes DEL, C1 and the invisible ones raw.
    """
    return _hidden().sub(lambda match: _escape(match[0]), encoded)


def refer_hidden(encoded: str) -> str:
    """Return XML with every character that ``visible`` would show written as a numeric reference.

    What no XML may hold, not even so, must not be in it.
    """
    return _hidden().sub(lambda match: f"&#x{ord(match[0]):X};", encoded)


def _name(char: str) -> str:
    code = ord(char)
    if code < _SPACE:
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == _DELETE else f"<U+{code:04X}>"


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


# By what it is, .5 ms of each start; by what it is not, 6.
NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""What is no character of XML 1.0 (section 2.2), and the carriage return, which is read as a line feed."""


def in_xml(text: str) -> str:
    """Return a text with what is no character of XML replaced by a visible name, as ``safe.visible`` does."""
    return NOT_XML.sub(lambda match: visible(match[0]), text)
