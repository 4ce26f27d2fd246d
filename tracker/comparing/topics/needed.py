"""Texts of which each match of a pattern holds one: where none of them is, the pattern is not tried."""

from __future__ import annotations

import re
from typing import Final

_SHORTEST: Final = 3
"""Letters of a text that few sentences hold."""
_MOST: Final = 100
"""Texts beyond which to look for each takes as long as to try the pattern."""
_PART: Final = re.compile(
    r"(?P<escaped>\\.)|(?P<any>\[\^?\]?(?:\\.|[^\]\\])*\]|[.^$])"
    r"|(?P<around>\(\?<?[=!])|(?P<open>\((?:\?[:>])?)|(?P<close>\))|(?P<or>\|)"
    r"|(?P<often>(?:[*+?]|\{\d*(?:,\d*)?\})[?+]?)|(?P<letter>.)",
    re.DOTALL,
)

_Texts = frozenset[str]


class _Group:
    """A group of a pattern as far as it is read: what its alternatives need, and the last of these."""

    def __init__(self, *, is_around: bool = False) -> None:
        self.is_around = is_around
        self._alternatives: list[_Texts] = []
        self._found: list[_Texts] = []
        self._run = ""

    def add(self, letter: str) -> None:
        self._run += letter

    def cut(self, needed: _Texts = frozenset()) -> None:
        """End a run of letters, and add what a group within needs."""
        self._found += [each for each in (frozenset({self._run} - {""}), needed) if each]
        self._run = ""

    def drop_last(self, *, is_letter: bool) -> None:
        """Leave out the last letter or group, which need not be there."""
        if is_letter:
            self._run = self._run[:-1]
        elif self._found:
            self._found.pop()
        self.cut()

    def end_alternative(self) -> None:
        """Choose of what an alternative needs the longest, which is the rarest."""
        self.cut()
        long = [each for each in self._found if min(map(len, each)) >= _SHORTEST]
        self._alternatives.append(max(long, key=lambda each: min(map(len, each)), default=frozenset()))
        self._found = []

    def close(self) -> _Texts:
        """Return texts of which it needs one; what it says of the text around it needs none."""
        self.end_alternative()
        is_known = all(self._alternatives) and not self.is_around
        return frozenset().union(*self._alternatives) if is_known else frozenset()


def find_needed(pattern: str) -> tuple[str, ...] | None:
    """Return texts of which each match of a pattern of cues holds one; None where they are short or many."""
    groups = [_Group()]
    last = ""
    for match in _PART.finditer(pattern):
        kind, text = str(match.lastgroup), match[0]
        if kind == "letter" or (kind == "escaped" and not text[1].isalnum()):
            kind = "letter"
            groups[-1].add(text[-1])
        elif kind in {"open", "around"}:
            groups[-1].cut()
            groups.append(_Group(is_around=kind == "around"))
        elif kind == "close":
            # What needs nothing stands for a group, too, where a question mark drops it.
            needed = groups.pop().close()
            groups[-1].cut(needed or frozenset({""}))
        elif kind == "or":
            groups[-1].end_alternative()
        elif kind == "often" and last in {"letter", "close"} and text.startswith(("*", "?", "{0", "{,")):
            groups[-1].drop_last(is_letter=last == "letter")
        else:
            groups[-1].cut()
        last = kind
    needed = groups[0].close()
    return tuple(sorted(needed)) if 0 < len(needed) <= _MOST else None
