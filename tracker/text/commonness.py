"""Word stems, and how common each is in speeches before the United Nations."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from tracker.inputs.compiled import read_packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNSPACED = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_FIRST_UNSPACED = "\u0e00"
_ENDINGS = (
    *("ational", "ations", "ation", "ments", "ment", "ings", "ing"),
    *("ied", "ies", "ed", "es", "ly", "e", "s", "y"),
)
_SHORTEST_STEM = 4


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(_UNSPACED)


def find_stems(folded: str) -> tuple[str, ...]:
    """Return the stems of a folded sentence in order; scripts without blanks give pairs of characters."""
    words: list[str] = _WORD.findall(folded)
    if max(folded, default="") < _FIRST_UNSPACED:
        return tuple(map(_stem, words))
    found: list[str] = []
    for word in words:
        is_unspaced = max(word) >= _FIRST_UNSPACED and _unspaced().search(word)
        found.extend(_pairs(word) if is_unspaced else (_stem(word),))
    return tuple(found)


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    for ending in _ENDINGS if word.endswith(_ENDINGS) else ():
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


@cache
def load_commonness() -> tuple[Mapping[str, float], float]:
    """Return the bits by which each listed stem is rare, and those of any other (``commonness.toml``)."""
    table = read_packaged(__package__, "commonness.toml")
    parts = [table[part].items() for part in ("ours", "bands")]
    bands = {stem: float(band) for part in parts for band, listed in part for stem in listed.split()}
    return bands, float(table["rare"])
