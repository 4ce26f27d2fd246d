"""Pairs of speeches that careful readers coded: their levels, and the statuses that these give.

The pairs that come with the program are told by reference and digest; their texts are the archive's own.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.comparing.decisions.opinions import CLASSES
from tracker.model.topics import PRIORITIES, STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.topics import Status

ABSENT: Final = "absent"
_PLACE: Final = Path(__file__).with_name("coded")

Speech = tuple[str, str]
"""Country and session."""
Codes = dict[str, tuple[str, ...]]
"""By topic the level that a reader gave, and the one that another careful reader might give, if any."""


@dataclass(frozen=True, slots=True)
class CodedPair:
    """Two neighbouring speeches of one country, and what each reader coded in the old and in the new one."""

    country: str
    old: str
    new: str
    readers: Mapping[str, tuple[Codes, Codes]]

    @property
    def name(self) -> str:
        """The pair in one word: ``GBR 78-79``."""
        return f"{self.country} {self.old}-{self.new}"

    @property
    def topics(self) -> frozenset[str]:
        """The topics that any reader coded in either speech."""
        return frozenset(topic for old, new in self.readers.values() for topic in (*old, *new))


def pair_speeches(coded: Mapping[str, Mapping[Speech, Codes]]) -> list[CodedPair]:
    """Return the pairs of neighbouring sessions of what each reader coded, with those who coded both."""
    speeches = sorted(
        {speech for held in coded.values() for speech in held}, key=lambda each: (each[0], int(each[1]))
    )
    pairs = []
    for (country, old), (other, new) in pairwise(speeches):
        if country == other and int(new) - int(old) == 1:
            readers = {
                reader: (held[country, old], held[country, new])
                for reader, held in coded.items()
                if (country, old) in held and (country, new) in held
            }
            pairs.append(CodedPair(country, old, new, readers))
    return [pair for pair in pairs if pair.readers]


@cache
def load_coded() -> tuple[CodedPair, ...]:
    """Return the pairs that come with the program, each coded by two readers."""
    coded: dict[str, dict[Speech, Codes]] = defaultdict(lambda: defaultdict(dict))
    for reader, country, session, topic, *levels in _read("codes.csv"):
        coded[reader][country, session][topic] = tuple(filter(None, levels))
    return tuple(pair for pair in pair_speeches(coded) if len(pair.readers) > 1)


@cache
def load_digests() -> Mapping[Speech, str]:
    """Return the digest of each coded text's file, by country and session."""
    return {(country, session): digest for country, session, digest in _read("texts.csv")}


def _read(name: str) -> list[list[str]]:
    with (_PLACE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def code_status(old: str, new: str) -> str | None:
    """Return the status that two levels give; None where the topic is a priority on neither side."""
    if not {old, new} & PRIORITIES:
        return None
    if ABSENT in (old, new):
        return "new" if old == ABSENT else "not repeated"
    if CLASSES[old] == CLASSES[new]:
        return "kept"
    return "moved up" if CLASSES[new] > CLASSES[old] else "moved down"


def coded_status(codes: tuple[Codes, Codes], topic: str) -> str | None:
    """Return the status of a topic as a reader coded it."""
    old, new = (side.get(topic, (ABSENT,))[0] for side in codes)
    return code_status(old, new)


def allowed_statuses(codes: tuple[Codes, Codes], topic: str) -> frozenset[str | None]:
    """Return the statuses that a reader would allow, the levels of another careful reader included."""
    olds, news = (side.get(topic, (ABSENT,)) for side in codes)
    return frozenset(code_status(old, new) for old in olds for new in news)


def as_coded(status: Status) -> str:
    """Return a status as readers' levels give it: they say nothing of shares and earlier sessions."""
    return STATUSES[status].coded
