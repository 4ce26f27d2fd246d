"""What countries took up and dropped between two sessions, topic by topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.references import country_name
from tracker.report.comparison.words import MORE
from tracker.report.document import Span
from tracker.report.layout import DIGEST, Line, draw, line, wrap
from tracker.report.safe import one_line
from tracker.report.series.panels import DROPPED, TAKEN_UP, count_countries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.panels import CountriesDiff, CountryMove, MovedTopic

_MOVED: Final = 10
"""How many topics are shown where not everything is asked for."""

_MOVES: Final = (
    ("took up", TAKEN_UP),
    ("raised", ("promoted", "up")),
    ("lowered", ("demoted", "down")),
    ("not repeated", DROPPED),
)
"""What is said of the countries with one of these statuses."""


def render_countries_diff(
    diff: CountriesDiff,
    topics: Sequence[str] = (),
    *,
    notes: Sequence[str] = (),
    width: int = 80,
    color: bool = False,
    everything: bool = False,
) -> str:
    """Return for each topic who took it up and who dropped it: what is claimed, then what may be so."""
    asked = [topic for topic in diff.topics if topic.id in topics] if topics else list(diff.topics)
    told = [(topic, rows) for topic in asked if (rows := [*_tell(topic, width)]) or topics]
    shown = told if everything or topics else told[:_MOVED]
    lines = [*_head_diff(diff, width)]
    for topic, rows in shown:
        lines += [line(), line(one_line(topic.label), "bold"), *(rows or [line("  no change of priorities")])]
    if not told:
        lines += [line(), line("No topic was taken up or dropped.")]
    lines.append(line())
    if len(shown) < len(told):
        lines += wrap(f"{len(told) - len(shown)} more topics: {MORE}", width)
    for note in filter(None, (*notes, diff.unmeasured)):
        lines += wrap([Span(note, "dim")], width)
    one = diff.compared[0]
    lines += wrap(f"One country, with its words: tracker diff {one}/{diff.body} {diff.old} {diff.new}", width)
    return draw(lines, color=color)


def _head_diff(diff: CountriesDiff, width: int) -> Iterator[Line]:
    who = f"{one_line(diff.countries)}: {count_countries(len(diff.compared))} compared"
    name = f"{one_line(diff.vocabulary.name)} {diff.vocabulary.digest[:DIGEST]}"
    text = f"{diff.body} {diff.old} → {diff.new} · {who} · topics {name}"
    yield from wrap([Span(text, "bold")], width)
    if diff.missing:
        names = ", ".join(map(country_name, diff.missing))
        yield from wrap(
            [Span(f"not compared, without both statements ({len(diff.missing)}): {names}", "dim")], width
        )


def _tell(topic: MovedTopic, width: int) -> Iterator[Line]:
    """Yield who did what: the claimed ones by name; then those likely enough to be told, and how likely."""
    for words, statuses in _MOVES:
        for lead, moves in (
            (words, [move for move in topic.countries if move.status in statuses]),
            (f"perhaps {words}", _likely(topic, statuses)),
        ):
            if moves:
                names = ", ".join(map(_name_move if lead != words else _name_country, moves))
                spans = [Span(f"{lead} ({len(moves)}): ", "bold" if lead == words else "plain"), Span(names)]
                yield from wrap(spans, width, "  ", "    ")


def _likely(topic: MovedTopic, statuses: Sequence[str]) -> list[CountryMove]:
    found = [move for move in topic.countries if move.possible in statuses]
    return sorted(found, key=lambda move: (-(move.certainty or 0.0), move.country))


def _name_country(move: CountryMove) -> str:
    return country_name(move.country) + (" (returned)" if move.status == "returned" else "")


def _name_move(move: CountryMove) -> str:
    mark = "" if move.measured else "~"
    return f"{country_name(move.country)} {mark}{move.certainty or 0.0:.2f}".replace(" 0.", " .").replace(
        "~0.", "~."
    )
