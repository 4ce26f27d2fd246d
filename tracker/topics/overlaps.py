"""Mentions that overlap: topics named by the same words are treated alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.topics.roles import treat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Mention
    from tracker.topics.cues import Cues
    from tracker.topics.roles import Treatment


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
    return tuple(_follow(mention, chosen, treatments) for mention in mentions)


def _choose_leading(mentions: Sequence[Mention]) -> list[int]:
    order = sorted(range(len(mentions)), key=lambda place: mentions[place].start - mentions[place].end)
    leading: list[int] = []
    for place in order:
        if not any(_overlap(mentions[place], mentions[other]) for other in leading):
            leading.append(place)
    return sorted(leading)


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _as_term(mention: Mention) -> Mention:
    return replace(mention, method="term") if mention.method == "learned" else mention


def _follow(mention: Mention, leading: Sequence[Mention], treatments: Sequence[Treatment]) -> Treatment:
    treatment = next(
        treatment for leader, treatment in zip(leading, treatments, strict=True) if _overlap(leader, mention)
    )
    return replace(treatment, topic=mention.topic, start=mention.start)
