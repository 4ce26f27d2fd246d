"""Pictures of the General Debate: each kind drawn of real reports, no labels touching, true to the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pictures import check_layout
from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.diff import diff
from tracker.follow.panel import read_panel
from tracker.follow.series import Within
from tracker.follow.standings import compare_countries
from tracker.follow.timeline import follow_topics
from tracker.report.comparison.build import build_moves
from tracker.report.pictures.frame import read_table
from tracker.report.series.countries import build_countries, select_topics
from tracker.report.series.panels import build_panel
from tracker.report.series.timeline import build_timeline, select_rows
from tracker.text.encoder import ENCODERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.measuring import Run

COUNTRIES = ("GBR", "FRA", "USA", "BRA", "IND", "JPN", "FJI", "MLI")
KNOWN = load_vocabulary()


@pytest.fixture(scope="module")
def session(imported: tuple[Path, Run]) -> Iterator[ArchiveSession]:
    folder, _ = imported
    with ArchiveSession(folder / "snapshots") as opened:
        yield opened


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("everything", [False, True])
def test_moves_between_two_sessions(session: ArchiveSession, country: str, *, everything: bool) -> None:
    found = diff([f"{country}/UNGA", "78", "79"], session, KNOWN, ENCODERS["none"], 0.9)
    report = build_moves(found, KNOWN, everything=everything)
    check_layout(report, "moves")
    shares = {
        topic.topic: tuple(each.share if each else 0.0 for each in (topic.old, topic.new))
        for topic in found.topics
    }
    assert all(entry.shares == shares[entry.topic] for entry in report.sections[0].entries)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("first", [None, "60"])
def test_topics_over_sessions(session: ArchiveSession, country: str, first: str | None) -> None:
    found = follow_topics(session, f"{country}/UNGA", KNOWN, Within(first), statuses=False)
    for everything in (False, True):
        rows = select_rows(found, everything=everything)
        report = build_timeline(found, rows, everything=everything)
        check_layout(report, "map")
        check_layout(report, "ranks")
        drawn = read_table(report)
        assert drawn
        for row, topic in zip(drawn.rows, rows, strict=True):
            shares = [
                topic.cells[each.label].share if each.label in topic.cells else 0.0 for each in found.sessions
            ]
            read = [each.state == "read" for each in found.sessions]
            assert list(row.parts) == [
                share if there else None for share, there in zip(shares, read, strict=True)
            ]
    few = select_rows(found, ["climate-change", "terrorism", "oceans"])
    check_layout(build_timeline(found, few, quotes=True), "shares")


def test_topics_by_countries(session: ArchiveSession) -> None:
    found = compare_countries(session, "UNGA", "79", KNOWN)
    rows = select_topics(found)
    check_layout(build_countries(found, rows, rows, mapped=True), "map")


def test_topics_of_small_islands_by_session(session: ArchiveSession) -> None:
    found = read_panel(session, "UNGA", "70-79", "SIDS", KNOWN)
    check_layout(build_panel(found), "map")
    check_layout(build_panel(found, ["climate-change", "oceans"]), "shares")
