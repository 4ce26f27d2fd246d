"""What users point at: countries, bodies, sessions, and the references that are made of them.

Each name is imported from its home on first use, 14 ms in all, and each table is read once, when the first
question needs it: many commands are told nothing but an archive.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tracker.references.bodies import Body, SessionKind, SessionStep, find_body, match_bodies
    from tracker.references.countries import (
        Country,
        country_name,
        find_country,
        match_countries,
        own_names,
    )
    from tracker.references.grammar import (
        gather_references,
        gather_words,
        join_words,
        list_references,
        looks_like_reference,
        parse_reference,
    )
    from tracker.references.sessions import (
        Session,
        match_session,
        read_bound,
        read_session,
        read_year,
        resolve_session,
        same_kind,
        session_sort_key,
        sessions_of_year,
    )

OWN_FILE: Final = "bodies.toml"
"""The file in which an archive declares bodies of its own, in its folder beside ``watch.toml``."""

__all__ = [
    "OWN_FILE",
    "Body",
    "Country",
    "Session",
    "SessionKind",
    "SessionStep",
    "country_name",
    "find_body",
    "find_country",
    "gather_references",
    "gather_words",
    "join_words",
    "list_references",
    "looks_like_reference",
    "match_bodies",
    "match_countries",
    "match_session",
    "own_names",
    "parse_reference",
    "read_bound",
    "read_session",
    "read_year",
    "resolve_session",
    "same_kind",
    "session_sort_key",
    "sessions_of_year",
]

_HOMES: Final = {
    "bodies": ("Body", "SessionKind", "SessionStep", "find_body", "match_bodies"),
    "countries": ("Country", "country_name", "find_country", "match_countries", "own_names"),
    "grammar": (
        "gather_references",
        "gather_words",
        "join_words",
        "list_references",
        "looks_like_reference",
        "parse_reference",
    ),
    "sessions": (
        "Session",
        "match_session",
        "read_bound",
        "read_session",
        "read_year",
        "resolve_session",
        "same_kind",
        "session_sort_key",
        "sessions_of_year",
    ),
}
"""The names of each module, but for those that a module itself has: ``bodies`` and ``countries``. By their
names, since an import here would load all of them, and each table, for the one that is asked for."""


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
