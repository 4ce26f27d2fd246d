"""Why a firm status was missed, and how its counts are made."""

from __future__ import annotations

import pytest

from tests.acceptance.calibration import Told, count, find_cause, find_related, is_claimed, ratio_words
from tests.comparisons import reading, topic
from tracker.coding.coded_pairs import CodedPair
from tracker.comparing.topics.certainty import load_certainty

LEAST = load_certainty().find_threshold("new", 0.9)
NAMED = {"new": frozenset({"piracy", "prisons"}), "not repeated": frozenset({"prisons"})}


def _tell(name: str, certainty: float, *, claimed: bool = True, pair: str = "XAA 1-2") -> Told:
    change = topic(name, "new", None, reading("substantive", [0], 0.5))
    known = {"topic": name, "outcome_certainty": certainty, "claimed": claimed}
    held = type(change)(**{field: getattr(change, field) for field in change.__slots__} | known)
    return Told(pair, held, "new", any=True, every=False, agreed=0.5, own=0.5, firm=True)


@pytest.mark.parametrize(
    ("sought", "told", "cause"),
    [
        ("piracy", [_tell("piracy", LEAST)], "claimed"),
        ("piracy", [_tell("piracy", LEAST - 0.01)], "right, but not sure enough to be claimed"),
        ("piracy", [_tell("piracy", 1.0, claimed=False)], "right, but not sure enough to be claimed"),
        ("piracy", [], "too unsure to be told"),
        ("prisons", [], "a term, which may be loose, credits the other side with it"),
        ("corruption", [], "worded without a term"),
        ("free:harps", [], "no topic of the vocabulary"),
    ],
)
def test_each_miss_has_a_cause(sought: str, told: list[Told], cause: str) -> None:
    assert find_cause(sought, "new", told, NAMED) == cause


def test_a_neighbour_that_is_told_instead_is_a_cause_of_its_own() -> None:
    (neighbour, *_) = sorted(find_related("asset-recovery"))
    found = find_cause("asset-recovery", "new", [_tell(neighbour, 0.9)], NAMED)
    assert found == "told under a broader, narrower or neighbouring topic"


def test_less_sure_and_more_counts_as_claimed() -> None:
    told = _tell("piracy", LEAST - 0.01)
    assert not is_claimed(told, 0.9)
    assert is_claimed(told, 0.7)


def test_pairs_of_which_nothing_is_told_count_too() -> None:
    pairs = [CodedPair("XAA", "1", "2", {}), CodedPair("XAA", "2", "3", {})]
    told = [_tell("piracy", 0.5), _tell("prisons", 0.5)]
    assert count(told, pairs, "any") == [(2, 2), (0, 0)]
    assert count(told, pairs, "every") == [(0, 2), (0, 0)]
    assert ratio_words([(1, 2), (1, 2)]) == "0.50 [0.50, 0.50] of 4"
