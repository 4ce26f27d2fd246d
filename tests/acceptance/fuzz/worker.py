"""The process in which inputs are run: it may hang, fill up or die, and is started anew by whoever sees that.

A request is a line of JSON on standard input: the target and the file of the input. The answer is one too.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import resource
import sys
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.acceptance.fuzz.guard import Guard
from tests.acceptance.fuzz.target import GIGABYTE, Found
from tests.acceptance.fuzz.targets import load_targets

if TYPE_CHECKING:
    from types import TracebackType

    from tests.acceptance.fuzz.target import Target

_ADDRESS_SPACE = 6 * GIGABYTE
"""More the machine is not to lend, whatever an input asks for."""

_FRAMES, _RECURS = 3, 20


def longest(target: Target) -> float:
    """Return the seconds by the clock after which an input hangs: the machine is shared."""
    return 2.0 + min(3 * target.seconds, target.seconds + 60)


def serve(top: Path, modules: list[str]) -> None:
    """Answer requests until standard input ends."""
    faulthandler.enable()
    # Those that it starts may ask for more, and hold themselves to less.
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    targets = {target.name: target for target in load_targets(modules)}
    guard = Guard(top)
    guard.listen()
    for line in sys.stdin:
        request = json.loads(line)
        answer = run_input(targets[request["target"]], Path(request["file"]).read_bytes(), guard)
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()


def run_input(target: Target, data: bytes, guard: Guard) -> dict[str, Any]:
    """Run an input, and return what became of it, what it took, and what must not be."""
    finding, label = None, ""
    _forget_peak()
    spent = _spent()
    # Nobody is there to kill it where the runner itself was killed.
    faulthandler.dump_traceback_later(longest(target), exit=True)
    try:
        with guard.watch() as folder:
            label = target.run(data, folder)
    except BaseException as error:  # noqa: BLE001 (whatever it is, it is what is looked for)
        finding = _describe(error)
    finally:
        faulthandler.cancel_dump_traceback_later()
    seconds, peak = _spent() - spent, _peak()
    if finding is None and seconds > target.seconds:
        finding = _law(f"slow: {seconds:.0f} s of processor time")
    if finding is None and peak > target.memory:
        finding = _law(f"memory: {peak / GIGABYTE:.1f} GB at once")
    return {"label": label, "seconds": seconds, "resident": _resident(), "finding": finding}


def _describe(error: BaseException) -> dict[str, str]:
    text = "".join(traceback.format_exception(error))[-20_000:]
    if isinstance(error, Found):
        return {**_law(str(error)), "text": text}
    where = _where(error, error.__traceback__)
    return {"kind": "traceback", "signature": f"{type(error).__name__} {where}", "text": text}


def _law(text: str) -> dict[str, str]:
    """Return the finding of a broken law, the same for the same words with other figures and quotes."""
    kind = text.partition(":")[0]
    return {"kind": kind, "signature": re.sub(r"[0-9]+|'.*'|\".*\"", "", text)[:80], "text": text}


def _where(error: BaseException, trace: TracebackType | None) -> str:
    """Return the last frames by file and function; of endless recursion those that recur most."""
    frames = [f"{Path(frame.filename).name}:{frame.name}" for frame in traceback.extract_tb(trace)]
    often = [name for name, count in Counter(frames).most_common(_FRAMES) if count > _RECURS]
    if isinstance(error, RecursionError) and often:
        frames = sorted(often)
    return " > ".join(frames[-_FRAMES:])


def _spent() -> float:
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    return max(_status("VmHWM"), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)


def _resident() -> int:
    return _status("VmRSS")


def _status(name: str) -> int:
    """Return one of the kernel's figures about this process, in bytes."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2:])
