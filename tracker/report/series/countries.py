"""Topics by countries at one session: what most have as a priority, what sets each apart; in every form."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import asdict, dataclass, fields
from math import log
from typing import TYPE_CHECKING, Any, Final, get_args

from tracker.comparing.topics.certainty import explain_unmeasured
from tracker.model import series
from tracker.model.series_rows import StandingRecord
from tracker.model.topics import PRIORITIES, Level
from tracker.report.comparison.provenance import name_body
from tracker.report.comparison.words import LANGUAGE_NAMES, percent
from tracker.report.document import Column, Document, Entry, Section, Span, Tick
from tracker.report.layout import counted
from tracker.report.records import encode_json, write_csv, write_records
from tracker.report.safe import one_line
from tracker.report.series.parts import (
    MARKS,
    close_report,
    count_countries,
    count_topic,
    list_decision,
    list_standing,
    make_rows,
    mark_chance,
    mark_level,
    name_rows,
    name_vocabulary,
    quote_standing,
    show_decided,
    show_map,
    show_standing,
    warn_approximate,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.decisions import Decision
    from tracker.model.series import CountryReading, SessionReading, Standing
    from tracker.report.records import RecordForm
    from tracker.report.series.parts import TopicRow

COUNTRIES: Final = 12
"""Up to how many countries each is a column, and is told what sets it apart."""

FEW: Final = 0.2
"""The share of countries up to which a topic sets those apart that put it first."""

_TOPICS: Final = 10
"""Topics that are shown however little room there is."""
_APART: Final = 3
"""Topics of a country that are named for what sets it apart, where there are many countries."""
_NAMED: Final = 3
"""Countries that a title names."""


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
    """Return the priorities of a country that a fifth of the countries or fewer have, or nobody else.

    The most telling come first: the score is the topic's share of the country's words times the log of how
    many countries there are to each that has it (tf-idf).
    """
    found = []
    for row in rows:
        standing = row.cells.get(country.country)
        others = len(row.priorities)
        if standing and standing.level in PRIORITIES and (others <= FEW * countries or others == 1):
            found.append(DistinctiveTopic(row, standing, round(standing.share * log(countries / others), 4)))
    return tuple(sorted(found, key=lambda apart: (-apart.score, apart.row.topic.label)))


def build_countries(
    reading: SessionReading,
    rows: Sequence[TopicRow],
    everyone: Sequence[TopicRow],
    *,
    everything: bool = False,
    topics: Collection[str] = (),
    mapped: bool = False,
) -> Document:
    """Return the report of a session: how many countries have each topic as a priority, or which of a few.

    ``rows`` are the topics to show, of all countries or of those asked for; ``everyone`` are those that all
    countries have, which decide what is rare. A requested topic has its countries listed. ``mapped`` is for
    a picture, which has each country, however many.
    """
    total, whole = len(reading.countries), everything or bool(topics)
    few = total <= COUNTRIES
    if topics:
        sections = [_list_countries(row, reading) for row in rows]
        verdict = " ".join(_tell_topic(row, total) for row in rows)
    else:
        sections = [] if total == 1 else [(_show_levels if few else _show_counts)(rows, reading)]
        sections += [*_show_distinctive(reading, everyone)] if few else []
        sections += [_name_distinctive(reading, everyone)] if everything and not few else []
        verdict = name_rows(rows, total, count_countries(total))
    if mapped and rows:
        sections = [_show_levels(rows, reading)]
    unmeasured = explain_unmeasured(reading.vocabulary, {country.language for country in reading.countries})
    session = f"{reading.body} {one_line(reading.session)}"
    statements = counted(sum(len(country.statements) for country in reading.countries), "statement")
    return Document(
        title=_name_session(reading),
        sides=(),
        cautions=(*_tell_languages(reading), *warn_approximate(unmeasured)),
        verdict=verdict,
        sections=(*sections, *show_decided(rows)),
        closing=tuple(
            close_report(
                [_lead_on(reading, few=few), "all figures: --format csv"],
                f"{session}, {statements}",
                reading.vocabulary,
                topics=[row.topic.id for row in rows],
                whole=whole,
            )
        ),
        whole=whole,
    )


def _lead_on(reading: SessionReading, *, few: bool) -> str:
    if not few:
        return "a few side by side: --countries GBR,FRA"
    one = f"{reading.countries[0].country}/{reading.body}"
    if len(reading.countries) == 1:
        return f"all its priorities: tracker priorities {one_line(shlex.quote(f'{one}/{reading.session}'))}"
    return f"over time: tracker timeline {one}"


def _name_session(reading: SessionReading) -> str:
    year = f" ({reading.year})" if reading.year else ""
    total = len(reading.countries)
    of_all = f" of {reading.spoke}" if total < reading.spoke else ""
    names = ", ".join(one_line(country.name) for country in reading.countries)
    who = names if total <= _NAMED else f"{total}{of_all} countries"
    return f"{who} at the {name_body(reading.body)}, {one_line(reading.session)}{year}"


def _tell_languages(reading: SessionReading) -> Iterator[str]:
    tongues = Counter(country.language for country in reading.countries)
    if len(tongues) > 1:
        parts = (f"{count} {LANGUAGE_NAMES.get(tongue, tongue)}" for tongue, count in tongues.most_common())
        yield f"Texts in several languages: {', '.join(parts)}."


def _show_counts(rows: Sequence[TopicRow], reading: SessionReading) -> Section:
    total = len(reading.countries)
    columns = (Column("countries"), Column("of them sure"), Column("%"), Column("declared"))
    entries = (
        Entry(
            (Span(row.label),),
            (
                str(len(row.priorities)),
                str(row.sure),
                f"{100 * len(row.priorities) / total:.0f}",
                str(row.count("declared") or ""),
            ),
            brief=f"{row.label} {len(row.priorities)}",
        )
        for row in rows
    )
    return Section("priorities by number of countries", tuple(entries), columns=columns, first=_TOPICS)


def _show_levels(rows: Sequence[TopicRow], reading: SessionReading) -> Section:
    """Return a map of topics by a few countries, as a timeline's is of topics by sessions."""
    codes = [country.country for country in reading.countries]
    shown = []
    for row in rows:
        cells = [row.cells.get(code) for code in codes]
        shares = tuple(cell.share if cell else 0.0 for cell in cells)
        shown.append((row.label, (), [mark_level(cell) for cell in cells], shares))
    return show_map("priorities by country", shown, [Tick(code) for code in codes])


def _show_distinctive(reading: SessionReading, everyone: Sequence[TopicRow]) -> Iterator[Section]:
    """Yield for each country its priorities that at most a fifth of all countries have, or nobody else."""
    columns = (Column("% of words"), Column("others"))
    for country in reading.countries:
        entries = []
        for each in find_distinctive(country, everyone, reading.spoke):
            others = f"{len(each.row.priorities) - 1} of {reading.spoke - 1}"
            given = each.row.topic, each.standing, [others], reading.vocabulary, country.language
            entries.append(show_standing(each.row.label, *given))
        title = f"shared by few: {one_line(country.name)}"
        yield (
            Section(title, tuple(entries), columns=columns, first=1, rows=1)
            if entries
            else Section(title, (), "nothing")
        )


def _name_distinctive(reading: SessionReading, everyone: Sequence[TopicRow]) -> Section:
    entries = []
    for country in reading.countries:
        found = find_distinctive(country, everyone, reading.spoke)[:_APART]
        parts = "; ".join(
            f"{each.row.label}{mark_chance(each.standing, f' {percent(each.standing.share)}')}"
            for each in found
        )
        entries.append(Entry((Span(one_line(country.name), "bold"), Span(f": {parts or 'nothing'}"))))
    return Section(
        "shared by few",
        tuple(entries),
        note="priorities that at most a fifth of the countries have, or nobody else",
    )


def _tell_topic(row: TopicRow, total: int) -> str:
    said = sum(cell.level is not None for cell in row.cells.values())
    counts = f"{row.label}: a priority of {len(row.priorities)} of {total}, {row.sure} of them sure"
    return f"{counts}; named by {said} of {total}."


def _list_countries(row: TopicRow, reading: SessionReading) -> Section:
    """Return the countries by what they do with a topic, with the words of who says most about it."""
    languages = {country.country: country.language for country in reading.countries}
    entries = []
    for level in get_args(Level):
        found = sorted(
            ((code, cell) for code, cell in row.cells.items() if cell.level == level),
            key=lambda pair: (-pair[1].share, pair[0]),
        )
        if found:
            names = tuple(f"{code}{mark_chance(cell, f' {percent(cell.share)}')}" for code, cell in found)
            code, cell = found[0]
            entries.append(Entry((Span(f"{level} ({len(found)})", "bold"),), names=names))
            if level in PRIORITIES:
                quote = quote_standing(row.topic, cell, code, reading.vocabulary, languages[code])
                entries.append(Entry((), evidence=(quote,)))
    return Section(row.label, tuple(entries), note="by share of the words")


def countries_json(reading: SessionReading, rows: Sequence[TopicRow], everyone: Sequence[TopicRow]) -> str:
    """Return a session's countries as JSON that ``countries.schema.json`` describes."""
    known = {row.topic.id for row in rows}
    countries = (_country(country, known, everyone, reading.spoke) for country in reading.countries)
    return encode_json(
        series.CountriesTable(
            body=reading.body,
            session=reading.session,
            year=reading.year,
            spoke=reading.spoke,
            vocabulary=name_vocabulary(reading.vocabulary),
            topics=tuple(_counted_levels(row, len(reading.countries)) for row in rows),
            countries=tuple(countries),
        )
    )


def _counted_levels(row: TopicRow, total: int) -> series.CountriesTopic:
    topic = count_topic(row)
    share = topic.priorities / total if total else 0.0
    levels: dict[str, Any] = {level: row.count(level) for level in MARKS}
    return series.CountriesTopic(**asdict(topic), share_of_countries=share, **levels)


def _country(
    country: CountryReading, topics: Collection[str], everyone: Sequence[TopicRow], total: int
) -> series.CountryTopics:
    apart = find_distinctive(country, everyone, total)
    return series.CountryTopics(
        country=country.country,
        name=country.name,
        language=country.language,
        statements=country.statements,
        standings=tuple(_without_status(cell) for cell in country.standings if cell.topic in topics),
        apart=tuple(
            series.TopicApart(each.row.topic.id, each.score, len(each.row.priorities) - 1)
            for each in apart
            if each.row.topic.id in topics
        ),
    )


def _without_status(cell: Standing) -> series.CountryStanding:
    return series.CountryStanding(*(getattr(cell, field.name) for field in fields(series.CountryStanding)))


def countries_table(reading: SessionReading, rows: Sequence[TopicRow], form: RecordForm) -> str | bytes:
    """Return one row for each country and topic; in CSV a matrix of levels, by countries and topics.

    There, empty is absent, topics are named by id, and the last column names the levels that people decided
    on: ``debt: mentioned (Ana; against Ben: absent)``.
    """
    if form == "csv":
        heads = ["country", *(row.topic.id for row in rows), "decided"]
        return write_csv(heads, (_levels(country.country, rows) for country in reading.countries))
    return write_records(StandingRecord, _country_rows(reading, rows), form)


def _levels(country: str, rows: Sequence[TopicRow]) -> list[str]:
    cells = [row.cells.get(country) for row in rows]
    decided = "; ".join(_decided(cell.topic, cell.decided) for cell in cells if cell and cell.decided)
    return [country, *((cell.level or "") if cell else "" for cell in cells), decided]


def _decided(topic: str, decision: Decision) -> str:
    against = f"; against {', '.join(decision.against)}" if decision.against else ""
    return f"{topic}: {decision.code} ({decision.person}{against})"


def _country_rows(reading: SessionReading, rows: Sequence[TopicRow]) -> Iterator[StandingRecord]:
    for country in reading.countries:
        for row in rows:
            cell = row.cells.get(country.country)
            yield StandingRecord(
                body=reading.body,
                session=reading.session,
                year=reading.year,
                country=country.country,
                name=country.name,
                language=country.language,
                statements="; ".join(country.statements),
                topic=row.topic.id,
                label=row.topic.label,
                **list_standing(cell),
                measured=cell.measured if cell else None,
                quote=(cell.quote or None) if cell else None,
                **list_decision(cell.decided if cell else None),
            )
