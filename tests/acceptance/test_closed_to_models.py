"""What is closed is sent to no model, on speeches that readers coded."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.conftest import run_tracker
from tests.models import install_stub, run_with_models
from tests.shared_data import require
from tracker.coding.coded_pairs import load_coded

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_closed_is_not_sent_to_be_measured_either(tmp_path: Path) -> None:
    """Of a text that readers coded an archive may have a copy whose rights are not those of the corpus."""
    install_stub(tmp_path)
    assert run_tracker(tmp_path, "init").code == 0
    pair = next(iter(load_coded()))
    for session in (pair.old, pair.new):
        (file,) = require(f"ungdc/{pair.country}").glob(f"{session}_*.txt")
        name = f"{pair.country}-{session}.txt"
        shutil.copy(file, tmp_path / "snapshots" / name)
        named = ("--as", f"{pair.country}/UNGA/{session}", "--access", "restricted")
        assert run_tracker(tmp_path, "sources", "add", name, *named).code == 0
    assert "2 new" in run_tracker(tmp_path, "snapshot").out
    ran = run_with_models(tmp_path, "agreement", "--model", "stub")
    assert ran.err.count("not sent: ") == 2, ran
    assert "is closed to the public (source" in ran.err
    assert not (tmp_path / "calls.jsonl").exists()
