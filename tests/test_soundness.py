"""A record with values that no release of ours writes is told as what it is, whatever stumbles over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.damage import alter_unseen
from tests.here import runner
from tests.mirrors import make_record
from tests.repositories import run_git
from tracker.cli.options import CRASHED
from tracker.keep.mirror import update_mirror
from tracker.preservation.verify.structure import find_defect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

MISFITS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "a number that is a text": (
        "UPDATE snapshots SET ordinal = 'first' WHERE id = 1",
        ("log", "XAA/UNGA/78"),
        "row 1 of snapshots holds a text in ordinal",
    ),
    "a text that is bytes": (
        "UPDATE statements SET title = x'ff00'",
        ("list", "--format", "json"),
        "row 1 of statements holds a blob in title",
    ),
    "bytes that are a text": (
        "PRAGMA ignore_check_constraints = ON; UPDATE documents SET bytes = 'text'",
        ("reextract",),
        "row 1 of documents holds a text in bytes",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_record(tmp_path / "snapshots")


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(("change", "command", "told"), MISFITS.values(), ids=MISFITS.keys())
def test_what_cannot_be_is_told_in_one_line(
    folder: Path, tracker: Callable[..., Ran], change: str, command: tuple[str, ...], told: str
) -> None:
    alter_unseen(folder, *change.split("; "))
    for place in ((), ("--archive", "snapshots"), ("--archive=snapshots",)):
        ran = tracker(*command, *place)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("tracker: snapshots/tracker.db is damaged")
        assert told in ran.err
        assert len(ran.err.splitlines()) == 1


def test_a_bug_stays_one_where_the_record_is_sound(
    folder: Path, tracker: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("tracker.keep.read.list_statements", stumble)
    for place in ((), ("--archive", "nowhere")):
        ran = tracker("list", *place)
        assert ran.code == CRASHED
        assert "KeyError: 'a bug'" in ran.err
    alter_unseen(folder, "UPDATE statements SET title = x'ff00'")
    assert tracker("list").code == 2


def test_a_sound_record_is_sound(folder: Path, tmp_path: Path) -> None:
    assert find_defect(folder) is None
    assert find_defect(tmp_path) is None
    update_mirror(folder)
    assert run_git(folder / "mirror.git", "rev-list", "--count", "main")
    assert find_defect(folder) is None
