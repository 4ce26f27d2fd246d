"""Coding sheets: what readers called the topics of speeches, and the statuses that follow."""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.shared_data import require
from tracker.comparing.pipeline import text_side
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.model.texts import Side

CODING = Path(__file__).parent / "acceptance" / "coding"
EARLIER = Path(__file__).parent / "benchmarks" / "coding"
ABSENT = "absent"
RANKS = {ABSENT: 0, "mentioned": 1, "acknowledged": 1, "substantive": 2, "declared": 3}
PRIORITY = 2
FREE = "free:"

Speech = tuple[str, str]
"""Country and session."""
Codes = dict[str, tuple[str, ...]]
"""By topic the level a reader gave, and the one another careful reader might give, if any."""


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


def read_sheet(path: Path) -> dict[str, dict[Speech, Codes]]:
    """Read a sheet by reader and speech; labels become topics, and of two codes for one the higher counts."""
    stands_for = tomllib.loads((CODING / "labels.toml").read_text("utf-8"))["labels"]
    known = {topic.id for topic in load_vocabulary().topics}
    found: dict[str, dict[Speech, Codes]] = defaultdict(lambda: defaultdict(dict))
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            label = row["topic"].removeprefix(FREE)
            topic = label if label in known else stands_for.get(label, f"{FREE}{label}")
            levels = tuple(level for level in (row["level"], row["or"]) if level)
            codes = found[row["reader"]][row["country"], row["session"]]
            if topic not in codes or RANKS[codes[topic][0]] < RANKS[levels[0]]:
                codes[topic] = levels
    return {reader: dict(speeches) for reader, speeches in found.items()}


def pair_speeches(sheet: Mapping[str, Mapping[Speech, Codes]]) -> list[CodedPair]:
    """Return the pairs of neighbouring sessions, with the readers who coded both speeches."""
    speeches = sorted({speech for coded in sheet.values() for speech in coded})
    pairs = []
    for (country, old), (other, new) in pairwise(speeches):
        if country == other and int(new) - int(old) == 1:
            readers = {
                reader: (coded[country, old], coded[country, new])
                for reader, coded in sheet.items()
                if (country, old) in coded and (country, new) in coded
            }
            pairs.append(CodedPair(country, old, new, readers))
    return [pair for pair in pairs if pair.readers]


def code_status(old: str, new: str) -> str | None:
    """Return the status that two levels give; None where the topic is a priority on neither side."""
    if max(RANKS[old], RANKS[new]) < PRIORITY:
        return None
    if ABSENT in (old, new):
        return "new" if old == ABSENT else "not repeated"
    if RANKS[old] == RANKS[new]:
        return "kept"
    return "moved up" if RANKS[new] > RANKS[old] else "moved down"


def coded_status(codes: tuple[Codes, Codes], topic: str) -> str | None:
    """Return the status of a topic as a reader coded it."""
    old, new = (side.get(topic, (ABSENT,))[0] for side in codes)
    return code_status(old, new)


def allowed_statuses(codes: tuple[Codes, Codes], topic: str) -> frozenset[str | None]:
    """Return the statuses that a reader would allow, the levels of another careful reader included."""
    olds, news = (side.get(topic, (ABSENT,)) for side in codes)
    return frozenset(code_status(old, new) for old in olds for new in news)


def load_speech(country: str, session: str) -> Side:
    """Return a speech of the UN General Debate Corpus, which must stand beside the repository."""
    name = f"{country}/{session}_*.txt"
    (path,) = [*require("ungdc").glob(name)] or require("ungdc_more").glob(name)
    side = text_side(f"{country}/UNGA/{session}", read_text(path.read_text(encoding="utf-8-sig")))
    return replace(side, country=country, body="UNGA", session=session)


def sample_pairs(number: int) -> Iterator[tuple[Side, Side]]:
    """Yield pairs of speeches at neighbouring sessions of one country, drawn from the corpus by chance."""
    series = {
        folder.name: sorted(int(path.name.split("_")[0]) for path in folder.glob("[0-9]*_*.txt"))
        for folder in require("ungdc").iterdir()
    }
    pairs = [(name, *each) for name, sessions in sorted(series.items()) for each in pairwise(sessions)]
    for country, old, new in Random(20261127).sample(pairs, number):  # noqa: S311 (a sample, no secret)
        yield load_speech(country, str(old)), load_speech(country, str(new))


def read_later(sheet: Path) -> frozenset[str]:
    """Return the topics that the vocabulary lacked when a sheet was coded, by ``later.toml`` beside it."""
    path = sheet.with_name("later.toml")
    return frozenset(tomllib.loads(path.read_text("utf-8"))["topics"]) if path.exists() else frozenset()
