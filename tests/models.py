"""How tests have the library ``llm`` know their plugin: an installed distribution with an entry point."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from tests.forking import run_command
from tests.running import ROOT, Ran

_FIRST: Final = "from tests.models import load_models\nload_models()"


def run_with_models(folder: Path, *arguments: str, **environment: str) -> Ran:
    """Run the command in a process of its own whose library knows our plugin, and has its settings here."""
    own = {"LLM_USER_PATH": str(folder / "llm"), "STUB_CALLS": str(folder / "calls.jsonl")}
    done = run_command(folder, arguments, b"", {**os.environ, **own, **environment}, first=_FIRST)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def load_models() -> None:
    """Have this process know the plugin, and load it with the library."""
    place = Path(mkdtemp())
    install_stub(place)
    sys.path += [str(ROOT), str(place / "plugins")]
    import_module("llm.plugins").load_plugins()


def install_stub(folder: Path) -> dict[str, str]:
    """Install the plugin into a folder, and return the environment in which the library finds it there."""
    place = folder / "plugins"
    information = place / "tracker_stub-1.0.dist-info"
    information.mkdir(parents=True, exist_ok=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: tracker-stub\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[llm]\nstub = tests.stub_llm\n")
    return {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(place))),
        "LLM_USER_PATH": str(folder / "llm"),
        "STUB_CALLS": str(folder / "calls.jsonl"),
    }
