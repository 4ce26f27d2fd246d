"""Countries that are named and have no part in a situation: hosts, partners, homes, items of a long list."""

from __future__ import annotations

import re
from bisect import bisect
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.inputs.compiled import read_compiled, read_packaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Mention

_ARTICLE: Final = r"(?:the )?(?:(?:Bolivarian |Islamic |Arab |Federal )?Republic of (?:the )?)?"
_REACH: Final = 160
"""Characters before a name, and after it, in which words say what the country is there."""
# Possessive, so that a sentence of capitals takes no time.
_CAPITAL: Final = r"[^\W\d_a-zà-ÿ][\w’.-]*+"
_NAME: Final = rf"(?:the |la |le |les |el )?{_CAPITAL}(?: (?:of |the |de |du |la )*+{_CAPITAL})*+"
_LINK: Final = r"(?:, (?:and |et |y )?| and | et | y )"
_LIST: Final = re.compile(rf"{_NAME}(?:{_LINK}{_NAME})++")
_FEWEST: Final = 4
"""Names in a row that are a list."""


def find_bystanders(text: str, mentions: Sequence[Mention], language: str) -> list[Mention]:
    """Return which of a sentence's mentions of situations name countries that have no part in one.

    ``mentions`` are all of the sentence that name a situation, in order of place. In a list of four names or
    more of which most name no situation, none does.
    """
    names = [mention for mention in mentions if _is_name(mention.term)]
    if not names:
        return []
    before, after = load_bystanders(language)
    return [
        mention
        for mention in names
        if _is_stranger(mention, text, names)
        or (before and before.search(text[max(0, mention.start - _REACH) : mention.start]))
        or (after and after.match(text[mention.end : mention.end + _REACH]))
    ]


def _start(mention: Mention) -> int:
    return mention.start


def _is_name(term: str) -> bool:
    """Whether a term is the name of a country or its people and says nothing of what happens there."""
    return all(word[:1].isupper() for word in term.split() if word not in _SMALL)


_SMALL: Final = frozenset({"of", "the", "and", "de", "du", "la", "del", "et", "y"})


def _is_stranger(name: Mention, text: str, names: Sequence[Mention]) -> bool:
    """Whether a name stands in a list of names, as far as words reach, of which most name no situation."""
    start, end = max(0, name.start - _REACH), name.end + _REACH
    if text.count(",", start, end) < _FEWEST - 2:
        return False
    for row in _LIST.finditer(text, start, end):
        if row.start() <= name.start and name.end <= row.end():
            every = len(re.findall(_LINK, row[0])) + 1
            listed = bisect(names, row.end(), key=_start) - bisect(names, row.start() - 1, key=_start)
            return every >= _FEWEST and 2 * listed < every
    return False


@cache
def load_bystanders(language: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Return the patterns of what stands before a bystander, and behind one; None where no table has any."""
    own = Path(__file__)
    sources = (own, own.with_suffix(".toml"))
    sides = read_compiled(own.with_name(f"bystanders.{language}"), sources, partial(_join_sides, language))
    before, after = (each and re.compile(each) for each in sides)
    return before, after


def _join_sides(language: str) -> tuple[str | None, str | None]:
    table = read_packaged(__package__, "bystanders.toml").get(language)
    if table is None:
        return None, None
    before, after = ("|".join(table[side]) for side in ("before", "after"))
    return rf"(?:{before}){_ARTICLE}$", rf"(?:{after})"
