"""An upgrade of the record on full and on read-only media, each a real mount."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.test_mounts import run_mounted

if TYPE_CHECKING:
    from pathlib import Path

OLD = """
from dataclasses import replace
from tests.layouts import make_in_layout, read_layout_of
from tracker.archive.file.lock import read_clock
from tracker.archive.storing.upgrade import plan_upgrade, upgrade_record

folder = make_in_layout(folder / "snapshots", "first")
with open_store(folder) as store:
    for number in range(60):
        text = "\\n".join(f"{number} of {line} delegations fight corruption." for line in range(400))
        record(store, declare(f"XAA/UNGA/{number + 10}~prepared.en"), text)

def upgrade(plan):
    try:
        upgrade_record(folder, plan, read_clock, lambda done, total: None)
        print("done", read_layout_of(folder))
    except TrackerError as error:
        print(type(error).__name__, str(error).replace(str(folder), "DISK"), read_layout_of(folder))
"""

FULL = """
plan = plan_upgrade(folder)
free = shutil.disk_usage(folder).free - 1024 * int(sys.argv[2])
(folder / "ballast").write_bytes(bytes(free))
upgrade(plan_upgrade(folder))
upgrade(replace(plan, free=10**12))
with open_reader(folder) as reader:
    print(reader.search("corruption").passages)
(folder / "ballast").unlink()
upgrade(plan_upgrade(folder))
with open_reader(folder) as reader:
    print(reader.search("corruption").passages)
print(sorted(path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))))
"""

READ_ONLY = """
import os
if sys.argv[2] == "second":
    upgrade(plan_upgrade(folder))
subprocess.run(["mount", "-o", "remount,ro", folder.parent], check=True)
with open_reader(folder) as reader:
    print(reader.search("corruption").passages)
    read_all(folder)
plan = plan_upgrade(folder)
upgrade(plan) if plan else print("nothing to do", read_layout_of(folder))
"""


@pytest.mark.parametrize("left", ["64", "600", "2000"])
def test_a_full_disk_leaves_the_record_and_the_upgrade_goes_on_later(tmp_path: Path, left: str) -> None:
    told = run_mounted(tmp_path / "disk", "size=64m", OLD + FULL, left).splitlines()
    assert "beside it to be upgraded" in told[0]
    assert told[1].startswith("ArchiveUnusable ")
    assert "disk full" in told[1] or "No space left" in told[1] or "there is no room" in told[1]
    assert told[1].endswith(" first")
    assert told[2:] == ["24000", "done second", "24000", "['tracker.db']"]


@pytest.mark.parametrize("layout", ["first", "second"])
def test_both_layouts_are_read_where_nothing_can_be_written(tmp_path: Path, layout: str) -> None:
    told = run_mounted(tmp_path / "disk", "size=64m", OLD + READ_ONLY, layout).splitlines()
    assert told[-2] == "24000"
    assert (
        told[-1]
        == {
            "first": "ArchiveUnusable DISK/tracker.db is on read-only media, or not yours to write first",
            "second": "nothing to do second",
        }[layout]
    )
