"""How much of one text another one has kept, in runs of words: cheap, and the same in every language."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.rules import load_rules
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.watching import Kept

_IDEOGRAPHS: Final = "\u3400-\u4dbf\u4e00-\u9fff"
_WORDS: Final = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+")
_RUN, _CHINESE_RUN = 3, 6
_FEWEST_PAIRS = 3


def measure_likeness(one: str, other: str) -> float:
    """Return the share of the runs of three words (six Chinese characters) that two texts have in common.

    Of the smaller text's runs, from 0 to 1, four decimals: a text cut short is still like the whole.
    """
    first, second = _runs(one), _runs(other)
    least = min(len(first), len(second))
    return round(len(first & second) / least, 4) if least else 0.0


def learn_leniency(snapshots: Sequence[Kept]) -> float:
    """Return by which factor a source's own bounds of likeness are lower, 1 where nothing was learned.

    Learned is from the likeness of its successive snapshots, once there are three pairs of them.
    """
    bounds = load_rules().bounds
    shares = [measure_likeness(newer.text, older.text) for newer, older in pairwise(snapshots)]
    if len(shares) < _FEWEST_PAIRS:
        return 1.0
    usual = bounds.learned_part * median(shares)
    return min(1.0, max(usual, bounds.least_other_text) / bounds.other_text)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORDS.findall(fold(text))
    is_chinese = sum(len(word) == 1 and word >= _IDEOGRAPHS[0] for word in words) * 2 > len(words)
    size = _CHINESE_RUN if is_chinese else _RUN
    return set(zip(*(words[start:] for start in range(size)), strict=False))
