from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest
import typer.main

from tests.running import ROOT
from tracker.capture.read.readers import READERS
from tracker.cli.commands import COMMANDS
from tracker.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from tests.running import Ran

SHARED = {
    "docx": {"capture", "report"},
    "httpx2": {"capture", "watch"},
    "jinja2": {"publish", "report"},
    "pyarrow": {"capture", "report"},
    "markdown_it": {"capture", "publish"},
    "markupsafe": {"publish", "report"},
    "numpy": {"comparing", "record", "text"},
    "rapidfuzz": {"comparing", "references"},
    "platformdirs": {"record", "text"},
    "rich": {"cli", "report"},
}
"""Outside libraries that more than one package knows."""

HEAVY = {
    "numpy",
    "git",
    "sqlite_utils",
    "trafilatura",
    "docx",
    "pyarrow",
    "pypdfium2",
    "rapidfuzz",
    "rich",
    "diff_match_patch",
    "httpx2",
    "httpcore2",
    "protego",
    "warcio",
    "matplotlib",
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
    return set(ran.stderr.split())


def find_loaded(names: Collection[str], loaded: Collection[str]) -> set[str]:
    """Return those of some modules and packages of which anything was loaded."""
    return {name for name in names if any(f"{each}.".startswith(f"{name}.") for each in loaded)}


COMMANDS_ALONE = {f"tracker.cli.{path.stem}" for path in (ROOT / "tracker" / "cli").glob("*.py")} - {
    f"tracker.cli.{name}"
    for name in (
        *(
            "__init__",
            "click",
            "commands",
            "completion",
            "everywhere",
            "main",
            "mistakes",
            "options",
            "output",
        ),
    )
}
SENTENCES = {f"tracker.comparing.{room}" for room in ("alignment", "edits", "names", "passages", "shifts")}
READING = {"tracker.capture", "tracker.follow.tracing", "tracker.comparing.topics", *SENTENCES}
TABLES = {"tracker.references.bodies", "tracker.references.countries", "tomllib", "importlib.metadata"}
UNNEEDED = {
    ("--version",): {*COMMANDS_ALONE, *READING, *TABLES, "tracker.model", "json", "sqlite3", "hashlib"},
    ("--help",): {*COMMANDS_ALONE, *READING, *TABLES, "tracker.model", "json", "sqlite3", "hashlib"},
    ("topics", "--help"): {*(COMMANDS_ALONE - {"tracker.cli.topics"}), *READING, *TABLES, "sqlite3"},
    ("list",): {*(COMMANDS_ALONE - {"tracker.cli.read"}), *READING, *TABLES, "hashlib"},
    ("diff", "XAA/CCPCJ"): {
        *(COMMANDS_ALONE - {"tracker.cli.compare"}),
        *(f"tracker.comparing.topics.{module}" for module in ("evidence", "levels", "vocabulary.matching")),
        *(*SENTENCES, "tracker.follow.tracing", "tomllib", "importlib.metadata"),
    },
}
"""What a command does not load, the second time that it is asked the same."""


@pytest.mark.parametrize("arguments", UNNEEDED)
def test_a_command_loads_what_it_needs_and_no_more(
    archive: Callable[..., Ran], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert archive(*arguments).code in {0, 1}
    loaded = loaded_modules(tmp_path, *arguments)
    assert {"typer", "tracker.cli.main"} <= loaded
    assert find_loaded(HEAVY | UNNEEDED[arguments], loaded) == set()


@pytest.mark.usefixtures("archive")
def test_a_vocabulary_of_ones_own_is_parsed_and_compiled_once(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("id,label,terms\nwater,Water,rivers; lakes\n", encoding="utf-8")
    asked = ("priorities", "XAA/CCPCJ/33", "--vocabulary", "mine.csv")
    parsers = {"tracker.comparing.topics.vocabulary.files", "tracker.comparing.topics.vocabulary.check"}
    assert find_loaded(parsers, loaded_modules(tmp_path, *asked)) == parsers
    assert find_loaded(parsers, loaded_modules(tmp_path, *asked)) == set()
    (tmp_path / "mine.csv").write_text("id,label,terms\nwater,Water,rivers; seas\n", encoding="utf-8")
    assert find_loaded(parsers, loaded_modules(tmp_path, *asked)) == parsers


def test_the_table_of_commands_says_what_their_modules_say() -> None:
    made = typer.main.get_command(app)
    listed = {name: text for part in COMMANDS.values() for name, (_, text) in part.items()}
    assert list(listed) == list(made.commands)  # type: ignore[attr-defined]
    assert {
        name: " ".join(str(command.help).partition("\n\n")[0].split())
        for name, command in made.commands.items()  # type: ignore[attr-defined]
    } == listed


NIGHT = (
    *("tracker.capture.web.answer", "tracker.report.answers.ledger"),
    *(f"tracker.watch.{module}" for module in ("snapshot", "news")),
)
NEWS = {
    *(f"tracker.record.statements.{module}" for module in ("recording", "editions")),
    *(f"tracker.model.{module}" for module in ("record", "rights", "health")),
    *("tracker.capture.read.extract", "tracker.report.answers.listing", "statistics"),
}
"""What only a night needs in which something came, failed or was withdrawn."""


def test_a_night_without_news_loads_nothing_that_reads_or_records() -> None:
    code = f"import sys, {', '.join(NIGHT)}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert loaded.issuperset(NIGHT)
    assert find_loaded(NEWS, loaded) == set()


def test_no_command_of_a_module_is_left_out() -> None:
    registered = typer.Typer()
    for module in sorted({module for part in COMMANDS.values() for module, _ in part.values()}):
        import_module(f"tracker.cli.{module}").register(registered)
    assert typer.main.get_group(registered).commands.keys() == typer.main.get_command(app).commands.keys()  # type: ignore[attr-defined]
    assert {
        f"tracker.cli.{name}" for part in COMMANDS.values() for name, _ in part.values()
    } == COMMANDS_ALONE


COMPLETIONS = {
    "tracker d": ["demo", "diff", "decisions"],
    "tracker topics l": ["learn"],
    "tracker diff --en": ["--encoder"],
    "tracker diff XAA/CCPCJ/": ["XAA/CCPCJ/32", "XAA/CCPCJ/33"],
    "tracker nothing": [],
}


@pytest.mark.parametrize("typed", COMPLETIONS)
def test_what_is_typed_is_completed(archive: Callable[..., Ran], typed: str) -> None:
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    said = archive(_TRACKER_COMPLETE="complete_bash", **words)
    assert said.out.split() == COMPLETIONS[typed]


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
        for name in find_imports(read_tree(path)):
            library = name.partition(".")[0]
            if library not in sys.stdlib_module_names | {"tracker"}:
                found.setdefault(library, set()).add(path.relative_to(ROOT / "tracker").parts[0])
    return found


@cache
def read_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def find_imports(node: ast.AST) -> Iterator[str]:
    """Yield the names of the modules that a tree imports when it runs."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield str(node.module)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _STATEMENTS):
            yield from find_imports(child)


_STATEMENTS: Final = (ast.stmt, ast.excepthandler, ast.match_case)
"""No expression holds an import."""


def test_an_outside_library_is_known_to_one_package_save_those_named() -> None:
    importers = find_importers()
    assert importers.keys() >= HEAVY
    assert {name: found for name, found in importers.items() if len(found) > 1} == SHARED


def test_the_record_names_nothing_of_what_preserves_it_not_even_for_annotations() -> None:
    named = {
        node.module
        for path in (ROOT / "tracker" / "record").rglob("*.py")
        for node in ast.walk(read_tree(path))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert "tracker.record.schema.rows" in named
    assert {name for name in named if name.startswith(("tracker.preservation", "tracker.archive"))} == set()


def test_the_private_part_of_typer_is_named_by_one_module() -> None:
    naming = re.compile(r"\btyper\._")
    sources = [*(ROOT / "tracker").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    found = [path.relative_to(ROOT).as_posix() for path in sources if naming.search(path.read_text("utf-8"))]
    assert found == ["tracker/cli/click.py"]


DOORS = {
    "__init__.py": "import_module(module)",
    "capture/serve.py": "import_module(library)",
    "cli/commands.py": "import_module(f'tracker.cli.{module}')",
    "coding/models.py": "import_module(library)",
    "library.py": "import_module(name)",
    "publish/pages/__init__.py": "import_module(f'{__name__}.{name}')",
    "references/__init__.py": "import_module(f'{__name__}.{home}')",
}
"""Where something is imported by its name, so that little is loaded, and how; import-linter sees all else."""


def test_nothing_is_imported_by_a_string_but_behind_seven_doors() -> None:
    found = {
        path.relative_to(ROOT / "tracker").as_posix(): called
        for path in sorted((ROOT / "tracker").rglob("*.py"))
        for called in find_calls_by_name(read_tree(path))
    }
    assert found == DOORS
    assert not any(name.startswith("tracker") for reader in READERS.values() for name in reader.libraries)


def find_calls_by_name(tree: ast.AST) -> Iterator[str]:
    """Yield what names one of the ways to import by a string: a call of it, or anything else done with it."""
    told: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
            told.add(node.func)
            yield ast.unparse(node)
        elif node not in told and {getattr(node, "id", ""), getattr(node, "attr", "")} & BY_NAME:
            yield ast.unparse(node)


BY_NAME = {"import_module", "__import__", "exec_module", "load_module", "run_module", "resolve_name"}


@pytest.mark.parametrize(
    "trick",
    [
        "import importlib\nimportlib.import_module('tracker.report')",
        "from importlib import import_module\nload = import_module",
        "__import__('tracker.report')",
        "import runpy\nrunpy.run_module('tracker.report')",
    ],
)
def test_each_way_to_import_by_a_string_is_seen(trick: str) -> None:
    assert list(find_calls_by_name(ast.parse(trick)))


RUNNING = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "code", "runpy"}
"""Libraries that may run what they read."""


def test_nothing_is_read_that_could_run_save_what_the_installation_compiled() -> None:
    found = set()
    for path in sorted((ROOT / "tracker").rglob("*.py")):
        tree = read_tree(path)
        names = {name.partition(".")[0] for name in find_imports(tree)}
        calls = {
            node.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        found |= {(path.name, name) for name in names & RUNNING | calls & {"eval", "exec", "compile"}}
        assert "allow_pickle" not in path.read_text("utf-8"), path
    assert found == {("compiled.py", "marshal")}
