"""Characters to remove from a text, and characters to replace."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, cached_property
from typing import TYPE_CHECKING

from tracker.text.spans import Replacement
from tracker.text.word_tables import all_entries, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
# UTF-8 read as Windows-1252: each byte of a character became a character of its own.
_BYTES = {char: index for index in range(0x80, 0x100) if (char := bytes([index]).decode("cp1252", "ignore"))}
_BYTES |= {chr(index): index for index in range(0x80, 0x100) if chr(index) not in _BYTES}
_CONTINUATION = range(0x80, 0xC0)
_TAIL = "[" + "".join(re.escape(char) for char, byte in _BYTES.items() if byte in _CONTINUATION) + "]"
_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
_BLANKS = "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PLAIN = {**_LIGATURES, **dict.fromkeys(_BLANKS, " ")}
_HYPHENS = "\xad\ufffe"
# Controls, zero-width blanks, byte order marks, and marks that turn the writing direction.
_NOTHING = "\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\uffff"
# One class: as an alternation of its parts the search took eight times as long.
_SPECIAL = re.compile(f"[{_BREAKS}{_BLANKS}{_HYPHENS}{_NOTHING}{''.join(_LIGATURES)}âÂÃÅÄÐÑØÙ¬]")
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x85\u2028\u2029]")
# A hyphen that only marks a break goes with the break; old recognition software wrote it ¬ (im¬portant).
_BREAK_HYPHEN = re.compile(rf"(?:[{_HYPHENS}]+|(?<=[^\W\d_])¬(?=\s?[^\W\d_]))(?:[ \t]*(?:\r\n?|\n)[ \t]*)?")
_BROKEN = re.compile(
    rf"â{_TAIL}{{2}}|[ÂÃ]{_TAIL}|[ÅÄ][^\w–—’‘“”…]|(?:[ÐÑ]{_TAIL}){{3,}}|(?:[ØÙ]{_TAIL}){{3,}}"
)
_STRONG = re.compile(r"(\*\*|__)(?=[^\s*_])([^*\n]{1,600}?)(?<=[^\s*_])\1")
_EMPHASIS = re.compile(r"(?<![\w*])(\*)(?=[^\s*])([^*\n]{1,600}?)(?<=[^\s*])\*(?![\w*])")


_OWNERS = re.compile(r"\b[A-Za-z]{3,}ís\b")
_MANY_OWNERS = 2
_MISREAD = re.compile(r"(?<=[A-Za-z])í(?=s\b|\s)|(?<!\w)ì(?=\w)|(?<=[\w.,?!])î(?!\w)")
_READ = {"í": "’", "ì": "“", "î": "”"}


def clean_characters(text: str) -> Iterator[Replacement]:
    """Yield what makes a text plain: one kind of line break and blank, no controls, no broken encoding.

    A page break gets a line of its own. Tabs stay, since they distinguish a paragraph's number
    from a figure.
    """
    done = 0
    for match in _SPECIAL.finditer(text):
        if match.start() < done:
            continue
        replacement = _replacement(text, match.start(), match.group())
        if replacement:
            done = replacement.end
            yield replacement


def _replacement(text: str, at: int, char: str) -> Replacement | None:
    if char in _PLAIN:
        return Replacement(at, at + 1, _PLAIN[char])
    if char == "\x0c":
        alone = text[at - 1 : at] == "\n" == text[at + 1 : at + 2]
        return None if alone else Replacement(at, at + 1, "\n\x0c\n")
    for pattern, new in ((_LINE_BREAK, "\n"), (_BREAK_HYPHEN, "")):
        match = pattern.match(text, at)
        if match:
            return Replacement(at, match.end(), new)
    broken = _BROKEN.match(text, at)
    if broken:
        return _repaired(broken.group(), at)
    return None if char.isalpha() or char == "¬" else Replacement(at, at + 1, "")


def repair_apostrophes(text: str) -> Iterator[Replacement]:
    """Yield marks of quotation for the letters that a text read by another code page has: ``Russiaís``."""
    # The search for owners takes five hundred times as long as that for one letter.
    if "í" in text and len({*_OWNERS.findall(text)} - {"París"}) >= _MANY_OWNERS:
        for match in _MISREAD.finditer(text):
            yield Replacement(match.start(), match.end(), _READ[match.group()])


def drop_emphasis(text: str) -> Iterator[Replacement]:
    """Yield the removal of Markdown's marks around words."""
    if "*" not in text and "_" not in text:
        return
    for match in (_STRONG if "**" in text or "__" in text else _EMPHASIS).finditer(text):
        yield Replacement(match.start(), match.end(1), "")
        yield Replacement(match.end(2), match.end(), "")


# The foot of one page and the head of the next: 15-29568 9/33 A/70/PV.20 30/09/2015.
_PAGE_BREAK = re.compile(
    r"(?<!\S)(?:\d{1,3}/\d{1,3}\s+\d\d-\d{5}|\d\d-\d{5}\s+\d{1,3}/\d{1,3})(?!\S)"
    r"(?:\s+(?:A/\d+/PV\.\d+\s+\d\d/\d\d/\d{4}|\d\d/\d\d/\d{4}\s+A/\d+/PV\.\d+)(?!\S))?[ \t]?"
)
_JOB_NUMBER = re.compile(r"-\d{5}\b")


def drop_page_breaks(text: str) -> Iterator[Replacement]:
    """Yield the removal of page feet and heads that an extractor ran into the text."""
    if _JOB_NUMBER.search(text):
        for match in _PAGE_BREAK.finditer(text):
            yield Replacement(match.start(), match.end(), "")


def _repaired(damaged: str, start: int) -> Replacement | None:
    """Return the repair if the bytes are UTF-8 for letters or punctuation that a text can hold."""
    try:
        repaired = bytes(_BYTES[char] for char in damaged).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None
    if repaired == "\xa0":
        repaired = " "
    elif not all(unicodedata.category(char)[0] in "LPS" for char in repaired):
        return None
    return Replacement(start, start + len(damaged), repaired)


_CUT = re.compile(r"- ([^\W\d_]{2,})")
_SHORTEST_WORD = 4
_FIRST = re.compile(r"(?<![\w-])[^\W\d_]{2,}\Z")


class Spelling:
    """How a text spells its compounds, so that a hyphen at a break can be told from one of its own."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[tuple[str, str], bool | None] = {}

    @cached_property
    def _lowered(self) -> str:
        return self._text.lower()

    def keeps_hyphen(self, first: str, second: str) -> bool | None:
        """Say whether ``first-second`` has a hyphen, by the rest of the text and a table.

        ``None`` where neither knows.
        """
        parts = first.lower(), second.lower()
        if parts not in self._known:
            self._known[parts] = self._decide(*parts)
        return self._known[parts]

    def _decide(self, first: str, second: str) -> bool | None:
        if f"{first}-{second}" in self._lowered:
            return True
        if first + second in self._lowered or first in _rows("closed"):
            return False
        if first in _rows("first") or second in _rows("second"):
            return True
        words = all(len(part) >= _SHORTEST_WORD and f" {part} " in self._lowered for part in (first, second))
        return True if words else None


def repair_cut_words(text: str) -> Iterator[Replacement]:
    """Yield repairs of ``multi- lateral`` and ``long- term``, leaving ``short- and long-term``."""
    spelling = Spelling(text)
    for match in _CUT.finditer(text):
        at, second = match.start(), match.group(1)
        first = _FIRST.search(text, max(0, at - 30), at)
        if first is None or second.lower() in _rows("hanging"):
            continue
        keeps = spelling.keeps_hyphen(first.group(), second)
        names = first.group()[0].isupper() and second[0].isupper() and second not in _openers()
        if keeps is None and (second.islower() or names) and len(second) >= _SHORTEST_WORD:
            # A compound or a cut word: the hyphen says so in both, and the blank in neither.
            keeps = True
        if keeps is not None:
            yield Replacement(at + keeps, at + 2, "")


def _openers() -> frozenset[str]:
    return all_entries("sentences", "openers")


@cache
def _rows(row: str) -> frozenset[str]:
    return frozenset(read_tables("lines")["hyphenated"][row])
