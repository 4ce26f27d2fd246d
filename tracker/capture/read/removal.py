"""Leaving out of a text, in any format, what the words themselves show: a date of printing, a counter."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.texts import Extraction

BY_TEXT: Final = "text:"
"""Begins a regular expression among the CSS selectors of what is to be left out."""


def split_removed(remove: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return CSS selectors, and regular expressions with what begins them."""
    by_text = tuple(each for each in remove if each.startswith(BY_TEXT))
    return tuple(each for each in remove if each not in by_text), by_text


def remove_text(extraction: Extraction, expressions: Sequence[str]) -> Extraction:
    """Leave out what regular expressions match, and name them with the extractor as selectors are."""
    text = extraction.text
    for each in expressions:
        text = re.sub(each.removeprefix(BY_TEXT).strip(), "", text)
    named = "".join(f" remove={each}" for each in expressions)
    return replace(extraction, text=text, extractor=f"{extraction.extractor}{named}")
