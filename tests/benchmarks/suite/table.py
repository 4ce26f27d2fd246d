"""Lines of the table: a cost of ours beside a peer's or a limit, and how costs grow with what is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FLAT: Final = 2
"""Where ten times as many statements do not cost twice as much, what grows is lost in the noise."""
MILLION: Final = 1_000_000
_HEADINGS: Final = ("what", "statements", "ours", "beside", "theirs", "ratio", "  bound")


@dataclass(frozen=True, slots=True)
class Bound:
    """The most, or the least, that ours may be: so many times the peer, or so much alone."""

    value: float
    least: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A cost; ``peer`` is what was measured beside it in the same run, and ``kept`` the statements kept."""

    name: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None
    bound: Bound | None = None
    kept: int | None = None

    @property
    def held(self) -> bool:
        """Whether the bound holds, where there is one."""
        if self.bound is None:
            return True
        limit = self.bound.value * (1 if self.theirs is None else self.theirs)
        return self.ours >= limit if self.bound.least else self.ours <= limit


def show_heading() -> str:
    return _lay_out(_HEADINGS)


def show(line: Line) -> str:
    """Return one row of the table."""
    theirs = "" if line.theirs is None else show_value(line.theirs, line.unit)
    ratio = f"{line.ours / line.theirs:.2f}" if line.theirs else ""
    kept = "" if line.kept is None else f"{line.kept:,}"
    return _lay_out(
        (line.name, kept, show_value(line.ours, line.unit), line.peer, theirs, ratio, _show_bound(line))
    ).rstrip()


def _lay_out(cells: tuple[str, ...]) -> str:
    name, kept, ours, peer, theirs, ratio, bound = cells
    return f"{name:38} {kept:>10} {ours:>10}  {peer:34} {theirs:>10} {ratio:>7}{bound}"


def _show_bound(line: Line) -> str:
    if line.bound is None:
        return ""
    bound, side = line.bound, "at least" if line.bound.least else "at most"
    said = show_value(bound.value, line.unit) if line.theirs is None else f"{bound.value:g} times"
    return f"  {side} {said}: {'holds' if line.held else 'MISSED'}"


def show_value(value: float, unit: str) -> str:
    """Return a value with its unit, to three digits; seconds below one as milliseconds."""
    if unit == "s" and value < 1:
        value, unit = 1000 * value, "ms"
    digits = 2 - math.floor(math.log10(value)) if value else 0
    return f"{value:,.{max(0, digits)}f} {unit}"


def show_growth(lines: Iterable[Line]) -> Iterator[str]:
    """Yield a row for each cost that was measured at several numbers of statements: see ``find_slope``."""
    grown: dict[str, dict[int, float]] = {}
    units: dict[str, str] = {}
    for line in lines:
        if line.kept is not None and line.unit in {"s", "MB"}:
            grown.setdefault(line.name, {}).setdefault(line.kept, line.ours)
            units[line.name] = line.unit
    sizes = sorted({size for costs in grown.values() for size in costs})
    if len(sizes) > 1:
        heads = "".join(f"{size:>11,}" for size in sizes)
        yield f"{'statements kept':38}{heads}  slope   each 1,000 more   so a million"
    for name, costs in grown.items():
        if len(costs) > 1:
            cells = "".join(
                f"{show_value(costs[size], units[name]) if size in costs else '':>11}" for size in sizes
            )
            yield f"{name:38}{cells}{_show_slope(costs, units[name])}"


def _show_slope(costs: Mapping[int, float], unit: str) -> str:
    slope = find_slope(costs)
    said = "" if slope is None else f"{slope:.2f}" if slope else "flat"
    more = show_value(max(0.0, 1000 * find_step(costs)), unit)
    million = "" if not slope else show_value(extrapolate(costs, MILLION), unit)
    return f"{said:>7} {more:>17} {million:>14}"


def find_step(costs: Mapping[int, float]) -> float:
    """Return what a statement more costs between the two largest sizes."""
    before, last = sorted(costs)[-2:]
    return (costs[last] - costs[before]) / (last - before)


def find_slope(costs: Mapping[int, float]) -> float | None:
    """Return the power by which a cost grows: 1 is linear, 2 quadratic, 0 too little to be seen.

    It is that of the increases, so that what a command costs whatever is kept falls out. It takes three
    sizes, each as many times the one before.
    """
    sizes = sorted(costs)[-3:]
    if len(sizes) < 3:
        return None
    low, middle, high = (costs[size] for size in sizes)
    if high < FLAT * middle:
        return 0.0
    grown = (high - middle) / (middle - low) if middle > low else high / middle
    return math.log(grown) / math.log(sizes[2] / sizes[1])


def extrapolate(costs: Mapping[int, float], size: int) -> float:
    """Return the cost at a larger size if each statement more costs what it did in the last step."""
    last = max(costs)
    return costs[last] + find_step(costs) * (size - last)
