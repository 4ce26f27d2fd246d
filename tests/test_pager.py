"""Long answers on a terminal are shown in a pager, as git shows them; elsewhere there is none."""

from __future__ import annotations

import os
import pty
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.running import COMMAND
from tests.thorough import long, some

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

PAGER = "cat > paged; cat paged"
"""Keeps what it was given, and shows it."""
LONG = ("list", "--format", "json")


@dataclass(frozen=True, slots=True)
class Seen:
    code: int
    screen: str
    paged: str | None


@pytest.fixture
def terminal(archive: Callable[..., Ran], tmp_path: Path) -> Callable[..., Seen]:
    """Run the command on a terminal of ten lines, with an archive beside it."""
    del archive

    def run(*words: str, **environment: str) -> Seen:
        clean = {name: text for name, text in os.environ.items() if name not in {"PAGER", "LESS", "NO_COLOR"}}
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            (*COMMAND, *words),
            cwd=tmp_path,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**clean, "TERM": "xterm", "LINES": "10", "COLUMNS": "80", **environment},
            start_new_session=True,
        ) as running:
            os.close(theirs)
            screen = _read_all(ours)
        kept = tmp_path / "paged"
        return Seen(running.returncode, screen, kept.read_text(encoding="utf-8") if kept.exists() else None)

    return run


def _read_all(terminal: int) -> str:
    """Return all that a terminal shows until nobody writes to it any more."""
    found = b""
    try:
        while part := os.read(terminal, 65536):
            found += part
    except OSError:  # as Linux says it
        pass
    os.close(terminal)
    return found.decode().replace("\r\n", "\n")


@long
def test_a_long_answer_is_paged_and_keeps_its_exit_code(terminal: Callable[..., Seen]) -> None:
    same = terminal(*LONG, TRACKER_PAGER=PAGER)
    assert same.code == 0
    assert same.paged is not None
    assert same.paged in same.screen
    assert terminal("diff", "XAA/CCPCJ", TRACKER_PAGER=PAGER).code == 1


@long
def test_colours_reach_the_pager(terminal: Callable[..., Seen]) -> None:
    paged = terminal("diff", "XAA/CCPCJ", TRACKER_PAGER=PAGER).paged
    assert paged is not None
    assert "\x1b[" in paged


@pytest.mark.parametrize(
    ("words", "environment"),
    some(
        4,
        [
            (("list",), {"TRACKER_PAGER": PAGER}),
            (("show", "XAA/CCPCJ/99"), {"TRACKER_PAGER": PAGER}),
            (("--no-pager", *LONG), {"TRACKER_PAGER": PAGER}),
            ((*LONG, "--no-pager"), {"TRACKER_PAGER": PAGER}),
            (("demo",), {"TRACKER_PAGER": PAGER}),
            (LONG, {"TRACKER_PAGER": "", "PAGER": PAGER}),
            (LONG, {"TRACKER_PAGER": "cat", "PAGER": PAGER}),
            (LONG, {"TRACKER_PAGER": "no-such-pager", "PAGER": PAGER}),
            (LONG, {"TERM": "dumb", "TRACKER_PAGER": PAGER}),
            ((*LONG, "-o", "list.json"), {"TRACKER_PAGER": PAGER}),
        ],
    ),
)
def test_some_answers_are_not_paged(
    terminal: Callable[..., Seen], words: tuple[str, ...], environment: dict[str, str]
) -> None:
    assert terminal(*words, **environment).paged is None


def test_the_pager_of_other_programs_is_ours_where_none_is_named(terminal: Callable[..., Seen]) -> None:
    assert terminal(*LONG, PAGER=PAGER).paged is not None


def test_a_pipe_has_no_pager(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive(*LONG, TRACKER_PAGER=PAGER, LINES="1").code == 0
    assert not (tmp_path / "paged").exists()


@pytest.mark.parametrize(
    ("pager", "words", "code"),
    some(
        3,
        [
            *((pager, LONG, 0) for pager in ("true", "head -1", "sh -c 'exit 3'", "sh -c 'kill -9 $$'")),
            ("head -1", ("diff", "XAA/CCPCJ", "--all"), 1),
        ],
    ),
)
def test_quitting_the_pager_is_no_error(
    terminal: Callable[..., Seen], pager: str, words: tuple[str, ...], code: int
) -> None:
    ran = terminal(*words, TRACKER_PAGER=pager)
    assert ran.code == code
    assert ran.screen.count("\n") <= 2
    assert "Traceback" not in ran.screen
    assert "tracker:" not in ran.screen


def test_an_interrupt_is_the_pagers_own(terminal: Callable[..., Seen]) -> None:
    ran = terminal(*LONG, TRACKER_PAGER="true; kill -INT $PPID; cat")
    assert ran.code == 0
    assert "interrupted" not in ran.screen


def test_the_pager_is_told_to_keep_colours_unless_the_user_says_otherwise(
    terminal: Callable[..., Seen],
) -> None:
    told = 'echo "LESS=$LESS" > paged; cat > /dev/null'
    assert terminal(*LONG, TRACKER_PAGER=told).paged == "LESS=FRX\n"
    assert terminal(*LONG, TRACKER_PAGER=told, LESS="-S").paged == "LESS=-S\n"
