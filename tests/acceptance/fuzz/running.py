"""Inputs run by a worker, which is started again where it died, and where it grew too large."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tests.acceptance.fuzz.guard import make_guard
from tests.acceptance.fuzz.target import GIGABYTE
from tests.acceptance.fuzz.worker import longest
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from tests.acceptance.fuzz.guard import Guard
    from tests.acceptance.fuzz.target import Target

_PROGRAM = "tests.acceptance.fuzz.worker"
_GRACE = 10.0
_LARGEST = GIGABYTE
"""A worker of more is started again: what is kept for the next input is not to count against it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What must not be: its kind, what tells it from others, and all that is known of it."""

    kind: str
    signature: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an input."""

    label: str
    finding: Finding | None = None


@dataclass(slots=True)
class Workers:
    """One worker at a time; whoever asks need not know which."""

    modules: Sequence[str] = ()
    guard: Guard = field(default_factory=make_guard)
    process: subprocess.Popen[bytes] | None = None

    def run(self, target: Target, data: bytes) -> Result:
        """Run an input. A worker that gives no answer in time is killed with all that it started."""
        process = self.process or self._start()
        self.input.write_bytes(data)
        answer = _ask(process, target, self.input)
        if answer is None:
            return Result("", Finding(*_post_mortem(target, self.end())))
        told: dict[str, str] | None = answer["finding"]
        if told or answer["resident"] > _LARGEST:
            # What a finding left behind is not to be the next one's.
            self.end()
        finding = Finding(told["kind"], f"{target.name} {told['signature']}", told["text"]) if told else None
        return Result(answer["label"] or "broken", finding)

    @property
    def input(self) -> Path:
        return self.guard.top.with_suffix(".input")

    def end(self) -> str:
        """End the worker, remove its folders, and return its last words."""
        text = self._bury()
        shutil.rmtree(self.guard.top, ignore_errors=True)
        self.input.unlink(missing_ok=True)
        self._errors.unlink(missing_ok=True)
        return text

    @property
    def _errors(self) -> Path:
        return self.guard.top.with_suffix(".errors")

    def _start(self) -> subprocess.Popen[bytes]:
        if not self.guard.top.exists():
            self.guard = make_guard()
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", _PROGRAM, str(self.guard.top), *self.modules],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                cwd=ROOT, env=_environment(self.guard), start_new_session=True,
            )  # fmt: skip
        return self.process

    def _bury(self) -> str:
        """Kill what is left of the worker and of what it started; return its last words."""
        process, self.process = self.process, None
        if process is None:
            return ""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                cast("IO[bytes]", pipe).close()
        return f"exit code {code}\n{self._errors.read_text('utf-8', 'replace')[-20_000:]}"


def _environment(guard: Guard) -> dict[str, str]:
    """Return the environment of a worker: nothing of the user's own, and a trace of what git starts."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LD_LIBRARY_PATH"}}
    own = {
        "HOME": str(guard.top), "XDG_CACHE_HOME": str(guard.cache), "XDG_STATE_HOME": str(guard.state),
        "TMPDIR": str(guard.temporary),
        "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "COLUMNS": "80",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_TRACE2_EVENT": str(guard.trace),
    }  # fmt: skip
    return kept | own


def _ask(process: subprocess.Popen[bytes], target: Target, file: Path) -> dict[str, Any] | None:
    """Return the worker's answer; None where it died, or gave none in time."""
    there, back = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    request = json.dumps({"target": target.name, "file": str(file)})
    try:
        there.write(f"{request}\n".encode())
        there.flush()
    except OSError:
        return None
    ready, _, _ = select.select([back], [], [], longest(target) + _GRACE)
    line = back.readline() if ready else b""
    return json.loads(line) if line.endswith(b"\n") else None


def _post_mortem(target: Target, text: str) -> tuple[str, str, str]:
    """Return kind, signature and text of a death, by the frames that the worker's last words name."""
    kind = "hang" if "Timeout (" in text else "abort"
    frames = re.findall(r'File ".*?([^/"]+)", line \d+ in (\S+)', text)
    ours = re.findall(r'File "[^"]*/(tracker/[^"]+)", line \d+ in (\S+)', text)
    where = " > ".join(f"{Path(file).name}:{name}" for file, name in reversed((ours or frames)[:3]))
    return kind, f"{target.name} {kind} {where}", text
