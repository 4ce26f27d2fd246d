"""What became of each topic between two sessions, country by country, as a report."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, TypeAlias

from tracker.references import country_name
from tracker.report.comparison.findings import FINDINGS
from tracker.report.comparison.provenance import name_body, session_words
from tracker.report.comparison.words import ARROW, chance_mark
from tracker.report.document import Column, Document, Entry, Section, Span
from tracker.report.safe import one_line
from tracker.report.series.parts import NAMED, close_report, count_countries, warn_approximate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.panels import CountriesDiff, CountryMove, MovedTopic
    from tracker.model.topics import Status

TAKEN_UP: Final = ("new", "returned")
DROPPED: Final = ("dropped",)

_Heading: TypeAlias = "tuple[str, tuple[Status, ...]]"
_MOVED: Final = 10
"""Topics of the table where not everything is asked for."""
_HEADINGS: Final = tuple(FINDINGS.items())
_SHORT: Final[Sequence[_Heading]] = (("new or back", TAKEN_UP), ("not repeated", DROPPED))


def build_countries_diff(
    diff: CountriesDiff, *, notes: Sequence[str] = (), whole: bool = False, only: frozenset[str] = frozenset()
) -> Document:
    """Return for each topic for whom it is new, back, of another rank, or not repeated, or some of it.

    Who is claimed stands by name; then who may be, with how likely that is. Counts come first.
    """
    told = [topic for topic in diff.topics if any(_list_moves(topic))]
    counted = [each for each in _HEADINGS if not only.isdisjoint(each[1])] if only else _SHORT
    sections = (*_count_moves(told, counted, whole=whole), *([_name_countries(told)] if told else []))
    pair = shlex.join([f"{diff.compared[0]}/{diff.body}", diff.old, diff.new])
    one = f"one country, with its words: tracker diff {one_line(pair)}"
    texts = f"{diff.body} {diff.old} {ARROW} {diff.new}, {one_line(diff.countries)}"
    return Document(
        title=_name_diff(diff),
        sides=(),
        cautions=tuple(_warn(diff)),
        verdict=_tell(told, counted, len(diff.compared)),
        sections=sections,
        closing=(
            *map(one_line, notes),
            *close_report([one], texts, diff.vocabulary, whole=whole, sure=diff.sure),
        ),
        whole=whole,
    )


def _name_diff(diff: CountriesDiff) -> str:
    sessions = f" {ARROW} ".join(session_words(diff.body, label) for label in (diff.old, diff.new))
    who = f"{one_line(diff.countries)} ({count_countries(len(diff.compared))})"
    return f"{who} at the {name_body(diff.body)}, {sessions}"


def _warn(diff: CountriesDiff) -> Iterator[str]:
    if diff.missing:
        names = ", ".join(map(country_name, diff.missing))
        yield f"Not compared, without both statements ({len(diff.missing)}): {names}."
    yield from warn_approximate(diff.unmeasured)


def _tell(topics: Sequence[MovedTopic], counted: Sequence[_Heading], compared: int) -> str:
    """Say of which topics most is claimed to be new or back, and not repeated."""
    parts = []
    for heading, statuses in counted:
        counts = [(len(_choose(topic.countries, statuses)), one_line(topic.label)) for topic in topics]
        most = sorted((each for each in counts if each[0]), key=lambda each: (-each[0], each[1]))[:NAMED]
        names = ", ".join(f"{label} ({number})" for number, label in most)
        parts.append(f"{heading}: {names}" if names else f"{heading}: nothing that is sure")
    said = "; ".join(parts) if topics else "no priority changed"
    return f"Of {count_countries(compared)}, {said}."


def _count_moves(
    topics: Sequence[MovedTopic], counted: Sequence[_Heading], *, whole: bool
) -> Iterator[Section]:
    """Yield the topics that are new, back or not repeated for most, with of how many that is claimed."""
    columns = tuple(Column(heading) for heading, _ in counted)
    entries = []
    for topic in topics:
        counts = ((_choose(topic.countries, each), _likely(topic, each)) for _, each in counted)
        cells = tuple(count_sure(len(claimed), len(possible)) for claimed, possible in counts)
        label = one_line(topic.label)
        entries += [Entry((Span(label),), cells, brief=label)] if any(cells) else []
    if entries:
        shown = entries if whole else entries[:_MOVED]
        title = "most changed, by countries (with ? less sure)"
        yield Section(title, tuple(shown), columns=columns, first=_MOVED)


def count_sure(claimed: int, possible: int) -> str:
    """Return how many are claimed, and how many more may be: ``3 + 5?``."""
    if not possible:
        return str(claimed or "")
    return f"{claimed} + {possible}?"


def _name_countries(topics: Sequence[MovedTopic]) -> Section:
    entries = (
        Entry(
            (Span(one_line(topic.label), "bold"),),
            notes=tuple(_list_moves(topic)),
            brief=one_line(topic.label),
        )
        for topic in topics
    )
    return Section("countries by topic", tuple(entries), note="in brackets how likely each holds", first=1)


def _list_moves(topic: MovedTopic) -> Iterator[Span]:
    for heading, statuses in _HEADINGS:
        if sure := _choose(topic.countries, statuses):
            yield Span(f"{heading} ({len(sure)}): {', '.join(country_name(move.country) for move in sure)}")
        if likely := _likely(topic, statuses):
            names = ", ".join(
                f"{country_name(move.country)} {chance_mark(move.certainty or 0.0, measured=move.measured)}"
                for move in likely
            )
            yield Span(f"{heading}? ({len(likely)}): {names}", "dim")


def _choose(moves: Sequence[CountryMove], statuses: Sequence[str]) -> list[CountryMove]:
    return [move for move in moves if move.status in statuses]


def _likely(topic: MovedTopic, statuses: Sequence[str]) -> list[CountryMove]:
    found = [move for move in topic.countries if move.possible in statuses]
    return sorted(found, key=lambda move: (-(move.certainty or 0.0), move.country))
