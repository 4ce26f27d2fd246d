"""Who can read an archive and what leaves it: the same whatever the umask, for root and for others."""

from __future__ import annotations

import grp
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from typer.main import get_command

from tests.conftest import run_tracker
from tests.repositories import run_git
from tests.rights import OPEN, SECRET
from tests.running import COMMAND, ROOT, Ran
from tests.thorough import long
from tracker.archive import create_archive
from tracker.cli.main import app
from tracker.errors import ArchiveUnusable
from tracker.record.modes import archive_permissions, private_permissions

if TYPE_CHECKING:
    from collections.abc import Iterator

IS_ROOT = os.geteuid() == 0
NOBODY, TEAM = 65534, 54321
"""Users and groups need no name to be used; the second one is of a group that is made up."""

TRACKER = COMMAND

WATCHED = '[sources.xaa-79]\nreference = "XAA/UNGA/79"\nurl = "https://example.org/79"\n'


def as_user(user: int, groups: tuple[int, ...], folder: Path, *words: str, umask: int = 0o022) -> Ran:
    """Run a program as another user where we may, and as ourselves, an ordinary one, where not."""
    done = subprocess.run(
        [*(_change_user(user, groups, words[0] == sys.executable) if IS_ROOT else ()), *words],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        umask=umask,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _change_user(user: int, groups: tuple[int, ...], is_ours: bool) -> list[str]:
    """Return what runs a program as another user.

    Ours may read all, since Python and this project may lie in root's own folder; what it may write is
    checked for real, and what another program may read.
    """
    kept = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"] if is_ours else []
    listed = ",".join(map(str, groups))
    return ["setpriv", f"--reuid={user}", f"--regid={groups[0]}", f"--groups={listed}", *kept]


def everything(folder: Path) -> dict[str, str]:
    """Return the mode of everything below a folder by path, without what only tells whether one may write."""
    return {
        str(path.relative_to(folder)): f"{stat.S_IMODE(path.lstat().st_mode):o}"
        for path in sorted(folder.rglob("*"))
        if not path.is_symlink()
    }


def fill(folder: Path) -> None:
    """Have each command that makes files make them, in an archive and beside it."""
    (folder / "speech.txt").write_text(OPEN, encoding="utf-8")
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    commands = (
        "add speech.txt --as XAA/UNGA/77~prepared.en",
        "mirror update",
        "add secret.txt --as XAA/UNGA/78~prepared.en",
        "sources add https://example.org/80 --as XAA/UNGA/80",
        "diff XAA/UNGA 77 78 --encoder none",
        "backup backup.db",
        "export bag private-bag --private",
        "export warc private.warc.gz --private",
        "export corpus private.csv --private",
        "export tables private-tables --private",
        "withdraw XAA/UNGA/78 --reason a --authority b --destroy --yes",
        "mirror update",
        "timeline XAA/UNGA",
    )
    for command in commands:
        ran = run_tracker(folder, *command.split())
        assert ran.code in {0, 1}, (command, ran)


def damage(archive: Path) -> None:
    """Overwrite a page of a record, so that it must be repaired."""
    with closing(sqlite3.connect(archive / "tracker.db")) as record:
        (page,) = record.execute("SELECT rootpage FROM sqlite_master WHERE name = 'documents'").fetchone()
    with (archive / "tracker.db").open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"damage" * 600)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("umask", [0o000], indirect=True)
@pytest.mark.usefixtures("umask")
def test_nobody_else_can_read_a_new_archive_nor_what_is_private_of_it(tmp_path: Path) -> None:
    archive = tmp_path / "snapshots"
    assert run_tracker(tmp_path, "init").code == 0
    fill(tmp_path)
    damage(archive)
    assert run_tracker(tmp_path, "verify", "--repair").code in {0, 1}
    made = everything(archive)
    assert {"tracker.db", "derived.db", "watch.toml", "mirror.git", "mirror.git/HEAD"} <= set(made)
    assert any(name.startswith("before-repair-") for name in made)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o700
    assert {name: found for name, found in made.items() if int(found, 8) & 0o077} == {}
    for name in ("backup.db", "private-bag", "private-tables", "private.csv", "private.warc.gz"):
        assert not (tmp_path / name).stat().st_mode & 0o077, name
    inside = everything(tmp_path / "private-bag") | everything(tmp_path / "private-tables")
    assert not any(int(found, 8) & 0o077 for found in inside.values())


WRITTEN: Final = {
    "blame": "blame XAA/CCPCJ/33",
    "cite": "cite XAA/CCPCJ/33",
    "timeline of a session": "timeline CCPCJ 33 --format csv",
    "decisions": "decisions",
    "diff": "diff XAA/CCPCJ --encoder none --format html --plot picture.svg",
    "list": "list",
    "timeline of a body": "timeline CCPCJ --sessions 32-33 --plot picture.svg",
    "timeline of phrases": "timeline XAA/CCPCJ 33 --phrases",
    "priorities": "priorities XAA/CCPCJ/33",
    "status": "status --year 2026",
    "review": "review",
    "show": "show XAA/CCPCJ/33",
    "timeline": "timeline XAA/CCPCJ --plot picture.svg",
    "trace": "trace XAA/CCPCJ cybercrime",
    "export bag": "export bag made",
    "export corpus": "export corpus made.csv",
    "export replication": "export replication made.zip comparison.json",
    "export sentences": "export sentences made.jsonl",
    "export tables": "export tables made",
    "export warc": "export warc made.warc.gz",
    "export datasette": "export datasette made.json",
    "mirror push": "mirror push made.git",
}
"""A run of each command that writes what may be closed: into a file that it names made, or with -o."""


def list_writing(group: object, *above: str) -> Iterator[str]:
    """Yield the name of each command that has -o."""
    for name, command in getattr(group, "commands", {}).items():
        if any("-o" in option.opts for option in command.params):
            yield " ".join((*above, name))
        yield from list_writing(command, *above, name)


def test_a_run_is_known_of_each_command_that_writes_what_is_private() -> None:
    named = {name.partition(" of ")[0] for name in WRITTEN if not name.startswith(("export ", "mirror "))}
    assert set(list_writing(get_command(app))) == named | {"topics learn"}


@pytest.fixture
def filled(_archive_made_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(_archive_made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize("umask", [0o000], indirect=True)
@pytest.mark.usefixtures("umask")
def test_what_a_command_writes_with_private_can_be_read_by_its_owner_alone(
    filled: Path,
) -> None:
    diff = "diff XAA/CCPCJ --encoder none --format json -o comparison.json"
    assert run_tracker(filled, *diff.split()).code == 1
    for name, command in WRITTEN.items():
        has_output = not name.startswith(("export ", "mirror "))
        before = {*filled.iterdir()}
        taken = filled / "made"
        if has_output:
            taken.write_text("another could read what was here before\n", encoding="utf-8")
        output = ("-o", "made") if has_output else ()
        ran = run_tracker(filled, *command.split(), *output, "--private", "--overwrite")
        assert ran.code in {0, 1}, (name, ran)
        made = {*filled.iterdir()} - before
        assert made, name
        inside = {path for each in made if each.is_dir() for path in each.rglob("*")}
        for path in made | {each for each in inside if not each.is_symlink()}:
            assert not stat.S_IMODE(path.lstat().st_mode) & 0o077, (name, path)
        for path in made:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.usefixtures("umask")
def test_companions_of_an_open_record_have_its_mode(tmp_path: Path) -> None:
    from tracker.archive import open_store  # noqa: PLC0415 (one test needs it)

    create_archive(tmp_path / "snapshots")
    with open_store(tmp_path / "snapshots") as store, store.batch():
        made = everything(tmp_path / "snapshots")
    assert made == dict.fromkeys(("lock", "tracker.db", "tracker.db-shm", "tracker.db-wal"), "600")


def test_exports_of_open_material_keep_to_the_umask(tmp_path: Path, umask: int) -> None:
    assert run_tracker(tmp_path, "init").code == 0
    (tmp_path / "speech.txt").write_text(OPEN, encoding="utf-8")
    for command in (
        "add speech.txt --as XAA/UNGA/77~prepared.en",
        "export bag bag",
        "export warc open.warc.gz",
        "export corpus open.csv",
        "export tables tables",
        "show XAA/UNGA/77",
        "timeline XAA/UNGA --format csv -o timeline.csv",
    ):
        assert run_tracker(tmp_path, *command.split()).code == 0, command
    for name in ("open.warc.gz", "open.csv", "timeline.csv", "bag/bagit.txt", "tables/README.txt"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o666 & ~umask, name
    for name in ("bag/data", "tables/changes/body=UNGA"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o777 & ~umask, name


def test_an_archive_of_an_earlier_release_stays_as_open_as_it_is_and_health_tells(tmp_path: Path) -> None:
    archive = tmp_path / "snapshots"
    assert run_tracker(tmp_path, "init").code == 0
    archive.chmod(0o755)
    (archive / "tracker.db").chmod(0o644)
    before = os.umask(0o077)
    try:
        fill(tmp_path)
    finally:
        os.umask(before)
    made = everything(archive)
    files = {name: found for name, found in made.items() if not (archive / name).is_dir()}
    assert {found for name, found in files.items() if "/objects/" not in name} == {"644"}
    assert {found for name, found in files.items() if "/objects/" in name} <= {"444", "644"}
    assert {made[name] for name in made if (archive / name).is_dir()} <= {"755", "2755"}
    assert stat.S_IMODE(archive.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600
    told = json.loads(run_tracker(tmp_path, "status", "--format", "json").out)["concerns"]
    (concern,) = (each for each in told if each["kind"] == "open to others")
    assert concern["detail"] == (
        "others can read derived.db, mirror.git, tracker.db; close it: chmod -R go= snapshots"
    )
    subprocess.run(concern["detail"].partition("close it: ")[2].split(), cwd=tmp_path, check=True)
    assert "open to others" not in run_tracker(tmp_path, "status").out
    assert run_tracker(tmp_path, "verify").code == 0
    (archive / "derived.db").unlink()
    assert run_tracker(tmp_path, "timeline", "XAA/UNGA").code == 0
    assert everything(archive)["derived.db"] == "600"


def test_health_says_nothing_of_a_new_archive(tmp_path: Path) -> None:
    assert run_tracker(tmp_path, "init").code == 0
    (tmp_path / "snapshots/watch.toml").write_text(WATCHED)
    assert "open to others" not in run_tracker(tmp_path, "status").out


# Folders that are there ------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["a/", "ab/cd/"])
def test_a_path_that_sqlite_cannot_open_is_refused_before_anything_is_made(tmp_path: Path, part: str) -> None:
    for deep in (part * (3000 // len(part)), part * (440 // len(part))):
        ran = run_tracker(tmp_path, "--archive", deep, "init")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("tracker: the path of an archive has at most 440 bytes: ")
    assert not list(tmp_path.iterdir())
    fits = part * ((440 - len(os.fsencode(tmp_path))) // len(part) - 1)
    assert run_tracker(tmp_path, "--archive", fits, "init").code == 0
    assert run_tracker(tmp_path, "--archive", fits, "list").code == 0


def test_init_closes_a_folder_that_is_there_for_it_alone(tmp_path: Path) -> None:
    for name, others in (("empty", ()), ("clone", ("README.md",)), ("home", ("letters",))):
        folder = tmp_path / name
        folder.mkdir()
        folder.chmod(0o755)
        for other in others:
            (folder / other).write_text("")
        create_archive(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == (0o755 if name == "home" else 0o700)
        assert everything(folder)["tracker.db"] == "600"


def test_init_leaves_a_folder_that_somebody_has_prepared(tmp_path: Path) -> None:
    folder = tmp_path / "prepared"
    folder.mkdir()
    folder.chmod(0o2770)
    create_archive(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770
    assert everything(folder)["tracker.db"] == "660"


@long
def test_a_rebuilt_archive_is_closed_too(tmp_path: Path) -> None:
    assert run_tracker(tmp_path, "init").code == 0
    fill(tmp_path)
    assert run_tracker(tmp_path, "rebuild", "snapshots/mirror.git", "--archive", "again").code == 0
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o700
    assert set(everything(tmp_path / "again").values()) == {"600"}


# Groups ----------------------------------------------------------------------------------------------------


def own_group() -> str:
    """Return the name of a group that the test's user is in, other than its first one where it can be."""
    for group in (*os.getgroups(), os.getegid()):
        try:
            return grp.getgrgid(group).gr_name
        except KeyError:
            continue
    raise AssertionError("none of the groups of this user has a name")


@pytest.mark.parametrize("umask", [0o077], indirect=True)
@pytest.mark.usefixtures("umask")
def test_a_group_shares_an_archive_and_what_is_private_of_it(tmp_path: Path) -> None:
    name = own_group()
    assert run_tracker(tmp_path, "init", "--group", name).code == 0
    archive = tmp_path / "snapshots"
    fill(tmp_path)
    made = {path: found for path, found in everything(archive).items() if path != "watch.toml"}
    folders = {path for path in made if (archive / path).is_dir()}
    assert stat.S_IMODE(archive.stat().st_mode) == 0o2770
    assert {made[path] for path in folders} == {"2770"}
    assert {made[path] for path in set(made) - folders} <= {"660", "440"}
    assert everything(archive)["watch.toml"] == "660"
    group = grp.getgrnam(name).gr_gid
    assert {path.stat().st_gid for path in archive.rglob("*")} == {group}
    for path in (tmp_path / "backup.db", tmp_path / "private.warc.gz"):
        assert (stat.S_IMODE(path.stat().st_mode), path.stat().st_gid) == (0o660, group)
    assert stat.S_IMODE((tmp_path / "private-bag").stat().st_mode) == 0o2770


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("--group", "no-such-group-x"),
            "--group no-such-group-x: there is no such group; see: getent group",
        ),
        (("--group",), "option '--group' requires an argument; -h behind the command says more"),
    ],
)
def test_a_group_that_there_is_not_is_told(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    ran = run_tracker(tmp_path, "init", *words)
    assert (ran.code, ran.err.splitlines()[-1].split(": ", 1)[1]) == (2, told)
    assert not (tmp_path / "snapshots").exists()


def test_a_group_does_not_open_a_folder_with_other_things(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("")
    before = tmp_path.stat().st_mode
    with pytest.raises(ArchiveUnusable, match=r"holds other things, which --group would open"):
        create_archive(tmp_path, own_group())
    assert tmp_path.stat().st_mode == before
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


@pytest.fixture
def shared() -> Iterator[Path]:
    """Return a folder that other users can reach, for tests in which root plays them."""
    place = Path(os.environ.get("TMPDIR", "/tmp")) / f"tracker-modes-{os.getpid()}"  # noqa: S108 (others must reach it)
    place.mkdir()
    place.chmod(0o777)
    yield place
    shutil.rmtree(place)


def test_an_ordinary_user_makes_an_archive_that_is_closed(shared: Path) -> None:
    ran = as_user(NOBODY, (NOBODY,), shared, *TRACKER, "init", umask=0)
    assert (ran.code, ran.err) == (0, "")
    assert stat.S_IMODE((shared / "snapshots").stat().st_mode) == 0o700
    assert everything(shared / "snapshots") == {"tracker.db": "600"}


@long
def test_members_of_a_group_write_in_turn_and_others_read_nothing(shared: Path) -> None:
    """As root, three users; as an ordinary user all three are the same, and what is closed cannot be seen."""
    folder = shared / "snapshots"
    folder.mkdir()
    if IS_ROOT:
        os.chown(folder, NOBODY, TEAM)
    folder.chmod(0o2770)
    (shared / "speech.txt").write_text(OPEN, encoding="utf-8")
    (shared / "other.txt").write_text(SECRET, encoding="utf-8")
    ana, ben, eve = (NOBODY, (NOBODY, TEAM)), (NOBODY - 1, (NOBODY - 1, TEAM)), (NOBODY - 2, (NOBODY - 2,))
    for user, command in (
        (ana, "init"),
        (ana, "add speech.txt --as XAA/UNGA/77~prepared.en"),
        (ana, "mirror update"),
        (ben, "add other.txt --as XAA/UNGA/78~prepared.en"),
        (ben, "timeline XAA/UNGA"),
        (ana, "diff XAA/UNGA 77 78 --encoder none --stat"),
        (ana, "add other.txt --as XAA/UNGA/79~prepared.en"),
        (ben, "verify"),
    ):
        ran = as_user(*user, shared, *TRACKER, *command.split(), umask=0o077)
        assert ran.code in {0, 1}, (command, ran)
        assert ran.err == "", (command, ran)
    found = {path: each for path, each in everything(folder).items() if int(each, 8) & 0o007}
    assert found == {}
    if IS_ROOT:
        assert as_user(*ben, shared, "cat", "snapshots/tracker.db").code == 0
        assert "Permission denied" in as_user(*eve, shared, "cat", "snapshots/tracker.db").err
        assert {path.stat().st_gid for path in folder.rglob("*")} == {TEAM}
    assert run_git(folder / "mirror.git", "-c", "safe.directory=*", "fsck").count("error") == 0


@pytest.mark.parametrize(
    "words", [("list",), ("verify",), ("status",), ("add", "a.txt", "--as", "XAA/UNGA/79")]
)
def test_an_archive_in_a_folder_that_is_closed_to_us_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Root opens any folder: here it is of another user, and root is without the right to."""
    folder = tmp_path / "snapshots"
    create_archive(folder)
    (tmp_path / "a.txt").write_text("We will build a bridge.", encoding="utf-8")
    if IS_ROOT:
        os.chown(folder, NOBODY, TEAM)
    folder.chmod(0)
    plain = ("setpriv", "--inh-caps=-all", "--bounding-set=-all") if IS_ROOT else ()
    try:
        done = subprocess.run(
            [*plain, *TRACKER, *words], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
        )
    finally:
        folder.chmod(0o700)
    assert done.returncode == 2
    assert done.stderr.startswith("tracker: ")
    assert "not yours to open; check the permissions of the file and its folder" in done.stderr
    assert done.stderr.count("\n") == 1


# What is derived from ---------------------------------------------------------------------------------------


def test_the_record_decides_then_the_mirror_then_a_shared_folder(tmp_path: Path) -> None:
    assert archive_permissions(tmp_path).mode == 0o600
    tmp_path.chmod(0o2770)
    assert archive_permissions(tmp_path).mode == 0o660
    (tmp_path / "mirror.git").mkdir()
    (tmp_path / "mirror.git").chmod(0o755)
    assert archive_permissions(tmp_path, tmp_path / "mirror.git").mode == 0o644
    (tmp_path / "tracker.db").write_bytes(b"")
    for mode, files, private in (
        (0o600, 0o600, 0o600),
        (0o644, 0o644, 0o600),
        (0o640, 0o640, 0o600),
        (0o660, 0o660, 0o660),
        (0o664, 0o664, 0o600),
        (0o666, 0o664, 0o600),
        (0o400, 0o600, 0o600),
    ):
        (tmp_path / "tracker.db").chmod(mode)
        assert archive_permissions(tmp_path).mode == files, oct(mode)
        assert private_permissions(tmp_path).mode == private, oct(mode)
