"""What people decide of a judgement: what they are asked, and their decisions as a list, JSON and a sheet."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Final

from tracker.comparing.decisions.rulings import name_statement, question_key
from tracker.errors import DecisionInvalid
from tracker.inputs.formats import unguard
from tracker.model.topics import STATUSES
from tracker.report.comparison.sentences import SHORTEST_ID
from tracker.report.comparison.words import (
    ARROW,
    NO_CHANGE,
    decision_words,
    place,
    quoted,
    share_words,
    status_mark,
    topic_decisions,
)
from tracker.report.document import Span
from tracker.report.layout import ELLIPSIS, Line, counted, draw, line, shorten, wrap
from tracker.report.records import encode_json, plain_fields, write_csv
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.comparing.decisions.agreement import Agreement
    from tracker.model.changes import Comparison
    from tracker.model.decisions import Quote, Ruling, Unit
    from tracker.model.texts import Segment
    from tracker.model.topics import TopicChange

    Marks = tuple[tuple[int, int], ...]

_MEASURES = (
    "On units that both judged. Kappa: Cohen 1960; alpha: Krippendorff 2011, nominal; undefined for a single"
    " answer."
)

_NONE_YET = "No decisions yet; see tracker judge --help."

_NAMES = ("question", "old", "new", "id")
"""The columns that name a row."""

COLUMNS = ("question", "series", "old", "new", "id", "old_text", "new_text", "said")
CODER, NOTE = "coder ", "note "


def render_decisions(
    rulings: Sequence[Ruling], agreements: Sequence[Agreement], *, width: int = 80, color: bool = False
) -> str:
    """Return decisions by what they are about, in the order of time, then how far each two people agree."""
    if not rulings:
        return draw([line(_NONE_YET)], color=color)
    rows = [row for some in _group_units(rulings) for row in _unit(some, width)]
    return draw([*rows, *_agreements(agreements, width)], color=color)


def _group_units(rulings: Sequence[Ruling]) -> Collection[list[Ruling]]:
    """Return rulings by what they are about, in the order in which units were first judged."""
    units: dict[tuple[str, ...], list[Ruling]] = {}
    for ruling in rulings:
        units.setdefault(question_key(ruling), []).append(ruling)
    return units.values()


def decisions_json(rulings: Sequence[Ruling], agreements: Sequence[Agreement]) -> str:
    """Return decisions and agreements as a JSON object, in the order given."""
    return encode_json({"decisions": [ruling_fields(ruling) for ruling in rulings], "agreement": agreements})


def ruling_words(ruling: Ruling) -> str:
    """Say on one line what was decided about what."""
    return f"{_about(ruling.unit)}  {decision_words(ruling.decision)}"


def replaced_words(before: Ruling, after: Ruling) -> str:
    """Say on one line what a person had decided that a later ruling replaces."""
    was, now = before.decision, after.decision
    person = f"{one_line(was.person)}, {was.decided[:10]}"
    return f"replaced: {_about(after.unit)}  {person}: {was.code} {ARROW} {now.code}"


def _unit(some: Sequence[Ruling], width: int) -> Iterator[Line]:
    unit = some[0].unit
    yield line(_about(unit), "bold")
    for lead, quotes in (("was", unit.old_quotes), ("now", unit.new_quotes)):
        if unit.old and quotes:
            yield line(f"    {lead} {quoted(shorten(_text(quotes), width - 10))}", "dim")
    for ruling in some:
        yield from wrap(decision_words(ruling.decision), width, "  ", "    ")
        if ruling.decision.note:
            yield from wrap([Span(one_line(ruling.decision.note), "dim")], width, "    ", "    ")


def _about(unit: Unit) -> str:
    new = name_statement(unit.new)
    if unit.old is None:
        return one_line(f"{new}  {unit.name}")
    return one_line(f"#{unit.name[:SHORTEST_ID]}  {name_statement(unit.old)} {ARROW} {new}")


def _text(quotes: Sequence[Quote]) -> str:
    return f" {ELLIPSIS} ".join(one_line(quote.text) for quote in quotes)


def _agreements(agreements: Sequence[Agreement], width: int) -> Iterator[Line]:
    if agreements:
        yield line()
        yield line("AGREEMENT", "bold")
    for each in agreements:
        pair = f"{each.question}, {one_line(each.one)} and {one_line(each.other)}"
        figures = (
            counted(each.units, "unit"),
            f"{100 * each.percent:.0f}% agree",
            f"kappa {_figure(each.kappa)}",
            f"alpha {_figure(each.alpha)}",
        )
        yield from wrap(f"{pair}: {', '.join(figures)}", width, "  ", "    ")
    if agreements:
        yield from wrap([Span(_MEASURES, "dim")], width, "  ", "  ")


def _figure(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def ruling_fields(ruling: Ruling) -> dict[str, object]:
    """Return a decision as it stands in JSON."""
    unit, fields = ruling.unit, plain_fields(ruling.decision)
    return {
        "question": fields["question"],
        "old": unit.old,
        "new": unit.new,
        "id": unit.name,
        "old_segments": unit.old_quotes,
        "new_segments": unit.new_quotes,
        **{name: fields[name] for name in ("said", "person", "decided", "verdict", "label", "note")},
    }


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
    units = _group_units(rulings)
    heads = [*COLUMNS, *(head for person in people for head in (CODER + person, NOTE + person))]
    return write_csv(heads, ((*_unit_cells(some[0]), *_coder_cells(some, people)) for some in units))


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
    asked = tuple(_read_cell(row, name) for name in _NAMES)
    for person in people:
        code, note = _read_cell(row, CODER + person), _read_cell(row, NOTE + person)
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
        _join_quotes(unit.old_quotes),
        _join_quotes(unit.new_quotes),
        decision.said,
    )


def _coder_cells(some: Sequence[Ruling], people: Sequence[str]) -> Iterator[str]:
    said = {ruling.decision.person: ruling.decision for ruling in some}
    for person in people:
        decision = said.get(person)
        yield decision.code if decision else ""
        yield one_line(decision.note or "") if decision else ""


def _join_quotes(quotes: Sequence[Quote]) -> str:
    return " | ".join(one_line(quote.text) for quote in quotes)


def _read_cell(row: Mapping[str, str | None], name: str) -> str:
    return unguard((row.get(name) or "").strip())


KEYS: Final = "y yes · n no · l levels · s skip · q quit · ? help"
LEVEL_KEYS: Final[Mapping[str, str]] = {
    "d": "declared",
    "s": "substantive",
    "a": "acknowledged",
    "m": "mentioned",
    "x": "absent",
}
LEVELS_ASKED: Final = "d declared · s substantive · a acknowledged · m mentioned · x absent · b back"

_BEFORE, _AFTER = 140, 260
"""Characters of a long passage that are shown before and after the first word that names the topic."""

HELP: Final = """\
y: it is so. The levels in the question are kept for both statements: of a new priority, its level in the
later one, and absent in the earlier one.
n: it is not so. You say what is wrong: that it is no priority there, or that it was there before.
l: you choose the level in each statement yourself.
s: leave it open; it is asked again next time. q: stop; what was answered is kept.
declared: named as the speaker's own priority, focus or task.
substantive: two sentences or more mainly about it, or one that commits, demands or welcomes action. These two
levels are priorities.
acknowledged: named and set aside.
mentioned: in a list, an example, a quotation, the background.
absent: not there at all.
Each answer is kept at once. To take one back: tracker judge REF --topic TOPIC --withdraw --by NAME"""
"""What the keys and the levels mean; a paragraph begins with its key or level, or a capital."""


def render_help(width: int, *, color: bool) -> str:
    """Return what the keys and the levels mean."""
    paragraphs = re.split(r"\n(?=\w+: |Each )", HELP)
    rows = (row for text in paragraphs for row in wrap(text, width, "  ", "    "))
    return draw([*rows, line()], color=color)


def side_names(comparison: Comparison) -> tuple[str, str]:
    """Return what to call both sides: by their sessions, or by their whole names where these are the same."""
    old, new = comparison.old, comparison.new
    if old.session and new.session and old.session != new.session and old.country == new.country:
        return one_line(old.session), one_line(new.session)
    return one_line(old.name), one_line(new.name)


def head_lines(change: TopicChange, number: int, total: int, width: int) -> Iterator[Line]:
    """Yield the topic with how it is reported and how sure that is, and what people decided of one side."""
    yield line()
    claim = f"{one_line(change.label)}, {status_mark(change) or NO_CHANGE}"
    yield from wrap([Span(f"{number} of {total}  {claim}; {share_words(change)} of words", "bold")], width)
    for decision in topic_decisions(change):
        yield from wrap(decision_words(decision), width, "  ", "    ")


def side_line(name: str, level: str, sentences: int, *, named: bool) -> Line:
    """Return the line above the passages of one side; an absent topic may be named by words of wider use."""
    if sentences:
        note = f", {counted(sentences, 'sentence')}"
    else:
        note = "; words that may name it:" if named else ""
    return line(f"  {name}  read as {level}{note}", "bold")


def passage_lines(segment: Segment, marks: Marks, likeness: float | None, width: int) -> Iterator[Line]:
    """Yield a passage, cut around the first word that names the topic, and such words marked."""
    lead = f"    {place(segment)} "
    if likeness is not None:
        lead = f"    nothing names it; closest ({likeness:.2f}) {place(segment)} "
    spans = [Span("“"), *mark_words(segment.text, marks), Span("”")]
    yield from wrap(spans, width, lead, "    ")


def mark_words(text: str, marks: Marks) -> Iterator[Span]:
    """Yield a text in runs, the marked words between asterisks, so that they stay marked without colour."""
    first = marks[0][0] if marks else 0
    start, end = _cut_before(text, first - _BEFORE), _cut_after(text, first + _AFTER)
    at = start
    yield Span(ELLIPSIS if start else "")
    for low, high in marks:
        if at <= low and high <= end:
            yield Span(text[at:low])
            yield Span(f"*{text[low:high]}*", "match")
            at = high
    yield Span(text[at:end])
    yield Span(ELLIPSIS if end < len(text) else "")


def _cut_before(text: str, place: int) -> int:
    return text.find(" ", place) + 1 if place > 0 else 0


def _cut_after(text: str, place: int) -> int:
    cut = text.find(" ", place) if place < len(text) else -1
    return cut if cut >= 0 else len(text)


def question_words(change: TopicChange, levels: tuple[str, str], names: tuple[str, str]) -> str:
    """Return the question whether what is reported of a topic is so."""
    asked = STATUSES[change.outcome].question
    (before, after), (old, new) = levels, names
    return asked.format(topic=one_line(change.label), old=old, new=new, before=before, after=after)


def list_other_words(levels: tuple[str, str], names: tuple[str, str]) -> Mapping[str, str]:
    """Return what else may be so of a topic supposed to have some levels, by the key that says it."""
    old, new = names
    if "absent" not in levels:
        return {
            "1": f"{new} only mentions it",
            "2": f"{new} has nothing on it",
            "3": f"{old} only mentions it",
            "4": f"{old} has nothing on it",
        }
    lacking, having = (old, new) if levels[0] == "absent" else (new, old)
    return {
        "1": f"{having} only mentions it",
        "2": f"{having} has nothing on it",
        "3": f"{lacking} mentions it too",
        "4": f"it is a priority in {lacking} too",
    }


def other_words(keys: Iterable[str], levels: tuple[str, str], names: tuple[str, str]) -> str:
    """Return the line that asks which of these is so."""
    words = list_other_words(levels, names)
    return " · ".join((*(f"{key} {words[key]}" for key in keys), "l other levels", "b back"))


def answer_words(change: TopicChange, levels: tuple[str, str], names: tuple[str, str]) -> str:
    """Say what was kept."""
    kept = (f"{level} in {name}" for level, name in zip(levels, names, strict=True))
    return f"kept: {one_line(change.label)}, {', '.join(kept)}"
