"""How tests have the library ``llm`` know their plugin: an installed distribution with an entry point."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def install_stub(folder: Path) -> dict[str, str]:
    """Install the plugin into a folder, and return the environment in which the library finds it there."""
    place = folder / "plugins"
    information = place / "tracker_stub-1.0.dist-info"
    information.mkdir(parents=True, exist_ok=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: tracker-stub\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[llm]\nstub = tests.stub_llm\n")
    return {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(place))),
        "LLM_USER_PATH": str(folder / "llm"),
        "STUB_CALLS": str(folder / "calls.jsonl"),
    }
