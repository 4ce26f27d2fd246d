"""The coded pairs that come with the program, and how a second reader is measured on them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.benchmarks.make_coded import CODES, PLACE, list_codes, write
from tracker.coding.agreement import _Tally
from tracker.coding.coded_pairs import Codes, code_status, load_coded, load_digests
from tracker.comparing.topics.decided import LEVELS
from tracker.model.measured import CoderMeasured, LevelRow, Scores, Share, StatusRow
from tracker.report.answers.measured import render_measured


def test_the_shipped_codes_are_those_of_the_sheets() -> None:
    assert (PLACE / "codes.csv").read_text(encoding="utf-8") == write(CODES, list_codes())


def test_each_pair_has_two_readers_and_the_digest_of_both_texts() -> None:
    pairs = load_coded()
    assert (len(pairs), len({pair.country for pair in pairs})) == (40, 20)
    assert all(len(pair.readers) == 2 for pair in pairs)
    told = {(pair.country, session) for pair in pairs for session in (pair.old, pair.new)}
    assert told == load_digests().keys()
    levels = Counter(
        level
        for pair in pairs
        for sides in pair.readers.values()
        for codes in sides
        for each in codes.values()
        for level in each
    )
    assert levels.keys() <= set(LEVELS)


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("absent", "declared", "new"),
        ("substantive", "absent", "not repeated"),
        ("mentioned", "absent", None),
        ("mentioned", "substantive", "moved up"),
        ("declared", "substantive", "moved down"),
        ("substantive", "substantive", "kept"),
    ],
)
def test_levels_give_a_status(old: str, new: str, status: str | None) -> None:
    assert code_status(old, new) == status


def test_true_is_what_a_reader_allows_and_found_what_all_say_without_another_choice() -> None:
    tally = _Tally()
    firm: tuple[Codes, Codes] = (
        {},
        {"a": ("substantive",), "b": ("substantive", "absent"), "c": ("substantive",)},
    )
    other: tuple[Codes, Codes] = ({}, {"a": ("declared",), "c": ("mentioned",)})
    tally.add({"a": "new", "b": "new", "c": "new", "d": "new"}, [firm, other])
    assert tally.score("new") == Scores(Share(3, 4), Share(1, 1))


def test_what_was_measured_is_printed_within_the_width() -> None:
    scores = Scores(Share(9, 10), Share(0, 0))
    found = CoderMeasured(
        "stub", 40, 20, 1436, 3, 2, 282_031, 3.9, None, (StatusRow("new", scores, scores, scores),),
        (LevelRow("all levels", 0.39, None),),
    )  # fmt: skip
    text = render_measured(found)
    assert "282,031 tokens, 3.9 seconds" in " ".join(text.split())
    assert ".90 (10)" in text
    assert "answers as by chance, or too few rows" in text
    assert max(map(len, text.splitlines())) <= 80
