"""What is installed: under which name, and what comes with which extra."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import metadata
from typing import TYPE_CHECKING, Final

import pytest

import tracker
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: Final[dict[str, list[str]]] = PROJECT["optional-dependencies"]
NAME: Final = "statement-tracker"
PLUGINS: Final = {"pytest-xdist", "httpx"}
"""What no module imports: pytest finds the one, and a plugin that tests write imports the other."""
TESTED: Final = "tests/benchmarks/fetch_corpora.py"
"""The benchmark that has tests of its own, and libraries that no test imports."""


def test_what_pip_knows_as_another_name_is_the_package_and_the_command_tracker() -> None:
    installed = metadata.distribution(NAME)
    assert (PROJECT["name"], installed.version) == (NAME, tracker.__version__)
    commands = [(each.name, each.module) for each in installed.entry_points.select(group="console_scripts")]
    assert commands == [("tracker", "tracker.cli.main")]
    assert f"`{NAME}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def list_imports(*patterns: str) -> Iterator[str]:
    """Yield the distributions of what the files of some patterns import."""
    homes = metadata.packages_distributions()
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    modules = [each.name for each in names]
                case ast.ImportFrom(module=str(module)):
                    modules = [module]
                case _:
                    continue
            for module in modules:
                yield from (name.lower() for name in homes.get(module.partition(".")[0], ()))


def name_own(extra: str) -> set[str]:
    """Return the distributions of an extra, without those that come with another of ours."""
    names = {re.split(r"[\[<>=]", each)[0].lower() for each in EXTRAS[extra]}
    return names - {NAME}


def test_dev_holds_what_the_tests_import_and_no_more() -> None:
    used = {name.replace("_", "-") for name in list_imports("tests/*.py", TESTED)}
    assert name_own("dev") - PLUGINS <= used
    assert name_own("dev") & (name_own("checks") | name_own("fit") | name_own("long")) == set()


def test_every_extra_that_a_command_asks_for_is_there() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tracker/**/*.py"))
    asked = set(re.findall(r"install_words\(['\"](\w+)['\"]\)", code))
    assert {"plot", "parquet"} <= asked <= EXTRAS.keys()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "tracker/docs/*.md"])
def test_every_extra_that_is_named_is_there(page: str) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob(page))
    named = {name for found in re.findall(r"['`]\.\[([a-z,]+)\]['`]", text) for name in found.split(",")}
    assert named
    assert named <= EXTRAS.keys()
