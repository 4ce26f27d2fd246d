"""How much time and memory reading one document may take, and how a whole sandbox is required for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_GIGABYTE = 1024**3
_WAITING = 3
"""How many times its processor time a reading may take on a busy machine."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of reading one document: seconds of processor time, bytes of memory."""

    processor: int
    memory: int
    """Of address space, with Python and the libraries (50 to 100 MB), where the system can limit it."""

    @property
    def wall(self) -> float:
        """The seconds of real time after which the reading is ended."""
        return float(_WAITING * self.processor)

    @property
    def time_words(self) -> str:
        """The limit of processor time, in words."""
        return f"{self.processor} s of a processor"

    @property
    def memory_words(self) -> str:
        """The limit of memory, in words."""
        return f"{self.memory / _GIGABYTE:g} GB of memory"


NEW_DOCUMENT: Final = Limits(processor=60, memory=2 * _GIGABYTE)
"""For new documents. A speech takes a second at most; a million words in PDF, the slowest, half a minute."""

KEPT_DOCUMENT: Final = Limits(processor=300, memory=8 * _GIGABYTE)
"""For documents that were accepted before, perhaps by a release without limits."""

MAX_ANSWER: Final = 256 * 1024**2
"""Bytes of an answer: texts have a far lower limit, links of an index may repeat a long address."""
