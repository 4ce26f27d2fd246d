"""How far apart things stand in a sentence, in words, without reading what is between them again."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import Final

_TOKEN: Final = re.compile(r"\S+")
_WORD: Final = re.compile(r"\S*?\w\S*")


class Reach:
    """The words of a sentence by their places: a cue's reach is looked up and not counted each time.

    A sentence may be a whole speech. What looks at all that stands before each of its mentions takes
    quadratic time: 40 KB of one acronym took 79 seconds.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _tokens(self) -> list[int]:
        return [match.start() for match in _TOKEN.finditer(self._text)]

    @cached_property
    def _words(self) -> list[int]:
        return [match.start() for match in _WORD.finditer(self._text)]

    def count(self, start: int, end: int) -> int:
        """Return ``len(text[start:end].split())``."""
        if start >= end:
            return 0
        cut = not self._text[start].isspace()
        return bisect_left(self._tokens, end) - bisect_right(self._tokens, start) + cut

    def find_start(self, place: int, words: int) -> int:
        """Return where so many words before a place begin, or 0: what stands before them is out of reach.

        Marks by themselves are no words.
        """
        index = bisect_left(self._words, place) - words
        return self._words[index] if index > 0 else 0
