"""Commands run inside the worker's own process, and what holds of each of them whatever it was given."""

from __future__ import annotations

import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import BytesIO, TextIOWrapper
from typing import cast

import typer.main

from tests.acceptance.fuzz.target import Found
from tests.running import Ran
from tracker.cli.main import main

CODES = frozenset({0, 1, 2, 75})
"""Exit codes that are documented."""

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey, line feeds and tabs apart."""

# The tree of commands is the same for every run, and making it takes 50 ms of the 55 that a run takes.
typer.main.get_command = cache(typer.main.get_command)

_USAGE = "Usage: "
_SAID_AT_MOST = 10_000


def call(*arguments: str | os.PathLike[str], stdin: bytes = b"") -> Ran:
    """Run ``tracker`` with arguments in the working directory, and check what must hold of any run.

    Raises ``Found`` for an undocumented exit code, for trouble without a word or with more than a line of it,
    and for characters that a terminal obeys. What is no expected error comes through as it was raised.
    """
    out, err = _Stream(), _Stream()
    before, sys.argv = (sys.argv, sys.stdin), ["tracker", *(os.fspath(argument) for argument in arguments)]
    sys.stdin = TextIOWrapper(BytesIO(stdin), encoding="utf-8")
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        sys.argv, sys.stdin = before
        os.environ.pop("TRACKER_ARCHIVE", None)
    ran = Ran(code if isinstance(code, int) else -1, out.read(), err.read())
    _check(ran, arguments)
    return ran


def outcome(ran: Ran) -> str:
    """Return what became of an input that a command read: the word for its exit code."""
    return {0: "read", 1: "found", 2: "refused", 75: "locked"}[ran.code]


class _Stream(TextIOWrapper):
    """Standard output as a pipe is: bytes beneath, which an answer may be written to."""

    def __init__(self) -> None:
        super().__init__(BytesIO(), encoding="utf-8", errors="strict", write_through=True)

    def read(self, _size: int | None = None) -> str:
        self.flush()
        return cast("BytesIO", self.buffer).getvalue().decode("utf-8")


def _check(ran: Ran, arguments: tuple[object, ...]) -> None:
    command = next((str(part) for part in arguments if not str(part).startswith("-")), "")
    if ran.code not in CODES:
        raise Found(f"code: {command} ended with {ran.code}: {ran.err[:_SAID_AT_MOST]}")
    if "Traceback" in ran.err:
        raise Found(f"traceback: {command} printed one: {ran.err[:_SAID_AT_MOST]}")
    # CSV is written to be read again, as it was.
    printed = {"standard output": "" if "csv" in arguments else ran.out, "standard error": ran.err}
    for name, text in printed.items():
        obeyed = _OBEYED.search(text)
        if obeyed:
            around = text[max(0, obeyed.start() - 60) : obeyed.end() + 60]
            raise Found(f"terminal: {command} prints U+{ord(obeyed[0]):04X} on {name}: {around!r}")
    if ran.code in {2, 75} and not ran.err.startswith(_USAGE) and len(ran.err.splitlines()) != 1:
        raise Found(
            f"words: {command} ends in trouble with {len(ran.err.splitlines())} lines: {ran.err[:500]}"
        )
