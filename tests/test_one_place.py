"""What is enumerated has one table: no module lists words of it anew, and each row says all that is asked."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, Final, get_args

import pytest

from tests.running import ROOT
from tracker.model.changes import Operation
from tracker.model.facts import NAMES
from tracker.model.texts import TextKind
from tracker.model.topics import DROPPED, MOVES, STATUSES, TAKEN_UP, Family, Status
from tracker.record.schema.migrations import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE: Final = ROOT / "tracker"
ENUMERATED: Final = {
    "facts": (frozenset(NAMES), {"model/facts.py"}),
    "kinds": (frozenset(get_args(TextKind)), {"model/texts.py"}),
    "statuses": (frozenset(STATUSES) - set(get_args(Operation)), {"model/topics.py"}),
}
"""By what it is: its words, and the modules that list them."""
_LEAST: Final = 3
"""So many of the words beside each other are a list of them."""


def list_words(node: ast.AST) -> Iterator[object]:
    """Yield the texts that stand beside each other in a tuple, list, set or table, or in one text."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            yield from (each.value for each in parts if isinstance(each, ast.Constant))
        case ast.Dict(keys=parts):
            yield from (each.value for each in parts if isinstance(each, ast.Constant))
        case ast.Constant(value=str(text)):
            yield from re.findall(r"[\w-]+", text) if len(text) < 200 else ()


@cache
def read_lists() -> tuple[tuple[str, frozenset[object]], ...]:
    """Return what stands beside each other, with the module that has it."""
    return tuple(
        (place.relative_to(PACKAGE).as_posix(), some)
        for place in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(place.read_text("utf-8")))
        if len(some := frozenset(list_words(node))) >= _LEAST
    )


def find_lists(words: frozenset[str]) -> set[str]:
    """Return the modules that list some words."""
    return {place for place, some in read_lists() if len(words & some) >= _LEAST}


@pytest.mark.parametrize("what", ENUMERATED)
def test_it_is_listed_in_one_place(what: str) -> None:
    words, places = ENUMERATED[what]
    assert find_lists(words) <= places


def test_the_table_of_statuses_has_each_in_its_order() -> None:
    assert tuple(STATUSES) == get_args(Status)
    assert {entry.family for entry in STATUSES.values()} == {*get_args(Family)}
    assert sorted(entry.place for entry in STATUSES.values()) == [*range(len(STATUSES))]
    assert (TAKEN_UP, DROPPED) == (("new", "back"), ("not repeated",))
    assert {way: MOVES[way] for way in (-1, 0, 1)} == {-1: "moved down", 0: "kept", 1: "moved up"}


@pytest.mark.parametrize("status", STATUSES)
def test_a_row_of_statuses_fits_together(status: Status) -> None:
    entry = STATUSES[status]
    assert STATUSES[entry.coded].coded == entry.coded
    assert STATUSES[entry.coded].family == STATUSES[entry.claimed_as].family == entry.family
    assert abs(entry.gains) <= 1
    assert bool(entry.opening) == bool(entry.gains) == (status != "kept")
    asked = entry.question.format(topic="T", old="O", new="N", before="B", after="A")
    assert {"T", "O", "N"} <= {*re.findall(r"\b[A-Z]\b", asked)}


def test_the_record_takes_each_kind_of_text_and_describes_it() -> None:
    checked = re.search(r"kind IN \(([^)]*)\)", dict(MIGRATIONS)["0001_archive"])
    assert checked
    assert re.findall(r"'(\w+)'", checked[1]) == [*get_args(TextKind)]
    for place in (
        PACKAGE / "record" / "schema" / "descriptions.toml",
        PACKAGE / "exchange" / "bag_readme.txt",
    ):
        text = place.read_text("utf-8")
        assert [kind for kind in get_args(TextKind) if kind not in text] == []
