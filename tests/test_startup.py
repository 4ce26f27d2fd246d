from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.running import Ran

SHARED = {
    "httpx": {"capture", "workflows"},
    "numpy": {"archive", "text", "topics"},
    "rapidfuzz": {"alignment", "references"},
    "rich": {"cli", "report"},
}
"""Outside libraries that more than one package knows."""

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


def find_importers() -> dict[str, set[str]]:
    """Return by outside library the packages that import it, for more than annotations."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tracker").glob("*/**/*.py")):
        for name in find_imports(ast.parse(path.read_text("utf-8"))):
            library = name.partition(".")[0]
            if library not in sys.stdlib_module_names | {"tracker"}:
                found.setdefault(library, set()).add(path.relative_to(ROOT / "tracker").parts[0])
    return found


def find_imports(node: ast.AST) -> Iterator[str]:
    """Yield the names of the modules that a tree imports when it runs."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield str(node.module)
    for child in ast.iter_child_nodes(node):
        yield from find_imports(child)


def test_an_outside_library_is_known_to_one_package_save_those_named() -> None:
    importers = find_importers()
    assert importers.keys() >= HEAVY
    assert {name: found for name, found in importers.items() if len(found) > 1} == SHARED
