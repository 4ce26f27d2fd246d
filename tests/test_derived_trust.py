"""What is derived is believed from this user alone: a file that somebody else made says and does nothing."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import pytest

from tests.thorough import long, some
from tracker.archive import create_archive
from tracker.record.derived.answers import DERIVED_NAME, Derived, DerivedFile, open_derived
from tracker.record.derived.secret import SECRET_NAME, read_secret, sign
from tracker.record.state import find_state_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran

DIFF = ("diff", "XAA/CCPCJ", "32", "33", "--format", "json")
ONE, OTHER = b"1" * 32, b"2" * 32


def change_file(path: Path, sql: str, **functions: Callable[..., bytes]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for name, function in functions.items():
            connection.create_function(name, -1, function)
        connection.executescript(sql)


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


# A file that came with an archive.

WEAKER = "UPDATE answers SET value = replace(value, 'weaker', 'stronger')"


@pytest.mark.parametrize("signature", ["signature", "zeroblob(16)", "sign(kind, key, rules, value)"])
def test_a_received_file_does_not_make_stronger_of_weaker(
    archive: Callable[..., Ran], tmp_path: Path, signature: str
) -> None:
    told = archive(*DIFF)
    assert '"weaker"' in told.out
    sent = f"{WEAKER}; UPDATE answers SET signature = {signature}"  # noqa: S608 (ours)
    change_file(tmp_path / "snapshots" / DERIVED_NAME, sent, sign=partial(sign, OTHER, "answers"))
    assert archive(*DIFF) == told


def test_rows_of_the_sender_are_passed_over_and_kept(archive: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "snapshots" / DERIVED_NAME
    told = archive(*DIFF)
    for table in ("answers", "vectors", "shown"):
        change_file(path, f"UPDATE {table} SET user = x'0000000000000001'")  # noqa: S608 (ours)
    theirs = ask(path, "SELECT * FROM answers ORDER BY kind, key")
    assert archive(*DIFF) == told
    assert ask(path, "SELECT * FROM answers WHERE user = x'0000000000000001' ORDER BY kind, key") == theirs
    assert ask(path, "SELECT user, count(*) FROM answers GROUP BY user")[0][1] == len(theirs)


HOSTILE = {
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON answers BEGIN INSERT INTO shown"
    " WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, 1, 1, 1, 1 FROM c; END",
    "a view": "ALTER TABLE answers RENAME TO kept; CREATE VIEW answers AS SELECT * FROM kept,"
    " (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c)",
    "a virtual table": "CREATE VIRTUAL TABLE words USING fts5(a)",
    "a table more": "CREATE TABLE more (a)",
    "an index more": "CREATE INDEX more ON answers (value)",
    "a default": "ALTER TABLE shown ADD COLUMN more DEFAULT 'weaker'",
    "statistics": "ANALYZE",
    "its own number": "PRAGMA user_version = 2",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_schema_that_is_not_ours_to_the_letter_is_replaced(
    archive: Callable[..., Ran], tmp_path: Path, what: str
) -> None:
    path = tmp_path / "snapshots" / DERIVED_NAME
    told = archive(*DIFF)
    schema = ask(path, "SELECT sql FROM sqlite_master")
    change_file(path, HOSTILE[what])
    began = time.monotonic()
    assert archive(*DIFF) == told
    assert time.monotonic() - began < 30
    assert ask(path, "SELECT sql FROM sqlite_master") == schema
    assert ask(path, "SELECT count(*) FROM answers WHERE kind = 'comparison'") == [(1,)]


@pytest.mark.parametrize("ending", ["-wal", "-shm"])
def test_what_lies_beside_it_goes_with_it(archive: Callable[..., Ran], tmp_path: Path, ending: str) -> None:
    path = tmp_path / "snapshots" / DERIVED_NAME
    told = archive(*DIFF)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(WEAKER)
        for each in ("-wal", "-shm"):
            shutil.copy(f"{path}{each}", tmp_path / f"copy{each}")
    shutil.copy(tmp_path / f"copy{ending}", f"{path}{ending}")
    assert archive(*DIFF) == told
    assert {each.name for each in path.parent.glob(f"{DERIVED_NAME}*")} == {DERIVED_NAME}
    assert path.read_bytes()[18:20] == b"\1\1"


def make_journal(path: Path, named: Path) -> bytes:
    """Return a journal as a program leaves one that was killed while it wrote to two files at once."""
    size = 16384
    pages = path.stat().st_size // size
    head = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + struct.pack(">iIIII", 0, 0, pages, 512, size)
    name = str(named).encode()
    super_journal = struct.pack(">I", 0x40000000 // size + 1) + name
    return head.ljust(512, b"\0") + super_journal + struct.pack(">II", len(name), sum(name)) + head[:8]


def test_a_journal_that_came_with_it_deletes_no_other_file(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    path, thesis = tmp_path / "snapshots" / DERIVED_NAME, tmp_path / "thesis.txt"
    told = archive(*DIFF)
    journal = make_journal(path, thesis)
    # So it is where SQLite opens the file with such a journal.
    copy = Path(shutil.copy(path, tmp_path / "copy.db"))
    for place in (copy, path):
        thesis.write_text("four years of work")
        Path(f"{place}-journal").write_bytes(journal)
        if place == copy:
            ask(copy, "SELECT * FROM answers")
            assert not thesis.exists()
    assert archive(*DIFF) == told
    assert thesis.read_text() == "four years of work"
    assert not Path(f"{path}-journal").exists()


@pytest.mark.parametrize("name", [DERIVED_NAME, f"{DERIVED_NAME}-journal", f"{DERIVED_NAME}-wal"])
def test_a_pipe_is_not_waited_for(archive: Callable[..., Ran], tmp_path: Path, name: str) -> None:
    told = archive(*DIFF)
    place = tmp_path / "snapshots" / name
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    assert archive(*DIFF) == told
    assert archive(*DIFF) == told


def test_a_question_that_has_no_end_is_given_up(tmp_path: Path) -> None:
    create_archive(tmp_path)
    path = tmp_path / DERIVED_NAME
    with open_derived(tmp_path) as derived:
        derived.keep_answer("links", "a", "rules", "[]")
    path.write_bytes(make_endless(path.read_bytes(), ask(path, "SELECT rootpage FROM sqlite_master")[-1][0]))
    began = time.monotonic()
    with open_derived(tmp_path) as derived:
        assert derived.find_shown("a") == ()
        derived.keep_answer("links", "b", "rules", "[]")
    assert time.monotonic() - began < 60
    assert ask(path, "SELECT key FROM answers") == [("b",)]


def make_endless(data: bytes, root: object, size: int = 16384, depth: int = 12) -> bytes:
    """Return a file in which the tree of a table has many ways to the same leaf, too many to walk."""
    assert isinstance(root, int)
    first = len(data) // size
    below = [first + 1 + number for number in range(depth)]
    record = bytes([6, 15, 0, 0, 12, 12]) + b"a"
    cell = bytes([len(record)]) + record
    pages = []
    for child in (*below, None):
        count = 300
        head = struct.pack(">BHHHB", 2 if child else 10, 0, count, 0, 0) + (
            struct.pack(">I", child) if child else b""
        )
        one = (struct.pack(">I", child) if child else b"") + cell
        start = size - count * len(one)
        page = bytearray(size)
        page[: len(head)] = head
        page[5:7] = struct.pack(">H", start)
        for number in range(count):
            page[len(head) + 2 * number : len(head) + 2 * number + 2] = struct.pack(
                ">H", start + number * len(one)
            )
        page[start:] = one * count
        pages.append(bytes(page))
    whole = bytearray(data + b"".join(pages[1:]))
    whole[(root - 1) * size : root * size] = pages[0]
    whole[28:32] = struct.pack(">I", len(whole) // size)
    return bytes(whole)


# Two users of one archive.


def test_two_users_find_their_own_rows_and_neither_removes_the_others(tmp_path: Path) -> None:
    path = tmp_path / DERIVED_NAME
    for secret, value, rules in ((ONE, "one", "a"), (OTHER, "other", "b"), (ONE, "new", "c")):
        with Derived(DerivedFile(path), secret) as derived:
            derived.keep_answer("links", "key", rules, value)
            derived.keep_vectors("letters", {b"s": value.encode()})
    for secret, value in ((ONE, "new"), (OTHER, "other")):
        with Derived(DerivedFile(path), secret) as derived:
            assert derived.answer("links", "key") == value
            assert derived.vector("letters", b"s") == value.encode()
    assert ask(path, "SELECT count(*) FROM answers") == [(2,)]


def keep_as(user: int, folder: Path, value: str) -> str:
    """Return what another user of the machine finds kept, and have it keep a value."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            with open_derived(folder) as derived:
                os.write(writing, str(derived.answer("links", "key")).encode())
                derived.keep_answer("links", "key", value, value)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found = answer.read()
    os.waitpid(child, 0)
    return found


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Return an archive to which all users of the machine may write."""
    folder = tmp_path / "shared"
    folder.mkdir()
    create_archive(folder)
    for each in (folder, *folder.iterdir()):
        each.chmod(0o777)
    for parent in folder.parents[:-2]:
        parent.chmod(parent.stat().st_mode | 0o005)
    return folder


def test_cron_and_a_researcher_share_an_archive(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for round_ in ("first", "second"):
        for user in (54321, 54322, 0):
            home = tmp_path / f"home-{user}"
            home.mkdir(exist_ok=True)
            os.chown(home, user, user)
            monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
            found.append(keep_as(user, shared, f"{round_} {user}"))
            (shared / DERIVED_NAME).chmod(0o666)
    assert found == ["None"] * 3 + ["first 54321", "first 54322", "first 0"]
    kept = ask(shared / DERIVED_NAME, "SELECT value FROM answers ORDER BY value")
    assert kept == [("second 0",), ("second 54321",), ("second 54322",)]


@long
def test_two_homes_are_two_users_of_a_command(archive: Callable[..., Ran], tmp_path: Path) -> None:
    path, other = tmp_path / "snapshots" / DERIVED_NAME, str(tmp_path / "state")
    told = archive(*DIFF)
    mine = ask(path, "SELECT * FROM answers")
    assert archive(*DIFF, XDG_STATE_HOME=other) == told
    assert set(mine) < set(ask(path, "SELECT * FROM answers"))
    # Each finds what is its own, and has nothing more to keep.
    before = path.read_bytes()
    assert archive(*DIFF) == archive(*DIFF, XDG_STATE_HOME=other) == told
    assert path.read_bytes() == before


# The secret.


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "tracker"


def test_it_is_made_once_and_nobody_else_may_read_it(state: Path) -> None:
    before = os.umask(0)
    try:
        secret = read_secret()
    finally:
        os.umask(before)
    assert secret is not None
    assert len(secret) == 32
    assert read_secret() == secret
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (state.parent, state, state / SECRET_NAME)]
    assert modes == [0o700, 0o700, 0o600]


def make_link(state: Path) -> None:
    (state / SECRET_NAME).rename(state / "a").with_name(SECRET_NAME).symlink_to("a")


def make_pipe(state: Path) -> None:
    (state / SECRET_NAME).unlink()
    os.mkfifo(state / SECRET_NAME, 0o600)


SPOILED: dict[str, Callable[[Path], object]] = {
    "readable by the group": lambda state: (state / SECRET_NAME).chmod(0o640),
    "writable by all": lambda state: (state / SECRET_NAME).chmod(0o602),
    "in a folder of all": lambda state: state.chmod(0o777),
    "cut short": lambda state: os.truncate(state / SECRET_NAME, 31),
    "empty": lambda state: os.truncate(state / SECRET_NAME, 0),
    "longer": lambda state: (state / SECRET_NAME).write_bytes(b"x" * 33),
    "a link": make_link,
    "a pipe": make_pipe,
    "another user's": lambda state: os.chown(state / SECRET_NAME, 65534, 65534),
}


@pytest.mark.parametrize("how", SPOILED)
def test_one_that_others_could_have_known_is_replaced(state: Path, how: str) -> None:
    old = read_secret()
    SPOILED[how](state)
    new = read_secret()
    assert new is not None
    assert new != old
    assert read_secret() == new
    assert stat.S_IMODE((state / SECRET_NAME).lstat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def give_away(folder: Path) -> None:
    folder.mkdir(parents=True)
    os.chown(folder, 65534, 65534)


def put_file(state: Path) -> None:
    state.parent.mkdir()
    state.write_text("mine")


def put_link(state: Path) -> None:
    state.parent.mkdir()
    state.symlink_to("/tmp")  # noqa: S108 (a folder of all)


KEPT_OUT: dict[str, Callable[[Path], object]] = {
    "a folder of another user": give_away,
    "a home of another user": lambda state: give_away(state.parent),
    "a file in its place": put_file,
    "a link in its place": put_link,
    "no folder above": lambda state: state.parent.write_text("mine"),
}


@pytest.mark.parametrize("how", some(3, KEPT_OUT))
def test_where_none_can_be_kept_work_happens_in_memory(
    archive: Callable[..., Ran], tmp_path: Path, state: Path, how: str
) -> None:
    told = archive(*DIFF, XDG_STATE_HOME=str(tmp_path / "other"))
    (tmp_path / "snapshots" / DERIVED_NAME).unlink()
    KEPT_OUT[how](state)
    assert archive(*DIFF) == told
    assert not (tmp_path / "snapshots" / DERIVED_NAME).exists()


def test_a_user_without_a_home_leaves_nothing_anywhere(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.delenv("HOME")
    monkeypatch.chdir(shared)
    before = sorted(tmp_path.rglob("*"))
    assert keep_as(54321, shared, "a") == keep_as(54321, shared, "b") == "None"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("state")
def test_twenty_at_once_who_have_none_yet_leave_one_that_is_whole() -> None:
    with ThreadPoolExecutor(20) as threads:
        found = [*threads.map(lambda _: read_secret(), range(20))]
    assert read_secret() in found
    assert {len(each) for each in found if each} == {32}


@pytest.mark.parametrize("variable", ["", "relative", "/somewhere/else"])
def test_the_folder_is_where_platformdirs_has_it(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", variable)
    assert find_state_folder() == platformdirs.user_state_path("tracker", appauthor=False)


# What is kept is computed again, a sample each time.


def verify(archive: Callable[..., Ran]) -> tuple[int, list[dict[str, str]], int]:
    ran = archive("verify", "--json")
    told = json.loads(ran.out)
    checked = {each["check"]: each["number"] for each in told["checks"]}
    return (
        ran.code,
        [each for each in told["findings"] if each["check"] == "derived"],
        checked.get("derived", 0),
    )


def test_verify_computes_a_sample_again_and_names_what_differs(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    assert archive("mirror", "update").code == 0
    assert verify(archive)[1:] == ([], 0)
    archive(*DIFF)
    path, secret = tmp_path / "snapshots" / DERIVED_NAME, read_secret()
    assert secret is not None
    code, found, number = verify(archive)
    assert (code, found) == (0, [])
    assert number > 10
    before = path.read_bytes()
    for sql, values, named in (
        (WEAKER, "kind, key, rules, value", "comparison of XAA/CCPCJ/32 and XAA/CCPCJ/33"),
        ("UPDATE vectors SET vector = zeroblob(2048)", "encoder, sentence, vector", "vectors of 8 sentences"),
    ):
        table = "vectors" if "vectors" in sql else "answers"
        signed = f"UPDATE {table} SET signature = sign({values})"  # noqa: S608 (ours)
        change_file(path, f"{sql}; {signed}", sign=partial(sign, secret, table))
        code, found, _ = verify(archive)
        assert (code, [each["what"] for each in found]) == (1, [named])
        assert found[0]["remedy"] == "delete derived.db"
        path.write_bytes(before)
    # What others may have written is not believed, and so is no fault.
    change_file(path, WEAKER)
    code, found, fewer = verify(archive)
    assert (code, found) == (0, [])
    assert 0 < fewer < number
