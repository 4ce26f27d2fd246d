"""How many phrases pass between two statements, and how many where their passages are shuffled.

Run as ``python tests/benchmarks/phrases.py``. Neighbouring statements of 150 countries, drawn with a fixed
seed, as they are and with blocks of five sentences dealt to the two sides at random.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.shared_data import require
from tracker.comparing.topics.emerging import compare_uses, load_prior, score_uses
from tracker.comparing.topics.phrasing import Uses, join_uses, read_uses
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.phrases import PAIR
from tracker.references import own_names
from tracker.text.reading import read_text

PAIRS, SHUFFLES, BLOCK = 150, 3, 5


@dataclass(frozen=True, slots=True)
class Dealt:
    """The blocks of two statements, and how many of them, from the first, are the old one's."""

    texts: tuple[Path, Path]
    blocks: tuple[Uses, ...]
    old: int


def cut(texts: tuple[Path, Path]) -> Dealt:
    names = own_names(texts[0].parent.name)
    blocks: list[list[Uses]] = []
    for number, path in enumerate(texts):
        version = read_text(path.read_text(encoding="utf-8-sig", errors="replace"), language="en")
        starts = range(0, len(version.segments), BLOCK)
        parts = (replace(version, segments=version.segments[start : start + BLOCK]) for start in starts)
        blocks.append([read_uses({number: part}, names) for part in parts])
    return Dealt(texts, tuple(blocks[0] + blocks[1]), len(blocks[0]))


def count(blocks: list[Uses], old: int, texts: tuple[Path, Path]) -> tuple[int, int]:
    before, after = join_uses(blocks[:old]), join_uses(blocks[old:])
    versions = tuple(
        read_text(path.read_text(encoding="utf-8-sig", errors="replace"), language="en") for path in texts
    )
    told = compare_uses(before, after, versions, load_vocabulary(), PAIR)
    return len(told), len(score_uses(before, after, load_prior("en")))


def main() -> None:
    """Print the means."""
    random = Random(7)  # noqa: S311 - a sample, not secrecy
    folders = sorted(path for path in require("ungdc").iterdir() if path.is_dir())
    as_spoken, shuffled, compared = [], [], []
    for folder in random.sample(folders, PAIRS):
        files = sorted(path for path in folder.glob("*.txt") if not path.name.startswith("."))
        at = random.randrange(len(files) - 1)
        dealt = cut((files[at], files[at + 1]))
        told, candidates = count([*dealt.blocks], dealt.old, dealt.texts)
        as_spoken.append(told)
        compared.append(candidates)
        for _ in range(SHUFFLES):
            blocks = random.sample(dealt.blocks, len(dealt.blocks))
            shuffled.append(count(blocks, dealt.old, dealt.texts)[0])
    print(f"{mean(compared):.0f} phrases compared; {mean(as_spoken):.2f} told, {mean(shuffled):.2f} shuffled")


if __name__ == "__main__":
    main()
