"""The packaged tables of this part of the program, read once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tracker.inputs.compiled import read_packaged
from tracker.model.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TermTable: TypeAlias = dict[str, tuple[str, ...]]
"""Entries by language; ``any`` holds in all of them."""


@cache
def read_tables(name: str) -> dict[str, TermTable]:
    """Return the tables of ``<name>.toml``: table name, then language, then entries."""
    return read_packaged(__package__, f"{name}.toml")


@cache
def all_entries(name: str, table: str) -> frozenset[str]:
    """Return what a table of ``<name>.toml`` holds in any language."""
    return frozenset(entry for entries in read_tables(name)[table].values() for entry in entries)


def entries_for(table: TermTable, language: str) -> tuple[str, ...]:
    """Return what a table holds for a language; for an unknown language, what it holds for all."""
    if language not in table and language not in KNOWN:
        return tuple(dict.fromkeys(entry for entries in table.values() for entry in entries))
    return table.get("any", ()) + table.get(language, ())


class Stops(NamedTuple):
    """What ``sentences.toml`` says for one language."""

    leading: frozenset[str]
    numbered: frozenset[str]
    either: frozenset[str]
    closing: frozenset[str]
    measures: frozenset[str]
    hours: frozenset[str]
    heads: frozenset[str]
    openers: frozenset[str]
    starters: frozenset[str]
    after_comma: frozenset[str]
    introducing: frozenset[str]
    connecting: frozenset[str]
    adverbials: frozenset[str]
    subordinating: frozenset[str]
    offices: frozenset[str]
    holders: frozenset[str]
    said: frozenset[str]
    counters: frozenset[str]
    notes: frozenset[str]
    dated: frozenset[str]
    amounting: frozenset[str]
    clauses: frozenset[str]
    abbreviated: frozenset[str]
    """The last word of each that a full stop abbreviates, and the same in capitals."""
    leading_in: frozenset[str]
    """The first word of each that only says when, where or in what regard."""


_ABBREVIATED = ("leading", "numbered", "either", "closing", "measures")


@cache
def read_stops(language: str) -> Stops:
    """Return the tables of the ends of sentences for a language."""
    tables = {**read_tables("sentences"), "clauses": read_tables("lines")["clauses"]}
    stops = {table: frozenset(entries_for(tables[table], language)) for table in tables}
    words = {entry.rpartition(" ")[2] for table in _ABBREVIATED for entry in stops[table]}
    return Stops(
        **stops,
        abbreviated=frozenset(words | {word.upper() for word in words}),
        leading_in=stops["adverbials"] | {entry.partition(" ")[0] for entry in stops["connecting"]},
    )


def read_by_name(table: Mapping[str, float], names: Sequence[str]) -> tuple[float, ...]:
    """Return the numbers of a table in the order of their names; it must hold these, and no others."""
    if table.keys() != set(names):
        raise ValueError(f"not the names of these weights: {sorted(table.keys() ^ set(names))}")
    return tuple(table[name] for name in names)


KNOWN = frozenset[str](LANGUAGES)
"""The languages the tables are written for: the six of the UN."""
