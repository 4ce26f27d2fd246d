from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.deciding import level
from tracker.comparing.decisions.agreement import find_alpha, find_kappa, measure_agreements, share_agreed
from tracker.comparing.shifts.axes import QUESTIONS

COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
"""Cohen (1960), table 2: how often two judges put 200 cases into three categories."""


def test_kappa_of_cohens_example() -> None:
    pairs = [
        (str(one), str(other))
        for one, row in enumerate(COHEN)
        for other, count in enumerate(row)
        for _ in range(count)
    ]
    assert share_agreed(pairs) == pytest.approx(0.70)
    assert find_kappa(pairs) == pytest.approx(0.4915, abs=0.00005)


@pytest.mark.parametrize(
    ("observers", "alpha"),
    [
        (["0100000010", "1110010000"], 0.095),
        (["aabbdcccedda", "babbbccceddd"], 0.692),
        (["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743),
    ],
    ids=["two observers, binary", "two observers, nominal", "four observers, with gaps"],
)
def test_alpha_of_krippendorffs_examples(observers: list[str], alpha: float) -> None:
    """Krippendorff (2011), sections A, B and C: a letter a unit, a full stop where it was not coded."""
    units = [[code for code in codes if code != "."] for codes in zip(*observers, strict=True)]
    assert find_alpha(units) == pytest.approx(alpha, abs=0.0005)


PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)


@given(PAIRS)
def test_neither_measure_minds_who_is_first(pairs: list[tuple[str, str]]) -> None:
    turned = [(other, one) for one, other in pairs]
    assert find_kappa(turned) == find_kappa(pairs)
    assert find_alpha(turned) == find_alpha(pairs)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30))
def test_full_agreement_is_1_where_there_is_anything_to_tell_apart(codes: list[str]) -> None:
    pairs = [(code, code) for code in codes]
    expected = 1 if len(set(codes)) > 1 else None
    assert (find_kappa(pairs), find_alpha(pairs)) == (expected, expected)


def test_nothing_coded_by_both_measures_nothing() -> None:
    assert (find_kappa([]), find_alpha([]), find_alpha([["a"], ["b"]])) == (None, None, None)


def test_people_are_paired_on_what_both_judged() -> None:
    rulings = [
        level("rivers", "declared", person="Ana"),
        level("rivers", "declared", person="Ben"),
        level("lakes", "absent", person="Ana"),
        level("lakes", "mentioned", person="Ben"),
        level("seas", "absent", person="Ben"),
        level("hills", "absent", person="Cy"),
    ]
    (found,) = measure_agreements(rulings, QUESTIONS)
    assert (found.question, found.one, found.other, found.units, found.percent) == (
        "level", "Ana", "Ben", 2, 0.5,
    )  # fmt: skip
