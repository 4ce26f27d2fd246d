"""Each command started anew, which loads by itself all that it needs; other tests run it forked."""

from __future__ import annotations

import ast
import shutil
import subprocess
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest
import typer.main

from tests.conftest import run_tracker
from tests.repositories import run_git
from tests.running import COMMAND, OLD, ROOT
from tests.thorough import some
from tracker.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEPT = "statements/XAA/CCPCJ/32/~prepared.en.txt"
COMMANDS = {
    "diff XAA/CCPCJ": 1,
    "priorities XAA/CCPCJ/33": 0,
    "demo": 0,
    "reproduce old.txt": 2,
    "export replication paper.zip old.txt": 2,
    "help diff": 0,
    "list": 0,
    "log XAA/CCPCJ/33": 0,
    "show XAA/CCPCJ/33": 0,
    "search cybercrime": 0,
    "list --bodies": 0,
    "serve --archive nowhere": 2,
    "site pages": 0,
    "cite XAA/CCPCJ 32 33 --format bibtex": 0,
    "trace XAA/CCPCJ cybercrime": 0,
    "trace CCPCJ cybercrime": 0,
    "blame XAA/CCPCJ/33": 0,
    "timeline XAA/CCPCJ": 0,
    "timeline CCPCJ 33": 0,
    "timeline XAA/CCPCJ 33 --phrases": 0,
    "timeline CCPCJ --sessions 32-33": 0,
    "timeline CCPCJ --jobs 1 --sentences": 0,
    "list --groups": 0,
    "list --groups EU": 0,
    "groups edit ALLIES --add GBR,FRA --source treaty --by Ana": 0,
    "groups fill EU": 0,
    "judge XAA/CCPCJ/33 --topic cybercrime --level absent --by Ana": 0,
    "decisions": 0,
    "agreement old.txt": 2,
    "init --archive other": 0,
    "add old.txt --as XAA/CCPCJ/31": 0,
    "import speeches --body CCPCJ --country XAA --pattern {session}.txt": 0,
    "snapshot": 1,
    "review": 0,
    "status --runs": 0,
    "status": 1,
    "status --year 2026": 0,
    "expect XAA/CCPCJ/34 --by Ana": 0,
    "expect XAA/CCPCJ/34 --none --by Ana": 0,
    "schedule cron": 0,
    "reextract": 0,
    f"import snapshots/mirror.git --path {KEPT} --as XAA/CCPCJ/30 --dry-run": 0,
    "rebuild snapshots/mirror.git --archive again": 0,
    "backup copy.db": 0,
    "verify": 0,
    "export datasette": 0,
    "export warc out.warc.gz": 0,
    "import old.txt": 2,
    "export bag bag": 0,
    "export corpus corpus.csv": 0,
    "export sentences sentences.jsonl XAA/CCPCJ 33": 0,
    "export tables tables CCPCJ": 0,
    "withdraw XAA/CCPCJ/33 --reason a --authority b --yes": 0,
    "list --topics": 0,
    "list --topics cybercrime": 0,
    "topics check topics.csv": 0,
    "topics learn --vocabulary topics.csv --decisions": 2,
    "sources add https://example.org/35 --as XAA/CCPCJ/35": 0,
    "sources list": 0,
    "sources check": 1,
    "sources close xaa-ccpcj-34 --by Ana --reason moved": 0,
    "sources accept": 2,
    "mirror update": 0,
    "mirror push copy.git": 0,
}
"""A run of each, and its exit code."""


@pytest.fixture(scope="module")
def prepared(_archive_made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with an archive and its mirror, a source that nobody serves, and what is read in."""
    folder = tmp_path_factory.mktemp("commands")
    shutil.copytree(_archive_made_once, folder, dirs_exist_ok=True)
    (folder / "speeches").mkdir()
    (folder / "speeches" / "30.txt").write_text(OLD, encoding="utf-8")
    (folder / "topics.csv").write_text("id,label\nrivers,Rivers\n", encoding="utf-8")
    for command in ("sources add http://127.0.0.1:9/34 --as XAA/CCPCJ/34", "mirror update"):
        assert run_tracker(folder, *command.split()).code == 0
    run_git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "copy.git")
    return folder


@pytest.mark.parametrize("command", some(3, COMMANDS))
def test_each_loads_what_it_needs(prepared: Path, tmp_path: Path, command: str) -> None:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    done = subprocess.run([*COMMAND, *command.split()], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == COMMANDS[command], done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_no_modules_import_each_other() -> None:
    """Where two do, it depends on the command which of them is the first, and whether it fails."""
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / "tracker").rglob("*.py")
    }
    imports = {
        name: {
            each
            for module, imported in _read_imports(ast.parse(path.read_text(encoding="utf-8")))
            for each in ((f"{module}.{imported}",) if f"{module}.{imported}" in names else (module,))
            if each in names
        }
        for name, path in names.items()
    }
    assert sum(map(len, imports.values())) > 1000
    TopologicalSorter(imports).prepare()


def _read_imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the module and the name of each import that is done when a module is loaded."""
    for inside in ast.iter_child_nodes(node):
        if isinstance(inside, ast.ImportFrom):
            yield from ((str(inside.module), each.name) for each in inside.names)
        elif isinstance(inside, ast.Import):
            yield from ((each.name, "") for each in inside.names)
        elif not (
            isinstance(inside, ast.FunctionDef | ast.Lambda)
            or (isinstance(inside, ast.If) and ast.unparse(inside.test) == "TYPE_CHECKING")
        ):
            yield from _read_imports(inside)


def test_no_command_is_left_out() -> None:
    names = set(_walk(typer.main.get_command(app)))
    assert {name for name in names if not any(run.startswith(name) for run in COMMANDS)} == set()


def _walk(group: object, *above: str) -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from _walk(command, *above, name)
        else:
            yield " ".join((*above, name))
