"""Second readers on coded pairs: one who reads with care raises what is found, one who guesses is caught."""

from __future__ import annotations

import hashlib
import json
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.second_readers import (
    answer_open,
    as_reader,
    at_random,
    fill_archive,
    judge_by,
    load_found,
)
from tests.models import run_with_models
from tracker.archive import ArchiveSession
from tracker.coding.agreement import Found, measure
from tracker.coding.questions import ask_rows, load_prompt
from tracker.comparing.topics.vocabulary.load import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.second_readers import Answering
    from tracker.coding.questions import Question
    from tracker.model.measured import CoderMeasured

RAISED, TRUE = 0.2, 0.87
"""Of new and not repeated: how much more is found at the least, and what of all claims is true."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readers")
    fill_archive(folder / "snapshots")
    return folder


@pytest.fixture(scope="module")
def archive(folder: Path) -> Iterator[ArchiveSession]:
    with ArchiveSession(folder / "snapshots") as archive:
        yield archive


@pytest.fixture(scope="module")
def found(archive: ArchiveSession) -> list[Found]:
    return load_found(archive)


def measured(give: Answering, judge: int, found: list[Found], archive: ArchiveSession) -> CoderMeasured:
    judged = judge_by(found, judge)
    return measure("reader", judged, answer_open(found, give), (), archive, load_vocabulary())


def share(result: CoderMeasured, scores: str, kind: str) -> float:
    """Return the share of new and not repeated together."""
    rows = [
        getattr(getattr(row, scores), kind)
        for row in result.statuses
        if row.status in {"new", "not repeated"}
    ]
    return float(sum(row.held for row in rows) / sum(row.of for row in rows))


@pytest.mark.parametrize("reader", [0, 1])
def test_a_careful_reader_judged_by_the_other_raises_what_is_found(
    found: list[Found], archive: ArchiveSession, reader: int
) -> None:
    result = measured(as_reader(reader), 1 - reader, found, archive)
    raised = share(result, "joined", "found") - share(result, "alone", "found")
    assert raised >= RAISED
    assert share(result, "joined", "true") >= TRUE


@pytest.mark.parametrize("seed", range(5))
def test_who_guesses_is_caught_and_every_claim_stays(
    found: list[Found], archive: ArchiveSession, seed: int
) -> None:
    result = measured(at_random(Random(seed)), 1, found, archive)  # noqa: S311 (the same each time)
    assert result.alpha is None
    assert [row.joined for row in result.statuses] == [row.alone for row in result.statuses]


def reply_as(reader: int, each: Found, question: Question) -> str:
    """Return the reply to a question in which a reader answers what was coded, by the sentences shown."""
    give = as_reader(reader)
    rows = []
    for number, row in enumerate(question.rows, 1):
        shown = {side: [name for name in row.sentences if name[0] == side[0]] for side in ("old", "new")}
        levels = {side: give(each, row.topic, side) if shown[side] else "absent" for side in shown}
        cited = [name for side, level in levels.items() if level != "absent" for name in shown[side][:1]]
        rows.append({"row": number, **levels, "sentences": cited})
    return json.dumps({"rows": rows})


def test_the_command_measures_a_model_and_its_answers_then_count(folder: Path, found: list[Found]) -> None:
    prompt, vocabulary = load_prompt(None, is_whole=False), load_vocabulary()
    replies = {
        hashlib.sha256(question.text.encode()).hexdigest(): reply_as(0, each, question)
        for each in found
        for question in ask_rows(each.open, prompt, vocabulary)
    }
    (folder / "replies.json").write_text(json.dumps(replies), encoding="utf-8")
    before = list_claims(folder, found)
    guessed = run_with_models(folder, "agreement", "--model", "stub-random")
    assert guessed.code == 0, guessed
    assert "stub-random answers as by chance" in " ".join(guessed.out.split())
    assert list_claims(folder, found) == before
    read = run_with_models(
        folder, "agreement", "--model", "stub-looks-up", STUB_REPLIES=str(folder / "replies.json")
    )
    assert read.code == 0, read
    assert f"{len(replies)} of {len(replies)} questions answered" in read.out
    assert "stub-looks-up agrees with the readers to" in " ".join(read.out.split())
    after = list_claims(folder, found)
    assert sum(map(len, after)) > sum(map(len, before))


def list_claims(folder: Path, found: list[Found]) -> list[dict[str, str]]:
    """Return by pair the statuses that are claimed, for the first ten."""
    claims = []
    for each in found[:10]:
        ran = run_with_models(folder, "diff", str(each.open.old), str(each.open.new), "--format", "json")
        topics = json.loads(ran.out)["topics"]
        claims.append({topic["topic"]: topic["status"] for topic in topics if topic["status"]})
    return claims
