"""The page on tables, run as a reader would: its commands, then its code for pandas and R, in a new folder.

pandas is no dependency, and is installed into a place of its own; R and its package jsonlite come with the
system (Debian: r-base-core, r-cran-jsonlite).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "tracker" / "docs" / "tables.md"
COMMAND = re.compile(r"^    (tracker .*)$", re.MULTILINE)


def prepare(language: str, folder: Path) -> str:
    """Run the commands of the page in a folder, and return its code in one language as one text."""
    text = PAGE.read_text(encoding="utf-8")
    commands = COMMAND.findall(text)
    assert commands
    wrapper = folder / "bin" / "tracker"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} -m tracker "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    path = f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    for command in commands:
        ran = subprocess.run(
            ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, (command, ran.stderr)
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) > 1
    return "\n".join(blocks)


def test_the_page_for_pandas_runs(tmp_path: Path, with_pandas: Path) -> None:
    code = prepare("python", tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{with_pandas}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split()[:3] == ["label", "...", "share_change"]
    assert "reworded" in ran.stdout
    assert "strength=" in ran.stdout


def test_the_page_for_r_runs(tmp_path: Path) -> None:
    program = shutil.which("Rscript")
    assert program, "R is not installed: apt-get install r-base-core r-cran-jsonlite"
    code = prepare("r", tmp_path)
    (tmp_path / "page.R").write_text(f"options(warn = 2)\n{code}", encoding="utf-8")
    ran = subprocess.run(
        [program, "--vanilla", "page.R"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    assert "reworded" in ran.stdout
    assert "substantive" in ran.stdout
