"""The report of a comparison as GitHub-flavoured Markdown, to be pasted into a paper's appendix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.report.comparison import selection, topic_words
from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import read_edits, select_passages
from tracker.report.comparison.phrases import PAIR_NOTE, phrase_facts
from tracker.report.layout import WHOLE, shorten
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tracker.model.changes import Axis, Change, Comparison
    from tracker.model.decisions import Decision
    from tracker.model.texts import Side
    from tracker.model.topics import PhraseChange, TopicChange, Vocabulary
    from tracker.report.comparison.passages import RedlinePiece
    from tracker.report.comparison.selection import ShiftRow

QUOTE = 160
"""Columns of a quotation where not everything is shown."""

CONTEXT = 12
"""Words kept on each side of an edit where not everything is shown."""

_TABLE = "| topic | level | sentences | % of words | before | now |\n| --- | --- | ---: | ---: | --- | --- |"

_PHRASES = (
    "| | phrase | uses | z | topic that covers it | a sentence |\n| --- | --- | ---: | ---: | --- | --- |"
)

_SPECIAL = re.compile(
    r"[\\`*_\[\]<>#|~&$^@]"  # markup of GitHub, and of pandoc
    r"|:(?=//|\S+:)|(?<=www)\."  # bare addresses and emoji by name
)
_GUARD = "<!-- -->"
"""An empty comment: the neighbour that makes a mark count where a word touches it."""


def render_markdown(
    comparison: Comparison,
    vocabulary: Vocabulary,
    *,
    everything: bool = False,
    only: Collection[str] = frozenset(),
) -> str:
    """Return the report in the order and wording of the terminal's, all priorities and shifts listed.

    Nothing in a statement, title or name becomes markup. ``everything`` adds the sentences of different
    texts and those kept, and quotes in full; ``only`` narrows to statuses, operations and axes.
    """
    body = [*_body(comparison, everything, only)]
    if only and not body:
        body = [wording.none_words(only)]
    return "\n\n".join([*_head(comparison), *body, *_foot(comparison, vocabulary, everything, only)]) + "\n"


def escape_markdown(text: str) -> str:
    """Return a text on one line in which nothing is markup: no emphasis, link, table, HTML or mention.

    It is to stand after words of ours: what is markup only where a line begins is not escaped.
    """
    return _SPECIAL.sub(r"\\\g<0>", one_line(text)).replace("\\@", f"\\@{_GUARD}")


def code_span(text: str) -> str:
    """Return a text on one line as a code span, fenced by more backticks than it holds."""
    text = one_line(text)
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def mark_pieces(pieces: Sequence[RedlinePiece]) -> str:
    """Return a redline: deletions struck through, insertions bold, all text escaped.

    Where a mark touches a word or a punctuation so that Markdown would print it as it is, an empty
    comment stands between.
    """
    marked = ""
    marks = {"deleted": "~~", "inserted": "**"}
    for at, piece in enumerate(pieces):
        text = _escape_within(piece.text)
        mark = marks.get(piece.kind)
        if mark is None:
            marked += text
            continue
        before = _GUARD if at and marked[-1:].strip() else ""
        after = _GUARD if at + 1 < len(pieces) and not pieces[at + 1].text[:1].isspace() else ""
        marked += f"{before}{mark}{text}{mark}{after}"
    return marked.replace(_GUARD * 2, _GUARD)


def _escape_within(text: str) -> str:
    """Escape a stretch of text and keep one blank for those at its ends."""
    before, after = text[:1].isspace(), text[-1:].isspace()
    escaped = escape_markdown(text)
    return f"{' ' * before}{escaped}{' ' * (after and bool(escaped))}"


def _body(comparison: Comparison, everything: bool, only: Collection[str]) -> Iterator[str]:
    if wording.is_unchanged(comparison) and not everything:
        return
    yield from _topics(comparison, everything, only)
    yield from _shifts(comparison, "wording", selection.WORDING_AXES, only)
    yield from _shifts(comparison, "facts", selection.FACT_AXES, only)
    yield from _sentences(comparison, everything, only)
    if not only:
        yield from _phrases(comparison)


def _head(comparison: Comparison) -> Iterator[str]:
    old, new = comparison.old, comparison.new
    yield f"# {code_span(old.name)} {wording.ARROW} {code_span(new.name)}"
    sides = (("old", old), ("new", new))
    yield "\n".join(f"- **{label}**: {_facts(side)}" for label, side in sides)
    for caveat in comparison.caveats:
        yield f"> **Caveat**: {escape_markdown(caveat)}"
    yield f"**{escape_markdown(wording.verdict(comparison))}**"
    if judged := wording.decisions_summary(comparison):
        yield f"Applies {escape_markdown(judged)}."


def _facts(side: Side) -> str:
    name, *facts = wording.side_facts(side)
    return " · ".join([code_span(name), *map(escape_markdown, facts)])


def _topics(comparison: Comparison, everything: bool, only: Collection[str]) -> Iterator[str]:
    groups = [*selection.group_topics(comparison, only)]
    if not groups:
        if not only:
            yield wording.NO_PRIORITIES
        return
    yield f"## {wording.HEADINGS['topics'].capitalize()}"
    yield f"{topic_words.tally_topics(comparison)}."
    for group in groups:
        yield f"### {group.name.capitalize()}: {group.note}"
        rows = (_topic_row(comparison, topic, everything) for topic in group.topics)
        yield "\n".join([_TABLE, *rows])


def _topic_row(comparison: Comparison, topic: TopicChange, everything: bool) -> str:
    passages = select_passages(comparison, topic, everything=everything)
    before, now = (
        "; ".join(_quote(p.lead, p.text, everything) for p in passages if p.side == side)
        for side in ("old", "new")
    )
    interval = topic_words.interval_words(topic)
    share = topic_words.share_words(topic) + (f" ({interval})" if interval else "")
    level = topic_words.level_words(topic) + _decisions(wording.topic_decisions(topic))
    certainty = topic_words.certainty_words(topic, everything=everything)
    level += f" ({escape_markdown(certainty)})" if certainty else ""
    now += f" ({escape_markdown(actors)})" if (actors := selection.name_actors(comparison, topic)) else ""
    now += f" ({escape_markdown(covered)})" if (covered := topic_words.coverage_words(topic)) else ""
    cells = (escape_markdown(topic.label), level, topic_words.sentence_words(topic), share, before, now)
    return f"| {' | '.join(cells)} |"


def _quote(lead: str, text: str, everything: bool) -> str:
    text = one_line(text)
    return f"{lead} {wording.quoted(escape_markdown(shorten(text, WHOLE if everything else QUOTE)))}"


def _shifts(
    comparison: Comparison, heading: str, axes: Sequence[Axis], only: Collection[str]
) -> Iterator[str]:
    rows = selection.select_shifts(comparison, axes, only)
    if rows:
        yield f"## {wording.HEADINGS[heading].capitalize()}"
        yield "\n".join(_shift_row(row) for row in rows)


def _shift_row(row: ShiftRow) -> str:
    where = wording.places(*((segment,) if segment else () for segment in (row.old, row.new)))
    words, rule = escape_markdown(wording.shift_words(row.shift)), escape_markdown(row.shift.rule)
    source = code_span(row.source) if row.cited else escape_markdown(row.source)
    return f"- **{row.shift.direction}**: {words} ({where}, {source}; by {rule})"


def _sentences(comparison: Comparison, everything: bool, only: Collection[str]) -> Iterator[str]:
    changes = selection.select_changes(comparison, everything=everything, only=only)
    if changes:
        cited = selection.cite_changes(comparison)
        yield f"## {wording.HEADINGS['sentences'].capitalize()}"
        yield f"{wording.tally_changes(comparison)}."
        yield "\n".join(_change_row(comparison, change, cited[change.id], everything) for change in changes)


def _change_row(comparison: Comparison, change: Change, cited: str, everything: bool) -> str:
    old = [comparison.old.version.segments[index] for index in change.old]
    new = [comparison.new.version.segments[index] for index in change.new]
    pieces = read_edits(change.edits, None if everything else CONTEXT)
    lead = f"- **{wording.change_words(change)}** {wording.places(old, new)} `{cited}`:"
    return f"{lead} {mark_pieces(pieces).strip()}{_decisions(change.decided)}"


def _decisions(decisions: Iterable[Decision]) -> str:
    """Return decisions as they follow on what they are about."""
    return "".join(f" (*{escape_markdown(wording.decision_words(decision))}*)" for decision in decisions)


def _phrases(comparison: Comparison) -> Iterator[str]:
    """Yield what either side uses far more, and what topic covers it, if any."""
    if comparison.phrases:
        yield f"## {wording.HEADINGS['phrases'].capitalize()}"
        yield PAIR_NOTE
        yield "\n".join([_PHRASES, *(_phrase_row(comparison, phrase) for phrase in comparison.phrases)])


def _phrase_row(comparison: Comparison, phrase: PhraseChange) -> str:
    side, when = (comparison.new, "now") if phrase.status == "emerging" else (comparison.old, "was")
    segment = side.version.segments[phrase.segment]
    quote = _quote(f"{when} {wording.place(segment)}", segment.text, False)  # noqa: FBT003
    words = escape_markdown(phrase.phrase)
    cells = (
        phrase.status,
        words,
        *phrase_facts(phrase).split(", z "),
        escape_markdown(phrase.topic or ""),
        quote,
    )
    return f"| {' | '.join(cells)} |"


def _foot(
    comparison: Comparison, vocabulary: Vocabulary, everything: bool, only: Collection[str]
) -> Iterator[str]:
    if selection.rests_on_intervals(comparison, only) and not wording.is_unchanged(comparison):
        yield wording.INTERVALS
    if selection.hides_sentences(comparison) and not everything and not only:
        yield f"{wording.HIDDEN_SENTENCES}: `{wording.MORE}`"
    yield "\n".join(
        f"- {escape_markdown(words)}" for words in wording.provenance_words(comparison, vocabulary)
    )
