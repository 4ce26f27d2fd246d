"""Workers of a command in the tests' own process: forked from one that has the program loaded.

A worker that is started anew takes a second of a processor to load it, and a command takes several.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import chdir
from multiprocessing import forkserver
from typing import TYPE_CHECKING, Final

from tests.running import ROOT
from tracker.follow import workers
from tracker.references.bodies import own_bodies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.follow.workers import Counted
    from tracker.references.bodies import OwnBodies

_LOADED: Final = ("tests.loaded", "tests.warm_workers")
"""What workers have loaded; this module among it, which is why it knows nothing of pytest."""


def fork_workers() -> None:
    """Have the program fork its workers."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_LOADED])

    def start_processes(count: int, counted: Counted | None = None) -> ProcessPoolExecutor:
        with chdir(ROOT):
            # What it is to load is found from here.
            forkserver.ensure_running()
        return ProcessPoolExecutor(count, context, _begin, (dict(os.environ), counted, own_bodies()))

    vars(workers)["start_processes"] = start_processes


def _begin(environment: Mapping[str, str], counted: Counted | None, own: OwnBodies) -> None:
    """Begin as a worker that is started anew, with the variables of who starts it."""
    os.environ.clear()
    os.environ.update(environment)
    workers._begin(counted, own)  # noqa: SLF001 (what each worker begins with)
