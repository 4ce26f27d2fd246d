"""The made-up country's series and its gold answers agree with each other and leave nothing out."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.changes import Operation
from tracker.model.topics import Level, Status

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
GOLD: dict[str, Any] = json.loads((SEEDS / "xaa-gold.json").read_text(encoding="utf-8"))
STATEMENTS: list[dict[str, Any]] = GOLD["statements"]
PAIRS: list[dict[str, Any]] = GOLD["pairs"]
SERIES = [entry for entry in STATEMENTS if not entry["file"].endswith("_delivered.md")]
PRIORITY = ("declared", "substantive")
RANK = {"acknowledged": 0, "mentioned": 0, "substantive": 1, "declared": 2}

SHIFTS = {
    ("strength", "stronger"),
    ("strength", "weaker"),
    ("figure", "raised"),
    ("figure", "lowered"),
    ("figure", "added"),
    ("figure", "removed"),
    ("date", "later"),
    ("date", "earlier"),
    ("date", "added"),
    ("date", "removed"),
    ("name", "changed"),
    ("scope", "changed"),
    ("negation", "removed"),
}


def _read(name: str) -> str:
    return (SEEDS / "xaa" / name).read_text(encoding="utf-8")


def _groups() -> list[dict[str, Any]]:
    return [group for pair in PAIRS for group in pair["groups"]]


def _pair_name(pair: dict[str, Any]) -> str:
    return f"{pair['old']} {pair['new']}"


def _levels(file: str) -> dict[str, str]:
    entry = next(entry for entry in STATEMENTS if entry["file"] == file)
    return {topic["topic"]: topic["level"] for topic in entry["topics"]}


def _expect_status(topic: str, pair: dict[str, Any]) -> set[str]:
    """Return the statuses that the levels allow: the three of one level cannot be told apart by them."""
    old, new = _levels(pair["old"]).get(topic), _levels(pair["new"]).get(topic)
    if new is None:
        return {"not repeated"}
    if old is None:
        files = [entry["file"] for entry in SERIES]
        before = files[: files.index(pair["old"])]
        return {"back" if any(_levels(file).get(topic) in PRIORITY for file in before) else "new"}
    if old == new:
        return {"more", "kept", "less"}
    return {"moved up" if RANK[new] > RANK[old] else "moved down"}


@pytest.mark.parametrize("entry", STATEMENTS, ids=lambda entry: str(entry["file"]))
def test_a_statement_is_as_long_as_a_real_one(entry: dict[str, Any]) -> None:
    assert 400 <= len(_read(entry["file"]).split()) <= 1200


@pytest.mark.parametrize("entry", STATEMENTS, ids=lambda entry: str(entry["file"]))
def test_topics_are_of_the_shipped_vocabulary_and_quoted_from_the_text(entry: dict[str, Any]) -> None:
    known = {topic.id for topic in load_vocabulary().topics}
    names = [topic["topic"] for topic in entry["topics"]]
    assert set(names) <= known
    assert len(names) == len(set(names))
    assert all(topic["quote"] in _read(entry["file"]) for topic in entry["topics"])


@pytest.mark.parametrize("pair", PAIRS, ids=_pair_name)
@pytest.mark.parametrize("side", ["old", "new"])
def test_each_sentence_stands_in_the_text_and_in_one_group(pair: dict[str, Any], side: str) -> None:
    text = _read(pair[side])
    sentences = Counter(sentence for group in pair["groups"] for sentence in group[side])
    assert all(count == 1 for count in sentences.values())
    assert all(text.count(sentence) == 1 for sentence in sentences)


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair["complete"]], ids=_pair_name)
def test_a_complete_pair_leaves_no_word_out(pair: dict[str, Any], side: str) -> None:
    rest = re.sub(r"^#+ ", "", _read(pair[side]), flags=re.MULTILINE)
    for group in pair["groups"]:
        for sentence in group[side]:
            rest = rest.replace(sentence, "", 1)
    assert not rest.strip()


@pytest.mark.parametrize("group", _groups(), ids=lambda group: str(group["operation"]))
def test_a_group_has_the_shape_of_its_operation(group: dict[str, Any]) -> None:
    old, new = group["old"], group["new"]
    counts = {
        "split": len(old) == 1 < len(new),
        "merged": len(old) > 1 == len(new),
        "new": not old and len(new) == 1,
        "dropped": not new and len(old) == 1,
    }
    assert counts.get(group["operation"], len(old) == len(new) == 1)
    if group["operation"] in ("kept", "reworded", "typographic"):
        assert (old == new) == (group["operation"] == "kept")
    if group["operation"] == "typographic":
        assert _letters(old[0]) == _letters(new[0])


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


@pytest.mark.parametrize("group", _groups(), ids=lambda group: str(group["operation"]))
def test_the_words_of_a_shift_stand_on_their_side(group: dict[str, Any]) -> None:
    for shift in group["shifts"]:
        assert shift["old"] or shift["new"]
        for side in ("old", "new"):
            assert shift[side] is None or shift[side] in " ".join(group[side])


@pytest.mark.parametrize("pair", PAIRS, ids=_pair_name)
def test_statuses_follow_from_the_levels(pair: dict[str, Any]) -> None:
    found = {entry["topic"]: entry["status"] for entry in pair["statuses"]}
    levels = [_levels(pair["old"]), _levels(pair["new"])]
    priorities = {topic for side in levels for topic, level in side.items() if level in PRIORITY}
    if pair["genre"] == "session":
        assert set(found) == priorities
    assert all(status in _expect_status(topic, pair) for topic, status in found.items())


def test_the_series_holds_every_kind_of_answer() -> None:
    groups = _groups()
    assert {group["operation"] for group in groups} == set(get_args(Operation))
    assert {group["operation"] for group in groups if group["moved"]} >= {"kept", "reworded"}
    assert {(shift["axis"], shift["direction"]) for group in groups for shift in group["shifts"]} >= SHIFTS
    assert {topic["level"] for entry in STATEMENTS for topic in entry["topics"]} == set(get_args(Level))
    assert {entry["status"] for pair in PAIRS for entry in pair["statuses"]} == set(get_args(Status))


def test_the_table_of_speakers_names_each_session_once() -> None:
    with (SEEDS / "speakers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [f"{row['country']}_{row['session']}_{row['date'][:4]}.md" for row in rows] == [
        entry["file"] for entry in SERIES
    ]
    assert all(row["speaker"] and row["post"] and row["title"] for row in rows)
