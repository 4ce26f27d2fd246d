"""The report of a comparison as text, as the commands print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.comparison.build import build_report
from tracker.report.render.markdown import render_markdown as as_markdown
from tracker.report.render.terminal import render_terminal

if TYPE_CHECKING:
    from collections.abc import Collection

    from tracker.model.changes import Comparison
    from tracker.model.topics import Vocabulary


def render(
    comparison: Comparison,
    vocabulary: Vocabulary,
    *,
    width: int = 80,
    color: bool = False,
    everything: bool = False,
    only: Collection[str] = frozenset(),
) -> str:
    """Return the report as a terminal of that width shows it."""
    report = build_report(comparison, vocabulary, everything=everything, only=only)
    return render_terminal(report, width=width, color=color)


def render_markdown(
    comparison: Comparison,
    vocabulary: Vocabulary,
    *,
    everything: bool = False,
    only: Collection[str] = frozenset(),
) -> str:
    """Return the report as Markdown."""
    return as_markdown(build_report(comparison, vocabulary, everything=everything, only=only))
