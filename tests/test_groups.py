"""Groups of countries: who belongs when, what the archive keeps of it, and what --countries makes of it."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import closing, suppress
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.here import runner
from tests.mirrors import make_record, read_tables
from tests.thorough import some
from tracker.archive import ArchiveSession, create_archive, open_store
from tracker.follow.groups import choose_countries, date_session, read_date
from tracker.inputs.compiled import read_packaged
from tracker.keep.mirror import update_mirror
from tracker.keep.verify import verify
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.record.reading.reader import open_reader
from tracker.references.countries import countries
from tracker.references.groups import find_group, packaged_groups

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

SIZES = [
    ("EU", "1957-12-31", 0),
    ("EU", "1973-01-01", 9),
    ("EU", "2004-04-30", 15),
    ("EU", "2004-05-01", 25),
    ("EU", "2013-12-31", 28),
    ("EU", "2020-01-31", 28),
    ("EU", "2020-02-01", 27),
    ("NATO", "1949-12-31", 12),
    ("NATO", "1990-12-31", 16),
    ("NATO", "2024-12-31", 32),
    ("ASEAN", "1998-12-31", 9),
    ("ASEAN", "2024-12-31", 10),
    ("GCC", "2015-12-31", 6),
    ("BRICS", "2009-12-31", 4),
    ("BRICS", "2015-12-31", 5),
    ("G7", "1975-12-31", 6),
    ("G20", "2015-12-31", 19),
    ("P5", "2015-12-31", 5),
    ("OECS", "2015-12-31", 7),
    ("CARICOM", "2015-12-31", 15),
    ("LAS", "2015-12-31", 22),
    ("OIC", "2015-12-31", 57),
    ("LDC", "1971-12-31", 24),
    ("LDC", "2016-12-31", 48),
    ("LDC", "2024-12-31", 44),
    ("LLDC", "2015-12-31", 32),
    ("G77", "2015-12-31", 134),
    ("NONALIGNED", "2015-12-31", 120),
    ("SIDS", "2015-12-31", 39),
    ("AFRICANUNION", "1990-12-31", 51),
    ("AFRICANUNION", "2015-12-31", 54),
    ("AFRICANUNION", "2017-12-31", 55),
    ("VISEGRAD", "1992-12-31", 3),
    ("VISEGRAD", "1993-12-31", 4),
]


@pytest.mark.parametrize(("group", "when", "size"), SIZES)
def test_a_group_has_as_many_members_as_its_history_says(group: str, when: str, size: int) -> None:
    assert len(packaged_groups()[group].members_on(when)) == size


LEFT_AND_CAME_BACK = [
    ("AFRICANUNION", "MAR", {"1983": True, "1990": False, "2016": False, "2018": True}),
    ("NONALIGNED", "MMR", {"1978": True, "1985": False, "1993": True}),
    ("SADC", "SYC", {"1998": True, "2006": False, "2009": True}),
    ("EU", "GBR", {"1972": False, "1973": True, "2019": True, "2020": False}),
    ("LDC", "MDV", {"2010": True, "2011": False}),
]


@pytest.mark.parametrize(("group", "country", "belongs"), LEFT_AND_CAME_BACK)
def test_who_left_is_out_until_it_comes_back(group: str, country: str, belongs: dict[str, bool]) -> None:
    known = packaged_groups()[group]
    assert {year: country in known.members_on(f"{year}-12-31") for year in belongs} == belongs


def test_every_packaged_row_names_a_state_once_at_a_time_and_its_source() -> None:
    states = {country.code for country in countries() if country.kind != "group"}
    tables = read_packaged("tracker.references", "groups.toml")
    for code, group in packaged_groups().items():
        assert {member.country for member in group.members} <= states, code
        assert date.fromisoformat(group.checked)
        assert group.source.startswith("general knowledge: ")
        spans = sorted((each.country, each.since or "", each.until or "9999") for each in group.members)
        for (one, _, until), (other, since, _) in pairwise(spans):
            assert one != other or until <= since, (code, one)
        for country, until in tables[code].get("left", {}).items():
            assert any((each.country, each.until) == (country, until) for each in group.members), (
                code,
                country,
            )


NAMES = {
    "eu": "EU",
    "European Union": "EU",
    "Arab League": "LAS",
    "SIDS": "SIDS",
    "small island developing states": "SIDS",
    "AOSIS": "AOSIS",
    "African Union": "AFRICANUNION",
    "Non-Aligned Movement": "NONALIGNED",
    "NAM": None,
    "GBR": None,
    "AU": None,
    "GRULAC": None,
    "nonsense": None,
}


@pytest.mark.parametrize(("text", "code"), NAMES.items())
def test_a_group_is_found_by_code_and_name_and_no_country_is_taken_for_one(
    text: str, code: str | None
) -> None:
    found = find_group(text)
    assert (found.id if found else None) == code


@pytest.mark.parametrize(
    ("label", "delivered", "when"),
    [
        ("70", ["2015-09-28", "2015-09-26"], "2015-09-26"),
        ("70", ["2015"], "2015-12-31"),
        ("70", [None], "2015-12-31"),
        ("S-32", [], "2021-12-31"),
    ],
)
def test_a_session_asks_for_the_members_at_its_first_speech(
    label: str, delivered: list[str | None], when: str
) -> None:
    assert date_session("UNGA", label, delivered) == when


@pytest.mark.parametrize(
    ("text", "when"), [("2020", "2020-12-31"), ("2020-01", "2020-01-31"), ("2020-01-15", "2020-01-15")]
)
def test_a_date_is_its_last_day(text: str, when: str) -> None:
    assert read_date(text) == when


# What the archive keeps -----------------------------------------------------------------------------


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run the command beside a small archive with a mirror."""
    make_record(tmp_path / "snapshots")
    update_mirror(tmp_path / "snapshots")
    return runner(tmp_path, monkeypatch, capsys)


def kept(folder: Path) -> dict[str, tuple[tuple[str, str | None, str | None], ...]]:
    with closing(open_reader(folder)) as reader:
        return {
            code: tuple((each.country, each.since, each.until) for each in group.members)
            for code, group in reader.groups().items()
        }


def test_what_is_kept_is_mirrored_rebuilt_and_verified(run: Callable[..., Ran], tmp_path: Path) -> None:
    archive = tmp_path / "snapshots"
    made = run(
        "groups", "edit", "ALLIES", "--add", "FIN:1995,GBR:1973..2020-02", "--source", "treaty", "--by", "Ana"
    )
    assert made.out == "ALLIES: 2 memberships, kept by Ana\n"
    rebuild_record(archive / "mirror.git", tmp_path / "again")
    assert read_tables(tmp_path / "again") == read_tables(archive)
    assert kept(tmp_path / "again")["ALLIES"] == (("FIN", "1995", None), ("GBR", "1973", "2020-02"))
    assert kept(tmp_path / "again")["EU"][0][1] == "1958-01-01"
    found = verify(archive, "2026-11-27T12:00:00Z", lambda _done, _total: None)
    assert found.faults == ()
    assert run("groups", "fill").out == "nothing new to write\n"


def test_an_archive_keeps_the_packaged_groups_from_its_first_run_on(tmp_path: Path) -> None:
    archive = tmp_path / "snapshots"
    create_archive(archive)
    assert kept(archive) == {}
    with suppress(ZeroDivisionError), open_store(archive) as store:
        store.begin("2026-11-27T12:00:00Z")
        raise ZeroDivisionError
    assert kept(archive) == {}
    with open_store(archive) as store:
        store.begin("2026-11-27T12:00:00Z")
    with closing(open_reader(archive)) as reader:
        assert reader.groups() == packaged_groups()
    rows = len(read_tables(archive)["memberships"])
    with open_store(archive) as store:
        store.begin("2026-11-27T12:00:00Z")
    assert len(read_tables(archive)["memberships"]) == rows


def test_the_latest_list_counts_and_the_earlier_ones_stay(run: Callable[..., Ran], tmp_path: Path) -> None:
    by = ("--by", "Ana")
    run("groups", "edit", "ALLIES", "--add", "FIN,GBR,FRA", "--source", "treaty", *by)
    run("groups", "edit", "allies", "--add", "GBR:1973..2020", "--remove", "FRA", *by)
    archive = tmp_path / "snapshots"
    assert kept(archive)["ALLIES"] == (("FIN", None, None), ("GBR", "1973", "2020"))
    rows = [row for row in read_tables(archive)["memberships"] if "ALLIES" in row]
    assert len(rows) == 5
    shown = json.loads(run("list", "--groups", "ALLIES", "--at", "2021", "--format", "json").out)
    assert [member["country"] for member in shown["members"]] == ["FIN"]


def test_a_group_is_shown_in_colour_where_that_is_asked_for(run: Callable[..., Ran]) -> None:
    shown = {color: run("list", "--groups", "EU", "--color", color).out for color in ("always", "never")}
    assert "\x1b[" in shown["always"]
    assert re.sub(r"\x1b\[[\d;]*m", "", shown["always"]) == shown["never"]


def test_what_somebody_keeps_goes_before_what_comes_with_us(run: Callable[..., Ran], tmp_path: Path) -> None:
    run("groups", "edit", "EU", "--add", "GBR:1973", "--source", "a world in which it stayed", "--by", "Ana")
    with ArchiveSession(tmp_path / "snapshots") as archive:
        assert "GBR" in choose_countries(archive, "EU").on("2021-01-01")
    assert run("groups", "fill").out == "nothing new to write\n"
    rows = list(csv.DictReader(io.StringIO(run("list", "--groups", "--format", "csv").out)))
    assert {row["person"] for row in rows if row["group"] == "EU"} == {"Ana"}
    assert run("groups", "fill", "EU").out == "wrote 1 groups: EU\n"
    with ArchiveSession(tmp_path / "snapshots") as archive:
        assert "GBR" not in choose_countries(archive, "EU").on("2021-01-01")


def test_countries_are_names_groups_and_files(run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# ours\nFrance\nPRT, ESP  # Iberia\n", encoding="utf-8")
    assert run("list", "--groups").code == 0
    with ArchiveSession(tmp_path / "snapshots") as archive:
        chosen = choose_countries(archive, f"@{tmp_path / 'list.txt'}, BALTIC,United Kingdom")
    assert chosen.named == {"FRA", "PRT", "ESP", "GBR"}
    assert chosen.on("1990-01-01") == chosen.named
    assert chosen.on("1992-01-01") == chosen.named | {"EST", "LVA", "LTU"}


MISTAKES = [
    (
        ("list", "--groups", "GRULAC"),
        "no members are known of 'GRULAC'; tracker list --groups shows all",
    ),
    (("list", "--groups", "EU", "--at", "soon"), "'soon' is no date; write 2015, 2015-09 or 2015-09-28"),
    (("groups", "fill", "GBR"), "no group 'GBR' comes with tracker"),
    (
        ("groups", "edit", "GBR", "--add", "FRA", "--source", "x", "--by", "Ana"),
        "GBR is GBR (United Kingdom); give",
    ),
    (
        ("groups", "edit", "NEWS", "--add", "FRA", "--by", "Ana"),
        "say where the members of NEWS were taken from",
    ),
    (
        ("groups", "edit", "NEWS", "--source", "x", "--by", "Ana"),
        "NEWS would have no members; name some with --add",
    ),
    (
        ("groups", "edit", "EU", "--add", "FRA:soon", "--by", "Ana"),
        "--add FRA:soon: soon is no date; write 1995",
    ),
    (("groups", "edit", "EU", "--add", "FRA:1999..1998", "--by", "Ana"), "it would end before it begins"),
    (("groups", "edit", "EU", "--add", "ASEAN", "--by", "Ana"), "is a group itself; name its members"),
    (
        ("groups", "edit", "EU", "--remove", "JPN", "--by", "Ana"),
        "JPN is no member of EU; tracker list --groups EU",
    ),
    (
        ("groups", "edit", "EU", "--add", "Fransce", "--by", "Ana"),
        "unknown country 'Fransce'; did you mean FRA",
    ),
    (
        ("groups", "edit", "A/B", "--add", "FRA", "--source", "x", "--by", "Ana"),
        "is no code for a group; write 2",
    ),
    (
        ("timeline", "UNGA", "--sessions", "78", "--countries", "GRULAC"),
        "name them with: tracker groups edit GRULAC",
    ),
    (
        ("timeline", "UNGA", "--sessions", "78", "--countries", "AU"),
        "write AUS (Australia) or AFRICANUNION (African Union)",
    ),
    (
        ("timeline", "UNGA", "--sessions", "78", "--countries", " , "),
        "names nobody; write codes, such as GBR,FRA",
    ),
    (
        ("timeline", "UNGA", "--sessions", "78", "--countries", "@none.txt"),
        "--countries @none.txt: No such file",
    ),
    (
        ("timeline", "UNGA", "--sessions", "12-20"),
        "the archive has no statement at UNGA 12-20; it has sessions",
    ),
    (("timeline", "UNGA", "--sessions", "12"), "the archive has no statement at UNGA 12; it has sessions"),
    (("timeline", "UNGA", "--sessions", ","), "names no session; write a range, such as 70-79"),
    (("timeline", "UNGA", "--sessions", "78", "--countries", "GBR"), "no statement by GBR at UNGA 78"),
    (
        ("timeline", "UNGA", "--sessions", "78", "--countries", "EU"),
        "nobody of EU has a statement that can be read",
    ),
    (("diff", "GBR/UNGA", "78", "79", "--countries", "EU"), "tracker diff UNGA 70 71 --countries SIDS"),
    (("diff", "UNGA", "78", "--countries", "EU"), "tracker diff UNGA 70 71 --countries SIDS"),
    (("diff", "UNGA", "78", "79", "--countries", "EU", "--stat"), "--countries takes no --stat"),
    (("diff", "UNGA", "78", "79", "--countries", "EU", "--only", "figure"), "expected one of new, moved up"),
    (("trace", "GBR/UNGA", "peace", "--countries", "EU"), "tracker trace UNGA"),
    (("trace", "UNGA", "peace", "--countries", "GBR"), "no statement by 'GBR' at UNGA"),
]


@pytest.mark.parametrize(("words", "said"), some(13, MISTAKES))
def test_a_mistake_is_answered_by_one_line_that_leads_on(
    run: Callable[..., Ran], words: tuple[str, ...], said: str
) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
