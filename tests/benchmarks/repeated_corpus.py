"""The General Debate of sessions 70 to 79, as often as is wanted: up to 13,000 statements that all differ.

It is repeated at ten sessions before those, and so on. Every sentence of a repetition has a word of another
sentence in it, so that no digest of a text comes twice and next to nothing that is kept answers for another.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_left
from itertools import islice, product
from typing import TYPE_CHECKING

from tests.measuring import run_tracker
from tests.shared_data import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMPORT = ("--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt")
FIRST, SPAN, SINCE = 70, 10, 1945
WORD = re.compile(r"[a-z]{5,}")
SENTENCE = re.compile(r"(?<=[.!?])\s+")


def repeat_corpus() -> Iterator[tuple[str, str]]:
    """Yield names and texts, country by country, first as they are and then changed at earlier sessions."""
    folders = sorted(path for path in require("ungdc").iterdir() if path.is_dir())
    for copy, folder in product(range(FIRST // SPAN), folders):
        for path in sorted(folder.glob("7*_*.txt")):
            session = int(path.name.partition("_")[0]) - copy * SPAN
            name = f"{folder.name}/{session}_{SINCE + session}.txt"
            text = path.read_text("utf-8")
            yield name, change_words(text, random.Random(name)) if copy else text  # noqa: S311 (the same each time)


def change_words(text: str, chance: random.Random) -> str:
    """Put another word of the same text in the place of one word of every sentence that has a longer one."""
    words: list[str] = sorted({*WORD.findall(text), "other", "further"})

    def replace(match: re.Match[str]) -> str:
        place = bisect_left(words, match[0])
        return words[(place + chance.randrange(1, len(words))) % len(words)]

    return " ".join(WORD.sub(replace, sentence, count=1) for sentence in SENTENCE.split(text))


def write_corpus(folder: Path, statements: int) -> Path:
    """Write so many statements below a folder, one file each."""
    for name, text in islice(repeat_corpus(), statements):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def make_record(folder: Path, statements: int) -> None:
    """Make an archive of so many statements in a folder, by ``tracker import``."""
    write_corpus(folder / "speeches", statements)
    run_tracker(folder, "init")
    run_tracker(folder, "import", "speeches", *IMPORT)
