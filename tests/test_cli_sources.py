from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.fault_server import answer, running
from tests.running import NEW, OLD, count_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

ADDRESS = "https://www.example.org/79"


@pytest.fixture
def made(tracker: Callable[..., Ran], tmp_path: Path) -> Callable[..., Ran]:
    """Run the command beside the folder of an archive, whose record no command on the list needs."""
    (tmp_path / "snapshots").mkdir()
    return tracker


def _watched(folder: Path) -> dict[str, dict[str, object]]:
    text = (folder / "snapshots" / "watch.toml").read_text(encoding="utf-8")
    sources: dict[str, dict[str, object]] = tomllib.loads(text)["sources"]
    return sources


def test_a_source_is_added_listed_and_called_after_what_it_feeds(
    made: Callable[..., Ran], tmp_path: Path
) -> None:
    added = made("sources", "add", ADDRESS, "--as", "xaa/unga79~prepared.en", "--selector", "main",
                 "--remove", ".share", "--remove", "aside", "--valid-from", "2024-09-01",
                 "--pace", "5")  # fmt: skip
    assert added.code == 0, added.err
    assert "xaa-unga-79 added" in added.out
    assert _watched(tmp_path) == {
        "xaa-unga-79": {
            "reference": "XAA/UNGA/79~prepared.en",
            "url": ADDRESS,
            "selector": "main",
            "remove": [".share", "aside"],
            "valid_from": "2024-09-01",
            "pace": 5.0,
        }
    }
    listed = made("sources", "list").out
    assert "XAA/UNGA/79~prepared.en" in listed
    (entry,) = json.loads(made("sources", "list", "--format", "json").out)["sources"]
    assert (entry["id"], entry["address"], entry["language"]) == ("xaa-unga-79", ADDRESS, "en")


def test_a_second_source_of_one_statement_gets_the_next_name(
    made: Callable[..., Ran], tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        assert made("sources", "add", f"{ADDRESS}?{number}", "--as", "XAA/UNGA/79").code == 0
    assert list(_watched(tmp_path)) == ["xaa-unga-79", "xaa-unga-79-2", "xaa-unga-79-3"]


def test_sources_are_closed_one_by_one_and_what_was_closed_is_no_other(
    made: Callable[..., Ran], tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        made("sources", "add", f"{ADDRESS}?{number}", "--as", "XAA/UNGA/79")
    why = ("--by", "Ana", "--reason", "moved")
    for name in ("xaa-unga-79", "xaa-unga-79-2"):
        closed = made("sources", "close", name, *why)
        assert closed.code == 0, closed.err
    assert list(_watched(tmp_path)) == ["xaa-unga-79", "xaa-unga-79-2", "xaa-unga-79-3"]
    for name, said in (
        ("xaa-unga-79-2", "xaa-unga-79-2 was"),
        ("other", "nothing is watched under the id other"),
    ):
        again = made("sources", "close", name, *why)
        assert (again.code, again.out) == (2, "")
        assert said in again.err


def test_an_index_is_added_with_its_rule(made: Callable[..., Ran], tmp_path: Path) -> None:
    added = made("sources", "add", "https://www.example.org/speeches", "--index", "--links",
                 r"unga-(?P<session>\d+)", "--as", "XAA/UNGA/{session}", "--name", "speeches")  # fmt: skip
    assert added.code == 0, added.err
    assert _watched(tmp_path)["speeches"]["reference"] == "XAA/UNGA/{session}"
    assert "index: XAA/UNGA/{session}" in made("sources", "list").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((ADDRESS,), "missing option --as"),
        ((ADDRESS, "--as", "GQX/UNGA/79"), "unknown country"),
        ((ADDRESS, "--as", "../x"), "reference"),
        (("ftp://www.example.org/", "--as", "XAA/UNGA/79"), "http"),
        (("https://me:secret@example.org/", "--as", "XAA/UNGA/79"), "password"),
        (("../outside.txt", "--as", "XAA/UNGA/79"), "inside"),
        (("79.txt", "--as", "XAA/UNGA/79"), "79.txt: no such file in snapshots; if it comes later, give"),
        ((ADDRESS, "--as", "XAA/UNGA/79", "--name", "../x"), "name"),
        ((ADDRESS, "--as", "XAA/UNGA/79", "--selector", "main >"), "CSS"),
        ((ADDRESS, "--as", "XAA/UNGA/79", "--pace", "-1"), "0 to 3600"),
        ((ADDRESS, "--index"), "links"),
        ((ADDRESS, "--index", "--links", "["), "regular expression"),
    ],
)
def test_what_cannot_be_watched_is_one_line_and_no_file(
    made: Callable[..., Ran], tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    refused = made("sources", "add", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert len(refused.err.splitlines()) == 1
    assert "secret" not in refused.err
    assert not (tmp_path / "snapshots" / "watch.toml").exists()


def test_a_file_that_comes_later_has_a_first_day(made: Callable[..., Ran], tmp_path: Path) -> None:
    line = ("sources", "add", "79.txt", "--as", "XAA/UNGA/79")
    assert made(*line, "--valid-from", "2030-01-01").code == 0
    (tmp_path / "snapshots" / "80.txt").write_text("We thank you.\n", encoding="utf-8")
    assert made("sources", "add", "80.txt", "--as", "XAA/UNGA/80").code == 0
    assert [source["path"] for source in _watched(tmp_path).values()] == ["79.txt", "80.txt"]


def test_without_a_list_the_next_step_is_named(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    refused = tracker("sources", "list")
    assert refused.code == 2
    assert "tracker sources add" in refused.err
    assert tracker("init").code == 0
    (tmp_path / "snapshots" / "watch.toml").write_text("[settings]\npaces = 1\n", encoding="utf-8")
    refused = tracker("sources", "list")
    assert refused.code == 2
    assert "watch.toml:2: settings.paces: unknown key" in refused.err


def _page(text: str) -> bytes:
    paragraphs = "".join(f"<p>{' '.join(part.split())}</p>" for part in text.split("\n\n"))
    return f"<!doctype html><title>Statement</title><main>{paragraphs}</main>".encode()


def test_check_shows_what_would_be_captured_and_stores_nothing(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    assert tracker("init").code == 0
    html = "Content-Type: text/html\r\n"
    routes = {
        "/speeches": answer(body=b"<p><a href='/unga-79'>79</a> <a href='/about'>About</a>", headers=html),
        "/unga-79": answer(body=_page(NEW), headers=html),
        "/78": answer(body=_page(OLD), headers=html),
        "/77": answer("403 Forbidden"),
    }
    watch = tmp_path / "snapshots" / "watch.toml"
    with running(routes) as server:
        watch.write_text(
            f"""[settings]
pace = 0
allow_private = ["{server.host}"]
[sources.speeches]
kind = "index"
url = "{server.url("/speeches")}"
links = 'unga-(?P<session>[0-9]+)'
reference = "XAA/UNGA/{{session}}"
min_words = 10
[sources.last]
reference = "XAA/UNGA/78"
url = "{server.url("/78")}"
min_words = 10
[sources.shut]
reference = "XAA/UNGA/77"
url = "{server.url("/77")}"
""",
            encoding="utf-8",
        )
        before = count_rows(tmp_path)
        found = tracker("sources", "check")
        assert found.code == 1, found.err
        assert "unreachable XAA/UNGA/77 shut http 403" in found.out
        assert "new XAA/UNGA/79 speeches:" in found.out
        assert "new XAA/UNGA/78 last" in found.out
        assert tracker("sources", "check", "last").code == 0
        checked = json.loads(tracker("sources", "check", "speeches", "--format", "json").out)["checks"]
        assert {(each["outcome"], each["reference"]) for each in checked} == {
            ("new", None),
            ("new", "XAA/UNGA/79"),
        }
        assert tracker("sources", "check", "nothing").code == 2
    assert count_rows(tmp_path) == before
