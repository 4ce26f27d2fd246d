"""What ``tracker health`` and ``tracker expect`` print."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from tracker.report.comparison.words import counted
from tracker.report.json_text import encode_json
from tracker.report.layout import Span, draw, line, wrap
from tracker.report.safe import one_line
from tracker.report.tables import lay_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.ledger import Concern, Expectation, Health, SourceState
    from tracker.report.layout import Line


def render_health(health: Health, *, width: int = 80, color: bool = False) -> str:
    """Return what a person should look at, then a table of all sources."""
    head = f"{counted(len(health.concerns), 'concern')}, {counted(len(health.sources), 'source')}"
    rows = [line(f"{head}, {health.instant}", "bold")]
    for concern in health.concerns:
        rows.extend(_show_concern(concern, width))
    if health.sources:
        heads = ("source", "last well", "failures", "waiting", "last check")
        table = [_source_row(state) for state in health.sources]
        rows.extend([line(), *lay_table(heads, table, width, right=(2, 3))])
    return draw(rows, color=color)


def _show_concern(concern: Concern, width: int) -> Iterator[Line]:
    since = f" since {concern.since[:10]}" if concern.since else ""
    text = one_line(f"{concern.subject}{since}: {concern.detail}")
    yield from wrap([Span(concern.kind, "warning"), Span(f"  {text}")], width, "  ", "    ")


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
            "concerns": [asdict(concern) for concern in health.concerns],
            "sources": [
                {
                    "source": state.last.source,
                    "address": state.last.address,
                    "reference": str(state.last.reference) if state.last.reference else None,
                    "snapshot": str(state.last.snapshot) if state.last.snapshot else None,
                    "outcome": state.last.outcome,
                    "cause": state.last.cause,
                    "checked": state.last.observed,
                    "succeeded": state.succeeded,
                    "failures": state.failures,
                    "since": state.since,
                    "waiting": state.waiting,
                }
                for state in health.sources
            ],
        }
    )


def render_expectations(entries: Sequence[Expectation], *, width: int = 80, color: bool = False) -> str:
    """Return what is known of statements that are, or were, not there, each with its note beneath."""
    if not entries:
        return draw([line("Nothing is noted; tracker expect GBR/UNGA/80 --by NAME notes it")], color=color)
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
    head, *table = lay_table(("statement", "state", "due", "captured", "says"), rows, width, right=())
    shown = [head]
    for each, row in zip(entries, table, strict=True):
        shown.append(row)
        if each.note:
            shown.extend(wrap([Span(one_line(each.note))], width, "  ", "  "))
    return draw(shown, color=color)


def expectations_json(entries: Sequence[Expectation]) -> str:
    """Return expectations as a JSON array."""
    return encode_json([asdict(each) | {"reference": str(each.reference)} for each in entries])
