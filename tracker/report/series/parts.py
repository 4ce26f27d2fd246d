"""Parts that the reports on series, sessions and panels share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from tracker import __version__
from tracker.model.topics import SURE
from tracker.report.comparison.passages import cite_words
from tracker.report.comparison.provenance import cite
from tracker.report.comparison.words import ARROW, decision_words, percent
from tracker.report.document import Column, Entry, Section, Span, Tick
from tracker.report.layout import MORE, counted
from tracker.report.render.markdown import render_markdown
from tracker.report.render.terminal import render_terminal
from tracker.report.safe import one_line
from tracker.report.series.rows import (
    BLANK,
    MARKS,
    NO_STATEMENT,
    NO_TEXT,
    UNSURE,
    WITHDRAWN,
    mark_chance,
)
from tracker.topics.mentions import find_term
from tracker.topics.statuses.decided import ABSENT
from tracker.topics.vocabulary.matching import match_topics

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from tracker.model.series import Standing
    from tracker.model.topics import Topic, Vocabulary, VocabularyName
    from tracker.report.document import Document, Quote
    from tracker.report.series.rows import TopicRow

    MapRow = tuple[str, tuple[str, ...], Sequence[Span], tuple[float | None, ...]]

_Session = TypeVar("_Session")

NAMED: Final = 3
"""Topics that a verdict names."""
MOVES: Final = 8
"""Topics among the largest moves where not everything is asked for."""
_ROWS: Final = 12
"""Rows of a map that are shown however little room there is."""


def draw_report(build: Callable[[], Document], form: str, *, width: int, color: bool) -> str:
    """Return a report as a page or as Markdown where ``form`` is that, else as text of so many columns."""
    if form == "html":
        from tracker.report.render.html import render_html  # noqa: PLC0415 (templates, that others do without)

        return render_html(build())
    return (
        render_markdown(build()) if form == "markdown" else render_terminal(build(), width=width, color=color)
    )


def count_countries(number: int) -> str:
    """Return how many countries there are, in words."""
    return "1 country" if number == 1 else f"{number} countries"


def name_most(counts: Iterable[tuple[str, int, str]], total: str) -> str:
    """Name the topics that are most often a priority: the answer in one sentence.

    Each has its label, how often it is one, and what else is to be said of that; ``total`` is of how many.
    """
    named = [each for each in counts if each[1]][:NAMED]
    if not named:
        return f"No topic is a priority of {total}."
    parts = (
        f"{label} ({number}{more if at else f' of {total}{more}'})"
        for at, (label, number, more) in enumerate(named)
    )
    return f"Most often a priority: {', '.join(parts)}."


def name_rows(rows: Sequence[TopicRow], number: int, total: str) -> str:
    """Name the topics most often a priority, and how often that is sure; of one text those said most."""
    most = [row for row in rows if row.priorities]
    if number == 1 and most:
        shares = [(row.label, row.cells[row.priorities[0]]) for row in most[:NAMED]]
        named = (f"{label}{mark_chance(cell, f' {percent(cell.share)}')}" for label, cell in shares)
        return f"Most of the words: {', '.join(named)}."
    return name_most(((row.label, len(row.priorities), f", {row.sure} sure") for row in most), total)


def warn_approximate(unmeasured: str | None) -> tuple[str, ...]:
    """Say why certainties are approximate, where they are."""
    return (f"What has ~ is approximate: {unmeasured}",) if unmeasured else ()


def halve(sessions: Sequence[_Session]) -> tuple[Sequence[_Session], Sequence[_Session]]:
    """Return the earlier half of some sessions and the later one, which has one more where they are odd."""
    return sessions[: len(sessions) // 2], sessions[len(sessions) // 2 :]


def count_halves(counts: Sequence[int], totals: Sequence[int]) -> str:
    """Say in how many it is a priority, before and after: ``3 of 5 → 0 of 5``."""
    return f" {ARROW} ".join(f"{count} of {total}" for count, total in zip(counts, totals, strict=True))


def show_moves(
    halves: Sequence[Sequence[str]],
    moved: Iterable[tuple[tuple[float, float], str, tuple[str, ...]]],
    heads: Sequence[str],
    *,
    unit: str = "",
    whole: bool,
) -> Iterator[Section]:
    """Yield the topics that differ most between earlier and later sessions: both shares, label, figures.

    ``unit`` is what the shares are of, where the head of the figures does not say it.
    """
    entries = tuple(
        Entry((Span(label),), cells, shares=shares)
        for shares, label, cells in sorted(moved, key=lambda each: (-_differ(each[0]), each[1]))
    )
    ends = f" {ARROW} ".join(
        "–".join(dict.fromkeys((one_line(half[0]), one_line(half[-1])))) for half in halves
    )
    if entries:
        columns = (Column(heads[0], unit=unit), *map(Column, heads[1:]))
        shown = entries if whole else entries[:MOVES]
        yield Section(f"largest moves, {ends}", shown, columns=columns, first=MOVES)


def _differ(shares: tuple[float, float]) -> float:
    return round(abs(shares[1] - shares[0]), 4)


def show_map(
    title: str,
    rows: Iterable[MapRow],
    ticks: Sequence[Tick],
    *,
    heads: Sequence[str] = (),
    note: str = "",
    sparse: bool = False,
) -> Section:
    """Return a map: for each row its label, its figures, and below each tick a mark and the part it is."""
    entries = tuple(
        Entry((Span(label),), figures, marks=tuple(marks), brief=label, parts=parts)
        for label, figures, marks, parts in rows
    )
    legend = note or _explain_marks({mark.text for entry in entries for mark in entry.marks})
    columns = tuple(Column(head) for head in heads)
    return Section(
        title, entries, note=legend, columns=columns, ticks=tuple(ticks), sparse=sparse, first=_ROWS
    )


def _explain_marks(marks: Collection[str]) -> str:
    """Say what the marks mean that are among some."""
    names: dict[str, str] = {mark: level for level, mark in MARKS.items()}
    names |= {NO_STATEMENT: "no statement", WITHDRAWN: "withdrawn", NO_TEXT: "no text"}
    parts = [f"{mark} {name}" for mark, name in names.items() if mark in marks]
    if unsure := [mark for mark in UNSURE.values() if mark in marks]:
        parts.append(f"{', '.join(unsure)} the same, less sure")
    return " · ".join([*parts, *(["blank not named"] if BLANK in marks else [])])


def show_standing(
    name: str, topic: Topic, cell: Standing, figures: Sequence[str], vocabulary: Vocabulary, language: str
) -> Entry:
    """Return what a statement does with a topic: its level and how sure that is, its share, and its words."""
    claim = (Span(name, "bold"), Span(f", {cell.level or ABSENT}{mark_chance(cell)}"))
    notes = (Span(decision_words(cell.decided), "bold"),) if cell.decided else ()
    quotes = (quote_standing(topic, cell, "", vocabulary, language),) if cell.quote else ()
    share = percent(cell.share).removesuffix("%")
    return Entry(claim, (share, *figures), notes=notes, evidence=quotes, brief=name)


def quote_standing(topic: Topic, cell: Standing, lead: str, vocabulary: Vocabulary, language: str) -> Quote:
    """Return the words that show a level best, with the term that names the topic marked."""
    (met,) = match_topics([cell.quote], vocabulary, language=language)
    term = find_term(topic.id, met)
    return cite_words(lead, cell.quote, (term.start, term.end) if term else None)


def show_decided(rows: Sequence[TopicRow]) -> Iterator[Section]:
    """Yield the decisions behind the cells of some rows, with who made them and who decided otherwise."""
    found = [(row, name, cell.decided) for row in rows for name, cell in row.cells.items() if cell.decided]
    if not found:
        return
    disputed = sum(bool(decision.against) for _, _, decision in found)
    rest = f", {disputed:,} disputed" if disputed else ""
    # What is disputed is never what is left out, while there is room for it.
    found.sort(key=lambda each: not each[2].against)
    entries = (
        Entry((Span(f"{row.label}, {one_line(name)}", "bold"), Span(f": {decision_words(decision)}")))
        for row, name, decision in found
    )
    note = f"{counted(len(found), 'level')}{rest}"
    yield Section("decided by people", tuple(entries), note=note, first=2)


def close_report(
    hints: Sequence[str],
    texts: str,
    vocabulary: Vocabulary | VocabularyName,
    *,
    topics: Iterable[str] = (),
    whole: bool,
    sure: float = SURE,
) -> Iterator[str]:
    """Say how to go on, to one of some topics among others, and how to cite."""
    topic = min(topics, key=len, default="")
    one = [f"one topic: --topic {topic}"] if topic and not whole else []
    yield f"More: {' · '.join([*([] if whole else [MORE]), *one, *hints])}"
    yield cite(texts, __version__, vocabulary, sure)
