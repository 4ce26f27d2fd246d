"""Words that come near to a phrase and are not it: in another order, in a compound, or all but one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.follow.tracing.matching import MOST_BETWEEN, cut_parts, holds, widen
from tracker.text.identity import fold
from tracker.text.tables import all_entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.follow.tracing.matching import Phrase, PhraseWord

_PARTLY_TOLD = range(3, 9)
"""How many words there have to be so that one of them may be another word."""
_OF_SEVERAL_LANGUAGES = frozenset({"a", "as", "de", "e", "en", "in", "la", "o", "on", "or", "u"})
"""Words of grammar that tell no language apart."""


@dataclass(frozen=True, slots=True)
class Near:
    """Words that come near to a phrase: all of them that tell, or some."""

    text: str
    whole: bool


def find_needed(phrase: Phrase) -> tuple[tuple[PhraseWord, ...], ...]:
    """Return the sets of words of which a sentence that says the phrase, or nearly, has one whole.

    Its words without those of grammar; from three on, one of them may be another word.
    """
    parts = tuple(replace(part, is_acronym=False) for part in phrase.parts)
    told = tuple(part for part in parts if part.folded not in _words_of_grammar())
    if len(told) < 2:  # noqa: PLR2004 (one word alone is near to much)
        return (parts,)
    if len(told) not in _PARTLY_TOLD:
        return (told,)
    return (told, *(told[:at] + told[at + 1 :] for at in range(len(told))))


def find_near(phrase: Phrase, text: str, folded: str) -> Near | None:
    """Return the words of a text, in which the phrase is not, that come nearest to it; else nothing.

    They are its words in any order, close to each other, inside a compound, or in small letters where it is
    an acronym; or all but one of three or more with nothing but words of grammar between them.
    """
    needed = find_needed(phrase)
    for wanted in needed:
        if not holds(folded, wanted):
            continue
        parts = cut_parts(text)
        whole = wanted == needed[0]
        window = _find_window(wanted, parts, len(phrase.parts) + MOST_BETWEEN)
        if window and (whole or _tells_only(parts[window[0] : window[1] + 1], wanted)):
            start, end = widen(text, parts[window[0]].start, parts[window[1]].end)
            same = phrase.is_same(fold(text[start:end])) and not any(part.is_acronym for part in phrase.parts)
            return None if same else Near(text[start:end], whole)
    return None


@lru_cache(maxsize=1)
def _words_of_grammar() -> frozenset[str]:
    return all_entries("languages", "function_words") | _OF_SEVERAL_LANGUAGES


def _find_window(
    wanted: Sequence[PhraseWord], parts: Sequence[PhraseWord], widest: int
) -> tuple[int, int] | None:
    """Return the first and last place of the shortest run of words that holds all that are wanted."""
    hits = [
        (at, which) for at, part in enumerate(parts) for which, word in enumerate(wanted) if word.fits(part)
    ]
    best: tuple[int, int] | None = None
    last: dict[int, int] = {}
    for at, which in hits:
        last[which] = at
        first = min(last.values())
        if len({*last.values()}) == len(wanted) and at - first < (best[1] - best[0] if best else widest):
            best = first, at
    return best


def _tells_only(parts: Sequence[PhraseWord], wanted: Sequence[PhraseWord]) -> bool:
    """Return whether words are those wanted, and words of grammar."""
    return all(
        part.folded in _words_of_grammar() or any(word.fits(part) for word in wanted) for part in parts
    )
