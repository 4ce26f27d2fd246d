"""What the scorer of the final pairs counts: claims of directions, and readers by each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.final_pairs import Score, count_firm, leave_out_reader, list_claims, repeat_reader
from tests.benchmarks.directions import Judged, read_answers
from tests.coded_sheets import FOLDERS, load_speech
from tests.comparisons import topic

if TYPE_CHECKING:
    from pathlib import Path

SHEET = """\
reader,country,old,new,topic,direction,or,old_share,new_share
A,FRA,1,2,piracy,more,,1,9
B,FRA,1,2,piracy,more,,2,8
A,FRA,1,2,health,same,less,5,4
B,FRA,1,2,health,less,,5,3
A,FRA,1,2,oceans,less,,5,1
"""
PAIR = ("FRA", "1", "2")


def test_a_direction_is_true_where_a_reader_allows_it_and_firm_where_all_gave_it_alone(
    tmp_path: Path,
) -> None:
    sheet = tmp_path / "directions.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    topics = read_answers(sheet)[PAIR]
    cases = {
        ("piracy", "more"): (True, True, True),
        ("piracy", "less"): (False, False, False),
        ("health", "less"): (True, True, False),
        ("health", "same"): (True, True, False),
        ("oceans", "less"): (True, True, True),
    }
    for (name, direction), expected in cases.items():
        score = Score(PAIR, direction, tuple(topics[name].values()))
        assert (score.given, score.allowed, score.firm) == expected
    assert [count_firm(topics, {each}, 2) for each in ("more", "less", "same")] == [1, 0, 0]


def test_a_reader_is_scored_by_the_other_on_what_both_coded(tmp_path: Path) -> None:
    sheet = tmp_path / "directions.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    coded = read_answers(sheet)
    assert repeat_reader(coded, "A") == [
        Score(PAIR, "more", (("more",),)),
        Score(PAIR, "same", (("less",),)),
    ]
    assert leave_out_reader(coded[PAIR], "A") == {"piracy": {"B": ("more",)}, "health": {"B": ("less",)}}


def test_only_what_is_claimed_counts() -> None:
    answers = {"A": ("less",), "B": ("less", "same")}
    judged = [
        Judged(PAIR, replace(topic("Health", "less", None, None), claimed=claimed), answers)
        for claimed in (True, False)
    ]
    assert list_claims(judged) == [Score(PAIR, "less", (("less",), ("less", "same")))]


def test_speeches_are_found_in_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_CORPORA", str(tmp_path))
    for session, folder in enumerate(FOLDERS, start=30):
        place = tmp_path / folder / "FRA" / f"{session}_1975.txt"
        place.parent.mkdir(parents=True)
        place.write_text(f"We spoke at session {session}.", encoding="utf-8")
    for session in (30, 31):
        side = load_speech("FRA", str(session))
        assert (side.country, side.version.text) == ("FRA", f"We spoke at session {session}.")
    with pytest.raises(FileNotFoundError, match="FRA 32 is missing"):
        load_speech("FRA", "32")
