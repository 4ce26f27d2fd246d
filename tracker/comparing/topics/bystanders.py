"""Countries that are named and have no part in a situation: hosts, partners, homes, items of a long list."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from tracker.inputs.compiled import read_packaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Mention

_ARTICLE: Final = r"(?:the )?(?:(?:Bolivarian |Islamic |Arab |Federal )?Republic of (?:the )?)?"
_REACH: Final = 120
"""Characters before a name, and after it, in which words say what the country is there."""
_CAPITAL: Final = r"[^\W\d_a-zà-ÿ][\w’.-]*"
_NAME: Final = rf"(?:the |la |le |les |el )?{_CAPITAL}(?: (?:of |the |and the |de |du |la )*{_CAPITAL})*"
_LINK: Final = r"(?:, (?:and |et |y )?| and | et | y )"
_LIST: Final = re.compile(rf"{_NAME}(?:{_LINK}{_NAME})+")
_FEWEST: Final = 4
"""Names in a row that are a list."""


def find_bystanders(text: str, mentions: Sequence[Mention], language: str) -> list[Mention]:
    """Return which of a sentence's mentions of situations name countries that have no part in one.

    ``mentions`` are all of the sentence that name a situation. In a list of four names or more of which
    most name no situation, none does.
    """
    names = [mention for mention in mentions if _is_name(mention.term)]
    if not names:
        return []
    before, after = _load_patterns(language)
    crowded = {id(each) for row in _find_lists(text) for each in _find_strangers(row, text, names)}
    return [
        mention
        for mention in names
        if id(mention) in crowded
        or (before and before.search(text[max(0, mention.start - _REACH) : mention.start]))
        or (after and after.match(text[mention.end : mention.end + _REACH]))
    ]


def _is_name(term: str) -> bool:
    """Whether a term is the name of a country or its people and says nothing of what happens there."""
    return all(word[:1].isupper() for word in term.split() if word not in _SMALL)


_SMALL: Final = frozenset({"of", "the", "and", "de", "du", "la", "del", "et", "y"})


def _find_lists(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _LIST.finditer(text)] if text.count(",") >= _FEWEST - 2 else []


def _find_strangers(row: tuple[int, int], text: str, names: Sequence[Mention]) -> list[Mention]:
    """Return the names in a list of names of which most name no situation."""
    listed = [name for name in names if row[0] <= name.start and name.end <= row[1]]
    every = len(re.findall(_LINK, text[slice(*row)])) + 1
    return listed if every >= _FEWEST and 2 * len(listed) < every else []


@cache
def _load_patterns(language: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    table = read_packaged(__package__, "bystanders.toml").get(language)
    if table is None:
        return None, None
    before, after = ("|".join(table[side]) for side in ("before", "after"))
    return re.compile(rf"(?:{before}){_ARTICLE}$"), re.compile(rf"(?:{after})")
