"""Damages drawn by seed, of the record, of the mirror, and of both in different things: all are mended.

``TRACKER_DAMAGES`` says how many. Repairing was mended on the seeds before them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.damages import damage_and_repair, make_archives

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = int(os.environ.get("TRACKER_DAMAGES", "80"))
FIRST = 120


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return make_archives(tmp_path_factory.mktemp("damages"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + NUMBER))
def test_a_damage_is_mended_and_nothing_is_lost(
    archives: tuple[Path, ...], tmp_path: Path, seed: int
) -> None:
    found = damage_and_repair(archives, seed, tmp_path)
    assert not found.wrong, f"{found}\n{found.said}"
