"""The history of phrases or of a sentence in a series, on the terminal, as a document and as JSON."""

from __future__ import annotations

import math
from collections import Counter
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from tracker import __version__
from tracker.model.series_rows import SayingRecord
from tracker.model.tracing import Biography, BiographyStatement, BiographyTable
from tracker.references import read_session
from tracker.report.comparison.passages import cite_words, read_edits
from tracker.report.comparison.provenance import cite, name_body, name_country
from tracker.report.comparison.sentences import CONTEXT
from tracker.report.comparison.words import LANGUAGE_NAMES, quoted
from tracker.report.document import Document, Entry, Named, Redline, Scale, Section, Span, Tick
from tracker.report.layout import (
    ELLIPSIS,
    Line,
    columns,
    counted,
    draw,
    line,
    mark_edits,
    shorten,
    wrap,
)
from tracker.report.records import encode_json, write_records
from tracker.report.safe import one_line
from tracker.report.series.parts import show_map
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.texts import Side
    from tracker.model.tracing import NearWords, Occurrence, Spread, TracedStatement
    from tracker.report.document import Quote
    from tracker.report.records import RecordForm

_LABELS = 11
_NEAR_SHOWN = 5
_WORDINGS_SHOWN = 8
_LONGEST = 50

Facts: TypeAlias = "Iterable[tuple[str, Sequence[str]]]"
"""What a summary tells under a label each; what is empty is not told."""

_INDENT, _DEEPER = "  ", "      "
_HOW = (
    "exact: the same words, apart from case, quotes and dashes. loose: similar words, with a similarity"
    " from 0 to 1."
)
_MARKS = "[-was-]{+is+}: edits since the wording before."
_MISSING = "A session missing from the archive does not count as silent."


def name_traced(place: str, asked: Biography | Spread) -> str:
    """Return the place and what is traced there."""
    return f"{one_line(place)} · {_name_asked(asked)}"


def title_plot(asked: Biography | Spread, place: str, span: str) -> str:
    """Return the title of a picture: what is traced, where by name, and at which sessions."""
    return f"{_name_asked(asked)}: {place}, {span}"


def _name_asked(asked: Biography | Spread) -> str:
    named = [quoted(one_line(phrase)) for phrase in asked.phrases]
    named += [f"topic {one_line(topic)}" for topic in asked.topics]
    return " or ".join(named) or quoted(one_line(asked.asked))


def cite_traced(searched: str) -> str:
    """Return one line to cite: what was searched where, and with which release."""
    return cite(searched.rstrip("."), __version__)


def lay_facts(facts: Facts, width: int) -> Iterator[Line]:
    """Yield a summary as labelled rows."""
    for label, told in facts:
        for at, text in enumerate(filter(None, told)):
            yield from wrap(text, width, f"{'' if at else label:<{_LABELS}}", " " * _LABELS)


def name_facts(facts: Facts) -> tuple[Named, ...]:
    """Return a summary as facts under their labels."""
    return tuple(Named(label, tuple(filter(None, told))) for label, told in facts)


def kind_words(asked: Biography | Spread) -> str:
    """Say what is traced: a sentence, a phrase, several phrases, or the terms of topics."""
    phrases = len(asked.phrases) or not asked.topics
    parts = [f"A {asked.unit}" if phrases == 1 else counted(phrases, "phrase")] if phrases else []
    if asked.topics:
        parts.append(
            "the terms of " + ("a topic" if len(asked.topics) == 1 else f"{len(asked.topics)} topics")
        )
    text = " and ".join(parts)
    return text[:1].upper() + text[1:]


def year_of(side: Side) -> int | None:
    """Return the year of a statement: of its date, else of its session."""
    year = (side.delivered or "")[:4]
    if year.isdecimal():
        return int(year)
    session = read_session(side.body, side.session) if side.body and side.session else None
    return session.year if session else None


def wording_words(occurrences: Iterable[Occurrence]) -> str:
    """Return the different words that were said, the most frequent first; nothing where they are the same."""
    forms = Counter(one_line(occurrence.words) for occurrence in occurrences)
    said = Counter[str]()
    shown: dict[str, str] = {}
    for form, times in forms.most_common():
        said[fold(form)] += times
        shown.setdefault(fold(form), form)
    if len(said) < 2:  # noqa: PLR2004 (what differs needs two)
        return ""
    rows = [(shorten(shown[folded], _LONGEST), times) for folded, times in said.most_common()]
    return _counts(rows, _WORDINGS_SHOWN)


def near_words(near: Sequence[NearWords]) -> str:
    """Return the words that come near with how often they were met."""
    return _counts([(one_line(miss.words), miss.times) for miss in near], _NEAR_SHOWN)


def _counts(rows: Sequence[tuple[str, int]], most: int) -> str:
    text = " · ".join(f"{quoted(words)} {times:,}" for words, times in rows[:most])
    return f"{text} · {len(rows) - most} more" if len(rows) > most else text


def in_context(occurrence: Occurrence, room: int) -> Iterator[Span]:
    """Yield the words that match between asterisks, on one line with what stands around them."""
    words = f"*{one_line(occurrence.words)}*"
    before, after = _before(occurrence), _after(occurrence)
    left = _tail(before, max((room - columns(words)) // 2, room - columns(words + after), 0))
    words = shorten(words, room - columns(left))
    yield Span(left)
    yield Span(words, "match")
    rest = room - columns(left + words)
    if rest > 1 and not words.endswith(ELLIPSIS):
        yield Span(shorten(after, rest))


def _before(occurrence: Occurrence) -> str:
    text = occurrence.text[: occurrence.start]
    return one_line(text) + (" " if text[-1:].isspace() else "")


def _after(occurrence: Occurrence) -> str:
    text = occurrence.text[occurrence.end :]
    return (" " if text[:1].isspace() else "") + one_line(text)


def _tail(text: str, width: int) -> str:
    """Cut a text between words to its last ``width`` columns, with an ellipsis where it was cut."""
    if columns(text) <= width:
        return text
    words = text.split(" ")
    while words and columns(" ".join(words)) + 1 > width:
        words.pop(0)
    kept = " ".join(words)
    return ELLIPSIS + kept if kept.strip() else ELLIPSIS + " " * text.endswith(" ")


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


def plot_biography(biography: Biography) -> Document:
    """Return what a picture shows: how often each statement says it."""
    told = {each.side.version.language for each in biography.statements if each.occurrences}
    counts = [
        Counter(each.exact for each in statement.occurrences)
        if statement.side.version.language in told
        else None
        for statement in biography.statements
    ]
    exact, loosely = ([None if each is None else each[how] for each in counts] for how in (True, False))
    ticks = [Tick(session_label(each.side), _year(each.side)) for each in biography.statements]
    section = show_said(exact, loosely, ticks, Scale("times said", "", 1.0))
    country, body = biography.series.partition("~")[0].split("/")
    where = f"{name_country(country)} at the {name_body(body)}"
    return build_biography(biography)._replace(
        title=title_plot(biography, where, _span(biography.statements)),
        verdict=tell_said(_list_facts(biography)),
        sections=(section,),
    )


def show_said(
    exact: Sequence[float | None], loosely: Sequence[float | None], ticks: Sequence[Tick], scale: Scale
) -> Section:
    """Return a map of how much is said at each place in these words and, if anywhere, in similar ones."""
    rows = [("in these words", exact), *([("in similar words", loosely)] if any(loosely) else [])]
    return show_map(
        "said by session",
        # A digit is drawn as what is sure; the figure itself stands on the scale.
        ((label, (), [Span("1" if each else "") for each in row], tuple(row)) for label, row in rows),
        ticks,
        scale=scale,
        sparse=True,
    )


def tell_said(facts: Facts) -> str:
    """Return what a summary tells of how often it is said, as one sentence."""
    said = "; ".join(f"{label} {told[0]}" for label, told in facts if label in {"said", "loosely"})
    return f"{said[:1].upper()}{said[1:]}." if said else "Nothing found."


def session_label(side: Side) -> str:
    """Return a statement's session with its item: ``79``, ``52/item-4``."""
    parts = side.name.partition("~")[0].partition("@")[0].split("/")
    return one_line("/".join(parts[2:])) or one_line(side.name)


def likeness_words(confidence: float) -> str:
    """Return a confidence with two decimals, rounded down: only the same words are 1."""
    return f"{math.floor(100 * confidence + 1e-9) / 100:.2f}"


def _is_exact(statement: TracedStatement) -> bool:
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
    exact = [statement for statement in said if _is_exact(statement)]
    if said:
        words = [each for statement in exact for each in statement.occurrences if each.exact]
        ends = f"first {_when(exact[0].side)}, last {_when(exact[-1].side)}" if exact else ""
        often = [counted(len(exact), "statement"), *[counted(len(words), "time")] * (len(words) > len(exact))]
        how_often = f"in {', '.join(often)}: {ends}" if exact else "never in these words"
        yield "said", (how_often, wording_words(words))
        loose = [statement for statement in said if not _is_exact(statement)]
        if loose:
            wordings = counted(len({statement.wording for statement in loose}), "wording")
            others = counted(len(loose), "more statement" if exact else "statement")
            yield "loosely", (f"in {others}, {wordings}: {', '.join(_when(each.side) for each in loose)}",)
    if biography.near:
        yield "also near", (near_words(biography.near),)
    if silences := biography.silences:
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
    silences = set(biography.silences)
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
        names = ", ".join(sorted(LANGUAGE_NAMES.get(language, language) for language in languages))
        sessions = ", ".join(session_label(c.side) for c in others)
        yield f"In another language, so not silent: {sessions} ({names})."


def biography_json(biography: Biography) -> str:
    """Return a biography as JSON that ``biography.schema.json`` describes: every statement read, in order."""
    said = [each for each in biography.statements if _is_exact(each)]
    return encode_json(
        BiographyTable(
            asked=biography.asked,
            phrases=biography.phrases,
            topics=biography.topics,
            unit=biography.unit,
            series=biography.series,
            first=said[0].side.name if said else None,
            last=said[-1].side.name if said else None,
            said=len(said),
            loosely=sum(bool(each.occurrences) for each in biography.statements) - len(said),
            times=sum(saying.exact for each in said for saying in each.occurrences),
            silences=biography.silences,
            near=biography.near,
            statements=tuple(_statement(each) for each in biography.statements),
        )
    )


def _statement(traced: TracedStatement) -> BiographyStatement:
    side = traced.side
    return BiographyStatement(
        reference=side.name,
        session=side.session,
        session_kind=traced.session_kind,
        delivered=side.delivered,
        kind=side.kind,
        language=side.version.language,
        snapshot=side.snapshot,
        sha256=side.sha256,
        wording=traced.wording,
        leading=traced.leading if traced.occurrences else None,
        edits=traced.edits,
        sayings=traced.occurrences,
    )


def sayings_table(traced: Biography | Spread, form: RecordForm) -> str | bytes:
    """Return what ``list_sayings`` yields as a table."""
    return write_records(SayingRecord, list_sayings(traced), form)


def list_sayings(traced: Biography | Spread) -> Iterator[SayingRecord]:
    """Yield one row for each saying, and one for each statement that does not say it; in their order."""
    for row, sayings in _said(traced):
        if not sayings:
            yield row(said="no")
        for each in sayings:
            yield row(
                said="exact" if each.exact else "loose",
                similarity=each.confidence,
                asked=each.asked or None,
                paragraph=each.paragraph,
                words=each.words,
                sentence=each.text,
            )


def _said(traced: Biography | Spread) -> Iterator[tuple[partial[SayingRecord], tuple[Occurrence, ...]]]:
    """Yield what begins the rows of each statement, and where it says it."""
    if isinstance(traced, Biography):
        for told in traced.statements:
            side = told.side
            row = partial(
                SayingRecord,
                reference=side.name,
                country=side.country,
                session=side.session,
                year=year_of(side),
                language=side.version.language,
            )
            yield row, told.occurrences
        return
    for each in traced.statements:
        row = partial(
            SayingRecord,
            reference=each.reference,
            country=each.country,
            session=each.session,
            year=each.year,
            language=each.language,
        )
        yield row, each.sayings
