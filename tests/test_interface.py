"""The Python interface as programs call it: these names and signatures are a promise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tracker
from tests.running import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran


def test_exported_names() -> None:
    assert {name for name in dir(tracker) if not name.startswith("_")} == {
        "align", "compare", "load_vocabulary", "match_topics", "open_archive", "parse_reference", "segment",
    }  # fmt: skip
    with pytest.raises(AttributeError):
        _ = tracker.nothing


def test_names_stay_functions_when_the_parts_are_loaded() -> None:
    tracker.compare(OLD, NEW)
    assert all(callable(getattr(tracker, name)) for name in tracker.__all__ if name != "__version__")


def test_align_links_by_index() -> None:
    old = ["We urge all States to ratify the Treaty on Rivers without delay.", "Thank you."]
    new = ["Thank you.", "We encourage all States to ratify the Treaty on Rivers."]
    links = tracker.align(old, new)
    assert {(link.old, link.new) for link in links} == {((0,), (1,)), ((1,), (0,))}
    assert all(0.5 <= link.confidence <= 1 and link.method for link in links)


def test_segment_gives_texts() -> None:
    assert [s.text for s in tracker.segment("We met Mr. Reed. He agreed.", language="en")] == [
        "We met Mr. Reed.",
        "He agreed.",
    ]


def test_match_topics_with_a_vocabulary_of_ones_own(tmp_path: Path) -> None:
    table = tmp_path / "codes.csv"
    table.write_text(
        "id,label,terms,broader\nrivers,Rivers,river;rivers;waterway,\nlakes,Lakes,lake,rivers\n",
        encoding="utf-8",
    )
    vocabulary = tracker.load_vocabulary(table)
    mentions = tracker.match_topics(["Our rivers and the lake are clean.", "Nothing here."], vocabulary)
    assert [[mention.topic for mention in sentence] for sentence in mentions] == [["rivers", "lakes"], []]
    assert all(
        mention.method and 0 < mention.confidence <= 1 for sentence in mentions for mention in sentence
    )


@pytest.mark.parametrize("form", [str, Path])
def test_places_are_given_as_text_or_as_paths(
    archive: Callable[..., Ran], tmp_path: Path, form: Callable[[Path], str | Path]
) -> None:
    (tmp_path / "codes.csv").write_text("id,label\nrivers,Rivers\n", encoding="utf-8")
    assert [topic.id for topic in tracker.load_vocabulary(form(tmp_path / "codes.csv")).topics] == ["rivers"]
    assert archive("list").code == 0
    with tracker.open_archive(form(tmp_path / "snapshots")) as reader:
        assert reader.statements()


def test_compare_is_what_diff_prints() -> None:
    comparison = tracker.compare(OLD, NEW)
    statuses = {change.topic: change.status for change in comparison.topics}
    assert statuses["corruption"] == "dropped"
    assert statuses["cybercrime"] == "new"


def test_comparing_a_text_with_itself_finds_nothing() -> None:
    comparison = tracker.compare(OLD, OLD)
    assert {change.operation for change in comparison.changes} == {"kept"}
    assert not any(change.moved or change.shifts for change in comparison.changes)
    assert {change.status for change in comparison.topics} <= {"kept"}


def test_open_archive_reads_what_was_added(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive("list").code == 0
    with tracker.open_archive(tmp_path / "snapshots") as reader:
        side = reader.side(tracker.parse_reference("XAA/CCPCJ/33"))
    assert side.version.segments[0].text == "Mr. President,"
