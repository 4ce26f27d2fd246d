"""``derived.db`` on read-only and on full media: the same answer as anywhere, and no word about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.test_mounts import run_mounted

if TYPE_CHECKING:
    from pathlib import Path

BEGUN = """
import sqlite3
from tests.running import COMMAND, NEW, OLD

derived = folder / "derived.db"
ASKED = ("diff", "XAA/UNGA", "78", "79", "--format", "json")


def compare():
    command = [*COMMAND, "--archive", folder, *ASKED]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, ""), done.stderr
    return done.stdout


def remount(how):
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)


create_archive(folder)
with open_store(folder) as store:
    for session, text in ((78, OLD), (79, NEW)):
        record(store, declare(f"XAA/UNGA/{session}~prepared.en"), text)
"""

READ_ONLY = """
remount("ro")
alone = compare()
assert not derived.exists()
remount("rw")
assert compare() == alone
kept = derived.read_bytes()
remount("ro")
assert compare() == alone
assert derived.read_bytes() == kept
remount("rw")
derived.write_bytes(b"no database" * 500)
remount("ro")
assert compare() == alone
print("same")
"""

FULL = """
alone = compare()
derived.unlink()
ballast = folder / "ballast"
ballast.write_bytes(b"0" * (shutil.disk_usage(folder).free - 1024 * int(sys.argv[2])))
assert compare() == alone
assert compare() == alone
ballast.unlink()
assert compare() == alone
assert sqlite3.connect(derived).execute("PRAGMA integrity_check").fetchall() == [("ok",)]
links = sqlite3.connect(derived).execute("SELECT count(*) FROM answers WHERE kind = 'links'").fetchone()
assert links == (1,), links
print("same")
"""


def test_on_read_only_media_the_answer_is_the_same(tmp_path: Path) -> None:
    assert run_mounted(tmp_path / "snapshots", "size=8m", BEGUN + READ_ONLY) == "same\n"


@pytest.mark.parametrize("left_free", [0, 16, 64])
def test_on_a_full_disk_the_answer_is_the_same(tmp_path: Path, left_free: int) -> None:
    assert run_mounted(tmp_path / "snapshots", "size=4m", BEGUN + FULL, str(left_free)) == "same\n"
