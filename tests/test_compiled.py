"""Tables that come with the program, compiled by its installation: the same values, nothing written later."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tracker
from tests.running import ROOT
from tests.thorough import long
from tracker.comparing.topics import evidence
from tracker.comparing.topics.vocabulary import load, matching
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.inputs.compiled import ENDING, compiling, read_table_of

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(tracker.__file__).parent
SHIPPED = sorted(PACKAGE.rglob("*.toml"))


def compile_table(path: Path) -> dict[str, Any]:
    """Return what a table says, and put beside it what an installation does."""
    with compiling() as made:
        table = read_table_of(path)
    for place, data in made.items():
        place.write_bytes(data)
    return table


def copy_program(folder: Path) -> None:
    """Put into a folder what a wheel holds, but for what its installation compiled."""
    names = shutil.ignore_patterns("__pycache__", f"*{ENDING}")
    shutil.copytree(PACKAGE, folder / "tracker", ignore=names)
    shutil.copytree(ROOT / "seeds", folder / "tracker" / "seeds", dirs_exist_ok=True)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.toml"
    path.write_text('[a]\nwords = ["one", ["two"]]\nshare = 0.1\n', "utf-8")
    return path


def compiled(path: Path) -> Path:
    return path.with_name(path.name + ENDING)


def frozen(value: Any) -> Any:  # noqa: ANN401 (any value of TOML)
    if isinstance(value, dict):
        return {key: frozen(inside) for key, inside in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


@long
def test_all_that_this_installation_compiled_is_there_and_of_its_sources(tmp_path: Path) -> None:
    copy_program(tmp_path)
    command = [sys.executable, "-m", "tracker.compile"]
    subprocess.run(command, cwd=tmp_path, check=True)
    # What follows upon the digests is in no order that another process repeats.
    expected, found = (
        {str(path.relative_to(package)): path.read_bytes()[:64] for path in package.rglob(f"*{ENDING}")}
        for package in (tmp_path / "tracker", PACKAGE)
    )
    assert len(expected) > 40
    assert found == expected, "python -m tracker.compile compiles them again"


def test_every_table_is_the_same_as_toml_and_as_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(SHIPPED) > 30
    copies = [tmp_path / f"{number}.toml" for number in range(len(SHIPPED))]
    for copy, path in zip(copies, SHIPPED, strict=True):
        copy.write_bytes(path.read_bytes())
    expected = [frozen(tomllib.loads(path.read_text("utf-8"))) for path in SHIPPED]
    assert list(map(compile_table, copies)) == expected
    monkeypatch.setattr(tomllib, "loads", None)
    again = list(map(read_table_of, copies))
    assert repr(again) == repr(expected)


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)


FATES: dict[str, Callable[[Path], object]] = {
    "not there": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-4]),
    "cut in its digest": lambda path: path.write_bytes(path.read_bytes()[:40]),
    "no values": lambda path: path.write_bytes(path.read_bytes()[:74] + b"\xff\xfe"),
    "a flipped bit": _flip_a_bit,
    "of other sources": lambda path: path.write_bytes(b"0" * 64 + path.read_bytes()[64:]),
    "a folder": _make_folder,
}


@pytest.mark.parametrize("fate", FATES)
def test_whatever_became_of_it_the_table_is_right_and_nothing_is_written(table: Path, fate: str) -> None:
    first = compile_table(table)
    FATES[fate](compiled(table))
    before = {path: path.stat().st_mtime_ns for path in table.parent.rglob("*")}
    assert read_table_of(table) == read_table_of(table) == first
    assert {path: path.stat().st_mtime_ns for path in table.parent.rglob("*")} == before


def test_an_edited_table_is_read_at_once(table: Path) -> None:
    compile_table(table)
    before = compiled(table).read_bytes()
    table.write_text("[a]\nshare = 0.2\n", "utf-8")
    assert read_table_of(table) == read_table_of(table) == {"a": {"share": 0.2}}
    assert compiled(table).read_bytes() == before


@long
def test_no_command_writes_beside_the_code(tmp_path: Path) -> None:
    """In a copy of the program that nobody compiled, where Python itself may write nothing either."""
    copy_program(tmp_path)
    before = sorted((tmp_path / "tracker").rglob("*"))
    command = [sys.executable, "-m", "tracker", "demo"]
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)
    assert "XAA at the Commission" in ran.stdout, ran.stderr
    assert sorted((tmp_path / "tracker").rglob("*")) == before


def test_the_shipped_vocabulary_is_what_its_files_say() -> None:
    built = load._build("un", load.read_shipped(), "terms")  # noqa: SLF001 (what is compiled)
    load._load_shipped.cache_clear()  # noqa: SLF001
    found = load_vocabulary()
    assert found == built
    assert [list(topic.terms.items()) for topic in found.topics] == [
        list(topic.terms.items()) for topic in built.topics
    ]


def test_its_phrases_are_those_that_are_compiled_of_a_vocabulary_of_ones_own(tmp_path: Path) -> None:
    text = "".join(path.read_text("utf-8") for path in SHIPPED if path.parent.name == "un")
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    mine = load_vocabulary(tmp_path / "mine.toml")
    assert mine.digest == load_vocabulary().digest
    for language in ("en", "ar", "zh"):
        own = dict(matching.Lexicon(matching._write_phrases(mine.topics, language)))  # noqa: SLF001
        matching._compile.cache_clear()  # noqa: SLF001
        assert dict(matching.compile_lexicon(load_vocabulary(), language)) == own
        assert len(own) > 400


def test_words_of_its_terms_are_compiled_too(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence._weigh_words.cache_clear()  # noqa: SLF001
    monkeypatch.setattr(evidence, "_weigh_terms", pytest.fail)
    assert len(evidence.weigh_words(load_vocabulary(), "en")) > 100
