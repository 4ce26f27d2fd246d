"""Coding sheets: what readers called the topics of speeches, and the statuses that follow."""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.shared_data import require
from tracker.comparing.decisions.opinions import CLASSES
from tracker.comparing.pipeline import text_side
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.coding.coded_pairs import Codes, Speech
    from tracker.model.texts import Side

CODING = Path(__file__).parent / "acceptance" / "coding"
EARLIER = Path(__file__).parent / "benchmarks" / "coding"
PRIORITY = 2
FREE = "free:"
FOLDERS = ("ungdc", "ungdc_more")
"""Of the development data, those that hold speeches."""


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
            if topic not in codes or CLASSES[codes[topic][0]] < CLASSES[levels[0]]:
                codes[topic] = levels
    return {reader: dict(speeches) for reader, speeches in found.items()}


def load_speech(country: str, session: str) -> Side:
    """Return a speech of the UN General Debate Corpus, which must stand beside the repository."""
    found = (path for folder in FOLDERS for path in require(folder).glob(f"{country}/{session}_*.txt"))
    path = next(found, None)
    if path is None:
        raise FileNotFoundError(f"{country} {session} is missing from the development data")
    side = text_side(f"{country}/UNGA/{session}", read_text(path.read_text(encoding="utf-8-sig")))
    return replace(side, country=country, body="UNGA", session=session)


@cache
def list_sessions(country: str) -> frozenset[int]:
    """Return the sessions of which the development data has a speech of a country."""
    paths = (path for folder in FOLDERS for path in require(folder).glob(f"{country}/[0-9]*_*.txt"))
    return frozenset(int(path.name.split("_")[0]) for path in paths)


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
