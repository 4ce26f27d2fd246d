"""Mirror, rebuild and backup on full and on read-only media, each a real mount."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.test_mounts import run_mounted

if TYPE_CHECKING:
    from pathlib import Path

SETTING = """
from tests.mirrors import FIRST, check_sound, list_subjects, make_record, read_tables, say
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.keep.mirror import backup
from tracker.keep.mirror import update_mirror

def attempt(action, *arguments):
    try:
        print("did", action(*arguments).__class__.__name__)
    except TrackerError as error:
        print(type(error).__name__, str(error).replace(str(folder), "DISK"))

def fill(left):
    free = shutil.disk_usage(folder).free - 1024 * left
    (folder / "ballast").write_bytes(bytes(free))

made = make_record(Path(sys.argv[2]))
"""

BACKUP = """
fill(int(sys.argv[3]))
attempt(backup, made, folder / "copy.db")
print(sorted(path.name for path in folder.iterdir()))
(folder / "ballast").unlink()
attempt(backup, made, folder / "copy.db")
"""

REBUILD = """
update_mirror(made)
fill(int(sys.argv[3]))
attempt(rebuild_record, made / "mirror.git", folder / "again")
print((folder / "again").exists())
(folder / "ballast").unlink()
attempt(rebuild_record, made / "mirror.git", folder / "again")
print(read_tables(folder / "again") == read_tables(made))
"""

MIRROR = """
shutil.copytree(made, folder / "archive")
update_mirror(folder / "archive")
say(folder / "archive", "XAA/HRC/60~prepared.en", FIRST + "\\nSixty.")
fill(int(sys.argv[3]))
attempt(say, folder / "archive", "XAA/HRC/61~prepared.en", FIRST + "\\nSixty-one." + 50_000 * " word")
attempt(update_mirror, folder / "archive")
(folder / "ballast").unlink()
attempt(update_mirror, folder / "archive")
say(folder / "archive", "XAA/HRC/62~prepared.en", FIRST + "\\nSixty-two.")
mirror = folder / "archive" / "mirror.git"
check_sound(mirror)
print(len(list_subjects(mirror)) == len(set(list_subjects(mirror))))
rebuild_record(mirror, folder / "again")
print(read_tables(folder / "again") == read_tables(folder / "archive"))
"""

READ_ONLY = """
shutil.copytree(made, folder / "archive")
update_mirror(folder / "archive")
subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
attempt(update_mirror, folder / "archive")
attempt(backup, folder / "archive", folder / "copy.db")
attempt(backup, folder / "archive", Path(sys.argv[2]) / "copy.db")
attempt(rebuild_record, folder / "archive" / "mirror.git", folder / "again")
attempt(rebuild_record, folder / "archive" / "mirror.git", Path(sys.argv[2]) / "again")
print(read_tables(Path(sys.argv[2]) / "again") == read_tables(made))
"""


@pytest.mark.parametrize("left", [0, 16, 100, 300])
def test_a_backup_onto_a_full_disk_leaves_nothing(tmp_path: Path, left: int) -> None:
    told = run_mounted(
        tmp_path / "disk", "size=4m", SETTING + BACKUP, str(tmp_path / "made"), str(left)
    ).splitlines()
    assert told[0].startswith("ArchiveUnusable disk full: DISK/copy.db")
    assert told[1:] == ["['ballast']", "did Backup"]


@pytest.mark.parametrize("left", [0, 16, 100, 300])
def test_a_rebuild_onto_a_full_disk_leaves_nothing(tmp_path: Path, left: int) -> None:
    told = run_mounted(
        tmp_path / "disk", "size=8m", SETTING + REBUILD, str(tmp_path / "made"), str(left)
    ).splitlines()
    assert told[0].startswith("ArchiveUnusable disk full: DISK/again/tracker.db")
    assert told[1:] == ["False", "did Rebuilt", "True"]


@pytest.mark.parametrize("left", [0, 60, 250, 400, 600])
def test_a_mirror_on_a_full_disk_is_as_it_was_and_the_next_run_completes_it(
    tmp_path: Path, left: int
) -> None:
    told = run_mounted(
        tmp_path / "disk", "size=8m", SETTING + MIRROR, str(tmp_path / "made"), str(left)
    ).splitlines()
    assert told[0].startswith(("ArchiveUnusable", "RepositoryUnusable"))
    assert told[2:] == ["did Mirrored", "True", "True"]


def test_read_only_media_are_read_and_say_why_they_cannot_be_written(tmp_path: Path) -> None:
    told = run_mounted(tmp_path / "disk", "size=8m", SETTING + READ_ONLY, str(tmp_path / "made")).splitlines()
    assert told == [
        "ArchiveUnusable DISK/archive/tracker.db is on read-only media, or not yours to write",
        "ArchiveUnusable DISK/copy.db cannot be written: Read-only file system",
        "did Backup",
        "ArchiveUnusable DISK/again cannot be made: Read-only file system",
        "did Rebuilt",
        "True",
    ]
