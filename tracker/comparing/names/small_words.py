"""The words that English speeches at large write small: ``is_small``."""

from __future__ import annotations

from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.inputs.compiled import read_compiled

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = 2
"""Letters by which they are listed: 20,000 by themselves take 3 ms to read."""


def is_small(word: str) -> bool:
    """Return whether speeches at large write a word small, folded as all names are."""
    return f" {word} " in load_small_words().get(word[:_HEAD], "")


@cache
def load_small_words() -> Mapping[str, str]:
    """Return the words by their first letters, with blanks about each."""
    place = Path(__file__).with_name("small.en.txt.gz")
    words: Mapping[str, str] = read_compiled(place, [place, Path(__file__)], partial(_read_words, place))
    return words


def _read_words(file: Path) -> dict[str, str]:
    import gzip  # noqa: PLC0415 (2 ms, where the list is not as it was installed)

    words = sorted(gzip.decompress(file.read_bytes()).decode("utf-8").split())
    return {head: f" {' '.join(found)} " for head, found in groupby(words, key=lambda word: word[:_HEAD])}
