"""What ``snapshot`` and ``runs`` print: a line for each check and for the clock, tables, JSON and CSV."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tracker.model.ledger import CONFIRMING_HOSTS, GOOD_OUTCOMES
from tracker.report.comparison.words import tally
from tracker.report.document import Span
from tracker.report.json_text import encode_json, encode_rows, plain_fields
from tracker.report.layout import DIGEST, counted, draw, lay_table, line, wrap
from tracker.report.records import write_csv
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.ledger import Check, CheckOutcome, ClockReading, RunEntry
    from tracker.model.news import News
    from tracker.report.layout import Line

CHECK_COLUMNS = (
    "source", "outcome", "cause", "reference", "snapshot", "announced", "observed", "seconds", "http_status",
    "address", "url", "sha256", "size", "etag", "last_modified", "detail",
)  # fmt: skip
_CHECK_KEYS = (*CHECK_COLUMNS[:3], "detail", *CHECK_COLUMNS[3:-1])
"""In JSON the detail follows its cause; on a row, where it is long, it is last."""
RUN_COLUMNS = ("run", "kind", "status", "started", "ended", "snapshots", "outcomes", "release", "command")

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

CLOCK_UNCONFIRMED: Final = "clock not confirmed"

_DAY: Final = 24 * 60 * 60


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
        check.address if is_unnamed_link(check) else "",
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
        f"{len(old):,} as before, see: tracker health" if old else "",
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


def is_unnamed_link(check: Check) -> bool:
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
    return write_csv(RUN_COLUMNS, ([row[name] for name in RUN_COLUMNS] for row in rows))


def checks_csv(checks: Sequence[Check]) -> str:
    """Return checks as CSV, a source a row."""
    rows = (_check_fields(each, evidence=False) for each in checks)
    return write_csv(CHECK_COLUMNS, ([row[name] for name in CHECK_COLUMNS] for row in rows))


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
