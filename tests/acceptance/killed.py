"""Runs ``tracker`` in this process and kills it, as by SIGKILL, at one step of what it writes.

Called as ``killed.py STEP NUMBER ARGUMENT...``: the process dies right before the so many-th statement of
SQL that begins with STEP, or the so many-th call of a function that STEP names as ``module:function`` or
``module:Class.method``. It looks on from outside, as a debugger would: the program itself knows of no such
thing.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from tracker.cli.main import main
from tracker.record.schema import connection
from tracker.record.storing import writing

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


def die(left: list[int], *_arguments: object) -> None:
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def watch_statements(step: str, left: list[int]) -> None:
    def trace(statement: str) -> None:
        if statement.lstrip().startswith(step):
            die(left)

    def connect(path: Path) -> sqlite3.Connection:
        opened = connection.connect_to_write(path)
        opened.set_trace_callback(trace)
        return opened

    setattr(writing, "connect_to_write", connect)  # noqa: B010 (a name the module does not offer)


def watch_calls(step: str, left: list[int]) -> None:
    name, path = step.split(":")
    *owners, function = path.split(".")
    owner: object = import_module(name)
    for each in owners:
        owner = getattr(owner, each)
    original = getattr(owner, function)

    def call(*arguments: object, **named: object) -> object:
        die(left)
        return original(*arguments, **named)

    setattr(owner, function, call)


if __name__ == "__main__":
    _, step, number, *arguments = sys.argv
    (watch_calls if ":" in step else watch_statements)(step, [int(number)])
    sys.argv = ["tracker", *arguments]
    main()
