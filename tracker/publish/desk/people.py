"""Who may decide: a secret address for each person, then a cookie and a second secret for what writes."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COOKIE: Final = "tracker-desk"
_BYTES: Final = 24


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who decides, with the secrets of this start of the server."""

    name: str
    token: str
    """In the address that is printed, once."""
    cookie: str
    """What a browser has in its place; no script can read it."""
    csrf: str
    """What a page sends with what it writes; no page of another origin can read it."""


def admit(names: Iterable[str]) -> tuple[Person, ...]:
    """Return people with new secrets."""
    return tuple(Person(name, *(secrets.token_urlsafe(_BYTES) for _ in range(3))) for name in names)


def find_by_token(people: Sequence[Person], token: str) -> Person | None:
    """Return whose address has a token."""
    return next((each for each in people if _is_same(each.token, token)), None)


def find_by_cookie(people: Sequence[Person], cookies: Mapping[str, str]) -> Person | None:
    """Return whose cookie a browser has sent."""
    return next((each for each in people if _is_same(each.cookie, cookies.get(COOKIE, ""))), None)


def may_write(person: Person, headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes from a page of ours: by its origin, its site, and the page's own secret.

    ``headers`` have names in small letters; one that has ``host`` was checked by the server.
    """
    return (
        headers.get("origin") == f"http://{headers.get('host')}"
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
        and headers.get("content-type") == "application/json"
        and _is_same(person.csrf, headers.get("x-tracker-csrf", ""))
    )


def set_cookie(person: Person) -> str:
    """Return the header that gives a browser its cookie: until it is closed, for the desk alone."""
    return f"{COOKIE}={person.cookie}; Path=/decide/; HttpOnly; SameSite=Strict"


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
