"""Commands that are printed to be copied: a shell takes them as they are meant, whatever a name holds."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from tests.here import runner
from tests.repositories import Made, make_repository, run_git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

NAME = "it's; $(touch sung) `touch sung` & more"
ADDRESS = "https://a.example/$(touch${IFS}sung);x&y='z'"
GIT_OPTIONS = ("--path", "a.txt", "--as", "XAA/CCPCJ/31")


def make_folder(folder: Path) -> None:
    (folder / NAME).mkdir()


def make_file(folder: Path) -> None:
    (folder / NAME).write_text("We agree.", encoding="utf-8")


def make_borrowing(folder: Path) -> None:
    repo = make_repository(folder / NAME, [Made("one", {"a.txt": "We agree."})])
    (repo / "objects" / "info").mkdir(exist_ok=True)
    (repo / "objects" / "info" / "alternates").write_text("/elsewhere\n", encoding="utf-8")


def make_partial(folder: Path) -> None:
    repo = make_repository(folder / "repo", [Made("one", {"a.txt": "We agree."})])
    run_git(repo, "config", "remote.origin.promisor", "true")
    run_git(repo, "config", "remote.origin.url", ADDRESS)


def make_mirror(folder: Path) -> None:
    (folder / NAME / "mirror.git").mkdir(parents=True)


def make_nothing(_: Path) -> None:
    pass


PRINTED: dict[str, tuple[Callable[[Path], None], tuple[str, ...], tuple[str, ...]]] = {
    "a folder that is shown": (make_folder, ("show", f"./{NAME}"), ("tracker", "import", NAME)),
    "a file that is imported": (
        make_file,
        ("import", NAME, "--body", "UNGA"),
        ("tracker", "add", NAME, "--as", "GBR/UNGA/79"),
    ),
    "an address that is shown": (
        make_nothing,
        ("show", ADDRESS),
        ("tracker", "sources", "add", ADDRESS, "--as", "GBR/UNGA/79"),
    ),
    "a mirror without its record": (
        make_mirror,
        ("add", "x.txt", "--as", "GBR/UNGA/79", "--archive", NAME),
        ("tracker", "verify", "--repair", "--archive", NAME),
    ),
    "a repository that borrows": (
        make_borrowing,
        ("import", NAME, *GIT_OPTIONS),
        ("git", "clone", "--mirror", "--no-local", NAME, "copy.git"),
    ),
    "a repository that is a part": (
        make_partial,
        ("import", "repo", *GIT_OPTIONS),
        ("git", "clone", "--mirror", ADDRESS, "whole.git"),
    ),
    "who decided nothing": (
        make_nothing,
        ("judge", "abcdef0", "--withdraw", "--by", NAME),
        ("tracker", "decisions", "--by", NAME),
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_a_shell_takes_a_printed_command_as_it_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    tracker: Callable[..., Ran] = runner(tmp_path, monkeypatch, capsys)
    make, arguments, command = PRINTED[name]
    tracker("init")
    make(tmp_path)
    ran = tracker(*arguments)
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    start = ran.err.rindex(" ".join(command[:2]))
    assert tuple(shlex.split(ran.err[start:])) == command
