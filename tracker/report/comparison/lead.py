"""The lead of a report: at most three sentences, made by rules of the surest and largest findings.

Each names what became of topics by status, the largest first, with the words that show it. To be in one a
finding must be surer than to be claimed (``lead`` in ``certainty.toml``); what is less sure stands below, and
in the last sentence: where nothing leads what is claimed, and where nothing more is claimed what is likely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.comparing.topics.certainty import load_certainty
from tracker.model.topics import PRIORITIES, STATUSES
from tracker.report.comparison import provenance
from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import quote_briefly
from tracker.report.comparison.sentences import is_revision, lead_changes
from tracker.report.document import Quote, Sentence, Span
from tracker.report.layout import QUOTE
from tracker.report.quoting import read_sentence
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.reported import LeadSentence
    from tracker.model.topics import Status, TopicChange
    from tracker.report.redline import SideName

MOST: Final = 3
"""Sentences of a lead."""
NAMED: Final = 4
"""Topics that a sentence names at most; that there are others, it says."""
_CLAIMED, _LIKELY = "Claimed below", "Likely"
"""How the sentence begins on what does not lead."""
_LESS_SURE, _UNSURE = "sure enough to stand first", "sure"
"""What no change is: where some are claimed below, and where none is."""
_MAIN: Final = 0.15
"""The share of the words from which the topic with the largest share is the main subject."""


RULES: Final = {status: entry for status, entry in STATUSES.items() if entry.opening}
"""What a lead tells, by status; what is kept is told where nothing changed."""


def build_lead(comparison: Comparison) -> tuple[Sentence, ...]:
    """Return the sentences, the largest finding first; one at least."""
    if wording.is_unchanged(comparison):
        return (Sentence((Span(wording.NO_DIFFERENCE),)),)
    if is_revision(comparison):
        edits = tuple(lead_changes(comparison, MOST))
        if edits:
            return edits
    least = load_certainty().lead
    sentences = [_tell_group(comparison, group) for group in choose_told(comparison.topics, least)]
    claimed, likely = _find_claimed(comparison, least), _find_likely(comparison)
    if not sentences:
        sentences.append(_tell_nothing_leads(comparison, _LESS_SURE if claimed else _UNSURE))
        if claimed:
            sentences.append(_tell_rest(comparison, _CLAIMED, claimed))
    if likely and not claimed and len(sentences) < MOST:
        sentences.append(_tell_rest(comparison, _LIKELY, likely))
    return tuple(sentences)


def choose_told(topics: Iterable[TopicChange], least: float) -> list[list[TopicChange]]:
    """Return the claims that are at least so certain, as the sentences of a lead tell them.

    They are grouped by status: told are those whose named ones say most, the one with the largest first.
    """
    groups: dict[Status, list[TopicChange]] = {}
    sure = (topic for topic in topics if topic.outcome in RULES and _leads(topic, least))
    for topic in sorted(sure, key=lambda each: (-weigh(each), each.label)):
        groups.setdefault(topic.outcome, []).append(topic)
    told = sorted(groups.values(), key=lambda group: -sum(map(weigh, group[:NAMED])))[:MOST]
    return sorted(told, key=lambda group: -weigh(group[0]))


def _leads(topic: TopicChange, least: float) -> bool:
    """Tell whether a topic is claimed and its levels are at least so sure; without certainty people decided.

    Of 48 claims of *more* and *less* that readers judged, the 33 whose levels are so sure are true, and the
    certainty of the share parts no further.
    """
    return topic.claimed and (topic.outcome_certainty is None or topic.outcome_certainty >= least)


def weigh(topic: TopicChange) -> float:
    """Return how much a finding matters: how its share of the words changed, and what its status is worth."""
    moved = 0.0 if topic.goes_against_share else abs(wording.share_change(topic))
    return moved + RULES[topic.outcome].worth


def _tell_group(comparison: Comparison, group: Sequence[TopicChange]) -> Sentence:
    old, new = _name_sides(comparison)
    opening = RULES[group[0].outcome].opening.format(old=old, new=new)
    others = ", ".join(_name(comparison, topic) for topic in group[1:NAMED])
    rest = f"; {others}{' and others' if len(group) > NAMED else ''}." if others else "."
    return Sentence(
        (Span(f"{opening}: "), *_tell_first(comparison, group[0]), Span(rest)),
        tuple(topic.topic for topic in group[:NAMED]),
    )


def _name_sides(comparison: Comparison) -> tuple[str, str]:
    old, new = wording.side_labels(comparison)
    return ("the old text", "the new text") if (old, new) == wording.NO_SESSIONS else (old, new)


def _tell_first(comparison: Comparison, topic: TopicChange) -> Iterator[Span | Quote]:
    yield Span(one_line(topic.label), "bold")
    yield Span(f"{_tell_main(comparison, topic)}, {_tell_size(comparison, topic)}")
    if shown := quote_briefly(comparison, topic):
        yield from (Span(" ("), shown, Span(")"))


def _tell_main(comparison: Comparison, topic: TopicChange) -> str:
    """Say of which side it is the main subject, if of one."""
    places = [
        label
        for label, here, most in zip(
            _name_sides(comparison), wording.shares(topic), _largest(comparison), strict=True
        )
        if here == most >= _MAIN
    ]
    return f", the main subject in {' and '.join(places)}" if places else ""


def _largest(comparison: Comparison) -> tuple[float, float]:
    """Return the largest share of a topic on each side; 0 where none has one."""
    pairs = [wording.shares(topic) for topic in comparison.topics]
    return max((old for old, _ in pairs), default=0.0), max((new for _, new in pairs), default=0.0)


def _tell_size(comparison: Comparison, topic: TopicChange) -> str:
    old, new = wording.shares(topic)
    if topic.goes_against_share:
        return wording.level_words(topic)
    last = ""
    if topic.last:
        last = f"last a priority in {provenance.session_words(str(comparison.old.body), topic.last)}, "
    if not old or not new:
        return f"{last}{wording.percent(old or new)} of the words"
    return f"{last}{wording.percent(old)} to {wording.percent(new)} of the words"


def _name(comparison: Comparison, topic: TopicChange) -> str:
    label = one_line(topic.label)
    if topic.last:
        return f"{label} (last in {provenance.session_words(str(comparison.old.body), topic.last)})"
    return label


def _find_claimed(comparison: Comparison, least: float) -> list[TopicChange]:
    """Return the claims that stand below and do not lead, the surest first."""
    claimed = [
        topic
        for topic in comparison.topics
        if topic.claimed and topic.outcome in RULES and not _leads(topic, least)
    ]
    return sorted(claimed, key=_unsureness)


def _find_likely(comparison: Comparison) -> list[TopicChange]:
    """Return what is likely to have changed and is not claimed, the surest first."""
    likely = [topic for topic in comparison.topics if topic.likely in RULES and topic.certainty is not None]
    return sorted(likely, key=_unsureness)


def _unsureness(topic: TopicChange) -> tuple[float, str]:
    return -(topic.certainty or 0.0), topic.label


def _tell_rest(comparison: Comparison, opening: str, topics: Sequence[TopicChange]) -> Sentence:
    """Name what does not lead: as a claim, or as likely with its certainty."""
    first, *rest = topics[:MOST]
    others = "".join(f"; {_name_outcome(topic)}" for topic in rest)
    left = f"; and {len(topics) - MOST} more" if topics[0].claimed and len(topics) > MOST else ""
    shown = quote_briefly(comparison, first)
    quoted = (Span(", "), shown) if shown else ()
    return Sentence(
        (Span(f"{opening}: {_name_outcome(first)}"), *quoted, Span(f"{others}{left}.")),
        tuple(topic.topic for topic in (first, *rest)),
    )


def _name_outcome(topic: TopicChange) -> str:
    chance = "" if topic.claimed else f" {wording.chance_mark(topic.certainty)}"
    return f"{one_line(topic.label)} {topic.outcome}{chance}"


def _tell_nothing_leads(comparison: Comparison, how: str) -> Sentence:
    old, new = _name_sides(comparison)
    if not comparison.topics:
        return Sentence((Span(wording.NO_PRIORITIES),))
    kept = [
        topic
        for topic in wording.rank_topics(comparison.topics)
        if topic.status == "kept" and topic.new and topic.new.level in PRIORITIES
    ]
    stays = f" The same stay: {', '.join(one_line(topic.label) for topic in kept[:NAMED])}." if kept else ""
    return Sentence(
        (Span(f"No change of priorities between {old} and {new} is {how}.{stays}"),),
        tuple(topic.topic for topic in kept[:NAMED]),
    )


def list_quoted(lead: Sequence[Sentence]) -> list[tuple[SideName, int]]:
    """Return the segments that sentences quote, by their side."""
    parts = (part for sentence in lead for part in sentence.parts)
    return [part.at for part in parts if isinstance(part, Quote) and part.at]


def read_lead(lead: Sequence[Sentence]) -> tuple[LeadSentence, ...]:
    """Return the sentences as JSON has them: in words, with what each tells of and where it quotes."""
    from tracker.model.reported import LeadSentence, Quoted  # noqa: PLC0415 (for JSON alone)

    return tuple(
        LeadSentence(
            text=read_sentence(sentence, QUOTE),
            topics=sentence.topics,
            changes=sentence.changes,
            quotations=tuple(Quoted(*place) for place in list_quoted((sentence,))),
        )
        for sentence in lead
    )
