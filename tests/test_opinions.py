"""What language models answered about topics: kept, weighed, shown, and left out again with the texts."""

from __future__ import annotations

import json
import shutil
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archives import in_session, query
from tests.conftest import run_tracker
from tests.thorough import long
from tracker.archive import ArchiveSession, open_store
from tracker.comparing.decisions.opinions import (
    CLASSES,
    NOT_SURE,
    Measured,
    choose_opinions,
    find_disputed,
    find_weights,
    weigh_levels,
)
from tracker.model.decisions import Answer, Opinion, Quote, Request, SecondReader
from tracker.preservation.mirror.redaction import Redaction
from tracker.preservation.mirror.unit_files import UnitFiles
from tracker.record.access.closed import find_watch_list, read_access
from tracker.record.schema.connection import Record, open_record
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.model.decisions import Odds

STUB = SecondReader("stub", "0" * 64, '{"temperature": 0}', "llm 0.36")
OTHER = SecondReader("other", "0" * 64)
NOW = "2026-11-30T10:00:00Z"
LEVELS = tuple(CLASSES)
EXACT = [Measured("GBR", supposed, level, level, 40.0) for level in LEVELS for supposed in LEVELS]
TOPIC = "media-freedom"
"""Of the demonstration, likely not repeated between 32 and 33."""
SENTENCE = "Canaryword must not be told."


@pytest.fixture(scope="module")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    assert run_tracker(folder, "demo", "--keep", "snapshots").code == 0
    return folder


@pytest.fixture
def folder(_demo: Path, tmp_path: Path) -> Path:
    shutil.copytree(_demo, tmp_path, dirs_exist_ok=True)
    return tmp_path


def keep(
    folder: Path,
    levels: Sequence[str | None],
    reader: SecondReader = STUB,
    measured: Sequence[Measured] = (),
) -> None:
    """Keep what a second reader answered about the topic on both sides, and what was measured of it."""
    with ArchiveSession(folder / "snapshots") as archive:
        old, new = (archive.reader.resolve(parse_reference(f"XAA/CCPCJ/{number}")) for number in (32, 33))
    quotes = (Quote(SENTENCE, 1),)
    answers = (
        Answer(TOPIC, "old", levels[0], quotes, "substantive"),
        Answer(TOPIC, "new", levels[1], quotes, "absent"),
    )
    request = Request(reader, old, new, "1" * 64, NOW, 1.0, 1, 90, 9, 0, f"reply: {SENTENCE}", answers)
    with open_store(folder / "snapshots", "judge") as store:
        store.keep_answers([request])
        if measured:
            store.keep_measured(reader, measured, NOW)


def told(folder: Path, *more: str) -> dict[str, object]:
    """Return what the comparison says became of the topic."""
    ran = run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--format", "json", *more)
    found = json.loads(ran.out)
    row = next((each for each in found["topics"] if each["topic"] == TOPIC), {"status": None})
    return {**row, "opinions": found.get("opinions")}


def test_an_answer_of_who_was_not_measured_is_shown_and_weighs_nothing(folder: Path) -> None:
    before = told(folder)
    assert (before["status"], before["likely"], before["opinions"]) == (None, None, None)
    keep(folder, ["substantive", "absent"])
    after = told(folder)
    opinions = after.pop("opinions")
    assert after == {name: value for name, value in before.items() if name != "opinions"}
    assert [(each["coder"], each["side"], each["level"], each["odds"]) for each in opinions] == [  # type: ignore[attr-defined]
        ("stub", "old", "substantive", None),
        ("stub", "new", "absent", None),
    ]
    shown = run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--all").out
    assert "read by stub, 2026-11-30: substantive → absent (it weighs nothing" in " ".join(shown.split())


def test_an_answer_weighs_by_what_was_measured_and_can_be_left_out(folder: Path) -> None:
    before = told(folder)
    keep(folder, ["substantive", "absent"], measured=EXACT)
    after = told(folder)
    assert (after["status"], after["likely"]) == ("not repeated", None)
    assert told(folder, "--without", "stub") == before
    shown = " ".join(run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33").out.split())
    assert "stub answered about 1 topic: weighed" in shown
    table = run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--format", "csv").out
    assert next(row for row in table.splitlines() if TOPIC in row).endswith("stub (model)")
    methods = run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--methods").out
    assert "What stub answered" in methods
    assert "also read by stub" in run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--all").out


def test_the_timeline_says_the_same(folder: Path) -> None:
    keep(folder, ["substantive", "absent"], measured=EXACT)
    ran = run_tracker(folder, "timeline", "XAA/CCPCJ", "--topic", TOPIC, "--format", "json")
    last = json.loads(ran.out)["sessions"][-1]
    assert last["standings"][0]["status"] == "not repeated"


def test_what_was_measured_on_a_country_does_not_weigh_there(folder: Path) -> None:
    own = [each._replace(country="XAA") for each in EXACT]
    keep(folder, ["substantive", "absent"], measured=own)
    assert told(folder)["status"] is None


def test_people_outrank_models_and_the_model_is_still_shown(folder: Path) -> None:
    keep(folder, ["substantive", "absent"], measured=EXACT)
    for statement, level in (("XAA/CCPCJ/32", "mentioned"), ("XAA/CCPCJ/33", "mentioned")):
        run_tracker(folder, "judge", statement, "--topic", TOPIC, "--level", level, "--by", "Ana")
    found = run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--format", "json")
    assert TOPIC not in {each["topic"] for each in json.loads(found.out)["topics"] if each["status"]}
    assert {each["coder"] for each in json.loads(found.out)["opinions"]} == {"stub"}
    left = run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--format", "json", "--without", "Ana")
    assert json.loads(left.out)["levels"] == []


def test_what_models_dispute_is_likely_with_both_opinions(folder: Path) -> None:
    keep(folder, ["substantive", "absent"], measured=EXACT)
    keep(folder, ["substantive", "mentioned"], OTHER, EXACT)
    after = told(folder)
    assert (after["status"], after["likely"]) == (None, "not repeated")
    shown = " ".join(run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--all").out.split())
    assert "read by stub" in shown
    assert "read by other" in shown
    assert told(folder, "--without", "other")["status"] == "not repeated"


def test_the_last_answer_of_a_model_counts(folder: Path) -> None:
    keep(folder, ["substantive", "absent"], measured=EXACT)
    keep(folder, ["mentioned", None])
    assert told(folder)["status"] is None


@long
def test_answers_are_mirrored_rebuilt_replicated_and_verified(folder: Path, tmp_path: Path) -> None:
    keep(folder, ["substantive", "absent"], measured=EXACT)
    assert run_tracker(folder, "mirror", "update").code == 0
    assert run_tracker(folder, "verify").code == 0
    assert run_tracker(folder, "rebuild", "snapshots/mirror.git", "--archive", "again").code == 0
    assert told(folder, "--archive", "again") == told(folder)
    (tmp_path / "report.json").write_text(
        run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", "--format", "json").out, encoding="utf-8"
    )
    assert run_tracker(folder, "export", "replication", "paper.zip", "report.json").code == 0
    ran = run_tracker(folder, "reproduce", "paper.zip", "--archive", "nowhere")
    assert ran.code == 0, ran


@pytest.mark.parametrize("destroy", [(), ("--destroy",)])
def test_answers_about_what_is_withdrawn_are_told_by_no_command(
    folder: Path, destroy: tuple[str, ...]
) -> None:
    keep(folder, ["substantive", "absent"], measured=EXACT)
    run_tracker(folder, "mirror", "update")
    why = ("--reason", "error", "--authority", "the ministry", "--by", "Ana", "--yes")
    ran = run_tracker(folder, "withdraw", "XAA/CCPCJ/32", *why, *destroy)
    assert ran.code in {0, 1}, ran
    joined = "SELECT reply, segments FROM answers JOIN requests ON requests.id = request"
    assert (SENTENCE in str(query(folder / "snapshots", joined))) is not bool(destroy)
    assert run_tracker(folder, "verify").code == 0
    with open_record(folder / "snapshots", Record) as record:
        units = UnitFiles(record.connection)
        access = read_access(record.connection, units.tables, find_watch_list(folder / "snapshots"))
        redaction = Redaction(record.connection, access, units.tables)
        runs = [str(run) for (run,) in record.connection.execute("SELECT id FROM runs")]
        shown = str([redaction.redact("run", units.rows("run", run)) for run in runs])
    assert SENTENCE not in shown
    assert ("'requests': [{" in shown) is False


def _draw(random: Random, right: float) -> list[Measured]:
    codes = random.choices(LEVELS, [4, 3, 1, 3, 1], k=400)
    return [
        Measured("GBR", "absent", code if random.random() < right else random.choice(LEVELS), code, 1.0)
        for code in codes
    ]


def test_who_answers_at_random_weighs_nothing_and_who_is_often_right_does() -> None:
    assert [find_weights(_draw(Random(seed), 0.0), "FRA") for seed in range(20)] == [None] * 20  # noqa: S311
    assert all(find_weights(_draw(Random(seed), 0.5), "FRA") for seed in range(20))  # noqa: S311
    assert find_weights([], "FRA") is None
    assert find_weights([Measured("GBR", "absent", "absent", "absent", 50.0)], "FRA") is None


def test_who_repeats_what_the_program_supposed_weighs_nothing_however_often_that_is_right() -> None:
    echo = [
        Measured("GBR", supposed, supposed, code, number)
        for supposed in LEVELS
        for code in LEVELS
        for number in [90.0 if supposed == code else 5.0]
    ]
    assert find_weights(echo, "FRA") is None


def test_the_better_a_coder_the_more_an_answer_weighs() -> None:
    half: Odds = (0.25, 0.25, 0.25, 0.25)
    weighed = []
    for right in (0.4, 0.7, 0.95):
        found = find_weights(_draw(Random(1), right), None)  # noqa: S311
        assert found is not None
        odds = found.find("absent", "absent")
        assert odds
        weighed.append(weigh_levels(half, odds)[0])
    assert weighed == sorted(weighed)
    assert weighed[0] > 0.25


@given(
    st.lists(st.tuples(st.sampled_from([*LEVELS, NOT_SURE]), st.sampled_from(LEVELS), st.integers(1, 30))),
    st.tuples(*[st.floats(0.001, 1)] * 4),
)
def test_levels_stay_probabilities_whatever_was_measured(
    rows: list[tuple[str, str, int]], levels: tuple[float, float, float, float]
) -> None:
    found = find_weights([Measured("GBR", "absent", *row[:2], float(row[2])) for row in rows], None)
    for odds in found.odds.values() if found else ():
        weighed = weigh_levels(levels, odds)
        assert sum(weighed) == pytest.approx(1)
        assert all(0 <= each <= 1 for each in weighed)


def test_the_coder_who_agrees_best_weighs_and_levels_that_do_not_go_together_are_a_dispute() -> None:
    odds: Odds = (0.1, 0.2, 0.3, 0.4)
    worse, better, silent = (
        Opinion(name, "model", NOW, TOPIC, "old", level, (), alpha, weighs)
        for name, level, alpha, weighs in (
            ("a", "substantive", 0.4, odds), ("b", "declared", 0.6, odds), ("c", "absent", None, None),
        )
    )  # fmt: skip
    assert choose_opinions([worse, better, silent], "old") == {TOPIC: better}
    assert choose_opinions([worse], "new") == {}
    assert find_disputed([worse, better, silent]) == frozenset()
    assert find_disputed([better, Opinion("d", "model", NOW, TOPIC, "old", "mentioned", (), 0.2, odds)]) == {
        TOPIC
    }


@in_session
def _read_state(archive: ArchiveSession) -> tuple[object, ...]:
    return archive.reader.coded()


def test_an_archive_without_answers_is_asked_nothing_more(folder: Path) -> None:
    assert _read_state(folder / "snapshots") == ()
    keep(folder, ["absent", None])
    assert _read_state(folder / "snapshots") != ()
