"""The page on security names every dependency with its bound, and every module that it speaks of is there."""

from __future__ import annotations

import re
import tomllib

from tests.running import ROOT
from tracker.preservation.git.program import LEAST_GIT

PAGE = (ROOT / "tracker" / "docs" / "security.md").read_text(encoding="utf-8")
OURS = {"dev", "checks", "fit", "long"}
"""Extras for who works on the program: of users nobody has them."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = f"{PROJECT['name']}["
"""How an extra takes in another."""


def test_every_dependency_is_named_with_its_bound() -> None:
    extras = PROJECT["optional-dependencies"]
    asked = [
        *PROJECT["dependencies"],
        *(each for name in extras if name not in OURS for each in extras[name] if not each.startswith(OWN)),
    ]
    wanted = {re.split(r"[\[<>=]", each)[0]: re.sub(r"^[^<>=]+", "", each) for each in asked}
    named = dict(re.findall(r"^\| ([\w-]+)(?: \(extra\))? \| `([^`]+)` \|", PAGE, flags=re.MULTILINE))
    assert named == wanted
    assert all("<" in bound or bound.startswith("==") for bound in named.values())


def test_every_place_that_it_names_is_there() -> None:
    places = re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:\.py|/))`", PAGE)
    assert places
    found = [place for place in places if (ROOT / "tracker" / place).exists() or (ROOT / place).exists()]
    assert found == places


def test_the_oldest_git_is_the_one_that_is_checked() -> None:
    named = "git {}.{} or newer".format(*LEAST_GIT)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert named in " ".join(PAGE.split())
    assert named in " ".join(readme.split())
