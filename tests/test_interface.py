"""The Python interface as programs call it: these names and signatures are a promise."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tracker
from tests.running import NEW, OLD
from tracker.errors import DocumentUnreadable, ReferenceInvalid, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran
    from tracker.library import Answer


def test_exported_names() -> None:
    assert {name for name in dir(tracker) if not name.startswith("_")} == {
        "align", "compare", "list_rows", "load_vocabulary", "match_topics", "open_archive", "parse_reference",
        "segment",
    }  # fmt: skip
    with pytest.raises(AttributeError):
        _ = tracker.nothing


def test_files_are_compared_as_diff_compares_them(tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text(OLD, "utf-8")
    new.write_text(NEW, "utf-8")
    assert tracker.compare(old, new).changes == tracker.compare(OLD, NEW).changes
    with pytest.raises(ReferenceInvalid, match=r"is a file, and a string is a text; for the file: Path\("):
        tracker.compare(str(old), NEW)
    with pytest.raises(DocumentUnreadable, match="no such file"):
        tracker.compare(tmp_path / "missing.txt", new)


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
    with tracker.open_archive(form(tmp_path / "snapshots")) as opened:
        assert opened.reader.statements()


def test_compare_is_what_diff_prints() -> None:
    comparison = tracker.compare(OLD, NEW)
    statuses = {change.topic: change.outcome for change in comparison.topics}
    assert statuses["corruption"] == "not repeated"
    assert statuses["cybercrime"] == "new"


def test_comparing_a_text_with_itself_finds_nothing() -> None:
    comparison = tracker.compare(OLD, OLD)
    assert {change.operation for change in comparison.changes} == {"kept"}
    assert not any(change.moved or change.shifts for change in comparison.changes)
    assert {change.outcome for change in comparison.topics} <= {"kept"}


def test_open_archive_reads_what_was_added(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive("list").code == 0
    with tracker.open_archive(tmp_path / "snapshots") as opened:
        side = opened.reader.side(tracker.parse_reference("XAA/CCPCJ/33"))
    assert side.version.segments[0].text == "Mr. President,"


# In a notebook -------------------------------------------------------------------------------------


def test_values_show_themselves_on_one_short_line() -> None:
    comparison = tracker.compare(OLD, NEW)
    vocabulary = tracker.load_vocabulary()
    values = (
        comparison,
        comparison.old,
        comparison.old.version,
        vocabulary,
        vocabulary.topics[0],
        tracker.parse_reference("GBR/UNGA/79"),
        *comparison.topics,
        *comparison.changes,
    )
    shown = [repr(value) for value in values]
    assert [each for each in shown if "\n" in each or len(each) > 160] == []
    assert shown[0] == "<Comparison 'old' to 'new': revision, 75% aligned, 7 changes, 3 topics>"


def test_an_open_archive_says_where_it_is(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive("list").code == 0
    with tracker.open_archive(tmp_path / "snapshots") as opened:
        assert repr(opened) == f"<Archive in {str(tmp_path / 'snapshots')!r}>"


# What commands say of an archive --------------------------------------------------------------------


def test_an_archive_is_asked_what_commands_ask(archive: Callable[..., Ran], tmp_path: Path) -> None:
    """The rows of each answer are those that the command writes."""
    with tracker.open_archive(tmp_path / "snapshots") as opened:
        asked: dict[str, Answer[Any]] = {
            "diff XAA/CCPCJ/32 XAA/CCPCJ/33": opened.compare("XAA/CCPCJ/32", "XAA/CCPCJ/33"),
            "diff XAA/CCPCJ 32 33 --table shifts": opened.compare("XAA/CCPCJ", "32", "33", of="shifts"),
            "timeline XAA/CCPCJ --topic corruption": opened.timeline("XAA/CCPCJ", "corruption"),
            "timeline XAA/CCPCJ --all --from 33": opened.timeline("XAA/CCPCJ", first="33"),
            "trace XAA/CCPCJ corruption": opened.trace("XAA/CCPCJ", "corruption"),
            "trace CCPCJ --topic corruption": opened.trace("CCPCJ", topics=["corruption"]),
            "timeline CCPCJ --sessions 32-33 --topic corruption": opened.panel(
                "CCPCJ", "32-33", topics="corruption"
            ),
        }
        rows = {words: answer.rows() for words, answer in asked.items()}
    for words, found in rows.items():
        ran = archive(*words.split(), "--format", "jsonl")
        assert [json.loads(line) for line in ran.out.splitlines()] == found
        assert found


def test_an_answer_in_a_notebook_is_its_report(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive("list").code == 0
    with tracker.open_archive(tmp_path / "snapshots") as opened:
        compared = opened.compare("XAA/CCPCJ", "32", "33")
        traced = opened.trace("XAA/CCPCJ", "corruption")
        assert "<section" in str(compared._repr_html_())
        assert traced._repr_html_() is None
        assert repr(traced) == f"<Answer of {len(traced.rows())} rows: Biography>"


def test_a_frame_without_its_library_says_what_to_install(
    archive: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert archive("list").code == 0
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    with tracker.open_archive(tmp_path / "snapshots") as opened:
        answer = opened.trace("XAA/CCPCJ", "corruption")
    with pytest.raises(TrackerError, match="a data frame needs pandas or polars; install it: pip install"):
        answer.frame()
    with pytest.raises(TrackerError, match="a data frame needs polars; install it: pip install polars"):
        answer.frame("polars")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with tracker.open_archive(tmp_path) as opened, pytest.raises(TrackerError, match="no archive"):
        opened.compare("XAA/CCPCJ/32", "XAA/CCPCJ/33")


ROWS = {
    "topics": (
        "old", "new", "topic", "label", "kind", "status", "likely", "certainty", "measured", "share_unsure",
        "old_level", "old_sentences", "old_share", "old_quote",
        "new_level", "new_sentences", "new_share", "new_quote", "share_change", "decided_by",
    ),
    "changes": (
        "old", "new", "id", "operation", "moved", "confidence", "method", "old_paragraph", "new_paragraph",
        "old_text", "new_text", "shifts", "decided_by",
    ),
    "shifts": (
        "old", "new", "change", "topic", "axis", "direction", "amount", "old_words", "new_words",
        "old_paragraph", "new_paragraph", "old_sentence", "new_sentence", "rule",
    ),
}  # fmt: skip
"""The names of columns, which are a promise."""


def test_rows_are_plain_records_with_the_same_names_for_every_pair() -> None:
    one, same = tracker.compare(OLD, NEW), tracker.compare(OLD, OLD)
    for comparison in (one, same):
        for of, names in ROWS.items():
            rows = tracker.list_rows(comparison, of)  # type: ignore[arg-type]
            shifted = comparison is one or of != "shifts"
            assert {tuple(row) for row in rows} == ({names} if shifted else set())
            assert all(
                value is None or type(value) in {str, int, float, bool}
                for row in rows
                for value in row.values()
            )
    topics = {str(row["topic"]): row for row in tracker.list_rows(one)}
    assert (topics["cybercrime"]["status"], topics["cybercrime"]["old_level"]) == ("new", "absent")
    assert topics["corruption"]["new_quote"] is None
    assert not any(row["status"] and row["likely"] for row in tracker.list_rows(one))
    shifts = [row["shifts"] for row in tracker.list_rows(one, "changes") if row["shifts"]]
    assert any("figure=raised" in str(each) for each in shifts)
    (raised,) = (row for row in tracker.list_rows(one, "shifts") if row["axis"] == "figure")
    assert (raised["old_words"], raised["new_words"]) == ("5 million euros", "8 million euros")
    assert raised["change"] in {row["id"] for row in tracker.list_rows(one, "changes")}


def test_rows_of_something_else_are_refused() -> None:
    with pytest.raises(ValueError, match="'sentences': expected one of topics, changes, shifts"):
        tracker.list_rows(tracker.compare(OLD, NEW), "sentences")  # type: ignore[arg-type]
