"""New files follow no link, have the mode that they should, and are whole or not there."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli.output import write_answer, write_bytes
from tracker.errors import TrackerError
from tracker.files import (
    BY_UMASK,
    CLOSED,
    Permissions,
    draft_file,
    draft_folder,
    new_file,
    new_folder,
    remove_drafts,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {0o600: 0o700, 0o640: 0o2750, 0o644: 0o2755, 0o660: 0o2770, 0o664: 0o2775}
"""Modes of files, and of the folders that hold them."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct, autouse=True)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("wanted", FILES, ids=oct)
def test_a_mode_does_not_depend_on_the_umask(tmp_path: Path, wanted: int) -> None:
    permissions = Permissions(wanted)
    new_file(tmp_path / "file", permissions).close()
    new_folder(tmp_path / "folder", permissions)
    write_file(tmp_path / "written", b"a", permissions)
    with draft_folder(tmp_path / "drafted", permissions) as draft:
        assert mode(draft) == FILES[wanted]
    assert {mode(tmp_path / name) for name in ("file", "written")} == {wanted}
    assert {mode(tmp_path / name) for name in ("folder", "drafted")} == {FILES[wanted]}


def test_without_a_mode_the_umask_decides(tmp_path: Path, umask: int) -> None:
    new_file(tmp_path / "file").close()
    new_folder(tmp_path / "folder")
    assert mode(tmp_path / "file") == 0o666 & ~umask
    assert mode(tmp_path / "folder") & 0o777 == 0o777 & ~umask


def test_links_that_wait_are_never_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    waiting, dangling = tmp_path / "waiting", tmp_path / "dangling"
    waiting.symlink_to(precious)
    dangling.symlink_to(tmp_path / "made")
    for link in (waiting, dangling):
        with pytest.raises(FileExistsError):
            new_file(link)
        with pytest.raises(FileExistsError):
            new_folder(link)
    # What earlier releases wrote first, by a name that everybody could tell.
    (tmp_path / ".answer.part").symlink_to(precious)
    write_answer("new", tmp_path / "answer")
    write_bytes(b"new", tmp_path / "answer")
    assert precious.read_text() == "precious"
    assert not (tmp_path / "made").exists()
    assert (tmp_path / "answer").read_text() == "new"


def test_a_link_at_the_target_is_replaced_and_what_it_names_is_not(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "answer").symlink_to(precious)
    write_answer("new", tmp_path / "answer")
    assert precious.read_text() == "precious"
    assert (tmp_path / "answer").read_text() == "new\n"
    (tmp_path / "dangling").symlink_to(tmp_path / "made")
    write_answer("new", tmp_path / "dangling")
    assert not (tmp_path / "made").exists()
    assert (tmp_path / "dangling").read_text() == "new\n"


def test_a_device_is_written_to_as_it_is(tmp_path: Path) -> None:
    write_answer("gone", Path(os.devnull))
    write_bytes(b"gone", Path(os.devnull))
    with pytest.raises(TrackerError, match="there is no folder"):
        write_answer("nowhere", tmp_path / "none" / "answer")


def break_off_file(target: Path) -> None:
    with draft_file(target) as file:
        Path(f"{file.name}-journal").write_bytes(b"SQLite's own")
        file.write(b"half")
        raise ZeroDivisionError


def break_off_folder(target: Path) -> None:
    with draft_folder(target) as folder:
        (folder / "half").write_bytes(b"half")
        raise ZeroDivisionError


def test_what_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("before")
    for break_off in (break_off_file, break_off_folder):
        with pytest.raises(ZeroDivisionError):
            break_off(target)
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert target.read_text() == "before"


KILLED = """
import os, signal, sys
from pathlib import Path
from tracker.files import draft_file, draft_folder
target = Path(sys.argv[1])
with {draft}(target) as draft:
    print("drafting", flush=True)
    {end}
"""


def begin(target: Path, draft: str, end: str) -> subprocess.Popen[str]:
    code = KILLED.format(draft=draft, end=end)
    return subprocess.Popen(
        [sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("draft", ["draft_file", "draft_folder"])
def test_a_writer_that_was_killed_leaves_nothing_at_the_target_and_the_next_one_tidies(
    tmp_path: Path, draft: str
) -> None:
    target = tmp_path / "target"
    with begin(target, draft, "os.kill(os.getpid(), signal.SIGKILL)") as process:
        assert process.wait(60) == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".target.")
    assert left.name.endswith(".part")
    write_file(target, b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


@pytest.mark.parametrize("draft", ["draft_file", "draft_folder"])
def test_what_another_one_is_writing_stays(tmp_path: Path, draft: str) -> None:
    target = tmp_path / "target"
    with begin(target, draft, "sys.stdin.readline()") as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "drafting\n"
        remove_drafts(target)
        assert len(list(tmp_path.iterdir())) == 1
        process.stdin.write("\n")
        process.stdin.close()
        assert process.wait(60) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_only_drafts_of_this_target_are_tidied_away(tmp_path: Path) -> None:
    ours = {".target.part", ".target.0123456789.part", ".target.0123456789.part-wal"}
    others = {
        ".target.txt.part",
        ".other.part",
        "target.part",
        ".target.notes.part",
        ".target.0123456789.part.gz",
    }
    for name in (*ours, *others):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".target.aaaaaaaaaa.part").symlink_to(tmp_path / "target.part")
    remove_drafts(tmp_path / "target")
    assert {path.name for path in tmp_path.iterdir()} == others | {".target.aaaaaaaaaa.part"}


@given(st.text("äあa😀", min_size=1, max_size=255).filter(lambda name: len(name.encode()) <= 255))
def test_any_name_that_a_file_may_have_has_a_draft(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    target = tmp_path_factory.mktemp("names") / name
    write_file(target, b"whole", CLOSED)
    write_file(target, b"again", BY_UMASK)
    assert target.read_bytes() == b"again"
