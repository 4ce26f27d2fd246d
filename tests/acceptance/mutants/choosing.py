"""A plugin of pytest that runs the tests named in a file, in their order, as far as they are there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pytest

CHOSEN: Final = "TRACKER_MUTANTS_CHOSEN"
"""The variable that names the file, with a test on each line."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the chosen ones, in their order."""
    found = {item.nodeid: item for item in items}
    chosen = Path(os.environ[CHOSEN]).read_text("utf-8").splitlines()
    items[:] = [found[name] for name in chosen if name in found]
