"""A few chains of commands; ``tests/acceptance/test_chains.py`` has hundreds, some commands killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chains import walk
from tests.here import runner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site


@pytest.mark.parametrize("seed", [1, 2])
def test_a_chain_loses_nothing(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    walk(tmp_path, runner(tmp_path, monkeypatch, capsys), site, seed, 9)
