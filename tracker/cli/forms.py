"""The forms in which ``diff`` gives a comparison: a report, a page, both texts, a table, or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.output import terminal_width, write_notice
from tracker.errors import TrackerError
from tracker.report.formats import FORMATS, refuse_output, render_comparison

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.archive import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.topics import Vocabulary
    from tracker.report.formats import Asked
    from tracker.text.encoder import Encoder


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
    chosen = FORMATS[form]
    of_countries = chosen.is_table and bool(asked["--countries"])
    fit = {"--countries", "--topic"} if of_countries else set()
    unfit = [name for name, value in asked.items() if value and name not in fit]
    if chosen.whole and unfit:
        raise TrackerError(f"--format {form} {chosen.whole}, and takes no {unfit[0]}")
    refuse_output(form, output)
    if table and (not chosen.is_table or of_countries):
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
    from tracker.comparing.topics.vocabulary.naming import find_topics
    from tracker.references.change_ids import may_be_change
    from tracker.report.comparison.build import build_report
    from tracker.report.comparison.sentences import render_explanation
    from tracker.report.render.terminal import render_terminal
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


def render_form(asked: Asked, topic: str | None, form: str) -> str | bytes:
    """Return a comparison in a format; of one topic, where it is asked for by label, id or term."""
    if notice := FORMATS[form].notice(asked.comparison):
        write_notice(notice)
    if topic:
        from tracker.comparing.topics.vocabulary.naming import find_topics
        from tracker.workflows.compare.explain import explain_topics

        topics = find_topics(asked.vocabulary, topic)
        reasons = explain_topics(asked.comparison, topics, asked.vocabulary)
        asked = asked._replace(topics=topics, reasons=reasons)
    return render_comparison(asked, form)
