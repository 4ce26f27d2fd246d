"""The archive restored by git and sqlite3 alone, with the very commands of the document."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.mirrors import FIRST, make_record, read_tables, say, show
from tests.nights import make_archive, run_night, running_site, source
from tests.repositories import Link, Made, add_commits
from tests.running import ROOT
from tracker.keep.mirror import update_mirror
from tracker.record.reading.reader import open_reader

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


def restore(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the commands of the page in a folder that holds an archive."""
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    return subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("make", [make_record, make_nights])
def test_git_and_sqlite_restore_the_record(tmp_path: Path, make: type) -> None:
    folder = make(tmp_path / "snapshots")
    update_mirror(folder)
    done = restore(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")
    (tmp_path / "restored").mkdir()
    (tmp_path / "restored.db").rename(tmp_path / "restored" / "tracker.db")
    restored, record = read_tables(tmp_path / "restored"), read_tables(folder)
    assert restored.pop(OWN_WORDS) == []
    record.pop(OWN_WORDS)
    assert restored == record
    with open_reader(tmp_path / "restored") as reader:
        assert len(reader.search("corruption").hits) > 0
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


HIDDEN = "what nobody else may read"
SUNG = "../sung"
_TABLE = 'CREATE TABLE "evil" ({});\n'
_LINE = "x');\n.shell touch ../sung\n.trace ../sung\n--"
HOSTILE: dict[str, dict[str, str | Link]] = {
    "a command of the shell": {"schema.sql": f".shell touch {SUNG}\n"},
    "a trace into a file": {"schema.sql": f".trace {SUNG}\nSELECT 1;\n"},
    "a test into a file": {"schema.sql": ".cd ..\n.testcase sung\n"},
    "a command after another": {"schema.sql": f"SELECT 1;\n.shell touch {SUNG}\n.output |touch {SUNG}\n"},
    "a file written": {"schema.sql": f"SELECT writefile('{SUNG}', 'x');\n"},
    "an editor": {"schema.sql": f"SELECT edit('x', 'touch {SUNG}');\n"},
    "a library": {"schema.sql": "SELECT load_extension('../evil');\n"},
    "another database": {"schema.sql": f"ATTACH '{SUNG}' AS evil;\n"},
    "a copy of the database": {"schema.sql": f"VACUUM INTO '{SUNG}';\n"},
    "a file read": {"schema.sql": "CREATE TABLE evil AS SELECT readfile('../secret') AS a;\n"},
    "a folder read": {"schema.sql": "CREATE TABLE evil AS SELECT data FROM \"FSDIR\"('../secret');\n"},
    "a trigger that writes": {
        "schema.sql": "+CREATE TRIGGER evil AFTER UPDATE ON documents BEGIN"
        f" SELECT writefile('{SUNG}', new.bytes); END;\n"
    },
    "a table whose name is a command": {
        "schema.sql": f'+CREATE TABLE "evil{_LINE}" (a);\n',
        "evil.json": '{"evil": [{"a": 1}]}',
    },
    "a column whose name is a command": {
        "schema.sql": f"+{_TABLE.format(chr(34) + _LINE + chr(34))}",
        "evil.json": '{"evil": [{"a": 1}]}',
    },
    "a row that is a command": {
        "evil.json": json.dumps({"documents": [{"sha256": _LINE, "media_type": f".shell touch {SUNG}"}]})
    },
    "a digest that is a path": {
        "documents/evil.json": json.dumps(
            {"documents": [{"sha256": "../" * 20 + "/.." + "x", "size": 1, "media_type": "a", "bytes": ""}]}
        )
    },
    "a link for a document": {"documents/ab/" + "ab" * 32: Link("../../../secret")},
    "a link for rows": {"evil.json": Link("../secret")},
}
"""Files put into a mirror; those that begin with a plus are added to what is there."""


@pytest.mark.parametrize("files", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_mirror_runs_nothing_and_reads_no_other_file(
    tmp_path: Path, files: dict[str, str | Link]
) -> None:
    (tmp_path / "secret").write_text(HIDDEN, encoding="utf-8")
    folder = make_record(tmp_path / "snapshots")
    update_mirror(folder)
    mirror = folder / "mirror.git"
    written = {
        path: show(mirror, path) + "\n" + content[1:]
        if isinstance(content, str) and content.startswith("+")
        else content
        for path, content in files.items()
    }
    add_commits(mirror, [Made("evil", written)], first=2)
    restore(tmp_path)
    assert sorted({path.name for path in tmp_path.iterdir()} - {"fill.sql", "restored.db"}) == [
        "copy", "secret", "snapshots",
    ]  # fmt: skip
    restored = tmp_path / "restored.db"
    assert not restored.exists() or HIDDEN.encode() not in restored.read_bytes()


def test_the_commands_that_are_kept_out_would_run_from_a_file(tmp_path: Path) -> None:
    """Safe mode alone is not enough: from the lines of a file, some commands write others all the same."""
    done = subprocess.run(
        ["sqlite3", "-safe", "-bail", "a.db"],
        cwd=tmp_path, input=".trace sung\nSELECT 1;\n", text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, (tmp_path / "sung").exists()) == (0, True)
