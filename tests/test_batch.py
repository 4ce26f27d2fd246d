"""Batches: what workers find is what single commands find, whatever becomes of one statement or worker."""

from __future__ import annotations

import os
import pkgutil
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import closing
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import OBSERVED, declare, record
from tests.here import runner
from tests.rights import find_in_files, make_series
from tests.running import PYTHON, ROOT
from tests.test_panel import MORE, make_held
from tests.test_timeline import HELD, OCEANS
from tests.thorough import few, long
from tracker.archive import ArchiveSession, open_store
from tracker.cli import output
from tracker.cli.output import line_writer
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import names_topics, side_topics
from tracker.diff.work import Unit, Work, _unpack_vocabulary, do_unit, pack_vocabulary
from tracker.errors import TrackerError
from tracker.follow import batch as following
from tracker.follow import workers
from tracker.follow.batch import Batch
from tracker.follow.panel import BodyStatements
from tracker.follow.workers import Missing, Workers, describe_answers
from tracker.inputs.extras import install_words
from tracker.keep.withdraw import change
from tracker.model.rights import Ruled
from tracker.model.topics import Topic, TopicModel, TopicWeights, Vocabulary
from tracker.record.derived.answers import DERIVED_NAME
from tracker.references import find_body, parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.running import Ran
    from tracker.diff.work import Outcome
    from tracker.model.texts import Side

    Tracker = Callable[..., Ran]

TAUGHT = Vocabulary(
    "mine",
    (Topic("a", "A", terms={"en": ("b", "c")}, sdgs=("13",)), Topic("d", "D", broader="a")),
    overlap=True,
    model=TopicModel("en", 0.3, (TopicWeights("a", -0.1, {"b c": 1e-17}, {"d": 2.0}),), "f"),
    recognition="similarity",
)

ASKED = (
    ("diff", "XAA/UNGA", "75", "--format", "json"),
    ("timeline", "UNGA", "--sessions", "70-75", "--format", "json"),
    ("timeline", "XAA/UNGA", "--format", "json"),
    ("timeline", "UNGA", "75", "--format", "json"),
)
"""What shows the answers that are kept."""
WORKED = (
    ("tracker.comparing.topics.reading:RuleReader", "read"),
    ("tracker.diff.cells", "weigh_cells"),
    ("tracker.comparing.alignment.align", "align"),
    ("tracker.follow.timeline", "compare_topics"),
)
"""What works out anew what could have been kept."""
KINDS = {"readings", "links", "cells", "comparison", "priorities", "batch"}


class Here(Workers):
    """Does all work in this process, and what else is to happen meanwhile."""

    def __init__(self, meanwhile: Callable[[Unit], object] = lambda _: None) -> None:
        super().__init__(self._fail, lambda: 1)
        self._meanwhile = meanwhile

    def _fail(self) -> Any:  # noqa: ANN401 (no executor)
        raise AssertionError("no worker is to be started")

    def run(self, units: Iterable[Unit], do: Callable[[Unit], tuple[Outcome, ...]]) -> Iterator[Any]:  # type: ignore[override]
        for unit in units:
            outcomes = do(unit)
            self._meanwhile(unit)
            yield unit, outcomes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_held(tmp_path / "snapshots")


@pytest.fixture
def tracker(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    return runner(folder.parent, monkeypatch, capsys)


def do_batch(
    folder: Path,
    crew: Workers,
    sessions: str | None = None,
    *,
    topics_only: bool = True,
    body: str = "UNGA",
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Batch:
    with ArchiveSession(folder) as archive:
        held = BodyStatements(archive, find_body(body))
        wanted = held.list_wanted(held.choose(sessions), None, sessions)
        batch = Batch(archive, held, load_vocabulary(), 0.9)
        batch.read_topics(wanted, crew, progress)
        batch.compare(wanted, crew, progress, topics_only=topics_only)
    return batch


def kept(folder: Path) -> dict[tuple[str, str], str]:
    with closing(sqlite3.connect(folder / DERIVED_NAME)) as file:
        rows = file.execute("SELECT kind, key, value FROM answers WHERE kind <> 'weights'").fetchall()
    return {(kind, key): value for kind, key, value in rows}


def test_what_is_kept_is_what_the_single_commands_find(folder: Path, tracker: Tracker) -> None:
    before = [tracker(*words) for words in ASKED]
    (folder / DERIVED_NAME).unlink()
    batch = do_batch(folder, Here(), topics_only=False)
    assert batch.failed == []
    statements = {reference.partition("~")[0] for reference, _ in (*HELD, *MORE) if "/UNGA/" in reference}
    assert (batch.read.done, batch.read.kept) == (len(statements), 0)
    answers = kept(folder)
    assert {kind for kind, _ in answers} == KINDS
    assert [tracker(*words) for words in ASKED] == before
    # Those commands found all of it, and had nothing to add.
    assert kept(folder) == answers


@pytest.mark.parametrize("words", few(1, *ASKED[1:]), ids=lambda words: words[0])
def test_after_a_batch_they_work_nothing_out(
    folder: Path, tracker: Tracker, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    do_batch(folder, Here(), topics_only=False)
    worked: list[str] = []
    for module, name in WORKED:
        count(monkeypatch, module, name, worked)
    assert tracker(*words).code == 0
    assert worked == []
    (folder / DERIVED_NAME).unlink()
    assert tracker(*words).code == 0
    assert worked


def count(monkeypatch: pytest.MonkeyPatch, place: str, name: str, called: list[str]) -> None:
    """Have each call of a function noted by its name."""
    found = pkgutil.resolve_name(f"{place}.{name}")

    def call(*args: Any, **named: Any) -> object:  # noqa: ANN401 (as they come)
        called.append(name)
        return found(*args, **named)

    monkeypatch.setattr(f"{place.replace(':', '.')}.{name}", call)


@long
def test_the_same_again_does_nothing_and_reads_no_text(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = do_batch(folder, Here(), topics_only=False)
    asked: list[Unit] = []
    read: list[str] = []
    count(monkeypatch, "tracker.record.reading.versions:Versions", "version", read)
    second = do_batch(folder, Here(asked.append), topics_only=False)
    assert (asked, read) == ([], [])
    assert (second.read.kept, second.compared.kept) == (first.read.done, first.compared.done)
    assert second.left_out == first.left_out


@long
def test_what_was_kept_before_is_neither_done_nor_to_do(folder: Path) -> None:
    do_batch(folder, Here(), "74")
    told: list[tuple[int, int]] = []
    batch = do_batch(folder, Here(), progress=lambda *numbers: told.append(numbers))
    assert min(batch.read.kept, batch.compared.kept, batch.read.new, batch.compared.new) > 0
    read, compared = batch.read.new, batch.compared.new
    assert (read, read) in told
    assert told[-1] == (compared, compared)
    assert all(0 < done <= total for done, total in told)


def test_while_what_is_kept_is_passed_over_ever_less_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    do_batch(folder, Here(), body="HRC")
    monkeypatch.setattr("tracker.follow.batch._ONE_MOMENT", 1)
    told: list[tuple[int, int]] = []
    do_batch(folder, Here(), body="HRC", progress=lambda *numbers: told.append(numbers))
    assert [left for _, left in told[:2]] == [1, 0]


@long
def test_what_has_another_version_is_done_again_with_what_looks_back_on_it(folder: Path) -> None:
    do_batch(folder, Here(), topics_only=False)
    with open_store(folder) as store:
        record(store, declare("XAA/UNGA/74~prepared.en"), OCEANS, "2026-01-01T00:00:00Z")
    asked: list[Unit] = []
    do_batch(folder, Here(asked.append), topics_only=False)
    works = [one for unit in asked for one in unit.works]
    assert {one.references[-1].session for one in works} == {"74", "75"}
    assert {one.references[-1].country for one in works} == {"XAA"}
    answers = kept(folder)
    (folder / DERIVED_NAME).unlink()
    do_batch(folder, Here(), topics_only=False)
    assert kept(folder).items() <= answers.items()


def test_what_other_rules_removed_is_done_again(folder: Path) -> None:
    do_batch(folder, Here(), topics_only=False)
    answers = kept(folder)
    with closing(sqlite3.connect(folder / DERIVED_NAME)) as file, file:
        file.execute("DELETE FROM answers WHERE kind = 'comparison'")
    asked: list[Unit] = []
    do_batch(folder, Here(asked.append), topics_only=False)
    assert {one.comparison is not None for unit in asked for one in unit.works} == {True}
    assert {one.cells for unit in asked for one in unit.works} == {None}
    assert kept(folder) == answers


def test_a_session_is_read_with_all_that_it_looks_back_on(folder: Path, tracker: Tracker) -> None:
    asked: list[Unit] = []
    batch = do_batch(folder, Here(asked.append), "74")
    read = {str(each) for unit in asked for one in unit.works for each in one.references}
    assert {"XAA/UNGA/70~prepared.en", "XAA/UNGA/74~prepared.en"} <= read
    assert not {name for name in read if "/75" in name or "/S-32" in name}
    assert batch.compared.done == 3
    assert tracker("timeline", "UNGA", "--sessions", "74").code == 0


def test_several_statements_of_a_session_are_read_and_not_compared(folder: Path, tracker: Tracker) -> None:
    batch = do_batch(folder, Here(), body="HRC")
    assert (batch.read.done, batch.compared.done) == (2, 0)
    assert dict(batch.left_out) == {"several statements": 1}
    answers = kept(folder)
    assert tracker("timeline", "HRC", "52").code == 0
    assert kept(folder) == answers


def test_a_fault_at_one_statement_does_not_lose_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(side: Side, *rest: Any) -> object:  # noqa: ANN401 (as it is)
        if side.country == "XAB" and side.session == "73":
            raise RecursionError("too deep")
        return side_topics(side, *rest)

    monkeypatch.setattr("tracker.diff.work.side_topics", fail)
    batch = do_batch(folder, Here())
    assert ("XAB/UNGA/73~prepared.en", "RecursionError: too deep") in batch.failed
    assert {name.partition("/")[0] for name, _ in batch.failed} == {"XAB"}
    monkeypatch.undo()
    later = do_batch(folder, Here())
    assert later.failed == []
    assert later.compared.done - later.compared.kept == 2


def test_a_damaged_text_is_named_and_ends_in_2(folder: Path, tracker: Tracker) -> None:
    with closing(sqlite3.connect(folder / "tracker.db")) as file, file:
        sql = "UPDATE versions SET text = text || 'x' WHERE id = (SELECT min(id) FROM versions)"
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{trigger}"')
        file.execute(sql)
    ran = tracker("timeline", "UNGA", "--sessions", "70-71", "--jobs", "1")
    assert (ran.code, ran.out) == (2, "")
    assert "XAA/UNGA/70" in ran.err
    assert "named above" in ran.err


def test_jobs_answer_as_one_process_does_and_say_what_they_did(folder: Path, tracker: Tracker) -> None:
    words = ("timeline", "UNGA", "--sessions", "74-75", "--format", "json")
    alone = tracker(*words)
    (folder / DERIVED_NAME).unlink()
    ran = tracker(*words, "--jobs", "1", "--sentences")
    assert (ran.code, ran.out) == (0, alone.out)
    assert ran.err.endswith(" compared 15, 0 of them before\n"), ran.err
    assert {kind for kind, _ in kept(folder)} == KINDS
    assert "compared 15, 15 of them before" in tracker(*words, "--jobs", "1", "--sentences").err


def test_of_one_topic_workers_read_what_names_it_alone(folder: Path, tracker: Tracker) -> None:
    asked = "timeline", "UNGA", "--sessions", "74-75", "--topic", "oceans", "--format", "json"
    told = tracker(*asked, "--jobs", "2")
    assert told.code == 0
    with ArchiveSession(folder) as archive:
        named = [
            each
            for each in archive.reader.statements(body="UNGA")
            if names_topics(archive.reader.side(each.reference).version, load_vocabulary(), ["oceans"])
        ]
    read = int(re.findall(r"read (\d+) statement", told.err)[0])
    assert 0 < read <= len(named)
    assert "compared" not in told.err
    (folder / DERIVED_NAME).unlink()
    assert tracker(*asked).out == told.out


def test_what_was_destroyed_meanwhile_is_not_kept(tmp_path: Path) -> None:
    folder = make_series(tmp_path / "snapshots")

    def destroy(unit: Unit) -> None:
        if any(
            each.session == "78" and one.cells is not None for one in unit.works for each in one.references
        ):
            change(folder, "destroy", "XAA/UNGA/78", Ruled("names a witness", "a court", OBSERVED, "Ana"))

    batch = do_batch(folder, Here(destroy), topics_only=False)
    assert batch.failed == []
    assert find_in_files(folder) == []
    # What is left is compared without it, as a panel does.
    again = do_batch(folder, Here(), topics_only=False)
    assert again.failed == []
    assert find_in_files(folder) == []


def test_answers_by_other_rules_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(
        _crew: Workers, units: Iterable[Unit], do: Callable[[Unit], tuple[Outcome, ...]]
    ) -> Iterator[tuple[Unit, tuple[Outcome, ...]]]:
        for unit in units:
            yield unit, tuple(_by_other_rules(each) for each in do(unit))

    monkeypatch.setattr(Here, "run", run)
    with pytest.raises(TrackerError, match="other rules"):
        do_batch(folder, Here())


def _by_other_rules(outcome: Outcome) -> Outcome:
    assert not isinstance(outcome, str)
    return {name: ("other rules", value) for name, (_, value) in outcome.items()}


def test_what_cannot_be_kept_ends_the_batch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_TRIES", 2)
    (folder / DERIVED_NAME).mkdir()
    with pytest.raises(TrackerError, match="cannot be written"):
        do_batch(folder, Here())


class Fragile(Executor):
    """Does what it is given, and is broken for good by a unit that kills."""

    def __init__(self, kills: Callable[[Unit], bool]) -> None:
        self._kills = kills
        self._is_broken = False

    def submit(self, _do: Any, unit: Unit) -> Future[Any]:  # type: ignore[override] # noqa: ANN401 (Workers's only call)
        if self._is_broken:
            raise BrokenExecutor
        done: Future[Any] = Future()
        self._is_broken = self._kills(unit)
        if self._is_broken:
            done.set_exception(BrokenExecutor())
        else:
            done.set_result(({},))
        return done


def number_units(count: int) -> list[Unit]:
    named = [parse_reference(f"XAA/UNGA/{number}") for number in range(1, count + 1)]
    return [Unit((Work((each,), ()),), b"", 0.9) for each in named]


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("deadly", [{3}, {1, 2}, {6}, set()], ids=str)
def test_a_unit_that_ends_its_worker_does_not_lose_the_others(workers: int, deadly: set[int]) -> None:
    units = number_units(6)
    crew = Workers(lambda: Fragile(lambda unit: units.index(unit) + 1 in deadly), lambda: workers)
    found = {units.index(unit) + 1: outcomes for unit, outcomes in crew.run(units, do_unit)}
    assert set(found) == set(range(1, 7))
    assert {number for number, (outcome,) in found.items() if outcome != {}} == deadly


def test_a_worker_that_was_ended_from_outside_costs_nothing() -> None:
    units, deaths = number_units(6), iter([True])
    crew = Workers(lambda: Fragile(lambda unit: unit is units[3] and next(deaths, False)), lambda: 2)
    assert [outcomes for _, outcomes in crew.run(units, do_unit)] == [({},)] * 6


def test_what_is_out_at_once_is_bounded() -> None:
    made: list[Unit] = []

    def make() -> Iterator[Unit]:
        for unit in number_units(50):
            made.append(unit)
            yield unit

    crew = Workers(lambda: Fragile(lambda _: False), lambda: 2)
    ahead = [len(made) - done for done, _ in enumerate(crew.run(make(), do_unit))]
    assert max(ahead) <= 4
    assert len(ahead) == 50


class Deserted(Executor):
    """Takes what it is given, and does it when somebody has come back."""

    def __init__(self, looks: Iterator[int]) -> None:
        self._looks = looks
        self._waiting: list[Future[Any]] = []

    def submit(self, _do: Any, _unit: Unit) -> Future[Any]:  # type: ignore[override] # noqa: ANN401 (as above)
        self._waiting.append(Future())
        return self._waiting[-1]

    def count_workers(self) -> int:
        found = next(self._looks)
        while found and self._waiting:
            self._waiting.pop().set_result(({},))
        return found


def leave(seconds: float, looks: Iterable[int], monkeypatch: pytest.MonkeyPatch) -> tuple[Workers, list[int]]:
    """Return a crew that so many workers are found in, look by look, and what it tells meanwhile."""
    monkeypatch.setattr(workers, "_LOOK_AFTER", 0.02)
    told: list[int] = []
    deserted = Deserted(iter(looks))
    missing = Missing(told.append, seconds, TrackerError("nobody came"))
    return Workers(lambda: deserted, deserted.count_workers, missing), told


def test_that_all_workers_left_is_told_once_until_one_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    crew, told = leave(60, chain([0] * 8, repeat(1)), monkeypatch)
    assert [outcomes for _, outcomes in crew.run(number_units(3), do_unit)] == [({},)] * 3
    assert told == [1]


def test_where_no_worker_comes_back_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    crew, told = leave(0.1, repeat(0), monkeypatch)
    with pytest.raises(TrackerError, match="nobody came"):
        list(crew.run(number_units(3), do_unit))
    assert told == [1]


@pytest.mark.parametrize("threads", ["1", "2", "4"])
def test_answers_are_the_same_on_any_number_of_cores(threads: str) -> None:
    script = "from tracker.follow.workers import describe_answers; print(describe_answers())"
    done = subprocess.run(
        (*PYTHON, "-c", script),
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == describe_answers()


MISTAKES = {
    "both": (("--jobs", "2", "--scheduler", "tcp://127.0.0.1:9"), "give one"),
    "no address": (("--scheduler", "nowhere at all"), "dask scheduler"),
    "no session": (("--sessions", "12"), "the archive has no statement at UNGA 12"),
    "no country": (("--sessions", "74", "--countries", "DEU"), "no statement by DEU at UNGA 74"),
    "no workers": (("--jobs", "0"), "0"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_ends_in_2(tracker: Tracker, name: str) -> None:
    words, said = MISTAKES[name]
    ran = tracker("timeline", "UNGA", "--sentences", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.usefixtures("folder")
def test_without_dask_the_line_says_how_to_install_it(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    ran = tracker("timeline", "UNGA", "--scheduler", "tcp://127.0.0.1:9")
    assert (ran.code, ran.err) == (
        2,
        f"tracker: --scheduler needs Dask; {install_words('dask')}\n",
    )


def test_in_a_pipe_a_line_now_and_then_says_how_long_it_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instants = iter([0.0, 10.0, 31.0, 40.0, 62.0])
    monkeypatch.setattr("tracker.cli.output.time.monotonic", lambda: next(instants))
    with output.shown_progress("comparing", line_writer("comparing")) as progress:
        for done in (10, 100, 150, 1000):
            progress(done, 1900)
    assert capsys.readouterr().err == (
        "tracker: comparing: 100 of 1,900, about 9 minutes left\n"
        "tracker: comparing: 1,000 of 1,900, less than two minutes left\n"
    )


@pytest.mark.parametrize("vocabulary", [load_vocabulary(), TAUGHT], ids=["shipped", "taught"])
def test_a_vocabulary_arrives_at_a_worker_as_it_was(vocabulary: Vocabulary) -> None:
    arrived = _unpack_vocabulary(pack_vocabulary(vocabulary))
    assert arrived == vocabulary
    assert [list(topic.terms) for topic in arrived.topics] == [
        list(topic.terms) for topic in vocabulary.topics
    ]
