"""The history of phrases or of a sentence in a series, on the terminal."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from tracker.report.comparison.passages import cite_words, read_edits
from tracker.report.comparison.sentences import CONTEXT
from tracker.report.comparison.words import LANGUAGES, quoted
from tracker.report.document import Document, Entry, Redline, Section, Span
from tracker.report.layout import Line, columns, counted, draw, line, mark_edits, wrap
from tracker.report.safe import one_line
from tracker.report.series.traced import (
    cite_traced,
    in_context,
    kind_words,
    lay_facts,
    name_facts,
    name_traced,
    near_words,
    wording_words,
    year_of,
)
from tracker.tracing.biography import find_silences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.texts import Side
    from tracker.model.tracing import Biography, TracedStatement
    from tracker.report.document import Quote

_INDENT, _DEEPER = "  ", "      "
_HOW = (
    "exact: the same words, apart from case, quotes and dashes. loose: similar words, with a similarity"
    " from 0 to 1."
)
_MARKS = "[-was-]{+is+}: edits since the wording before."
_MISSING = "A session missing from the archive does not count as silent."


def render_biography(biography: Biography, *, width: int = 80, color: bool = False) -> str:
    """Return what was found in the order of the sessions, after a summary; silences are one line each."""
    lines = [*wrap([Span(name_traced(biography.series, biography), "bold")], width)]
    for text in _summary(biography):
        lines += wrap(text, width)
    lines += lay_facts(_list_facts(biography), width)
    if any(statement.occurrences for statement in biography.statements):
        lines += [
            line(),
            *_chronicle(biography, width),
            line(),
            *wrap([Span(f"{_HOW} {_MARKS} {_MISSING}", "dim")], width),
        ]
    for text in _not_judged(biography):
        lines += wrap([Span(text, "warning")], width)
    return draw(lines, color=color)


def build_biography(biography: Biography) -> Document:
    """Return what was found as a document, each saying with its words and what was edited since the last."""
    entries: list[Entry] = []
    title, groups = name_traced(biography.series, biography), _gather(biography)
    before: TracedStatement | None = None
    for group in groups:
        if not group[0].occurrences:
            told = _silence(group, last=group is groups[-1], first=before is None)
            entries.append(Entry((Span(told, "dim"),)))
            continue
        for statement in group:
            entries.append(_tell(biography, statement, before))
            before = statement
    return Document(
        title=title,
        sides=name_facts(_list_facts(biography)),
        cautions=tuple(_not_judged(biography)),
        verdict=" ".join(_summary(biography)),
        sections=(Section("said", tuple(entries)),) if before else (),
        closing=(_HOW, _MISSING, cite_traced(f"{title}: {next(_summary(biography))}")),
        whole=True,
    )


def session_label(side: Side) -> str:
    """Return a statement's session with its item: ``79``, ``52/item-4``."""
    parts = side.name.partition("~")[0].partition("@")[0].split("/")
    return one_line("/".join(parts[2:])) or one_line(side.name)


def likeness_words(confidence: float) -> str:
    """Return a confidence with two decimals, rounded down: only the same words are 1."""
    return f"{math.floor(100 * confidence + 1e-9) / 100:.2f}"


def is_exact(statement: TracedStatement) -> bool:
    """Return whether a statement says it in the same words."""
    return any(occurrence.exact for occurrence in statement.occurrences)


def _summary(biography: Biography) -> Iterator[str]:
    statements = biography.statements
    searched = f"{kind_words(biography)}, searched in {counted(len(statements), 'statement')}"
    yield f"{searched}: {_span(statements)}."
    if not any(statement.occurrences for statement in statements):
        yield "Nothing found, neither in these words nor in similar ones."


def _list_facts(biography: Biography) -> Iterator[tuple[str, Sequence[str]]]:
    said = [statement for statement in biography.statements if statement.occurrences]
    exact = [statement for statement in said if is_exact(statement)]
    if said:
        words = [each for statement in exact for each in statement.occurrences if each.exact]
        ends = f"first {_when(exact[0].side)}, last {_when(exact[-1].side)}" if exact else ""
        often = [counted(len(exact), "statement"), *[counted(len(words), "time")] * (len(words) > len(exact))]
        how_often = f"in {', '.join(often)}: {ends}" if exact else "never in these words"
        yield "said", (how_often, wording_words(words))
        loose = [statement for statement in said if not is_exact(statement)]
        if loose:
            wordings = counted(len({statement.wording for statement in loose}), "wording")
            others = counted(len(loose), "more statement" if exact else "statement")
            yield "loosely", (f"in {others}, {wordings}: {', '.join(_when(each.side) for each in loose)}",)
    if biography.near:
        yield "also near", (near_words(biography.near),)
    if silences := find_silences(biography):
        yield "not said", (f"in {counted(len(silences), 'session')}",)


def _span(statements: Sequence[TracedStatement]) -> str:
    return " to ".join(dict.fromkeys(_when(each.side) for each in (statements[0], statements[-1])))


def _when(side: Side) -> str:
    year = _year(side)
    return f"{session_label(side)} ({year})" if year else session_label(side)


def _year(side: Side) -> str:
    return str(year_of(side) or "")


def _gather(biography: Biography) -> list[list[TracedStatement]]:
    """Return the statements that say it, and between them each run of those of silent sessions."""
    silences = set(find_silences(biography))
    shown = (c for c in biography.statements if c.occurrences or c.side.session in silences)
    return [list(group) for _, group in groupby(shown, key=lambda statement: not statement.occurrences)]


def _chronicle(biography: Biography, width: int) -> Iterator[Line]:
    """Yield the statements that say it; between them one line for each run of silent sessions."""
    groups = _gather(biography)
    labels = max(columns(session_label(statement.side)) for group in groups for statement in group)
    before: TracedStatement | None = None
    for group in groups:
        if not group[0].occurrences:
            yield line(_INDENT + _silence(group, last=group is groups[-1], first=before is None), "dim")
            continue
        for statement in group:
            yield from _describe(biography, statement, before, labels, width)
            before = statement


def _silence(statements: Sequence[TracedStatement], *, first: bool, last: bool) -> str:
    sessions = list(dict.fromkeys(one_line(str(statement.side.session)) for statement in statements))
    ends = sessions if len(sessions) < 3 else [sessions[0], sessions[-1]]  # noqa: PLR2004 (two are both ends)
    joined = (" to " if len(sessions) > len(ends) else ", ").join(ends)
    why = "not yet said" if first else "not said since" if last else "not said"
    count = f", {len(sessions)} sessions" if len(sessions) > len(ends) else ""
    return f"{joined}: {why}{count}"


def _tell(biography: Biography, statement: TracedStatement, before: TracedStatement | None) -> Entry:
    """Return one saying with its words, or with what was edited in them since the one before."""
    occurrence = statement.occurrences[statement.leading]
    same = _same(statement, before) if biography.unit == "sentence" else ""
    place = f"  ¶{occurrence.paragraph}  {_how(statement)}{same}"
    shown: list[Quote | Redline] = []
    if biography.unit == "phrase" or before is None:
        shown.append(cite_words("", occurrence.text, (occurrence.start, occurrence.end)))
    if before and statement.edits:
        shown.append(Redline(read_edits(statement.edits)))
    return Entry((Span(_when(statement.side), "bold"), Span(place)), evidence=tuple(shown))


def _describe(
    biography: Biography, statement: TracedStatement, before: TracedStatement | None, labels: int, width: int
) -> Iterator[Line]:
    occurrence = statement.occurrences[statement.leading]
    label = session_label(statement.side)
    lead = f"{_INDENT}{label}{' ' * (labels - columns(label))}  {_year(statement.side):<4}  "
    facts = f"{f'¶{occurrence.paragraph}':<4}  {_how(statement)}"
    if biography.unit == "phrase":
        facts = f"{facts:<18}  "
        yield (Span(lead, "bold"), Span(facts), *in_context(occurrence, width - columns(lead + facts)))
    else:
        yield (Span(lead, "bold"), Span(f"{facts}{_same(statement, before)}"))
    yield from _wording(biography, statement, before, width)


def _how(statement: TracedStatement) -> str:
    """Return how the leading occurrence matches, and how many more there are."""
    occurrence = statement.occurrences[statement.leading]
    how = (
        "term"
        if occurrence.method == "term"
        else "exact"
        if occurrence.exact
        else f"loose {likeness_words(occurrence.confidence)}"
    )
    more = len(statement.occurrences) - 1
    return f"{how} +{more}" if more else how


def _same(statement: TracedStatement, before: TracedStatement | None) -> str:
    occurrence = statement.occurrences[statement.leading]
    notes = []
    if occurrence.method == "contained":
        notes.append("within a longer sentence")
    if occurrence.method == "drift":
        notes.append("similar to a neighbouring wording, not to the text searched")
    if len(occurrence.segments) > 1:
        notes.append(f"split into {len(occurrence.segments)}")
    if before and not statement.edits:
        notes.append(f"as in {session_label(before.side)}")
    return "".join(f", {note}" for note in notes)


def _wording(
    biography: Biography, statement: TracedStatement, before: TracedStatement | None, width: int
) -> Iterator[Line]:
    """Yield the first wording in full, and each later one that differs by its edits."""
    if before is None and biography.unit == "sentence":
        words = one_line(statement.occurrences[statement.leading].words)
        yield from wrap(quoted(words), width, _DEEPER, _DEEPER)
    if before and statement.edits:
        pieces = mark_edits(read_edits(statement.edits, CONTEXT))
        yield from wrap([Span(f"{session_label(before.side)} → ", "dim"), *pieces], width, _DEEPER, _DEEPER)


def _not_judged(biography: Biography) -> Iterator[str]:
    """Name the statements whose silence means nothing, since they speak another language."""
    said = {statement.side.version.language for statement in biography.statements if statement.occurrences}
    others = [c for c in biography.statements if said and c.side.version.language not in said]
    if others:
        languages = {c.side.version.language for c in others}
        names = ", ".join(sorted(LANGUAGES.get(language, language) for language in languages))
        sessions = ", ".join(session_label(c.side) for c in others)
        yield f"In another language, so not silent: {sessions} ({names})."
