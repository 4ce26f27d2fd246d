"""Conditions set on a promise or a request, or lifted: ``when fiscal circumstances allow``."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tracker.changes.shifts.rules import load_terms
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from tracker.changes.shifts.rewording import Passage, Rewording


def find_condition_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the condition that only one side has, where it was put in or taken out whole."""
    old = _find(
        rewording.old, [(p.old_start, p.old_end) for p in rewording.substitutions], rewording.language
    )
    new = _find(
        rewording.new, [(p.new_start, p.new_end) for p in rewording.substitutions], rewording.language
    )
    kept = _pattern(rewording.language).search(rewording.old.text if new else rewording.new.text)
    if len(old) + len(new) != 1 or kept:
        return ()
    passage, found = (rewording.new, new[0]) if new else (rewording.old, old[0])
    evidence = passage.cite(*found.span())
    if not evidence:
        return ()
    rule = f"condition: {found.group().lower()} (ours)"
    shift = (
        Shift("strength", "weaker", None, evidence, rule)
        if new
        else Shift("strength", "stronger", evidence, None, rule)
    )
    return (shift,)


def _find(passage: Passage, edited: list[tuple[int, int]], language: str) -> list[re.Match[str]]:
    matches = _pattern(language).finditer(passage.text)
    return [m for m in matches if any(start <= m.start() and m.end() <= end for start, end in edited)]


@cache
def _pattern(language: str) -> re.Pattern[str]:
    spelled = "|".join(load_terms("strength.toml", "conditions", language)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)
