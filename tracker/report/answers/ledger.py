"""What the ledger tells: checks, runs and their clocks, sources, what needs a look, expectations, a year."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tracker.model.clock_readings import CLOCK_UNCONFIRMED, CONFIRMING_HOSTS
from tracker.model.ledger import GOOD_OUTCOMES
from tracker.report.document import Span
from tracker.report.layout import DIGEST, counted, draw, lay_table, line, tally, wrap
from tracker.report.records import encode_json, encode_rows, plain_fields, write_csv
from tracker.report.safe import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.clock_readings import ClockReading
    from tracker.model.health import Concern, Health, News, SourceState, Year
    from tracker.model.ledger import Check, CheckOutcome, Expectation, RunEntry
    from tracker.model.watching import Received, Source, WatchList
    from tracker.report.document import Style
    from tracker.report.layout import Line

_CHECK_COLUMNS = (
    "source", "outcome", "cause", "reference", "snapshot", "announced", "observed", "seconds", "http_status",
    "address", "url", "sha256", "size", "etag", "last_modified", "detail",
)  # fmt: skip
_CHECK_KEYS = (*_CHECK_COLUMNS[:3], "detail", *_CHECK_COLUMNS[3:-1])
"""In JSON the detail follows its cause; on a row, where it is long, it is last."""
_RUN_COLUMNS = ("run", "kind", "status", "started", "ended", "snapshots", "outcomes", "release", "command")

_ANNOUNCED = {
    "corrigendum": "announced in words",
    "last-modified": "announced by its date",
    "silent": "silently",
}
_OUTCOME_WIDTH = 15
_URGENCY: tuple[CheckOutcome, ...] = (
    "gone",
    "unreachable",
    "robots-denied",
    "quarantined",
    "rejected",
    "changed",
    "new",
    "moved",
    "unchanged",
)

_DAY: Final = 24 * 60 * 60

_UNNAMED = "links wait in review"

_YEAR_COLUMNS = ("body", "expected", "captured", "late", "missing", "no statement", "gone")


def check_line(check: Check) -> str:
    """Return the result of a check on one line, as it is logged: instant, outcome, reference, source, cause.

    An unnamed link of an index is shown with its address.
    """
    what = check.snapshot or check.reference
    parts = (
        check.observed,
        check.outcome,
        str(what) if what else "",
        check.source,
        check.address if _is_unnamed_link(check) else "",
        _ANNOUNCED[check.announced] if check.announced else "",
        check.cause,
        f"({check.detail})" if check.detail else "",
    )
    return one_line(" ".join(part for part in parts if part))


def counts_line(checks: Sequence[Check]) -> str:
    """Return the number of sources by outcome: ``3 sources: 1 new, 2 unchanged``."""
    items = tally(Counter(check.outcome for check in checks).most_common())
    return f"{counted(len(checks), 'source')}{': ' if items else ''}{items}"


def night_line(
    checks: Sequence[Check], news: Sequence[News], resting: int, clock: ClockReading | None
) -> str:
    """Return what ``counts_line`` does, how many failed as before, and how many were left alone.

    Where the clock was not confirmed, that follows.
    """
    told = {each.check.source for each in news}
    old = [each for each in checks if each.outcome not in GOOD_OUTCOMES and each.source not in told]
    more = (
        f"{len(old):,} as before, see: tracker status" if old else "",
        f"{resting:,} rest" if resting else "",
        describe_clock(clock),
    )
    return "; ".join(filter(None, (counts_line(checks), *more)))


def render_runs(entries: Sequence[RunEntry], *, width: int = 80, color: bool = False) -> str:
    """Return a table of runs: number, kind, when, how it ended, and what it did."""
    if not entries:
        return draw([line("No run yet; write a watch list, then: tracker snapshot")], color=color)
    rows = [
        (
            str(each.id),
            each.kind or "",
            each.started[:16].replace("T", " "),
            _ending(each),
            _did(each) or each.command or "",
        )
        for each in entries
    ]
    return draw(lay_table(("run", "kind", "started", "status", "did"), rows, width, right=(0,)), color=color)


def render_run(entry: RunEntry, checks: Sequence[Check], *, width: int = 80, color: bool = False) -> str:
    """Return one run: its facts, then each check with cause, address and evidence."""
    facts = [
        f"run {entry.id}",
        entry.kind or "",
        f"{entry.started} to {entry.ended or '?'}",
        _ending(entry),
        f"tracker {entry.release}",
        f"watch list {entry.watch_list[:DIGEST]}" if entry.watch_list else "",
        counted(entry.snapshots, "snapshot"),
        describe_clock(entry.clock),
    ]
    head = wrap([Span(" · ".join(one_line(fact) for fact in facts if fact), "bold")], width)
    command = [line(f"  {one_line(entry.command)}", "dim")] if entry.command else []
    return draw(
        [*head, *command, *(row for check in checks for row in _show_check(check, width))], color=color
    )


def _is_unnamed_link(check: Check) -> bool:
    """Return whether a check is of a link of an index that has no reference yet; only its id has a colon."""
    return check.reference is None and ":" in check.source


def _show_check(check: Check, width: int) -> Iterator[Line]:
    what = check.snapshot or check.reference
    lead = f"{check.outcome:<{_OUTCOME_WIDTH}}"
    yield Span(lead + one_line(check.source), "bold"), Span(f"  {one_line(str(what))}" if what else "")
    facts = (
        check.cause,
        check.detail,
        _ANNOUNCED[check.announced] if check.announced else "",
        _status(check),
        f"sha256 {check.sha256[:DIGEST]}, {counted(check.size or 0, 'byte')}" if check.sha256 else "",
        f"{check.seconds:.1f} s",
        check.address,
        f"final address: {check.url}" if check.url and check.url != check.address else "",
    )
    yield from wrap(" · ".join(one_line(fact) for fact in facts if fact), width, "  ", "  ")


def runs_json(entries: Sequence[RunEntry]) -> str:
    """Return runs as JSON, in the order given."""
    return encode_rows("runs", [_run_fields(each) for each in entries])


def run_json(entry: RunEntry, checks: Sequence[Check], *, evidence: bool = True, **more: object) -> str:
    """Return a run with its checks as one JSON object; with requests and answers where asked for."""
    fields = {**_run_fields(entry), **more, "checks": [_check_fields(each, evidence) for each in checks]}
    return encode_json(fields)


def runs_csv(entries: Sequence[RunEntry]) -> str:
    """Return runs as CSV, a run a row."""
    rows = ({**_run_fields(each), "outcomes": _did(each)} for each in entries)
    return write_csv(_RUN_COLUMNS, ([row[name] for name in _RUN_COLUMNS] for row in rows))


def checks_csv(checks: Sequence[Check]) -> str:
    """Return checks as CSV, a source a row."""
    rows = (_check_fields(each, evidence=False) for each in checks)
    return write_csv(_CHECK_COLUMNS, ([row[name] for name in _CHECK_COLUMNS] for row in rows))


def _ending(entry: RunEntry) -> str:
    return entry.status or "not noted"


def _did(entry: RunEntry) -> str:
    """Return the counts of outcomes, most urgent first, since the end may not fit."""
    ordered = sorted(entry.outcomes, key=lambda pair: _URGENCY.index(pair[0]))
    return tally([*ordered, ("extraction", entry.rereadings)])


def _run_fields(entry: RunEntry) -> dict[str, object]:
    fields = {"run": entry.id, **plain_fields(entry), "outcomes": dict(entry.outcomes)}
    fields.pop("id")
    return fields


def _check_fields(check: Check, evidence: bool) -> dict[str, object]:
    fields = plain_fields(check) | plain_fields(check.validators)
    return {name: fields[name] for name in (*_CHECK_KEYS, *(["exchanges"] if evidence else []))}


def _status(check: Check) -> str:
    """Return the status, where the cause does not name it already."""
    if not check.http_status or str(check.http_status) in check.cause:
        return ""
    return f"HTTP {check.http_status}"


def describe_clock(reading: ClockReading | None) -> str:
    """Return how far a clock was not confirmed; an empty text where it was, or where nobody looked."""
    if reading is None or reading.is_confirmed:
        return ""
    hosts = counted(reading.hosts, "host") if reading.hosts else "no host"
    if reading.ahead is not None and reading.is_contradicted:
        side = "ahead of" if reading.ahead > 0 else "behind"
        return f"{CLOCK_UNCONFIRMED}: {counted(abs(reading.ahead) // _DAY, 'day')} {side} {hosts}"
    return f"{CLOCK_UNCONFIRMED}: {hosts} gave a date, {CONFIRMING_HOSTS} are needed"


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
    from tracker.report.answers.news import news_lines  # noqa: PLC0415 (40 ms that a night without news does not take)

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
    if last := health.last_run:
        what = f"last run: {last.id} {last.kind or ''}, {last.started}, {_ending(last)}"
        more = f"all: tracker status --runs; the year: tracker status --year {health.instant[:4]}"
        rows.extend(wrap([Span(f"{what}; {more}")], width))
    return draw(rows, color=color)


def _day(news: News) -> str:
    return news.check.observed[:10]


def _show_concern(concern: Concern, width: int) -> Iterator[Line]:
    from tracker.report.answers.news import name_statement  # noqa: PLC0415 (as above)

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
    from tracker.report.answers.news import news_fields  # noqa: PLC0415 (as above)

    return encode_json(
        {
            "instant": health.instant,
            "concerns": health.concerns,
            "notes": health.notes,
            "news": [news_fields(each) for each in health.news],
            "sources": [_source_fields(state) for state in health.sources],
            "outdated": health.outdated,
            "sandbox": health.sandbox,
            "last_run": health.last_run and _last_fields(health.last_run),
        }
    )


def _last_fields(last: RunEntry) -> dict[str, object]:
    return {name: getattr(last, name) for name in ("id", "kind", "started", "ended", "status")}


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
    rows.extend(lay_table(_YEAR_COLUMNS, _body_rows(year), width, right=tuple(range(1, len(_YEAR_COLUMNS)))))
    rows.append(line())
    for sentence in _sentences(year):
        rows.extend(wrap(sentence, width, "", "  "))
    return draw(rows, color=color)


def markdown_year(year: Year) -> str:
    """Return a year in Markdown."""
    lines = [f"# {year.year}", "", f"Until {year.until}.", ""]
    lines += _markdown_table(_YEAR_COLUMNS, _body_rows(year))
    lines += ["", *(f"- {sentence}" for sentence in _sentences(year))]
    return "\n".join(lines) + "\n"


def csv_year(year: Year) -> str:
    """Return a year's bodies as CSV, with the year in the first column; nights and people are not in it."""
    return write_csv(
        ("year", "until", *_YEAR_COLUMNS), ((year.year, year.until, *astuple(each)) for each in year.bodies)
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
