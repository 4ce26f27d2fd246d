"""Decisions on read-only media: read and followed there, and refused with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.acceptance.test_mounts import WRITTEN, run_mounted

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
from dataclasses import replace
from tests.deciding import level
from tracker.references import parse_reference
made = level("rivers", "absent")
made = replace(made, unit=replace(made.unit, new=parse_reference("XAA/UNGA/79~prepared.en@1")))
with open_store(folder) as store:
    store.decide([made])
subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
with open_reader(folder) as reader:
    print("read", reader.rulings() == (made,))
try:
    with open_store(folder) as store:
        store.decide([made])
except TrackerError as error:
    print(type(error).__name__, error)
"""


def test_decisions_are_read_on_read_only_media_and_none_is_added(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    told = run_mounted(folder, "size=8m", WRITTEN + PROGRAM).splitlines()
    assert told[0] == "read True"
    assert told[1].startswith(f"ArchiveUnusable {folder}")
    assert "read-only" in told[1]
