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
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs_and_says_what_changed() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said = ran.stdout.splitlines()
    assert "Corruption dropped" in said
    assert "Cybercrime new" in said
    assert any(line.startswith("weaker") for line in said)
    assert any(line.startswith("later") for line in said)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_document_that_a_page_links_to_is_there(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")) if " " not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_in_the_index_that_the_readme_names() -> None:
    index = (ROOT / "tracker" / "docs" / "README.md").read_text("utf-8")
    assert "](tracker/docs/README.md)" in README
    assert [
        page.name for page in PAGES[1:] if page.name != "README.md" and f"]({page.name})" not in index
    ] == []


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 120


def test_every_place_to_change_something_is_there() -> None:
    table = (ROOT / "tracker" / "docs" / "code.md").read_text("utf-8").partition("[[[cog")[0]
    places = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.(?:py|toml))?)`", table)
    assert len(places) > 10
    assert [place for place in places if not (ROOT / "tracker" / place).exists()] == []
