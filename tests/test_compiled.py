"""Tables that come with the program, compiled once: the same values, whatever became of what was kept."""

from __future__ import annotations

import errno
import shutil
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.running import ROOT
from tracker.inputs.tables import compile_packaged, write_kept
from tracker.topics.vocabulary import lexicon, load
from tracker.topics.vocabulary.load import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SHIPPED = sorted((ROOT / "tracker").rglob("*.toml"))


@pytest.fixture(autouse=True)
def _with_what_python_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.toml"
    path.write_text('[a]\nwords = ["one", ["two"]]\nshare = 0.1\n', "utf-8")
    return path


def kept(path: Path) -> Path:
    return path.parent / "__pycache__" / f"{path.name}.marshal"


def frozen(value: Any) -> Any:  # noqa: ANN401 (any value of TOML)
    if isinstance(value, dict):
        return {key: frozen(inside) for key, inside in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def test_every_table_is_the_same_as_toml_and_as_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(SHIPPED) > 30
    copies = [tmp_path / f"{number}.toml" for number in range(len(SHIPPED))]
    for copy, path in zip(copies, SHIPPED, strict=True):
        copy.write_bytes(path.read_bytes())
    expected = [frozen(tomllib.loads(path.read_text("utf-8"))) for path in SHIPPED]
    assert list(map(compile_packaged, copies)) == expected
    monkeypatch.setattr(tomllib, "loads", None)
    again = list(map(compile_packaged, copies))
    assert repr(again) == repr(expected)


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _put_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("", "utf-8")


FATES: dict[str, Callable[[Path], object]] = {
    "not there": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-4]),
    "no values": lambda path: path.write_bytes(path.read_bytes()[:65] + b"\xff\xfe"),
    "of other sources": lambda path: path.write_bytes(b"0" * 64 + path.read_bytes()[64:]),
    "a folder": _make_folder,
    "in no folder": lambda path: shutil.move(path.parent, path.parent.with_name("elsewhere")),
    "a file in place of its folder": lambda path: _put_file(path.parent),
}


@pytest.mark.parametrize("fate", FATES)
def test_whatever_became_of_it_the_table_is_right(table: Path, fate: str) -> None:
    first = compile_packaged(table)
    assert kept(table).is_file()
    FATES[fate](kept(table))
    assert compile_packaged(table) == compile_packaged(table) == first


def test_of_what_cannot_be_written_whole_nothing_is_left(tmp_path: Path) -> None:
    def fill_the_disk() -> Iterator[bytes]:
        yield b"begun"
        raise OSError(errno.ENOSPC, "No space left on device")

    write_kept(tmp_path / "__pycache__" / "model.kept", fill_the_disk())
    assert list(tmp_path.glob("*/*")) == []


def test_an_edited_table_is_read_at_once(table: Path) -> None:
    compile_packaged(table)
    table.write_text("[a]\nshare = 0.2\n", "utf-8")
    assert compile_packaged(table) == compile_packaged(table) == {"a": {"share": 0.2}}


def test_what_changed_while_it_was_made_is_not_kept(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parse = tomllib.loads

    def change(text: str) -> dict[str, Any]:
        table.write_text("[a]\nshare = 0.3\n", "utf-8")
        return parse(text)

    monkeypatch.setattr(tomllib, "loads", change)
    assert compile_packaged(table)["a"]["share"] == 0.1
    assert not kept(table).exists()


def test_nothing_is_kept_where_python_keeps_nothing(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compile_packaged(table)["a"]["share"] == 0.1
    assert list(table.parent.iterdir()) == [table]


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
        lexicon._compile.cache_clear()  # noqa: SLF001
        own = dict(lexicon.compile_lexicon(mine, language))
        lexicon._compile.cache_clear()  # noqa: SLF001
        assert dict(lexicon.compile_lexicon(load_vocabulary(), language)) == own
        assert len(own) > 400
