"""What is told where a part of the program needs a library that is not installed."""

from __future__ import annotations

import shlex
import sys
import tomllib

import pytest

from tests.running import ROOT
from tracker.inputs.extras import install_words

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]


@pytest.mark.parametrize("extra", ["plot", "parquet", "serve", "site", "skos", "warc", "xlsx", "llm", "dask"])
def test_the_command_installs_all_of_an_extra_with_the_python_that_runs(extra: str) -> None:
    said = install_words(extra)
    python, *words, _ = [*shlex.split(said.removeprefix("install it: ")), ""]
    wanted = {name.partition(">")[0] for name in EXTRAS[extra] if not name.startswith("statement-tracker")}
    assert (python, words[:3]) == (sys.executable, ["-m", "pip", "install"])
    assert wanted <= {library.partition("<")[0] for library in words[3:]}
