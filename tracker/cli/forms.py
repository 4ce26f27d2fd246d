"""The forms in which ``diff`` gives a comparison: a report, a page, both texts redlined, or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tracker.cli.output import terminal_width, write_notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.topics import Topic, Vocabulary
    from tracker.report.comparison.one_topic import SideWeights
    from tracker.text.encoder import Encoder

DiffFormat = Literal["text", "json", "markdown", "html", "docx", "tei"]

BOTH_TEXTS = ("docx", "tei")
"""Formats of which both texts can be had again."""


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
    from tracker.report.comparison.explanation import render_explanation
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
        from tracker.report.comparison.methods import render_methods

        return render_methods(comparison, vocabulary)
    from tracker.report.comparison.stat import render_stat

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
) -> str | bytes:
    """Return a comparison in a format; of one topic, or of some kinds of findings, where it is asked for."""
    if form in BOTH_TEXTS:
        from tracker.report.comparison.both_texts import render_both
        from tracker.report.render.xml_parts import tell_lost

        if lost := tell_lost(comparison):
            write_notice(lost)
        dated = observed() if form == "docx" else None
        return render_both(comparison, vocabulary, form, dated, lost, everything=everything)
    if form == "json":
        from tracker.report.json_text import render_json

        return render_json(comparison)
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
    if form == "markdown":
        from tracker.report.render.markdown import render_markdown

        return render_markdown(report)
    if form == "html":
        from tracker.report.comparison.texts import build_texts
        from tracker.report.render.html import render_html

        return render_html(report, build_texts(comparison))
    from tracker.report.render.terminal import render_terminal

    return render_terminal(report, width=terminal_width(), color=color)
