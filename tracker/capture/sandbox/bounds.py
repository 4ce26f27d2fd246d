"""How much time and memory one document may take: all such figures stand here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_GIGABYTE = 1024**3
_WAITING = 3
"""A machine may be so much busier with other work before a reading that goes on counts as endless."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one document may take before it is ended: seconds of a processor, bytes of memory."""

    processor: int
    memory: int
    """Of address space, with Python and the libraries (50 to 100 MB), where a system can hold it to that."""

    @property
    def wall(self) -> float:
        """The seconds after which it is ended in any case."""
        return float(_WAITING * self.processor)

    @property
    def time_words(self) -> str:
        """The bound of processor time, in words."""
        return f"{self.processor} s of a processor"

    @property
    def memory_words(self) -> str:
        """The bound of memory, in words."""
        return f"{self.memory / _GIGABYTE:g} GB of memory"


ARRIVING: Final = Bounds(processor=60, memory=2 * _GIGABYTE)
"""For what is new. A speech takes a second at most; a million words in PDF, the slowest, half a minute."""

KEPT: Final = Bounds(processor=300, memory=8 * _GIGABYTE)
"""For what was accepted before, maybe by a release without bounds: it should be read again if it can be."""

MOST_ANSWERED: Final = 256 * 1024**2
"""Bytes of what a reading gives: texts are held to far less, the links of an index can repeat a long base."""
