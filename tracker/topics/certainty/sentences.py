"""Features of a sentence that are the same for each of its topics."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tracker.topics.cues import plain, ready
from tracker.topics.vocabulary.stems import Reach, count_words, read_sentence

if TYPE_CHECKING:
    from tracker.model.topics import Mention
    from tracker.topics.cues import Cues

_BESIDE: Final = 4
"""Words on either side of a term that are close to it."""
_POSSESSED: Final = "s"
_POSSESSIVE: Final = re.compile(rf"’{_POSSESSED}(?![^\W_])")


def describe_stem(word: str) -> str:
    """Return the stem of a word in quotes, with where it stands if it is close to the topic."""
    where, _, stem = word.rpartition(" ")
    return f"“{stem}” close {where} it" if where else f"“{stem}”"


class Sentence:
    """A sentence, read once however many topics it names."""

    def __init__(self, text: str, language: str, cues: Cues) -> None:
        self.plain = plain(text)
        self.text = ready(text)
        self._cues = cues
        self._words = read_sentence(self.plain, language)
        self.stems = frozenset(word.stem for word in self._words)

    @cached_property
    def commits(self) -> bool:
        """Whether the speaker commits, calls for, welcomes or condemns."""
        return bool(self._cues.find_all("commit", self.text))

    @cached_property
    def stances(self) -> int:
        """How many words take a stance."""
        return len(self._cues.find_all("stance", self.text))

    @cached_property
    def length(self) -> int:
        """How many words there are."""
        return count_words(self.text)

    @cached_property
    def _acts(self) -> list[int]:
        spans = (*self._cues.find_all("commit", self.text), *self._cues.find_all("demand", self.text))
        return sorted(end for _, end in spans)

    @cached_property
    def _reach(self) -> Reach:
        return Reach(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self._words]

    @cached_property
    def _ends(self) -> list[int]:
        return [word.end for word in self._words]

    def find_beside(self, mention: Mention) -> set[str]:
        """Return the stems of the words close before and after a mention."""
        at, behind = bisect_right(self._ends, mention.start), bisect_left(self._starts, mention.end)
        after = [word.stem for word in self._words[behind : behind + _BESIDE]]
        if _POSSESSIVE.match(self.plain, mention.end):
            # Outside the words of a sentence, it was one where the weights were fitted.
            after = [_POSSESSED, *after[: _BESIDE - 1]]
        return {
            *(f"before {word.stem}" for word in self._words[max(0, at - _BESIDE) : at]),
            *(f"after {stem}" for stem in after),
        }

    def find_gap(self, start: int) -> int | None:
        """Return the words between the last cue of an act before a topic and the topic."""
        before = bisect_right(self._acts, start)
        return self._reach.count(self._acts[before - 1], start) if before else None
