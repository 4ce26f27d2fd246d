from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.archives import OBSERVED, declare, in_session, record
from tracker.archive import create_archive, open_store
from tracker.follow import trace
from tracker.follow.series import Within, parse_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.tracing import Biography

RIVERS = "We urge all States to ratify the Treaty on the Protection of Rivers without delay."

HELD = [
    ("XAA/UNGA/76~prepared.en", f"{RIVERS}\nThank you.", OBSERVED),
    ("XAA/UNGA/S-32~prepared.en", "We met in haste.", OBSERVED),
    ("XAA/UNGA/77~prepared.fr", "Nous parlons des fleuves et des forêts.", OBSERVED),
    ("XAA/UNGA/77~translation.en", "We speak of forests.\nThank you.", OBSERVED),
    ("XAA/UNGA/78~prepared.en", f"{RIVERS}\nThank you.", OBSERVED),
    ("XAA/UNGA/78~prepared.en", f"{RIVERS.replace('urge', 'encourage')}\nThank you.", "2024-06-01T09:00:00Z"),
    ("XAA/HRC/52/item-2~prepared.en", RIVERS, OBSERVED),
    ("XAA/HRC/52/item-4~prepared.en", "We speak of forests.", OBSERVED),
    ("XAA/HRC/53/item-4~prepared.en", "We speak of forests.\nWe speak of rivers.", OBSERVED),
]

trace_by_reference, blame_statement = in_session(trace.trace_series), in_session(trace.blame_statement)


def trace_series(folder: Path, series: str, text: str, *bounds: str | None) -> Biography:
    return trace_by_reference(folder, parse_place(series), trace.read_asked([text]), Within(*bounds))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    create_archive(folder)
    with open_store(folder) as store:
        for reference, text, observed in HELD:
            record(store, declare(reference), text, observed)
    return folder


def said(
    folder: Path, series: str, text: str, first: str | None = None, last: str | None = None
) -> list[str]:
    biography = trace_series(folder, series, text, first, last)
    return [statement.side.name for statement in biography.statements if statement.occurrences]


# Which texts are read --------------------------------------------------------------------------------


def test_one_edition_of_each_statement_is_read_in_the_order_of_the_sessions(folder: Path) -> None:
    sessions = [statement.side.session for statement in trace_series(folder, "XAA/UNGA", "rivers").statements]
    assert len(sessions) == 4
    assert [session for session in sessions if session != "S-32"] == ["76", "77", "78"]


@pytest.mark.parametrize(
    ("series", "text", "bounds", "expected"),
    [
        ("XAA/UNGA", "forests", (None, None), []),
        ("XAA/UNGA~en", "forests", (None, None), ["77"]),
        ("XAA/UNGA~fr", "forêts", (None, None), ["77"]),
        ("XAA/UNGA", "protection of rivers", (None, None), ["76", "78"]),
        ("XAA/UNGA", "protection of rivers", ("77", None), ["78"]),
        ("XAA/UNGA", "protection of rivers", (None, "77th"), ["76"]),
        ("XAA/HRC", "protection of rivers", (None, None), ["52"]),
    ],
)
def test_what_is_found(
    folder: Path, series: str, text: str, bounds: tuple[str | None, str | None], expected: list[str]
) -> None:
    assert [name.split("/")[2].partition("~")[0] for name in said(folder, series, text, *bounds)] == expected


def test_blame_looks_through_sessions_or_snapshots(folder: Path) -> None:
    by_snapshots = blame_statement(folder, "XAA/UNGA/78")
    assert by_snapshots.through == "snapshots"
    assert [(origin.first, origin.earlier) for origin in by_snapshots.origins] == [(1, 0), (0, None)]
    by_sessions = blame_statement(folder, "XAA/UNGA/78", "sessions")
    assert [side.session for side in by_sessions.sides] == ["76", "77", "78"]
    assert [(origin.first, origin.earlier) for origin in by_sessions.origins] == [(2, 0), (0, None)]
    assert blame_statement(folder, "XAA/UNGA/78@1").through == "sessions"


def test_blame_of_an_item_reads_that_item(folder: Path) -> None:
    attribution = blame_statement(folder, "XAA/HRC/53/item-4")
    assert len(attribution.sides) == 2
    assert [origin.first for origin in attribution.origins] == [0, 1]


# The commands ----------------------------------------------------------------------------------------


def test_trace_shows_a_sentence_and_what_became_of_it(archive: Callable[..., Ran]) -> None:
    ran = archive(
        "trace", "XAA/CCPCJ", "We urge all States to ratify the Treaty on the Protection of Rivers."
    )
    assert ran.code == 0
    assert "[-urge-]{+encourage+}" in ran.out
    assert "loose" in ran.out
    assert all(len(row) <= 80 for row in ran.out.splitlines())


def test_trace_as_json_is_read_by_a_program(archive: Callable[..., Ran], tmp_path: Path) -> None:
    ran = archive("trace", "XAA/CCPCJ", "first priority", "--format", "json", "--output", "out.json")
    assert (ran.code, ran.out) == (0, "")
    report = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [statement["sayings"][0]["exact"] for statement in report["statements"]] == [True, True]
    assert report["silences"] == []


def test_finding_nothing_is_an_answer(archive: Callable[..., Ran]) -> None:
    ran = archive("trace", "XAA/CCPCJ", "fish and chips")
    assert ran.code == 0
    assert "Nothing found" in ran.out


def test_colour_is_asked_for(archive: Callable[..., Ran]) -> None:
    assert "\x1b[" in archive("trace", "XAA/CCPCJ", "corruption", "--color", "always").out
    assert "\x1b[" not in archive("trace", "XAA/CCPCJ", "corruption").out


def test_blame_names_the_session_of_each_sentence(archive: Callable[..., Ran]) -> None:
    ran = archive("blame", "XAA/CCPCJ/33")
    assert ran.code == 0
    assert "from 32" in ran.out
    assert "[-urge-]{+encourage+}" in ran.out
    fields = json.loads(archive("blame", "XAA/CCPCJ/33", "--format", "json").out)
    firsts = {segment["text"]: segment["first"] for segment in fields["segments"]}
    assert firsts["Thank you."].startswith("XAA/CCPCJ/32")


def test_blame_through_snapshots(archive: Callable[..., Ran], two_files: tuple[Path, Path]) -> None:
    archive("add", two_files[1], "--as", "XAA/CCPCJ/32", "--kind", "prepared")
    ran = archive("blame", "XAA/CCPCJ/32")
    assert "from @1" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("trace", "XAA/CCPCJ/33", "corruption"), "XAA/CCPCJ"),
        (("trace", "XAA/UNGA", "corruption"), "XAA"),
        (("trace", "XAA/CCPCJ", "..."), "nothing to trace"),
        (("trace", "XAA/CCPCJ", "corruption", "--from", "34"), "32 to 33"),
        (("trace", "XAA/CCPCJ", "corruption", "--from", "soon"), "soon"),
        (("trace", "XAA/CCPCJ", "corruption", "--archive", "nowhere"), "tracker add or import"),
        (("blame", "XAA/CCPCJ"), "session"),
        (("blame", "XAA/CCPCJ/29"), "29"),
    ],
)
def test_trouble_is_one_clear_line_and_exit_2(
    archive: Callable[..., Ran], arguments: tuple[str, ...], message: str
) -> None:
    ran = archive(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
