"""What several tests use: one browser, the UN General Debate folder, imported once, and pandas."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.driving import AXE, PLAYWRIGHT, install
from tests.measuring import run_tracker
from tests.shared_data import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.driving import Driven
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


@pytest.fixture(scope="session")
def axe() -> str:
    if shutil.which("npm") is None:
        pytest.fail("there is no npm to install axe-core with: apt install npm")
    place = install(AXE.replace("@", "-"), "npm", "install", "--silent", AXE, "--prefix")
    return (place / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Driven]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("there is no Chromium to look at pages with: apt install chromium")
    minor = ".".join(map(str, sys.version_info[:2]))
    name = f"{PLAYWRIGHT.replace('==', '-')}-python{minor}"
    pip = (sys.executable, "-m", "pip", "install", "--quiet", PLAYWRIGHT, "--target")
    sys.path.append(str(install(name, *pip)))
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
