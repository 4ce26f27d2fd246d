"""What the documents name is there: each command with the options that are typed with it. They stay short."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from tests.running import ROOT
from tracker.cli.main import app

if TYPE_CHECKING:
    from pathlib import Path

DOCS = tuple(sorted((ROOT / "tracker" / "docs").glob("*.md")))
PAGES = (*DOCS, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")))
ROOT_COMMAND: Any = get_command(app)
LINE = re.compile(r"^ {4}tracker (.+)$", re.MULTILINE)
WITHIN = re.compile(r"`tracker ([^`]+)`")


def list_typed(page: Path) -> list[str]:
    """Return what a page shows to be typed after ``tracker``: in lines of their own, and within sentences."""
    text = re.sub(r"\\\n *", "", page.read_text(encoding="utf-8"))
    return LINE.findall(text) + [" ".join(typed.split()) for typed in WITHIN.findall(text)]


def find_unknown(typed: str) -> str:
    """Return the first word of what is typed that is no command, or no option of it; or nothing."""
    command = ROOT_COMMAND
    options = {"--help", *(name for each in command.params for name in each.opts)}
    for word in re.sub(r"^--archive \S+ ", "", typed).split():
        below = getattr(command, "commands", {})
        if word.startswith("--"):
            if word.partition("=")[0] not in options:
                return word
        elif word in below:
            command = below[word]
            options |= {name for each in command.params for name in each.opts}
        elif below and word != "COMMAND":
            return word
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_a_page_names_is_there(page: Path) -> None:
    unknown = {typed: find_unknown(typed) for typed in list_typed(page)}
    assert {typed: word for typed, word in unknown.items() if word} == {}


@pytest.mark.parametrize(
    ("typed", "word"), [("dif A B", "dif"), ("diff A B --html", "--html"), ("mirror pull", "pull")]
)
def test_what_is_not_there_is_found(typed: str, word: str) -> None:
    assert find_unknown(typed) == word


def test_the_documents_are_short() -> None:
    assert len(DOCS) <= 19
    assert sum(len(page.read_text(encoding="utf-8").split()) for page in PAGES) <= 38_000


def test_the_drawing_of_the_rooms_is_the_contract_of_imports() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (rooms,) = (each["layers"] for each in contracts["contracts"] if each["name"] == "Imports point down")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawing = text.partition("`lint-imports` checks it:")[2].partition("## To add")[0]
    assert re.findall(r"^ {4}(\w+) +\S", drawing, re.MULTILINE) == re.findall(r"\w+", " ".join(rooms))
