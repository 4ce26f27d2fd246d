"""What kept answers rest on: where a file of the program or a library changes, each of them goes."""

from __future__ import annotations

import re
import shutil
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tracker.diff import rules
from tracker.diff.rules import LIBRARIES, PACKAGE, digest_program, name_releases

if TYPE_CHECKING:
    from collections.abc import Callable

COMPUTING: Final = ("comparing", "references", "text")
"""The rooms that read texts and compare them."""
IMPORT: Final = r"(?m)^ *(?:import|from) (\w+)(?: import |\.|$|  #)"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package, which tests change."""
    place = tmp_path_factory.mktemp("copy") / PACKAGE.name
    return Path(shutil.copytree(PACKAGE, place, ignore=shutil.ignore_patterns("__pycache__")))


@pytest.mark.parametrize(
    "name",
    [
        *("inputs/compiled.py", "references/grammar.py", "comparing/pipeline.py", "text/tokens.toml"),
        *("comparing/topics/certainty.toml", "comparing/topics/prior.en.tsv.gz", "text/NOTICE"),
        *("comparing/topics/vocabulary/vocabularies/un/crime.toml", "publish/templates/base.html.jinja"),
    ],
)
def test_a_file_that_changes_or_goes_makes_answers_go(package: Path, name: str) -> None:
    before, data = digest_program(package), (package / name).read_bytes()
    (package / name).write_bytes(data + b"1")
    assert digest_program(package) != before
    (package / name).unlink()
    assert digest_program(package) != before
    (package / name).write_bytes(data)
    assert digest_program(package) == before


@pytest.mark.parametrize(
    ("change", "goes"),
    [
        (lambda package: (package / "inputs" / "more.toml").write_text("a = 1\n"), True),
        (lambda package: (package / "references" / "more.py").write_text(""), True),
        (lambda package: (package / "errors.py").rename(package / "mistakes.py"), True),
        (lambda package: (package / "docs" / "glossary.md").write_text("Other words.\n"), False),
        (lambda package: (package / "text" / "tokens.toml.compiled").write_text("a"), False),
        (lambda package: (package / "__pycache__").mkdir(), False),
        (lambda package: (package / "__pycache__" / "errors.cpython-311.pyc").write_text("a"), False),
        # What Python, and an installation, have half written.
        (lambda package: (package / "__pycache__" / "errors.cpython-311.pyc.139").write_text("a"), False),
        (lambda package: (package / "text" / ".tokens.toml.compiled.part").write_text("a"), False),
    ],
)
def test_new_files_count_and_documents_and_what_is_made_of_files_do_not(
    package: Path, change: Callable[[Path], object], *, goes: bool
) -> None:
    before = digest_program(package)
    change(package)
    assert (digest_program(package) != before) is goes


def test_all_libraries_count_that_compute() -> None:
    imported = {
        match[1]
        for room in COMPUTING
        for path in (PACKAGE / room).rglob("*.py")
        for match in re.finditer(IMPORT, path.read_text("utf-8"))
    }
    outside = imported - sys.stdlib_module_names - {PACKAGE.name}
    installed = packages_distributions()
    assert {installed[name][0].replace("-", "_").lower() for name in outside} == set(LIBRARIES)
    assert name_releases() == " ".join(f"{name}-{version(name)}.dist-info" for name in LIBRARIES)


def test_another_release_of_a_library_makes_answers_go(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "LIBRARIES", ("made_up_library",))
    monkeypatch.syspath_prepend(tmp_path)
    first, second = (tmp_path / f"made_up_library-{release}.dist-info" for release in ("1.0", "1.1"))
    first.mkdir()
    name_releases.cache_clear()
    before = digest_program(package)
    first.rename(second)
    name_releases.cache_clear()
    assert digest_program(package) != before
    name_releases.cache_clear()
