"""The page on tables, run as a reader would: ``python -m tests.tables_page`` writes its answers again.

Its commands run in an empty folder, then its SQL; below a question stands the answer as a table.
"""

from __future__ import annotations

import re
import sys
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from tests.conftest import run_tracker
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = ROOT / "tracker" / "docs" / "tables.md"
_COMMAND = re.compile(r"^    tracker (.*)$", re.MULTILINE)
_QUESTION = re.compile(r"```sql\n(?P<sql>.*?)```\n(?P<answer>(?:\n\|[^\n]*(?:\n\|[^\n]*)*\n)?)", re.DOTALL)


def make_tables(folder: Path) -> None:
    """Run the commands of the page in a folder."""
    for line in _COMMAND.findall(PAGE.read_text(encoding="utf-8")):
        command, _, may_differ = line.partition(" || ")
        ran = run_tracker(folder, *command.split())
        assert ran.code == 0 or may_differ, (command, ran.err)


def answer_again(folder: Path) -> str:
    """Return the page with the answers that its SQL gives on the tables in a folder."""
    with chdir(folder), duckdb.connect() as connection:

        def answer(question: re.Match[str]) -> str:
            done = connection.execute(question["sql"])
            names = [name for name, *_ in done.description or ()]
            rows = "" if question["sql"].startswith("CREATE") else _write_rows(names, done.fetchall())
            return f"```sql\n{question['sql']}```\n{rows}"

        return _QUESTION.sub(answer, PAGE.read_text(encoding="utf-8"))


def _write_rows(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> str:
    assert rows
    lines = [names, ["---"] * len(names), *([_write_cell(value) for value in row] for row in rows)]
    return "\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _write_cell(value: Any) -> str:  # noqa: ANN401 (what DuckDB holds)
    return "" if value is None else str(value).replace("|", "\\|")


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        make_tables(Path(place))
        PAGE.write_text(answer_again(Path(place)), encoding="utf-8")
    sys.exit()
