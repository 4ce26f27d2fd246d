"""What ``health``, ``expect``, ``sources`` and ``report --year`` print: what needs a look, and a year."""

from __future__ import annotations

from dataclasses import astuple
from itertools import groupby
from typing import TYPE_CHECKING

from tracker.report.archive.news import name_statement, news_fields, news_lines
from tracker.report.document import Span
from tracker.report.json_text import encode_json, plain_fields
from tracker.report.layout import counted, draw, lay_table, line, wrap
from tracker.report.records import write_csv
from tracker.report.safe import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.ledger import Concern, Expectation, Health, SourceState, Year
    from tracker.model.news import News
    from tracker.model.watching import Received, Source, WatchList
    from tracker.report.document import Style
    from tracker.report.layout import Line

_UNNAMED = "links wait in review"

COLUMNS = ("body", "expected", "captured", "late", "missing", "no statement", "gone")


def render_sources(watched: WatchList, *, width: int = 80, color: bool = False) -> str:
    """Return sources, two lines each: name, what it feeds, from when to when, then where it is.

    What was closed follows, with when that was, by whom and why.
    """
    if not watched.sources:
        return draw([line("No source yet; add one: tracker sources add URL --as GBR/CCPCJ/31")], color=color)
    closed = (wrap(one_line(f"{each.id} {each}"), width, "", "   ") for each in watched.closed)
    entries = (_entry(source, width) for source in watched.sources)
    return draw((row for rows in (*entries, *closed) for row in rows), color=color)


def _entry(source: Source, width: int) -> Iterator[Line]:
    facts = [one_line(fact) for fact in (_feeds(source), _days(source)) if fact]
    yield Span(one_line(source.id), "bold"), Span("".join(f"  {fact}" for fact in facts))
    yield from wrap(one_line(source.address), width, "   ", "   ")


def render_received(received: Received) -> str:
    """Return what a watch list that came with a mirror reaches, before it is accepted."""
    lines = [f"{received.path}: {counted(received.number, 'source')}"]
    if received.private:
        lines.append(f"reaches inside the network: allow_private = {', '.join(received.private)}")
        lines += [f"   {source.id}  {source.address}" for source in received.inside]
    else:
        lines.append("reaches nothing inside the network")
    if received.files:
        lines.append("reads files in the archive's folder:")
        lines += [f"   {source.id}  {source.address}" for source in received.files]
    return "\n".join(visible(text) for text in lines)


def _feeds(source: Source) -> str:
    if source.is_index:
        return f"index: {source.rule or _UNNAMED}"
    return str(source.reference)


def _days(source: Source) -> str:
    first, last = source.valid_from, source.valid_until
    if first and last:
        return f"{first} to {last}"
    return f"from {first}" if first else f"to {last}" if last else ""


def render_health(health: Health, *, width: int = 80, color: bool = False) -> str:
    """Return what a person should look at, what the nights of the last week told, and a table of sources."""
    head = f"{counted(len(health.concerns), 'concern')}, {counted(len(health.sources), 'source')}"
    noted = f", {counted(len(health.notes), 'note')}" if health.notes else ""
    rows = [line(f"{head}{noted}, {health.instant}", "bold")]
    for concern in (*health.concerns, *health.notes):
        rows.extend(_show_concern(concern, width))
    by_day = sorted(health.news, key=_day, reverse=True)
    for day, news in groupby(by_day, _day):
        rows.extend([line(), line(f"The night of {day}:", "bold"), *news_lines([*news], width)])
    if health.sources:
        heads = ("source", "last success", "failures", "waiting", "last check")
        table = [_source_row(state) for state in health.sources]
        rows.extend([line(), *lay_table(heads, table, width, right=(2, 3))])
    if health.outdated:
        number = counted(health.outdated, "snapshot")
        told = f"{number} read by other extractors than today's; read again with: tracker reextract"
        rows.extend([line(), *wrap([Span(told)], width)])
    rows.extend([line(), *wrap([Span(f"sandbox: {one_line(health.sandbox)}")], width)])
    return draw(rows, color=color)


def _day(news: News) -> str:
    return news.check.observed[:10]


def _show_concern(concern: Concern, width: int) -> Iterator[Line]:
    since = f" since {concern.since[:10]}" if concern.since else ""
    named = (
        f"{name_statement(concern.reference)} ({concern.subject})" if concern.reference else concern.subject
    )
    text = one_line(f"{named}{since}: {concern.detail}")
    style: Style = "plain" if concern.severity == "note" else "warning"
    kind = f"note: {concern.kind}" if concern.severity == "note" else concern.kind
    yield from wrap([Span(kind, style), Span(f"  {text}")], width, "  ", "    ")


def _source_row(state: SourceState) -> tuple[str, ...]:
    last = state.last
    return (
        last.source,
        (state.succeeded or "never")[:10],
        str(state.failures),
        str(state.waiting),
        " ".join(part for part in (last.outcome, last.cause) if part),
    )


def health_json(health: Health) -> str:
    """Return concerns and sources as one JSON object."""
    return encode_json(
        {
            "instant": health.instant,
            "concerns": health.concerns,
            "notes": health.notes,
            "news": [news_fields(each) for each in health.news],
            "sources": [_source_fields(state) for state in health.sources],
            "outdated": health.outdated,
            "sandbox": health.sandbox,
        }
    )


def _source_fields(state: SourceState) -> dict[str, object]:
    last, fields = plain_fields(state.last), plain_fields(state)
    del fields["last"]
    names = ("source", "address", "reference", "snapshot", "outcome", "cause")
    return {**{name: last[name] for name in names}, "checked": last["observed"], **fields}


def render_expectations(entries: Sequence[Expectation], *, width: int = 80, color: bool = False) -> str:
    """Return what is known of statements that are, or were, not there, each with its note beneath."""
    if not entries:
        return draw([line("No notes yet; add one: tracker expect GBR/UNGA/80 --by NAME")], color=color)
    rows = [
        (
            str(each.reference),
            each.state,
            each.due or "",
            (each.captured or "")[:10],
            f"{each.person}, {each.noted[:10]}",
        )
        for each in entries
    ]
    head, *table = lay_table(("statement", "state", "due", "captured", "noted by"), rows, width, right=())
    shown = [head]
    for each, row in zip(entries, table, strict=True):
        shown.append(row)
        if each.note:
            shown.extend(wrap(one_line(each.note), width, "  ", "  "))
    return draw(shown, color=color)


def render_year(year: Year, *, width: int = 80, color: bool = False) -> str:
    """Return a year for the terminal."""
    rows = [line(f"{year.year}, until {year.until}", "bold"), line()]
    rows.extend(lay_table(COLUMNS, _body_rows(year), width, right=tuple(range(1, len(COLUMNS)))))
    rows.append(line())
    for sentence in _sentences(year):
        rows.extend(wrap(sentence, width, "", "  "))
    return draw(rows, color=color)


def markdown_year(year: Year) -> str:
    """Return a year in Markdown."""
    lines = [f"# {year.year}", "", f"Until {year.until}.", ""]
    lines += _markdown_table(COLUMNS, _body_rows(year))
    lines += ["", *(f"- {sentence}" for sentence in _sentences(year))]
    return "\n".join(lines) + "\n"


def csv_year(year: Year) -> str:
    """Return a year's bodies as CSV, with the year in the first column; nights and people are not in it."""
    return write_csv(
        ("year", "until", *COLUMNS), ((year.year, year.until, *astuple(each)) for each in year.bodies)
    )


def _body_rows(year: Year) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in astuple(each)) for each in year.bodies]


def _sentences(year: Year) -> list[str]:
    missed = f": {', '.join(year.missed)}" if year.missed else ""
    return [
        f"{counted(year.nights, 'night')} with a complete run, {len(year.missed):,} missed{missed}",
        *(
            f"{one_line(each.person)} accepted {each.accepted:,} and rejected {each.rejected:,} quarantined"
            for each in year.reviewers
        ),
        f"{counted(year.waiting, 'quarantined document')} waiting",
    ]


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---", *["---:"] * (len(head) - 1)], *rows)]
