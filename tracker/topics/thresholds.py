"""From which certainty a status is claimed, as fitted: a report asks it where no topic is weighed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tracker.inputs.compiled import read_table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.topics import Status

FAMILIES: Final[Mapping[Status, str]] = {
    **dict.fromkeys(("new", "returned", "dropped"), "absent"),
    **dict.fromkeys(("promoted", "demoted"), "moved"),
    **dict.fromkeys(("up", "kept", "down"), "kept"),
}
"""Statuses whose certainties are fitted together: absent from one side, at another level, at the same."""


def find_threshold(status: Status, sure: float) -> float:
    """Return the certainty from which a status is claimed, where so many of the claims are to be true."""
    return float(_load_families()[FAMILIES[status]]["claimed"][f"{sure:.1f}"])


@cache
def _load_families() -> Mapping[str, Any]:
    # The weights beside them, and what they are for, take 40 ms to load.
    table: Mapping[str, Any] = read_table_of(Path(__file__).with_name("certainty") / "certainty.toml")
    families: Mapping[str, Any] = table["status"]
    return families
