"""What ``.ci/run`` makes of a step that passes, fails, or is left out for want of development data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.running import ROOT
from tests.shared_data import SKIPPED

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = ("floors", "digests")


def run_steps(folder: Path, *steps: str) -> subprocess.CompletedProcess[str]:
    """Run steps as the script does, by its own functions, and conclude."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    functions = [
        found[0]
        for name in ("step", "add_up", "show", "conclude")
        if (
            found := re.search(rf"^{name}\(\) \{{(?:.*\}}$|.*?^\}}$)", script, flags=re.MULTILINE | re.DOTALL)
        )
    ]
    assert len(functions) == 4
    for name in ("said", "failed", "skipped"):
        (folder / name).mkdir()
    lines = ("set -euo pipefail", f"work={folder}", *functions, *steps, "show", "conclude")
    return subprocess.run(
        ["bash", "-c", "\n".join(lines)], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("codes", "concluded"),
    [
        ((0, 0), (0, "")),
        ((0, SKIPPED), (0, "SKIPPED: b\n")),
        ((1, SKIPPED), (1, "SKIPPED: b\nFAILED: a\n")),
        ((2, 0), (1, "FAILED: a\n")),
    ],
)
def test_what_is_left_out_is_named_and_only_a_failure_fails(
    tmp_path: Path, codes: tuple[int, int], concluded: tuple[int, str]
) -> None:
    steps = (
        f"step {name} sh -c 'echo said by {name}; exit {code}' || true"
        for name, code in zip("ab", codes, strict=True)
    )
    ran = run_steps(tmp_path, *steps)
    assert (ran.returncode, ran.stderr) == (concluded[0], "")
    assert ran.stdout.endswith(concluded[1])
    for name, code in zip("ab", codes, strict=True):
        verdict = {0: "", SKIPPED: " SKIPPED"}.get(code, f" FAILED with {code}")
        assert re.search(
            rf"^== {name}: \d+ s, \d+ of a processor{verdict}\nsaid by {name}$", ran.stdout, re.MULTILINE
        )


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as a clone has it that has no data beside it."""
    folder = tmp_path_factory.mktemp("bare") / "clone"
    ignored = shutil.ignore_patterns("__pycache__", "golden", "acceptance")
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=ignored)
    return folder


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(("variable", "code"), [("", SKIPPED), ("false", SKIPPED), ("true", 1)])
def test_without_data_a_check_is_left_out_and_in_ci_it_fails(
    bare: Path, check: str, variable: str, code: int
) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "TRACKER_CORPORA"}
    ran = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{check}"],
        cwd=bare, env={**clean, "CI": variable}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    assert ran.stderr.endswith(
        "nothing was checked: the development data is not here: python -m tests.benchmarks.fetch_corpora"
        " --into FOLDER, then TRACKER_CORPORA=FOLDER\n"
    )
