"""Names joined by ``and``: two, as ``Kenya and Chad``, or one, as ``Bosnia and Herzegovina``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.comparing.names.held import WORD
from tracker.comparing.passages.terms import load_terms
from tracker.references.countries import match_countries

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "names.toml"
_AND = re.compile(r"\s(?:and|et|y)\s(?:al |a |à )?(?P<article>the |la |el |le |les |los |las |l['’])?")


def split_joined(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where the names in a run of large words begin and end.

    Two are countries, parts of the world, persons with a title, names with an article, or single words
    that are no half of a name: ``Piraeus and Thessaloniki``, but ``Health and Social Welfare``.
    """
    titles = *load_terms(_FILE, "titles", language), *load_terms(_FILE, "abbreviations", language)
    tables = ("regions", "continents", "directions")
    regions, continents, directions = (load_terms(_FILE, table, language) for table in tables)
    places = list(_AND.finditer(text))
    ends = [*(place.start() for place in places), len(text)]
    start = 0
    for at, middle in enumerate(places):
        first, last = text[start : ends[at]], text[middle.end() : ends[at + 1]]
        title = " " in last and (WORD.match(last) or [""])[0].lower() in titles
        two = any(match_countries(part) or part.lower() in continents for part in (first, last))
        single = len(places) == 1 and not any(map(_may_be_half, (first, last)))
        inside = (
            {first.lower()} & {*directions}
            or last.lower() in regions
            or any(match_countries(text[start:end]) for end in ends[at + 1 : at + 3])
        )
        if not inside and (two or title or single or middle["article"]):
            yield start, ends[at]
            start = middle.end()
    yield start, len(text)


def _may_be_half(part: str) -> bool:
    halves = {*load_terms(_FILE, "things", "en"), *load_terms(_FILE, "halves", "en")}
    return " " in part or part.lower() in halves
