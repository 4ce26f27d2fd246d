"""A feed reader over thirty nights: it sees each event once, and what was caused here never."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reader import make_reader

from tests.feeding import EXPECTED, run_nights, write_feeds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_reader_has_each_event_once(tmp_path: Path, site: Site, form: str) -> None:
    place = tmp_path / f"all.{form}"
    feeds = make_reader(":memory:", feed_root=str(tmp_path))
    feeds.add_feed(place.name)
    told: list[tuple[int, str]] = []
    for night in run_nights(tmp_path / "snapshots", site):
        atom, encoded = write_feeds(tmp_path / "snapshots")
        place.write_bytes(atom if form == "atom" else encoded)
        feeds.update_feed(place.name)
        for entry in list(feeds.get_entries(read=False)):
            told.append((night, str(entry.title)))
            feeds.mark_entry_as_read(entry)
    assert sorted(told) == sorted(EXPECTED)
    assert feeds.get_entry_counts().total == len(EXPECTED)
