"""Deciding in the browser: real servers, people as clients, a lock that is held, servers that are killed."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.archives import declare, hold_lock, query, record
from tests.closed import WHERE, WHY, close, make_archive
from tests.conftest import run_tracker
from tests.desks import HOST, PATIENCE, Client, Served, wait_until
from tests.test_settling import NEW, OLD
from tests.thorough import few, long
from tracker.archive import ArchiveSession, create_archive, open_store
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.errors import ArchiveUnusable
from tracker.publish.desk import opening
from tracker.publish.desk.answers import Given, Ruled
from tracker.publish.desk.journal import JOURNAL, Journal
from tracker.publish.desk.opening import compare
from tracker.publish.desk.rows import open_pair
from tracker.publish.desk.sitting import Answered, Desk, Sent, Sitting
from tracker.publish.desk.web import HEADER, LARGEST, NOT_YET, Asked, Door
from tracker.publish.open_copy import refresh_open_copy
from tracker.publish.worker import ServedCopy, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIR: Final = ("XAA/UNGA/32", "XAA/UNGA/33")
EVIL: Final = "<script>owned=1</script><img src=x onerror=owned=1>\u202e"
REWORDED: Final = (
    ("We will double our contribution by 2025.", "We intend to double our contribution by 2026."),
    ("We will fight corruption in every ministry and publish every contract.",) * 2,
    ("Fisheries feed two million of our people.", "Our hospitals need doctors and nurses."),
)


@pytest.fixture(scope="module")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    create_archive(folder / "snapshots")
    with open_store(folder / "snapshots") as store:
        for session, text in (("32", OLD), ("33", NEW)):
            record(store, declare(f"XAA/UNGA/{session}~prepared.en"), text)
        # One country in its draft and as it spoke, so that sentences correspond.
        for number, session in enumerate(("32", "33")):
            text = "\n".join(sentences[number] for sentences in REWORDED)
            record(store, declare(f"XAB/UNGA/{session}~prepared.en"), text)
    # What is derived is kept for all tests.
    place = refresh_open_copy(folder / "snapshots")
    for country in ("XAA", "XAB"):
        compare(place, *(f"{country}/UNGA/{session}~prepared.en@1" for session in ("32", "33")))
    return folder


@pytest.fixture
def folder(_made_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(_made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def beside(archive: Path) -> tuple[ServedCopy, Worker]:
    worker = Worker()
    refresh_open_copy(archive)
    return ServedCopy(archive, worker), worker


def decided(folder: Path) -> list[dict[str, Any]]:
    ran = run_tracker(folder, "decisions", "--format", "json", "--all")
    rows: list[dict[str, Any]] = json.loads(ran.out)["decisions"]
    return rows


def levels(folder: Path) -> set[tuple[str, str, str, str]]:
    return {
        (row["new"].split("~")[0][-2:], row["id"], row["label"] or row["verdict"], row["person"])
        for row in decided(folder)
    }


def topics(client: Client) -> list[dict[str, Any]]:
    return [row for row in client.rows["rows"] if row["name"].startswith("level ")]


def answer_of(row: dict[str, Any], key: str) -> str:
    found: str = next(choice["answer"] for choice in row["choices"] if choice["key"] == key)
    return found


# What is asked, and what an answer stands for ------------------------------------------------------------


def test_each_answer_is_in_the_record_by_one_run_a_sitting(folder: Path) -> None:
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        new = next(row for row in topics(ana) if row["question"].startswith("Is ") and "new" in row["title"])
        others = [row for row in topics(ana) if row is not new]
        assert [choice["key"] for choice in new["choices"]] == ["r", "1", "2", "3", "4", "n"]
        assert any(run["mark"] == "match" for side in others[0]["sides"] for run in runs(side))
        ana.give(new["name"], answer_of(new, "r"))
        ana.give(others[0]["name"], "mentioned declared")
        ana.give(others[1]["name"], "not sure")
        assert not decided(folder)
        said = ana.state()["said"]
        assert said[new["name"]] == {"Ana": {"answer": "right", "words": "right"}}
        assert said[others[0]["name"]]["Ana"]["words"] == "mentioned → declared"
        assert said[others[1]["name"]]["Ana"]["answer"] == "not sure"
        assert ana.state()["done"] == {"Ana": 3}
        ana.finish()
    topic, other = (row["name"].split()[1] for row in (new, others[0]))
    assert levels(folder) == {
        ("32", topic, "absent", "Ana"),
        ("33", topic, "substantive", "Ana"),
        ("32", other, "mentioned", "Ana"),
        ("33", other, "declared", "Ana"),
    }
    assert query(folder / "snapshots", "SELECT count(DISTINCT run) FROM decisions") == [(1,)]
    unsure = query(folder / "snapshots", "SELECT topic, side, level FROM answers ORDER BY id")
    assert unsure == [(others[1]["name"].split()[1], side, None) for side in ("old", "new")]
    assert not (folder / "snapshots" / JOURNAL).exists()


def runs(side: dict[str, Any]) -> list[dict[str, str]]:
    return [run for passage in side["passages"] for run in passage["runs"]]


@long
def test_the_rows_stay_while_people_decide_and_a_second_start_goes_on(folder: Path) -> None:
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        names = [row["name"] for row in ana.rows["rows"]]
        for row in topics(ana):
            ana.give(row["name"], answer_of(row, "r"))
        assert served.end() == 0
    assert len(decided(folder)) == 2 * len(names)
    with Served(folder, "Ana", "Ben") as served:
        ben = served.admit("Ben", *PAIR)
        assert [row["name"] for row in ben.rows["rows"]] == names
        assert ben.rows["state"]["done"] == {"Ana": len(names), "Ben": 0}


def test_people_see_each_others_answers_at_once(folder: Path) -> None:
    with Served(folder, "Ana", "Ben") as served:
        ana, ben = (served.admit(name, *PAIR) for name in ("Ana", "Ben"))
        row = topics(ana)[0]
        before = ben.state()["revision"]
        ana.give(row["name"], answer_of(row, "r"))
        ben.give(row["name"], answer_of(row, "1"))
        for client in (ana, ben):
            said = client.state()["said"][row["name"]]
            assert {name: each["answer"] for name, each in said.items()} == {"Ana": "right", "Ben": "wrong"}
        assert ben.state()["revision"] > before
        old, new, since = ben.rows["old"], ben.rows["new"], str(ben.state()["revision"])
        assert set(ben.get("state", old=old, new=new, since=since).json) == {"revision", "waiting"}
        ana.finish()
        assert {row["person"] for row in decided(folder)} == {"Ana"}


def test_undo_takes_back_what_waits_and_withdraws_what_is_kept(folder: Path) -> None:
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        first, second = topics(ana)[:2]
        ana.give(first["name"], answer_of(first, "r"))
        ana.give(first["name"], "undo")
        assert (ana.state()["said"], ana.state()["waiting"]["number"]) == ({}, 0)
        ana.give(second["name"], answer_of(second, "r"))
        ana.finish()
        assert {row["id"] for row in decided(folder)} == {second["name"].split()[1]}
        ana.give(second["name"], "undo")
        assert ana.state()["said"] == {}
        ana.finish()
    assert [row["verdict"] for row in decided(folder)][2:] == ["withdraw"] * 2
    assert "No decisions yet" in run_tracker(folder, "decisions").out


def test_not_being_sure_of_a_topic_is_undone_before_and_after_it_is_kept(folder: Path) -> None:
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        row = topics(ana)[0]["name"]
        ana.give(row, "not sure")
        ana.give(row, "undo")
        assert (ana.state()["said"], ana.state()["waiting"]["number"]) == ({}, 0)
        ana.give(row, "not sure")
        ana.finish()
        assert ana.state()["said"][row]["Ana"]["answer"] == "not sure"
        wait_for_the_next_second()
        ana.give(row, "undo")
        assert ana.state()["said"] == {}
        ana.finish()
        assert ana.state()["said"] == {}
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        assert ana.state()["said"] == {}
        wait_for_the_next_second()
        ana.give(row, "not sure")
        ana.finish()
    with Served(folder, "Ana") as served:
        assert served.admit("Ana", *PAIR).state()["said"][row]["Ana"]["answer"] == "not sure"


def wait_for_the_next_second() -> None:
    """Wait until an answer has another instant than those before: the record counts in seconds."""
    second = int(time.time())
    wait_until(lambda: int(time.time()) > second)


def test_a_pair_is_offered_across_a_session_of_another_kind(tmp_path: Path) -> None:
    create_archive(tmp_path / "snapshots")
    spoken = (
        "XAA/HRC/51/item-4",
        "XAA/HRC/S-35",
        "XAA/HRC/52/item-4",
        "XAA/HRC/53/item-4",
        "XAA/HRC/53/item-6",
    )
    with open_store(tmp_path / "snapshots") as store:
        for number, statement in enumerate((*spoken, "XAA/HRC/54/item-4", "XAA/HRC/54/item-6")):
            record(store, declare(f"{statement}~prepared.en"), f"{OLD} This is statement {number}.")
    with Served(tmp_path, "Ana") as served:
        ana = served.admit("Ana", "XAA/HRC/51", "XAA/HRC/52")
        assert ana.rows["next"] is None
        offered = [pair for group in ana.get("pairs").json["groups"] for pair in group["pairs"]]
        assert [(pair["old"], pair["new"]) for pair in offered] == [
            ("XAA/HRC/53/item-4", "XAA/HRC/54/item-4"),
            ("XAA/HRC/53/item-6", "XAA/HRC/54/item-6"),
            ("XAA/HRC/51", "XAA/HRC/52"),
        ]


def test_sentences_are_linked_and_unlinked(folder: Path) -> None:
    pair = ("XAB/UNGA/32", "XAB/UNGA/33")
    with Served(folder, "Ana", "Ben") as served:
        ana = served.admit("Ana", *pair)
        changes = {side: [each["change"] for each in ana.rows["sentences"][side]] for side in ("old", "new")}
        linked = {each["row"]: (each["old"], each["new"]) for each in ana.rows["state"]["linked"]}
        assert [[0], [0]] in map(list, linked.values())
        shift = next(row for row in ana.rows["rows"] if row["kind"] == "shift")
        ana.give(shift["name"], "wrong")
        reworded = next(name for name, sides in linked.items() if sides == ([0], [0]))
        made = f"link {changes['old'][2]} {changes['new'][2]}"
        ana.give(made, "right")
        assert {"row": made, "old": [2], "new": [2], "made": True} in ana.state()["linked"]
        ana.finish()
        report = json.loads(run_tracker(folder, "diff", *pair, "--format", "json").out)
        operations = {tuple(each["old"]): each for each in report["changes"]}
        assert (operations[2,]["operation"], operations[2,]["new"]) == ("reworded", [2])
        axis = shift["name"].split()[0]
        assert axis not in [each["axis"] for each in operations[0,]["shifts"]]
        ben = served.admit("Ben", *pair)
        ben.give(reworded, "wrong")
        ben.give(made, "wrong")
        assert ben.state()["said"][made]["Ben"]["answer"] == "wrong"
        ben.finish()
    report = json.loads(run_tracker(folder, "diff", *pair, "--format", "json").out)
    assert not [each for each in report["changes"] if each["old"] in ([0], [2]) and each["new"]]


@pytest.fixture(scope="module")
def desk(_made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Yield a desk that has the pair open, at which nothing is to be decided."""
    archive = shutil.copytree(_made_once, tmp_path_factory.mktemp("open") / "copy") / "snapshots"
    with Desk(archive, ["Ana"], print, *beside(archive)) as opened:
        opened.opening.open(*PAIR)
        yield opened


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        ("level nonsense", "absent absent"),
        ("level nonsense", "not sure"),
        ("level debt", "great absent"),
        ("level debt", "absent"),
        ("sentences zz", "right"),
        ("link 1234567", "right"),
        ("strength", "right"),
        ("", ""),
        (EVIL, EVIL),
    ],
)
def test_what_fits_no_row_is_refused_with_the_reason(desk: Desk, row: str, answer: str) -> None:
    pair = desk.opening.open(*PAIR).pair.compared
    refused = desk.give("Ana", str(pair.old), str(pair.new), [Sent("1", row, answer)])
    assert list(refused) == ["1"]
    assert desk.tell_waiting("Ana").number == 0


# Nothing is lost -----------------------------------------------------------------------------------------


def test_a_kill_between_answers_loses_nothing(folder: Path) -> None:
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        some = topics(ana)[:3]
        for row in some:
            ana.give(row["name"], answer_of(row, "r"))
        ana.give(some[0]["name"], "undo")
        served.end(signal.SIGKILL)
    assert not decided(folder)
    with (folder / "snapshots" / JOURNAL).open("ab") as journal:
        journal.write(b'{"id": "half a li')
    with Served(folder, "Ben") as served:
        ben = served.admit("Ben", *PAIR)
        wait_until(lambda: len(decided(folder)) == 4)
        said = {name: set(people) for name, people in ben.state()["said"].items()}
        assert said == {row["name"]: {"Ana"} for row in some[1:]}
        assert served.end() == 0
    assert not (folder / "snapshots" / JOURNAL).exists()


@long
def test_a_kill_after_keeping_keeps_nothing_twice(folder: Path) -> None:
    archive = folder / "snapshots"
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        row = topics(ana)[0]
        ana.give(row["name"], answer_of(row, "r"))
        waiting = (archive / JOURNAL).read_bytes()
        ana.finish()
    (archive / JOURNAL).write_bytes(waiting)
    with Served(folder, "Ana") as served:
        wait_until(lambda: not (archive / JOURNAL).exists())
    assert len(decided(folder)) == 2


def test_to_undo_what_is_on_its_way_into_the_record_waits_for_it() -> None:
    given = Given("1", "Ana", "2026-11-30T10:00:00Z", *PAIR, "level debt", "absent absent")
    answer, undo = Answered(given, Ruled()), Answered(replace(given, id="2", answer="undo"), Ruled())
    for writing, waiting in ((frozenset[str](), []), (frozenset({"1"}), ["2"])):
        sitting = Sitting(writing=writing)
        sitting.put(answer)
        sitting.put(undo)
        assert [each.id for each in sitting.list_given()] == waiting


@long
def test_what_is_sent_twice_counts_once(folder: Path) -> None:
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        row = topics(ana)[0]
        ana.give(row["name"], answer_of(row, "r"), number=7)
        ana.give(row["name"], answer_of(row, "1"), number=8)
        ana.give(row["name"], answer_of(row, "r"), number=7)
        assert ana.state()["said"][row["name"]]["Ana"]["answer"] == "wrong"


def test_while_a_run_holds_the_archive_answers_wait_and_the_page_says_so(folder: Path) -> None:
    archive = folder / "snapshots"
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        first, second = topics(ana)[:2]
        with hold_lock(archive):
            ana.give(first["name"], answer_of(first, "r"))
            waiting = ana.post("finish", {}).json["waiting"]
            assert waiting["number"] == 1
            assert waiting["held"].startswith("process ")
            ana.give(second["name"], answer_of(second, "r"))
            assert ana.state()["waiting"]["number"] == 2
            assert not decided(folder)
        wait_until(lambda: not ana.state()["waiting"]["number"])
        assert len(decided(folder)) == 4
        assert ana.state()["waiting"] == {"number": 0, "held": "", "fault": ""}
        ana.give(first["name"], "undo")
        with hold_lock(archive):
            assert served.end() == 0
        assert "1 answer not in the record yet: process " in served.notices
    with Served(folder, "Ana"):
        wait_until(lambda: len(decided(folder)) == 6)


@pytest.mark.parametrize(("idle", "away"), few(1, (0.5, 60.0), (60.0, 0.5)))
def test_a_sitting_ends_when_somebody_stops_or_leaves(folder: Path, idle: float, away: float) -> None:
    archive = folder / "snapshots"
    with Desk(archive, ["Ana"], print, *beside(archive), idle=idle, away=away) as desk:
        pair = desk.opening.open(*PAIR).pair
        desk.note_seen("Ana")
        sent = [Sent("1", pair.rows[0].name, pair.rows[0].choices[0].answer)]
        desk.give("Ana", str(pair.compared.old), str(pair.compared.new), sent)
        wait_until(lambda: len(decided(folder)) == 2)


def test_one_server_has_the_desk_and_a_journal_of_others_is_not_believed(folder: Path) -> None:
    archive = folder / "snapshots"
    with Served(folder, "Ana") as served:
        with pytest.raises(ArchiveUnusable, match="another tracker serve --judge"):
            Journal(archive)
        # Where interrupts are ignored, as in the background of a shell, it hears one once it answers.
        assert served.request("GET", "/index.html").status == 200
        served.end()
    (archive / JOURNAL).write_text('{"id": 1}\n')
    with pytest.raises(ArchiveUnusable, match="cannot be read"):
        Journal(archive)
    (archive / JOURNAL).unlink()
    (archive / JOURNAL).symlink_to(folder / "elsewhere")
    with pytest.raises(ArchiveUnusable, match="cannot be read"):
        Journal(archive)


@long
def test_the_journal_holds_no_word_of_a_statement(folder: Path) -> None:
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", *PAIR)
        for row in topics(ana):
            ana.give(row["name"], answer_of(row, "r"))
        journal = (folder / "snapshots" / JOURNAL).read_text()
        assert (folder / "snapshots" / JOURNAL).stat().st_mode & 0o077 == 0
    keys = {"id", "person", "decided", "old", "new", "row", "answer"}
    assert all(set(json.loads(line)) == keys for line in journal.splitlines())


def test_a_page_asks_again_while_its_pair_is_being_compared(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_PATIENCE", 0.0)
    archive = folder / "snapshots"
    with Desk(archive, ["Ana"], print, *beside(archive)) as desk:
        door = Door(desk)
        asked = Asked("GET", "rows", {"old": PAIR[0], "new": PAIR[1]}, {HEADER: door.people[0].secret})
        assert door.answer(asked).status == NOT_YET
        wait_until(lambda: door.answer(asked).status == 200)


# Who may ------------------------------------------------------------------------------------------------


PAIR_ASKED: Final = "old=XAA/UNGA/32&new=XAA/UNGA/33"
PAGES: Final = ("", f"pair?{PAIR_ASKED}", "desk.js", "desk_list.js", "desk_door.js", "desk.css")
ASKED: Final = ("pairs", f"rows?{PAIR_ASKED}", "state", "answers", "finish", "../index.html", "x")


def test_without_the_address_there_is_nothing(folder: Path) -> None:
    with Served(folder, "Ana") as served:
        secret = served.token("Ana")
        for path in (*PAGES, *ASKED):
            for method in ("GET", "POST"):
                for sent in ("", "guessed", "\u00e9", secret[:-1]):
                    got = served.request(method, f"/decide/{path}", b"", **{HEADER: sent})
                    is_open = method == "GET" and path in PAGES
                    assert (got.status == 200) if is_open else (got.status in {403, 404}), (method, path, got)
                    assert "XAA" not in got.body
        for sent in (f"?token={secret}", f"?{HEADER}={secret}"):
            assert served.request("GET", f"/decide/pairs{sent}", cookie=f"{HEADER}={secret}").status == 403
        known = {HEADER: secret}
        assert served.request("GET", "/decide/pairs", b"", **known).status == 200
        assert served.request("GET", "/decide/pairs", b"", host="evil.example", **known).status == 421
        assert served.request("DELETE", "/decide/pairs", b"", **known).status == 405
    with Served(folder) as served:
        assert served.request("GET", "/decide/").status == 404


def test_a_page_is_asked_for_by_head_too(shared: Client) -> None:
    for path in PAGES:
        got = shared.served.request("HEAD", f"/decide/{path}")
        assert (got.status, got.body) == (200, "")


@pytest.mark.parametrize(
    "sent",
    [
        b"Content-Length: 50\r\n\r\nabc",
        b"Content-Length: 400000\r\n\r\n" + b"x" * 100_000,
        b"Content-Length: 50\r\nExpect: 100-continue\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"Transfer-Encoding: chunked\r\n\r\nno number\r\nabc",
        b"Content-Length: 300000\r\n\r\n" + b"x" * 290_000,
    ],
)
@pytest.mark.parametrize("path", ["/decide/answers", "/decide/pair", "/index.html"])
def test_a_request_cut_short_is_nothing_to_tell(folder: Path, sent: bytes, path: str) -> None:
    with Served(folder, "Ana") as served:
        for method in ("POST", "GET"):
            for waits in (0.0, 0.2):
                with socket.create_connection((HOST, served.port), timeout=PATIENCE) as client:
                    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{served.port}\r\n"
                    client.sendall(head.encode() + sent)
                    time.sleep(waits)
        assert served.request("GET", "/index.html").status == 200
        assert served.end() == 0
        assert served.notices == ""


def test_what_a_browser_sends_by_itself_gives_no_right(folder: Path) -> None:
    """It sends cookies to each port of a machine; so none is set, and no page that is opened has a secret."""
    with Served(folder, "Ana", "Ben") as served:
        secrets = [served.token(name) for name in ("Ana", "Ben")]
        assert all(f"/decide/#token={secret}\n" in "".join(served.lines) for secret in secrets)
        for path in ("/", "/index.html", *(f"/decide/{each}" for each in (*PAGES, *ASKED))):
            for head in ({}, {HEADER: secrets[0]}):
                got = served.request("GET", path, b"", **head)
                assert "set-cookie" not in got.headers
                assert not [secret for secret in secrets if secret in got.body + str(got.headers)]
        known = {HEADER: secrets[0]}
        for path in PAGES:
            page = f"/decide/{path}"
            assert served.request("GET", page, b"", **known).body == served.request("GET", page).body


def test_two_desks_stand_side_by_side(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = shutil.copytree(folder, tmp_path_factory.mktemp("other") / "copy")
    with Served(folder, "Ana") as one, Served(other, "Ana") as two:
        first, second = (served.admit("Ana", *PAIR) for served in (one, two))
        for client in (first, second, first):
            assert client.state()["done"] == {"Ana": 0}
        assert Client(two, first.secret).get("pairs").status == 403
        row = topics(first)[0]
        first.give(row["name"], answer_of(row, "r"))
        assert (first.state()["done"], second.state()["done"]) == ({"Ana": 1}, {"Ana": 0})


@pytest.mark.parametrize(
    "headers",
    [
        {HEADER: ""},
        {HEADER: "guessed"},
        {"origin": ""},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
    ],
)
def test_no_other_page_can_write(shared: Client, headers: dict[str, str]) -> None:
    row = topics(shared)[0]
    each = {"id": "forged", "row": row["name"], "answer": answer_of(row, "r")}
    sent = {"old": shared.rows["old"], "new": shared.rows["new"], "given": [each]}
    for path in ("answers", "finish"):
        assert shared.post(path, sent, **headers).status == 403
    assert shared.state()["said"] == {}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ([], 400),
        ({"old": 1, "new": 2, "given": []}, 400),
        ({"old": "XAA/UNGA/32", "new": "../../etc/passwd", "given": []}, 409),
        ({"old": "/etc/passwd", "new": "/etc/hostname", "given": []}, 409),
        ("x" * (LARGEST - len('""')), 400),
        ("x" * (LARGEST - len('""') + 1), 413),
    ],
)
def test_what_is_no_answer_is_refused(shared: Client, sent: object, status: int) -> None:
    assert shared.post("answers", sent).status == status


@pytest.mark.parametrize(
    ("country", "kinds"),
    [("XAA", ["open", "claim"]), ("XAB", ["shift", "sentences", "open", "claim"])],
)
def test_speeches_ask_about_topics_first_and_drafts_about_sentences(
    folder: Path, country: str, kinds: list[str]
) -> None:
    with ArchiveSession(folder / "snapshots") as archive:
        words = [f"{country}/UNGA/{session}" for session in ("32", "33")]
        rows = open_pair(words, archive, load_vocabulary()).rows
    assert list(dict.fromkeys(row.kind for row in rows)) == kinds


def test_no_file_is_compared(shared: Client) -> None:
    for old, new in (("/etc/passwd", "/etc/hostname"), ("./a", "-"), ("-", "-"), ("", "")):
        got = shared.get("rows", old=old, new=new)
        assert got.status == 404, got
        assert "root" not in got.body


@pytest.fixture(scope="module")
def _shared(_made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(_made_once, folder, dirs_exist_ok=True)
    with Served(folder, "Ana") as served:
        yield served.admit("Ana", *PAIR)


@pytest.fixture
def shared(_shared: Client) -> Client:
    return _shared


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as", "Ana"), "--as goes with --judge"),
        (("--judge",), "--judge takes who decides"),
        (("--judge", "--as", "Ana", "--as", "Ana"), "names somebody twice"),
        (("--judge", "--as", " "), "is not a valid name"),
    ],
)
def test_who_decides_is_named(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = run_tracker(folder, "serve", "--port", "0", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


# What others wrote ---------------------------------------------------------------------------------------


def test_a_script_in_any_field_stays_text(tmp_path: Path) -> None:
    archive = tmp_path / "snapshots"
    create_archive(archive)
    said = f"We will fight corruption {EVIL} and corruption {EVIL}."
    with open_store(archive) as store:
        for session, text in (
            ("32", f"{said}\nOur debt is {EVIL}."),
            ("33", f"{said} {EVIL}\nWe thank you."),
        ):
            fields = {"title": EVIL, "speaker": EVIL, "post": EVIL}
            record(store, declare(f"XAA/UNGA/{session}~prepared.en", **fields), text)
    person = "<script>owned=1</script>"
    with Served(tmp_path, person) as served:
        client = served.admit(person, *PAIR)
        for path, query_of in (("", {}), ("pair", {"old": EVIL, "new": '"><script>owned=1</script>'})):
            page = client.get(path, **query_of)
            assert "owned" not in page.body
            assert "unsafe" not in page.headers["content-security-policy"]
        # Scripts draw these as text.
        for body in (client.get("rows", old=PAIR[0], new=PAIR[1]), client.get("pairs")):
            assert body.headers["content-type"].startswith("application/json")
            assert "\u202e" not in json.dumps(body.json, ensure_ascii=False)


@pytest.mark.parametrize("access", few(1, "restricted", "withdrawn"))
def test_what_is_closed_is_not_asked_about(tmp_path: Path, access: str) -> None:
    folder = close(make_archive(tmp_path), access)
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", "XAA/UNGA/77", "XAA/UNGA/79")
        listed = ana.get("pairs")
        assert "XAA/UNGA/78" not in listed.body
        assert listed.json["left_out"] == (access == "restricted")
        got = ana.get("rows", old=WHERE, new="XAA/UNGA/79")
        assert got.status == 404
        assert "zephyrine" not in got.body + listed.body + json.dumps(ana.rows)


def test_what_is_withdrawn_after_the_answer_is_left_out(tmp_path: Path) -> None:
    folder = make_archive(tmp_path)
    with Served(folder, "Ana") as served:
        ana = served.admit("Ana", "XAA/UNGA/77", WHERE)
        row = topics(ana)[0]
        ana.give(row["name"], answer_of(row, "r"))
        assert run_tracker(folder, "withdraw", WHERE, *WHY, "--yes").code in {0, 1}
        ana.post("finish", {})
        wait_until(lambda: "left out: " in served.notices)
        assert "zephyrine" not in served.notices
        wait_until(lambda: not (folder / "snapshots" / JOURNAL).exists())
    assert not decided(folder)
