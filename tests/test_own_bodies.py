"""Bodies that an archive declares for itself: read strictly, meant by every command and carried on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.here import runner
from tests.repositories import run_git
from tracker.inputs.tables import InvalidKey
from tracker.references.bodies import OwnBodies, find_body, packaged_bodies, use_own_bodies
from tracker.references.own_bodies import parse_bodies
from tracker.references.sessions import resolve_session, session_sort_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.running import Ran

SUMMITS = """
[SUMMIT]
name = "Summit of Lost Continents"
aliases = ["Lost Continents", "SLC"]
languages = ["en"]

[SUMMIT.sessions.summit]
label = "{year}"

[SUMMIT.groups.LOST]
name = "Lost continents"
members = ["XAA", "FRA"]
source = "Charter of the summit, article 2"
"""

SPEECHES = {
    "FRA_2021.txt": "Corruption is our first priority. We will fight corruption in every port. Thank you.",
    "FRA_2022.txt": "Our priority is the climate. We will protect the climate and our coasts. Thank you.",
}


@pytest.fixture(autouse=True)
def _no_bodies_afterwards() -> Iterator[None]:
    yield
    use_own_bodies(OwnBodies())


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an archive's table of bodies, and speeches beside it."""
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / "bodies.toml").write_text(SUMMITS, encoding="utf-8")
    (tmp_path / "speeches").mkdir()
    for name, text in SPEECHES.items():
        (tmp_path / "speeches" / name).write_text(text, encoding="utf-8")
    return tmp_path


# What may stand in it ----------------------------------------------------------------------------------

FAULTS = {
    "a shipped body's alias": ('[X1]\nname = "X"\naliases = ["General Debate"]', "General Assembly"),
    "a country's name": ('[X1]\nname = "France"', "country"),
    "another own body's name": ('[X1]\nname = "A thing"\n[X2]\nname = "a Thing"', "X1"),
    "a shipped body renamed": ('[UNGA]\nname = "My assembly"', "only add"),
    "a kind that is there": ('[UNGA.sessions.regular]\nlabel = "{n}"', "regular sessions already"),
    "no name": ("[X1]\naliases = []", "name is missing"),
    "a small id": ('[g20]\nname = "G20"', "capitals"),
    "an unknown key": ('[X1]\nname = "X"\nsession = 3', "unknown key"),
    "a label without a number": ('[X1]\nname = "X"\n[X1.sessions.summit]\nlabel = "round"', "{n}"),
    "no label": ('[X1]\nname = "X"\n[X1.sessions.summit]\nlast = 3', "label is missing"),
    "a label with a slash": ('[X1]\nname = "X"\n[X1.sessions.summit]\nlabel = "a/{n}"', "{n}"),
    "a year that is none": ('[X1]\nname = "X"\n[X1.sessions.s]\nlabel = "{n}"\nyears = [12]', "1900"),
    "a step without a year": (
        '[X1]\nname = "X"\n[X1.sessions.s]\nlabel = "{n}"\nsteps = [{ n = 1 }]',
        "year",
    ),
    "a member that is no country": (
        '[X1]\nname = "X"\n[X1.groups.G]\nname = "G"\nmembers = ["Narnia"]\nsource = "s"',
        "Narnia",
    ),
    "a language by its name": ('[X1]\nname = "X"\nlanguages = ["English"]', "code"),
}


@pytest.mark.parametrize(("text", "says"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_says_where_it_stands_and_what_may(text: str, says: str) -> None:
    with pytest.raises(InvalidKey, match=says.replace("{", r"\{")) as caught:
        parse_bodies(text)
    assert caught.value.path


def test_a_shipped_body_may_get_aliases_and_kinds_of_session() -> None:
    own = parse_bodies(
        '[UNGA]\naliases = ["Plenary"]\n[UNGA.sessions.retreat]\nlabel = "R-{n}"\nyears = [2001, 2003]\n'
    )
    use_own_bodies(own)
    assert find_body("plenary").id == "UNGA"
    assert resolve_session("UNGA", "R-2").year == 2003
    assert resolve_session("UNGA", "79").year == 2024
    assert packaged_bodies()["UNGA"].aliases == find_body("UNGA").aliases[:-1]


def test_what_a_name_means_follows_the_archive_in_use() -> None:
    use_own_bodies(parse_bodies(SUMMITS))
    assert session_sort_key("SLC", "2021") < session_sort_key("SLC", "2022")
    assert session_sort_key("SUMMIT", "2021")[0] == 2021
    use_own_bodies(OwnBodies())
    assert session_sort_key("SUMMIT", "2021")[0] == 9999


# Every command and every copy --------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_from_a_folder_to_a_timeline(tracker: Callable[..., Ran]) -> None:
    assert "SUMMIT" in tracker("list", "--bodies").out
    ran = tracker("import", "speeches", "--body", "lost continents")
    assert ran.code == 0, ran.err
    found = json.loads(tracker("diff", "FRA/SUMMIT", "2021", "2022", "--format", "json").out)
    assert {"corruption", "climate-change"} <= {each["topic"] for each in found["topics"]}
    assert "2022" in tracker("timeline", "FRA/SUMMIT").out
    assert "FRA" in tracker("list", "--groups", "LOST").out


def test_a_fault_ends_every_command_with_its_line(folder: Path, tracker: Callable[..., Ran]) -> None:
    (folder / "snapshots" / "bodies.toml").write_text('[UNGA]\n\nname = "Mine"\n', encoding="utf-8")
    ran = tracker("list", "--bodies")
    assert ran.code == 2
    assert "line 3, UNGA.name" in ran.err
    assert ran.err.count("\n") == 1


def test_it_travels_with_mirror_and_bag(folder: Path, tracker: Callable[..., Ran]) -> None:
    tracker("import", "speeches", "--body", "SUMMIT")
    tracker("mirror", "update")
    mirror = folder / "snapshots" / "mirror.git"
    for branch in ("main", "public"):
        assert run_git(mirror, "show", f"{branch}:bodies.toml") == SUMMITS.strip()
    assert tracker("verify").code == 0
    assert tracker("rebuild", str(mirror), "--archive", "again").code == 0
    assert (folder / "again" / "bodies.toml").read_text("utf-8") == SUMMITS
    assert "SUMMIT" in tracker("list", "--archive", "again").out
    assert tracker("export", "bag", "bag").code == 0
    assert (folder / "bag" / "data" / "bodies.toml").read_text("utf-8") == SUMMITS
