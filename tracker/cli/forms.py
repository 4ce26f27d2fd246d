"""The forms in which ``diff`` gives a comparison: a report, a page, both texts redlined, or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tracker.cli.output import terminal_width, write_notice
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.topics import Topic, Vocabulary
    from tracker.report.comparison.one_topic import SideWeights
    from tracker.text.encoder import Encoder

DiffFormat = Literal["text", "json", "markdown", "html", "docx", "tei"]

_BOTH_TEXTS = ("docx", "tei")
"""Formats of which both texts can be had again."""


def refuse_whole(form: DiffFormat, output: Path | None, asked: Mapping[str, object]) -> None:
    """Raise ``TrackerError`` where a format of both texts is to leave something out, or has no file."""
    if form not in _BOTH_TEXTS:
        return
    if unfit := [name for name, value in asked.items() if value]:
        raise TrackerError(f"--format {form} holds both texts whole, and takes no {unfit[0]}")
    if form == "docx" and output is None:
        raise TrackerError("--format docx makes a file; name it with -o FILE")


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


def read_only(only: list[str] | None, *, by_country: bool = False) -> frozenset[str]:
    """Return what a report is narrowed to; of many countries only what became of topics is told."""
    from tracker.report.comparison.selection import FILTERS
    from tracker.report.comparison.topic_words import STATUSES

    known = tuple(status for status in STATUSES if status != "kept") if by_country else FILTERS
    words = frozenset(word.strip() for text in only or () for word in text.split(",") if word.strip())
    unknown = sorted(words - frozenset(known))
    if unknown:
        raise TrackerError(f"--only {unknown[0]}: expected one of {', '.join(known)}")
    return words


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
    if form in _BOTH_TEXTS:
        return _render_both(comparison, vocabulary, form, everything, observed)
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


def _render_both(
    comparison: Comparison,
    vocabulary: Vocabulary,
    form: DiffFormat,
    everything: bool,
    observed: Callable[[], str | None],
) -> str | bytes:
    """Return both texts with every change as DOCX or TEI, and tell what no XML file can hold."""
    from tracker.report.comparison.build import build_report
    from tracker.report.comparison.notes import list_notes
    from tracker.report.render.xml_parts import tell_lost

    report = build_report(comparison, vocabulary, everything=everything)
    notes = list_notes(comparison, everything=everything)
    if lost := tell_lost(comparison):
        report = report._replace(cautions=(*report.cautions, lost))
        write_notice(lost)
    if form == "docx":
        from tracker.report.render.word import render_word

        return render_word(comparison, report, notes, observed())
    from tracker.report.render.tei import render_tei

    return render_tei(comparison, report, notes)
