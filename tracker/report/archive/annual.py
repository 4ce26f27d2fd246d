"""What ``tracker report --year`` prints: a year by body, its nights, and who decided."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from tracker.report.layout import counted, draw, lay_table, line, wrap
from tracker.report.records import write_csv
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.ledger import Year

COLUMNS = ("body", "expected", "captured", "late", "missing", "no statement", "gone")


def render_year(year: Year, *, width: int = 80, color: bool = False) -> str:
    """Return a year for the terminal."""
    rows = [line(f"{year.year}, until {year.until}", "bold"), line()]
    rows.extend(lay_table(COLUMNS, _body_rows(year), width, right=tuple(range(1, len(COLUMNS)))))
    rows.append(line())
    for sentence in _sentences(year):
        rows.extend(wrap(sentence, width, "", "  "))
    return draw(rows, color=color)


def markdown_year(year: Year) -> str:
    """Return a year in Markdown."""
    lines = [f"# {year.year}", "", f"Until {year.until}.", ""]
    lines += _markdown_table(COLUMNS, _body_rows(year))
    lines += ["", *(f"- {sentence}" for sentence in _sentences(year))]
    return "\n".join(lines) + "\n"


def csv_year(year: Year) -> str:
    """Return a year's bodies as CSV, with the year in the first column; nights and people are not in it."""
    return write_csv(
        ("year", "until", *COLUMNS), ((year.year, year.until, *astuple(each)) for each in year.bodies)
    )


def _body_rows(year: Year) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in astuple(each)) for each in year.bodies]


def _sentences(year: Year) -> list[str]:
    missed = f": {', '.join(year.missed)}" if year.missed else ""
    return [
        f"{counted(year.nights, 'night')} with a complete run, {len(year.missed):,} missed{missed}",
        *(
            f"{one_line(each.person)} accepted {each.accepted:,} and rejected {each.rejected:,} quarantined"
            for each in year.reviewers
        ),
        f"{counted(year.waiting, 'quarantined document')} waiting",
    ]


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---", *["---:"] * (len(head) - 1)], *rows)]
