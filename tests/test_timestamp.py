from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.authority import running_authority
from tests.damage import alter_unseen
from tests.fault_server import running
from tests.faults import endless
from tests.here import runner
from tests.mirrors import FIRST, make_record, say
from tests.repositories import run_git
from tracker.workflows.keep.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.authority import Authority
    from tests.running import Ran
    from tracker.model.verifying import Verified


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    make_record(tmp_path / "snapshots")
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with running_authority(tmp_path / "authority") as authority:
        yield authority


def look(folder: Path) -> Verified:
    return verify(folder, "2026-11-25T12:00:00Z", lambda _done, _total: None)


def test_a_commit_is_confirmed_and_stays_so(
    tracker: Callable[..., Ran], authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshots"
    ran = tracker("timestamp", authority.url)
    assert ran.code == 0, ran.out
    (tip, digest, confirmed) = query(folder, "SELECT tip, sha256, confirmed FROM timestamps")[0]
    assert ran.out == f"commit {tip[:12]} is confirmed by {authority.url} to be there on {confirmed}\n"
    assert len(digest) == 64
    assert query(folder, "SELECT kind FROM runs ORDER BY id DESC LIMIT 1") == [("timestamp",)]
    (finding,) = look(folder).findings
    assert (finding.standing, finding.check) == ("unverifiable", "timestamps")
    assert "its signature is not checked without roots" in finding.meaning
    shutil.copy(authority.root, folder / "timestamp-roots.pem")
    say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    assert look(folder).findings == ()
    assert {each.check: each.number for each in look(folder).checks}["timestamps"] == 1


def test_a_token_that_does_not_hold_is_a_fault(
    tracker: Callable[..., Ran], authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshots"
    assert tracker("timestamp", authority.url).code == 0
    with running_authority(tmp_path / "other") as other:
        shutil.copy(other.root, folder / "timestamp-roots.pem")
    (finding,) = look(folder).faults
    assert "the token is not signed as it should be" in finding.meaning
    shutil.copy(authority.root, folder / "timestamp-roots.pem")
    assert look(folder).faults == ()
    alter_unseen(folder, "UPDATE timestamps SET token = X'00'")
    assert "the token cannot be read" in {each.meaning for each in look(folder).faults}
    assert tracker("verify", "--repair").code == 1
    assert look(folder).faults == ()


def test_a_commit_that_was_replaced_is_not_the_one_that_was_confirmed(
    tracker: Callable[..., Ran], authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshots"
    assert tracker("timestamp", authority.url).code == 0
    older = run_git(folder / "mirror.git", "rev-parse", "main~2")
    alter_unseen(folder, f"UPDATE timestamps SET tip = '{older}'")  # noqa: S608 (a name of git)
    assert {each.meaning for each in look(folder).faults} >= {
        "the row names another digest than the commit has"
    }


def test_a_history_that_was_begun_anew_leaves_the_token_without_its_commit(
    tracker: Callable[..., Ran], authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshots"
    assert tracker("timestamp", authority.url).code == 0
    shutil.copy(authority.root, folder / "timestamp-roots.pem")
    shutil.rmtree(folder / "mirror.git")
    assert tracker("mirror", "update").code == 0
    (finding,) = look(folder).findings
    assert finding.standing == "unverifiable"
    assert "the commit is not in the mirror: its history was started again" in finding.meaning


@pytest.mark.parametrize(
    ("instead", "expected"),
    [
        ({"status": 503}, "it answers HTTP 503"),
        ({"body": b"<html>"}, "its answer is no time-stamp"),
    ],
)
def test_an_authority_that_does_not_confirm_is_noted_and_nothing_fails(
    tracker: Callable[..., Ran],
    authority: Authority,
    tmp_path: Path,
    instead: dict[str, bytes | int],
    expected: str,
) -> None:
    folder = tmp_path / "snapshots"
    authority.instead.update(instead)
    ran = tracker("timestamp", authority.url)
    assert ran.code == 1
    assert expected in ran.out
    assert query(folder, "SELECT failure, token FROM timestamps") == [(expected, None)]
    assert look(folder).findings == ()


def test_an_answer_about_something_else_is_refused(
    tracker: Callable[..., Ran], authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshots"
    assert tracker("timestamp", authority.url).code == 0
    (token,) = query(folder, "SELECT token FROM timestamps")[0]
    authority.instead["body"] = token
    assert "its answer is about something else" in tracker("timestamp", authority.url).out


def test_an_answer_without_end_is_refused(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    with running({"/tsr": endless}) as server:
        ran = tracker("timestamp", server.url("/tsr"))
    assert ran.code == 1
    assert "its answer cannot be read (too large: over 1,048,576 bytes)" in ran.out
    assert query(tmp_path / "snapshots", "SELECT token FROM timestamps") == [(None,)]


def test_an_authority_that_is_not_there(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    ran = tracker("timestamp", "http://ana:secret@127.0.0.1:9/tsr?key=1", "--timeout", "1")
    assert ran.code == 1
    assert "is not confirmed by http://127.0.0.1:9/tsr: it cannot be reached (ConnectError)" in ran.out
    assert query(tmp_path / "snapshots", "SELECT authority FROM timestamps") == [("http://127.0.0.1:9/tsr",)]
    assert "secret" not in str(query(tmp_path / "snapshots", "SELECT command FROM runs"))
    assert tracker("timestamp", "freetsa").code == 2
