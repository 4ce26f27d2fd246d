"""Two texts side by side: how alike their sentences are, and how much corresponds at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.alignment.candidates import find_candidates, find_near
from tracker.comparing.alignment.chains import find_heaviest_chain, pair_block
from tracker.comparing.alignment.similarity import Stemmed, measure, read_unit, weigh_stems, weigh_unit
from tracker.comparing.alignment.weights import Lift, Logistic, to_probability
from tracker.text.encoder import multiply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.comparing.alignment.chains import ChainBlock
    from tracker.text.encoder import Encoder, Vectors

_EQUAL = 8.0
"""The log odds of likeness that stand for equal sentences."""
NOTHING = -8.0
"""The log odds that stand for sentences with nothing in common."""
_CONSTANT = 2
_HALF_ORDER = 0.1
_PLAIN = 0.45


class Nearness(NamedTuple):
    """The vectors of the sentences that are not equal to any, and how near they are by chance."""

    old: Vectors
    new: Vectors
    rows: Mapping[int, int]
    """The row in ``old`` for each sentence of the old text."""
    columns: Mapping[int, int]
    cosines: Vectors
    usual_old: Sequence[float]
    """The mean cosine of each row: what the subject alone gives."""
    usual_new: Sequence[float]

    def measure(self, old: Sequence[int], new: Sequence[int]) -> Lift:
        """Return the nearness of two runs of sentences, its square, and its lead over the usual one."""
        rows, columns = [self.rows[i] for i in old], [self.columns[j] for j in new]
        if len(rows) == len(columns) == 1:
            near = self.cosines.item(rows[0], columns[0])
        else:
            a, b = self.old[rows].sum(axis=0), self.new[columns].sum(axis=0)
            near = float(a @ b) / math.sqrt(float(a @ a) * float(b @ b))
        near = round(near, 4)
        usual = max([self.usual_old[r] for r in rows] + [self.usual_new[c] for c in columns])
        return Lift(near, near * near, near - round(usual, 4))


class Pairing(NamedTuple):
    """Two texts with the log odds of likeness of each candidate pair.

    Equal sentences are set apart: they need no measuring, and count as wholly alike.
    """

    old: tuple[Stemmed, ...]
    new: tuple[Stemmed, ...]
    weights: Mapping[str, float]
    likeness: Logistic
    nearness: Nearness | None
    alike: Mapping[tuple[int, int], float]
    """Log odds of likeness of the candidates and the equal pairs."""
    in_order: tuple[tuple[int, int], ...]
    """The equal pairs that keep the order which equal and alike sentences have in common."""
    moved: tuple[tuple[int, int], ...]
    """The other equal pairs."""
    best_old: Mapping[int, float]
    best_new: Mapping[int, float]
    common_order: float
    """How much of the two texts corresponds in order beyond what chance gives, 0 to 1."""
    paraphrase: float
    """The part of the common order that is not between plainly alike sentences."""
    coverage: float
    """The share of the shorter text that the best chain covers, each sentence by its chance."""
    breadth: float
    """The logarithm of the shorter text's sentences: in a long text more look alike by accident."""


def pair_texts(
    old: Sequence[str],
    new: Sequence[str],
    equal: Sequence[tuple[int, int]],
    likeness: Logistic,
    encoder: Encoder | None = None,
) -> Pairing:
    """Return two folded texts paired; ``equal`` names the pairs of equal sentences."""
    raw_old, raw_new = [read_unit(text) for text in old], [read_unit(text) for text in new]
    weights = weigh_stems(unit.stems for unit in (*raw_old, *raw_new))
    units_old = tuple(weigh_unit(unit, weights) for unit in raw_old)
    units_new = tuple(weigh_unit(unit, weights) for unit in raw_new)
    taken_old, taken_new = {i for i, _ in equal}, {j for _, j in equal}
    free_old = {i: unit for i, unit in enumerate(units_old) if i not in taken_old}
    free_new = {j: unit for j, unit in enumerate(units_new) if j not in taken_new}
    candidates = set(find_candidates(free_old, free_new, weights))
    nearness = _find_nearness(free_old, free_new, encoder) if encoder and free_old and free_new else None
    if nearness:
        candidates |= find_near(nearness.cosines, tuple(free_old), tuple(free_new))
    alike = dict.fromkeys(sorted(candidates), 0.0)
    for i, j in alike:
        near = nearness.measure((i,), (j,)) if nearness else ()
        alike[i, j] = likeness.logit((*measure(units_old[i], units_new[j], weights), *near))
    alike |= dict.fromkeys(equal, _EQUAL)
    in_order, moved = _split_equals(equal, alike)
    common_order, paraphrase, coverage, breadth = _measure_pair(alike, len(old), len(new))
    return Pairing(
        old=units_old,
        new=units_new,
        weights=weights,
        likeness=likeness,
        nearness=nearness,
        alike=alike,
        in_order=in_order,
        moved=moved,
        best_old=_best_by(alike, 0),
        best_new=_best_by(alike, 1),
        common_order=common_order,
        paraphrase=paraphrase,
        coverage=coverage,
        breadth=breadth,
    )


def _find_nearness(old: Mapping[int, Stemmed], new: Mapping[int, Stemmed], encoder: Encoder) -> Nearness:
    vectors = encoder.encode([unit.folded for unit in (*old.values(), *new.values())])
    here, there = vectors[: len(old)], vectors[len(old) :]
    cosines = multiply(here, there).round(4)
    return Nearness(
        here,
        there,
        {i: row for row, i in enumerate(old)},
        {j: column for column, j in enumerate(new)},
        cosines,
        cosines.mean(axis=1).tolist(),
        cosines.mean(axis=0).tolist(),
    )


def _split_equals(
    equal: Sequence[tuple[int, int]], alike: Mapping[tuple[int, int], float]
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Return the equal pairs in the heaviest common order, and those outside it.

    What is alike counts too: a block of a few equal sentences may have moved past many reworded ones.
    """
    likely = [(pair, to_probability(logit)) for pair, logit in sorted(alike.items()) if logit >= 0]
    chain = find_heaviest_chain([pair_block(*pair, chance) for pair, chance in likely])
    kept = {likely[index][0] for index in chain}
    return tuple(sorted(kept & set(equal))), tuple(sorted(set(equal) - kept))


def _best_by(alike: Mapping[tuple[int, int], float], side: int) -> dict[int, float]:
    best: dict[int, float] = {}
    for pair, logit in alike.items():
        best[pair[side]] = max(best.get(pair[side], NOTHING), logit)
    return best


def _measure_pair(
    alike: Mapping[tuple[int, int], float], size_old: int, size_new: int
) -> tuple[float, float, float, float]:
    """Return common order, paraphrase and coverage, each 0 to 1, and breadth.

    Common order is the weight of the best chain less that of the best chain through the new text read
    backwards. Texts of one kind share words by chance, in one order as well as in the other; texts of
    which one was made from the other share them in the same order. Paraphrase is the part of it that
    comes from sentences which are not plainly alike: high in a retelling, low in a revision.
    """
    if not alike:
        return 0.0, 0.0, 0.0, 0.0
    size = min(size_old, size_new) + _CONSTANT
    chances = [(i, j, to_probability(logit)) for (i, j), logit in sorted(alike.items())]
    forward = [pair_block(i, j, math.sqrt(chance)) for i, j, chance in chances]
    backward = [pair_block(i, size_new - 1 - j, math.sqrt(chance)) for i, j, chance in chances]
    chain = find_heaviest_chain(forward)
    excess = _weigh(forward, chain) - _weigh(backward, find_heaviest_chain(backward))
    excess = max(0.0, excess) / size
    plain = math.fsum(chances[index][2] for index in chain) / size
    common_order = excess / (excess + _HALF_ORDER)
    paraphrase = common_order * max(0.0, 1 - plain / _PLAIN)
    return round(common_order, 4), round(paraphrase, 4), round(plain, 4), round(math.log(size), 4)


def _weigh(blocks: Sequence[ChainBlock], chain: Sequence[int]) -> float:
    return math.fsum(blocks[index].gain for index in chain)
