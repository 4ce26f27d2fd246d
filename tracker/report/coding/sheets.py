"""Decisions as a coding sheet in CSV: one row a judged unit and question, two columns a coder; and back."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from tracker.decisions.rulings import question_key
from tracker.errors import DecisionInvalid
from tracker.inputs.formats import unguard
from tracker.report.records import write_csv
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.decisions import Quote, Ruling

_NAMES = ("question", "old", "new", "id")
"""The columns that name a row."""

COLUMNS = ("question", "series", "old", "new", "id", "old_text", "new_text", "said")
CODER, NOTE = "coder ", "note "


@dataclass(frozen=True, slots=True)
class Cell:
    """What one coder answered in a row of a sheet."""

    line: int
    asked: tuple[str, ...]
    """The question, the references of both sides, and the id: what names a row."""
    person: str
    code: str
    note: str | None


def write_sheet(rulings: Sequence[Ruling]) -> str:
    """Return the last ruling of each person as a table, in the order in which units were first judged.

    A cell of a coder holds an operation, a direction, a level, or ``reject``; it is empty where the coder
    has not judged. Texts stand on one line, sentences of one side separated by `` | ``.
    """
    people = sorted({ruling.decision.person for ruling in rulings})
    rows: dict[tuple[str, ...], list[Ruling]] = {}
    for ruling in rulings:
        rows.setdefault(question_key(ruling), []).append(ruling)
    heads = [*COLUMNS, *(head for person in people for head in (CODER + person, NOTE + person))]
    return write_csv(heads, ((*_unit_cells(some[0]), *_coder_cells(some, people)) for some in rows.values()))


def read_sheet(text: str) -> tuple[Cell, ...]:
    """Return the answers in a sheet, row by row; empty cells are none.

    Raises ``DecisionInvalid`` with the line where it is not such a sheet.
    """
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise DecisionInvalid(f"line {reader.line_num} is not CSV: {error}") from None
    heads = reader.fieldnames or ()
    missing = [name for name in _NAMES if name not in heads]
    if missing:
        raise DecisionInvalid(f"no column {missing[0]!r}; begin with: tracker decisions --format csv")
    people = [head.removeprefix(CODER) for head in heads if head.startswith(CODER)]
    return tuple(cell for line, row in rows for cell in _read_cells(line, row, people))


def _read_cells(line: int, row: dict[str, str | None], people: Sequence[str]) -> Iterator[Cell]:
    asked = tuple(_read(row, name) for name in _NAMES)
    for person in people:
        code, note = _read(row, CODER + person), _read(row, NOTE + person)
        if code:
            yield Cell(line, asked, person, code, note or None)


def _unit_cells(ruling: Ruling) -> tuple[str, ...]:
    unit, decision = ruling.unit, ruling.decision
    return (
        decision.question,
        f"{unit.new.country}/{unit.new.body}",
        str(unit.old) if unit.old else "",
        str(unit.new),
        unit.name,
        _texts(unit.old_quotes),
        _texts(unit.new_quotes),
        decision.said,
    )


def _coder_cells(some: Sequence[Ruling], people: Sequence[str]) -> Iterator[str]:
    said = {ruling.decision.person: ruling.decision for ruling in some}
    for person in people:
        decision = said.get(person)
        yield decision.code if decision else ""
        yield one_line(decision.note or "") if decision else ""


def _texts(quotes: Sequence[Quote]) -> str:
    return " | ".join(one_line(quote.text) for quote in quotes)


def _read(row: Mapping[str, str | None], name: str) -> str:
    return unguard((row.get(name) or "").strip())
