from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

HEAVY = {
    "numpy",
    "git",
    "sqlite_utils",
    "trafilatura",
    "docx",
    "pypdfium2",
    "rapidfuzz",
    "rich",
    "diff_match_patch",
    "httpx",
    "httpcore",
    "protego",
    "warcio",
}


def loaded_modules(folder: Path, *arguments: str) -> set[str]:
    code = (
        "import sys\nsys.argv = ['tracker', *sys.argv[1:]]\n"
        "from tracker.cli.main import main\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return {name.partition(".")[0] for name in ran.stderr.split()}


@pytest.mark.parametrize("arguments", [("--help",), ("list",), ("--version",)])
def test_light_commands_load_nothing_heavy(
    archive: Callable[..., Ran], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert archive("list").code == 0
    loaded = loaded_modules(tmp_path, *arguments)
    assert "typer" in loaded
    assert not loaded & HEAVY


def test_importing_the_package_loads_neither_git_sqlite_nor_numpy() -> None:
    code = "import sys, tracker; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert "tracker" in loaded
    assert not {"sqlite3", "git", "numpy", "typer"} & loaded
