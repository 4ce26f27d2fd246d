"""How a second reader was measured, as ``tracker agreement`` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.layout import counted, draw, line, wrap
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.measured import CoderMeasured, Share
    from tracker.report.layout import Line

_HEADS = ("", "alone", "", "with it", "", "a reader", "")
_KINDS = ("", "true", "found", "true", "found", "true", "found")
_WIDTHS = (14, 11, 11, 11, 11, 11, 11)
_EXPLAINED = (
    "True is the share of claims that a reader made or allows, found that of what the readers coded without"
    " another choice. A reader is judged by the other one. Alpha is Krippendorff's, nominal, on what was"
    " answered. In brackets: of how many."
)


def render_measured(found: CoderMeasured, *, width: int = 80, color: bool = False) -> str:
    """Return what was measured of a coder: statuses, levels, and what its answers weigh."""
    return draw(list(_list_lines(found, width)), color=color)


def _list_lines(found: CoderMeasured, width: int) -> Iterator[Line]:
    name = one_line(found.coder)
    yield from wrap(
        f"{name} on {counted(found.pairs, 'coded pair')} ({found.countries} countries):"
        f" {counted(found.cells, 'level')} answered, {found.unsure:,} not sure,"
        f" {found.refused:,} rows left open{_tell_spent(found)}",
        width,
    )
    yield line()
    for heads in (_HEADS, _KINDS):
        yield line("".join(f"{head:>{wide}}" for head, wide in zip(heads, _WIDTHS, strict=True)), "bold")
    for row in found.statuses:
        shares = (
            share for scores in (row.alone, row.joined, row.reader) for share in (scores.true, scores.found)
        )
        cells = (_write_share(share) for share in shares)
        yield line(
            f"{row.status:<14}"
            + "".join(f"{cell:>{wide}}" for cell, wide in zip(cells, _WIDTHS[1:], strict=True))
        )
    yield line()
    yield line(f"{'alpha':<14}{name:>13}{'readers':>11}", "bold")
    for level in found.levels:
        yield line(f"{level.level:<14}{_write_alpha(level.coder):>13}{_write_alpha(level.readers):>11}")
    yield line()
    yield from wrap(_tell_weight(found), width)
    yield from wrap(_EXPLAINED, width)


def _tell_spent(found: CoderMeasured) -> str:
    if found.tokens is None or found.seconds is None:
        return ""
    return f"; {found.tokens:,} tokens, {found.seconds:,.1f} seconds"


def _tell_weight(found: CoderMeasured) -> str:
    name = one_line(found.coder)
    if found.alpha is None:
        return f"{name} answers as by chance, or too few rows: that weighs nothing, and every claim stays."
    return f"{name} agrees with the readers to {found.alpha:.2f}; what it answers weighs, level by level."


def _write_share(share: Share) -> str:
    ratio = f"{share.held / share.of:.2f}".removeprefix("0") if share.of else "-"
    return f"{ratio} ({share.of})"


def _write_alpha(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
