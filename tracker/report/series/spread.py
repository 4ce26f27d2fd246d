"""How phrases spread over the countries of a body: on the terminal, and as JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from tracker.report.comparison.words import LANGUAGES
from tracker.report.document import Span
from tracker.report.json_text import encode_published
from tracker.report.layout import Line, counted, draw, line, shorten, wrap
from tracker.report.safe import one_line
from tracker.report.series.traced import heading, in_context, kind_words, near_words, row, wording_words
from tracker.report.tables import lay_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.spread import Spread, SpreadCounts, SpreadSession, SpreadStatement

_SHOWN = 20
_FIRST_SHOWN = 3
_INDENT = "  "
_NAME = 26
_LABEL = 14
_LEGEND = (
    "said: in these words, apart from case, quotes and dashes; loosely: only in similar ones. first here: the"
    " countries that say it for the first time in what was read. Every passage: --format csv."
)


def render_spread(spread: Spread, *, everything: bool = False, width: int = 80, color: bool = False) -> str:
    """Return who said it first, then how many said it by session, and which countries most often."""
    lines = [*heading(spread.body, spread, width), *_summary(spread, width)]
    if any(each.sayings for each in spread.statements):
        lines += [
            line(),
            *_sessions(spread, width),
            line(),
            *_countries(spread, width, everything=everything),
        ]
        lines += [line(), *wrap([Span(_LEGEND, "dim")], width)]
    if spread.languages:
        names = ", ".join(LANGUAGES.get(language, language) for language in spread.languages)
        lines += wrap([Span(f"In another language, so not silent: statements in {names}.", "warning")], width)
    return draw(lines, color=color)


def spread_json(spread: Spread) -> str:
    """Return a spread as JSON that ``spread.schema.json`` describes: every statement read, in order."""
    return encode_published(spread)


def _summary(spread: Spread, width: int) -> Iterator[Line]:
    said = [each for each in spread.statements if each.times]
    loosely = sum(each.loosely for each in spread.sessions)
    ends = " to ".join(dict.fromkeys(_when(each) for each in (spread.sessions[0], spread.sessions[-1])))
    searched = f"{counted(len(spread.statements), 'statement')} by {_countries_words(len(spread.countries))}"
    alone = " Only by its words: a series follows rewordings too." if spread.unit == "sentence" else ""
    yield from wrap(f"{kind_words(spread)}, searched in {searched}: {ends}.{alone}", width)
    if uneven := _find_uneven(spread):
        yield from wrap([Span(uneven, "warning")], width, "!  ", "   ")
    if not (said or loosely):
        yield from wrap("Nothing found, neither in these words nor in similar ones.", width)
    elif said:
        yield from row("said", _said_words(spread, said), width)
        words = [saying for each in said for saying in each.sayings if saying.exact]
        yield from row("", wording_words(words), width)
        yield from _first(spread, said, width)
    else:
        yield from row("said", "never in these words", width)
    if loosely:
        yield from row("loosely", f"in {counted(loosely, 'more statement' if said else 'statement')}", width)
    if spread.near:
        yield from row("also near", near_words(spread.near), width)


def _find_uneven(spread: Spread) -> str:
    """Say from which session on many countries are held, where before it few are; "" where there is none."""
    spoke: dict[str, set[str]] = {each.session: set() for each in spread.sessions}
    for each in spread.statements:
        spoke[each.session].add(each.country)
    numbers = [len(spoke[each.session]) for each in spread.sessions]
    at = next(at for at, number in enumerate(numbers) if 2 * number >= max(numbers))
    if at == 0:
        return ""
    start, most = _when(spread.sessions[at]), _countries_words(max(numbers[:at]))
    held = f"Before {start}, statements of at most {most} a session are held, there of {numbers[at]:,}"
    return f"{held}: others may have said it earlier."


def _said_words(spread: Spread, said: Sequence[SpreadStatement]) -> str:
    times = sum(each.times for each in said)
    saying = [session for session in spread.sessions if session.said]
    return (
        f"in {counted(len(said), 'statement')} by {_countries_words(len({each.country for each in said}))},"
        f" {counted(times, 'time')}: first {_when(saying[0])}, last {_when(saying[-1])}"
    )


def _first(spread: Spread, said: Sequence[SpreadStatement], width: int) -> Iterator[Line]:
    """Yield the countries that said it at the first session, by name, with the words of some of them."""
    session = said[0].session
    names = {country.country: one_line(country.name) for country in spread.countries}
    first = sorted((each for each in said if each.session == session), key=lambda each: names[each.country])
    listed = list(dict.fromkeys(names[each.country] for each in first))
    when = next(_when(each) for each in spread.sessions if each.session == session)
    many = f"{len(listed):,} countries at {when}, in the order of the alphabet: " if len(listed) > 1 else ""
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    yield from row("first by", f"{many}{', '.join(listed[:_SHOWN])}{more}", width)
    for each in first[:_FIRST_SHOWN]:
        saying = next(saying for saying in each.sayings if saying.exact)
        lead = f"{_INDENT}{one_line(each.reference).partition('~')[0]} ¶{saying.paragraph}  "
        yield (Span(lead, "bold"), *in_context(saying, width - len(lead)))


def _sessions(spread: Spread, width: int) -> Iterator[Line]:
    """Yield a table of sessions; sessions in a row at which nobody said it are one line."""
    rows: list[tuple[str, ...]] = []
    for silent, group in groupby(spread.sessions, key=lambda each: not (each.said or each.loosely)):
        some = list(group)
        if silent:
            ends = " to ".join(dict.fromkeys(_when(each) for each in (some[0], some[-1])))
            spoke = sum(each.statements for each in some)
            rows.append((ends, f"{spoke:,}", "0", "0", "0", ""))
            continue
        rows += [(_when(each), *_counts(each), ", ".join(each.newly)) for each in some]
    head = ("session", "read", "said", "loosely", "times", "first here")
    return lay_table(head, rows, width, right=(1, 2, 3, 4))


def _countries(spread: Spread, width: int, *, everything: bool) -> Iterator[Line]:
    found = [each for each in spread.countries if each.said or each.loosely]
    shown = found if everything else found[:_SHOWN]
    years = {each.session: _when(each) for each in spread.sessions}
    rows = [
        (
            shorten(one_line(each.name), _NAME),
            *_counts(each),
            " to ".join(dict.fromkeys((years[each.first], years[str(each.last)]))) if each.first else "",
        )
        for each in shown
    ]
    head = ("country", "read", "said", "loosely", "times", "first and last said")
    yield from lay_table(head, rows, width, right=(1, 2, 3, 4))
    if len(found) > len(shown):
        yield line(f"{len(found) - len(shown)} more: --all", "dim")


def _counts(each: SpreadCounts) -> tuple[str, ...]:
    return tuple(f"{number:,}" for number in (each.statements, each.said, each.loosely, each.times))


def _when(session: SpreadSession) -> str:
    label = shorten(one_line(session.session), _LABEL)
    return f"{label} ({session.year})" if session.year else label


def _countries_words(number: int) -> str:
    return f"{number:,} {'country' if number == 1 else 'countries'}"
