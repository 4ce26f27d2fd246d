"""A comparison kept as a whole: the very same answer, and never one that rests on something else today."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_apart
from tests.running import NEW, OLD
from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff import compare
from tracker.diff.diff import diff
from tracker.record.derived.answers import DERIVED_NAME
from tracker.report.comparison.build import render_json
from tracker.report.comparison.words import list_decisions
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.changes import Comparison

EARLIER = "Mr. President,\n\nCybercrime is our first priority. We will fight cybercrime.\n"
CODEBOOK = 'recognition = "terms"\n[rivers]\nlabel = "Rivers"\nen = "{}"\n'


@pytest.fixture
def series(archive: Callable[..., Ran], tmp_path: Path) -> Callable[..., Ran]:
    """Return the command, in a folder whose archive has a third and earlier statement.

    It runs in a process of its own: what is computed is counted in this one.
    """
    (tmp_path / "first.txt").write_text(EARLIER, "utf-8")
    assert archive("add", "first.txt", "--as", "XAA/CCPCJ/31~prepared.en").code == 0
    return partial(run_apart, tmp_path)


class Asking:
    """Asks for one comparison, and counts how often it was computed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.computed = 0
        self.sure = 0.9
        self.encoder: bool = False
        self.vocabulary: Path | None = None
        compute = compare.compare_sides

        def count(*given: object, **named: object) -> Comparison:
            self.computed += 1
            return compute(*given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(compare, "compare_sides", count)

    def ask(self, folder: Path | None = None) -> Comparison:
        with ArchiveSession(folder or self.folder) as session:
            return diff(
                ["XAA/CCPCJ", "32", "33"],
                session,
                load_vocabulary(self.vocabulary),
                DEFAULT if self.encoder else None,
                self.sure,
            )

    def ask_anew(self, place: Path) -> Comparison:
        """Return what a copy of the archive answers that has nothing kept."""
        shutil.copytree(self.folder, place, ignore=shutil.ignore_patterns(f"{DERIVED_NAME}*"))
        return self.ask(place)


@pytest.fixture
def asking(series: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    assert series("list").code == 0
    return Asking(tmp_path / "snapshots", monkeypatch)


def _judge(run: Callable[..., Ran], _: Asking, reference: str) -> None:
    level = ("--topic", "cybercrime", "--level", "mentioned")
    assert run("judge", reference, *level, "--by", "Ana").code == 0


def _judge_change(run: Callable[..., Ran], asking: Asking) -> None:
    change = next(each for each in asking.ask().changes if each.shifts)
    assert run("judge", change.id[:12], "reject", "--by", "Ana").code == 0


def _add(run: Callable[..., Ran], asking: Asking, text: str, *options: str) -> None:
    (asking.folder.parent / "added.txt").write_text(text, "utf-8")
    assert run("add", "added.txt", *options).code == 0


def _use(asking: Asking, terms: str) -> None:
    asking.vocabulary = asking.folder.parent / "codebook.toml"
    asking.vocabulary.write_text(CODEBOOK.format(terms), "utf-8")


CHANGES: dict[str, Callable[[Callable[..., Ran], Asking], object]] = {
    "the new text": lambda run, asking: _add(
        run, asking, NEW.replace("2026", "2027"), "--as", "XAA/CCPCJ/33~prepared.en"
    ),
    "the old text": lambda run, asking: _add(
        run, asking, OLD.replace("2025", "2024"), "--as", "XAA/CCPCJ/32~prepared.en"
    ),
    "what is known of a side": lambda run, asking: _add(
        run, asking, NEW, "--as", "XAA/CCPCJ/33~prepared.en", "--on-behalf-of", "EU"
    ),
    "an earlier text": lambda run, asking: _add(run, asking, OLD, "--as", "XAA/CCPCJ/31~prepared.en"),
    "when an earlier text was delivered": lambda run, asking: _add(
        run, asking, EARLIER, "--as", "XAA/CCPCJ/31~prepared.en", "--date", "1995-05-16"
    ),
    "another earlier session": lambda run, asking: _add(run, asking, OLD, "--as", "XAA/CCPCJ/30~prepared.en"),
    "a decision on a topic": lambda run, asking: _judge(run, asking, "XAA/CCPCJ/33"),
    "a decision on an earlier session": lambda run, asking: _judge(run, asking, "XAA/CCPCJ/31"),
    "a decision on a change": _judge_change,
    "another vocabulary": lambda _, asking: _use(asking, "rivers"),
    "how sure": lambda _, asking: setattr(asking, "sure", 0.7),
    "the encoder": lambda _, asking: setattr(asking, "encoder", True),
}
"""What a comparison rests on, and how that becomes another."""


@pytest.mark.parametrize("change", CHANGES)
def test_what_rests_on_something_else_is_compared_anew(
    series: Callable[..., Ran], asking: Asking, tmp_path: Path, change: str
) -> None:
    before = asking.ask()
    assert asking.ask() == before
    assert asking.computed == 1
    CHANGES[change](series, asking)
    after = asking.ask()
    assert asking.computed == 2
    assert after == asking.ask() == asking.ask_anew(tmp_path / "anew")
    assert asking.computed == 3
    assert render_json(after) == render_json(asking.ask())


def test_a_vocabulary_that_was_edited_in_its_place_is_another(asking: Asking) -> None:
    _use(asking, "rivers")
    asking.ask()
    _use(asking, "treaty")
    asking.ask()
    _use(asking, "rivers")
    asking.ask()
    assert asking.computed == 2


def test_what_does_not_matter_to_it_leaves_it_as_it_is(series: Callable[..., Ran], asking: Asking) -> None:
    before = asking.ask()
    _add(series, asking, NEW, "--as", "XAA/CCPCJ/34~prepared.en")
    _judge(series, asking, "XAA/CCPCJ/34")
    assert asking.ask() == before
    assert asking.computed == 1


def test_all_that_people_decided_comes_back(series: Callable[..., Ran], asking: Asking) -> None:
    _judge(series, asking, "XAA/CCPCJ/32")
    _judge_change(series, asking)
    found = asking.ask()
    assert found.levels
    assert len(list_decisions(found)) == 2
    assert sum(len(each.decided) for each in found.changes) == 2
    computed = asking.computed
    again = asking.ask()
    assert asking.computed == computed
    assert (again, render_json(again)) == (found, render_json(found))
    assert len(list_decisions(again)) == 2


def test_files_are_compared_each_time(asking: Asking, tmp_path: Path) -> None:
    operands = [str(tmp_path / "old.txt"), str(tmp_path / "new.txt")]
    for _ in range(2):
        with ArchiveSession(asking.folder) as session:
            diff(operands, session, load_vocabulary(), None)
    assert asking.computed == 2
