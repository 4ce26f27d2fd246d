"""The first page: what there is, what was added last, and who first spoke of what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.publish import words
from tracker.publish.frame import cite_page, render
from tracker.publish.pages.topics import find_counts
from tracker.publish.routes import address
from tracker.publish.standings import name_bodies
from tracker.references import read_year, session_sort_key
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.record import StatementEntry
    from tracker.model.rights import WithdrawnEntry
    from tracker.publish.pages.topics import TopicCount
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf

LATEST: Final = 12
"""Statements that are listed as changed last."""


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body, and how much of it there is."""

    code: str
    sessions: int
    countries: int
    statements: int
    span: str
    """Its years."""
    latest: str
    """The label of its latest session."""


@dataclass(frozen=True, slots=True)
class CountryRow:
    """A country, and how many statements of it there are."""

    code: str
    name: str
    statements: int


@dataclass(frozen=True, slots=True)
class Index:
    """What the first page shows."""

    statements: int
    span: str
    bodies: tuple[BodyRow, ...]
    countries: tuple[CountryRow, ...]
    """By name."""
    latest: tuple[StatementEntry, ...]
    """Those that were observed last, first."""
    topics: tuple[TopicCount, ...] | None
    """Those that most statements speak of; None where not all were read for topics yet."""
    withdrawn: int


def _build_index(
    entries: Sequence[StatementEntry],
    withdrawn: Sequence[WithdrawnEntry],
    topics: Sequence[TopicCount] | None,
) -> Index:
    """Return the first page of these editions."""
    of_body: dict[str, list[StatementEntry]] = defaultdict(list)
    of_country: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for entry in entries:
        of_body[entry.reference.body].append(entry)
        of_country[entry.reference.country].add(_name(entry))
    countries = (
        CountryRow(*words.country_words(code), len(statements)) for code, statements in of_country.items()
    )
    return Index(
        statements=len({_name(entry) for entry in entries}),
        span=_tell_span(entries),
        bodies=tuple(_describe(body, some) for body, some in sorted(of_body.items())),
        countries=tuple(sorted(countries, key=lambda each: each.name)),
        latest=tuple(sorted(entries, key=lambda each: each.observed, reverse=True)[:LATEST]),
        topics=None if topics is None else tuple(topics),
        withdrawn=len(withdrawn),
    )


def _name(entry: StatementEntry) -> tuple[str, ...]:
    """Return what names a statement, whichever its edition."""
    named = entry.reference
    return named.country, named.body, str(named.session), named.item or ""


def _tell_span(entries: Sequence[StatementEntry]) -> str:
    told = {(entry.reference.body, str(entry.reference.session), entry.delivered) for entry in entries}
    return words.span_words(read_year(body, label, [delivered]) for body, label, delivered in told)


def _describe(body: str, entries: Sequence[StatementEntry]) -> BodyRow:
    labels = {str(entry.reference.session) for entry in entries}
    return BodyRow(
        body,
        len(labels),
        len({entry.reference.country for entry in entries}),
        len({_name(entry) for entry in entries}),
        _tell_span(entries),
        max(labels, key=lambda label: session_sort_key(body, label)),
    )


def rests_on(shelf: Shelf, _parameters: Parameters) -> list[object]:
    """Return what tells all statements from others, what was withdrawn, and whether all of it was read."""
    withdrawn = repr(shelf.reader.withdrawn())
    return [*name_bodies(shelf), withdrawn, shelf.vocabulary.digest, find_counts(shelf) is not None]


def show(shelf: Shelf, _parameters: Parameters) -> Answer:
    """Return the first page."""
    page = _build_index(shelf.entries, shelf.reader.withdrawn(), find_counts(shelf))
    texts = f"{counted(page.statements, 'statement')}{f' of {page.span}' if page.span else ''}"
    citation = cite_page(shelf, texts)
    return render("index", address("index"), page=page, name_latest=shelf.name_latest, citation=citation)
