"""What is unsure of a topic, asked in plain words: the passages of both sides, the question, and its keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.report.comparison.words import (
    STATUSES,
    certainty_figure,
    decision_words,
    place,
    share_words,
    topic_decisions,
)
from tracker.report.document import Span
from tracker.report.layout import ELLIPSIS, Line, counted, draw, line, wrap
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.model.changes import Comparison
    from tracker.model.texts import Segment
    from tracker.model.topics import Status, TopicChange

    Marks = tuple[tuple[int, int], ...]

KEYS: Final = "y yes · n no · l levels · s skip · q quit · ? help"
LEVEL_KEYS: Final[Mapping[str, str]] = {
    "d": "declared",
    "s": "substantive",
    "a": "acknowledged",
    "m": "mentioned",
    "x": "absent",
}
LEVELS_ASKED: Final = "d declared · s substantive · a acknowledged · m mentioned · x absent · b back"

_BEFORE, _AFTER = 140, 260
"""Characters of a long passage that are shown before and after the first word that names the topic."""

_QUESTIONS: Final[Mapping[Status, str]] = {
    "new": "Is {topic} a new priority in {new}: {after} there, and absent from {old}?",
    "returned": "Is {topic} a priority again in {new}: {after} there, and absent from {old}?",
    "dropped": "Is {topic} no longer in {new}: {before} in {old}, and absent from {new}?",
    "promoted": "Does {topic} rank higher in {new}: {before} in {old}, {after} in {new}?",
    "demoted": "Does {topic} rank lower in {new}: {before} in {old}, {after} in {new}?",
}
_KEPT: Final = "Does {topic} keep its rank: {before} in {old}, {after} in {new}?"

HELP: Final = """\
y: it is so. The levels in the question are kept for both statements: of a new priority, its level in the
later one, and absent in the earlier one.
n: it is not so. You say what is wrong: that it is no priority there, or that it was there before.
l: you choose the level in each statement yourself.
s: leave it open; it is asked again next time. q: stop; what was answered is kept.
declared: named as the speaker's own priority, focus or task.
substantive: two sentences or more mainly about it, or one that commits, demands or welcomes action. These two
levels are priorities.
acknowledged: named and set aside.
mentioned: in a list, an example, a quotation, the background.
absent: not there at all.
Each answer is kept at once. To take one back: tracker judge REF --topic TOPIC --withdraw --by NAME"""
"""What the keys and the levels mean; a paragraph begins with its key or level, or a capital."""


def render_help(width: int, *, color: bool) -> str:
    """Return what the keys and the levels mean."""
    paragraphs = re.split(r"\n(?=\w+: |Each )", HELP)
    rows = (row for text in paragraphs for row in wrap(text, width, "  ", "    "))
    return draw([*rows, line()], color=color)


def side_names(comparison: Comparison) -> tuple[str, str]:
    """Return what to call both sides: by their sessions, or by their whole names where these are the same."""
    old, new = comparison.old, comparison.new
    if old.session and new.session and old.session != new.session and old.country == new.country:
        return one_line(old.session), one_line(new.session)
    return one_line(old.name), one_line(new.name)


def head_lines(change: TopicChange, number: int, total: int, width: int) -> Iterator[Line]:
    """Yield the topic with how it is reported and how sure that is, and what people decided of one side."""
    certainty = ""
    if change.certainty is not None:
        certainty = f" ({certainty_figure(change.certainty, measured=change.measured)})"
    yield line()
    status = STATUSES[change.outcome] if change.claimed else f"perhaps {STATUSES[change.outcome]}"
    claim = f"{one_line(change.label)}, {status}{certainty}"
    yield from wrap([Span(f"{number} of {total}  {claim}; {share_words(change)} of words", "bold")], width)
    for decision in topic_decisions(change):
        yield from wrap(decision_words(decision), width, "  ", "    ")


def side_line(name: str, level: str, sentences: int, *, named: bool) -> Line:
    """Return the line above the passages of one side; an absent topic may be named by words of wider use."""
    if sentences:
        note = f", {counted(sentences, 'sentence')}"
    else:
        note = "; words that may name it:" if named else ""
    return line(f"  {name}  read as {level}{note}", "bold")


def passage_lines(segment: Segment, marks: Marks, likeness: float | None, width: int) -> Iterator[Line]:
    """Yield a passage, cut around the first word that names the topic, and such words marked."""
    lead = f"    {place(segment)} "
    if likeness is not None:
        lead = f"    nothing names it; closest ({likeness:.2f}) {place(segment)} "
    spans = [Span("“"), *mark_words(segment.text, marks), Span("”")]
    yield from wrap(spans, width, lead, "    ")


def mark_words(text: str, marks: Marks) -> Iterator[Span]:
    """Yield a text in runs, the marked words between asterisks, so that they stay marked without colour."""
    first = marks[0][0] if marks else 0
    start, end = _cut_before(text, first - _BEFORE), _cut_after(text, first + _AFTER)
    at = start
    yield Span(ELLIPSIS if start else "")
    for low, high in marks:
        if at <= low and high <= end:
            yield Span(text[at:low])
            yield Span(f"*{text[low:high]}*", "match")
            at = high
    yield Span(text[at:end])
    yield Span(ELLIPSIS if end < len(text) else "")


def _cut_before(text: str, place: int) -> int:
    return text.find(" ", place) + 1 if place > 0 else 0


def _cut_after(text: str, place: int) -> int:
    cut = text.find(" ", place) if place < len(text) else -1
    return cut if cut >= 0 else len(text)


def question_words(change: TopicChange, levels: tuple[str, str], names: tuple[str, str]) -> str:
    """Return the question whether what is reported of a topic is so."""
    asked = _QUESTIONS.get(change.outcome, _KEPT)
    (before, after), (old, new) = levels, names
    return asked.format(topic=one_line(change.label), old=old, new=new, before=before, after=after)


def other_words(levels: tuple[str, str], names: tuple[str, str]) -> str:
    """Return what else may be so of a topic that is supposed to be absent from one of two statements."""
    lacking, having = names if levels[0] == "absent" else names[::-1]
    parts = (
        f"1 {having} only mentions it",
        f"2 {having} has nothing on it",
        f"3 {lacking} mentions it too",
        f"4 it is a priority in {lacking} too",
    )
    return " · ".join((*parts, "l other levels", "b back"))


def answer_words(change: TopicChange, levels: tuple[str, str], names: tuple[str, str]) -> str:
    """Say what was kept."""
    kept = (f"{level} in {name}" for level, name in zip(levels, names, strict=True))
    return f"kept: {one_line(change.label)}, {', '.join(kept)}"
