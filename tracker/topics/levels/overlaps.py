"""Mentions that overlap: topics named by the same words are treated alike."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.topics.levels.roles import treat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Mention
    from tracker.topics.levels.cues import Cues
    from tracker.topics.levels.roles import Treatment


def treat_overlapping(
    text: str, mentions: Sequence[Mention], cues: Cues, situations: frozenset[str]
) -> tuple[Treatment, ...]:
    """Return one treatment for each mention in a sentence, as ``treat`` does where none overlap.

    Of mentions that overlap the longest is treated, and the others as it was: who ratifies the Optional
    Protocol to the Convention against Torture acts on torture and on detention, which makes no list of two.
    Words that a model was taught count as terms.
    """
    leading = _choose_leading(mentions)
    if len(leading) == len(mentions) and all(mention.method != "learned" for mention in mentions):
        return treat(text, mentions, cues, situations)
    chosen = [_as_term(mentions[place]) for place in leading]
    treatments = treat(text, chosen, cues, situations)
    ends = [mention.end for mention in chosen]
    return tuple(_follow(mention, treatments[bisect_right(ends, mention.start)]) for mention in mentions)


def _choose_leading(mentions: Sequence[Mention]) -> list[int]:
    order = sorted(range(len(mentions)), key=lambda place: mentions[place].start - mentions[place].end)
    taken = bytearray(max((mention.end for mention in mentions), default=0))
    leading: list[int] = []
    for place in order:
        start, end = mentions[place].start, mentions[place].end
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            leading.append(place)
    return sorted(leading)


def _as_term(mention: Mention) -> Mention:
    return replace(mention, method="term") if mention.method == "learned" else mention


def _follow(mention: Mention, treatment: Treatment) -> Treatment:
    """Treat a mention as the first of the leading ones that ends behind its start, which overlaps it."""
    return replace(treatment, topic=mention.topic)
