"""What drives a browser, and what judges pages in it: Playwright and axe-core.

Neither is a dependency: both are installed once, pinned, into the user's cache. Without Chromium or npm these
checks fail and say so.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Driven: TypeAlias = Any
"""What Playwright gives, whose types are there only once it is installed."""

PLAYWRIGHT, AXE = "playwright==1.65.2", "axe-core@4.14.1"
WIDTHS = (360, 800, 1440)
SCHEMES = ("light", "dark")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def install(name: str, *command: str) -> Path:
    """Return the folder in the user's cache that a command has filled, which runs where it has not yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tracker-tests"
    place = cache / name
    if not (place / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        ran = subprocess.run([*command, str(place)], capture_output=True, text=True, check=False)
        if ran.returncode:
            pytest.fail(f"{name} cannot be had, and this is tried with nothing else: {ran.stderr[-500:]}")
        (place / "complete").touch()
    return place
