"""The report of a comparison as GitHub-flavoured Markdown, to be pasted into a paper's appendix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.report.comparison.judged import decision_words, judged_words, topic_decisions
from tracker.report.comparison.passages import read_edits, select_passages
from tracker.report.comparison.phrases import PAIR_NOTE, phrase_facts
from tracker.report.comparison.selection import (
    FACT_AXES,
    WORDING_AXES,
    cite_changes,
    find_counterpart,
    hides_sentences,
    rests_on_intervals,
    select_changes,
    select_doubtful,
    select_shifts,
    select_topics,
)
from tracker.report.comparison.words import (
    ARROW,
    HEADINGS,
    HIDDEN_SENTENCES,
    INTERVALS,
    MORE,
    NO_PRIORITIES,
    PERHAPS,
    STATUS_NOTES,
    STATUSES,
    actor_words,
    certainty_words,
    change_words,
    coverage_words,
    interval_words,
    is_unchanged,
    level_words,
    none_words,
    place,
    places,
    provenance_words,
    quoted,
    sentence_words,
    share_words,
    shift_words,
    side_facts,
    tally_changes,
    tally_topics,
    verdict,
)
from tracker.report.layout import WHOLE, shorten
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tracker.model.changes import Axis, Change, Comparison
    from tracker.model.decisions import Decision
    from tracker.model.texts import Side
    from tracker.model.topics import PhraseChange, TopicChange, Vocabulary
    from tracker.report.comparison.passages import Piece
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
        body = [none_words(only)]
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


def mark_pieces(pieces: Sequence[Piece]) -> str:
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
    if is_unchanged(comparison) and not everything:
        return
    yield from _topics(comparison, everything, only)
    yield from _shifts(comparison, "wording", WORDING_AXES, only)
    yield from _shifts(comparison, "facts", FACT_AXES, only)
    yield from _sentences(comparison, everything, only)
    if not only:
        yield from _phrases(comparison)


def _head(comparison: Comparison) -> Iterator[str]:
    old, new = comparison.old, comparison.new
    yield f"# {code_span(old.name)} {ARROW} {code_span(new.name)}"
    sides = (("old", old), ("new", new))
    yield "\n".join(f"- **{label}**: {_facts(side)}" for label, side in sides)
    for caveat in comparison.caveats:
        yield f"> **Caveat**: {escape_markdown(caveat)}"
    yield f"**{escape_markdown(verdict(comparison))}**"
    if judged := judged_words(comparison):
        yield f"Follows {escape_markdown(judged)}."


def _facts(side: Side) -> str:
    name, *facts = side_facts(side)
    return " · ".join([code_span(name), *map(escape_markdown, facts)])


def _topics(comparison: Comparison, everything: bool, only: Collection[str]) -> Iterator[str]:
    groups, doubtful = select_topics(comparison, only), select_doubtful(comparison, only)
    if not groups and not doubtful:
        if not only:
            yield NO_PRIORITIES
        return
    yield f"## {HEADINGS['topics'].capitalize()}"
    yield f"{tally_topics(comparison)}."
    named = [(STATUSES[status], STATUS_NOTES[status], topics) for status, topics in groups]
    named += [(*PERHAPS[status], topics) for status, topics in doubtful]
    for name, note, topics in named:
        yield f"### {name.capitalize()}: {note}"
        rows = (_topic_row(comparison, topic, everything) for topic in topics)
        yield "\n".join([_TABLE, *rows])


def _topic_row(comparison: Comparison, topic: TopicChange, everything: bool) -> str:
    passages = select_passages(comparison, topic, everything=everything)
    before, now = (
        "; ".join(_quote(p.lead, p.text, everything) for p in passages if p.side == side)
        for side in ("old", "new")
    )
    interval = interval_words(topic)
    share = share_words(topic) + (f" ({interval})" if interval else "")
    level = level_words(topic) + _decisions(topic_decisions(topic))
    level += f" ({certainty})" if (certainty := certainty_words(topic)) else ""
    pair = find_counterpart(comparison, topic)
    actors = actor_words(pair.actors) if pair else None
    now += f" ({escape_markdown(actors)})" if actors else ""
    now += f" ({escape_markdown(covered)})" if (covered := coverage_words(topic)) else ""
    cells = (escape_markdown(topic.label), level, sentence_words(topic), share, before, now)
    return f"| {' | '.join(cells)} |"


def _quote(lead: str, text: str, everything: bool) -> str:
    text = one_line(text)
    return f"{lead} {quoted(escape_markdown(shorten(text, WHOLE if everything else QUOTE)))}"


def _shifts(
    comparison: Comparison, heading: str, axes: Sequence[Axis], only: Collection[str]
) -> Iterator[str]:
    rows = select_shifts(comparison, axes, only)
    if rows:
        yield f"## {HEADINGS[heading].capitalize()}"
        yield "\n".join(_shift_row(row) for row in rows)


def _shift_row(row: ShiftRow) -> str:
    where = places(*((segment,) if segment else () for segment in (row.old, row.new)))
    words, rule = escape_markdown(shift_words(row.shift)), escape_markdown(row.shift.rule)
    source = code_span(row.source) if row.cited else escape_markdown(row.source)
    return f"- **{row.shift.direction}**: {words} ({where}, {source}; by {rule})"


def _sentences(comparison: Comparison, everything: bool, only: Collection[str]) -> Iterator[str]:
    changes = select_changes(comparison, everything=everything, only=only)
    if changes:
        cited = cite_changes(comparison)
        yield f"## {HEADINGS['sentences'].capitalize()}"
        yield f"{tally_changes(comparison)}."
        yield "\n".join(_change_row(comparison, change, cited[change.id], everything) for change in changes)


def _change_row(comparison: Comparison, change: Change, cited: str, everything: bool) -> str:
    old = [comparison.old.version.segments[index] for index in change.old]
    new = [comparison.new.version.segments[index] for index in change.new]
    pieces = read_edits(change.edits, None if everything else CONTEXT)
    lead = f"- **{change_words(change)}** {places(old, new)} `{cited}`:"
    return f"{lead} {mark_pieces(pieces).strip()}{_decisions(change.decided)}"


def _decisions(decisions: Iterable[Decision]) -> str:
    """Return decisions as they follow on what they are about."""
    return "".join(f" (*{escape_markdown(decision_words(decision))}*)" for decision in decisions)


def _phrases(comparison: Comparison) -> Iterator[str]:
    """Yield what either side uses far more, and what topic covers it, if any."""
    if comparison.phrases:
        yield f"## {HEADINGS['phrases'].capitalize()}"
        yield PAIR_NOTE
        yield "\n".join([_PHRASES, *(_phrase_row(comparison, phrase) for phrase in comparison.phrases)])


def _phrase_row(comparison: Comparison, phrase: PhraseChange) -> str:
    side, when = (comparison.new, "now") if phrase.status == "emerging" else (comparison.old, "was")
    segment = side.version.segments[phrase.segment]
    quote = _quote(f"{when} {place(segment)}", segment.text, False)  # noqa: FBT003
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
    if rests_on_intervals(comparison, only) and not is_unchanged(comparison):
        yield INTERVALS
    if hides_sentences(comparison) and not everything and not only:
        yield f"{HIDDEN_SENTENCES}: `{MORE}`"
    yield "\n".join(f"- {escape_markdown(words)}" for words in provenance_words(comparison, vocabulary))
