"""Nothing of a repository that was received is run, whoever reads it or writes to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.here import runner
from tests.hostile_git import ATTACKS, ATTRIBUTES
from tests.mirrors import FIRST, make_record, show
from tests.repositories import Made, add_commits, make_repository, run_git
from tests.running import count_rows
from tests.thorough import few, long, some
from tracker.errors import RepositoryUnusable
from tracker.keep.mirror import update_mirror
from tracker.preservation.git import program as git_running
from tracker.preservation.git import repository, trees
from tracker.preservation.git.elsewhere import ELSEWHERE
from tracker.preservation.git.program import allow_time, check_address
from tracker.preservation.git.view import isolate_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.running import Ran

SPEECH = "Mr. President, Atlantis will protect its rivers, all of them. " * 3
OPTIONS = ("--path", "final.txt", "--as", "XAA/CCPCJ/31~prepared.en")
HISTORY = [
    Made("one", {"draft.txt": SPEECH, ".gitattributes": ATTRIBUTES}),
    Made("rename", {"draft.txt": None, "final.txt": f"{SPEECH} We thank you."}),
]


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """Return a program that leaves a trace when it is run, whatever it is told."""
    program = tmp_path / "canary"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path / "sung"}\nexit 1\n', encoding="utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with a mirror, as somebody hands it on."""
    folder = make_record(tmp_path_factory.mktemp("received") / "snapshots")
    update_mirror(folder)
    return folder


def sung(folder: Path) -> bool:
    return (folder / "sung").exists()


# The table ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_repository_is_read_and_runs_nothing(
    tracker: Callable[..., Ran], tmp_path: Path, canary: Path, name: str
) -> None:
    attack = ATTACKS[name]
    attack.arm(make_repository(tmp_path / "repo", HISTORY), canary)
    tracker("init")
    for options in ((*OPTIONS, "--dry-run"), OPTIONS):
        ran = tracker("import", "repo", *options)
        assert (ran.code, ran.err.count("\n"), attack.told in ran.err) == (
            (2, 1, True) if attack.told else (0, 0, True)
        ), ran.err
    assert count_rows(tmp_path)["snapshots"] == (0 if attack.told else 2)
    assert not sung(tmp_path)


@pytest.mark.parametrize(
    ("extension", "told"),
    [
        ("worktreeConfig = true", ""),
        ("relativeWorktrees = true", ""),
        ("noop = true", ""),
        ("largeObjects = true", "of a form that tracker does not know (extensions.largeobjects)"),
    ],
)
def test_only_extensions_that_change_no_object_are_read(
    tracker: Callable[..., Ran], tmp_path: Path, extension: str, told: str
) -> None:
    repo = make_repository(tmp_path / "repo", HISTORY)
    run_git(repo, "config", "core.repositoryformatversion", "1")
    with (repo / "config").open("a", encoding="utf-8") as file:
        file.write(f"[extensions]\n\t{extension}\n")
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, told in ran.err) == (2 if told else 0, True), ran.err


@pytest.mark.parametrize("name", some(8, ATTACKS))
def test_a_hostile_mirror_is_read_and_runs_nothing(
    received: Path, tracker: Callable[..., Ran], tmp_path: Path, canary: Path, name: str
) -> None:
    attack = ATTACKS[name]
    shutil.copytree(received / "mirror.git", tmp_path / "copy.git")
    attack.arm(tmp_path / "copy.git", canary)
    for address in (str(tmp_path / "copy.git"), (tmp_path / "copy.git").as_uri()):
        ran = tracker("rebuild", address, "--archive", f"again-{len(address)}")
        assert (ran.code, attack.told in ran.err) == (2 if attack.told else 0, True), ran.err
    assert not sung(tmp_path)


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("add", "speech.txt", "--as", "XAA/UNGA/80~prepared.en"),
    ("judge", "XAA/UNGA/79", "--topic", "corruption", "--level", "mentioned", "--by", "Ana"),
    ("mirror", "update"),
    ("mirror", "push", "target.git"),
    ("verify",),
    ("withdraw", "XAA/HRC/52/item-4", "--destroy", "--yes", "--reason", "r", "--authority", "a"),
    ("verify", "--repair"),
)


@pytest.mark.parametrize("name", some(2, ATTACKS))
def test_a_received_archive_is_written_to_and_runs_nothing(
    received: Path, tracker: Callable[..., Ran], tmp_path: Path, canary: Path, name: str
) -> None:
    attack = ATTACKS[name]
    shutil.copytree(received, tmp_path / "snapshots")
    attack.arm(tmp_path / "snapshots" / "mirror.git", canary)
    (tmp_path / "speech.txt").write_text(FIRST, encoding="utf-8")
    run_git(tmp_path, "init", "--quiet", "--bare", "target.git")
    codes = [tracker(*command).code for command in COMMANDS]
    assert not sung(tmp_path)
    if not attack.told:
        assert codes == [0] * len(COMMANDS)


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if attack.fires])
def test_git_itself_would_have_run_it(tmp_path: Path, canary: Path, name: str) -> None:
    repository = make_repository(tmp_path / "repo", HISTORY)
    ATTACKS[name].arm(repository, canary)
    subprocess.run(
        ["git", "-C", str(repository), *ATTACKS[name].fires],
        input=b"protocol=https\nhost=a.example\n", capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert sung(tmp_path)


# Where a repository leads ---------------------------------------------------------------------------


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repo", HISTORY)


def test_a_file_that_names_another_repository_is_not_followed(
    tracker: Callable[..., Ran], tmp_path: Path, repo: Path
) -> None:
    tracker("init")
    (tmp_path / "hostile").mkdir()
    (tmp_path / "hostile" / ".git").write_text(f"gitdir: {repo}\n", encoding="utf-8")
    ran = tracker("import", "hostile", *OPTIONS)
    assert (ran.code, "which is not its own; name that repository itself" in ran.err) == (2, True), ran.err
    (tmp_path / "hostile" / "own").mkdir()
    (tmp_path / "hostile" / ".git").write_text("gitdir: own\n", encoding="utf-8")
    (tmp_path / "hostile" / "own" / "gitdir").write_text("../.git\n", encoding="utf-8")
    (tmp_path / "hostile" / "own" / "commondir").write_text(f"{repo}\n", encoding="utf-8")
    ran = tracker("import", "hostile", *OPTIONS)
    assert (ran.code, "leads out of the repository" in ran.err) == (2, True), ran.err
    assert count_rows(tmp_path)["snapshots"] == 0


def test_a_folder_that_is_a_link_to_another_repository_is_not_followed(
    tracker: Callable[..., Ran], tmp_path: Path, repo: Path
) -> None:
    tracker("init")
    (tmp_path / "hostile").mkdir()
    (tmp_path / "hostile" / ".git").symlink_to(repo)
    ran = tracker("import", "hostile", *OPTIONS)
    assert (ran.code, "hostile/.git is a symbolic link; name the repository" in ran.err) == (2, True)


OWN: dict[str, list[list[str]]] = {
    "a work tree beside": [
        ["clone", "--quiet", "repo", "clone"], ["-C", "clone", "worktree", "add", "--quiet", "../used"],
    ],
    "a work tree": [["clone", "--quiet", "repo", "used"]],
    "branches in tables": [["clone", "--quiet", "--ref-format=reftable", "repo", "used"]],
    "packed branches": [["clone", "--bare", "--quiet", "repo", "used"], ["-C", "used", "pack-refs", "--all"]],
    "a commit and no branch": [["clone", "--quiet", "repo", "used"], ["-C", "used", "checkout", "--detach"]],
}  # fmt: skip


@pytest.mark.parametrize("commands", OWN.values(), ids=OWN.keys())
def test_every_form_of_a_repository_is_read(
    tracker: Callable[..., Ran], tmp_path: Path, repo: Path, commands: list[list[str]]
) -> None:
    for command in commands:
        run_git(tmp_path, *command)
    tracker("init")
    ran = tracker("import", "used", *OPTIONS)
    assert (ran.code, ran.err) == (0, "")
    assert count_rows(tmp_path)["snapshots"] == 2
    assert repo.exists()


def test_a_repository_of_longer_names_is_read(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    run_git(tmp_path / "repo", "init", "--quiet", "--bare", "--initial-branch=main", "--object-format=sha256")
    add_commits(tmp_path / "repo", HISTORY)
    tracker("init")
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, ran.err) == (0, "")
    assert count_rows(tmp_path)["snapshots"] == 2


def test_a_partial_clone_is_made_whole_as_the_message_says(
    tracker: Callable[..., Ran], tmp_path: Path, repo: Path
) -> None:
    run_git(repo, "config", "uploadpack.allowFilter", "true")
    run_git(tmp_path, "clone", "--quiet", "--filter=blob:none", "--no-checkout", repo.as_uri(), "part")
    tracker("init")
    ran = tracker("import", "part", *OPTIONS)
    assert ran.code == 2
    command = ran.err.rpartition(": ")[2].split()
    assert command == ["git", "clone", "--mirror", "ADDRESS", "whole.git"]
    run_git(tmp_path, *[repo.as_uri() if word == "ADDRESS" else word for word in command[1:]])
    assert tracker("import", "whole.git", *OPTIONS).code == 0
    assert count_rows(tmp_path)["snapshots"] == 2
    run_git(tmp_path / "part", "config", "remote.origin.url", "https://a.example/b.git")
    assert "git clone --mirror https://a.example/b.git whole.git" in tracker("import", "part", *OPTIONS).err


def test_borrowed_objects_are_copied_as_the_message_says(
    tracker: Callable[..., Ran], tmp_path: Path, repo: Path
) -> None:
    run_git(tmp_path, "clone", "--quiet", "--bare", "--shared", str(repo), "shared")
    tracker("init")
    ran = tracker("import", "shared", *OPTIONS)
    assert (ran.code, "shared borrows objects from" in ran.err) == (2, True)
    run_git(tmp_path, *ran.err.rpartition(": git ")[2].split())
    assert not (tmp_path / "copy.git" / "objects" / "info" / "alternates").exists()
    assert tracker("import", "copy.git", *OPTIONS).code == 0


def test_what_a_hook_leaves_in_the_environment_leads_nowhere(
    tracker: Callable[..., Ran], tmp_path: Path, repo: Path, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_repository(tmp_path / "other", [Made("theirs", {"final.txt": "theirs"})])
    for name in ("GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE"):
        monkeypatch.setenv(name, str(other))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / "objects"))
    for name in ("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_PAGER"):
        monkeypatch.setenv(name, str(canary))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(canary))
    tracker("init")
    assert tracker("import", "repo", *OPTIONS).code == 0
    assert count_rows(tmp_path)["snapshots"] == 2
    assert repo.exists()
    assert not sung(tmp_path)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_who_calls_from_python_is_told_of_what_leads_git_elsewhere(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "other")
    with pytest.raises(RepositoryUnusable, match=f"{name} is set, as in a hook"):
        git_running.start_git(git_running.LOCAL)
    assert os.environ[name] == "other"


# How other computers are reached --------------------------------------------------------------------

REFUSED = (
    "ext::sh -c 'touch sung'", "fd::17", "fd::17,18/x", "hg::https://a.example/b", "a+b::c", "ftp://a.example/b",
    "EXT::sh", "transport::x", "sftp://a.example/b",
)  # fmt: skip


@pytest.mark.parametrize("address", some(3, REFUSED))
def test_no_helper_reaches_a_repository(
    received: Path, tracker: Callable[..., Ran], tmp_path: Path, address: str
) -> None:
    shutil.copytree(received, tmp_path / "snapshots")
    for command in (("mirror", "push", "--", address), ("rebuild", "--archive", "again", "--", address)):
        ran = tracker(*command)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert "a repository is reached by https, http, ssh, git, file, and by no other protocol" in ran.err
    # By a name that the received configuration gives it, neither.
    run_git(tmp_path / "snapshots" / "mirror.git", "config", "remote.origin.url", address)
    assert "by no other protocol" in tracker("mirror", "push", "origin").err
    assert not sung(tmp_path)


@pytest.mark.parametrize(
    "address", ["https://a.example/b", "ssh://a@b/c", "git@a.example:b.git", "/srv/a.git", "../b", "origin"]
)
def test_what_git_reaches_by_itself_is_allowed(address: str) -> None:
    check_address(address, address)


def test_a_remote_goes_by_its_name_and_by_nothing_that_is_an_address(
    received: Path, tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    shutil.copytree(received, tmp_path / "snapshots")
    for name in ("ours.git", "theirs.git"):
        run_git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", name)
    mirror, theirs = tmp_path / "snapshots" / "mirror.git", (tmp_path / "theirs.git").as_uri()
    run_git(mirror, "remote", "add", "origin", "../../ours.git")
    run_git(mirror, "config", f"remote.{(tmp_path / 'ours.git').as_uri()}.url", theirs)
    run_git(mirror, "config", f"url.{theirs}.insteadOf", (tmp_path / "ours.git").as_uri())
    for remote in ("origin", (tmp_path / "ours.git").as_uri(), "ours.git"):
        assert tracker("mirror", "push", remote).code == 0
    assert "format" in show(tmp_path / "ours.git", "archive.json")
    assert run_git(tmp_path / "theirs.git", "for-each-ref") == ""


class _Guarded(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append(self.headers["Authorization"])  # type: ignore[attr-defined]
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="copies"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def guarded() -> Iterator[HTTPServer]:
    """Serve nothing to anybody, and keep what they gave for a password."""
    with HTTPServer(("127.0.0.1", 0), _Guarded) as server:
        server.seen = []  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_users_own_credentials_are_used_and_not_the_repositorys(
    received: Path,
    tracker: Callable[..., Ran],
    tmp_path: Path,
    canary: Path,
    guarded: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(received, tmp_path / "snapshots")
    ATTACKS["credentials"].arm(tmp_path / "snapshots" / "mirror.git", canary)
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\nprintf 'username=ana\\npassword=secret\\n'\n", encoding="utf-8")
    helper.chmod(0o755)
    (tmp_path / "settings").write_text(f"[credential]\n\thelper = {helper}\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    address = f"http://127.0.0.1:{guarded.server_port}/copy.git"
    for command in (("mirror", "push", address), ("rebuild", address, "--archive", "again")):
        assert tracker(*command).code == 2
    assert "Basic YW5hOnNlY3JldA==" in guarded.seen  # type: ignore[attr-defined]
    assert not sung(tmp_path)


# The git that is installed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "is_refused"), few(2, ("2.35.8", True), ("2.36.0", False), ("3.0.0", False))
)
def test_a_git_that_is_too_old_is_told(tmp_path: Path, repo: Path, version: str, is_refused: bool) -> None:
    (tmp_path / "bin").mkdir()
    git = tmp_path / "bin" / "git"
    real = shutil.which("git")
    git.write_text(
        f'#!/bin/sh\n[ "$1" = version ] && echo git version {version} && exit\nexec {real} "$@"\n',
        encoding="utf-8",
    )
    git.chmod(0o755)
    path = f"{git.parent}{os.pathsep}{os.environ['PATH']}"
    run_tracker(tmp_path, "init")
    ran = run_tracker(tmp_path, "import", str(repo), *OPTIONS, PATH=path)
    assert (ran.code, ran.err) == (
        (2, f"tracker: git {version} is too old; install 2.36 or later (https://git-scm.com)\n")
        if is_refused
        else (0, "")
    )


@pytest.mark.parametrize(
    "more", ["", "[core]\n\tbare = true # now\n", '[a "b"]\n\tc = "d"\n', "[a.b]\n\tc\n"]
)
def test_settings_are_those_that_git_reads(repo: Path, more: str) -> None:
    with (repo / "config").open("a", encoding="utf-8") as config:
        config.write(more)
    listed = run_git(repo, "config", "--file", "config", "--list").splitlines()
    settings = dict(line.partition("=")[::2] for line in listed)
    with isolate_repository(repo, to_write=False) as isolated:
        assert isolated.settings == {**settings, **({"a.b.c": "true"} if "[a.b]" in more else {})}


# Repositories without end ---------------------------------------------------------------------------


def nest(repository: Path, deep: int, wide: int) -> str:
    """Commit folders that hold each other, so many in each: a few objects, and files without end."""
    inner = run_git(repository, "hash-object", "-w", "--stdin", stdin=b"{}")
    entry, ending = "100644 blob", ".json"
    for _ in range(deep):
        lines = "".join(f"{entry} {inner}\tx{number}{ending}\n" for number in range(wide))
        inner = run_git(repository, "mktree", stdin=lines.encode())
        entry, ending = "040000 tree", ""
    commit = run_git(repository, "commit-tree", inner, "-m", "without end")
    run_git(repository, "update-ref", "refs/heads/main", commit)
    return commit


def test_files_without_end_are_bounded(
    tracker: Callable[..., Ran], repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nest(repo, 10, 10)
    monkeypatch.setattr(git_running, "GIT_MEMORY", 200_000_000)
    monkeypatch.setattr(trees, "MOST_FILES", 2_000)
    tracker("init")
    ran = tracker("rebuild", str(repo), "--archive", "again")
    assert (ran.code, ran.err.count("\n"), "has over 2,000 files" in ran.err) == (2, 1, True)
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "repo: to read it takes over 190 MB of memory, far too much for its size; use another" in ran.err
    monkeypatch.setattr(git_running, "LARGEST_LIST", 200_000)
    nest(repo, 3, 15)
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "repo: to read it takes over 200,000 bytes for a list of its files, far too much" in ran.err


ENDLESS: dict[str, tuple[Callable[[Path], object], str]] = {
    "folders that hold each other": (lambda repo: nest(repo, 10, 10), "final.txt"),
    "a million files, changed each time": (
        lambda repo: [nest(repo, 6, 10 + number % 2) for number in range(4)],
        "x1",
    ),
}


@pytest.mark.parametrize("name", some(1, ENDLESS))
def test_a_small_repository_takes_no_longer_than_its_size_allows(
    tracker: Callable[..., Ran], repo: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make, path = ENDLESS[name]
    make(repo)
    with isolate_repository(repo, to_write=False) as isolated:
        assert isolated.size < 332_000
    monkeypatch.setattr(git_running, "_SECONDS", 1)
    tracker("init")
    began = time.process_time() + sum(os.times()[2:4])
    ran = tracker("import", "repo", "--path", path, "--as", "XAA/CCPCJ/31~prepared.en")
    assert time.process_time() + sum(os.times()[2:4]) - began < 20
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    assert "repo: to read it takes over 1 s of a processor, far too much for its size; use another" in ran.err


TOO_LONG = (
    "tracker: repo: to read and record it takes over 0 s, far too much for its size, and was ended; what was"
    " recorded is kept, and the same command goes on from there\n"
)


def test_what_takes_long_to_record_is_ended_in_a_line_and_goes_on_the_next_time(
    tracker: Callable[..., Ran], tmp_path: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repo.exists()
    tracker("init")
    with monkeypatch.context() as hurried:
        hurried.setattr(git_running, "_OVERALL_SECONDS", 0)
        hurried.setattr(git_running, "_OVERALL_A_MEGABYTE", 0)
        ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, ran.out, ran.err) == (2, "", TOO_LONG)
    assert count_rows(tmp_path)["snapshots"] == 0
    assert tracker("import", "repo", *OPTIONS).code == 0
    assert count_rows(tmp_path)["snapshots"] == 2


@long
def test_a_small_repository_is_recorded_for_less_than_a_minute(
    tracker: Callable[..., Ran], tmp_path: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large texts are a thousandth of that when packed; what is allowed grows with what lies on the disk."""
    text = b"Mr. President, we build dykes. " * 150_000
    add_commits(repo, [Made(f"{n}", {"final.txt": b"%d %b" % (n, text)}) for n in range(2)], first=3)
    with isolate_repository(repo, to_write=False) as isolated:
        assert isolated.size < 332_000
        assert allow_time(isolated.size).overall < 40
    assert allow_time(100 * 1024**2).overall > 6000
    monkeypatch.setattr(git_running, "_OVERALL_SECONDS", 1)
    monkeypatch.setattr(git_running, "_OVERALL_A_MEGABYTE", 1)
    tracker("init")
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, ran.err) == (2, TOO_LONG.replace("0 s", "1 s"))
    assert count_rows(tmp_path)["snapshots"] == 0


def test_holes_in_a_file_give_a_repository_no_more_time(repo: Path) -> None:
    with isolate_repository(repo, to_write=False) as isolated:
        before = isolated.size
        with (isolated.objects / "pack" / "pack-1.pack").open("wb") as file:
            file.truncate(10**12)
        assert isolated.size - before < 1_000_000


def test_an_object_without_end_is_bounded(
    tracker: Callable[..., Ran], repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_commits(repo, [Made("large", {"final.txt": b"Mr. President. " * 1_000_000})], first=3)
    monkeypatch.setattr(repository, "LARGEST_OBJECT", 10_000_000)
    tracker("init")
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "repo holds an object of 15,000,000 bytes" in ran.err
