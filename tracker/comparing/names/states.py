"""States and groups by their names and adjectives, folded once, when the program is installed."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.inputs.compiled import read_compiled
from tracker.references.countries import countries
from tracker.references.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.references.countries import Country

UMLAUT: Final = "ii"
"""What scans make of ``ü``; no state has it in its name."""
_REFERENCES: Final = Path(__file__).parents[2] / "references"
_SOURCES: Final = ("countries.toml", "countries.py", "names.py")


class States(NamedTuple):
    """What names of states and groups stand for, all folded."""

    codes: Mapping[str, frozenset[str]]
    """The codes that a name or adjective may mean; a former state is its one heir."""
    sole: Mapping[str, str]
    """The code of the country itself, by names and adjectives that only one has."""
    nouns: frozenset[str]
    """Names that are no adjectives."""
    first_words: frozenset[str]
    """The first words of all of them, without the s of a plural."""
    groups: frozenset[str]
    """The codes of groups, as they are written."""


@cache
def load_states() -> States:
    """Return what the names of states and groups stand for."""
    # 5 ms to fold them all, and one to read what the installation made of them.
    place = Path(__file__).with_name("states")
    sources = [*(_REFERENCES / name for name in _SOURCES), Path(__file__)]
    return States(*read_compiled(place, sources, _fold_states))


def _fold_states() -> States:
    codes, own = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    nouns = set[str]()
    for country in countries():
        heir = country.successors[0] if len(country.successors) == 1 else country.code
        nouns.update(map(fold_name, _list_names(country)))
        for name in (*_list_names(country), *country.adjectives):
            codes[fold_name(name)].add(heir)
        for name in (country.name, *country.names, *country.adjectives):
            own[fold_name(name)].add(country.code)
    groups = frozenset(country.code for country in countries() if country.kind == "group")
    for code in groups:
        codes[fold_name(code)].add(code)
    return States(
        codes={name: frozenset(found) for name, found in codes.items()},
        sole={name: next(iter(found)) for name, found in own.items() if len(found) == 1},
        nouns=frozenset(nouns).union(map(fold_name, groups)),
        first_words=frozenset(name.split()[0].removesuffix("s") for name in codes),
        groups=groups,
    )


def _list_names(country: Country) -> list[str]:
    """Return the names of a state, as scans read them too: Tiirkiye."""
    names = [country.name, *country.names]
    return names + [name.replace("ü", UMLAUT) for name in names if "ü" in name]
