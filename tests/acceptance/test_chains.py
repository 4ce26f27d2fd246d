"""Hundreds of chains of commands, some killed: what was acknowledged stays, what was destroyed does not.

``TRACKER_CHAINS`` says how many; each has its number, so that one that failed is done again by ``-k``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.chains import walk
from tests.here import runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site

HONEST = int(os.environ.get("TRACKER_HONEST_CHAINS", "20"))
CHAINS = int(os.environ.get("TRACKER_CHAINS", "200"))


@pytest.mark.parametrize("seed", range(1000, 1000 + CHAINS))
def test_a_chain_loses_nothing(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    walk(tmp_path, runner(tmp_path, monkeypatch, capsys), site, seed, 16, kills=seed % 2 == 0)


@pytest.mark.parametrize("seed", range(5000, 5000 + HONEST))
def test_an_honest_chain_is_never_called_an_edit(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    walk(tmp_path, runner(tmp_path, monkeypatch, capsys), site, seed, 16, is_honest=True)
