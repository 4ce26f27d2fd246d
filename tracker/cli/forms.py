"""The forms in which ``diff`` gives a comparison: a report, a page, both texts, a table, or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tracker.cli.output import terminal_width, write_notice
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.rows import RowKind
    from tracker.model.topics import Topic, Vocabulary
    from tracker.report.comparison.findings import SideWeights
    from tracker.text.encoder import Encoder

DiffFormat = Literal["text", "json", "markdown", "html", "docx", "tei", "csv", "jsonl", "parquet", "latex"]

_BOTH, _ROWS = "holds both texts whole", "has all rows"
_WHOLE = {
    "docx": _BOTH,
    "tei": _BOTH,
    "csv": _ROWS,
    "jsonl": _ROWS,
    "parquet": _ROWS,
    "latex": "has all priorities",
}
"""Formats that cannot be narrowed, and why."""


def refuse_unfit(
    form: str,
    table: str | None,
    asked: Mapping[str, object],
    alone: Mapping[str, bool],
    output: Path | None,
) -> None:
    """Raise ``TrackerError`` where an option is to narrow what is whole, or has nothing to apply to.

    ``asked`` are options that narrow a report, ``alone`` those that print a text in place of it.
    """
    if any(alone.values()) and form != "text":
        raise TrackerError(f"{next(name for name in alone if alone[name])} has no {form} format")
    if asked["--only"] and (alone["--stat"] or form == "json"):
        raise TrackerError("--only applies to text, Markdown and HTML, not to --stat and JSON")
    of_countries = _WHOLE.get(form) == _ROWS and bool(asked["--countries"])
    fit = {"--countries", "--topic"} if of_countries else set()
    unfit = [name for name, value in asked.items() if value and name not in fit]
    if form in _WHOLE and unfit:
        raise TrackerError(f"--format {form} {_WHOLE[form]}, and takes no {unfit[0]}")
    if form == "docx" and output is None:
        raise TrackerError("--format docx makes a file; name it with -o FILE")
    if table and (_WHOLE.get(form) != _ROWS or of_countries):
        raise TrackerError("--table goes with --format csv, jsonl and parquet of two statements")


def explain_part(
    comparison: Comparison,
    name: str,
    vocabulary: Vocabulary,
    encoder: Encoder | None,
    archive: ArchiveSession,
    color: bool,
) -> str:
    """Explain a change by its id, or a topic by its label, id or term."""
    from tracker.report.comparison.build import build_report
    from tracker.report.comparison.sentences import render_explanation
    from tracker.report.render.terminal import render_terminal
    from tracker.topics.vocabulary.naming import find_topics
    from tracker.workflows.code.shown import may_be_change
    from tracker.workflows.compare.explain import explain, explain_topics

    if not may_be_change(name):
        topics = find_topics(vocabulary, name)
        reasons = explain_topics(comparison, topics, vocabulary)
        report = build_report(comparison, vocabulary, topics=topics, reasons=reasons, explain=True)
        return render_terminal(report, width=terminal_width(), color=color)
    found = explain(comparison, name, encoder, archive)
    thresholds = found.accept, found.accept_move
    return render_explanation(
        comparison, found.change, found.candidates, thresholds, width=terminal_width(), color=color
    )


def render_summary(comparison: Comparison, vocabulary: Vocabulary, *, methods: bool) -> str:
    """Return the counts of a comparison, or how it was made."""
    if methods:
        from tracker.report.comparison.provenance import render_methods

        return render_methods(comparison, vocabulary)
    from tracker.report.comparison.build import render_stat

    return render_stat(comparison)


def render_form(
    comparison: Comparison,
    vocabulary: Vocabulary,
    form: DiffFormat,
    everything: bool,
    only: frozenset[str],
    topic: str | None,
    color: bool,
    observed: Callable[[], str | None],
    table: RowKind,
) -> str | bytes:
    """Return a comparison in a format; of one topic, or of some kinds of findings, where it is asked for."""
    if form == "csv" or form == "jsonl" or form == "parquet":  # noqa: PLR1714 (types are told apart so)
        from tracker.model.compared import TABLES
        from tracker.report.records import write_records

        kind, list_rows = TABLES[table]
        return write_records(kind, list_rows(comparison), form)
    if form == "docx" or form == "tei":  # noqa: PLR1714 (as above)
        from tracker.report.comparison.both_texts import render_both, tell_lost

        if lost := tell_lost(comparison):
            write_notice(lost)
        dated = observed() if form == "docx" else None
        return render_both(comparison, vocabulary, form, dated, lost, everything=everything)
    if form == "json":
        from tracker.report.json_text import render_json

        return render_json(comparison)
    if form == "latex":
        from tracker.report.comparison.findings import render_latex

        return render_latex(comparison, vocabulary)
    return _render_report(comparison, vocabulary, form, everything, only, topic, color)


def _render_report(
    comparison: Comparison,
    vocabulary: Vocabulary,
    form: DiffFormat,
    everything: bool,
    only: frozenset[str],
    topic: str | None,
    color: bool,
) -> str:
    from tracker.report.comparison.build import build_report

    asked: tuple[Topic, ...] = ()
    reasons: list[tuple[SideWeights, SideWeights]] = []
    if topic:
        from tracker.topics.vocabulary.naming import find_topics
        from tracker.workflows.compare.explain import explain_topics

        asked = find_topics(vocabulary, topic)
        reasons = explain_topics(comparison, asked, vocabulary)
    report = build_report(
        comparison, vocabulary, everything=everything, only=only, topics=asked, reasons=reasons
    )
    if form == "html":
        from tracker.report.comparison.both_texts import build_texts
        from tracker.report.render.html import render_html

        return render_html(report, build_texts(comparison))
    if form == "markdown":
        from tracker.report.render.markdown import render_markdown

        return render_markdown(report)
    from tracker.report.render.terminal import render_terminal

    return render_terminal(report, width=terminal_width(), color=color)
