"""Who does units of work: processes of this machine, or a Dask cluster. Both are executors."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from tracker.capture.read.extract import quiet_libraries
from tracker.diff.rules import name_rules
from tracker.errors import TrackerError
from tracker.inputs.extras import install_words
from tracker.references.bodies import own_bodies, use_own_bodies
from tracker.text.encoder import digest_products

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future
    from multiprocessing.sharedctypes import SynchronizedArray

    from distributed import Client

    from tracker.references.bodies import OwnBodies

    Counted = SynchronizedArray[int]

_OUT: Final = 2
"""Units that are out for each worker, the one that it does and the next: what bounds our memory."""
_DIED: Final = "its worker died of it twice: out of memory, or ended from outside"
_SECONDS: Final = "10s"
_WITHOUT_WORKERS: Final = 300.0
"""Seconds that a cluster of which all workers have left may stay without one."""
_LOOK_AFTER: Final = 5.0
"""Seconds without an answer after which we look whether anybody is there to give one."""


class Works(Protocol):
    """A unit: what goes to a worker together."""

    @property
    def works(self) -> Sequence[object]:
        """What is to be done, one thing after another."""


U = TypeVar("U", bound=Works)
O = TypeVar("O")  # noqa: E741 (what comes of one work)


@dataclass(frozen=True, slots=True)
class Missing:
    """What to do where workers that come and go have all left."""

    tell: Callable[[int], None]
    """Says so, with how many units wait."""
    seconds: float
    """How long to wait for others."""
    error: TrackerError
    """What ends the batch then."""


class Workers:
    """Workers that are started when there is something to do; ``size`` tells how many there are by now."""

    def __init__(
        self, start: Callable[[], Executor], size: Callable[[], int], missing: Missing | None = None
    ) -> None:
        self._start = start
        self._executor: Executor | None = None
        self.size = size
        self._missing = missing

    def run(
        self, units: Iterable[U], do: Callable[[U], tuple[O | str, ...]]
    ) -> Iterator[tuple[U, tuple[O | str, ...]]]:
        """Yield each unit with what came of each of its works, in the order in which they end.

        What a worker is to ``do`` gives, of a work that fails, the reason.
        Where a process dies, all that were out are done once more, one at a time: the one that is alone when
        a process dies again is given up.
        """
        fresh, suspects = iter(units), list[U]()
        out: dict[Future[tuple[O | str, ...]], U] = {}
        while True:
            alone = bool(suspects)
            ready = (
                iter((suspects.pop(),))
                if alone
                else islice(fresh, max(_OUT * self.size() - len(out), 0 if out else 1))
            )
            done, lost = self._step(ready, do, out)
            if not done and not lost:
                return
            yield from done
            if alone:
                yield from ((unit, (_DIED,) * len(unit.works)) for unit in lost)
            else:
                suspects += lost

    def close(self) -> None:
        """Wait until what was started has ended; nothing may be left for the end of the program to find."""
        if self._executor:
            with suppress(OSError):
                self._executor.shutdown(cancel_futures=True)

    def _step(
        self,
        ready: Iterator[U],
        do: Callable[[U], tuple[O | str, ...]],
        out: dict[Future[tuple[O | str, ...]], U],
    ) -> tuple[list[tuple[U, tuple[O | str, ...]]], list[U]]:
        """Hand out what is ready and wait for one; return what is done, and what was lost with a process."""
        done, lost = list[tuple[U, tuple[O | str, ...]]](), list[U]()
        for unit in ready:
            try:
                self._executor = self._executor or self._start()
                out[self._executor.submit(do, unit)] = unit
            except BrokenExecutor:
                lost.append(unit)
                break
        for future in self._wait(out) if out and not lost else ():
            unit = out.pop(future)
            try:
                done.append((unit, _result(future, unit)))
            except BrokenExecutor:
                lost.append(unit)
        if lost:
            lost += out.values()
            out.clear()
            self._executor = None
        return done, lost

    def _wait(self, out: Collection[Future[tuple[O, ...]]]) -> set[Future[tuple[O, ...]]]:
        """Return what has ended, one or more; raises ``TrackerError`` where all workers left for good."""
        since = None
        while not (ended := wait(out, _LOOK_AFTER, FIRST_COMPLETED).done):
            if self._missing is None or self.size():
                since = None
            elif since is None:
                since = time.monotonic()
                self._missing.tell(len(out))
            elif time.monotonic() - since > self._missing.seconds:
                raise self._missing.error
        return ended


def _result(future: Future[tuple[O | str, ...]], unit: Works) -> tuple[O | str, ...]:
    try:
        return future.result()
    except BrokenExecutor:
        raise
    except CancelledError:
        raise TrackerError(
            "the scheduler no longer answers; start it again, then give the same command, which goes on"
        ) from None
    except Exception as error:  # noqa: BLE001 (what came with no outcome: a worker died, or lacks the program)
        return (f"{type(error).__name__}: {error}",) * len(unit.works)


def count_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def open_processes(count: int) -> Iterator[Workers]:
    """Yield workers that are processes of this machine; none is left behind, however the block ends."""
    workers = Workers(lambda: start_processes(count), lambda: count)
    try:
        yield workers
    finally:
        end_processes()
        workers.close()


def start_processes(count: int, counted: Counted | None = None) -> ProcessPoolExecutor:
    """Return an executor of so many processes, which are started as there is something to do.

    Where there is one alone, it may tell in ``counted`` how far it is.
    """
    # Not forked: what this process has open, the archive among it, is none of their business.
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin, (counted, own_bodies()))


def make_counted() -> Counted:
    """Return where a process tells how far it is: what is done, and how much there is, 0 where nothing is."""
    return multiprocessing.get_context("spawn").Array("q", 2)


def count_work(done: int, total: int) -> None:
    """Tell how far the work of this process is; nobody hears it where nobody has asked for that."""
    if _heard:
        _heard[-1][:] = [done, total]


def end_processes() -> None:
    """End the processes that were started, whatever they do; their executor is to be closed then."""
    for process in multiprocessing.active_children():
        process.terminate()


_heard: Final[list[Counted]] = []


def _begin(counted: Counted | None, own: OwnBodies) -> None:
    """Let who interrupts a batch interrupt its first process alone; end when that one is gone."""
    use_own_bodies(own)
    if counted is not None:
        _heard.append(counted)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


@contextmanager
def open_cluster(address: str, warn: Callable[[str], None]) -> Iterator[Workers]:
    """Yield the workers of the Dask cluster behind a scheduler's address.

    Raises ``TrackerError`` where there is none, or its workers would give other answers than this machine;
    and while it works, where all of them have left and none has come for five minutes, or for as long as
    Dask's own setting says (``distributed.scheduler.no-workers-timeout``).
    """
    try:
        from distributed import Client  # noqa: PLC0415 (an extra, a second to import)
    except ModuleNotFoundError:
        raise TrackerError(f"--scheduler needs Dask; {install_words('dask')}") from None
    with ExitStack() as stack:
        stack.enter_context(quiet_libraries("distributed"))
        try:
            client = stack.enter_context(Client(address, timeout=_SECONDS, set_as_default=False))  # type: ignore[no-untyped-call]
        except (
            OSError,
            ValueError,
            MemoryError,
        ) as error:  # another server's answer is no length of a message
            raise TrackerError(
                f"--scheduler {address}: {error or 'no answer'}; start one with:"
                " dask scheduler --host 127.0.0.1"
            ) from None
        _check_workers(client, address)
        _warn_of_spilling(client, warn)
        yield Workers(
            lambda: client.get_executor(pure=False),
            lambda: sum(client.nthreads().values()),
            _wait_for_others(address, _read_timeout(), warn),
        )


def _read_timeout() -> float:
    """Return for how many seconds a cluster may stay without workers."""
    import dask  # noqa: PLC0415 (as above)
    from dask.utils import parse_timedelta  # noqa: PLC0415 (as above)

    set_by_user = dask.config.get("distributed.scheduler.no-workers-timeout", None)
    return float(parse_timedelta(set_by_user)) if set_by_user else _WITHOUT_WORKERS


def _wait_for_others(address: str, seconds: float, warn: Callable[[str], None]) -> Missing:
    start = f"dask worker {address}"
    ended = (
        f"--scheduler {address} has had no worker for {seconds:g} seconds; what was done is kept: start some"
    )
    return Missing(
        lambda count: warn(
            f"--scheduler {address} has no workers left, {count} units of work wait; start some: {start}"
            f" (it ends after {seconds:g} seconds without one)"
        ),
        seconds,
        TrackerError(f"{ended} ({start}), then give the same command, which goes on"),
    )


def describe_answers() -> str:
    """Return what tells the answers of two machines apart: rules, releases, and how processors round."""
    return f"{name_rules()} {digest_products()}"


def _check_workers(client: Client, address: str) -> None:
    ours = describe_answers()
    found: dict[str, Any] = client.run(describe_answers, on_error="return")
    if not found:
        raise TrackerError(f"--scheduler {address} has no workers; start some: dask worker {address}")
    for worker, rules in found.items():
        if rules != ours:
            why = f" ({rules})" if isinstance(rules, Exception) else ""
            raise TrackerError(
                f"{worker} would give other answers{why}: install there this release of tracker, and the same"
                " Python, numpy and rapidfuzz; its processor must be of the same kind"
            )


def _warn_of_spilling(client: Client, warn: Callable[[str], None]) -> None:
    """Say which workers may write answers, which quote statements, to a disk; texts themselves never are."""
    for address, worker in client.scheduler_info(n_workers=-1)["workers"].items():
        if worker["memory_limit"]:
            warn(
                f"{address} may write answers to {worker['local_directory']} where its memory is short; to"
                " rule that out start it with --memory-limit 0"
            )
