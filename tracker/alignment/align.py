"""Which sentences of two texts correspond, n to m: ``align``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.alignment.chains import Block, find_heaviest_chain
from tracker.alignment.context import measure_links
from tracker.alignment.equals import match_equals
from tracker.alignment.groups import Group, grow_groups, propose_groups
from tracker.alignment.moves import choose_moves, judge_moves
from tracker.alignment.pairing import Pairing, pair_texts
from tracker.alignment.weights import Weights, load_weights, to_probability
from tracker.model.changes import Candidate, Link
from tracker.text.encoder import DEFAULT
from tracker.text.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.encoder import Encoder

_MOST_PAIRS = 36_000_000
_GROUP_DISCOUNT = 0.85
"""The exponent by which a group of n pairs gains more than one pair; chosen on the development sets."""


def align(old: Sequence[str], new: Sequence[str], encoder: Encoder | None = DEFAULT) -> tuple[Link, ...]:
    """Return the links between two texts' segments that a careful reader would most probably make.

    Each segment is in one link at most. Equal segments are linked first (method ``equal``, or
    ``typographic`` where only case, quotes, dashes or blanks differ); for the rest (``likeness``), the
    confidence is a probability fitted on human alignments, and links below one half are left out.
    What is left over is encoded by ``encoder``; with None, and between texts of more sentences than
    ``may_encode`` allows, words alone decide. Links come in the order of the new text.
    """
    chosen = encoder if may_encode(len(old), len(new)) else None
    return align_with(old, new, load_weights(encoded=chosen is not None), chosen)


def may_encode(old: int, new: int) -> bool:
    """Tell whether texts of so many sentences are held against each other by what they mean.

    Each of the one is then beside each of the other: up to 36 million pairs, which take 150 MB.
    """
    return old * new <= _MOST_PAIRS


def align_with(
    old: Sequence[str], new: Sequence[str], weights: Weights, encoder: Encoder | None = None
) -> tuple[Link, ...]:
    """Return the links by given weights; see ``align``."""
    folded_old, folded_new = [fold(text) for text in old], [fold(text) for text in new]
    equal = match_equals(folded_old, folded_new)
    links = [_link_equal(old, new, i, j) for i, j in equal]
    if len(links) < min(len(old), len(new)):
        pairing = pair_texts(folded_old, folded_new, equal, weights.likeness, encoder)
        links.extend(_link_alike(pairing, weights))
    return tuple(sorted(links, key=lambda link: (link.new, link.old)))


def weigh_candidates(
    old: Sequence[str], new: Sequence[str], encoder: Encoder | None = DEFAULT
) -> tuple[Candidate, ...]:
    """Return all that ``align`` weighed for the segments that are not equal, the likeliest first."""
    chosen = encoder if may_encode(len(old), len(new)) else None
    weights = load_weights(encoded=chosen is not None)
    folded_old, folded_new = [fold(text) for text in old], [fold(text) for text in new]
    equal = match_equals(folded_old, folded_new)
    pairing = pair_texts(folded_old, folded_new, equal, weights.likeness, chosen)
    chances, _, moves = _judge_groups(pairing, weights)
    candidates = [
        Candidate(group.old, group.new, round(chance, 4), round(moves[group], 4))
        for group, chance in chances.items()
    ]
    return tuple(sorted(candidates, key=lambda each: (-max(each.in_place, each.moved), each.old, each.new)))


def acceptance(encoder: Encoder | None = DEFAULT) -> tuple[float, float]:
    """Return the probabilities from which a link is accepted in its place, and out of order."""
    weights = load_weights(encoded=encoder is not None)
    return weights.accept, weights.accept_move


def _link_equal(old: Sequence[str], new: Sequence[str], i: int, j: int) -> Link:
    exact = old[i].split() == new[j].split()
    return Link((i,), (j,), 1.0, "equal" if exact else "typographic")


def _link_alike(pairing: Pairing, weights: Weights) -> list[Link]:
    _, found, moves = _judge_groups(pairing, weights)
    found |= choose_moves(moves, found, weights.accept_move)
    return [Link(group.old, group.new, round(chance, 4), "likeness") for group, chance in found.items()]


def _judge_groups(
    pairing: Pairing, weights: Weights
) -> tuple[dict[Group, float], dict[Group, float], dict[Group, float]]:
    """Return the probability of each group in its place, the groups chosen so, and that of each as a move."""
    groups = propose_groups(pairing)
    measured = dict(zip(groups, measure_links(pairing, groups, weights.place), strict=True))
    chances = {group: to_probability(weights.link.logit(features)) for group, features in measured.items()}
    chosen = _choose_in_order(chances, pairing.in_order, weights.accept)
    found = grow_groups(pairing, chosen, chances, weights.accept)
    return chances, found, judge_moves(pairing, measured, found)


def _choose_in_order(
    chances: dict[Group, float], in_order: Sequence[tuple[int, int]], accept: float
) -> dict[Group, float]:
    """Return the groups of the chain that gains most, beside the equal pairs, with their probability."""
    likely = [group for group, chance in chances.items() if chance >= accept]
    blocks = [
        Block(group.old[0], group.old[-1], group.new[0], group.new[-1], _gain(group, chances[group]))
        for group in likely
    ]
    blocks += [Block(i, i, j, j, 1.0) for i, j in in_order]
    chain = [likely[index] for index in find_heaviest_chain(blocks) if index < len(likely)]
    return {group: chances[group] for group in chain}


def _gain(group: Group, chance: float) -> float:
    return float(chance * (len(group.old) * len(group.new)) ** _GROUP_DISCOUNT)
