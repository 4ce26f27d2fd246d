"""What another program changes in mirrored rows: named by verify before a night and after it, never mirrored.

A few columns here; ``tests/acceptance/test_edits.py`` changes every column of every table.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.damage import alter, alter_unseen
from tests.edits import FREE, attack, find_faults, list_attacks, make_everything, pass_night, tell_faults
from tests.here import runner
from tests.mirrors import FIRST, list_files, make_record, read_tables, say, show
from tests.nights import Page, run_night, running_site, source, watch
from tests.repositories import run_git
from tests.thorough import long, some
from tracker.errors import RecordEdited
from tracker.keep.mirror import update_mirror
from tracker.preservation.mirror.commit_log import COMMITS
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.preservation.mirror.touched import TOUCHED, is_touched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

GLANCED = ("snapshots.observed", "statements.title", "outcomes.outcome", "versions.text", "documents.bytes")
SAMPLE = ("snapshots.observed", "outcomes.outcome", "runs.command-unseen", "reviews.document")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edits") / "snapshots"
    with running_site() as site:
        make_everything(folder, site)
    return folder


@pytest.mark.parametrize("name", some(1, SAMPLE))
@long
def test_a_changed_column_is_named_before_the_next_night_and_after_it(
    everything: Path, tmp_path: Path, name: str
) -> None:
    (chosen,) = [each for each in list_attacks(everything) if str(each) == name]
    folder = tmp_path / "snapshots"
    shutil.copytree(everything, folder)
    attack(folder, chosen)
    assert chosen.is_named(tell_faults(folder))
    assert pass_night(folder, 1)
    assert chosen.is_named(tell_faults(folder))


@pytest.mark.parametrize("column", some(2, GLANCED))
def test_who_reads_is_told_at_a_glance_before_the_next_night_and_after_it(
    everything: Path, tmp_path: Path, column: str
) -> None:
    attacks = {str(each): each for each in list_attacks(everything)}
    folder = tmp_path / "snapshots"
    shutil.copytree(everything, folder)
    assert not look(folder)
    attack(folder, attacks[column])
    assert look(folder)
    assert pass_night(folder, 1)
    assert look(folder)


def look(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        return is_touched(connection)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM unmirrored",
        "UPDATE unmirrored SET name = 'None None' WHERE unit = 'tips'",
        "UPDATE unmirrored SET name = 'x' WHERE unit = 'closed'",
    ],
)
def test_an_edit_is_named_whatever_became_of_the_marks_of_the_mirror(
    everything: Path, tmp_path: Path, change: str
) -> None:
    (chosen,) = [each for each in list_attacks(everything) if str(each) == "snapshots.observed"]
    folder = tmp_path / "snapshots"
    shutil.copytree(everything, folder)
    attack(folder, chosen)
    alter_unseen(folder, change)
    assert chosen.is_named(tell_faults(folder))
    assert pass_night(folder, 1)
    assert chosen.is_named(tell_faults(folder))


def test_what_people_may_edit_is_free(everything: Path, tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    shutil.copytree(everything, folder)
    attacks = {str(each): each for each in list_attacks(everything, of_editable=True)}
    for name in FREE:
        attack(folder, attacks[name])
    assert tell_faults(folder) == ""
    assert not look(folder)
    assert pass_night(folder, 1)
    assert tell_faults(folder) == ""
    assert not look(folder)


def test_every_table_has_a_row_to_attack_and_nothing_is_wrong_with_it(everything: Path) -> None:
    assert len(list_attacks(everything)) > 300
    assert find_faults(everything) == ()


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    update_mirror(make_record(tmp_path / "snapshots"))
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


EDIT = "UPDATE snapshots SET observed = '1999-01-01T00:00:00Z' WHERE id = 1"
WHY = ("--by", "Ana", "--reason", "the log of the server has it so")
ORDER = (*WHY, "--authority", "District Court", "--destroy", "--yes")


READERS = (("log", "XAA/UNGA/78"), ("show", "XAA/UNGA/78"), ("list",), ("diff", "XAA/UNGA/78", "XAA/UNGA/78"))


@pytest.mark.parametrize("way", [("--repair",), ("--accept", "snapshots/1", *WHY)])
def test_who_reads_what_was_edited_is_warned_in_a_line_until_it_is_restored_or_accepted(
    tracker: Callable[..., Ran], folder: Path, way: tuple[str, ...]
) -> None:
    assert [tracker(*words).err for words in READERS] == [""] * len(READERS)
    alter(folder, EDIT)
    assert [tracker(*words).err for words in READERS] == [f"tracker: {TOUCHED}\n"] * len(READERS)
    assert TOUCHED in " ".join(tracker("status").out.split())
    assert tracker("verify", *way).code in {0, 1}
    assert [tracker(*words).err for words in READERS] == [""] * len(READERS)
    assert TOUCHED not in " ".join(tracker("status").out.split())


def test_who_asks_for_what_another_program_deleted_is_warned_too(
    tracker: Callable[..., Ran], folder: Path
) -> None:
    alter(folder, "DELETE FROM snapshots WHERE id = 1")
    ran = tracker("show", "XAA/UNGA/78")
    assert ran.code == 2
    assert ran.err.count("\n") == 2
    assert TOUCHED in ran.err


def test_an_edit_stays_out_of_the_mirror_and_the_rest_of_the_night_goes_in(
    tracker: Callable[..., Ran], tmp_path: Path, folder: Path
) -> None:
    alter(folder, EDIT)
    (tmp_path / "new.txt").write_text(FIRST.replace("ten", "nine"), encoding="utf-8")
    ran = tracker("add", "new.txt", "--as", "XAA/UNGA/80", "--kind", "prepared")
    assert ran.code == 1
    assert ran.err == (
        "tracker: tracker.db: another program changed snapshots/1 (observed); the mirror keeps that as it"
        " was, and has all else; to restore or accept it: tracker verify (what this command did is recorded"
        " and mirrored)\n"
    )
    mirror = folder / "mirror.git"
    assert "1999" not in show(mirror, "statements/XAA/UNGA/78/~prepared.en/1.json")
    assert "statements/XAA/UNGA/80/statement.json" in list_files(mirror)
    assert query(folder, "SELECT of_table, of_row, of_column, person FROM edits") == [
        ("snapshots", "1", "observed", None)
    ]


def test_a_kind_that_an_edit_called_a_guess_is_not_replaced_in_silence(
    tracker: Callable[..., Ran], tmp_path: Path, folder: Path
) -> None:
    alter(folder, "UPDATE editions SET kind_inferred = 1 WHERE id = 1")
    (tmp_path / "same.txt").write_text(FIRST, encoding="utf-8")
    ran = tracker("add", "same.txt", "--as", "XAA/UNGA/78", "--kind", "verbatim")
    assert (ran.code, "changed editions/1 (kind);" in ran.err) == (1, True)
    assert "editions 1 (kind)" in tell_faults(folder)


def test_an_edit_is_restored(tracker: Callable[..., Ran], folder: Path) -> None:
    before = read_tables(folder)
    alter(folder, EDIT)
    assert tracker("mirror", "update").code == 1
    ran = tracker("verify", "--repair")
    assert ran.code == 1, ran.out
    assert read_tables(folder)["snapshots"] == before["snapshots"]
    assert tracker("verify").code == 0
    assert tracker("mirror", "update").code == 0


@long
def test_what_is_noted_of_an_edit_is_mirrored_with_it(tracker: Callable[..., Ran], folder: Path) -> None:
    (folder.parent / "a.txt").write_text(FIRST, encoding="utf-8")
    alter(folder, EDIT)
    assert "recorded and mirrored" in tracker("add", "a.txt", "--as", "XAA/CCPCJ/33").err
    assert "pending" not in tracker("verify").out
    assert query(folder, "SELECT count(*) FROM edits") == [(1,)]
    ran = tracker("verify", "--repair")
    assert "pending" not in ran.out
    assert tracker("verify").code == 0


def test_an_edit_is_accepted_by_a_person_for_a_reason(
    tracker: Callable[..., Ran], tmp_path: Path, folder: Path
) -> None:
    alter(folder, EDIT, "UPDATE statements SET speaker = 'Nobody' WHERE id = 1")
    ran = tracker("verify")
    assert "tracker verify --accept snapshots/1 --by NAME --reason TEXT" in " ".join(ran.out.split())
    assert tracker("verify", "--accept", "snapshots/1").code == 2
    assert "was not changed by another program" in tracker("verify", "--accept", "snapshots/2", *WHY).err
    ran = tracker("verify", "--accept", "snapshots/1", *WHY)
    assert (ran.code, "statements/1 (speaker)" in ran.err) == (1, True)
    assert tracker("verify", "--accept", "statements/1", *WHY).code == 0
    assert tracker("verify").code == 0
    assert "1999" in show(folder / "mirror.git", "statements/XAA/UNGA/78/~prepared.en/1.json")
    accepted = query(folder, "SELECT of_row, of_column, person, reason FROM edits WHERE person NOT NULL")
    assert accepted == [("1", "observed", "Ana", WHY[-1]), ("1", "speaker", "Ana", WHY[-1])]
    rebuild_record(folder / "mirror.git", tmp_path / "again")
    assert read_tables(tmp_path / "again") == read_tables(folder)


def test_what_a_digest_or_a_commit_proves_is_never_accepted(
    tracker: Callable[..., Ran], folder: Path
) -> None:
    alter(folder, "UPDATE runs SET started = '1999-01-01T00:00:00Z' WHERE id = 2")
    assert "--accept" not in tracker("verify").out
    ran = tracker("verify", "--accept", "runs/2", *WHY)
    assert ran.code == 2
    assert (
        "proved by a digest or by the commits of the mirror; restore it: tracker verify --repair" in ran.err
    )
    assert tracker("verify", "--repair").code == 1
    assert tracker("verify").code == 0


@long
def test_an_acceptance_that_was_slipped_into_an_old_run_counts_for_nothing(
    tracker: Callable[..., Ran], folder: Path
) -> None:
    alter(folder, EDIT)
    assert tracker("mirror", "update").code == 1
    columns = "run, of_table, of_row, of_column, mirrored, found"
    alter(folder, f"INSERT INTO edits ({columns}, person, reason) SELECT {columns}, 'Eve', 'so' FROM edits")  # noqa: S608
    tracker("mirror", "update")
    assert "1999" not in show(folder / "mirror.git", "statements/XAA/UNGA/78/~prepared.en/1.json")
    assert "rows that came to a run that is over: edits 2" in tell_faults(folder)
    assert "snapshots 1 (observed)" in tell_faults(folder)


FORGED_ORDER = (
    """
    INSERT INTO withdrawals (act, reference, decided, authority, reason, person, completed, run)
    VALUES ('{}', 'XAA/HRC/52/item-4', '2026-03-01T03:00:00Z', 'a court', 'none', 'Ana', {}, 1)
    """,
    """
    INSERT INTO withdrawn (withdrawal, snapshot, document, text, words)
    SELECT 1, snapshots.id, document, sha256, words FROM snapshots
    JOIN versions ON versions.snapshot = snapshots.id WHERE snapshots.id = 3
    """,
)
CARRIED_OUT = (
    "DELETE FROM segment_offsets WHERE version = 3",
    "DELETE FROM versions WHERE id = 3",
    "UPDATE documents SET bytes = NULL WHERE sha256 = (SELECT document FROM snapshots WHERE id = 3)",
)


@pytest.mark.parametrize("change", some(1, [alter, alter_unseen]))
@pytest.mark.parametrize(
    ("act", "completed", "more"),
    [
        ("destroy", "NULL", ()),
        ("destroy", "'2026-03-01T03:00:00Z'", CARRIED_OUT),
        ("withdraw", "'2026-03-01T03:00:00Z'", ()),
    ],
)
def test_an_order_that_was_forged_into_an_old_run_removes_nothing_from_the_copies(
    tracker: Callable[..., Ran],
    folder: Path,
    change: Callable[..., None],
    act: str,
    completed: str,
    more: tuple[str, ...],
) -> None:
    mirror = folder / "mirror.git"
    (folder / "before-repair-1").mkdir()
    kept = folder / "before-repair-1" / "tracker.db"
    shutil.copy(folder / "tracker.db", kept)
    files, tip, before = set(list_files(mirror)), run_git(mirror, "rev-parse", "main"), kept.read_bytes()
    change(folder, *(each.format(act, completed) for each in FORGED_ORDER), *more)
    with pytest.raises(RecordEdited, match=r"withdrawals/1 \(was added\)|segments/"):
        say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    assert files <= set(list_files(mirror))
    assert tip in run_git(mirror, "rev-list", "main")
    assert kept.read_bytes() == before
    assert "rows that came to a run that is over: withdrawals 1, withdrawn 1" in tell_faults(folder)
    if act == "destroy":
        ran = tracker("withdraw", "XAA/UNGA/79~verbatim.en", *ORDER)
        assert (ran.code, "wrote the order to destroy XAA/HRC/52/item-4 into a run" in ran.err) == (1, True)
        assert tip in run_git(mirror, "rev-list", "main")


NOTE_TIP = "UPDATE unmirrored SET name = '{0} {0}' WHERE unit = 'tips'"


def commit_forged(mirror: Path, files: Mapping[str, str]) -> str:
    """Write files to both branches in a commit that says what the latest one says, and return its name."""
    message = run_git(mirror, "log", "-1", "--format=%B", "main")
    stream = (
        f"commit refs/heads/main\ncommitter Eve <eve@example.org> 1 +0000\ndata {len(message.encode())}\n"
    )
    stream += f"{message}\nfrom refs/heads/main^0\n"
    for path, content in files.items():
        stream += f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}\n"
    run_git(mirror, "fast-import", "--quiet", stdin=stream.encode())
    made = run_git(mirror, "rev-parse", "main")
    run_git(mirror, "update-ref", "refs/heads/public", made)
    return made


def test_an_amendment_that_was_forged_into_an_old_run_of_both_copies_is_named(
    tracker: Callable[..., Ran], tmp_path: Path, folder: Path
) -> None:
    """Written by who knows how rows are mirrored: a twin of the archive makes the files."""
    mirror = folder / "mirror.git"
    shutil.copytree(folder, tmp_path / "twin")
    forged = (
        "UPDATE statements SET speaker = 'Eve' WHERE id = 1",
        "INSERT INTO amendments VALUES (100, 1, NULL, 'speaker', 'Ana Reyes', 'Eve', 1)",
    )
    alter(tmp_path / "twin", *forged)
    shutil.rmtree(tmp_path / "twin" / "mirror.git")
    tracker("mirror", "update", "--new-history", "--archive", str(tmp_path / "twin"))
    other = tmp_path / "twin" / "mirror.git"
    differing = [path for path in list_files(mirror) if show(mirror, path) != show(other, path)]
    changed = [path for path in differing if path.endswith(("/1.jsonl", "/statement.json"))]
    assert [path.partition("/")[0] for path in changed] == ["runs", "statements"]
    made = commit_forged(mirror, {path: f"{show(other, path)}\n" for path in changed})
    alter_unseen(folder, *forged, NOTE_TIP.format(made))
    named = (
        f"commit {made[:12]}: it added amendments/100 to a run that was over, and no act on record says why"
    )
    # Whoever forges it has not noted the commit as the program does.
    unnoted = f"{COMMITS} {made[:12]}: the record no longer keeps what it needs to write this commit again"
    assert tell_faults(folder) == f"{unnoted}\n{named}"
    say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    assert tell_faults(folder) == named
    assert tracker("verify", "--accept", "amendments/100", *WHY).code == 0
    assert tell_faults(folder) == ""


def test_a_commit_that_replaced_a_row_is_named(tracker: Callable[..., Ran], folder: Path) -> None:
    """Somebody who writes to both copies, so that they agree."""
    mirror, path = folder / "mirror.git", "statements/XAA/UNGA/78/~prepared.en/1.json"
    forged = show(mirror, path).replace("2024-05-20T10", "1999-05-20T10")
    made = commit_forged(mirror, {path: f"{forged}\n"})
    alter_unseen(
        folder,
        "UPDATE snapshots SET observed = '1999-05-20T10:00:00Z' WHERE id = 1",
        NOTE_TIP.format(made),
    )
    assert f"commit {made[:12]}: it replaced snapshots/1 (observed)" in tell_faults(folder)
    say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    assert f"commit {made[:12]}: it replaced snapshots/1 (observed)" in tell_faults(folder)
    assert tracker("verify", "--accept", "snapshots/1", *WHY).code == 0
    assert tell_faults(folder) == ""


def test_a_mirror_that_is_begun_again_does_not_make_an_edit_true(
    tracker: Callable[..., Ran], folder: Path
) -> None:
    alter(folder, EDIT)
    assert tracker("mirror", "update").code == 1
    shutil.rmtree(folder / "mirror.git")
    tracker("mirror", "update")
    assert "another program changed snapshots/1 (observed) after it was mirrored" in tell_faults(folder)


def test_health_tells_an_edit_and_a_record_that_is_not_the_mirrors(
    tracker: Callable[..., Ran], tmp_path: Path, folder: Path
) -> None:
    (folder / "watch.toml").write_text("[settings]\n", encoding="utf-8")
    alter(folder, EDIT)
    tracker("mirror", "update")
    ran = tracker("status")
    assert "another program changed snapshots/1 (observed); restore or accept it: tracker verify" in join(ran)
    assert tracker("verify", "--repair").code == 1
    assert "another program" not in join(tracker("status"))
    shutil.copy(folder / "tracker.db", tmp_path / "older.db")
    say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    shutil.copy(tmp_path / "older.db", folder / "tracker.db")
    ran = tracker("status")
    assert ran.code == 1
    assert "the record is an older copy that ends after run" in join(ran)
    assert "to make the record again from the mirror, and keep this file beside it:" in join(ran)


@long
def test_a_check_after_a_destruction_is_no_part_of_it(
    tracker: Callable[..., Ran], folder: Path, site: Site
) -> None:
    """The source is asked again, and the order is given again."""
    watch(folder, source("b", "XAA/UNGA/81~prepared.en", site.url("/b")), site.port)
    site.say("/b", "We build dykes.", 81)
    run_night(folder, "2026-03-01")
    assert tracker("withdraw", "XAA/UNGA/81", *ORDER).code == 0
    site.pages["/b"] = Page("", 404)
    run_night(folder, "2026-03-02")
    headers = "SELECT outcome, headers FROM exchanges ORDER BY id"
    (_, first), (checked, second) = query(folder, headers)
    assert ("Server" in str(first), "Server" in str(second)) == (False, True)
    ran = tracker("withdraw", "XAA/UNGA/81", *ORDER)
    assert (ran.code, ran.err) == (0, "")
    assert query(folder, headers)[1] == (checked, second)
    assert (tracker("mirror", "update").code, tell_faults(folder)) == (0, "")
    rebuild_record(folder / "mirror.git", folder.parent / "again")
    assert read_tables(folder.parent / "again") == read_tables(folder)
    cut = "SET request_headers = '[]', headers = (SELECT headers FROM exchanges WHERE id = 1)"
    alter(folder, f"UPDATE exchanges {cut} WHERE outcome = {checked}")
    assert "exchanges 2 (request_headers, headers)" in tell_faults(folder)
    assert tracker("mirror", "update").code == 1


@long
def test_the_next_destruction_removes_the_headers_of_later_answers_too(
    tracker: Callable[..., Ran], folder: Path, site: Site
) -> None:
    watch(folder, source("b", "XAA/UNGA/81~prepared.en", site.url("/b")), site.port)
    site.say("/b", "We build dykes.", 81)
    run_night(folder, "2026-03-01")
    assert tracker("withdraw", "XAA/UNGA/81", *ORDER).code == 0
    site.pages["/b"] = Page("", 404)
    run_night(folder, "2026-03-02")
    assert tracker("withdraw", "XAA/HRC/52/item-4", *ORDER).code == 0
    assert not any("Server" in headers for (headers,) in query(folder, "SELECT headers FROM exchanges"))
    assert (tracker("mirror", "update").code, tell_faults(folder)) == (0, "")


@long
def test_a_record_that_is_made_again_is_no_edit(
    tracker: Callable[..., Ran], tmp_path: Path, folder: Path, site: Site
) -> None:
    watch(folder, source("b", "XAA/UNGA/81~prepared.en", site.url("/b")), site.port)
    site.say("/b", "We build dykes.", 81)
    run_night(folder, "2026-03-01")
    shutil.copy(folder / "tracker.db", tmp_path / "older.db")
    assert tracker("withdraw", "XAA/UNGA/81", *ORDER).code == 0
    run_night(folder, "2026-03-02")
    shutil.copy(tmp_path / "older.db", folder / "tracker.db")
    assert "was made again from the mirror" in join(tracker("verify", "--repair"))
    assert (tracker("mirror", "update").code, tell_faults(folder)) == (0, "")


def test_a_title_that_came_after_a_destruction_is_no_part_of_it(
    tracker: Callable[..., Ran], tmp_path: Path, folder: Path
) -> None:
    page = "<title>{0}</title><h1>{0}</h1><p>Mr. President, we build ten dykes for {0}.</p>"
    for title in ("Rivers", "Forests"):
        (tmp_path / f"{title}.html").write_text(page.format(title), encoding="utf-8")
        assert tracker("add", f"{title}.html", "--as", "XAA/UNGA/81", "--kind", "prepared").code == 0
        ran = [tracker("withdraw", "XAA/UNGA/81@1", *ORDER) for _ in range(2)][-1]
        assert (ran.code, ran.err) == (0, ""), title
    assert query(folder, "SELECT title FROM statements WHERE session = '81'") == [("Forests",)]
    assert (tracker("mirror", "update").code, tell_faults(folder)) == (0, "")


def join(ran: Ran) -> str:
    """Return what was printed without its line breaks."""
    return " ".join(ran.out.split())
