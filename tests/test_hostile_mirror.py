"""A mirror that was made to mislead: its names, digests, paths and watch list are taken for nothing more."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import query
from tests.here import runner
from tests.mirrors import FIRST, edit, make_record, show
from tests.repositories import Made, add_commits, make_repository, run_git
from tests.thorough import some
from tracker.errors import RepositoryUnusable
from tracker.keep.mirror import push_mirror, update_mirror
from tracker.preservation.mirror.commit_log import read_logged, read_logged_file
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.preservation.mirror.unit_files import document_path, run_path, watch_list_path
from tracker.record.access.closed import find_watch_list
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

WATCH = """[settings]
allow_private = ["10.0.0.5:8080", "intranet"]

[sources.inside]
reference = "XAA/UNGA/79"
url = "http://intranet/79"

[sources.beside]
reference = "XAA/UNGA/80"
url = "http://10.0.0.5:8080/80"

[sources.outside]
reference = "XAA/UNGA/81"
url = "https://www.example.org/81"

[sources.file]
reference = "XAA/UNGA/82"
path = "82.txt"
"""


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_record(tmp_path / "snapshots")
    (folder / "watch.toml").write_text(WATCH, encoding="utf-8")
    update_mirror(folder)
    return folder


def alter(folder: Path, files: dict[str, str | bytes | None]) -> Path:
    """Commit files to a mirror as anybody could, and return it."""
    mirror = folder / "mirror.git"
    add_commits(mirror, [Made("Run 9\n\nRun: 9", files)], first=2)
    return mirror


def statement(**row: Any) -> str:  # noqa: ANN401 (any value that JSON has)
    return json.dumps({"statements": [row]})


# Names, digests and paths ---------------------------------------------------------------------------

SHA = digest_bytes(FIRST.encode())
OTHER = digest_bytes(b"other")
INLINE = {"base64": "ZXZpbA=="}
EVIL: dict[str, tuple[dict[str, str | bytes | None], str]] = {
    "a table of no schema": ({"x.json": json.dumps({"evil": [{"a": 1}]})}, "there is no table evil"),
    "a command for a table": (
        {"x.json": json.dumps({'runs" (id) VALUES (9) --': [{"id": 9}]})}, "there is no table runs"
    ),
    "a command for a column": (
        {"x.json": statement(**{'id") VALUES (99) --': 1})}, "there is no column id"
    ),
    "the schema itself": ({"x.json": json.dumps({"sqlite_master": [{"type": "view"}]})}, "there is no table"),
    "behind the index": ({"x.json": json.dumps({"segments_fts_data": [{"id": 1}]})}, "there is no table"),
    "what is not yet mirrored": (
        {"x.json": json.dumps({"unmirrored": [{"unit": "left", "name": "[]"}]})}, "there is no table"
    ),
    "inline bytes under another digest": (
        {
            "documents/x.json": json.dumps(
                {"documents": [{"sha256": OTHER, "size": 4, "media_type": "a", "bytes": INLINE}]}
            )
        },
        "it does not have its digest",
    ),
    "inline bytes for the row after": (
        {
            "documents/x.json": json.dumps(
                {
                    "documents": [
                        {"sha256": OTHER, "bytes": INLINE},
                        {"sha256": OTHER, "size": 4, "media_type": "a"},
                    ]
                }
            )
        },
        "it does not have its digest",
    ),
    "a digest that is a path": (
        {"x.json": json.dumps({"outcomes": [{"id": 1, "run": 1, "sha256": "../" * 21 + "x"}]})},
        "sha256 is no digest",
    ),
    "a digest that is a command": (
        {"x.json": json.dumps({"watch_lists": [{"sha256": ("a\nD statements\n" * 5)[:64], "text": ""}]})},
        "it does not have its digest",
    ),
    "a watch list under another digest": (
        {"x.json": json.dumps({"watch_lists": [{"sha256": OTHER, "text": "[settings]"}]})},
        "it does not have its digest",
    ),
    "a document under another digest": ({document_path(OTHER): b"evil"}, "does not have that digest"),
    "a number beyond all": ({"x.json": statement(id=2**70)}, "a row that cannot be"),
    "brackets without end": ({"x.json": "[" * 100_000}, "cannot be read"),
    "rows that are none": ({"x.json": json.dumps({"statements": [1, 2]})}, "cannot be read"),
    "a value that is none": ({"x.json": statement(id=[1])}, "cannot be read"),
    "lone halves of letters": ({"x.json": '{"groups": [{"id": "\\ud800", "name": "x"}]}'}, "cannot be"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "told"), some(8, EVIL.values()), ids=some(8, EVIL.keys()))
def test_a_mirror_that_says_other_than_the_schema_is_refused(
    folder: Path, tracker: Callable[..., Ran], tmp_path: Path, files: dict[str, str | bytes | None], told: str
) -> None:
    alter(folder, files)
    ran = tracker("rebuild", "snapshots/mirror.git", "--archive", "again")
    assert (ran.code, ran.err.count("\n"), told in ran.err) == (2, 1, True), ran.err
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    "path", ["../evil.json", "documents/../../evil.json", "a/./b.json", "..json/../x.json"]
)
def test_a_path_that_leads_out_of_the_mirror_is_refused(tmp_path: Path, folder: Path, path: str) -> None:
    """Git's own commands write no such tree; one is made by hand."""
    mirror = folder / "mirror.git"
    *folders, name = path.split("/")
    blob = run_git(mirror, "hash-object", "-w", "--stdin", stdin=b"{}")
    tree = _write_tree(mirror, f"100644 blob {blob}\t{name}")
    for part in reversed(folders):
        tree = _write_tree(mirror, f"40000 tree {tree}\t{part}")
    archive = run_git(mirror, "rev-parse", "main:archive.json")
    listed = run_git(mirror, "ls-tree", tree)
    tree = _write_tree(mirror, f"100644 blob {archive}\tarchive.json", listed)
    run_git(mirror, "update-ref", "refs/heads/main", run_git(mirror, "commit-tree", tree, "-m", "evil"))
    with pytest.raises(RepositoryUnusable, match="leads out of it"):
        rebuild_record(mirror, tmp_path / "again")


def _write_tree(mirror: Path, *lines: str) -> str:
    """Write a tree as it stands, which ``git mktree`` refuses for names that lead away."""
    data = b""
    for line in lines:
        described, _, name = line.partition("\t")
        mode, _, blob = described.split()
        data += f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(blob)
    return run_git(mirror, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=data)


def test_what_passes_for_a_digest_or_a_day_leads_nowhere() -> None:
    assert document_path(SHA) == f"documents/{SHA[:2]}/{SHA}"
    assert run_path(3, "2026-03-01T03:00:00Z") == "runs/2026/03/01/3.jsonl"
    for place in (
        document_path("../../x\nD y"), watch_list_path("../x"), run_path(1, "..-..-..-x"),
        run_path(1, "a\nD b"),
    ):  # fmt: skip
        assert {"", ".", ".."}.isdisjoint(place.split("/"))
        assert place.isprintable()


# The watch list -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_mirrors_watch_list_is_not_obeyed_before_it_is_accepted(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = tracker("rebuild", "snapshots/mirror.git", "--archive", "again")
    assert (ran.code, "watch.received.toml is not used until" in ran.out) == (0, True)
    again = ("--archive", "again")
    assert not (tmp_path / "again" / "watch.toml").exists()
    for command in (
        ("snapshot",), ("snapshot", "--dry-run"), ("sources", "check"), ("sources", "list"),
        ("sources", "add", "https://www.example.org/9", "--as", "XAA/UNGA/9"),
    ):  # fmt: skip
        ran = tracker(*command, *again)
        assert (ran.code, ran.err.count("\n")) == (2, 1), command
        assert ran.err.endswith("accept it: tracker sources accept\n"), command
    state = tracker("status", "--format", "json", *again)
    told = json.loads(state.out)
    assert (state.code, state.err, told["sources"]) == (1, "", [])
    (waiting,) = (each for each in told["concerns"] if each["kind"] == "unwatched")
    assert waiting["detail"].endswith("accept it: tracker sources accept")
    assert not (tmp_path / "again" / "watch.toml").exists()
    shown = tracker("sources", "accept", *again)
    assert (shown.code, "accepting needs a terminal to confirm, or --yes" in shown.err) == (2, True)
    assert shown.out.splitlines() == [
        "again/watch.received.toml: 4 sources",
        "reaches inside the network: allow_private = 10.0.0.5:8080, intranet",
        "   inside  http://intranet/79",
        "   beside  http://10.0.0.5:8080/80",
        "reads files in the archive's folder:",
        "   file  82.txt",
    ]
    assert tracker("sources", "accept", "--yes", *again).code == 0
    assert (tmp_path / "again" / "watch.toml").read_text(encoding="utf-8") == WATCH
    assert "inside" in tracker("sources", "list", *again).out
    assert "does not exist; tracker rebuild makes it from" in tracker("sources", "accept", *again).err


@pytest.mark.usefixtures("folder")
def test_a_script_accepts_it_beforehand(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    ran = tracker("rebuild", "snapshots/mirror.git", "--archive", "again", "--accept-watch-list")
    assert (ran.code, "received" in ran.out) == (0, False)
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == ["tracker.db", "watch.toml"]


@pytest.mark.usefixtures("folder")
def test_a_list_of_ones_own_stays_and_is_obeyed(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    own = '[sources.own]\nreference = "XAA/UNGA/79"\npath = "a.txt"\n'
    (tmp_path / "again" / "watch.toml").write_text(own, encoding="utf-8")
    for options in ((), ("--accept-watch-list",)):
        (tmp_path / "again" / "tracker.db").unlink(missing_ok=True)
        assert tracker("rebuild", "snapshots/mirror.git", "--archive", "again", *options).code == 0
    assert (tmp_path / "again" / "watch.toml").read_text(encoding="utf-8") == own
    assert not (tmp_path / "again" / "watch.received.toml").exists()


@pytest.mark.usefixtures("folder")
def test_a_link_in_its_place_is_not_followed(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    for name in ("watch.received.toml", "watch.toml"):
        (tmp_path / "again" / name).symlink_to(tmp_path / "elsewhere")
    first = tracker("rebuild", "snapshots/mirror.git", "--archive", "again", "--accept-watch-list")
    assert first.code == 0, first
    (tmp_path / "again" / "watch.toml").unlink()
    (tmp_path / "again" / "tracker.db").unlink(missing_ok=True)
    assert tracker("rebuild", "snapshots/mirror.git", "--archive", "again").code == 0
    assert not (tmp_path / "elsewhere").exists()


def test_what_a_list_closes_is_closed_before_it_is_accepted_and_nothing_is_lost(
    folder: Path, tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    closing = WATCH.replace('url = "http://intranet/79"', 'url = "http://intranet/79"\naccess = "restricted"')
    (folder / "watch.toml").write_text(closing, encoding="utf-8")
    edit(
        folder,
        "INSERT INTO runs (started, release) VALUES ('2026-03-01T03:00:00Z', '0.1.0')",
        "INSERT INTO outcomes (run, source, outcome, observed, seconds, address, snapshot)"
        " VALUES ((SELECT max(id) FROM runs), 'inside', 'new', '2026-03-01T03:00:00Z', 0,"
        " 'http://intranet/79', 1)",
    )
    assert update_mirror(folder).closed == 1
    again = tmp_path / "again"
    rebuild_record(folder / "mirror.git", again)
    run_git(tmp_path, "clone", "--quiet", "--mirror", str(folder / "mirror.git"), str(again / "mirror.git"))
    run_git(tmp_path, "init", "--quiet", "--bare", "copy.git")
    assert push_mirror(again, str(tmp_path / "copy.git"), private=False).closed == 1
    assert find_watch_list(again) == again / "watch.received.toml"
    # The mirror goes on holding the list, and finds nothing changed.
    assert tracker("verify", "--archive", "again").code == 0
    assert show(again / "mirror.git", "watch.toml") == closing.strip()
    assert tracker("sources", "accept", "--yes", "--archive", "again").code == 0
    assert tracker("verify", "--archive", "again").code == 0
    assert query(again, "SELECT count(*) FROM snapshots") == [(5,)]


def test_a_mirror_without_a_watch_list_leaves_none(tmp_path: Path) -> None:
    folder = make_record(tmp_path / "snapshots")
    update_mirror(folder)
    assert rebuild_record(folder / "mirror.git", tmp_path / "again").watch_list is None
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["tracker.db"]


def test_a_repository_with_notes_of_its_own_kind_is_none(tmp_path: Path) -> None:
    notes = json.dumps({"format": [{"mirror": 1}], "_sqlite_migrations": [{}]})
    make_repository(tmp_path / "repo", [Made("one", {"archive.json": notes})])
    with pytest.raises(RepositoryUnusable):
        rebuild_record(tmp_path / "repo", tmp_path / "again")


def test_what_is_noted_of_commits_unpacks_within_bounds() -> None:
    bomb = zlib.compress(bytes(80 * 1024**2))
    with closing(sqlite3.connect(":memory:")) as record:
        record.execute("CREATE TABLE mirror_files (name, content)")
        record.execute("CREATE TABLE mirror_commits (name, content, files)")
        told = [("bomb", bomb), ("file", zlib.compress(b"text"))]
        record.executemany("INSERT INTO mirror_files VALUES (?, ?)", told)
        record.execute("INSERT INTO mirror_commits VALUES ('bomb', x'00', ?)", [bomb])
        assert read_logged_file(record, "bomb") is None
        assert read_logged_file(record, "file") == b"text"
        assert read_logged(record, "bomb") is None
