from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = (ROOT / "README.md", *sorted((ROOT / "tracker" / "docs").glob("*.md")))
OTHERS = tuple(
    ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "snapshots/README.md")
)
LINK = re.compile(r"\]\(([^):\s]+)\)")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs_and_says_what_changed() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said = ran.stdout.splitlines()
    assert "Corruption not repeated" in said
    assert "Cybercrime new" in said
    assert any(line.startswith("weaker") for line in said)
    assert any(line.startswith("later") for line in said)


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: page.name)
def test_every_place_that_a_page_links_to_is_there(page: Path) -> None:
    links = [link.partition("#") for link in LINK.findall(page.read_text("utf-8"))]
    files = [((page.parent / name) if name else page, anchor) for name, _, anchor in links]
    assert [str(file) for file, _ in files if not file.exists()] == []
    assert [
        (file.name, anchor) for file, anchor in files if anchor and anchor not in _list_anchors(file)
    ] == []


def _list_anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index_that_the_readme_names() -> None:
    index = (ROOT / "tracker" / "docs" / "README.md").read_text("utf-8")
    assert "](tracker/docs/README.md)" in README
    assert [
        page.name for page in PAGES[1:] if page.name != "README.md" and f"]({page.name})" not in index
    ] == []


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 120


def test_every_place_to_change_something_is_there() -> None:
    table = (ROOT / "tracker" / "docs" / "code.md").read_text("utf-8")
    places = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.(?:py|toml))?)`", table)
    assert len(places) > 10
    assert [place for place in places if not (ROOT / "tracker" / place).exists()] == []
