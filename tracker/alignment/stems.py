"""The stems of a sentence, and how much sharing each of them tells about a pair of texts."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_ENDINGS = (
    *("ational", "ations", "ation", "ments", "ment", "ings", "ing"),
    *("ied", "ies", "ed", "es", "ly", "e", "s", "y"),
)
_SHORTEST_STEM = 4


def find_stems(folded: str) -> tuple[str, ...]:
    """Return the stems of a folded sentence in order; scripts without blanks give pairs of characters."""
    found: list[str] = []
    for match in _WORD.finditer(folded):
        word = match.group()
        found.extend(_pairs(word) if _UNSPACED.search(word) else (_stem(word),))
    return tuple(found)


def weigh_stems(sentences: Iterable[frozenset[str]]) -> Mapping[str, float]:
    """Return for each stem what sharing it tells, from about 0 to 11 bits.

    The bits by which the stem is rare before the United Nations (``commonness.toml``), times its rarity
    within the two texts: the name of a fable's hero is rare in general and says nothing inside the fable.
    """
    counts: Counter[str] = Counter()
    total = 0
    for stems in sentences:
        counts.update(stems)
        total += 1
    general, rare = _commonness()
    scale = math.log(total + 2)
    return {
        stem: max(general.get(stem, rare), 0.5) * math.log((total + 2) / count) / scale
        for stem, count in counts.items()
    }


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


@cache
def _commonness() -> tuple[Mapping[str, float], float]:
    table = tomllib.loads(resources.files(__package__).joinpath("commonness.toml").read_text("utf-8"))
    bands = {stem: float(band) for band, listed in table["bands"].items() for stem in listed.split()}
    return bands, float(table["rare"])
