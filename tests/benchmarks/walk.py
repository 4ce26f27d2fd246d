"""Print the walk of three commands through the house: files and rooms that what is handed on enters.

The commands are ``add FILE``, ``diff`` of two sessions that were never compared, and ``snapshot`` of one page
of a server on loopback. Each runs in a process of its own, in which nothing is kept yet. A file is entered
where one of its functions is called, but for calls while modules are imported; a room is a folder. A reader
visits each function once, when it is first called; a stay is how long that way goes on in one room. What a
confined reader process does is not seen. Run as ``python -m tests.benchmarks.walk [--files]`` in the root of
the repository; ``--files`` lists the files, too, in the order in which they are entered.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from inspect import CO_OPTIMIZED
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import tracker
from tests.nights import make_archive, running_site, source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FrameType

_PACKAGE = f"{Path(tracker.__file__).parent}{os.sep}"
_MAIN = f"{_PACKAGE}__main__.py"
_SEEDS = Path(__file__).parents[2] / "seeds"
_ADD = ("add", str(_SEEDS / "gbr-ccpcj-31.md"), "--as", "GBR/CCPCJ/31")
_IMPORT = ("import", str(_SEEDS / "xaa"), "--body", "CCPCJ", "--pattern", "{country}_{session}_{year}.md")
_DIFF = ("diff", "XAA/CCPCJ", "32", "33")
_FOUND = 1
"""How a command ends that found something, such as a difference."""


def walk(folder: Path, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Run a command in this process and return the files of its functions, as they were first called.

    Raises ``SystemExit`` where the command fails.
    """
    visited: dict[CodeType, None] = {}

    def note(frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code not in visited and _is_function(code) and not _is_importing(frame):
            visited[code] = None

    os.chdir(folder)
    sys.argv = ["tracker", *arguments]
    with ExitStack() as stack:
        nowhere = stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
        stack.enter_context(redirect_stdout(nowhere))
        stack.enter_context(redirect_stderr(nowhere))
        threading.setprofile(note)
        sys.setprofile(note)
        try:
            runpy.run_module("tracker", run_name="__main__")
        except SystemExit as end:
            if end.code not in {None, 0, _FOUND}:
                raise SystemExit(f"{' '.join(arguments)} ended with {end.code}") from end
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
    return tuple(code.co_filename.removeprefix(_PACKAGE) for code in visited)


def _is_function(code: CodeType) -> bool:
    """Say whether it is a function of the program, and no body of a module or class."""
    return code.co_filename.startswith(_PACKAGE) and bool(code.co_flags & CO_OPTIMIZED)


def _is_importing(frame: FrameType) -> bool:
    above: FrameType | None = frame
    while above:
        code = above.f_code
        if code.co_name == "<module>" and code.co_filename.startswith(_PACKAGE) and code.co_filename != _MAIN:
            return True
        above = above.f_back
    return False


def count_stays(files: Iterable[str]) -> Counter[str]:
    """Return how many stays there are in each room on the way through these files."""
    return Counter(room for room, _ in groupby(str(Path(file).parent) for file in files))


def walk_anew(folder: Path, *arguments: str) -> tuple[str, ...]:
    """Return the walk of a command in a process of its own; raises as ``walk``."""
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        return processes.submit(walk, folder, arguments).result()


def main(arguments: list[str]) -> None:
    """Print a line for each command."""
    with TemporaryDirectory() as name, running_site() as site:
        folder = Path(name)
        site.say("/79", number=79)
        page = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
        make_archive(folder / "snapshots", page, site.port)
        walk_anew(folder, *_IMPORT)
        walks = {
            "add FILE": walk_anew(folder, *_ADD),
            "diff XAA/CCPCJ 32 33": walk_anew(folder, *_DIFF),
            "snapshot of one page": walk_anew(folder, "snapshot"),
        }
    for title, files in walks.items():
        stays = count_stays(files)
        print(
            f"{title:<22}{len(files):5} functions {len(set(files)):4} files"
            f"{len(stays):4} rooms{stays.total():5} stays"
        )
        if "--files" in arguments:
            print(*(f"    {file}" for file in dict.fromkeys(files)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
