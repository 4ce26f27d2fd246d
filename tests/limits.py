"""The command run as a user runs it, held to a processor time and a memory that nothing hostile may need."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tests.forking import Limits, run_command
from tests.running import Ran

if TYPE_CHECKING:
    from pathlib import Path

_LIMITS: Final = Limits(processor=30, memory=1_500_000_000)


def run_limited(folder: Path, *arguments: str | Path, stdin: bytes = b"") -> Ran:
    """Run the command in a folder; beyond 30 seconds of the processor it is killed, as beyond 120 of waiting.

    Of memory it has 1.5 GB of addresses, most of which libraries take.
    """
    done = run_command(folder, tuple(map(str, arguments)), stdin, os.environ, _LIMITS)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def assert_refused(ran: Ran, *words: str) -> None:
    """See that the command ended in trouble with one line that says so, each of some words in it."""
    assert ran.code == 2, (ran.code, ran.err[-2000:])
    assert ran.err.startswith("tracker: "), ran.err[-2000:]
    assert ran.err.count("\n") == 1, ran.err[-2000:]
    assert len(ran.err) < 600
    for word in words:
        assert word in ran.err
