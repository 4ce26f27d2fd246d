"""The cues of levels.toml, compiled for a language and for the names of the speaker's own country."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from tracker.inputs.tables import read_packaged
from tracker.topics.vocabulary.stems import find_content

if TYPE_CHECKING:
    from collections.abc import Collection

_FALLBACK: Final = "en"
_NEVER: Final = "(?!)"
_GENERIC, _SHORTEST, _SELF = "generic", "shortest", "self"
_PLAIN: Final = str.maketrans("'ʼ‘，；：。،؛", "’’’,;:.,;")


@dataclass(frozen=True, slots=True)
class Cues:
    """Patterns by the name of their table, and the stems too common to hold a passage together.

    A pattern is compiled when it is first looked for, 1 ms each: titles and ceremony need one of 30.
    """

    sources: dict[str, str]
    generic: frozenset[str]
    shortest: int
    """Words of the shortest sentence that is mainly about something; a shorter one is a fragment."""

    def find(self, name: str, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """Return the first match of a table's patterns in a text made ready by ``ready``.

        From ``start`` on, and as if the text ended at ``end``.
        """
        return self.pattern(name).search(text, start, len(text) if end is None else end)

    def ends(self, name: str, text: str) -> list[int]:
        """Return where the matches of a table's patterns end."""
        return list(_find_ends(self.pattern(name), text))

    def pattern(self, name: str) -> re.Pattern[str]:
        """Return the pattern of a table."""
        return _compile(self.sources[name])


@lru_cache(maxsize=1024)
def _compile(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


@lru_cache(maxsize=4096)
def _find_ends(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    # Roles and certainty ask for the same ones of each sentence.
    return tuple(match.end() for match in pattern.finditer(text))


def ready(text: str) -> str:
    """Return a text of the same length as the patterns expect it.

    It has one apostrophe, the commas, colons and full stops of English, and blanks for line ends.
    """
    return text.translate(_PLAIN).replace("\n", " ")


def load_cues(language: str, own_names: Collection[str] = ()) -> Cues:
    """Return the cues for a language; one without cues of its own has patterns that match nothing."""
    return _load(language if language != "und" else _FALLBACK, tuple(sorted(set(own_names))))


@lru_cache(maxsize=64)
def _load(language: str, own_names: tuple[str, ...]) -> Cues:
    tables = _tables()
    speaker = _speaker(tables[_SELF].get(language, ()), own_names)
    apart = {_SELF, _GENERIC, _SHORTEST}
    rows = {name: table.get(language, ()) for name, table in tables.items() if name not in apart}
    sources = {name: "|".join(row).replace("{self}", speaker) or _NEVER for name, row in rows.items()}
    words = " ".join(tables[_GENERIC].get(language, ()))
    (shortest,) = tables[_SHORTEST].get(language, tables[_SHORTEST][_FALLBACK])
    return Cues(sources, find_content(words, language), int(shortest))


@cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        name: {
            language: (rows,) if isinstance(rows, str) else tuple(rows) for language, rows in table.items()
        }
        for name, table in read_packaged(__package__, "levels.toml").items()
    }


def _speaker(pronouns: tuple[str, ...], own_names: tuple[str, ...]) -> str:
    names = [rf"(?:the )?{re.escape(ready(name))}" for name in sorted(own_names, key=lambda name: -len(name))]
    alternatives = [*names, *pronouns]
    return rf"(?:{'|'.join(alternatives)})" if alternatives else _NEVER
