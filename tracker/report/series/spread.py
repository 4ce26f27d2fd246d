"""How phrases spread over the countries of a body: on the terminal, and as JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from tracker.report.comparison.passages import cite_words
from tracker.report.comparison.provenance import name_body
from tracker.report.comparison.words import LANGUAGE_NAMES
from tracker.report.document import Column, Document, Entry, Scale, Section, Span, Tick
from tracker.report.layout import Line, counted, draw, lay_table, line, shorten, wrap
from tracker.report.records import encode_json
from tracker.report.safe import one_line
from tracker.report.series.biography import (
    cite_traced,
    in_context,
    kind_words,
    lay_facts,
    name_facts,
    name_traced,
    near_words,
    show_said,
    tell_said,
    title_plot,
    wording_words,
)
from tracker.report.series.parts import warn_few

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.tracing import Occurrence, Spread, SpreadCounts, SpreadSession, SpreadStatement

_SHOWN = 20
_FIRST_SHOWN = 3
_INDENT = "  "
_NAME = 26
_LABEL = 14
_HERE, _OTHERS = 10, 46
"""Columns that name countries at a terminal, the fewest, and what all others take."""
_FEWEST = 43
"""What all but the name of a session take at least."""
_FIRST = "first by"
_NOTHING = "Nothing found, neither in these words nor in similar ones."
_SESSIONS = ("session", "read", "said", "loosely", "times", "first here", "last here")
_COUNTRIES = ("country", "read", "said", "loosely", "times", "first and last said")
_HOWS = ("said", "loosely")
_FIGURES = (1, 2, 3, 4)
"""Which columns of both are figures."""
_LEGEND = (
    "said: in these words, apart from case, quotes and dashes; loosely: only in similar ones. first here: the"
    " countries that say it for the first time in what was read; last here: for the last, of those who spoke"
    " later. Every passage: --format csv."
)


def render_spread(spread: Spread, *, everything: bool = False, width: int = 80, color: bool = False) -> str:
    """Return who said it first, then how many said it by session, and which countries most often."""
    lines = [*wrap([Span(_name(spread), "bold")], width), *wrap(_searched(spread), width)]
    for text in _find_uneven(spread):
        lines += wrap([Span(text, "warning")], width, "!  ", "   ")
    found = any(each.sayings for each in spread.statements)
    if not found:
        lines += wrap(_NOTHING, width)
    for label, told in _list_facts(spread):
        lines += lay_facts([(label, told)], width)
        if label == _FIRST:
            lines += _quote_first(spread, width)
    if found:
        here = max(_HERE, (width - _OTHERS) // 2)
        rows = [
            (shorten(name, width - _FEWEST), *row, shorten(first, here), shorten(last, here))
            for name, *row, first, last in _sessions(spread)
        ]
        lines += [line(), *lay_table(_SESSIONS, rows, width, right=_FIGURES)]
        lines += [line(), *_countries(spread, width, everything=everything)]
        lines += [line(), *wrap([Span(_LEGEND, "dim")], width)]
    for text in _not_judged(spread):
        lines += wrap([Span(text, "warning")], width)
    return draw(lines, color=color)


def build_spread(spread: Spread, *, everything: bool = False) -> Document:
    """Return who said it first, and how often by session and by country, as a document."""
    found = any(each.sayings for each in spread.statements)
    tables = (_SESSIONS, _sessions(spread)), (_COUNTRIES, [*_list_countries(spread, everything=everything)])
    quoted = tuple(
        Entry(
            (Span(one_line(each.reference).partition("~")[0], "bold"), Span(f"  ¶{saying.paragraph}")),
            evidence=(cite_words("", saying.text, (saying.start, saying.end)),),
        )
        for each, saying in _find_first(spread)
    )
    return Document(
        title=_name(spread),
        sides=name_facts(_list_facts(spread)),
        cautions=(*_find_uneven(spread), *_not_judged(spread)),
        verdict=_searched(spread) if found else f"{_searched(spread)} {_NOTHING}",
        sections=(
            *([Section("first", quoted)] if quoted else []),
            *(_show_table(head, rows) for head, rows in tables if found),
        ),
        closing=(_LEGEND, cite_traced(f"{_name(spread)}: {_searched(spread)}")),
        whole=True,
    )


def plot_spread(spread: Spread) -> Document:
    """Return what a picture shows: how many of the statements of each session say it."""
    ticks = [Tick(one_line(each.session), str(each.year or "")) for each in spread.sessions]
    exact, loosely = ([getattr(each, how) / each.statements for each in spread.sessions] for how in _HOWS)
    section = show_said(exact, loosely, ticks, Scale("share of the statements that say it"))
    numbers = [(each.session, each.statements) for each in spread.sessions]
    document = build_spread(spread)
    return document._replace(
        title=title_plot(spread, name_body(spread.body), _span(spread)),
        cautions=(*warn_few(numbers), *document.cautions),
        verdict=tell_said(_list_facts(spread)),
        sections=(section,),
    )


def _show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Section:
    entries = tuple(Entry((Span(row[0]),), tuple(row[1:])) for row in rows)
    columns = tuple(Column(each, right=at in _FIGURES) for at, each in enumerate(head) if at)
    return Section(f"by {head[0]}", entries, columns=columns, head=head[0])


def spread_json(spread: Spread) -> str:
    """Return a spread as JSON that ``spread.schema.json`` describes: every statement read, in order."""
    return encode_json(spread)


def _name(spread: Spread) -> str:
    return name_traced(f"{spread.body}, {spread.among}" if spread.among else spread.body, spread)


def _searched(spread: Spread) -> str:
    searched = f"{counted(len(spread.statements), 'statement')} by {_countries_words(len(spread.countries))}"
    alone = " Only by its words: a series follows rewordings too." if spread.unit == "sentence" else ""
    return f"{kind_words(spread)}, searched in {searched}: {_span(spread)}.{alone}"


def _span(spread: Spread) -> str:
    return " to ".join(dict.fromkeys(_when(each) for each in (spread.sessions[0], spread.sessions[-1])))


def _list_facts(spread: Spread) -> Iterator[tuple[str, Sequence[str]]]:
    said = [each for each in spread.statements if each.times]
    loosely = sum(each.loosely for each in spread.sessions)
    if said:
        words = [saying for each in said for saying in each.sayings if saying.exact]
        yield "said", (_said_words(spread, said), wording_words(words))
        yield _FIRST, (_first(spread, said),)
    elif loosely:
        yield "said", ("never in these words",)
    if loosely:
        yield "loosely", (f"in {counted(loosely, 'more statement' if said else 'statement')}",)
    if spread.near:
        yield "also near", (near_words(spread.near),)


def _find_uneven(spread: Spread) -> Iterator[str]:
    """Say from which session on many countries are held, where before it few are."""
    spoke: dict[str, set[str]] = {each.session: set() for each in spread.sessions}
    for each in spread.statements:
        spoke[each.session].add(each.country)
    numbers = [len(spoke[each.session]) for each in spread.sessions]
    at = next(at for at, number in enumerate(numbers) if 2 * number >= max(numbers))
    if at:
        start, most = _when(spread.sessions[at]), _countries_words(max(numbers[:at]))
        held = f"Before {start}, statements of at most {most} a session are held, there of {numbers[at]:,}"
        yield f"{held}: others may have said it earlier."


def _not_judged(spread: Spread) -> Iterator[str]:
    if spread.languages:
        names = ", ".join(LANGUAGE_NAMES.get(language, language) for language in spread.languages)
        yield f"In another language, so not silent: statements in {names}."


def _said_words(spread: Spread, said: Sequence[SpreadStatement]) -> str:
    times = sum(each.times for each in said)
    saying = [session for session in spread.sessions if session.said]
    return (
        f"in {counted(len(said), 'statement')} by {_countries_words(len({each.country for each in said}))},"
        f" {counted(times, 'time')}: first {_when(saying[0])}, last {_when(saying[-1])}"
    )


def _first(spread: Spread, said: Sequence[SpreadStatement]) -> str:
    """Name the countries that said it at the first session."""
    names = {country.country: one_line(country.name) for country in spread.countries}
    session = said[0].session
    listed = sorted({names[each.country] for each in said if each.session == session})
    when = next(_when(each) for each in spread.sessions if each.session == session)
    many = f"{len(listed):,} countries at {when}, in the order of the alphabet: " if len(listed) > 1 else ""
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return f"{many}{', '.join(listed[:_SHOWN])}{more}"


def _find_first(spread: Spread) -> list[tuple[SpreadStatement, Occurrence]]:
    """Return some statements of the first session that said it, with the words."""
    names = {country.country: one_line(country.name) for country in spread.countries}
    said = [each for each in spread.statements if each.times]
    first = sorted((e for e in said if e.session == said[0].session), key=lambda each: names[each.country])
    return [(each, next(saying for saying in each.sayings if saying.exact)) for each in first[:_FIRST_SHOWN]]


def _quote_first(spread: Spread, width: int) -> Iterator[Line]:
    for each, saying in _find_first(spread):
        lead = f"{_INDENT}{one_line(each.reference).partition('~')[0]} ¶{saying.paragraph}  "
        yield (Span(lead, "bold"), *in_context(saying, width - len(lead)))


def _sessions(spread: Spread) -> list[tuple[str, ...]]:
    """Return rows of sessions; sessions in a row at which nobody said it are one."""
    rows: list[tuple[str, ...]] = []
    for silent, group in groupby(spread.sessions, key=lambda each: not (each.said or each.loosely)):
        some = list(group)
        if silent:
            ends = " to ".join(dict.fromkeys(_when(each) for each in (some[0], some[-1])))
            spoke = sum(each.statements for each in some)
            rows.append((ends, f"{spoke:,}", "0", "0", "0", "", ""))
            continue
        rows += [
            (_when(each), *_counts(each), ", ".join(each.newly), ", ".join(each.lastly)) for each in some
        ]
    return rows


def _list_countries(spread: Spread, *, everything: bool) -> Iterator[tuple[str, ...]]:
    years = {each.session: _when(each) for each in spread.sessions}
    found = [each for each in spread.countries if each.said or each.loosely]
    for each in found if everything else found[:_SHOWN]:
        ends = " to ".join(dict.fromkeys((years[each.first], years[str(each.last)]))) if each.first else ""
        yield (shorten(one_line(each.name), _NAME), *_counts(each), ends)


def _countries(spread: Spread, width: int, *, everything: bool) -> Iterator[Line]:
    rows = [*_list_countries(spread, everything=everything)]
    yield from lay_table(_COUNTRIES, rows, width, right=_FIGURES)
    if left := sum(bool(each.said or each.loosely) for each in spread.countries) - len(rows):
        yield line(f"{left} more: --all", "dim")


def _counts(each: SpreadCounts) -> tuple[str, ...]:
    return tuple(f"{number:,}" for number in (each.statements, each.said, each.loosely, each.times))


def _when(session: SpreadSession) -> str:
    label = shorten(one_line(session.session), _LABEL)
    return f"{label} ({session.year})" if session.year else label


def _countries_words(number: int) -> str:
    return f"{number:,} {'country' if number == 1 else 'countries'}"
