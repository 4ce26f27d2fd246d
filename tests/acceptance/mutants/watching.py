"""Marks which lines of the program a process runs, and each fork of it, in a file that all of them share.

Each Python of the copy of the tree loads it when it starts (``trial.Copy``). A mark is a byte of shared
memory, so that a reader in its sandbox and a process that is killed leave theirs too. Needs
``sys.monitoring`` of Python 3.12, which asks once for each line and costs nothing from then on.
"""

from __future__ import annotations

import marshal
import mmap
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import CodeType

MARKS, PLACES = "marks", "places"
"""In the folder that the copy lies in: a byte for each line of the program, and where each module's begin."""

_TOOL: Final = 4


def watch(folder: str, root: str) -> None:
    """Mark from now on what this process runs of the program in a root."""
    if sys.version_info < (3, 12):
        raise SystemExit("the map of lines needs Python 3.12 or newer")
    with open(f"{folder}/{PLACES}", "rb") as file:  # noqa: PTH123 (pathlib takes as long as what is run)
        places = {f"{root}/{name}": start for name, start in marshal.load(file).items()}  # noqa: S302 (ours)
    with open(f"{folder}/{MARKS}", "r+b") as file:  # noqa: PTH123 (as above)
        marks = mmap.mmap(file.fileno(), 0)
    monitoring, events = sys.monitoring, sys.monitoring.events
    # A reader of documents lives through many tests, and has to tell of each.
    once = None if "tracker.capture.serve" in sys.orig_argv else monitoring.DISABLE

    def begin(code: CodeType, _offset: int) -> object:
        if code.co_filename in places:
            monitoring.set_local_events(_TOOL, code, events.LINE)
        return once or monitoring.DISABLE

    def mark(code: CodeType, line: int) -> object:
        marks[places[code.co_filename] + line] = 1
        return once

    monitoring.use_tool_id(_TOOL, "mutants")
    monitoring.register_callback(_TOOL, events.PY_START, begin)
    monitoring.register_callback(_TOOL, events.LINE, mark)
    monitoring.set_events(_TOOL, events.PY_START)
    os.register_at_fork(after_in_child=monitoring.restart_events)
