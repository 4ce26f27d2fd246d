"""Topics by countries at one session: what most put first, and what sets each of them apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

from tracker.report.comparison.words import LANGUAGES, MORE, percent, quoted
from tracker.report.document import Span
from tracker.report.layout import DIGEST, Line, columns, counted, draw, line, shorten, spread, wrap
from tracker.report.safe import one_line
from tracker.report.series.rows import list_decided, make_rows
from tracker.report.series.timeline import MARKS, mark_standing
from tracker.topics.levels.assess import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.series import CountryReading, SessionReading, Standing
    from tracker.report.series.rows import TopicRow

TOPICS: Final = 20
"""How many topics are shown where not everything is asked for."""

COUNTRIES: Final = 12
"""Up to how many countries what sets each apart is shown without being asked for."""

FEW: Final = 0.2
"""The share of countries up to which a topic sets those apart that put it first."""

_DISTINCTIVE_SHOWN: Final = 3
"""Topics of a country that are shown for what sets it apart."""

_BAR: Final = 12


@dataclass(frozen=True, slots=True)
class DistinctiveTopic:
    """A priority of one country that few others have; ``score`` weighs its share by how few."""

    row: TopicRow
    standing: Standing
    score: float


def select_topics(
    reading: SessionReading, topics: Collection[str] = (), *, everything: bool = False
) -> tuple[TopicRow, ...]:
    """Return the topics that are a priority of some country, as ``make_rows`` does."""
    standings = {country.country: country.standings for country in reading.countries}
    return make_rows(standings, reading.vocabulary, topics, everything=everything)


def find_distinctive(
    country: CountryReading, rows: Sequence[TopicRow], countries: int
) -> tuple[DistinctiveTopic, ...]:
    """Return the priorities of a country that a fifth of the countries or fewer have, the most telling first.

    The score is the topic's share of the country's words times the log of how many countries there are to
    each that has it (tf-idf).
    """
    found = []
    for row in rows:
        standing = row.cells.get(country.country)
        others = len(row.priorities)
        if standing and standing.level in PRIORITIES and (others <= FEW * countries or others == 1):
            found.append(DistinctiveTopic(row, standing, round(standing.share * log(countries / others), 4)))
    return tuple(sorted(found, key=lambda apart: (-apart.score, apart.row.topic.label)))


def render_countries(
    reading: SessionReading,
    rows: Sequence[TopicRow],
    everyone: Sequence[TopicRow],
    *,
    width: int = 80,
    color: bool = False,
    everything: bool = False,
    topics: Collection[str] = (),
) -> str:
    """Return the topics by how many countries put them first, then what sets each country apart.

    ``rows`` are the topics to show, of all countries or of those asked for; ``everyone`` are those that all
    countries have, which decide what is rare. A requested topic has its countries listed.
    """
    lines = [*_head(reading, width)]
    if topics:
        lines += [part for row in rows for part in (line(), *_list_countries(row, reading, width))]
        lines += list_decided(rows, width, everything=True)
        return draw(lines, color=color)
    few = len(reading.countries) <= COUNTRIES
    if reading.countries[1:]:
        shown = rows if everything else rows[:TOPICS]
        lines += [line(), *(_levels if few else _table)(shown, reading, width)]
        if left := sum(bool(row.priorities) for row in rows[len(shown) :]):
            lines.append(line(f"  {left} more topics are a priority of some: {MORE}"))
    lines += list_decided(rows, width, everything=everything)
    if everything or few:
        return draw([*lines, line(), *_show_distinctive(reading, everyone, width, full=few)], color=color)
    hint = "Distinctive topics of some countries: --countries GBR,FRA; of all: --all"
    return draw([*lines, line(), *wrap(hint, width)], color=color)


def _head(reading: SessionReading, width: int) -> Iterator[Line]:
    year = f" ({reading.year})" if reading.year else ""
    spoke = "1 country" if len(reading.countries) == 1 else f"{len(reading.countries)} countries"
    name = f"{one_line(reading.vocabulary.name)} {reading.vocabulary.digest[:DIGEST]}"
    yield from wrap(
        [Span(f"{reading.body} {reading.session}{year} · {spoke} · topics {name}", "bold")], width
    )
    tongues = Counter(country.language for country in reading.countries)
    if len(tongues) > 1:
        parts = ", ".join(
            f"{count} {LANGUAGES.get(tongue, tongue)}" for tongue, count in tongues.most_common()
        )
        yield from wrap([Span(f"Texts in several languages: {parts}.", "warning")], width)


def _table(rows: Sequence[TopicRow], reading: SessionReading, width: int) -> Iterator[Line]:
    total = len(reading.countries)
    room = width - _BAR - len("    countries      %  declared  ")
    yield spread("PRIORITIES BY NUMBER OF COUNTRIES", "countries      %  declared", width, "bold")
    for row in rows:
        share = len(row.priorities) / total
        label = shorten(one_line(row.topic.label), room)
        facts = f"{len(row.priorities):>9}  {100 * share:>4.0f}%  {row.count('declared') or '':>8}"
        bar = "#" * round(_BAR * share)
        yield spread(f"  {label}{' ' * (room - columns(label))} {bar}", facts, width)


def _levels(rows: Sequence[TopicRow], reading: SessionReading, width: int) -> Iterator[Line]:
    """Yield a map of topics by a few countries, as a timeline's is of topics by sessions."""
    codes = [country.country for country in reading.countries]
    cell = max(map(len, codes)) + 1
    room = width - 2 - cell * len(codes)
    yield line(f"{'PRIORITIES BY COUNTRY':<{room + 2}}{''.join(f'{code:<{cell}}' for code in codes)}", "bold")
    for row in rows:
        label = shorten(one_line(row.topic.label), room - 1)
        spans = [Span(f"  {label}{' ' * (room - columns(label))}")]
        for code in codes:
            mark, style = mark_standing(row.cells.get(code))
            spans += [Span(mark, style), Span(" " * (cell - 1))]
        yield tuple(spans)
    yield line("  " + " · ".join(f"{mark} {level}" for level, mark in MARKS.items()), "dim")


def _show_distinctive(
    reading: SessionReading, everyone: Sequence[TopicRow], width: int, *, full: bool
) -> Iterator[Line]:
    total = reading.spoke
    yield line("DISTINCTIVE: priorities that at most a fifth of the countries have", "bold")
    for country in reading.countries:
        found = find_distinctive(country, everyone, total)
        if full:
            yield line(f"{country.country} {one_line(country.name)}", "bold")
            for apart in found:
                yield from _quote(apart, total, width)
            if not found:
                yield line("  nothing", "dim")
            continue
        parts = "; ".join(
            f"{one_line(each.row.topic.label)} {percent(each.standing.share)}"
            for each in found[:_DISTINCTIVE_SHOWN]
        )
        yield line(shorten(f"  {country.country:<4} {parts or 'nothing'}", width))


def _quote(apart: DistinctiveTopic, total: int, width: int) -> Iterator[Line]:
    others = len(apart.row.priorities) - 1
    facts = f"{percent(apart.standing.share)} of words, {others} of {total - 1} others"
    yield spread(f"  {one_line(apart.row.topic.label)}, {apart.standing.level}", facts, width)
    yield line(f"    {quoted(shorten(one_line(apart.standing.quote), width - 6))}", "dim")


def _list_countries(row: TopicRow, reading: SessionReading, width: int) -> Iterator[Line]:
    total = len(reading.countries)
    spread_words = f"a priority of {len(row.priorities)} of {total}"
    yield spread(one_line(row.topic.label), spread_words, width, "bold")
    for level in ("declared", "substantive", "acknowledged", "mentioned"):
        found = sorted(
            ((code, cell) for code, cell in row.cells.items() if cell.level == level),
            key=lambda pair: (-pair[1].share, pair[0]),
        )
        if found:
            parts = ", ".join(f"{code} {percent(cell.share)}" for code, cell in found)
            yield from wrap([Span(f"{level} ({len(found)}): ", "bold"), Span(parts)], width, "  ", "    ")
    silent = total - sum(cell.level is not None for cell in row.cells.values())
    yield line(f"  absent: {counted(silent, 'statement')}", "dim")
    best = max(
        ((code, cell) for code, cell in row.cells.items() if cell.level in PRIORITIES),
        key=lambda pair: (pair[1].share, pair[0]),
        default=None,
    )
    if best:
        lead = f"  {best[0]} "
        yield line(f"{lead}{quoted(shorten(one_line(best[1].quote), width - columns(lead) - 2))}")
