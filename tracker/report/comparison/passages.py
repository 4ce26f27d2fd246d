"""Passages that show what became of a topic, and edits made readable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.model.changes import Edit
from tracker.report.comparison.words import OLD_SIDE, place, side_labels
from tracker.report.document import Quote, Span
from tracker.report.layout import ELLIPSIS, cut_middle
from tracker.report.safe import one_line, visible
from tracker.text.identity import fold_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.changes import Comparison, EditKind
    from tracker.model.topics import TopicChange
    from tracker.report.document import Style
    from tracker.report.redline import SideName

_PARTS = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_CLOSE = 0.2
"""The similarity below which a passage has hardly to do with an absent topic: of 50 read in 40 pairs of
speeches, two of 39 below it had, and half of those above."""
FEW = 5
"""Words not worth an ellipsis."""

_WORD = re.compile(r"\S+\s*")

_NAME = re.compile(r"(?:^|\s)[A-Z][a-z]+$")
_REST_OF_NAME = re.compile(r"(?:\s[A-Z][a-z]+){1,3}\b(?!\s[A-Z])")
"""What goes on as a name does, of so few words that it is no heading."""

_LONGEST: Final[Mapping[Style, int]] = {"deleted": 150, "inserted": 300}
"""Columns of what was taken out or put in, where not everything is shown: what came says more."""
_STYLES: dict[EditKind, Style] = {"kept": "plain", "deleted": "deleted", "inserted": "inserted"}


def read_edits(edits: Sequence[Edit], context: int | None = None) -> tuple[Span, ...]:
    """Return edits as runs to print; only what was deleted or inserted is styled, blanks at its ends are not.

    With a ``context``, stretches that were kept are cut to so many words beside each edit. Where nothing
    was edited all is returned.
    """
    runs = [run for edit in edits for run in _part(edit)]
    if context is None or all(run.style == "plain" for run in runs):
        return tuple(runs)
    last = len(runs) - 1
    return tuple(
        Span(_elide(run.text, context, before=at > 0, after=at < last)) if run.style == "plain" else run
        for at, run in enumerate(runs)
    )


def cut_edits(edits: Sequence[Edit], context: int) -> tuple[Span, ...]:
    """Return edits as ``read_edits`` does, long stretches of one side without their middle.

    Where another sign stands for the same (a quotation mark, a dash) nothing is marked.
    """
    return tuple(
        Span(cut_middle(run.text, _LONGEST[run.style]), run.style) if run.style in _LONGEST else run
        for run in read_edits(tuple(_join_same(edits)), context)
    )


def _join_same(edits: Sequence[Edit]) -> Iterator[Edit]:
    """Yield edits, as kept what only other signs were put in for; neighbours that were kept are one."""
    kept = ""
    for before, edit, after in zip((None, *edits), edits, (*edits[1:], None), strict=False):
        if edit.kind == "kept" or (before and _is_same_but_signs(before, edit)):
            kept += edit.text
        elif not (after and _is_same_but_signs(edit, after)):
            yield from (Edit("kept", kept), edit) if kept else (edit,)
            kept = ""
    if kept:
        yield Edit("kept", kept)


def _is_same_but_signs(one: Edit, other: Edit) -> bool:
    kinds = (one.kind, other.kind)
    return kinds == ("deleted", "inserted") and fold_sentence(one.text) == fold_sentence(other.text)


def _part(edit: Edit) -> Iterator[Span]:
    text = visible(edit.text)
    if edit.kind == "kept":
        yield Span(text)
        return
    match = _PARTS.fullmatch(text)
    before, middle, after = match.groups() if match else ("", text, "")
    for part, style in ((before, _STYLES["kept"]), (middle, _STYLES[edit.kind]), (after, _STYLES["kept"])):
        if part:
            yield Span(part, style)


def _elide(text: str, context: int, *, before: bool, after: bool) -> str:
    """Keep ``context`` words at the ends of a kept stretch that border on an edit."""
    words = _WORD.findall(text)
    if len(words) <= context * (before + after) + FEW:
        return text
    blank = text[: len(text) - len(text.lstrip())]
    head = blank + "".join(words[:context]) if before else ""
    tail = "".join(words[len(words) - context :]) if after else ""
    return " ".join(part for part in (head.rstrip(), ELLIPSIS, tail) if part)


def quote_topic(comparison: Comparison, topic: TopicChange, *, everything: bool = False) -> tuple[Quote, ...]:
    """Return what to quote on a topic, old side first, with the words that name it marked.

    What is new or gained rank is shown by its leading passage now, what lost rank by that of both sides, what
    is not repeated by the one before and the closest now; what kept its level only where all is asked for.
    Where the side without it names it in passing, these words are shown.
    """
    # Not repeated: what was said, and what comes closest to it now.
    if topic.outcome == "not repeated":
        return (*_lead(comparison, topic, "old"), *_closest(comparison, topic))
    # Kept: nothing to show.
    if topic.outcome == "kept" and not everything:
        return ()
    # Less is made of it: both sides, since the old one shows what it was.
    if everything or topic.outcome in OLD_SIDE:
        return (*_lead(comparison, topic, "old"), *_lead(comparison, topic, "new"))
    # New, back or of a higher rank: what is said now.
    return (*_quote_passing(comparison, topic, "old"), *_lead(comparison, topic, "new"))


def quote_briefly(comparison: Comparison, topic: TopicChange) -> Quote | None:
    """Return the one passage that shows best what became of a topic: what is said of it now, or was.

    None shows a topic that people alone saw.
    """
    shown = _lead(comparison, topic, "new") or _lead(comparison, topic, "old")
    return shown[0] if shown else None


def _lead(comparison: Comparison, topic: TopicChange, name: SideName) -> tuple[Quote, ...]:
    reading = topic.old if name == "old" else topic.new
    if reading is None or not reading.is_shown:
        return ()
    term = reading.term if reading.term and reading.term.segment == reading.leading else None
    return (quote(comparison, name, reading.leading, (term.start, term.end) if term else None),)


def has_close(topic: TopicChange) -> bool:
    """Return whether the passage closest to an absent topic is near enough to be shown."""
    return topic.closest is not None and topic.closest.score >= _CLOSE


def _closest(comparison: Comparison, topic: TopicChange) -> tuple[Quote, ...]:
    if passing := _quote_passing(comparison, topic, "new"):
        return passing
    if topic.closest is None or not has_close(topic):
        return ()
    found = quote(comparison, "new", topic.closest.segment)
    return (found._replace(lead=f"{found.lead}, closest ({topic.closest.score:.2f})"),)


def _quote_passing(comparison: Comparison, topic: TopicChange, name: SideName) -> tuple[Quote, ...]:
    """Return the words in passing by which a side names what counts as absent there."""
    if topic.passing is None:
        return ()
    found = quote(comparison, name, topic.passing.segment, (topic.passing.start, topic.passing.end))
    return (found._replace(lead=f"{found.lead}, names it"),)


def quote(
    comparison: Comparison, name: SideName, segment: int, marked: tuple[int, int] | None = None
) -> Quote:
    """Return a segment of one side to quote, on one line, with a stretch of it marked."""
    side = comparison.old if name == "old" else comparison.new
    label = side_labels(comparison)[name == "new"]
    held = side.version.segments[segment]
    return cite_words(f"{label} {place(held)}", held.text, marked)._replace(at=(name, segment))


def cite_words(lead: str, said: str, marked: tuple[int, int] | None) -> Quote:
    """Return words to quote, on one line, with a stretch of them marked, which ends within no name."""
    if marked is None:
        return Quote(lead, one_line(said))
    start, end = marked
    if not said.isupper() and (rest := _REST_OF_NAME.match(said, end)) and _NAME.search(said[start:end]):
        end = rest.end()
    before, within, after = said[:start], said[start:end], said[end:]
    start = len(one_line(f"{before}.")) - 1
    shown = one_line(within)
    text = one_line(f"{before}{within}{after}")
    return Quote(lead, text, ((start, start + len(shown)),))
