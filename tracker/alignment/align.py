"""Which sentences of two texts correspond, n to m: ``align``."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from tracker.alignment.candidates import match_equals
from tracker.alignment.chains import find_heaviest_chain, pair_block
from tracker.alignment.context import measure_links
from tracker.alignment.groups import grow_groups, propose_groups
from tracker.alignment.pairing import pair_texts
from tracker.alignment.similarity import FEWEST_STEMS, LEAST_COVER
from tracker.alignment.weights import PLAIN_FEATURES, load_weights, to_probability
from tracker.model.changes import Candidate, Link
from tracker.text.encoder import DEFAULT
from tracker.text.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tracker.alignment.groups import Group
    from tracker.alignment.pairing import Pairing
    from tracker.alignment.weights import AlignmentWeights, Logistic
    from tracker.text.encoder import Encoder

_MOST_PAIRS = 36_000_000
_GROUP_DISCOUNT = 0.85
"""The exponent by which a group of n pairs gains more than one pair; chosen on the development sets."""
_LEAST_GAIN = 0.3
"""Of likeness, for a group that moved. Set by hand: from 0 to 1.2 the F1 of the development sets is the same;
their coders left out moves."""
_UNSEEN = 0.3
"""How many edited sentences are taken to have moved where none moved word for word."""
_UNORDERED = 0.03
"""The share of the sentences that are alike out of order in two texts that keep none, such as speeches of
neighbouring sessions."""


def align(old: Sequence[str], new: Sequence[str], encoder: Encoder | None = DEFAULT) -> tuple[Link, ...]:
    """Return the links between two texts' segments that a careful reader would most probably make.

    Each segment is in one link at most. Equal segments are linked first (method ``equal``, or
    ``typographic`` where only case, quotes, dashes or blanks differ); for the rest (``likeness``), the
    confidence is a probability fitted on human alignments, and links below one half are left out.
    What is left over is encoded by ``encoder``; with None, and between texts of more sentences than
    ``may_encode`` allows, words alone decide. Links come in the order of the new text.
    """
    chosen = encoder if may_encode(len(old), len(new)) else None
    return align_with(old, new, load_weights(chosen), chosen)


def may_encode(old: int, new: int) -> bool:
    """Tell whether texts of so many sentences are compared by what they mean.

    Each of the one is then beside each of the other: up to 36 million pairs, which take 150 MB.
    """
    return old * new <= _MOST_PAIRS


def align_with(
    old: Sequence[str], new: Sequence[str], weights: AlignmentWeights, encoder: Encoder | None = None
) -> tuple[Link, ...]:
    """Return the links by given weights; see ``align``."""
    equal, folded = _match_equals(old, new)
    links = [
        Link((i,), (j,), 1.0, "equal" if old[i].split() == new[j].split() else "typographic")
        for i, j in equal
    ]
    if len(links) < min(len(old), len(new)):
        pairing = pair_texts(*folded, equal, weights.likeness, encoder)
        _, found, moves = _score_groups(pairing, weights)
        found |= choose_moves(moves, found, weights.accept_move)
        links += [Link(group.old, group.new, round(chance, 4), "likeness") for group, chance in found.items()]
    return tuple(sorted(links, key=lambda link: (link.new, link.old)))


def weigh_candidates(
    old: Sequence[str], new: Sequence[str], encoder: Encoder | None = DEFAULT
) -> tuple[Candidate, ...]:
    """Return all that ``align`` weighed for the segments that are not equal, the most likely first."""
    chosen = encoder if may_encode(len(old), len(new)) else None
    weights = load_weights(chosen)
    equal, folded = _match_equals(old, new)
    chances, _, moves = _score_groups(pair_texts(*folded, equal, weights.likeness, chosen), weights)
    candidates = [
        Candidate(group.old, group.new, round(chance, 4), round(moves[group], 4))
        for group, chance in chances.items()
    ]
    return tuple(sorted(candidates, key=lambda each: (-max(each.in_place, each.moved), each.old, each.new)))


def acceptance(encoder: Encoder | None = DEFAULT) -> tuple[float, float]:
    """Return the probabilities from which a link is accepted in its place, and out of order."""
    weights = load_weights(encoder)
    return weights.accept, weights.accept_move


def _match_equals(
    old: Sequence[str], new: Sequence[str]
) -> tuple[tuple[tuple[int, int], ...], tuple[list[str], list[str]]]:
    """Return the pairs of equal segments, and both texts folded."""
    folded = [fold(text) for text in old], [fold(text) for text in new]
    return match_equals(*folded), folded


def _score_groups(
    pairing: Pairing, weights: AlignmentWeights
) -> tuple[dict[Group, float], dict[Group, float], dict[Group, float]]:
    """Return the probability of each group in its place, the groups chosen so, and that of each as a move."""
    groups = propose_groups(pairing)
    measured = dict(zip(groups, measure_links(pairing, groups, weights.place), strict=True))
    chances = {group: to_probability(weights.link.logit(features)) for group, features in measured.items()}
    moves = score_moves(pairing, measured, (), weights.move)
    chosen = choose_in_order(chances, moves, pairing.in_order, weights)
    found = grow_groups(pairing, chosen, chances, weights.accept)
    return chances, found, score_moves(pairing, measured, found, weights.move)


def choose_in_order(
    chances: Mapping[Group, float],
    moves: Mapping[Group, float],
    in_order: Sequence[tuple[int, int]],
    weights: AlignmentWeights,
) -> dict[Group, float]:
    """Return the groups of the chain that gains most, beside the equal pairs, with their probability.

    What a group gains is less by the likeliest move that it would block.
    """
    likely = {group: chance for group, chance in moves.items() if chance >= weights.accept_move}
    of_old = _list_by((i, group) for group in likely for i in group.old)
    of_new = _list_by((j, group) for group in likely for j in group.new)
    gains: dict[Group, float] = {}
    for group, chance in chances.items():
        if chance >= weights.accept:
            rivals = {move for i in group.old for move in of_old[i]}
            rivals |= {move for j in group.new for move in of_new[j]}
            blocked = max((likely[move] for move in rivals if not group.holds(move)), default=0.0)
            gains[group] = chance * (len(group.old) * len(group.new)) ** _GROUP_DISCOUNT - blocked
    chosen = [group for group, gain in gains.items() if gain > 0]
    blocks = [group.block(gains[group]) for group in chosen]
    blocks += [pair_block(i, j, 1.0) for i, j in in_order]
    return {
        chosen[index]: chances[chosen[index]] for index in find_heaviest_chain(blocks) if index < len(chosen)
    }


def _list_by(members: Iterable[tuple[int, Group]]) -> Mapping[int, list[Group]]:
    """Return for each sentence the groups that it is a member of."""
    listed: dict[int, list[Group]] = defaultdict(list)
    for sentence, group in members:
        listed[sentence].append(group)
    return listed


def score_moves(
    pairing: Pairing, measured: Mapping[Group, Sequence[float]], settled: Collection[Group], move: Logistic
) -> dict[Group, float]:
    """Return the probability of each group as a move, beside the ``settled`` ones that keep the order.

    The first features of each are those of ``PLAIN_FEATURES``.

    Order being no help, likeness is weighed against accident: ``move`` tells how much more often moved
    sentences reach a likeness than one pair of unrelated sentences does, and each sentence that is free on
    the one side makes such a pair with each on the other. How many moves are expected is told by the
    sentences that moved word for word, and by how far the two texts keep an order at all.
    """
    moved, equal = len(pairing.moved), len(pairing.moved) + len(pairing.in_order)
    free_old = len(pairing.old) - sum(len(group.old) for group in settled) - equal
    free_new = len(pairing.new) - sum(len(group.new) for group in settled) - equal
    order = pairing.common_order**2
    expected = moved + _UNSEEN * order + _UNORDERED * (1 - order) * max(1, min(free_old, free_new))
    prior = math.log(expected / max(1, free_old * free_new))
    return {group: _score_move(pairing, group, features, move, prior) for group, features in measured.items()}


def _score_move(
    pairing: Pairing, group: Group, features: Sequence[float], move: Logistic, prior: float
) -> float:
    shortest = min(
        sum(len(pairing.old[i].stems) for i in group.old), sum(len(pairing.new[j].stems) for j in group.new)
    )
    named = dict(zip(PLAIN_FEATURES, features, strict=False))
    covers_little = named["weakest"] < LEAST_COVER or named["likeness_gain"] < _LEAST_GAIN
    if shortest < FEWEST_STEMS or (named["grouped"] and covers_little):
        return 0.0
    return to_probability(move.logit((named["likeness"],)) + prior)


def choose_moves(
    chances: Mapping[Group, float], settled: Iterable[Group], accept: float
) -> dict[Group, float]:
    """Return the strongest groups among the sentences that are left, wherever they are."""
    used_old = {i for group in settled for i in group.old}
    used_new = {j for group in settled for j in group.new}
    likely = [group for group, chance in chances.items() if chance >= accept]
    moves: dict[Group, float] = {}
    for group in sorted(likely, key=lambda group: (-chances[group], group.old, group.new)):
        if used_old.isdisjoint(group.old) and used_new.isdisjoint(group.new):
            moves[group] = chances[group]
            used_old.update(group.old)
            used_new.update(group.new)
    return moves
