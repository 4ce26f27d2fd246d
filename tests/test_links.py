"""A folder that is imported gives what is in it, wherever its links lead."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.conftest import run_tracker
from tests.repositories import run_git
from tests.rights import OPEN, SECRET
from tests.running import NEW
from tracker.capture.watch_list import extend
from tracker.errors import WatchListInvalid
from tracker.model.watching import Source
from tracker.references import parse_reference

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import Ran


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder to import, beside which something lies that is nobody's business."""
    assert run_tracker(tmp_path, "init").code == 0
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.txt").write_text(SECRET, encoding="utf-8")
    (tmp_path / "corpus/inner").mkdir(parents=True)
    (tmp_path / "corpus/XAA_77.txt").write_text(OPEN, encoding="utf-8")
    return tmp_path / "corpus"


def import_all(folder: Path, *more: str) -> Ran:
    named = ("--body", "UNGA", "--pattern", "{country}_{session}.txt", "--kind", "prepared")
    return run_tracker(folder.parent, "import", folder.name, *named, *more)


def kept(folder: Path) -> str:
    return repr(query(folder.parent / "snapshots", "SELECT sqlar_uncompress(bytes, size) FROM documents"))


LINKS = {
    "to a file outside": ("../outside/secret.txt", "a link that leads out of the folder, to", 1),
    "to a file outside, over links inside": ("inner/hop.txt", "a link that leads out of the folder, to", 1),
    "nowhere": ("none.txt", "a link that leads nowhere", 1),
    "to itself": ("XAA_78.txt", "a link that cannot be followed", 1),
    "to a folder outside": ("../outside", "a link that leads out of the folder, to", 0),
    "to a folder in it": ("inner", "a link to a folder; its files are read in their own place", 0),
    "round to the folder": (".", "a link to a folder; its files are read in their own place", 0),
}


@pytest.mark.parametrize(("target", "told", "code"), LINKS.values(), ids=LINKS)
def test_a_link_that_is_not_followed_is_named(folder: Path, target: str, told: str, code: int) -> None:
    (folder / "inner/hop.txt").symlink_to("../../outside/secret.txt")
    (folder / "XAA_78.txt").symlink_to(target)
    ran = import_all(folder)
    assert (ran.code, ran.err) == (code, "")
    assert f"skipped XAA_78.txt: {told}" in ran.out
    assert "1 new" in ran.out
    assert "quokka" not in kept(folder)


@pytest.mark.parametrize("target", ["inner/XAA_00.txt", "absolute"])
def test_a_link_to_a_file_in_the_folder_is_followed(folder: Path, target: str) -> None:
    (folder / "inner/XAA_00.txt").write_text(NEW, encoding="utf-8")
    (folder / "XAA_78.txt").symlink_to(folder / "inner/XAA_00.txt" if target == "absolute" else target)
    ran = import_all(folder)
    assert "2 new" in ran.out, ran


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    (folder.parent / "link").symlink_to("corpus")
    (folder / "XAA_78.txt").symlink_to("XAA_77.txt")
    assert "2 new" in import_all(folder.parent / "link").out


def test_a_folder_that_is_linked_is_not_entered(folder: Path) -> None:
    (folder.parent / "outside/XAA_79.txt").write_text(SECRET, encoding="utf-8")
    (folder / "linked").symlink_to("../outside")
    ran = import_all(folder)
    assert "linked: a link that leads out of the folder" in ran.out
    assert "XAA_79" not in ran.out
    assert "quokka" not in kept(folder)


def test_a_table_that_came_with_the_folder_may_not_lead_out_of_it(folder: Path) -> None:
    (folder.parent / "outside/table.csv").write_text("country,session,speaker\nXAA,77,A secret\n")
    for name, target in (("table.csv", "../outside/table.csv"), ("tables", "../outside")):
        (folder / name).symlink_to(target)
    for table in ("corpus/table.csv", "corpus/tables/table.csv"):
        ran = import_all(folder, "--metadata", table)
        assert (ran.code, ran.out) == (2, "")
        assert "a link that leads out of the folder" in ran.err
    # A table that somebody names elsewhere is their own.
    assert import_all(folder, "--metadata", "outside/table.csv").code == 0


def test_a_name_in_the_folder_cannot_write_to_the_terminal(folder: Path) -> None:
    (folder / "XAA_78\u202e\x1b[2J\n.txt").write_text("a")
    ran = import_all(folder)
    assert "skipped XAA_78<U+202E>␛[2J .txt: cannot read" in ran.out


def test_a_second_name_of_a_file_cannot_be_told_from_the_first(folder: Path) -> None:
    os.link(folder / "XAA_77.txt", folder / "XAA_78.txt")
    assert "2 new" in import_all(folder).out


def test_links_in_a_repository_are_named_and_not_followed(folder: Path) -> None:
    run_git(folder, "init", "--quiet")
    (folder / "XAA_78.txt").symlink_to("../outside/secret.txt")
    run_git(folder, "add", ".")
    run_git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "a")
    ran = run_tracker(folder.parent, "import", "corpus", "--path", "XAA_78.txt", "--as", "XAA/UNGA/78")
    assert "symbolic link" in ran.out + ran.err
    assert "secret" not in kept(folder)


# What is written -------------------------------------------------------------------------------------------


def test_nothing_is_written_where_a_link_in_a_received_archive_leads(folder: Path) -> None:
    archive = folder.parent / "snapshots"
    import_all(folder)
    for name in ("derived.db", "watch.toml", "mirror.git.new", ".mirror.git.part", "tracker.db.part"):
        (archive / name).symlink_to(folder.parent / "outside" / f"made-by-{name}")
    for words in (("timeline", "XAA/UNGA"), ("mirror", "update"), ("backup", "copy.db"), ("verify",)):
        assert run_tracker(folder.parent, *words).code == 0, words
    assert sorted(path.name for path in (folder.parent / "outside").iterdir()) == ["secret.txt"]


def test_a_watch_list_that_leads_nowhere_is_not_made_there(tmp_path: Path) -> None:
    path = tmp_path / "watch.toml"
    path.symlink_to(tmp_path / "elsewhere.toml")
    source = Source("new", "https://www.example.org/80", reference=parse_reference("XAA/UNGA/80"))
    with pytest.raises(WatchListInvalid, match=r"watch\.toml: a link that leads nowhere; remove it, or make"):
        extend(path, source)
    assert not (tmp_path / "elsewhere.toml").exists()


@pytest.mark.parametrize(
    "words", [("backup",), ("export", "bag"), ("export", "warc"), ("export", "tables")], ids=" ".join
)
def test_a_copy_is_not_written_where_a_link_leads(folder: Path, words: tuple[str, ...]) -> None:
    import_all(folder)
    (folder.parent / "copy").symlink_to(folder.parent / "outside/copy")
    ran = run_tracker(folder.parent, *words, "copy")
    assert ran.code == 2
    assert "copy exists already" in ran.err
    assert not (folder.parent / "outside/copy").exists()
