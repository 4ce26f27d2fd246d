"""The sections of the terminal's report: what is headed how, and the entries below, strongest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from tracker.model.topics import PhraseStatus
from tracker.report.comparison import entries, selection
from tracker.report.comparison import words as wording
from tracker.report.comparison.phrases import show_phrases
from tracker.report.comparison.topic_words import tally_topics
from tracker.report.layout import Line, Span, line, spread, wrap
from tracker.topics.phrases.emerging import PAIR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.changes import Change, Comparison
    from tracker.report.comparison.entries import Entry


@dataclass(frozen=True, slots=True)
class Section:
    """A headed list of entries, strongest first, of which some may have to stay out."""

    heading: tuple[Line, ...]
    entries: tuple[Entry, ...]
    is_finding: bool = False
    """Whether it holds what changed, as claimed: never left out as a whole."""


def build_sections(
    comparison: Comparison, width: int, *, rows: int | None, only: Collection[str]
) -> Iterator[Section]:
    """Yield the sections in the order of the report.

    ``rows`` is how many lines a quotation may fill; None asks for everything, in full.
    """
    everything = rows is None
    if wording.is_unchanged(comparison) and not everything:
        return
    changes = selection.select_changes(comparison, everything=everything, only=only)
    yield from _build_topics(comparison, width, rows, only)
    yield from _build_shifts(comparison, changes, width, everything, only)
    if changes:
        heading = (
            line(),
            line(wording.HEADINGS["sentences"].upper(), "bold"),
            *wrap(wording.tally_changes(comparison), width, "  ", "  "),
        )
        yield Section(heading, entries.show_changes(comparison, changes, width, everything=everything))
    if not only:
        yield from _build_phrases(comparison, width, rows)


def _build_phrases(comparison: Comparison, width: int, rows: int | None) -> Iterator[Section]:
    shown = ((status, show_phrases(comparison, status, width, rows)) for status in get_args(PhraseStatus))
    found = tuple(entries.Entry(status, lines) for status, lines in shown if lines)
    if found:
        named = f"{wording.HEADINGS['phrases'].upper()}, |z| ≥ {PAIR.score}"
        title = spread(named, "uses before → now", width, "bold")
        yield Section((line(), title), found)


def _build_topics(
    comparison: Comparison, width: int, rows: int | None, only: Collection[str]
) -> Iterator[Section]:
    groups = [*selection.group_topics(comparison, only)]
    if not groups and not only:
        yield Section((line(), line(wording.NO_PRIORITIES)), ())
    numbers = entries.measure_numbers(topic for group in groups for topic in group.topics)
    title: tuple[Line, ...] = (
        line(),
        spread(wording.HEADINGS["topics"].upper(), entries.number_heading(numbers), width, "bold"),
        *wrap(tally_topics(comparison), width, "  ", "  "),
    )
    for group in groups:
        heading = wrap([Span(group.name, "bold"), Span(f": {group.note}", "dim")], width)
        shown = (entries.show_topic(comparison, topic, numbers, width, rows) for topic in group.topics)
        yield Section((*title, *heading), tuple(shown), group.is_finding)
        title = ()


def _build_shifts(
    comparison: Comparison, changes: Sequence[Change], width: int, everything: bool, only: Collection[str]
) -> Iterator[Section]:
    """Where most sentences are listed, their redlines are the context of the shifts."""
    context = not changes or selection.hides_sentences(comparison)
    for name, axes in (("wording", selection.WORDING_AXES), ("facts", selection.FACT_AXES)):
        shifts = selection.select_shifts(comparison, axes, only)
        if shifts:
            tally = wording.tally_shifts(row.shift for row in shifts)
            yield Section(
                (line(), spread(wording.HEADINGS[name].upper(), tally, width, "bold")),
                tuple(
                    entries.show_shift(
                        row, width, context=context, rule=everything or wording.is_human_decision(row.shift)
                    )
                    for row in shifts
                ),
                is_finding=True,
            )
