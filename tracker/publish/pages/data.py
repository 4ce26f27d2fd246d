"""The tables behind the pages, as commands give them in JSON, CSV and Parquet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from tracker.diff.diff import diff
from tracker.diff.priorities import read_priorities
from tracker.errors import TrackerError
from tracker.follow.series import parse_place
from tracker.follow.standings import compare_countries, narrow_countries
from tracker.follow.timeline import follow_topics
from tracker.follow.trace import read_asked, trace_body
from tracker.model.rows import TABLES as COMPARED
from tracker.publish.pages import comparison, group, index, series, session, statement, topic
from tracker.publish.pairs import read_pair
from tracker.publish.routes import Answer, NotThere
from tracker.references import parse_reference
from tracker.report.answers.listing import list_csv, list_json
from tracker.report.answers.statement import list_topics, topics_json, topics_table
from tracker.report.comparison.build import render_json
from tracker.report.records import write_records
from tracker.report.series.biography import sayings_table
from tracker.report.series.countries import countries_json, countries_table, select_topics
from tracker.report.series.spread import spread_json
from tracker.report.series.timeline import select_rows, timeline_json, timeline_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tracker.model.changes import Comparison
    from tracker.model.rows import RowKind
    from tracker.publish.routes import Parameters, View
    from tracker.publish.shelf import Shelf
    from tracker.report.records import RecordForm

Form = Literal["json", "csv", "parquet"]

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a page shows."""

    page: View
    """What it rests on is what the page does."""
    parts: tuple[str, ...]
    """What the parts of its own name are in the page's; the last one has all that is left."""
    make: Callable[[Shelf, Parameters, Form], str | bytes]
    forms: tuple[Form, ...] = ("json", "csv", "parquet")

    def read(self, name: str) -> Parameters:
        """Return what a name says. Raises ``NotThere`` for one of fewer parts."""
        found = name.split("/", len(self.parts) - 1) if name else []
        if len(found) != len(self.parts):
            raise NotThere("There is no such table.")
        return dict(zip(self.parts, found, strict=True))


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return a table. Raises ``NotThere`` where there is none of that name or form, and as its page does."""
    table = _find(parameters)
    form = cast("Form", parameters["form"])
    made = table.make(shelf, table.read(parameters.get("name", "")), form)
    return Answer(made.encode() if isinstance(made, str) else made, MEDIA_TYPES[form])


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what its page rests on."""
    table = _find(parameters)
    return table.page.rests_on(shelf, table.read(parameters.get("name", "")))


def _find(parameters: Parameters) -> Table:
    table = TABLES.get(parameters["table"])
    if table is None or parameters["form"] not in table.forms:
        raise NotThere("There is no such table.")
    return table


def _list_statements(shelf: Shelf, _named: Parameters, form: Form) -> str:
    make = list_json if form == "json" else list_csv
    return make(shelf.reader.statements(), shelf.reader.withdrawn())


def _follow(shelf: Shelf, named: Parameters, form: Form) -> str | bytes:
    timeline = follow_topics(shelf.archive, f"{named['country']}/{named['body']}", shelf.vocabulary)
    rows = select_rows(timeline)
    return timeline_json(timeline, rows) if form == "json" else timeline_table(timeline, rows, form)


def _gather(shelf: Shelf, named: Parameters, form: Form) -> str | bytes:
    everyone = compare_countries(shelf.archive, named["body"], named["session"], shelf.vocabulary)
    group = named.get("group")
    reading = narrow_countries(shelf.archive, everyone, group) if group else everyone
    rows = select_topics(reading)
    if form == "json":
        return countries_json(reading, rows, select_topics(everyone))
    return countries_table(reading, rows, form)


def _trace(shelf: Shelf, named: Parameters, form: Form) -> str | bytes:
    try:
        asked = read_asked((), (named["topic"],), shelf.vocabulary)
    except TrackerError as error:
        raise NotThere(f"{error}.") from error
    spread = trace_body(shelf.archive, parse_place(named["body"]), asked)
    return spread_json(spread) if form == "json" else sayings_table(spread, form)


def _read(shelf: Shelf, named: Parameters, form: Form) -> str | bytes:
    reference = parse_reference(named["reference"])
    side, readings, absences = read_priorities(shelf.archive, str(reference), shelf.vocabulary)
    topics = list_topics(side, readings, shelf.vocabulary, absences)
    return topics_json(topics) if form == "json" else topics_table(topics, form)


def _compare(shelf: Shelf, named: Parameters) -> Comparison:
    return diff([str(each) for each in read_pair(named["pair"])], shelf.archive, shelf.vocabulary)


def _show_comparison(shelf: Shelf, named: Parameters, _form: Form) -> str:
    return render_json(_compare(shelf, named))


def _list_compared(of: RowKind) -> Callable[[Shelf, Parameters, Form], str | bytes]:
    def make(shelf: Shelf, named: Parameters, form: Form) -> str | bytes:
        kind, list_rows = COMPARED[of]
        return write_records(kind, list_rows(_compare(shelf, named)), cast("RecordForm", form))

    return make


_COMPARED: Final[tuple[RowKind, ...]] = ("topics", "changes", "shifts")
TABLES: Final[Mapping[str, Table]] = {
    "statements": Table(index, (), _list_statements, ("json", "csv")),
    "priorities": Table(statement, ("reference",), _read),
    "series": Table(series, ("country", "body"), _follow),
    "sessions": Table(session, ("body", "session"), _gather),
    "groups": Table(group, ("group", "body", "session"), _gather),
    "topics": Table(topic, ("body", "topic"), _trace),
    "comparisons": Table(comparison, ("pair",), _show_comparison, ("json",)),
    **{
        f"compared-{of}": Table(comparison, ("pair",), _list_compared(of), ("csv", "parquet"))
        for of in _COMPARED
    },
}
