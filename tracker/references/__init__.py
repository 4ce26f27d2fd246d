"""What users point at: countries, bodies, sessions, and the references that are made of them.

Importing this loads no table; each is read once, when the first question needs it.
"""

from __future__ import annotations

from tracker.references.bodies import Body, SessionKind, SessionStep, bodies, find_body, match_bodies
from tracker.references.countries import Country, countries, country_name, find_country, own_names
from tracker.references.grammar import looks_like_reference, parse_reference
from tracker.references.sessions import (
    Session,
    match_session,
    read_session,
    resolve_session,
    same_kind,
    session_sort_key,
)
from tracker.references.typed import gather_references, gather_words, join_words

__all__ = [
    "Body",
    "Country",
    "Session",
    "SessionKind",
    "SessionStep",
    "bodies",
    "countries",
    "country_name",
    "find_body",
    "find_country",
    "gather_references",
    "gather_words",
    "join_words",
    "looks_like_reference",
    "match_bodies",
    "match_session",
    "own_names",
    "parse_reference",
    "read_session",
    "resolve_session",
    "same_kind",
    "session_sort_key",
]
