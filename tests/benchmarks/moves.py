"""Measure whether moved sentences and paragraphs are found, edited ones too.

Real speeches are permuted with a seed: in each, some sentences and some runs of sentences are taken out
and put back elsewhere, and a third of what moved is edited. A move is what crosses the heaviest common
order of the truth, which is the smaller part. Run as ``python -m tests.benchmarks.moves`` in the root
of the repository; it fails where recall or precision of the moved sentences is below .95.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.benchmarks.fit_alignment import read_speech
from tests.shared_data import require
from tracker.alignment.align import align
from tracker.alignment.chains import ChainBlock, find_heaviest_chain
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.encoder import Encoder

_SPEAKERS = ("BRA", "CAN", "ETH", "FRA", "GBR", "IND", "JPN", "KEN", "MEX", "MYS", "NGA", "NZL")
_FLOOR = 0.95
_SHORTEST = 6
"""Words of a sentence that is moved: "Thank you." has no place of its own."""
_WORDS = ("new", "shared", "urgent", "national", "further", "2030", "partners", "fully", "jointly")

Pairs = set[tuple[int, int]]


def permute(text: Sequence[str], chance: random.Random) -> tuple[list[str], Pairs]:
    """Return the text with runs of one to five sentences moved, a third of them edited, and the truth."""
    order = list(range(len(text)))
    moved: set[int] = set()
    for width in [1] * 6 + [4, 5]:
        start = chance.randrange(len(order) - width)
        run = order[start : start + width]
        if moved.isdisjoint(run) and all(len(text[i].split()) >= _SHORTEST for i in run):
            del order[start : start + width]
            place = chance.randrange(len(order))
            order[place:place] = run
            moved.update(run)
    new = [edit(text[i], chance) if i in moved and chance.random() < 1 / 3 else text[i] for i in order]
    return new, {(i, j) for j, i in enumerate(order)}


def edit(sentence: str, chance: random.Random) -> str:
    """Return a sentence with about a sixth of its words dropped, replaced or added."""
    words = sentence.split()
    for _ in range(max(1, len(words) // 6)):
        place = chance.randrange(len(words))
        words[place : place + chance.randint(0, 1)] = chance.choice([[], [chance.choice(_WORDS)]])
    return " ".join(words)


def find_crossing(pairs: Pairs) -> Pairs:
    """Return the pairs outside the heaviest common order."""
    listed = sorted(pairs)
    chain = find_heaviest_chain([ChainBlock(i, i, j, j, 1.0) for i, j in listed])
    return pairs - {listed[index] for index in chain}


def measure_moves(encoder: Encoder | None) -> tuple[float, float, int, int]:
    """Return recall and precision of moved sentences, how many there are, and how many are edited.

    A moved sentence counts as found where it is linked to its own counterpart; a found link is wrong
    where it crosses the order and its sentences do not belong together.
    """
    data = require(".")
    chance = random.Random(78)  # noqa: S311 - the same moves every time
    found = wanted = right = given = edited = 0
    for speaker in _SPEAKERS:
        for path in sorted((data / "ungdc" / speaker).glob("7[1478]_*.txt")):
            old = read_speech(path)
            new, truth = permute(old, chance)
            pairs = {(i, j) for link in align(old, new, encoder) for i in link.old for j in link.new}
            moves, claimed = find_crossing(truth), find_crossing(pairs)
            same = {(i, j) for i, j in claimed if old[i] == new[j] and (i, j) not in truth}
            found, wanted = found + len(moves & pairs), wanted + len(moves)
            right, given = right + len(claimed & truth), given + len(claimed - same)
            edited += sum(old[i] != new[j] for i, j in moves)
    return found / wanted, right / given, wanted, edited


def main() -> None:
    """Print recall and precision, and exit 1 where one is below the floor."""
    fallen = False
    for name, encoder in (("encoder", DEFAULT), ("words alone", None)):
        recall, precision, wanted, edited = measure_moves(encoder)
        print(f"{name:12} {wanted} moved ({edited} edited): recall {recall:.3f}, precision {precision:.3f}")
        fallen = fallen or min(recall, precision) < _FLOOR
    if fallen:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
