"""``tracker.compare``: two texts compared by a program, or in a notebook, which shows the report of it."""

from __future__ import annotations

from tracker.diff.compare import compare
from tracker.model.changes import Comparison
from tracker.model.pages import register_page

__all__ = ["compare"]


def _show(comparison: Comparison) -> str:
    from tracker.report.comparison.build import show_part  # noqa: PLC0415 (few programs show one)

    return show_part(comparison)


register_page(Comparison, _show)
