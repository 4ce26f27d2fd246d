"""``tracker judge`` of two statements, on a real terminal: keys in, questions out, decisions kept."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import sys
import termios
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tests.archives import declare, record
from tests.conftest import run_tracker
from tests.running import COMMAND, ROOT
from tests.thorough import some
from tracker.archive import ArchiveSession, create_archive, open_store
from tracker.coding.settle import OpenTopic, open_topics, suppose_levels
from tracker.comparing.topics.decided import LEVELS
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.texts import Segment
from tracker.model.topics import TopicChange, TopicReading
from tracker.report.answers.coding import LEVEL_KEYS, LEVELS_ASKED, mark_words, passage_lines
from tracker.report.layout import draw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.model.topics import Level, Status

OLD = """Mr. President,

We will fight corruption and publish every contract. My delegation recalls the importance of fisheries.

We will train two hundred judges, and pay them well.
"""
NEW = """Mr. President,

We must work together for peace in Sudan. My delegation spoke with many about trade and about debt.

We will build schools in every valley. Our hospitals need doctors.
"""
PAIR: Final = ("XAA/UNGA", "32", "33")
PATIENCE: Final = 60.0
NAME: Final = "Your name"


@dataclass(frozen=True, slots=True)
class Walked:
    code: int
    shown: str


def walk(folder: Path, *arguments: str, keys: Sequence[str] = (), person: str = "") -> Walked:
    """Run the command on a terminal of its own, and press a key each time that it waits for one."""
    waiting, shown, before, pressed = list(keys), "", "", 0.0
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        named = {"TRACKER_PERSON": person} if person else {}
        plain = {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100", **named}
        os.execve(sys.executable, [*COMMAND, *arguments], {**os.environ, **plain})  # noqa: S606 (no shell)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.02)[0]:
            try:
                shown += os.read(terminal, 1 << 16).decode()
            except OSError:
                break
        # What a key has changed is shown before the next one is asked for, if it has changed anything.
        elif waiting and _waits(terminal, shown) and (shown != before or time.monotonic() > pressed + 0.2):
            before, pressed = shown, time.monotonic()
            os.write(terminal, waiting.pop(0).encode())
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert not waiting, (waiting, shown)
    return Walked(os.waitstatus_to_exitcode(status), shown.replace("\r\n", "\n"))


def _waits(terminal: int, shown: str) -> bool:
    """Tell whether a key is waited for, or a line at the end of a prompt."""
    by_line = termios.tcgetattr(terminal)[3] & termios.ICANON
    return not by_line or shown.rpartition("\n")[2].startswith(NAME)


@pytest.fixture(scope="module")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("settling")
    create_archive(folder / "snapshots")
    with open_store(folder / "snapshots") as store:
        for session, text in (("32", OLD), ("33", NEW)):
            record(store, declare(f"XAA/UNGA/{session}~prepared.en"), text)
    return folder


@pytest.fixture
def folder(_made_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(_made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def decided(folder: Path) -> set[tuple[str, str, str, str]]:
    ran = run_tracker(folder, "decisions", "--format", "json", "--all")
    rows = json.loads(ran.out)["decisions"]
    return {(row["new"].split("~")[0][-2:], row["id"], row["label"], row["person"]) for row in rows}


def unsure(folder: Path) -> dict[str, str]:
    with ArchiveSession(folder / "snapshots") as archive:
        found = open_topics(PAIR, archive, load_vocabulary())
    return {each.change.topic: each.change.outcome for each in found.topics}


@pytest.fixture(scope="module")
def asked(_made_once: Path) -> dict[str, str]:
    """Return what is unsure before anybody decided, by topic with its status."""
    found = unsure(_made_once)
    assert {"new", "not repeated"} <= set(found.values())
    return found


def test_each_answer_is_kept_at_once_and_what_was_decided_is_not_asked_again(
    folder: Path, asked: dict[str, str]
) -> None:
    assert len(asked) > 2, asked
    first = walk(folder, "judge", *PAIR, keys=["Ana\n", "y", "q"])
    assert first.code == 0, first.shown
    assert first.shown.count(NAME) == 1
    assert f"1 of {len(asked)}" in first.shown
    assert (
        f"1 decided, {len(asked) - 1} left open. The report says so: tracker diff XAA/UNGA 32 33"
        in first.shown
    )
    kept = decided(folder)
    (topic,) = {name for _, name, _, _ in kept}
    assert {(side, person) for side, _, _, person in kept} == {("32", "Ana"), ("33", "Ana")}
    assert asked[topic] in {"new", "not repeated"}
    report = json.loads(run_tracker(folder, "diff", *PAIR, "--format", "json").out)
    (row,) = (row for row in report["topics"] if row["topic"] == topic)
    assert (row["status"], row["certainty"]) == (asked[topic], 1.0)
    again = walk(folder, "judge", *PAIR, keys=["q"], person="Ana")
    assert f"1 of {len(asked) - 1}" in again.shown
    assert NAME not in again.shown


def test_no_to_all_leaves_nothing_unsure(folder: Path, asked: dict[str, str]) -> None:
    new = [topic for topic, status in asked.items() if status == "new"]
    done = walk(folder, "judge", *PAIR, "--by", "Ben", keys=["n", "1"] * len(asked))
    assert f"{len(asked)} decided, 0 left open" in done.shown, done.shown
    assert {("33", topic, "mentioned", "Ben") for topic in new} <= decided(folder)
    assert not unsure(folder)
    assert "Nothing unsure is left to decide" in walk(folder, "judge", *PAIR).shown


@pytest.mark.parametrize(
    ("choice", "levels"),
    some(
        2,
        [
            ("1", ("absent", "mentioned")),
            ("2", ("absent", "absent")),
            ("3", ("mentioned", "substantive")),
            ("4", ("substantive", "substantive")),
        ],
    ),
)
def test_no_says_what_is_wrong_with_a_new_priority(
    folder: Path, asked: dict[str, str], choice: str, levels: tuple[str, str]
) -> None:
    done = walk(folder, "judge", *PAIR, "--by", "Ben", keys=["n", choice, "q"])
    assert "1 decided" in done.shown
    kept = {side: (topic, label) for side, topic, label, _ in decided(folder)}
    assert asked[kept["33"][0]] == "new"
    assert (kept["32"][1], kept["33"][1]) == levels


def test_levels_are_chosen_and_keys_explain_themselves(folder: Path) -> None:
    done = walk(folder, "judge", *PAIR, "--by", "Ben", keys=["z", "?", "l", "b", "s", "l", "m", "d", "q"])
    assert done.code == 0
    assert "it is not so. You say what is wrong" in done.shown
    # What each key means stands below each side that is asked for.
    assert done.shown.count("it is:") == " ".join(done.shown.split()).count(LEVELS_ASKED) == 3
    levels = {side: label for side, _, label, _ in decided(folder)}
    assert levels == {"32": "mentioned", "33": "declared"}
    assert "mentioned in 32, declared in 33" in done.shown


def test_words_that_name_the_topic_are_marked_on_both_sides(folder: Path, asked: dict[str, str]) -> None:
    count = len(asked)
    done = walk(folder, "judge", *PAIR, "--by", "Ben", keys=["s"] * count)
    assert "*Sudan*" in done.shown or "*debt*" in done.shown, done.shown
    assert done.shown.count("  32  read as") == done.shown.count("  33  read as") == count
    assert f"0 decided, {count} left open" in done.shown
    assert not decided(folder)


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_stopping_keeps_what_was_answered(folder: Path, key: str) -> None:
    done = walk(folder, "judge", *PAIR, "--by", "Ben", keys=["y", key])
    assert done.code == {"\x03": 130, "\x04": 0}[key]
    assert len(decided(folder)) == 2


def test_a_name_that_cannot_be_printed_is_asked_again(folder: Path) -> None:
    done = walk(folder, "judge", *PAIR, keys=["  \x16\x07\n", "Ana\n", "q"])
    assert done.code == 0, done.shown
    assert done.shown.count(NAME) <= 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (PAIR, "takes a terminal; without one: tracker judge REF --topic TOPIC --level LEVEL --by NAME"),
        (("XAA/UNGA",), "takes a terminal"),
        (("abc", "maybe"), "'maybe' is no verdict; expected accept, reject, relabel"),
        (("abc", "accept", "more"), "too many words"),
        (("XAA/UNGA/33",), "tracker judge REF --topic TOPIC --level LEVEL --by NAME"),
        (("abc", "accept"), "missing option --by NAME (or set TRACKER_PERSON)"),
    ],
)
def test_without_a_terminal_one_line_leads_on(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = run_tracker(folder, "judge", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err


def test_files_are_not_judged(folder: Path) -> None:
    for name, text in (("a.txt", OLD), ("b.txt", NEW)):
        (folder / name).write_text(text, encoding="utf-8")
    done = walk(folder, "judge", "./a.txt", "b.txt")
    assert done.code == 2
    assert "only statements in the archive can be judged" in done.shown


def test_the_person_may_be_named_once_for_all_commands(folder: Path) -> None:
    words = ("judge", "XAA/UNGA/33", "--topic", "sudan", "--level", "mentioned")
    ran = run_tracker(folder, *words, TRACKER_PERSON="Ana")
    assert "judged by Ana" in ran.out + ran.err


def test_a_sheet_settles_topics_that_nobody_judged_before(folder: Path) -> None:
    sheet = (
        "question,old,new,id,coder Ana\nlevel,,XAA/UNGA/33,debt,mentioned\nlevel,,XAA/UNGA/32,debt,absent\n"
    )
    (folder / "sheet.csv").write_text(sheet, encoding="utf-8")
    assert run_tracker(folder, "judge", "--from", "sheet.csv").code == 0
    assert decided(folder) == {("33", "debt", "mentioned", "Ana"), ("32", "debt", "absent", "Ana")}


# What an answer stands for -------------------------------------------------------------------------


def reading(level: Level | None) -> TopicReading | None:
    return TopicReading("debt", level, (0,), 5, 0.1, 0, "") if level else None


@pytest.mark.parametrize(
    ("old", "new", "supposed", "others"),
    [
        (None, "declared", ("absent", "declared"), ("mentioned", "declared")),
        (None, "mentioned", ("absent", "substantive"), ("mentioned", "substantive")),
        ("substantive", None, ("substantive", "absent"), ("substantive", "mentioned")),
        ("acknowledged", None, ("substantive", "absent"), ("substantive", "mentioned")),
        ("mentioned", "declared", ("mentioned", "declared"), None),
        ("substantive", "substantive", ("substantive", "substantive"), ("mentioned", "substantive")),
    ],
)
def test_yes_stands_for_the_levels_of_the_question(
    old: Level | None, new: Level | None, supposed: tuple[str, str], others: tuple[str, str] | None
) -> None:
    status: Status = "new" if old is None else "not repeated" if new is None else "kept"
    change = TopicChange("debt", "Debt", "theme", status, reading(old), reading(new))
    assert suppose_levels(change) == supposed
    assert OpenTopic(change, supposed, ((), ())).others.get("3") == others


def test_every_level_has_a_key() -> None:
    assert tuple(LEVEL_KEYS.values()) == LEVELS


def test_a_long_passage_is_cut_around_its_marked_words() -> None:
    text = "word " * 200 + "debt and more debt" + " word" * 200
    place = text.index("debt")
    spans = list(mark_words(text, ((place, place + 4), (place + 14, place + 18))))
    shown = "".join(span.text for span in spans)
    assert "*debt* and more *debt*" in shown
    assert shown.startswith("…word")
    assert shown.endswith("word…")
    assert len(shown) < 450


def test_no_control_character_of_a_statement_reaches_the_terminal() -> None:
    text = "We owe \x1b[2Jdebt\x07 and\x9b31m more."
    segment = Segment(0, "sentence", 1, 0, len(text), text)
    place = text.index("debt")
    shown = draw(passage_lines(segment, ((place, place + 4),), None, 80), color=False)
    assert "*debt*" in shown
    assert not any(char in shown for char in "\x1b\x07\x9b")
