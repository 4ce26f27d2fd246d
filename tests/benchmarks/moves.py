"""Measure whether moved sentences and paragraphs are found, edited ones too, alone and among others.

Real speeches are permuted with a seed: in each, some sentences and some runs of sentences are taken out
and put back elsewhere, and a third of what moved is edited. A move is what crosses the heaviest common
order of the truth, which is the smaller part. Then one sentence of a speech is moved ten places and one or
two of its words are edited, while up to forty sentences of another country's speech stand on each side.
Weights of moves are fitted on other countries. Run as ``python -m tests.benchmarks.moves`` in the root of the
repository; it fails where recall or precision of the moved sentences is below .95.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.benchmarks.fit_alignment import MOVES_MEASURED_ON, edit, read_speech
from tests.shared_data import require
from tracker.comparing.alignment.align import align
from tracker.comparing.alignment.chains import ChainBlock, find_heaviest_chain
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.encoder import Encoder

_FLOOR = 0.95
_SHORTEST = 6
"""Words of a sentence that is moved: "Thank you." has no place of its own."""
_SPEECH, _PLACES = 45, 10
"""Sentences of a speech of which one is moved, and by how many of them."""
_UNRELATED = (0, 4, 10, 20, 40)
_EDITED = ((1, 7, 9), (1, 10, 99), (2, 10, 99))
"""Words that are edited, and the fewest and most words of the sentence."""

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
    new = [
        edit(text[i], max(1, len(text[i].split()) // 6), chance)
        if i in moved and chance.random() < 1 / 3
        else text[i]
        for i in order
    ]
    return new, {(i, j) for j, i in enumerate(order)}


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
    for speaker in MOVES_MEASURED_ON:
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


def move_among(
    text: Sequence[str], others: Sequence[str], words: tuple[int, int, int], chance: random.Random
) -> tuple[list[str], list[str], tuple[int, int]] | None:
    """Return a speech, one in which a sentence is moved and edited, and the places of that sentence.

    Half of ``others`` stand in each. Returns None where the speech has no sentence of so many words.
    """
    times, fewest, most = words
    fitting = [i for i, sentence in enumerate(text) if fewest <= len(sentence.split()) <= most]
    if not fitting:
        return None
    i = chance.choice(fitting)
    moved = edit(text[i], times, chance)
    rest = [sentence for j, sentence in enumerate(text) if j != i]
    place = i + _PLACES if i + _PLACES <= len(rest) else i - _PLACES
    half = len(others) // 2
    old = _mix(text, i, others[:half], chance)
    new = _mix([*rest[:place], moved, *rest[place:]], place, others[half:], chance)
    return old[0], new[0], (old[1], new[1])


def _mix(
    text: Sequence[str], place: int, others: Sequence[str], chance: random.Random
) -> tuple[list[str], int]:
    """Return a text with others' sentences put in, and where the sentence at ``place`` is now."""
    mixed = [(sentence, at == place) for at, sentence in enumerate(text)]
    for other in others:
        mixed.insert(chance.randrange(len(mixed) + 1), (other, False))
    return [sentence for sentence, _ in mixed], next(at for at, (_, marked) in enumerate(mixed) if marked)


def measure_among(
    encoder: Encoder | None, words: tuple[int, int, int], unrelated: int, every: int = 1
) -> tuple[int, int]:
    """Return how many sentences that were moved and edited are found, and how many there are.

    One in so many of the speeches is taken, ``every``.
    """
    data = require(".")
    chance = random.Random(5)  # noqa: S311 - the same moves every time
    paths = [
        path
        for speaker in MOVES_MEASURED_ON
        for path in sorted((data / "ungdc" / speaker).glob("7[1478]_*.txt"))
    ]
    speeches = [read_speech(path) for path in paths]
    found = wanted = 0
    for at, text in list(enumerate(speeches))[::every]:
        another = [each for each in speeches[(at + 17) % len(speeches)] if len(each.split()) >= _SHORTEST]
        others = chance.sample(another, min(2 * unrelated, len(another)))
        case = move_among(text[:_SPEECH], others, words, chance)
        if case:
            old, new, pair = case
            links = align(old, new, encoder)
            found += any(pair[0] in link.old and pair[1] in link.new for link in links)
            wanted += 1
    return found, wanted


def main() -> None:
    """Print recall and precision, and exit 1 where one is below the floor."""
    fallen = False
    for name, encoder in (("encoder", DEFAULT), ("words alone", None)):
        recall, precision, wanted, edited = measure_moves(encoder)
        print(f"{name:12} {wanted} moved ({edited} edited): recall {recall:.3f}, precision {precision:.3f}")
        fallen = fallen or min(recall, precision) < _FLOOR
        for words in _EDITED:
            shares = []
            for unrelated in _UNRELATED:
                found, wanted = measure_among(encoder, words, unrelated)
                shares.append(f"{found} of {wanted}")
                fallen = fallen or found < _FLOOR * wanted
            told = f"{words[0]} edited of {words[1]} to {words[2]} words"
            print(f"  {told}, among {', '.join(map(str, _UNRELATED))} unrelated: {', '.join(shares)}")
    if fallen:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
