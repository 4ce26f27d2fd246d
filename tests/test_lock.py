from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.archives import declare, hold_lock, query, record
from tests.running import PATIENCE, ROOT
from tracker.archive import create_archive, open_store
from tracker.errors import ArchiveLocked, ArchiveUnusable
from tracker.record import lock
from tracker.record.lock import read_holder, take_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

HOLD = """
import sys, time
from pathlib import Path
from tracker.record.lock import take_lock
take_lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def hold_elsewhere(folder: Path, program: str = HOLD) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_the_file_names_the_holder_and_is_gone_after_it(tmp_path: Path) -> None:
    with hold_lock(tmp_path):
        holder = read_holder(tmp_path)
        assert holder
        assert (holder.pid, holder.started[:2]) == (os.getpid(), "20")
        with pytest.raises(
            ArchiveLocked, match=f"is held by process {os.getpid()} on .* since 20.*; try again"
        ):
            take_lock(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_dead_holder_is_taken_over_from_at_once(tmp_path: Path) -> None:
    process = hold_elsewhere(tmp_path)
    with pytest.raises(ArchiveLocked, match=f"process {process.pid} "):
        take_lock(tmp_path)
    end(process)
    assert (tmp_path / "lock").exists()
    with hold_lock(tmp_path):
        holder = read_holder(tmp_path)
        assert holder
        assert holder.pid == os.getpid()


def test_a_living_holder_is_waited_for(tmp_path: Path) -> None:
    process = hold_elsewhere(tmp_path)
    began = time.monotonic()
    with pytest.raises(ArchiveLocked):
        take_lock(tmp_path, timeout=0.3)
    assert 0.3 <= time.monotonic() - began < 30
    end(process)


NAME_LATE = """
import sys, time
from pathlib import Path
from tracker.record import lock
genuine = lock._name_holder
def name_late(file):
    print("held", flush=True)
    time.sleep(1)
    genuine(file)
lock._name_holder = name_late
lock.take_lock(Path(sys.argv[1]))
time.sleep(60)
"""


@pytest.mark.parametrize("before", ["", "dead"])
def test_a_holder_that_has_yet_to_name_itself_is_named(tmp_path: Path, before: str) -> None:
    """Whoever was killed left its name in the file, which counts for nothing."""
    if before:
        end(hold_elsewhere(tmp_path))
    process = hold_elsewhere(tmp_path, NAME_LATE)
    with pytest.raises(ArchiveLocked, match=f"is held by process {process.pid} "):
        take_lock(tmp_path)
    end(process)


def leave_foreign(folder: Path, age: float) -> None:
    """Leave the file of a holder on another computer, whose lock does not reach here."""
    holder = {"pid": 4, "host": "other", "boot": "b", "started": "2026-03-01T02:30:00Z", "command": "x"}
    (folder / "lock").write_text(json.dumps(holder))
    os.utime(folder / "lock", (time.time() - age,) * 2)


def test_a_holder_on_another_computer_is_believed_for_an_hour(tmp_path: Path) -> None:
    leave_foreign(tmp_path, lock.FOREIGN_LOCK_EXPIRY - 60)
    with pytest.raises(ArchiveLocked, match=r"process 4 on other since .*wait an hour or delete .*lock"):
        take_lock(tmp_path)
    leave_foreign(tmp_path, lock.FOREIGN_LOCK_EXPIRY + 60)
    take_lock(tmp_path).release()


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"pid": 1}', b"\xff\x00"])
def test_a_file_that_says_nothing_is_no_holder(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "lock").write_bytes(left)
    take_lock(tmp_path).release()


def test_something_else_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(ArchiveUnusable, match="lock cannot be locked: Is a directory"):
        take_lock(tmp_path)
    (tmp_path / "lock").rmdir()
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "lock").symlink_to("precious")
    with pytest.raises(ArchiveUnusable, match="lock cannot be locked"):
        take_lock(tmp_path)
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_record_is_a_sign_of_life(tmp_path: Path) -> None:
    create_archive(tmp_path)
    with open_store(tmp_path) as store:
        os.utime(tmp_path / "lock", (0, 0))
        record(store, declare("XAA/UNGA/79~prepared.en"), "one")
        assert (tmp_path / "lock").stat().st_mtime > time.time() - 60


def test_passwords_in_addresses_are_not_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "argv", ["/bin/tracker", "snapshot", "--heartbeat", "https://ana:secret@example.org"]
    )
    create_archive(tmp_path)
    with open_store(tmp_path) as store:
        record(store, declare("XAA/UNGA/79~prepared.en"), "one")
        assert "secret" not in (tmp_path / "lock").read_text()
    assert query(tmp_path, "SELECT command FROM runs") == [("tracker snapshot --heartbeat https://...",)]


def test_every_writing_command_waits_and_then_names_the_holder(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    process = hold_elsewhere(tmp_path / "snapshots")
    for command in (
        ("add", "old.txt", "--as", "XAA/CCPCJ/31"),
        ("expect", "XAA/CCPCJ/31", "--none", "--by", "Ana"),
    ):
        ran = archive(*command, **{PATIENCE: "0.3"})
        assert ran.code == 75
        assert f"is held by process {process.pid} on " in ran.err
    assert archive("list").code == 0
    end(process)
    assert archive("add", "old.txt", "--as", "XAA/CCPCJ/31").code == 0


def test_a_run_that_was_killed_is_told_by_the_next(tmp_path: Path) -> None:
    create_archive(tmp_path)
    child = os.fork()
    if child == 0:
        record(open_store(tmp_path, "import"), declare("XAA/UNGA/78~prepared.en"), "one")
        os._exit(0)
    os.waitpid(child, 0)  # other tests' readers may end meanwhile
    assert query(tmp_path, "SELECT status, ended FROM runs") == [("running", None)]
    with open_store(tmp_path, "add") as store:
        record(store, declare("XAA/UNGA/79~prepared.en"), "two")
    assert query(tmp_path, "SELECT kind, status FROM runs") == [
        ("import", "interrupted"),
        ("add", "complete"),
    ]


def test_a_run_that_an_error_ends_has_failed(tmp_path: Path) -> None:
    create_archive(tmp_path)
    with suppress(ZeroDivisionError), open_store(tmp_path) as store:
        record(store, declare("XAA/UNGA/79~prepared.en"), "one")
        raise ZeroDivisionError
    assert query(tmp_path, "SELECT status FROM runs") == [("failed",)]
