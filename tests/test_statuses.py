from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.comparing.topics.mentions import find_own_situations
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.shares import Chances, Occupancy, compare_shares, find_least, find_likeliest
from tracker.comparing.topics.statuses import (
    OtherSessions,
    ReadText,
    compare_topics,
    decide_status,
    find_closest,
)
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.topics import LIKELY_FROM, SURE, TopicChange, TopicReading
from tracker.report.comparison.words import status_mark
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Level, Status

UN = load_vocabulary()
FILLER = "The harbour was quiet in the morning. Boats came in before noon. Nobody spoke about the weather. "
PIRACY = "We will end piracy on our coast."
CORRUPTION = "We will prosecute corruption in every ministry."

LEVELS = (
    (None, "substantive", "new"),
    (None, "declared", "new"),
    ("mentioned", "substantive", "moved up"),
    ("acknowledged", "declared", "moved up"),
    ("substantive", "declared", "moved up"),
    ("substantive", "substantive", "kept"),
    ("declared", "declared", "kept"),
    ("declared", "substantive", "moved down"),
    ("substantive", "mentioned", "moved down"),
    ("declared", "acknowledged", "moved down"),
    ("substantive", None, "not repeated"),
    ("declared", None, "not repeated"),
)


ALIKE: Chances = {"more": 0.2, "kept": 0.6, "less": 0.2}


@pytest.mark.parametrize(("before", "after", "status"), LEVELS)
def test_levels_decide_the_status(before: Level | None, after: Level | None, status: Status) -> None:
    assert decide_status(before, after, ALIKE) == status


def test_a_new_topic_that_was_a_priority_before_has_returned() -> None:
    assert decide_status(None, "declared", ALIKE, returning=True) == "back"


@pytest.mark.parametrize(
    ("chances", "status"),
    [
        ((0.5, 0.4, 0.1), "more"),
        ((0.1, 0.4, 0.5), "less"),
        ((0.3, 0.4, 0.3), "kept"),
        ((0.4, 0.4, 0.2), "kept"),
    ],
)
def test_of_one_level_it_is_what_readers_most_likely_say_of_the_share(
    chances: tuple[float, float, float], status: Status
) -> None:
    statuses: tuple[Status, ...] = ("more", "kept", "less")
    said = dict(zip(statuses, chances, strict=True))
    assert decide_status("substantive", "substantive", said) == status


def _compare(
    old: str,
    new: str,
    earlier: dict[str, frozenset[str]] | None = None,
    between: dict[str, frozenset[str]] | None = None,
    own_names: tuple[str, ...] = (),
) -> dict[str, TopicChange]:
    sides = [read_text(text, language="en") for text in (old, new)]
    readings = [read_topics(side, UN, own_names=own_names) for side in sides]
    others = OtherSessions(earlier or {}, between or {})
    own = find_own_situations(UN, own_names)
    before, after = map(ReadText, sides, readings)
    changes, _ = compare_topics(before, after, UN, others, own=own)
    return {change.topic: change for change in changes}


def test_new_dropped_and_returned() -> None:
    changes = _compare(f"{FILLER}\n\n{PIRACY}", f"{FILLER}\n\n{CORRUPTION}")
    assert {topic: change.outcome for topic, change in changes.items()} == {
        "corruption": "new",
        "piracy": "not repeated",
    }
    again = _compare(f"{FILLER}\n\n{PIRACY}", f"{FILLER}\n\n{CORRUPTION}", {"29": frozenset({"corruption"})})
    assert again["corruption"].outcome == "back"


@pytest.mark.parametrize(
    ("earlier", "between", "status", "last"),
    [
        (("28", "29"), (), "back", "29"),
        (("28", "29"), ("31", "32"), "back", "32"),
        (("28",), ("31",), "back", "31"),
        ((), ("31", "32"), "new", None),
    ],
)
def test_when_it_was_last_a_priority_is_told_of_all_sessions_before_the_new_one(
    earlier: tuple[str, ...], between: tuple[str, ...], status: str, last: str | None
) -> None:
    before, since = (
        {label: frozenset({"corruption"}) for label in some[::-1]} for some in (earlier, between)
    )
    change = _compare(f"{FILLER}\n\n{PIRACY}", f"{FILLER}\n\n{CORRUPTION}", before, since)["corruption"]
    assert (change.outcome, change.last) == (status, last)


HOME = "We will rebuild Donbas. We demand that Crimea be freed. Crimea is Ukraine."


def test_of_a_situation_at_home_no_change_is_told() -> None:
    texts = f"{FILLER}\n\n{PIRACY}", f"{FILLER}\n\n{PIRACY} {HOME}"
    assert "situation-ukraine" in _compare(*texts)
    assert "situation-ukraine" not in _compare(*texts, own_names=("Ukraine", "Ukrainian"))
    assert "piracy" in _compare(*texts, own_names=("Ukraine", "Ukrainian"))


@pytest.mark.parametrize(
    ("outcome", "shares", "claimed", "likely"),
    [
        ("moved up", (0.4, 0.1), False, None),
        ("moved down", (0.1, 0.4), False, None),
        ("moved up", (0.1, 0.4), False, "moved up"),
        ("moved down", (0.4, 0.1), False, "moved down"),
        ("moved up", (0.2, 0.2), False, "moved up"),
        ("moved up", (0.4, 0.1), True, None),
    ],
)
@pytest.mark.parametrize("certainty", [0.6, None])
def test_what_is_unsure_and_goes_against_its_share_is_unclear(
    outcome: Status,
    shares: tuple[float, float],
    *,
    claimed: bool,
    likely: str | None,
    certainty: float | None,
) -> None:
    old, new = (TopicReading("t", "substantive", (0,), 9, share, 0, "rule") for share in shares)
    change = TopicChange(
        "t", "T", "theme", outcome, old, new, outcome_certainty=certainty, measured=True, claimed=claimed
    )
    assert (change.status, change.likely) == (outcome if claimed else None, likely)
    assert change.unclear is not bool(change.status or change.likely)
    assert (status_mark(change) == "") is change.unclear


@pytest.mark.parametrize(
    ("levels", "share", "claimed", "unsure", "likely"),
    [
        (0.8, 0.65, False, False, "kept"),
        (0.8, 0.6, False, False, None),
        (0.5, None, False, False, "kept"),
        (0.49, None, False, False, None),
        (0.9, 0.5, False, True, None),
        (0.9, 0.6, False, True, "kept"),
        (0.9, 0.5, True, False, None),
    ],
)
def test_what_is_likely_has_a_certainty_of_a_half_at_least(
    levels: float, share: float | None, *, claimed: bool, unsure: bool, likely: str | None
) -> None:
    old, new = (TopicReading("t", "substantive", (0,), 9, 0.2, 0, "rule") for _ in range(2))
    change = TopicChange(
        *("t", "T", "theme", "kept", old, new),
        outcome_certainty=levels,
        share_certainty=share,
        measured=True,
        claimed=claimed,
        share_unsure=unsure,
    )
    assert (change.status, change.likely) == ("kept" if claimed else None, likely)
    assert (change.certainty is None) is change.unclear is (likely is None and not claimed)
    assert change.is_open is not (claimed or unsure)


def test_what_is_not_repeated_comes_with_the_closest_passage() -> None:
    changes = _compare(f"{FILLER}\n\n{PIRACY}", f"{FILLER}\n\n{CORRUPTION} Our coast is long.")
    closest = changes["piracy"].closest
    assert closest is not None
    assert 0 < closest.score <= 1
    assert changes["corruption"].closest is None


PASSING = (
    "Some speak of piracy, of legal aid, of corruption, of firearms and of asset recovery.",
    "There is piracy, we hear.",
    "He said that piracy had ended.",
    "During the years of piracy nobody sailed.",
)


@pytest.mark.parametrize("text", PASSING)
def test_what_is_named_once_in_passing_is_not_claimed_to_be_new_or_dropped(text: str) -> None:
    bare, passing = FILLER, f"{FILLER}\n\n{FILLER}{text}"
    assert "piracy" in {reading.topic for reading in read_topics(read_text(passing, language="en"), UN)}
    for old, new in ((bare, passing), (passing, bare)):
        assert not [change for change in _compare(old, new).values() if change.claimed]


def test_a_narrower_topic_is_enough_for_a_broader_one_not_to_be_dropped() -> None:
    changes = _compare(
        f"{FILLER}\n\nWe will fight climate change.",
        f"{FILLER}\n\nWe will pay into the fund for loss and damage.",
    )
    assert {topic: change.outcome for topic, change in changes.items()} == {
        "climate-change": "moved down",
        "loss-and-damage": "new",
    }


def test_a_narrower_topic_does_not_keep_a_broader_one_from_being_new() -> None:
    changes = _compare(
        f"{FILLER}\n\nWe will pay into the fund for loss and damage.",
        f"{FILLER}\n\nWe will fight climate change.",
    )
    assert {topic: change.outcome for topic, change in changes.items()} == {
        "climate-change": "new",
        "loss-and-damage": "not repeated",
    }


def test_a_topic_that_fills_one_text_and_a_line_of_the_other_moves() -> None:
    much = " ".join(f"We will end piracy on coast number {number}." for number in range(40))
    little = f"{PIRACY}\n\n" + "\n\n".join([FILLER] * 14)
    assert _compare(little, much)["piracy"].outcome in {"more", "moved up"}
    assert _compare(much, little)["piracy"].outcome in {"less", "moved down"}
    same = _compare(much, much)["piracy"]
    assert (same.outcome, same.claimed) == ("kept", True)


def test_where_the_levels_are_sure_the_change_of_share_must_be_sure_too() -> None:
    coasts, capes = (
        read_text(" ".join(f"We will {act} {number}." for number in range(40)), language="en")
        for act in ("end piracy on coast", "stop pirates off cape")
    )
    (reading,) = (each for each in read_topics(coasts, UN) if each.topic == "piracy")
    told = set()
    for spoken in range(10, 270, 10):
        sides = ReadText(coasts, [reading]), ReadText(capes, [replace(reading, words=spoken)])
        ((change,), _) = compare_topics(*sides, UN)
        chance = change.share_certainty or 0.0
        assert change.claimed == (chance >= find_least(change.outcome, SURE))
        assert change.share_unsure is not change.claimed
        both = round((change.outcome_certainty or 0.0) * chance, 4)
        assert change.certainty == (both if change.claimed or both >= LIKELY_FROM else None)
        told.add((change.outcome, change.claimed))
    assert told == {("kept", True), ("less", True), ("less", False)}


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (0.458, 0.007, "less"),
        (0.02, 0.28, "more"),
        (0.48, 0.015, "less"),
        (0.041, 0.046, "kept"),
        (0.2, 0.22, "kept"),
    ],
)
def test_what_collapses_or_fills_a_text_is_claimed_and_what_hardly_moves_is_the_same(
    old: float, new: float, status: Status
) -> None:
    before, after = (_occupy([20] * 80, round(80 * share)) for share in (old, new))
    chances = compare_shares(["t"], before, after, ["t"])["t"]
    assert find_likeliest(chances) == status
    assert chances[status] >= find_least(status, SURE)
    assert find_likeliest(compare_shares(["t"], before, after, [])["t"]) == "kept"


def _occupy(words: Sequence[int], about: int) -> Occupancy:
    """Return a text in which so many segments are about a topic, and all of their words on it."""
    return Occupancy(words, {"t": sum(words[:about])}, {"t": range(about)})


def test_strongest_first_and_counterparts_for_what_is_kept() -> None:
    old = read_text(f"{PIRACY} {CORRUPTION} {FILLER}", language="en")
    new = read_text(
        f"Our first priority is legal aid. {CORRUPTION} {PIRACY} We will end drug trafficking.", language="en"
    )
    before, after = read_topics(old, UN), read_topics(new, UN)
    changes, counterparts = compare_topics(ReadText(old, before), ReadText(new, after), UN)
    assert [change.topic for change in changes if change.outcome == "new"] == [
        "legal-aid",
        "drug-trafficking",
    ]
    pairs = {pair.topic: (old.segments[pair.old].text, new.segments[pair.new].text) for pair in counterparts}
    assert pairs == {"corruption": (CORRUPTION, CORRUPTION), "piracy": (PIRACY, PIRACY)}


def test_a_text_compared_with_itself_has_only_kept_topics() -> None:
    version = read_text(f"{PIRACY} {FILLER} {CORRUPTION} {FILLER}", language="en")
    readings = read_topics(version, UN)
    changes, _ = compare_topics(ReadText(version, readings), ReadText(version, readings), UN)
    assert {change.outcome for change in changes} == {"kept"}
    assert {change.topic for change in changes} == {"piracy", "corruption"}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.data())
def test_shares_of_one_text_never_move(words: list[int], data: st.DataObject) -> None:
    side = _occupy(words, data.draw(st.integers(0, len(words))))
    chances = compare_shares(["t"], side, side, ["t"])["t"]
    assert find_likeliest(chances) == "kept"
    assert chances["more"] == chances["less"]


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=60),
    st.lists(st.integers(0, 40), min_size=1, max_size=60),
    st.data(),
)
def test_that_a_share_is_more_less_or_the_same_is_certain(
    before: list[int], after: list[int], data: st.DataObject
) -> None:
    old, new = (_occupy(words, data.draw(st.integers(0, len(words)))) for words in (before, after))
    chances = compare_shares(["t"], old, new, ["t"])["t"]
    assert sum(chances.values()) == pytest.approx(1, abs=2e-4)
    assert min(chances.values()) >= 0


@given(st.lists(st.text(max_size=60), max_size=5), st.text(max_size=60), st.sampled_from(["en", "zh", "ru"]))
def test_the_closest_passage_is_scored_between_nothing_and_one(
    texts: list[str], sought: str, language: str
) -> None:
    closest = find_closest(texts, [sought], language)
    assert closest is None or (0 <= closest.segment < len(texts) and 0 < closest.score <= 1)
