"""Words of a command line that make references: a session, or a body, may stand apart from its series."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from tracker.errors import ReferenceInvalid
from tracker.references.bodies import match_bodies
from tracker.references.countries import match_countries
from tracker.references.grammar import looks_like_reference
from tracker.references.sessions import match_session

if TYPE_CHECKING:
    from collections.abc import Sequence

_SESSION = re.compile(r"[\w-]*[0-9][\w-]*(?:[~@].*)?")


def gather_words(words: Sequence[str]) -> list[str]:
    """Join the words of a series: ``United Kingdom UNGA 79`` is ``United Kingdom/UNGA`` and ``79``."""
    for length in range(1, len(words) + 1):
        head, rest = " ".join(words[:length]), words[length:]
        if looks_like_reference(head):
            return [head, *rest]
        if rest and match_countries(head) and looks_like_reference(f"{head}/{rest[0]}"):
            return [f"{head}/{rest[0]}", *rest[1:]]
    return list(words)


def gather_references(words: Sequence[str]) -> list[str]:
    """Join what belongs together: ``GBR/UNGA 79 FRA/UNGA/79`` is ``GBR/UNGA/79`` and ``FRA/UNGA/79``."""
    found: list[list[str]] = []
    for word in words:
        if found and looks_like_reference(found[-1][0]) and _is_session(found[-1][0], word):
            found[-1].append(word)
        else:
            found.append([word])
    return ["/".join(parts) for parts in found]


def list_references(words: Sequence[str]) -> list[str]:
    """Return what words name, a series with each of its sessions: of ``GBR/UNGA 78 79`` two statements."""
    place, *rest = gather_words(words)
    if not (looks_like_reference(place) and all(_is_session(place, word) for word in rest)):
        return gather_references([place, *rest])
    country, body, *session = place.split("/")
    whole = [place] if session or not rest else []
    return [*whole, *(f"{country}/{body}/{word}" for word in rest)]


def _is_session(series: str, word: str) -> bool:
    body = series.split("/")[1].strip()
    label = re.split("[~@]", word, maxsplit=1)[0]
    return "/" not in word and any(match_session(place, label) for place in match_bodies(body))


def join_words(words: Sequence[str]) -> str:
    """Return the reference that words of a command line make, ``GBR/UNGA 79``, or a file with blanks.

    Raises ``ReferenceInvalid`` for two sessions.
    """
    place, *rest = gather_words(words)
    if not (rest and (_SESSION.fullmatch(rest[0]) or looks_like_reference(place))):
        return " ".join((place, *rest))
    if rest[1:] and all(each.isdigit() for each in rest):
        written, command = " ".join((place, *rest)), shlex.join(["tracker", "diff", place, *rest])
        raise ReferenceInvalid(f"{written}: one session is needed; to compare: {command}")
    return "/".join((place, *rest))
