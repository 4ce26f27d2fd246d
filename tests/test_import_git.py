from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import query
from tests.conftest import run_tracker
from tests.here import runner
from tests.repositories import Link, Made, add_commits, make_repository, run_git
from tests.running import count_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

SPEECH = "Mr. President,\n\nMy country supports the {} of the Rivers Treaty. We thank you for your work.\n"


def speech(word: str) -> str:
    return SPEECH.format(word)


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def bring(tracker: Callable[..., Ran]) -> Callable[..., Ran]:
    """Run ``import` of a repository` on ``repo`` in a folder with an empty archive."""
    assert tracker("init").code == 0
    return lambda *arguments: tracker("import", "repo", *arguments)


def recorded(folder: Path) -> list[tuple[Any, ...]]:
    """Return the record of a series: session, ordinal, when observed, path and the word of its speech."""
    rows = query(
        folder / "snapshots",
        "SELECT session, ordinal, observed, source, text FROM snapshots"
        " JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement"
        " JOIN versions ON versions.snapshot = snapshots.id ORDER BY snapshots.id",
    )
    return [
        (session, ordinal, observed, source.split(":", 1)[1], text.split("the ")[1].split(" of")[0])
        for session, ordinal, observed, source, text in rows
    ]


def words(folder: Path) -> list[str]:
    return [row[-1] for row in recorded(folder)]


def counts(ran: Ran) -> str:
    return ran.out.splitlines()[0].partition(": ")[2]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_bare_mirror_that_was_copied_without_its_configuration(
    bring: Callable[..., Ran], tmp_path: Path, object_format: str
) -> None:
    commits = [Made("Session 25", {"speech.md": speech("first")})]
    made = make_repository(tmp_path / "made", commits, object_format)
    run_git(tmp_path, "clone", "--quiet", "--mirror", str(made), "repo")
    (tmp_path / "repo" / "config").unlink()
    ran = bring("--path", "speech.md", "--as", "XAA/CCPCJ/25")
    assert (ran.code, words(tmp_path)) == (0, ["first"]), ran.err


# What a history gives ------------------------------------------------------------------------------


def test_one_file_whose_dates_stand_only_in_the_subjects(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(
        tmp_path / "repo",
        [
            Made("📜 2016-05-23: Statement at the 25th session", {"speech.md": speech("first")}),
            Made("22 May 2017, statement", {"speech.md": speech("second")}),
            Made("Fix a typo ✏️", {"speech.md": speech("second, corrected")}),
            Made("CCPCJ 27 (May 15, 2018)", {"speech.md": speech("third")}),
        ],
    )
    ran = bring("--path", "speech.md", "--as", "XAA/CCPCJ", "--session-from", "subject")
    assert ran.code == 0, ran.err
    assert [row[:2] + row[-1:] for row in recorded(tmp_path)] == [
        ("25", 1, "first"), ("26", 1, "second"), ("26", 2, "second, corrected"), ("27", 1, "third"),
    ]  # fmt: skip
    assert query(tmp_path / "snapshots", "SELECT session, delivered FROM statements ORDER BY session") == [
        ("25", "2016-05-23"), ("26", "2017-05-22"), ("27", "2018-05-15"),
    ]  # fmt: skip
    assert "Fix a typo ✏️ (its subject names no session: taken to continue XAA/CCPCJ/26)" in ran.out


def test_each_snapshot_says_when_its_commit_was_made_and_where_it_stood(
    bring: Callable[..., Ran], tmp_path: Path
) -> None:
    repo = make_repository(tmp_path / "repo", [Made("one", {"a b/été.txt": speech("first")})])
    assert bring("--path", "a b/été.txt", "--as", "XAA/CCPCJ/31~prepared.en").code == 0
    commit = run_git(repo, "rev-parse", "main")
    assert query(tmp_path / "snapshots", "SELECT observed, source FROM snapshots") == [
        ("2022-05-19T23:40:00Z", f"repo@{commit}:a b/été.txt")
    ]


HISTORY = [
    Made("one", {"draft.txt": speech("first"), "other.txt": "Not ours, and of no concern to anybody."}),
    Made("edit on a branch", {"draft.txt": speech("branch")}, branch="side", since=1),
    Made("rename", {"draft.txt": None, "final.txt": speech("first")}),
    Made("merge", {"final.txt": speech("branch")}, merges=[2]),
    Made("reuse the old name", {"draft.txt": "Another text altogether, about the price of paper."}),
    Made("remove", {"final.txt": None}),
    Made("bring back", {"final.txt": speech("last")}),
]


def test_renames_merges_and_removals(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(tmp_path / "repo", HISTORY)
    ran = bring("--path", "final.txt", "--as", "XAA/CCPCJ/31")
    assert ran.code == 0, ran.err
    assert [row[1:2] + row[3:] for row in recorded(tmp_path)] == [
        (1, "draft.txt", "first"), (2, "draft.txt", "branch"), (3, "final.txt", "last"),
    ]  # fmt: skip
    assert "1 removed" in ran.out
    assert query(tmp_path / "snapshots", "SELECT outcome, cause, observed, reference FROM outcomes") == [
        ("gone", "removed", "2022-05-20T04:40:00Z", "XAA/CCPCJ/31")
    ]


def test_a_merge_that_settles_a_conflict_is_a_revision(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(
        tmp_path / "repo",
        [
            Made("one", {"a.txt": speech("first")}),
            Made("side", {"a.txt": speech("side")}, branch="side", since=1),
            Made("main", {"a.txt": speech("main")}),
            Made("merge", {"a.txt": speech("settled")}, merges=[2]),
        ],
    )
    assert bring("--path", "a.txt", "--as", "XAA/CCPCJ/31").code == 0
    assert words(tmp_path) == ["first", "side", "main", "settled"]


def test_a_folder_whose_paths_name_the_statements(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(
        tmp_path / "repo",
        [
            Made("one", {"texts/XAA/CCPCJ/31.txt": speech("first"), "texts/README.md": "About these texts."}),
            Made("two", {"texts/XAA/CCPCJ/32.txt": speech("second"), "top.txt": speech("unwanted")}),
            Made("move", {"texts/XAA/CCPCJ/32.txt": None, "old.txt": speech("second")}),
        ],
    )
    ran = bring("--path", "texts")
    assert ran.code == 1
    assert [row[0] for row in recorded(tmp_path)] == ["31", "32"]
    assert "README.md one (its path names no session)" in ran.out
    assert "moved to old.txt" in ran.out


@pytest.mark.parametrize(
    ("made", "options", "expected"),
    [
        (Made("Text\n\nSession: 31\nDate: 2022-05"), ("--session-from", "trailer"), ("31", "2022-05")),
        (Made("x"), ("--session-from", "date"), ("31", "2022-05-19")),
        (
            Made("Text of #31, made in 2022"),
            ("--session-from", "regex", "--regex", r"#(?P<session>\d+).*(?P<year>\d{4})"),
            ("31", "2022"),
        ),
        (Made("x"), ("--session-from", "path"), ("32", None)),
        (Made("x"), ("--session-from", "regex", "--regex", r"^s/(\d+)"), ("32", None)),
    ],
)
def test_what_names_the_session(
    bring: Callable[..., Ran], tmp_path: Path, made: Made, options: tuple[str, ...], expected: tuple[str, str]
) -> None:
    make_repository(tmp_path / "repo", [Made(made.message, {"s/32_session.txt": speech("first")})])
    ran = bring("--path", "s", "--as", "XAA/CCPCJ", *options)
    assert ran.code == 0, ran.out + ran.err
    assert query(tmp_path / "snapshots", "SELECT session, delivered FROM statements") == [expected]


def test_a_statement_may_stand_in_a_trailer(bring: Callable[..., Ran], tmp_path: Path) -> None:
    message = "Text\n\nStatement: XAB/HRC/52/item-4\nDelivered: 2023-03-14"
    make_repository(tmp_path / "repo", [Made(message, {"a.txt": speech("first")})])
    assert bring("--path", "a.txt", "--session-from", "trailer").code == 0
    rows = query(tmp_path / "snapshots", "SELECT country, session, item, delivered FROM statements")
    assert rows == [("XAB", "52", "item-4", "2023-03-14")]


def test_a_year_of_several_sessions_is_not_guessed(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(tmp_path / "repo", [Made("2022-06-15 statement", {"a.txt": speech("first")})])
    ran = bring("--path", "a.txt", "--as", "XAA/HRC", "--session-from", "subject")
    assert ran.code == 1
    assert "it matches several sessions: 49, 50, 51" in ran.out
    assert count_rows(tmp_path)["snapshots"] == 0


def test_a_date_that_was_declared_is_not_amended(
    bring: Callable[..., Ran], tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(speech("declared"), encoding="utf-8")
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/31", "--date", "2022-05-18").code == 0
    make_repository(tmp_path / "repo", [Made("2022-05-16, 31st session", {"a.txt": speech("first")})])
    assert bring("--path", "a.txt", "--as", "XAA/CCPCJ", "--session-from", "subject").code == 0
    assert query(tmp_path / "snapshots", "SELECT delivered FROM statements") == [("2022-05-18",)]


def test_links_and_submodules_are_passed_over_with_a_word(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(
        tmp_path / "repo",
        [
            Made("one", {"t/a.txt": speech("first"), "t/link.txt": Link("a.txt")}),
            Made("two", {"t/module": Link("1" * 40, "160000")}),
            Made("three", {"t/a.txt": Link("elsewhere.txt")}),
        ],
    )
    ran = bring("--path", "t/*", "--as", "XAA/CCPCJ/31")
    assert ran.code == 0
    assert words(tmp_path) == ["first"]
    assert [line for line in ran.out.splitlines() if "was ignored" in line] == [
        "t/a.txt is a symbolic link and was ignored",
        "t/link.txt is a symbolic link and was ignored",
        "t/module is a submodule and was ignored",
    ]
    assert "1 removed" in ran.out


def test_a_commit_that_makes_a_file_executable_is_no_revision(
    bring: Callable[..., Ran], tmp_path: Path
) -> None:
    executable = Link(speech("first"), "100755")
    make_repository(
        tmp_path / "repo", [Made("one", {"a.txt": speech("first")}), Made("two", {"a.txt": executable})]
    )
    assert counts(bring("--path", "a.txt", "--as", "XAA/CCPCJ/31")) == "1 new, 0 changed, 0 known"


def test_what_cannot_be_read_is_a_finding(bring: Callable[..., Ran], tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n"
    make_repository(
        tmp_path / "repo",
        [
            Made("one", {"a.txt": ""}),
            Made("two", {"a.txt": pointer}),
            Made("three", {"a.txt": speech("third")}),
        ],
    )
    ran = bring("--path", "a.txt", "--as", "XAA/CCPCJ/31")
    assert (ran.code, counts(ran)) == (1, "1 new, 0 changed, 0 known, 2 skipped")
    assert "git lfs fetch" in ran.out
    assert words(tmp_path) == ["third"]


@pytest.mark.parametrize(
    ("seconds", "observed"),
    [
        (-682_000_000, "1948-05-22T11:33:20Z"),
        (5_690_000_000, "2150-04-23T11:33:20Z"),
        (0, "1970-01-01T00:00:00Z"),
        (2**61, None),
        (-(2**45), None),
    ],
)
def test_odd_dates(bring: Callable[..., Ran], tmp_path: Path, seconds: int, observed: str | None) -> None:
    repo = make_repository(tmp_path / "repo", [Made("one", {"a.txt": speech("first")})])
    tree = run_git(repo, "rev-parse", "main^{tree}")
    person = f"Ana <ana@example.org> {seconds} +0000"
    data = f"tree {tree}\nauthor {person}\ncommitter {person}\n\nodd\n".encode()
    commit = run_git(repo, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=data)
    run_git(repo, "update-ref", "refs/heads/odd", commit)
    ran = bring("--path", "a.txt", "--as", "XAA/CCPCJ/31", "--branch", "odd")
    if observed:
        assert ran.code == 0, ran.err
        assert query(tmp_path / "snapshots", "SELECT observed FROM snapshots") == [(observed,)]
    else:
        assert (ran.code, "its commit dates are invalid" in ran.out) == (1, True)


def test_a_message_in_another_encoding_is_read(bring: Callable[..., Ran], tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "repo", [Made("one", {"a.txt": speech("first")})])
    tree = run_git(repo, "rev-parse", "main^{tree}")
    person = b"Ana <ana@example.org> 1653000000 +0000"
    message = "Déclaration à la 31e session".encode("latin-1")
    data = b"tree %s\nauthor %s\ncommitter %s\nencoding ISO-8859-1\n\n%s\n" % (
        tree.encode(), person, person, message,
    )  # fmt: skip
    commit = run_git(repo, "hash-object", "-t", "commit", "-w", "--stdin", stdin=data)
    ran = bring(
        "--path", "a.txt", "--as", "XAA/CCPCJ", "--session-from", "subject", "--branch", commit, "--dry-run"
    )
    assert "XAA/CCPCJ/31" in ran.out
    assert "Déclaration à la 31e session" in ran.out


# Again ---------------------------------------------------------------------------------------------

OPTIONS = ("--path", "final.txt", "--as", "XAA/CCPCJ/31")


def rows(folder: Path) -> list[list[tuple[Any, ...]]]:
    tables = ("snapshots", "runs", "outcomes")
    return [query(folder / "snapshots", f"SELECT * FROM {table}") for table in tables]  # noqa: S608 (our names)


def test_again_nothing_is_new(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(tmp_path / "repo", HISTORY)
    bring(*OPTIONS)
    before = rows(tmp_path)
    again = bring(*OPTIONS)
    assert (again.code, counts(again)[:27]) == (0, "0 new, 0 changed, 4 known, "), again.out
    assert rows(tmp_path) == before


def test_what_was_committed_since_is_new(bring: Callable[..., Ran], tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "repo", HISTORY)
    bring(*OPTIONS)
    add_commits(repo, [Made("later", {"final.txt": speech("first")})], first=8)
    assert counts(bring(*OPTIONS)).startswith("0 new, 1 changed, 4 known")
    assert words(tmp_path) == ["first", "branch", "last", "first"]
    assert counts(bring(*OPTIONS)).startswith("0 new, 0 changed, 5 known")


def test_an_amended_commit_adds_its_text_and_the_one_before_stays(
    bring: Callable[..., Ran], tmp_path: Path
) -> None:
    commits = [Made("one", {"a.txt": speech("first")}), Made("two", {"a.txt": speech("second")})]
    repo = make_repository(tmp_path / "repo", commits)
    options = ("--path", "a.txt", "--as", "XAA/CCPCJ/31")
    bring(*options)
    lost = run_git(repo, "rev-parse", "main")
    run_git(repo, "update-ref", "refs/heads/main", "main^")
    add_commits(repo, [Made("two, amended", {"a.txt": speech("better")})], first=3)
    ran = bring(*options)
    assert counts(ran) == "0 new, 1 changed, 1 known"
    assert f"repo@{lost}:a.txt" in ran.out.partition("no longer in the repository, which was rewritten")[2]
    assert words(tmp_path) == ["first", "second", "better"]


def test_a_history_that_was_rewritten_with_the_same_texts_is_known(
    bring: Callable[..., Ran], tmp_path: Path
) -> None:
    make_repository(tmp_path / "repo", HISTORY)
    bring(*OPTIONS)
    (tmp_path / "repo").rename(tmp_path / "before")
    make_repository(
        tmp_path / "repo",
        [
            Made(f"{made.message}!", made.files, made.renames, made.branch, made.since, made.merges)
            for made in HISTORY
        ],
    )
    ran = bring(*OPTIONS)
    assert counts(ran).startswith("0 new, 0 changed, 0 known, 4 rewritten")
    assert words(tmp_path) == ["first", "branch", "last"]


def test_a_clone_elsewhere_is_known(
    bring: Callable[..., Ran], tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    make_repository(tmp_path / "repo", HISTORY)
    bring(*OPTIONS)
    run_git(tmp_path, "clone", "--quiet", "repo", "clone")
    assert counts(tracker("import", "clone", *OPTIONS)).startswith("0 new, 0 changed, 4 known")


def test_bytes_that_were_there_already_are_not_news_the_next_time(
    bring: Callable[..., Ran], tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(speech("first"), encoding="utf-8")
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/31").code == 0
    make_repository(
        tmp_path / "repo", [Made("one", {"a.txt": speech("first")}), Made("two", {"a.txt": speech("second")})]
    )
    options = ("--path", "a.txt", "--as", "XAA/CCPCJ/31")
    bring(*options)
    assert counts(bring(*options)).startswith("0 new, 0 changed")
    assert count_rows(tmp_path)["snapshots"] == 2


def test_a_branch_beside_the_main_one(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(tmp_path / "repo", HISTORY[:3])
    options = ("--path", "draft.txt", "--as", "XAA/CCPCJ/31")
    bring(*options, "--branch", "side")
    assert words(tmp_path) == ["first", "branch"]
    assert "rewritten" not in bring(*options).out


def test_a_dry_run_lists_all_and_writes_nothing(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(tmp_path / "repo", HISTORY)
    rows = count_rows(tmp_path)
    ran = bring(*OPTIONS, "--dry-run")
    assert counts(ran).startswith("1 new, 2 changed")
    assert len(ran.out.splitlines()) == 1 + 5
    assert count_rows(tmp_path) == rows
    entries = json.loads(bring(*OPTIONS, "--dry-run", "--format", "json").out)["entries"]
    assert [(entry["status"], entry["path"]) for entry in entries] == [
        ("new", "draft.txt"), ("changed", "draft.txt"), ("passed", "final.txt"), ("removed", "final.txt"),
        ("changed", "final.txt"),
    ]  # fmt: skip


# What goes wrong -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--path", "fianl.txt", "--as", "XAA/CCPCJ/31"), "did you mean 'final.txt'?"),
        ((*OPTIONS, "--branch", "mian"), "no branch or commit 'mian'; there are: main, side"),
        ((*OPTIONS, "--branch", "--all"), "no branch or commit '--all'"),
        ((*OPTIONS, "--session-from", "subject"), "names a session already"),
        (("--path", "final.txt", "--as", "XAA/CCPCJ"), "add --session-from with one of path, subject"),
        (("--path", "final.txt", "--session-from", "subject"), "needs the series"),
        (("--path", "final.txt", "--as", "XAA/CCPCJ", "--session-from", "regex"), "--regex EXPRESSION"),
        (("--path", "final.txt", "--as", "XAA/CCPCJ", "--regex", "("), "--regex '('"),
        (("--path", "a", "--as", "XAA/CCPCJ", "--regex", "(" * 3000 + ")" * 3000), "recursion"),
        (("--path", "a", "--as", "XAA/CCPCJ", "--regex", "a{99999999999999999999}"), "repetition number"),
        (("--path", "final.txt", "--regex", r"(\d+)"), "(?P<country>...)"),
        (
            ("--path", "final.txt", "--as", "XAA/CCPCJ", "--regex", r"(?P<sesion>\d+)"),
            "unknown group 'sesion'",
        ),
        (("--path", "final.txt", "--as", "XAA/CCPCJ/31@2"), "remove the @"),
    ],
)
def test_wrong_options_are_one_line(
    bring: Callable[..., Ran], tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    make_repository(tmp_path / "repo", HISTORY)
    ran = bring(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert count_rows(tmp_path)["snapshots"] == 0


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("nowhere", "no such repository"),
        ("folder", "is not a git repository"),
        ("https://a.org/b", "git clone"),
    ],
)
def test_no_repository(tracker: Callable[..., Ran], tmp_path: Path, where: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    tracker("init")
    ran = tracker("import", where, *OPTIONS)
    assert (ran.code, ran.err.count("\n"), said in ran.err) == (2, 1, True), ran.err


def test_an_empty_repository(bring: Callable[..., Ran], tmp_path: Path) -> None:
    make_repository(tmp_path / "repo", [])
    ran = bring(*OPTIONS)
    assert (ran.code, "has no commit on its current branch" in ran.err) == (2, True)


def test_without_git_one_line_says_so(tmp_path: Path) -> None:
    run_tracker(tmp_path, "init")
    ran = run_tracker(tmp_path, "import", "repo", *OPTIONS, PATH=os.devnull)
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    assert "git was not found" in ran.err
