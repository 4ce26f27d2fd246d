"""How often words and phrases are used in speeches at large: counts that ship with the package."""

from __future__ import annotations

import gzip
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.inputs.compiled import read_compiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.topics.phrases.phrasing import Stems

_FILES: Final = {"en": "prior.en.tsv.gz"}

CORPUS: Final = 5000.0
"""Words that the counts are worth beside those of the texts compared, about two statements."""

WEIGHT: Final = 2000.0
"""Words that the prior is worth in the end, about one statement."""

LEAST: Final = 0.5
"""What a phrase rarer than once in 4,000 words is given: Jeffreys' prior."""


class Prior(NamedTuple):
    """Uses of words and phrases among so many words; without any it is flat."""

    name: str
    digest: str
    words: int
    uses: Mapping[Stems, int]

    def expect(self, key: Stems, uses: int, words: int) -> float:
        """Return the uses that a phrase is given on either side before the two are compared.

        ``uses`` among ``words`` are those of both sides: as in Monroe and others, the texts compared are a
        part of the speeches at large, or a series that likes a word less than others would seem to take to
        it in every short text.
        """
        if not self.words:
            return LEAST
        known = CORPUS * self.uses.get(key, 0) / self.words
        return max(WEIGHT * (known + uses) / (CORPUS + words), LEAST)

    @property
    def total(self) -> float:
        """All the uses it gives; those of phrases that are flat are few beside a text's words."""
        return WEIGHT if self.words else 0.0


FLAT: Final = Prior("flat", "", 0, {})
"""The same for every phrase: what languages have that no speeches were counted in."""


@cache
def load_prior(language: str) -> Prior:
    """Return the prior of a language, the flat one where none ships.

    The file holds a line of words and name, then a line for each phrase: its uses, a tab, its stems.
    """
    if language not in _FILES:
        return FLAT
    place = Path(__file__).with_name(_FILES[language])
    return Prior(*read_compiled(place, [place, Path(__file__)], partial(_read, place)))


def _read(file: Path) -> list[Any]:
    data = file.read_bytes()
    head, *rows = gzip.decompress(data).decode("utf-8").splitlines()
    words, _, name = head.partition("\t")
    uses = (row.split("\t") for row in rows)
    return [name, sha256(data).hexdigest(), int(words), {tuple(k.split(" ")): int(n) for n, k in uses}]
