"""The languages that there are rules for: one row each, with what it has, and why it has not the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Script = Literal["Latin", "Cyrillic", "Arabic", "Chinese"]
Part = Literal[
    "detection", "segments", "tokens", "stems", "cues", "ceremony", "force", "dates", "figures", "names",
    "admission", "phrases", "prior", "search", "adverbs", "joined", "bystanders", "named", "inside",
    "certainty",
]  # fmt: skip
"""What rules there are: by which words a language is told; where sentences and words end; stems; what is done
with a topic, and greetings; strength; dates; figures; names inside an edit; what is no statement; phrases,
and how usual they are; terms sought by how words begin; adverbs of manner; whose statement is joined; states
that only border on a crisis; who is named now and no longer; what changed inside a topic; certainties."""

_UNMEASURED: Final = "nothing was measured in it: readers have coded English speeches alone"
_UNWRITTEN: Final = "nobody has written rules for it yet"
_STEMS_DIFFER: Final = "its stems do not keep the beginnings of words, or no blank shows where they begin"
_NO_COUNT: Final = "no speeches in it were counted, so that every phrase counts as equally usual"
_ENGLISH: Final = dict.fromkeys(("certainty", "inside", "named"), _UNMEASURED) | {"prior": _NO_COUNT}
_OTHER_SCRIPT: Final = {
    **_ENGLISH,
    "search": _STEMS_DIFFER,
    "adverbs": "no ending makes an adverb of manner in it",
    "joined": _UNWRITTEN,
    "bystanders": _UNWRITTEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageEntry:
    """What a language is called, how it is written, and which rules there are for it."""

    name: str
    tag: str
    """As Word names it, with a region."""
    script: Script = "Latin"
    bounds: Literal["both", "beginning", "none"] = "both"
    """Where nothing is written onto a word, so that its bounds show: inflection changes the end, and prefixes
    the beginning; in Chinese nothing divides words."""
    lacks: Mapping[str, str] = field(default_factory=dict)
    """Parts that there are no rules for, and why; all others it has."""


LANGUAGES: Final[Mapping[str, LanguageEntry]] = {
    "en": LanguageEntry(name="English", tag="en-GB"),
    "fr": LanguageEntry(name="French", tag="fr-FR", lacks=_ENGLISH),
    "es": LanguageEntry(name="Spanish", tag="es-ES", lacks=_ENGLISH),
    "ru": LanguageEntry(
        name="Russian", tag="ru-RU", script="Cyrillic", bounds="beginning", lacks=_OTHER_SCRIPT
    ),
    "ar": LanguageEntry(name="Arabic", tag="ar-SA", script="Arabic", bounds="none", lacks=_OTHER_SCRIPT),
    "zh": LanguageEntry(
        name="Chinese",
        tag="zh-CN",
        script="Chinese",
        bounds="none",
        lacks={
            **_OTHER_SCRIPT,
            "stems": "its words have no endings",
            "phrases": "nothing divides its words, so that no phrase shows where it ends",
        },
    ),
}
"""The one table of languages, in the order of the United Nations' own lists of them."""
LATIN: Final = tuple(language for language, entry in LANGUAGES.items() if entry.script == "Latin")


def has(language: str, part: Part) -> bool:
    """Tell whether there are rules of a part for a language."""
    return language in list_with(part)


def list_with(part: Part) -> tuple[str, ...]:
    """Return the languages that there are rules of a part for."""
    return tuple(language for language, entry in LANGUAGES.items() if part not in entry.lacks)
