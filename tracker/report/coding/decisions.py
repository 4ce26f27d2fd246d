"""What people decided, on a terminal and as JSON, with how far they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.decisions.rulings import name_statement, question_key
from tracker.report.comparison.sentences import SHORTEST_ID
from tracker.report.comparison.words import ARROW, decision_words, quoted
from tracker.report.document import Span
from tracker.report.json_text import encode_json, plain_fields
from tracker.report.layout import ELLIPSIS, Line, counted, draw, line, shorten, wrap
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.decisions.agreement import Agreement
    from tracker.model.decisions import Quote, Ruling, Unit

_MEASURES = (
    "On units that both judged. Kappa: Cohen 1960; alpha: Krippendorff 2011, nominal; undefined for a single"
    " answer."
)

NONE_YET = "No decisions yet; see tracker judge --help."


def render_decisions(
    rulings: Sequence[Ruling], agreements: Sequence[Agreement], *, width: int = 80, color: bool = False
) -> str:
    """Return decisions by what they are about, in the order of time, then how far each two people agree."""
    if not rulings:
        return draw([line(NONE_YET)], color=color)
    units: dict[tuple[str, ...], list[Ruling]] = {}
    for ruling in rulings:
        units.setdefault(question_key(ruling), []).append(ruling)
    rows = [row for some in units.values() for row in _unit(some, width)]
    return draw([*rows, *_agreements(agreements, width)], color=color)


def decisions_json(rulings: Sequence[Ruling], agreements: Sequence[Agreement]) -> str:
    """Return decisions and agreements as a JSON object, in the order given."""
    return encode_json({"decisions": [ruling_fields(ruling) for ruling in rulings], "agreement": agreements})


def ruling_words(ruling: Ruling) -> str:
    """Say on one line what was decided about what."""
    return f"{_about(ruling.unit)}  {decision_words(ruling.decision)}"


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
