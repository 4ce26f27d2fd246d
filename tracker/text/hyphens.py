"""Words cut by a hyphen at the end of a line, or of what used to be one."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tracker.text.spans import Replacement
from tracker.text.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

_CUT = re.compile(r"- ([^\W\d_]{2,})")
_SHORTEST_WORD = 4
_FIRST = re.compile(r"(?<![\w-])[^\W\d_]{2,}\Z")


class Spelling:
    """How a text spells its compounds, so that a hyphen at a break can be told from one of its own."""

    def __init__(self, text: str) -> None:
        self._lowered = text.lower()
        self._known: dict[tuple[str, str], bool | None] = {}

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


def mend_cut_words(text: str) -> Iterator[Replacement]:
    """Yield repairs of ``multi- lateral`` and ``long- term``, leaving ``short- and long-term``."""
    if "- " not in text:
        return
    spelling = Spelling(text)
    for match in _CUT.finditer(text):
        at, second = match.start(), match.group(1)
        first = _FIRST.search(text, max(0, at - 30), at)
        if first is None or second.lower() in _rows("hanging"):
            continue
        keeps = spelling.keeps_hyphen(first.group(), second)
        if keeps is None and second.islower() and len(second) >= _SHORTEST_WORD:
            # A compound or a cut word: the hyphen says so in both, and the blank in neither.
            keeps = True
        if keeps is not None:
            yield Replacement(at + keeps, at + 2, "")


@cache
def _rows(row: str) -> frozenset[str]:
    return frozenset(read_tables("lines")["hyphenated"][row])
