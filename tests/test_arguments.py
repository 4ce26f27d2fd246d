"""What the parser quotes of the arguments reaches no terminal as it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.thorough import some
from tracker.report.safe import visible

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = {
    "escape": "\x1b[31m", "window title": "\x1b]0;owned\x07", "one-byte CSI": "\x9b31m", "backspace": "a\b",
    "delete": "\x7f", "carriage return": "\r", "override": "\u202e", "isolate": "\u2066",
    "direction mark": "\u200f", "zero width": "\u200b", "byte order mark": "\ufeff",
    "line separator": "\u2028", "soft hyphen": "\xad", "tag": "\U000e0041", "not UTF-8": "\udcff",
}  # fmt: skip

ERRORS = {
    "an unknown option": ("--x{}", 2, "no such option"),
    "an unknown option of a command": ("list --x{}", 2, "no such option"),
    "an option that is misspelt": ("list --form{}at", 2, "no such option"),
    "an unknown command": ("{}list", 2, "no such command"),
    "an unknown command of a group": ("mirror {}x", 2, "no such command"),
    "an argument too many": ("schedule cron {}x", 2, "unexpected extra argument"),
    "a choice that there is not": ("list --format {}x", 2, "is not one of"),
    "no number": ("status {}x", 2, "is not a whole number"),
    "no number for an option": ("status --runs --limit {}x", 2, "is not a whole number"),
    "a flag with a value": ("verify --repair={}", 2, "does not take a value"),
    "a command that is missing": ("--archive {}x", 2, "missing command"),
    "a reference that is none": ("show {}", 2, ""),
    "an archive that is not there": ("list --archive {}x", 2, "no archive at"),
    "a file that is not there": ("diff {}a.txt {}b.txt", 2, ""),
    "a mirror that is not there": ("rebuild {}x", 2, "no such repository"),
    "a group that is not there": ("init --group {}x", 2, "no such group"),
    "a new archive": ("init --archive {}x", 0, ""),
}
"""Commands with a place for what is hidden, their exit codes, and words of what they say."""


@pytest.mark.parametrize(("command", "code", "words"), some(6, ERRORS.values()), ids=some(6, ERRORS))
def test_no_argument_reaches_the_terminal_as_it_was_given(
    tmp_path: Path, command: str, code: int, words: str
) -> None:
    for name, hidden in HIDDEN.items():
        ran = run_tracker(tmp_path, *command.replace("{}", hidden).split(" "))
        assert ran.code == code, (name, ran)
        assert words in ran.err
        assert visible(ran.err) == ran.err
        assert visible(ran.out) == ran.out
        assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        ((), 2, "", "Usage: tracker"),
        (("--help",), 0, "Usage: tracker", ""),
        (("--version",), 0, "tracker ", ""),
        (("list", "--help"), 0, "Usage: tracker list", ""),
        (("list", "--bodies"), 0, "UNGA", ""),
        (("list",), 2, "", "tracker: no archive at snapshots"),
        (("diff", "a"), 2, "", "tracker: "),
    ],
    ids=repr,
)
def test_exit_codes_and_streams_are_those_of_the_parser(
    tmp_path: Path, words: tuple[str, ...], code: int, out: str, err: str
) -> None:
    ran = run_tracker(tmp_path, *words)
    assert ran.code == code
    assert out in ran.out
    assert err in ran.err
