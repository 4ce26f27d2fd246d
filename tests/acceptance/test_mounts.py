"""The archive on read-only and on full media, each a real mount in a namespace of its own.

Needs root, or a kernel that lets users make namespaces; where neither is there the tests fail and say
so, since permissions alone prove nothing to root.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SETTING = """
import shutil, subprocess, sys
from pathlib import Path
from tests.archives import count_record, declare, query, record
from tests.test_reader import read_all
from tracker.record.reading.reader import open_reader
from tracker.archive import create_archive, open_store
from tracker.errors import TrackerError

folder = Path(sys.argv[1])
"""

WRITTEN = """
create_archive(folder)
with open_store(folder) as store:
    record(store, declare("XAA/UNGA/79~prepared.en"), "We fight corruption.")
"""

READ_ONLY = """
subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
try:
    read_all(folder)
    with open_reader(folder) as reader:
        print("read", [hit.reference.session for hit in reader.search("corruption").hits])
except TrackerError as error:
    print(type(error).__name__, error)
try:
    with open_store(folder) as store:
        record(store, declare("XAA/UNGA/79~prepared.en"), "We fight on.")
except TrackerError as error:
    print(type(error).__name__, error)
try:
    create_archive(folder / "other")
except TrackerError as error:
    print(type(error).__name__, error)
"""

COMPANIONS_LEFT = """
with open_reader(folder) as reader:
    reader.statements()
print(sorted(path.name for path in folder.iterdir()))
"""

LOG_LEFT = """
import os
if os.fork() == 0:
    store = open_store(folder)
    record(store, declare("XAA/UNGA/78~prepared.en"), "We fight corruption.")
    os._exit(0)
os.wait()
(folder / "tracker.db-shm").unlink()
"""

FULL = """
create_archive(folder)
text = "\\n".join(f"We fight corruption in place {number}." for number in range(120))
with open_store(folder) as store:
    record(store, declare("XAA/UNGA/79~prepared.en"), text)
before = count_record(folder)
ballast = folder / "ballast"
ballast.write_bytes(b"0" * (shutil.disk_usage(folder).free - 1024 * int(sys.argv[2])))
try:
    with open_store(folder) as store, store.batch():
        for session in range(1, 79):
            record(store, declare(f"XAA/UNGA/{session}~prepared.en"), text)
    print("all written")
except TrackerError as error:
    print(type(error).__name__, error)
ballast.unlink()
assert count_record(folder) == before, (count_record(folder), before)
read_all(folder)
with open_store(folder) as store:
    print(record(store, declare("XAA/UNGA/78~prepared.en"), "We fight on.").outcome)
assert count_record(folder)["statements"] == 2
"""


def run_mounted(folder: Path, options: str, program: str, *arguments: str) -> str:
    """Run a program with a file system in memory mounted on a folder that only it can see."""
    folder.mkdir()
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    mount = f'mount -t tmpfs -o {options} tmpfs "$1" || exit 77; shift; exec "$@"'
    command = ["unshare", "--mount", *own, "sh", "-c", mount, "sh", str(folder)]
    done = subprocess.run(
        [*command, sys.executable, "-c", SETTING + program, str(folder), *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.fail(f"mounting needs root or user namespaces (user.max_user_namespaces): {done.stderr}")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("before", "shown"), [("", ""), (COMPANIONS_LEFT, "['tracker.db', 'tracker.db-shm', 'tracker.db-wal']\n")]
)
def test_read_only_media_can_be_read_and_say_why_they_cannot_be_written(
    tmp_path: Path, before: str, shown: str
) -> None:
    folder = tmp_path / "snapshots"
    assert run_mounted(folder, "size=8m", WRITTEN + before + READ_ONLY) == (
        f"{shown}read ['79']\n"
        f"ArchiveUnusable {folder}/tracker.db is on read-only media, or not yours to write\n"
        f"ArchiveUnusable {folder}/other cannot be made: Read-only file system\n"
    )


def test_a_log_left_on_read_only_media_is_not_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    told = run_mounted(folder, "size=8m", WRITTEN + LOG_LEFT + READ_ONLY).splitlines()
    assert told[0].startswith(
        f"ArchiveUnusable {folder}/tracker.db is read-only and its last run did not end"
    )


@pytest.mark.parametrize("left_free", [0, 16, 64, 256])
def test_a_full_disk_is_told_and_leaves_the_archive_as_it_was(tmp_path: Path, left_free: int) -> None:
    folder = tmp_path / "snapshots"
    told = run_mounted(folder, "size=2m", FULL, str(left_free)).splitlines()
    assert told[0].startswith(f"ArchiveUnusable disk full: {folder}/tracker.db is as it was")
    assert told[1:] == ["new"]


@pytest.mark.parametrize("full", ["size=64k", "nr_inodes=1"])
def test_an_archive_is_not_begun_on_a_full_disk(tmp_path: Path, full: str) -> None:
    program = """
try:
    create_archive(folder)
except TrackerError as error:
    print(type(error).__name__, error)
"""
    told = run_mounted(tmp_path / "snapshots", full, program)
    assert told.startswith("ArchiveUnusable disk full")
