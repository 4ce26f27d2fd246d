"""Which sentences of two texts correspond, n to m: ``align``."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.alignment.candidates import match_equals
from tracker.comparing.alignment.chains import find_heaviest_chain, pair_block
from tracker.comparing.alignment.context import measure_links
from tracker.comparing.alignment.groups import grow_groups, propose_groups
from tracker.comparing.alignment.pairing import NOTHING, pair_texts
from tracker.comparing.alignment.similarity import FEWEST_STEMS
from tracker.comparing.alignment.weights import (
    LINK_FEATURES,
    REUSE_FEATURES,
    load_weights,
    to_probability,
)
from tracker.model.changes import Candidate, Link
from tracker.text.encoder import DEFAULT
from tracker.text.identity import fold_sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tracker.comparing.alignment.groups import Group
    from tracker.comparing.alignment.pairing import Pairing
    from tracker.comparing.alignment.weights import AlignmentWeights, Logistic
    from tracker.text.encoder import Encoder

_MOST_PAIRS = 36_000_000
_BESIDE = 2
"""Sentences between two pairs that may be parts of one split or merge."""
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
        found = score_links(pairing, weights).found
        links += [Link(group.old, group.new, round(chance, 4), "likeness") for group, chance in found.items()]
    return tuple(sorted(links, key=lambda link: (link.new, link.old)))


def weigh_candidates(
    old: Sequence[str], new: Sequence[str], encoder: Encoder | None = DEFAULT
) -> tuple[Candidate, ...]:
    """Return all that ``align`` weighed for the segments that are not equal, the most likely first."""
    chosen = encoder if may_encode(len(old), len(new)) else None
    weights = load_weights(chosen)
    equal, folded = _match_equals(old, new)
    scored = score_links(pair_texts(*folded, equal, weights.likeness, chosen), weights)
    candidates = [
        Candidate(
            *(group.old, group.new, round(chance, 4)),
            *(round(chances.get(group, 0.0), 4) for chances in (scored.moves, scored.reuse)),
        )
        for group, chance in (scored.found | scored.chances).items()
    ]
    return tuple(sorted(candidates, key=lambda each: (-each.likeliest, each.old, each.new)))


def acceptance(encoder: Encoder | None = DEFAULT) -> tuple[float, float]:
    """Return the probabilities from which a link is accepted in its place or as said again, and as a move."""
    weights = load_weights(encoder)
    return weights.accept, weights.accept_move


def _match_equals(
    old: Sequence[str], new: Sequence[str]
) -> tuple[tuple[tuple[int, int], ...], tuple[list[str], list[str]]]:
    """Return the pairs of equal segments, and both texts folded."""
    folded = [fold_sentence(text) for text in old], [fold_sentence(text) for text in new]
    return match_equals(*folded), folded


class Scored(NamedTuple):
    """The pairs of two texts, each with a probability, and the links."""

    chances: dict[Group, float]
    """Of each pair in its place."""
    found: dict[Group, float]
    """The links."""
    moves: dict[Group, float]
    """Of each pair as a move."""
    reuse: dict[Group, float]
    """Of each pair as said again; empty where two texts keep their order."""


def score_links(pairing: Pairing, weights: AlignmentWeights) -> Scored:
    """Return the links that are not of equal sentences, and what was weighed for them."""
    groups = propose_groups(pairing)
    measured = dict(zip(groups, measure_links(pairing, groups, weights.place), strict=True))
    chances = {group: to_probability(weights.link.logit(features)) for group, features in measured.items()}
    moves = score_moves(pairing, groups, (), weights.move)
    chosen = choose_in_order(chances, moves, pairing.in_order, weights)
    found = grow_groups(pairing, chosen, chances, weights)
    moves = score_moves(pairing, groups, found, weights.move)
    found |= choose_moves(moves, found, weights.accept_move)
    reuse = score_reuse(pairing, measured, weights)
    found |= choose_moves(reuse, found, weights.accept)
    return Scored(chances, grow_groups(pairing, found, chances, weights), moves, reuse)


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
            blocked = (likely[move] for move in rivals if not _are_beside(group, move))
            gains[group] = chance - max(blocked, default=0.0)
    chosen = [group for group, gain in gains.items() if gain > 0]
    blocks = [group.block(gains[group]) for group in chosen]
    blocks += [pair_block(i, j, 1.0) for i, j in in_order]
    return {
        chosen[index]: chances[chosen[index]] for index in find_heaviest_chain(blocks) if index < len(chosen)
    }


def _are_beside(one: Group, other: Group) -> bool:
    """Tell whether two pairs may be parts of one split or merge, so that neither blocks the other."""
    return max(abs(one.old[0] - other.old[0]), abs(one.new[0] - other.new[0])) <= _BESIDE


def _list_by(members: Iterable[tuple[int, Group]]) -> Mapping[int, list[Group]]:
    """Return for each sentence the groups that it is a member of."""
    listed: dict[int, list[Group]] = defaultdict(list)
    for sentence, group in members:
        listed[sentence].append(group)
    return listed


def score_moves(
    pairing: Pairing, groups: Iterable[Group], settled: Collection[Group], move: Logistic
) -> dict[Group, float]:
    """Return the probability of each group as a move, beside the ``settled`` ones that keep the order.

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
    return {group: _score_move(pairing, group, move, prior) for group in groups}


def _score_move(pairing: Pairing, group: Group, move: Logistic, prior: float) -> float:
    if _is_short(pairing, group):
        return 0.0
    i, j = group.old[0], group.new[0]
    return to_probability(move.logit((pairing.alike.get((i, j), NOTHING),)) + prior)


_OF_REUSE = tuple(map(LINK_FEATURES.index, REUSE_FEATURES))
_UNLIKE = -4.0
"""The log odds of likeness below which no pair is weighed."""


def score_reuse(
    pairing: Pairing, measured: Mapping[Group, Sequence[float]], weights: AlignmentWeights
) -> dict[Group, float]:
    """Return the probability of each pair that the one sentence says again what the other said.

    ``measured`` are the features of ``LINK_FEATURES``. The more two texts keep an order, the less it counts:
    what is left over there was dropped or is new.
    """
    share = 1 - pairing.common_order**2
    if share < weights.accept:
        return {}
    return {
        group: share * to_probability(weights.reuse.logit([features[at] for at in _OF_REUSE]))
        for group, features in measured.items()
        if features[_OF_REUSE[0]] >= _UNLIKE and not _is_short(pairing, group)
    }


def _is_short(pairing: Pairing, group: Group) -> bool:
    """Tell whether a sentence of a pair is so short that it looks like others by accident."""
    stems = len(pairing.old[group.old[0]].stems), len(pairing.new[group.new[0]].stems)
    return min(stems) < FEWEST_STEMS


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
