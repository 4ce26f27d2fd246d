"""What several tests use: the UN General Debate folder, imported once, and pandas, which is no dependency."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.measuring import run_tracker
from tests.shared_data import require

if TYPE_CHECKING:
    from pathlib import Path

    from tests.measuring import Run

OPTIONS = ("--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt")


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """Return the folder of an archive that holds the whole corpus, and what its import took."""
    folder = tmp_path_factory.mktemp("corpus")
    run_tracker(folder, "init")
    return folder, run_tracker(folder, "import", str(require("ungdc")), *OPTIONS)


@pytest.fixture(scope="session")
def with_pandas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install pandas, and return where modules are then found."""
    place = tmp_path_factory.mktemp("pandas")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", place, "pandas"], check=True)
    return place
