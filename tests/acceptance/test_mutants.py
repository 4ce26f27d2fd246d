"""The mistakes that are made in the program: of each kind one, and none in what nobody runs."""

from __future__ import annotations

import ast
from random import Random

from tests.acceptance.mutants.changes import draw, find_function, find_lines, list_mutants
from tests.running import ROOT

MODULE = '''"""Says 7 things."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from elsewhere import Thing

Kind = Literal["one", "two"]
MOST = 3


def choose(things: "list[Thing]", least: int = 1) -> bool:
    """Return True for 5 things."""
    kept = sorted(each for each in things if each.size >= least and not each.is_gone)
    if not kept:
        raise ValueError("there are 9 too few")
    kept.append(min(kept, key=len))
    return len(kept) < MOST
'''

EXPECTED = [
    "boolean: and -> or",
    "comparison: < -> <=",
    "comparison: < -> >=",
    "comparison: >= -> <",
    "comparison: >= -> >",
    "condition left out: each.size >= least and x -> True",
    "condition negated: each.size >= least and x -> (not (each.size >= least and x))",
    "condition negated: not kept -> (not (not kept))",
    "constant: 1 -> 2",
    "constant: 3 -> 2",
    "constant: 3 -> 4",
    "argument left out: min(kept, key=len) -> min(kept)",
    "name: append -> extend",
    "name: min -> max",
    "name: sorted -> list",
    "not left out: not each.is_gone -> bool(each.is_gone)",
    "not left out: not kept -> bool(kept)",
    "return value: len(kept) < MOST -> not (len(kept) < MOST)",
    'statement left out: raise ValueError("there are 9 too few") -> pass',
    "statement left out: kept.append(min(kept, key=len)) -> pass",
]


def test_each_kind_of_mistake_is_made_and_none_in_words_types_and_messages() -> None:
    shown = [each.show(MODULE).split(" ", 1)[1] for each in list_mutants("a.py", MODULE)]
    shown = [
        each.replace("(not each.is_gone)", "x").replace("and not each.is_gone", "and x") for each in shown
    ]
    assert sorted(shown) == sorted(EXPECTED)


def test_a_mutant_is_the_module_with_one_mistake() -> None:
    made = {each.apply(MODULE) for each in list_mutants("a.py", MODULE)}
    assert MODULE not in made
    assert len(made) == len(EXPECTED)
    assert len({ast.dump(ast.parse(text)) for text in made}) == len(made)


def test_tests_are_chosen_by_the_lines_that_meet_it() -> None:
    texts = {"a.py": MODULE, "b.py": "def show():\n    return MOST\n"}
    by_kind = {each.show(MODULE).split(" ", 1)[1]: each for each in list_mutants("a.py", MODULE)}
    for kind, lines, first in (
        ("name: sorted -> list", [("a.py", 14)], 12),
        ("constant: 1 -> 2", [("a.py", line) for line in range(13, 19)], 0),
        ("constant: 3 -> 4", [("a.py", 18), ("b.py", 2)], 0),
    ):
        assert list(find_lines(by_kind[kind], texts)) == lines
        assert find_function(by_kind[kind], MODULE) == first


def test_the_same_seed_draws_the_same_and_a_room_is_kept_to() -> None:
    drawn, again = (draw(ROOT, 5, Random(7), "text") for _ in range(2))  # noqa: S311 (a draw)
    assert drawn == again
    assert len(drawn) == 5
    assert all(each.module.startswith("tracker/text/") for each in drawn)
