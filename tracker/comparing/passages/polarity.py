"""The patterns of ``polarity.toml``: what denies, opposites, and acts that undo each other."""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.comparing.passages.forms import bind_forms
from tracker.comparing.passages.terms import read_rules
from tracker.inputs.compiled import read_compiled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.comparing.passages.forms import Bound

FILE: Final = "polarity.toml"
DOES: Final = "does"
"""The group of the acts of a row that others undo."""
_TABLES: Final = (
    "denials",
    "concord",
    "apart",
    "nobody",
    "carriers",
    "lasting",
    "stages",
    "joints",
    "exceptions",
)
_ACTS: Final = "acts"


@cache
def compile_table(name: str, language: str) -> re.Pattern[str]:
    """Return a pattern of the words of a table, the longest first."""
    return re.compile(*load_polarity(language)[name])


@cache
def list_opposites(language: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Return for each row a pattern of what affirms and one of what denies."""
    rows = _list_rows("opposites", language)
    return tuple((compile_table(yes, language), compile_table(no, language)) for yes, no in rows)


def compile_acts(language: str) -> re.Pattern[str]:
    """Return a pattern of all acts that undo each other."""
    return compile_table(_ACTS, language)


@cache
def list_acts(language: str) -> tuple[re.Pattern[str], ...]:
    """Return for each row a pattern of its acts, in the group ``DOES`` those that the others undo."""
    return tuple(compile_table(_join(*row), language) for row in _list_rows("contraries", language))


@cache
def load_polarity(language: str) -> Mapping[str, Bound]:
    """Return the patterns of a language by their tables, and those of rows by what is in them."""
    own = Path(__file__)
    sources = [own, *map(own.with_name, (FILE, "forms.py"))]
    tables: Mapping[str, Bound] = read_compiled(
        own.with_name(f"polarity.{language}"), sources, partial(_bind, language)
    )
    return tables


def _bind(language: str) -> dict[str, Bound]:
    tables = {name: tuple(read_rules(FILE)[name].get(language, ())) for name in _TABLES}
    tables |= {words: (words,) for row in _list_rows("opposites", language) for words in row}
    acts = list(_list_rows("contraries", language))
    tables |= {_join(*row): (_join(*row),) for row in acts}
    tables[_ACTS] = tuple(words for row in acts for words in row)
    return {
        name: bind_forms(sorted(words, key=len, reverse=True), language) for name, words in tables.items()
    }


def _list_rows(name: str, language: str) -> Iterator[tuple[str, str]]:
    for table in read_rules(FILE)[name]:
        if table["language"] == language:
            yield from table["rows"]


def _join(does: str, undoes: str) -> str:
    return f"(?P<{DOES}>{does})|(?P<undoes>{undoes})"
