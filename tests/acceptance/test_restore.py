"""The archive restored by git and sqlite3 alone, with the very commands of the document."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.mirrors import FIRST, make_record, read_tables, say
from tests.nights import make_archive, run_night, running_site, source
from tests.running import ROOT
from tracker.archive.reader import open_reader
from tracker.workflows.mirror import update_mirror

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "tracker" / "docs" / "preservation.md").read_text(encoding="utf-8")
OWN_WORDS = "descriptions"


def make_nights(folder: Path) -> Path:
    """Make an archive of two nights, with all that a run leaves behind."""
    with running_site() as site:
        site.say("/79", "We build dykes, and fight corruption.", 79)
        watched = source("xaa", "XAA/UNGA/79~prepared.en", site.url("/79"))
        folder = make_archive(folder, watched + source("gone", "XAA/UNGA/80", site.url("/none")), site.port)
        run_night(folder, "2026-03-01")
        site.say("/79", "We build walls, and fight corruption.", 79)
        run_night(folder, "2026-03-02")
    say(folder, "XAA/UNGA/81~prepared.zh", '主席先生\n我们\u2028修建"堤坝"\\。')
    return folder


@pytest.mark.parametrize("make", [make_record, make_nights])
def test_git_and_sqlite_restore_the_record(tmp_path: Path, make: type) -> None:
    folder = make(tmp_path / "snapshots")
    update_mirror(folder)
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    done = subprocess.run(
        ["sh", "-eu", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")
    (tmp_path / "restored").mkdir()
    (tmp_path / "restored.db").rename(tmp_path / "restored" / "tracker.db")
    restored, record = read_tables(tmp_path / "restored"), read_tables(folder)
    assert restored.pop(OWN_WORDS) == []
    record.pop(OWN_WORDS)
    assert restored == record
    with open_reader(tmp_path / "restored") as reader:
        assert len(reader.search("corruption")) > 0
    say(tmp_path / "restored", "XAA/UNGA/82~prepared.en", FIRST)


def test_a_damaged_document_is_found_by_the_last_of_the_commands(tmp_path: Path) -> None:
    update_mirror(make_record(tmp_path / "snapshots"))
    subprocess.run(["git", "clone", "--quiet", "snapshots/mirror.git", "copy"], cwd=tmp_path, check=True)
    document = next(
        path for path in (tmp_path / "copy" / "documents").rglob("*") if path.is_file() and not path.suffix
    )
    document.write_text("other", encoding="utf-8")
    (command,) = re.findall(r"^find documents .*$", PAGE, flags=re.MULTILINE)
    found = subprocess.run(
        ["sh", "-eu", "-c", command], cwd=tmp_path / "copy", capture_output=True, text=True, check=True
    )
    assert document.name in found.stdout
    assert len(found.stdout.splitlines()) == 1
