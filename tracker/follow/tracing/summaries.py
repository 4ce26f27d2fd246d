"""What was found, summed up: the wordings of a series, and how phrases spread over countries of a body."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tracker.comparing.edits import word_edits
from tracker.follow.tracing.matching import read_phrase
from tracker.follow.tracing.search import lead
from tracker.model.tracing import Spread, SpreadCountry, SpreadSession
from tracker.references import country_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.follow.tracing.search import TraceQuery
    from tracker.model.changes import Edit
    from tracker.model.tracing import NearWords, Occurrence, SpreadStatement, TracedStatement


def number_wordings(statements: Sequence[TracedStatement]) -> tuple[TracedStatement, ...]:
    """Return statements with their leading occurrence, the number of its wording, and its edits."""
    numbered: list[TracedStatement] = []
    wordings: dict[str, int] = {}
    before: Occurrence | None = None
    for statement in statements:
        if not statement.occurrences:
            numbered.append(statement)
            continue
        leading = lead(statement.occurrences)
        occurrence = statement.occurrences[leading]
        folded = read_phrase(occurrence.words).folded
        number = wordings.setdefault(folded, len(wordings) + 1)
        edits: tuple[Edit, ...] = ()
        # Between two phrases, or two words that are both what was asked for, nothing was reworded.
        is_one = before and before.asked == occurrence.asked and not (before.exact and occurrence.exact)
        if before and is_one and read_phrase(before.words).folded != folded:
            edits = word_edits(before.words, occurrence.words, statement.side.version.language)
        numbered.append(replace(statement, leading=leading, wording=number, edits=edits))
        before = occurrence
    return tuple(numbered)


def make_spread(
    asked: TraceQuery,
    body: str,
    statements: Sequence[SpreadStatement],
    near: tuple[NearWords, ...],
    among: str | None = None,
) -> Spread:
    """Count what statements say, which come in order of session and country."""
    by_country: dict[str, list[SpreadStatement]] = {}
    for statement in statements:
        by_country.setdefault(statement.country, []).append(statement)
    countries = tuple(_count_country(code, some) for code, some in by_country.items())
    ends = {country.country: (country.first, country.last) for country in countries}
    latest = {statement.country: statement.session for statement in statements}
    said = {each.language for each in statements if each.sayings}
    return Spread(
        asked=asked.text,
        phrases=tuple(phrase.text for phrase in asked.phrases),
        topics=asked.topics,
        unit=asked.unit,
        body=body,
        among=among,
        languages=tuple(sorted({each.language for each in statements} - said)) if said else (),
        sessions=tuple(
            _count_session(label, tuple(some), ends, latest)
            for label, some in groupby(statements, key=lambda each: each.session)
        ),
        countries=tuple(sorted(countries, key=lambda each: (-each.times, -each.loosely, each.name))),
        near=near,
        statements=tuple(statements),
    )


def _count_session(
    label: str,
    statements: Sequence[SpreadStatement],
    ends: Mapping[str, tuple[str | None, str | None]],
    latest: Mapping[str, str],
) -> SpreadSession:
    """Count one session.

    ``ends`` are the sessions at which a country says it first and last, ``latest`` its last that was read.
    """
    countries = dict.fromkeys(each.country for each in statements)
    return SpreadSession(
        **_count(statements),
        session=label,
        year=next((each.year for each in statements if each.year), None),
        newly=tuple(country for country in countries if ends[country][0] == label),
        lastly=tuple(country for country in countries if ends[country][1] == label != latest[country]),
    )


def _count_country(code: str, statements: Sequence[SpreadStatement]) -> SpreadCountry:
    said = [each.session for each in statements if each.times]
    return SpreadCountry(
        **_count(statements),
        country=code,
        name=country_name(code),
        first=said[0] if said else None,
        last=said[-1] if said else None,
    )


def _count(statements: Sequence[SpreadStatement]) -> dict[str, Any]:
    return {
        "statements": len(statements),
        "said": sum(each.times > 0 for each in statements),
        "loosely": sum(bool(each.sayings) and not each.times for each in statements),
        "times": sum(each.times for each in statements),
    }
