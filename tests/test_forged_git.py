"""Nothing in a repository is believed under the name of something else: each object is what its name says."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.here import runner
from tests.mirrors import make_record
from tests.repositories import Made, make_repository, run_git
from tests.running import count_rows
from tracker.errors import RepositoryUnusable
from tracker.keep.mirror import update_mirror
from tracker.preservation.mirror.rebuild import rebuild_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

TRUE = "Mr. President, Atlantis will protect its rivers, all of them. " * 3
FORGED = "Mr. President, Atlantis will sell its rivers, all of them. " * 3
OPTIONS = ("--path", "a.txt", "--as", "XAA/CCPCJ/31~prepared.en")
HISTORY = [Made("one", {"a.txt": TRUE}), Made("two", {"a.txt": f"{TRUE} We thank you."})]


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


def read_texts(tracker: Callable[..., Ran]) -> str:
    return tracker("show", "XAA/CCPCJ/31@1").out + tracker("show", "XAA/CCPCJ/31").out


# Objects in the place of others ---------------------------------------------------------------------------

REPLACED = ("main:a.txt", "main~1:a.txt", "main^{tree}", "main", "main~1")


@pytest.mark.parametrize("place", REPLACED)
def test_what_replaces_an_object_is_not_read(tracker: Callable[..., Ran], tmp_path: Path, place: str) -> None:
    repo = make_repository(tmp_path / "repo", HISTORY)
    other = make_repository(tmp_path / "other", [Made("one", {"a.txt": FORGED})] * 2)
    run_git(repo, "fetch", "--quiet", str(other), "main:forged")
    run_git(repo, "replace", place, f"forged{place[4:]}")
    assert "sell" in run_git(repo, "log", "-p", "main")
    tracker("init")
    assert tracker("import", "repo", *OPTIONS).code == 0
    assert "sell" not in read_texts(tracker)
    assert count_rows(tmp_path)["snapshots"] == 2


def test_grafts_and_cuts_that_hide_a_history_are_not_believed(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    repo = make_repository(tmp_path / "repo", HISTORY)
    tip = run_git(repo, "rev-parse", "main")
    (repo / "info").mkdir(exist_ok=True)
    (repo / "info" / "grafts").write_text(f"{tip}\n", encoding="ascii")
    (repo / "shallow").write_text(f"{tip}\n", encoding="ascii")
    assert run_git(repo, "rev-list", "--count", "main") == "1"
    tracker("init")
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, "shallow" in ran.out) == (0, False)
    assert count_rows(tmp_path)["snapshots"] == 2


def test_a_clone_that_was_cut_short_is_read_and_says_so(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "other", HISTORY)
    run_git(tmp_path, "clone", "--quiet", "--depth=1", repo.as_uri(), "repo")
    tracker("init")
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, "the clone is shallow" in ran.out) == (0, True)
    assert count_rows(tmp_path)["snapshots"] == 1


def test_modes_of_old_programs_are_read(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "repo", HISTORY)
    blob = run_git(repo, "rev-parse", "main:a.txt")
    inner = b"100664 a.txt\0" + bytes.fromhex(blob)
    outer = b"040000 t\0" + bytes.fromhex(store_tree(repo, inner))
    commit = run_git(repo, "commit-tree", store_tree(repo, outer), "-p", "main", "-m", "three")
    run_git(repo, "update-ref", "refs/heads/main", commit)
    tracker("init")
    assert tracker("import", "repo", "--path", ".", "--as", "XAA/CCPCJ/31").code == 0
    assert count_rows(tmp_path)["snapshots"] == 2


def store_tree(repository: Path, data: bytes) -> str:
    return run_git(repository, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=data)


# Objects under the names of others ------------------------------------------------------------------------


def forge(repository: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Store a changed object under the name of the one that it is made of."""
    full = run_git(repository, "rev-parse", name)
    kind = run_git(repository, "cat-file", "-t", full)
    for pack in take_packs(repository):
        run_git(repository, "unpack-objects", "-r", "-q", stdin=pack.read_bytes())
    file = repository / "objects" / full[:2] / full[2:]
    data = change(zlib.decompress(file.read_bytes()).partition(b"\0")[2])
    file.unlink()
    file.write_bytes(zlib.compress(f"{kind} {len(data)}\0".encode() + data))


def take_packs(repository: Path) -> list[Path]:
    """Move the packs away, so that their objects can be unpacked."""
    folder = repository / "objects" / "pack"
    away = repository / "away"
    away.mkdir(exist_ok=True)
    packs = [pack.rename(away / pack.name) for pack in list(folder.glob("*.pack"))]
    for left in folder.iterdir():
        left.unlink()
    return packs


def swap_blob(data: bytes, algorithm: str) -> bytes:
    """Return a folder whose file is the forged text, which need not be there to be believed."""
    length = hashlib.new(algorithm).digest_size
    return data[:-length] + hashlib.new(algorithm, b"blob 0\0").digest()


KINDS: dict[str, tuple[str, Callable[[bytes, str], bytes]]] = {
    "a text": ("main~1:a.txt", lambda _, __: FORGED.encode()),
    "the last text": ("main:a.txt", lambda _, __: FORGED.encode()),
    "a folder": ("main~1^{tree}", swap_blob),
    "the last folder": ("main^{tree}", swap_blob),
    "a commit": ("main~1", lambda data, _: data.replace(b"one", b"won")),
    "the last commit": ("main", lambda data, _: data.replace(b"two", b"too")),
}


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_object_under_the_name_of_another_is_refused(
    tracker: Callable[..., Ran], tmp_path: Path, kind: str, algorithm: str
) -> None:
    name, change = KINDS[kind]
    repo = make_repository(tmp_path / "repo", HISTORY, algorithm)
    forge(repo, name, lambda data: change(data, algorithm))
    tracker("init")
    ran = tracker("import", "repo", *OPTIONS)
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    assert count_rows(tmp_path)["snapshots"] == 0
    assert "repo" in ran.err


def test_a_broken_index_of_all_packs_hides_nothing_and_that_of_one_is_damage(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    repo = make_repository(tmp_path / "repo", HISTORY)
    run_git(repo, "repack", "-adq", "--write-midx")
    packs = repo / "objects" / "pack"
    spoil(packs / "multi-pack-index", 72)
    tracker("init")
    assert tracker("import", "repo", *OPTIONS).code == 0
    assert count_rows(tmp_path)["snapshots"] == 2
    tip = run_git(repo, "-c", "core.multiPackIndex=false", "rev-parse", "main")
    for index in packs.glob("*.idx"):
        spoil(index, 8)
    for more, where in (((), "its current branch"), (("--branch", "main"), "main")):
        ran = tracker("import", "repo", *OPTIONS, *more)
        told = f"commit {tip[:12]}, at which {where} is, cannot be read; clone it again, and whole\n"
        assert (ran.code, ran.err) == (2, f"tracker: repo is damaged: {told}")


def spoil(file: Path, kept: int) -> None:
    """Overwrite a file but for its first bytes."""
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:kept].ljust(file.stat().st_size, b"\xff"))


# Mirrors --------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = make_record(tmp_path / "snapshots")
    update_mirror(folder)
    return folder


def make_forged(folder: Path, tracker: Callable[..., Ran], tmp_path: Path) -> None:
    """Put the whole mirror of another archive, with a forged speech, beside the objects of this one."""
    (tmp_path / "forged.txt").write_text(FORGED, encoding="utf-8")
    tracker("init", "--archive", "forged")
    tracker("add", "forged.txt", "--as", "XAA/CCPCJ/31~prepared.en", "--archive", "forged")
    tracker("mirror", "update", "--archive", "forged")
    run_git(folder / "mirror.git", "fetch", "-q", str(tmp_path / "forged" / "mirror.git"), "main:refs/forged")


def test_no_replaced_commit_is_rebuilt_under_a_genuine_name(
    tracker: Callable[..., Ran], tmp_path: Path, archive: Path
) -> None:
    make_forged(archive, tracker, tmp_path)
    mirror = archive / "mirror.git"
    run_git(mirror, "replace", "main", "refs/forged")
    tip = run_git(mirror, "rev-parse", "main")
    assert "forged" in run_git(mirror, "grep", "-l", "sell", "main") or "sell" in run_git(
        mirror, "show", "main"
    )
    ran = tracker("rebuild", str(mirror), "--archive", "again")
    assert (ran.code, tip[:12] in ran.out) == (0, True), ran.err
    assert "sell" not in tracker("search", "rivers", "--archive", "again").out
    assert tracker("list", "--archive", "again").out == tracker("list").out
    ran = tracker("verify")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize("place", ["main", "main^{tree}", "main:archive.json"])
def test_no_forged_object_is_rebuilt_or_verified_under_a_genuine_name(
    tracker: Callable[..., Ran], archive: Path, place: str
) -> None:
    mirror = archive / "mirror.git"
    forge(mirror, place, lambda data: data.replace(b"tracker", b"trucker").replace(b"100644 a", b"100644 b"))
    with pytest.raises(RepositoryUnusable, match=r"what it holds as|is no mirror"):
        rebuild_record(mirror, archive.parent / "again")
    assert not (archive.parent / "again" / "tracker.db").exists()
    ran = tracker("verify")
    assert (ran.code, "fault" in ran.out) == (1, True)
