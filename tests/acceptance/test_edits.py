"""Every column of every table changed by another program: named before a night, after it, and after three.

``TRACKER_EDITS`` chooses a share of them, by the number that each column has; by default all are tried.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.edits import attack, is_put_back, list_attacks, make_everything, pass_night, tell_faults
from tests.nights import running_site

if TYPE_CHECKING:
    from pathlib import Path

EVERY = int(os.environ.get("TRACKER_EDITS", "1"))
PARTS = 20
WHEN = (0, 1, 3)
"""After how many nights the archive is verified."""


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edits") / "snapshots"
    with running_site() as site:
        make_everything(folder, site)
    return folder


@pytest.mark.parametrize("part", range(PARTS))
def test_each_changed_column_is_named(everything: Path, tmp_path: Path, part: int) -> None:
    unnamed = []
    for chosen in list_attacks(everything)[part :: PARTS * EVERY]:
        folder = tmp_path / "snapshots"
        shutil.copytree(everything, folder)
        attack(folder, chosen)
        for night in range(WHEN[-1] + 1):
            if night:
                assert pass_night(folder, night) is not chosen.is_refused, chosen
            if night not in WHEN or chosen.is_named(said := tell_faults(folder)):
                continue
            if not (night and is_put_back(folder, chosen, everything)):
                unnamed.append(f"{chosen} after {night} nights: {said}")
        shutil.rmtree(folder)
    assert unnamed == []
