"""Groups whose statement a speaker aligns with: what they said for all need not be said again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.topics.levels.cues import ready

if TYPE_CHECKING:
    from tracker.model.texts import Version

_WITHIN: Final = r"[^.;]{0,80}?"
_GROUP: Final = r"(?P<group>(?:(?-i:[A-ZÉÀ])|\d)[^,;.()]{2,80}?(?: (?:and|et|y) (?:la )?Chin[ae])?)"
_END: Final = r"(?=\s*(?:[,;.()]|$|\b(?:and|as well|in its capacity|y|et|así|ainsi)\b))"
_ALIGNS: Final[dict[str, tuple[str, str, str]]] = {
    "en": (
        r"\b(?:align|associate)s? (?:(?:it|my|him|her)self |(?:our|them)selves )?(?:fully )?with\b",
        r"\b(?:statement|intervention|remarks|declaration)s?\b",
        r"\b(?:on behalf of|of|by)\s+(?:the )?(?:[^,]{3,40} on behalf of (?:the )?)?",
    ),
    "fr": (
        r"\b(?:s’associe|nous associons|m’associe|s’aligne|fait sienne|souscrit)\b",
        r"\b(?:déclaration|intervention)\b",
        r"(?:\bau nom (?:de la |de l’|du |des |de )|\b(?:de la |de l’|du |des ))\s*",
    ),
    "es": (
        r"\b(?:se adhiere|nos adherimos|se suma|nos sumamos|se asocia|hace suya|se alinea)\b",
        r"\b(?:declaración|intervención)\b",
        r"\b(?:en nombre (?:de la|del|de los|de)|de la|del|de los)\s+",
    ),
}
"""By language: who aligns with, what is aligned with, and whose it is."""

_PATTERNS: Final = {
    language: re.compile(_WITHIN.join((aligns, what, whose + _GROUP + _END)), re.IGNORECASE)
    for language, (aligns, what, whose) in _ALIGNS.items()
}


def find_aligned(version: Version) -> str | None:
    """Return the group whose statement the speaker aligns with, as named; in English, French and Spanish."""
    pattern = _PATTERNS.get("en" if version.language == "und" else version.language)
    if pattern is None:
        return None
    matches = (pattern.search(ready(segment.text)) for segment in version.segments)
    return next((match["group"].strip() for match in matches if match), None)
