"""How phrases spread over the countries of a body: who says them, since when and how often."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from tracker.model.spread import Spread, SpreadCountry, SpreadSession
from tracker.references import country_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.follow.tracing.search import TraceQuery
    from tracker.model.spread import SpreadStatement
    from tracker.model.tracing import NearWords


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
    first = {country.country: country.first for country in countries}
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
            _count_session(label, tuple(some), first)
            for label, some in groupby(statements, key=lambda each: each.session)
        ),
        countries=tuple(sorted(countries, key=lambda each: (-each.times, -each.loosely, each.name))),
        near=near,
        statements=tuple(statements),
    )


def _count_session(
    label: str, statements: Sequence[SpreadStatement], first: dict[str, str | None]
) -> SpreadSession:
    countries = dict.fromkeys(each.country for each in statements)
    return SpreadSession(
        **_count(statements),
        session=label,
        year=next((each.year for each in statements if each.year), None),
        newly=tuple(country for country in countries if first[country] == label),
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
