"""What became of topics: the largest moves, findings with their words, one topic in full, a table of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.model.topics import STATUSES
from tracker.references import own_names
from tracker.report.comparison import provenance
from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import has_close, quote, quote_topic
from tracker.report.document import Column, Entry, Quote, Section, Span
from tracker.report.layout import counted
from tracker.report.render.latex import write_table
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tracker.comparing.topics.certainty import WeighedSentence
    from tracker.comparing.topics.mentions import Mentions
    from tracker.model.changes import Comparison
    from tracker.model.topics import Topic, TopicChange, TopicReading, Vocabulary
    from tracker.report.redline import SideName

    Place = tuple[SideName, int]
    SideWeights = tuple[TopicReading | None, tuple[WeighedSentence, ...]]

MOVES: Final = 8
"""Rows of the largest moves at most, where not everything is asked for."""
_PART_LIKELY: Final = 3
"""One row in so many may be likely, and not claimed."""
_LEAST_MOVE: Final = 0.01
"""Of the words: a smaller change of share is no move."""
_MOVES = (Column("% of words"), Column("sentences"), Column("", right=False, unit="status"))
_FIGURES = (Column("% of words"), Column("sentences"))

FINDINGS: Final = {
    status: entry.meaning
    for status, entry in sorted(STATUSES.items(), key=lambda each: each[1].place)
    if entry.gains
}
"""The statuses that are told, in the order of the report, and what each means."""

_SHARE = (Column("% of words"),)
_FIGURES_NOTE = (
    "before each sentence, how likely it alone shows a priority, then what weighs most in that:"
    " + for it, − against it"
)
_SIDES: Final[tuple[SideName, SideName]] = ("old", "new")


def show_moves(comparison: Comparison, *, everything: bool) -> Iterator[Section]:
    """Yield the topics whose share of the words changed most, the largest first.

    Where not everything is asked for, those of which a change is told: at most a third of them likely.
    """
    moved = wording.rank_moves(comparison.topics)
    shown = moved if everything else _choose_moves([topic for topic in moved if _says_something(topic)])
    if shown:
        rows = tuple(map(_show_move, shown))
        yield Section("largest moves", rows, columns=_MOVES, first=MOVES, most=MOVES, rest=4)


def _choose_moves(moved: Sequence[TopicChange]) -> list[TopicChange]:
    """Return the largest moves of which at most a third are likely and not claimed."""
    likely = [topic for topic in moved if not topic.claimed]
    for fewer in range(len(likely) + 1):
        kept = {topic.topic for topic in likely[: len(likely) - fewer]}
        chosen = [topic for topic in moved if topic.claimed or topic.topic in kept][:MOVES]
        if sum(not topic.claimed for topic in chosen) * _PART_LIKELY <= len(chosen):
            return chosen
    return []


def _says_something(topic: TopicChange) -> bool:
    """Return whether the change of a share is large, and something is told of the topic that it bears out."""
    told = (topic.claimed or topic.likely is not None) and topic.outcome != "kept"
    return told and not topic.goes_against_share and abs(wording.share_change(topic)) >= _LEAST_MOVE


def _show_move(topic: TopicChange) -> Entry:
    label = one_line(topic.label)
    cells = (wording.share_words(topic), wording.sentence_words(topic), wording.status_mark(topic))
    kinds, shares = wording.kinds_of_topic(topic), wording.shares(topic)
    brief = f"{label} {cells[0]} {cells[2]}".rstrip()
    return Entry((Span(label),), cells, brief=brief, topic=topic.topic, kinds=kinds, shares=shares)


def list_moved(sections: Iterable[Section]) -> frozenset[str]:
    """Return the labels of the topics whose figures stand among the largest moves."""
    return frozenset(entry.claim[0].text for section in sections for entry in section.entries)


def show_findings(
    comparison: Comparison,
    moved: Collection[str],
    *,
    everything: bool,
    only: Collection[str] = (),
    led: Collection[Place] = (),
) -> Iterator[Section]:
    """Yield what is claimed by kind, the strongest first; figures of what ``moved`` most stand above.

    So do the passages that have ``led`` the report.
    """
    is_first = True
    for status, note in FINDINGS.items():
        topics = [
            topic
            for topic in wording.rank_topics(comparison.topics)
            if topic.status == status and (not only or status in only)
        ]
        if topics:
            new_figures = any(one_line(topic.label) not in moved for topic in topics)
            entries = (_show_claim(comparison, topic, moved, led, everything=everything) for topic in topics)
            columns = _FIGURES if new_figures else ()
            yield Section(status, tuple(entries), note=note, columns=columns, tight=not is_first)
            is_first = False


def _show_claim(
    comparison: Comparison,
    topic: TopicChange,
    moved: Collection[str],
    led: Collection[Place],
    *,
    everything: bool,
) -> Entry:
    found = _show_finding(comparison, topic, is_moved=one_line(topic.label) in moved, everything=everything)
    shown = (each for each in found.evidence if not (isinstance(each, Quote) and each.at in led))
    return found._replace(evidence=tuple(shown))


def _show_finding(comparison: Comparison, topic: TopicChange, *, is_moved: bool, everything: bool) -> Entry:
    """Return one topic with its levels, what people decided about it, and the passages that show it."""
    label = one_line(topic.label)
    claim: tuple[Span, ...] = (Span(label, "bold"), Span(f", {wording.level_words(topic)}"))
    if not topic.claimed:
        claim = (*claim, Span(f", {wording.status_mark(topic) or wording.NO_CHANGE}", "dim"))
    if topic.last:
        when = provenance.session_words(str(comparison.old.body), topic.last)
        claim = (*claim, Span(f", last a priority in {when}"))
    figures = () if is_moved else (wording.share_words(topic), wording.sentence_words(topic))
    return Entry(
        claim,
        figures,
        notes=tuple(_list_notes(comparison, topic, everything=everything)),
        evidence=quote_topic(comparison, topic, everything=everything),
        brief=_name_briefly(comparison, topic),
        topic=topic.topic,
        kinds=wording.kinds_of_topic(topic),
    )


def _name_briefly(comparison: Comparison, topic: TopicChange) -> str:
    label = one_line(topic.label)
    return (
        f"{label} {provenance.session_words(str(comparison.old.body), topic.last)}" if topic.last else label
    )


def _list_notes(comparison: Comparison, topic: TopicChange, *, everything: bool) -> Iterator[Span]:
    for decision in wording.topic_decisions(topic):
        yield Span(wording.decision_words(decision), "bold")
    yield from map(Span, wording.opinion_words(comparison, topic.topic))
    if covered := wording.coverage_words(topic):
        yield Span(covered)
    if topic.closest and not topic.passing and not has_close(topic):
        yield Span(f"nothing close in {wording.side_labels(comparison)[1]}", "dim")
    if everything and (certainty := wording.certainty_words(topic, comparison.provenance.sure)):
        yield Span(certainty)


def show_doubts(
    comparison: Comparison, told: Collection[str], *, everything: bool, only: Collection[str] = ()
) -> Iterator[Section]:
    """Yield what is not sure enough to be claimed, the largest and surest first, by name or all in full.

    What is ``told`` elsewhere, by label, is not named.
    """
    doubts = [
        topic
        for topic in comparison.topics
        if not topic.claimed
        and (topic.outcome != "kept" or topic.unclear)
        and (not only or topic.outcome in only or wording.LIKELY in only)
    ]
    if everything and doubts:
        doubts.sort(key=lambda topic: (-(topic.certainty or 0.0), topic.label))
        entries = (_show_finding(comparison, topic, is_moved=True, everything=True) for topic in doubts)
        yield Section(wording.LIKELY, tuple(entries), note="a careful reader may disagree")
        return
    left = [topic for topic in doubts if topic.likely and one_line(topic.label) not in told]
    left.sort(key=lambda topic: (-_weigh_doubt(topic), topic.label))
    names = tuple(
        f"{one_line(each.label)} {each.outcome} {wording.chance_mark(each.certainty)}".rstrip()
        for each in left
    )
    if names:
        title = f"{wording.LIKELY} ({len(names)})"
        yield Section(title, (Entry((), names=names),), first=1, rows=5, inline=True, tight=True)


def _weigh_doubt(topic: TopicChange) -> float:
    """Return how much what is likely matters: how large the change is, and how sure."""
    return (topic.certainty or 0.0) * (abs(wording.share_change(topic)) + _LEAST_MOVE)


def list_changed(comparison: Comparison) -> Iterator[Section]:
    """Yield the priorities that changed by name, what is claimed first: of a revision, below its edits.

    Where none is claimed, more of the edits tells more.
    """
    topics = [
        topic
        for topic in wording.rank_topics(comparison.topics)
        if topic.outcome != "kept" and not topic.unclear
    ]
    ranked = sorted(topics, key=lambda each: not each.claimed)
    names = tuple(f"{one_line(topic.label)}, {_mark_decided(topic)}" for topic in ranked)
    if names:
        title = f"priorities that changed ({len(names)})"
        entry = Entry((), names=names)
        spare = not ranked[0].claimed
        yield Section(title, (entry,), first=1, rows=1, inline=True, tight=True, spare=spare)


def _mark_decided(topic: TopicChange) -> str:
    """Return a topic's status, and who judged it where people did."""
    judged = _name_judges(topic)
    return f"{topic.outcome} {judged}" if judged else wording.status_mark(topic)


def _name_kept(topic: TopicChange) -> str:
    """Return a topic, and who judged that it is kept or, where it is not claimed, how likely that is.

    Its shares are left out: what is kept is the level, and a share that moved would seem to deny that.
    """
    likely = "" if topic.claimed else f"{wording.LIKELY} {wording.chance_mark(topic.certainty)}"
    return f"{one_line(topic.label)} {_name_judges(topic) or likely}".rstrip()


def _name_judges(topic: TopicChange) -> str:
    people = dict.fromkeys(one_line(each.person) for each in wording.topic_decisions(topic))
    return f"(judged by {', '.join(people)})" if people else ""


def show_kept(
    comparison: Comparison, moved: Collection[str], *, everything: bool, rows: int = 2, spare: bool = False
) -> Iterator[Section]:
    """Yield the priorities that kept their level, by name on so many lines, or all of them in full.

    Those that are ``spare`` stand only where there is room.
    """
    kept = wording.rank_topics(
        topic for topic in comparison.topics if topic.outcome == "kept" and not topic.unclear
    )
    if everything and kept:
        entries = (_show_finding(comparison, topic, is_moved=True, everything=True) for topic in kept)
        yield Section("kept", tuple(entries), note=STATUSES["kept"].meaning)
        return
    names = tuple(_name_kept(topic) for topic in kept if one_line(topic.label) not in moved)
    if names:
        title = f"kept, same level ({len(names)})"
        entry = Entry((), names=names)
        yield Section(title, (entry,), first=1, rows=rows, inline=True, tight=True, spare=spare)


def show_names(comparison: Comparison, *, everything: bool) -> Iterator[Section]:
    """Yield who and what one whole statement names and the other does not, in a line each or in full."""
    for title in ("named now", "no longer named"):
        found = [each for each in comparison.names if each.status == title]
        names = tuple(
            f"{one_line(each.name)} {each.uses}×" if everything and each.uses > 1 else one_line(each.name)
            for each in found
        )
        if names:
            yield Section(title, (Entry((), names=names),), first=1, rows=1, inline=True, tight=True)


def show_topics(
    comparison: Comparison,
    topics: Sequence[Topic],
    vocabulary: Vocabulary,
    reasons: Sequence[tuple[SideWeights, SideWeights]],
    *,
    explain: bool,
) -> Iterator[Section]:
    """Yield what became of topics, and of each the sentences of either side that count for it or name it.

    ``reasons`` are, for each topic by side, its reading and the likeliest sentences with their probabilities;
    to ``explain`` is to show these instead: level, rule, and what weighs in them. Of several topics those
    that neither side names are told in a line.
    """
    mentions = _find_all_mentions(comparison, vocabulary)
    changes = {each.topic: each for each in comparison.topics}
    silent: list[str] = []
    for topic, sides in zip(topics, reasons, strict=True):
        change = changes.get(topic.id)
        if len(topics) > 1 and not change and not any(reading for reading, _ in sides):
            silent.append(one_line(topic.label))
            continue
        described = _show_topic(comparison, topic, change, vocabulary)
        yield Section(one_line(topic.label), (described,), columns=_SHARE)
        for name, held, (reading, sentences) in zip(_SIDES, mentions, sides, strict=True):
            settled = (change.old if name == "old" else change.new) if change else reading
            if explain:
                # Both sides are settled together, so that the level may be another than alone.
                yield _explain_side(comparison, name, settled or reading, sentences)
            else:
                yield _list_sentences(comparison, topic, settled, name, held)
    if silent:
        yield Section(
            f"named on neither side ({len(silent)})",
            (Entry((), names=tuple(silent)),),
            inline=True,
            tight=True,
        )
    if explain:
        yield Section("how to read the figures", (), note=_FIGURES_NOTE)


def _find_all_mentions(comparison: Comparison, vocabulary: Vocabulary) -> list[Mentions]:
    # 10 ms, for one topic alone.
    from tracker.comparing.pipeline import side_names, side_vocabulary  # noqa: PLC0415
    from tracker.comparing.topics.mentions import find_mentions  # noqa: PLC0415

    sides = (comparison.old, comparison.new)
    return [
        find_mentions(side.version, side_vocabulary(side, vocabulary), side_names(side)) for side in sides
    ]


def _show_topic(
    comparison: Comparison, topic: Topic, change: TopicChange | None, vocabulary: Vocabulary
) -> Entry:
    if change is None:
        from tracker.comparing.topics.mentions import find_own_situations  # noqa: PLC0415 (as above)

        codes = filter(None, (comparison.old.country, comparison.new.country))
        own = any(topic.id in find_own_situations(vocabulary, own_names(code)) for code in codes)
        said = wording.OWN_SITUATION if own else "no priority on either side"
        return Entry((Span(f"{one_line(topic.label)}, {said}"),), ("",))
    found = _show_finding(comparison, change, is_moved=True, everything=True)
    claim = (*found.claim[:2], Span(f", {wording.status_mark(change) or wording.NO_CHANGE}"))
    why = wording.unclaimed_words(change, comparison.provenance.sure)
    return Entry(claim, (wording.share_words(change),), notes=(*found.notes, *((Span(why),) if why else ())))


def _list_sentences(
    comparison: Comparison, topic: Topic, reading: TopicReading | None, name: SideName, mentions: Mentions
) -> Section:
    """Return the sentences that count for a topic, as many as everywhere, and those that only name it."""
    about = set(reading.segments) if reading else set()
    places = {
        place: next(((each.start, each.end) for each in row if each.topic == topic.id), None)
        for place, row in enumerate(mentions)
    }
    naming = {place for place, at in places.items() if at} - about
    more = f", {len(naming)} more {'names' if len(naming) == 1 else 'name'} it" if naming else ""
    return Section(
        f"{wording.side_labels(comparison)[name == 'new']}, {counted(len(about), 'sentence')} counted{more}",
        tuple(
            Entry((), evidence=(quote(comparison, name, place, places[place]),))
            for place in sorted(about | naming)
        ),
    )


def _explain_side(
    comparison: Comparison,
    name: SideName,
    reading: TopicReading | None,
    sentences: Sequence[WeighedSentence],
) -> Section:
    label = wording.side_labels(comparison)[name == "new"]
    if reading is None:
        return Section(f"{label}: not named", ())
    chances = f"a priority with probability {reading.priority:.2f}, finds it at all with"
    said = f"{one_line(reading.rule)}; a careful reader calls it {chances} {reading.presence:.2f}"
    number = Entry((Span(counted(len(reading.segments), "sentence")),), notes=(Span(f"rule: {said}"),))
    shown = (_show_weighed(comparison, name, each) for each in sentences)
    return Section(f"{label}: {reading.level}", (number, *shown))


def _show_weighed(comparison: Comparison, name: SideName, weighed: WeighedSentence) -> Entry:
    reasons = ", ".join(f"{part} {weight:+.2f}".replace("-", "−") for part, weight in weighed.reasons)
    claim = (Span(f"{weighed.probability:.2f}", "bold"), Span(f"  {reasons}", "dim"))
    return Entry(claim, evidence=(quote(comparison, name, weighed.segment),))


def render_latex(comparison: Comparison, vocabulary: Vocabulary) -> str:
    """Return each topic that is a priority on either side, or may be: levels, shares, what became of it."""
    old, new = wording.side_labels(comparison)
    return write_table(
        f"Priorities of {provenance.title_words(comparison)}",
        "llrrl",
        ("Topic", old, new, f"{old}, %", f"{new}, %", "Change"),
        (_cells(topic) for topic in wording.rank_topics(comparison.topics)),
        (
            "Levels and shares of the words; what is likely, with its certainty.",
            *(f"Caution: {caveat}" for caveat in comparison.caveats),
            provenance.citation(comparison, vocabulary),
        ),
    )


def _cells(topic: TopicChange) -> tuple[str, ...]:
    shares = (wording.percent(share).removesuffix("%") for share in wording.shares(topic))
    return topic.label, *wording.level_names(topic), *shares, wording.status_mark(topic)
