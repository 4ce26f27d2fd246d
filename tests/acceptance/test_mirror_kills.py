"""Writing the mirror, killed at each of its steps and at random instants: real processes, real git.

Whatever happens, the next run brings the mirror to where it would have been: a commit for each run, none of
them twice, nothing left behind, and a head that gives the very record.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.archives import query
from tests.damage import first_pack
from tests.mirrors import (
    FIRST,
    check_sound,
    edit,
    list_commits,
    list_files,
    list_subjects,
    make_record,
    read_everything,
    read_tables,
)
from tests.repositories import run_git
from tests.running import ROOT
from tracker.keep.mirror import update_mirror
from tracker.preservation.mirror.rebuild import rebuild_record

TRACKER = (sys.executable, "-m", "tracker")
KILLED = (sys.executable, str(Path(__file__).with_name("killed.py")))
INSTANTS = int(os.environ.get("TRACKER_KILLS", "200")) // 2
CLOSED = 'reference = "XAA/UNGA/99"\nurl = "https://example.org/99"\naccess = "restricted"\n'


@pytest.fixture(params=["open", "closed"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return an archive with a mirror, whose two branches are one, or apart."""
    folder = make_record(tmp_path / "snapshots")
    if request.param == "closed":
        (folder / "watch.toml").write_text(f"[sources.xaa]\n{CLOSED}", encoding="utf-8")
    update_mirror(folder)
    return folder


def add(folder: Path, number: int, *program: str) -> list[str]:
    """Return the command that records another statement, one run and one commit."""
    speech = folder.parent / "speech.txt"
    speech.write_text(f"{FIRST}\nNumber {number}.", encoding="utf-8")
    return [*(program or TRACKER), "--archive", str(folder), "add", str(speech), "--as", f"XAA/HRC/{number}"]


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a group of processes of its own, so that it can be killed with all its children."""
    return subprocess.run(
        command,
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=120, start_new_session=True,
        env={**os.environ, **environment},
    )  # fmt: skip


def check_whole(folder: Path, where: Path) -> None:
    """Assert that the mirror brought up to date is what it would be had nothing ever been killed."""
    updated = run([*TRACKER, "--archive", str(folder), "mirror", "update"])
    assert updated.returncode == 0, updated.stderr
    mirror = folder / "mirror.git"
    check_sound(mirror)
    subjects = list_subjects(mirror)
    runs = [number for (number,) in query(folder, "SELECT id FROM runs ORDER BY id")]
    assert [subject.partition(" (")[0] for subject in subjects if subject.startswith("Run")] == [
        f"Run {number}" for number in runs
    ]
    assert [subject for subject in subjects if not subject.startswith("Run")] == []
    is_apart = "watch.toml" in list_files(mirror)
    assert (list_commits(mirror) == list_commits(mirror, "public")) != is_apart
    assert list_subjects(mirror, "public") == subjects
    assert ("example.org/99" in read_everything(mirror, "public")) is False
    rebuild_record(mirror, where)
    assert read_tables(where) == read_tables(folder)


# At each step ----------------------------------------------------------------------------------------

FAST_IMPORT = "tracker.preservation.git.streams:FastImport"
MIRROR, REFS = "tracker.preservation.mirror.update", "tracker.preservation.mirror.refs"
STEPS = [
    (f"{REFS}:recover", 1),
    ("BEGIN IMMEDIATE", 3),
    (f"{FAST_IMPORT}.begin_commit", 1),
    (f"{FAST_IMPORT}.write_file", 1),
    (f"{FAST_IMPORT}.write_file", 4),
    (f"{FAST_IMPORT}.__exit__", 1),
    (f"{REFS}:move_branches", 1),
    (f"{REFS}:_drop", 1),
    ("tracker.preservation.mirror.pending:mark_mirrored", 1),
    ("DELETE FROM unmirrored", 1),
    ("INSERT INTO unmirrored (unit, name) VALUES ('tips'", 1),
    ("COMMIT", 3),
    (f"{REFS}:pack_objects", 1),
    ("PRAGMA wal_checkpoint", 1),
]


@pytest.mark.parametrize(("step", "number"), STEPS)
def test_a_run_killed_while_it_writes_the_mirror(
    folder: Path, tmp_path: Path, step: str, number: int
) -> None:
    killed = run(add(folder, 60, *KILLED, step, str(number)))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert query(folder, "SELECT count(*), max(status) FROM runs") == [(4, "complete")]
    check_whole(folder, tmp_path / "again")


FIRST_STEPS = [
    (f"{MIRROR}:create_repository", 1),
    (f"{MIRROR}:open_repository", 1),
    ("CREATE TRIGGER", 1),
    ("DELETE FROM unmirrored", 1),
    ("INSERT INTO unmirrored (unit, name) SELECT", 1),
    (f"{FAST_IMPORT}.begin_commit", 2),
    (f"{FAST_IMPORT}.__exit__", 1),
    (f"{REFS}:move_branches", 1),
    ("tracker.preservation.mirror.pending:mark_mirrored", 1),
    ("COMMIT", 1),
    (f"{REFS}:pack_objects", 1),
]


@pytest.mark.parametrize(("step", "number"), FIRST_STEPS)
def test_the_first_writing_of_a_mirror_killed(tmp_path: Path, step: str, number: int) -> None:
    folder = make_record(tmp_path / "snapshots")
    killed = run([*KILLED, step, str(number), "--archive", str(folder), "mirror", "update"])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    check_whole(folder, tmp_path / "again")


def test_a_run_killed_before_it_comes_to_the_mirror_gets_its_commit_with_the_next(
    folder: Path, tmp_path: Path
) -> None:
    killed = run(add(folder, 60, *KILLED, "UPDATE runs SET status", "1"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    check_whole(folder, tmp_path / "again")
    assert query(folder, "SELECT status FROM runs WHERE id = 4") == [("interrupted",)]


# Inside git ------------------------------------------------------------------------------------------

HOOK = """#!/bin/sh
cat > /dev/null
echo "$1" >> "$GIT_DIR/told"
if [ "$(wc -l < "$GIT_DIR/told")" -eq {number} ]; then kill -9 {whom}; fi
"""
"""Git calls it when it has locked and when it has changed each set of branches (githooks(5))."""
GIT = f"""\
#!/bin/sh
exec {shutil.which("git")} -c core.hooksPath={{hooks}} "$@"
"""


@pytest.mark.parametrize("whom", ["0", "$PPID"], ids=["all", "git alone"])
@pytest.mark.parametrize("number", range(1, 9))
def test_git_killed_while_it_changes_branches(folder: Path, tmp_path: Path, number: int, whom: str) -> None:
    """No hook of a mirror is run: it is git itself that is told of one, on its way."""
    hook, git = tmp_path / "hooks" / "reference-transaction", tmp_path / "bin" / "git"
    for program, script in (
        (hook, HOOK.format(number=number, whom=whom)),
        (git, GIT.format(hooks=hook.parent)),
    ):
        program.parent.mkdir()
        program.write_text(script, encoding="utf-8")
        program.chmod(0o700)
    killed = run(add(folder, 60), PATH=f"{git.parent}{os.pathsep}{os.environ['PATH']}")
    assert killed.returncode == (2 if whom == "$PPID" else -signal.SIGKILL), killed.stderr
    check_whole(folder, tmp_path / "again")


@pytest.mark.parametrize("branch", ["main", "public"])
def test_of_two_branches_one_was_moved(folder: Path, tmp_path: Path, branch: str) -> None:
    """Git moves the files of its branches one after another; the other one stands where it stood."""
    mirror = folder / "mirror.git"
    before = list_commits(mirror, branch)[-1]
    killed = run(add(folder, 60, *KILLED, f"{REFS}:_drop", "1"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    run_git(mirror, "update-ref", f"refs/heads/{branch}", before)
    check_whole(folder, tmp_path / "again")


def test_packs_that_were_held_fast_or_begun_are_let_go(folder: Path, tmp_path: Path) -> None:
    packs = folder / "mirror.git" / "objects" / "pack"
    (pack,) = packs.glob("*.pack")
    pack.with_suffix(".keep").write_text("fast-import", encoding="utf-8")
    for name in ("tmp_pack_a1b2c3", ".tmp-1234-pack-abc.pack", "tmp_idx_a1b2c3"):
        (packs / name).write_bytes(b"half")
    graph = "objects/info/commit-graphs/tmp_graph_a1b2c3"
    for name in (
        *("packed-refs.lock", "refs/heads/main.lock", "refs/aside/main.lock", "fast_import_crash_7"),
        graph,
    ):
        (folder / "mirror.git" / name).parent.mkdir(exist_ok=True)
        (folder / "mirror.git" / name).touch()
    assert run(add(folder, 60)).returncode == 0
    check_whole(folder, tmp_path / "again")
    assert list(packs.glob("*.keep")) == []


# A repair ----------------------------------------------------------------------------------------------

REPAIR = "tracker.preservation.repair.mirror"
REPAIR_STEPS = [
    (f"{REPAIR}:create_repository", 1),
    (f"{REPAIR}:_copy_objects", 1),
    (f"{REPAIR}:_drop_damaged_packs", 1),
    (f"{REPAIR}:_Writer.write", 1),
    (f"{REPAIR}:_Writer._put", 1),
    (f"{REPAIR}:_find_missing", 1),
    (f"{REPAIR}:_swap", 1),
    ("pathlib:Path.rename", 2),
    ("pathlib:Path.rename", 3),
    ("pathlib:Path.rename", 4),
    ("tracker.preservation.repair.repair:_record_run", 1),
    ("tracker.preservation.repair.repair:write_steps", 1),
    (f"{REFS}:move_branches", 1),
]


def damage(mirror: Path) -> str:
    """Cut the pack of the first commit in two, and return where the branch was."""
    tip = run_git(mirror, "rev-parse", "main")
    pack = first_pack(mirror)
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[: pack.stat().st_size // 2])
    return tip


def check_repaired(folder: Path, where: Path, tip: str) -> None:
    """Assert that a repair after those that were killed mends all of it, and that no commit is lost."""
    repaired = run([*TRACKER, "--archive", str(folder), "verify", "--repair"])
    assert repaired.returncode in {0, 1}, repaired.stderr
    verified = run([*TRACKER, "--archive", str(folder), "verify"])
    assert verified.returncode == 0, verified.stdout
    run_git(folder / "mirror.git", "merge-base", "--is-ancestor", tip, "main")
    check_whole(folder, where)
    assert not [path for path in folder.iterdir() if path.name.startswith(("mirror.git.", ".tracker-"))]


@pytest.mark.parametrize(("step", "number"), REPAIR_STEPS)
def test_a_repair_killed_while_it_writes_the_mirror_again(
    folder: Path, tmp_path: Path, step: str, number: int
) -> None:
    tip = damage(folder / "mirror.git")
    killed = run([*KILLED, step, str(number), "--archive", str(folder), "verify", "--repair"])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    check_repaired(folder, tmp_path / "again", tip)


def test_repairs_killed_at_random_instants(folder: Path, tmp_path: Path) -> None:
    tip = damage(folder / "mirror.git")
    chance = random.Random(12)  # noqa: S311 (instants)
    killed = 0
    for _ in range(INSTANTS // 5):
        process = subprocess.Popen(
            [*TRACKER, "--archive", str(folder), "verify", "--repair"],
            cwd=ROOT,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.3, 3))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        killed += process.returncode < 0
        if process.returncode >= 0:
            damage(folder / "mirror.git")
    check_repaired(folder, tmp_path / "again", tip)
    assert killed


# At random -------------------------------------------------------------------------------------------


def test_runs_killed_at_random_instants(folder: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    assert run(add(folder, 100)).returncode == 0
    lasts = time.monotonic() - began
    chance = random.Random(11)  # noqa: S311 (instants)
    killed = midway = 0
    for number in range(101, 101 + INSTANTS):
        process = subprocess.Popen(
            add(folder, number),
            cwd=ROOT,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # The start of Python takes half of the time, and writes nothing.
        time.sleep(chance.uniform(lasts / 3, lasts))
        if number % 2:
            process.kill()
        elif process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        killed += process.returncode != 0
        runs = query(folder, "SELECT count(*) FROM runs")[0][0]
        midway += process.returncode != 0 and runs > len(list_commits(folder / "mirror.git"))
        if number % 20 == 0:
            check_whole(folder, tmp_path / str(number))
    edit(folder, "UPDATE sessions SET year = 2045 WHERE label = '100'")
    assert run(add(folder, 99)).returncode == 0
    check_whole(folder, tmp_path / "again")
    print(f"\n{killed} of {INSTANTS} killed, {midway} between the record and the mirror")
    assert midway >= INSTANTS * 0.1
