"""What the public branch holds, and what is pushed where."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.here import runner
from tests.mirrors import (
    FIRST,
    check_sound,
    list_commits,
    list_files,
    list_subjects,
    make_record,
    read_everything,
    read_tables,
    say,
    show,
)
from tests.nights import make_archive, outcomes, run_night, running_site, source, watch
from tests.repositories import Made, add_commits, make_repository, run_git
from tests.thorough import long, some
from tracker.errors import DocumentUnreadable, RepositoryUnusable, TrackerError
from tracker.keep.mirror import push_mirror, update_mirror
from tracker.keep.verify import verify
from tracker.keep.withdraw import change
from tracker.model.decisions import Coder
from tracker.model.rights import Ruled
from tracker.model.watching import Admission
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.watch.review import decide_review, read_bytes
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran
    from tracker.model.rights import Act

CLOSED = "The dykes are weakest at Port Regis."
OPEN = "We thank the interpreters."


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        running.say("/79", OPEN, 79)
        running.say("/80", CLOSED, 80)
        yield running


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    """Return an archive with a mirror; nothing was fetched yet."""
    folder = make_archive(tmp_path / "snapshots", watched(site), site.port)
    update_mirror(folder)
    return folder


@pytest.fixture
def mirror(folder: Path) -> Path:
    return folder / "mirror.git"


def watched(site: Site, access: str = "restricted") -> str:
    """Return a watch list of an open source and of one with another access."""
    return source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79")) + source(
        "xaa-80", "XAA/UNGA/80~prepared.en", site.url("/80"), f'access = "{access}"'
    )


def check_closed(mirror: Path) -> None:
    """Assert that a copy of the public branch holds nothing of what is closed, and the private one does."""
    assert "Port Regis" in read_everything(mirror, "main")
    assert "Port Regis" not in read_everything(mirror, "public")


def check_open(mirror: Path) -> None:
    assert "Port Regis" in read_everything(mirror, "public")


# What is closed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("access", some(1, ["restricted", "embargoed"]))
def test_closed_material_is_in_no_commit_of_the_public_branch(
    folder: Path, mirror: Path, site: Site, tmp_path: Path, access: str
) -> None:
    watch(folder, watched(site, access), site.port)
    run_night(folder, "2026-03-01")
    site.say("/80", CLOSED + " Still.", 80)
    run_night(folder, "2026-03-02")
    check_closed(mirror)
    check_sound(mirror)
    for told in ("xaa-80", site.url("/80")):
        assert told in read_everything(mirror, "main")
        assert told not in read_everything(mirror, "public")
    made = update_mirror(folder)
    assert (made.commits, made.closed) == (0, 2)
    assert len(list_commits(mirror)) == len(list_commits(mirror, "public")) == 3
    rebuild_record(mirror, tmp_path / "again")
    assert read_tables(tmp_path / "again") == read_tables(folder)


def test_a_public_branch_that_was_lost_is_written_again_and_no_run_twice(tmp_path: Path) -> None:
    folder = make_record(tmp_path / "snapshots")
    update_mirror(folder)
    mirror = folder / "mirror.git"
    before = list_subjects(mirror)
    run_git(mirror, "update-ref", "-d", "refs/heads/public")
    update_mirror(folder)
    assert list_files(mirror, "public") == list_files(mirror)
    assert {*list_subjects(mirror)[len(before) :]} <= {"Edits after run 3"}


def test_the_public_has_the_digests_of_what_is_closed_and_all_of_the_rest(
    folder: Path, mirror: Path, tmp_path: Path
) -> None:
    run_night(folder)
    public, private = set(list_files(mirror, "public")), set(list_files(mirror))
    closed = {path for path in private if path.startswith("documents/") and CLOSED in show(mirror, path)}
    (document,) = closed
    assert private - public == {
        document,
        "watch.toml",
        *(path for path in private if path.startswith("watch_lists/")),
        "statements/XAA/UNGA/80/~prepared.en.txt",
    }
    assert document.rpartition("/")[2] in show(mirror, "statements/XAA/UNGA/80/~prepared.en/1.json", "public")
    assert OPEN in show(mirror, "statements/XAA/UNGA/79/~prepared.en.txt", "public")
    run_git(tmp_path, "clone", "--quiet", "--branch", "public", str(mirror), "copy")
    rebuilt = rebuild_record(tmp_path / "copy", tmp_path / "again")
    assert rebuilt.closed > 0
    assert (rebuilt.rows["statements"], rebuilt.rows["snapshots"], rebuilt.rows["documents"]) == (1, 1, 1)
    whole = read_tables(folder)
    for name, rows in read_tables(tmp_path / "again").items():
        if name not in {"runs", "omissions"}:
            assert set(rows) <= set(whole[name]), name


def test_material_that_is_closed_later_is_taken_out_of_the_public_history(
    folder: Path, mirror: Path, site: Site
) -> None:
    watch(folder, watched(site, "open"), site.port)
    run_night(folder, "2026-03-01")
    check_open(mirror)
    private = list_commits(mirror)
    watch(folder, watched(site), site.port)
    made = update_mirror(folder)
    assert made.is_cut
    check_closed(mirror)
    assert len(list_commits(mirror, "public")) == 1
    assert list_commits(mirror)[: len(private)] == private
    assert update_mirror(folder).is_cut is False
    run_night(folder, "2026-03-02")
    check_closed(mirror)
    assert len(list_commits(mirror, "public")) == 2


@long
def test_material_that_is_opened_later_gets_public_and_the_history_stays(
    folder: Path, mirror: Path, site: Site, tmp_path: Path
) -> None:
    run_night(folder, "2026-03-01")
    before = list_commits(mirror, "public")
    watch(folder, watched(site, "open"), site.port)
    made = update_mirror(folder)
    assert (made.closed, made.is_cut) == (0, False)
    check_open(mirror)
    assert list_commits(mirror, "public")[: len(before)] == before
    run_git(tmp_path, "clone", "--quiet", "--branch", "public", str(mirror), "copy")
    assert rebuild_record(tmp_path / "copy", tmp_path / "again").closed == 0
    assert read_tables(tmp_path / "again") == read_tables(folder)


@long
def test_what_an_open_source_publishes_too_is_open(folder: Path, mirror: Path, site: Site) -> None:
    run_night(folder, "2026-03-01")
    check_closed(mirror)
    site.say("/80-open", CLOSED, 80)
    more = source("xaa-80-open", "XAA/UNGA/80~prepared.en", site.url("/80-open"))
    watch(folder, watched(site) + more, site.port)
    run_night(folder, "2026-03-02")
    check_open(mirror)


@pytest.mark.parametrize("access", ["open", "restricted"])
def test_what_waits_for_review_is_closed_until_it_is_accepted_from_an_open_source(
    folder: Path, mirror: Path, site: Site, access: str
) -> None:
    watch(folder, watched(site, access), site.port)
    snapshot(folder, ["xaa-80"], lambda _arrival, _history: Admission(accepted=False, cause="empty"))
    assert "Port Regis" in read_everything(mirror, "main")
    assert "Port Regis" not in read_everything(mirror, "public")
    decide_review(folder, 1, "accept", Coder("Ana", "2026-03-02T09:00:00Z", "read it"))
    if access == "open":
        check_open(mirror)
    else:
        check_closed(mirror)


def test_the_public_knows_what_came_and_was_not_accepted_and_does_not_ask_again(
    folder: Path, mirror: Path, site: Site, tmp_path: Path
) -> None:
    """A record that is made of the public copy goes on where that one was, but for the bytes."""
    watch(folder, watched(site, "open"), site.port)
    refuse = partial(Admission, accepted=False, cause="login")
    snapshot(folder, ["xaa-80"], lambda _arrival, _history: refuse())
    update_mirror(folder)
    run_git(tmp_path, "clone", "--quiet", "--branch", "public", str(mirror), "copy")
    again = tmp_path / "again"
    rebuilt = rebuild_record(tmp_path / "copy", again, accept_watch_list=True)
    assert (rebuilt.closed, rebuilt.rows["outcomes"], rebuilt.rows["reviews"]) == (1, 1, 1)
    assert query(again, "SELECT length(sha256), bytes FROM documents") == [(64, None)]
    with pytest.raises(DocumentUnreadable, match="has only the digest; to fetch it: tracker snapshot"):
        read_bytes(again, 1)
    decide_review(again, 1, "reject", Coder("Ana", "2026-03-02T09:00:00Z", "a login"))
    night = snapshot(again, ["xaa-80"], lambda _arrival, _history: refuse())
    assert [each.outcome for each in night.checks] == ["rejected"]


@long
def test_what_was_not_accepted_and_is_withdrawn_leaves_the_public_history(
    folder: Path, mirror: Path, site: Site
) -> None:
    watch(folder, watched(site, "open"), site.port)
    run_night(folder, "2026-03-01", "xaa-79")
    refused = Admission(accepted=False, cause="other country", detail="speaks for Port Regis")
    site.say("/80", CLOSED, 80)
    run_night(folder, "2026-03-02")
    site.say("/80", CLOSED + " Still.", 80)
    snapshot(folder, ["xaa-80"], lambda _arrival, _history: refused)
    assert "speaks for Port Regis" in read_everything(mirror, "public")
    change(folder, "withdraw", "XAA/UNGA/80", Ruled("a witness", "a court", "2026-03-03T09:00:00Z"))
    assert "Port Regis" not in read_everything(mirror, "public")


@pytest.mark.parametrize("act", some(1, ["withdraw", "destroy"]))
@pytest.mark.parametrize("number", [80, 81], ids=["the same", "another text"])
def test_what_was_withdrawn_does_not_come_back_where_a_public_copy_is_gone_on_from(
    folder: Path, mirror: Path, site: Site, tmp_path: Path, act: Act, number: int
) -> None:
    watch(folder, watched(site, "open"), site.port)
    run_night(folder, "2026-03-01")
    change(folder, act, "XAA/UNGA/80", Ruled("a witness", "a court", "2026-03-02T09:00:00Z"))
    run_git(tmp_path, "clone", "--quiet", "--branch", "public", str(mirror), "copy")
    again = tmp_path / "again"
    rebuild_record(tmp_path / "copy", again, accept_watch_list=True)
    site.say("/80", CLOSED, number)
    night = run_night(again, "2026-03-03")
    assert outcomes(night) == {"xaa-79": "unchanged", "xaa-80": "rejected"}
    assert query(again, "SELECT count(*) FROM snapshots") == [(1,)]
    assert verify(again, "2026-03-04T09:00:00Z", lambda _done, _total: None, is_alone=True).faults == ()


# Pushing ---------------------------------------------------------------------------------------------


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    run_git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    return tmp_path / "remote.git"


def test_a_public_push_gives_open_material_alone(folder: Path, mirror: Path, remote: Path) -> None:
    run_night(folder)
    pushed = push_mirror(folder, str(remote), private=False)
    assert (pushed.private, pushed.closed) == (False, 1)
    assert run_git(remote, "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]
    assert list_commits(remote) == list_commits(mirror, "public")
    everything = run_git(remote, "cat-file", "--batch-all-objects", "--batch")
    assert OPEN in everything
    assert "Port Regis" not in everything
    check_sound(remote)


@pytest.mark.parametrize(("private", "mode"), [(True, 0o700), (False, 0o755)])
@pytest.mark.parametrize("is_there", some(1, [True, False]))
@long
def test_a_new_folder_becomes_a_repository(
    folder: Path, tmp_path: Path, private: bool, mode: int, is_there: bool
) -> None:
    run_night(folder)
    new = tmp_path / "disk" / "new"
    (new if is_there else new.parent).mkdir(parents=True)
    pushed = push_mirror(folder, str(new), private=private)
    assert list_commits(new)[-1] == pushed.tip
    assert new.stat().st_mode & 0o777 == mode
    check_sound(new)


def test_a_public_copy_may_be_a_branch_beside_others(folder: Path, mirror: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", [Made("theirs", {"a.txt": "theirs"})])
    run_night(folder)
    for _ in range(2):
        push_mirror(folder, str(other), branch="statements")
    assert list_commits(other, "statements") == list_commits(mirror, "public")
    with pytest.raises(RepositoryUnusable, match="holds commits that this mirror does not"):
        push_mirror(folder, str(other))


@pytest.mark.parametrize("access", some(2, ["open", "restricted", "embargoed"]))
def test_a_push_of_open_material_only_is_refused_where_any_is_closed(
    folder: Path, site: Site, remote: Path, access: str
) -> None:
    watch(folder, watched(site, access), site.port)
    run_night(folder)
    if access == "open":
        push_mirror(folder, str(remote), only_open=True)
        assert list_commits(remote)
        return
    with pytest.raises(TrackerError, match="restricted or embargoed: xaa-80; nothing was pushed"):
        push_mirror(folder, str(remote), only_open=True)
    assert run_git(remote, "for-each-ref") == ""


def test_a_private_push_gives_everything(folder: Path, remote: Path, tmp_path: Path) -> None:
    run_night(folder)
    pushed = push_mirror(folder, str(remote), private=True)
    assert pushed.tip == list_commits(remote)[-1]
    assert run_git(remote, "for-each-ref", "--format=%(refname:short)").split() == ["main", "public"]
    rebuild_record(remote, tmp_path / "again")
    assert read_tables(tmp_path / "again") == read_tables(folder)


@long
def test_a_push_brings_what_was_edited_since(tmp_path: Path, remote: Path) -> None:
    folder = make_record(tmp_path / "made")
    push_mirror(folder, str(remote), private=True)
    say(folder, "XAA/UNGA/81~prepared.en", FIRST)
    assert len(list_commits(remote)) == 3
    push_mirror(folder, str(remote), private=True)
    assert len(list_commits(remote)) == 4


@long
def test_a_copy_that_holds_what_was_closed_since_is_replaced_only_by_force(
    folder: Path, site: Site, remote: Path
) -> None:
    watch(folder, watched(site, "open"), site.port)
    run_night(folder)
    push_mirror(folder, str(remote), private=False)
    watch(folder, watched(site), site.port)
    with pytest.raises(RepositoryUnusable, match=r"holds commits that this mirror does not.*--force"):
        push_mirror(folder, str(remote), private=False)
    assert "Port Regis" in read_everything(remote, "main")
    push_mirror(folder, str(remote), private=False, force=True)
    assert "Port Regis" not in read_everything(remote, "main")


def test_another_history_is_not_pushed_over(folder: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", [Made("theirs", {"a.txt": "theirs"})])
    run_night(folder)
    with pytest.raises(RepositoryUnusable, match="holds commits that this mirror does not"):
        push_mirror(folder, str(other), private=True)
    add_commits(other, [Made("theirs too", {"a.txt": "theirs, still"})], 2)
    assert show(other, "a.txt") == "theirs, still"


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


def test_what_the_commands_print(tracker: Callable[..., Ran], folder: Path, remote: Path, site: Site) -> None:
    run_night(folder)
    assert remote.name == "remote.git"
    tips = [list_commits(folder / "mirror.git", branch)[-1][:12] for branch in ("main", "public")]
    closed = "1 closed snapshot only by digest in public"
    assert tracker("mirror", "update").out == (
        f"snapshots/mirror.git: nothing to commit, at {tips[0]}; {closed}\n"
    )
    assert tracker("mirror", "push", "remote.git", "--private").out == (
        f"remote.git holds everything up to {tips[0]}\n"
    )
    ran = tracker("mirror", "push", "remote.git")
    assert ran.code == 2
    assert "--force" in ran.err
    assert tracker("mirror", "push", "remote.git", "--force").out == (
        f"remote.git holds open material up to {tips[1]}; {closed}\n"
    )
    watch(folder, watched(site).replace("xaa-79]", 'xaa-79]\naccess = "restricted"'), site.port)
    told = tracker("mirror", "update").out
    assert "public branch restarted, since it held closed material: push with --force" in told


@pytest.mark.parametrize(
    ("address", "told"),
    some(
        3,
        [
            ("nowhere", "nowhere: git push: 'nowhere' does not appear to be a git repository"),
            ("no/where.git", "there is no folder "),
            ("https://ana:word@127.0.0.1:1/a.git", "https://127.0.0.1:1/a.git: git push: unable to access"),
            ("--upload-pack=touch", "--upload-pack=touch: git push:"),
            (f"={200_000 * 'a'}", "git cannot be started: Argument list too long"),
        ],
    ),
    ids=some(3, ["nowhere", "no folder", "nobody listens", "an option", "a long one"]),
)
def test_where_it_cannot_be_pushed(
    tracker: Callable[..., Ran], folder: Path, address: str, told: str
) -> None:
    run_night(folder)
    ran = tracker("mirror", "push", "--", address)
    assert ran.code == 2
    assert ran.err.startswith(f"tracker: {told}")
    assert "word" not in ran.err
