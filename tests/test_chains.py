"""A few chains of commands; ``tests/acceptance/test_chains.py`` has hundreds, some commands killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import chains
from tests.here import runner
from tests.thorough import few, long, some

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

PUT_BACK: dict[str, tuple[Callable[[chains.World], None], ...]] = {
    "a night, then repaired": (
        chains.back_up, chains.night, chains.add, chains.put_back, chains.night, chains.repair, chains.night,
    ),
    "repaired, then destroyed": (
        chains.add, chains.back_up, chains.add, chains.put_back, chains.repair, chains.destroy, chains.night,
    ),
    "after what was destroyed": (
        chains.add, chains.back_up, chains.destroy, chains.put_back, chains.add, chains.repair, chains.add,
    ),
    "twice, with a lost mirror": (
        chains.back_up, chains.add, chains.push, chains.put_back, chains.begin_mirror_anew, chains.add,
        chains.put_back, chains.judge, chains.destroy, chains.night,
    ),
}  # fmt: skip
"""What happens around a backup that is put back."""


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("seed", few(1, 2, 1))
def test_a_chain_loses_nothing(tmp_path: Path, site: Site, tracker: Callable[..., Ran], seed: int) -> None:
    chains.walk(tmp_path, tracker, site, seed, 9)


@pytest.mark.parametrize("steps", some(2, PUT_BACK.values()), ids=some(2, PUT_BACK))
@long
def test_a_backup_that_is_put_back_loses_nothing(
    tmp_path: Path,
    site: Site,
    tracker: Callable[..., Ran],
    steps: tuple[Callable[[chains.World], None], ...],
) -> None:
    chains.follow_steps(tmp_path, tracker, site, 1, steps)
