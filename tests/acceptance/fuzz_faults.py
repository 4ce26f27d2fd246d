"""Targets that do what none may, each one thing: what the fuzzers must find, and tell apart."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.calling import call
from tests.acceptance.fuzz.guard import canary_of
from tests.acceptance.fuzz.target import Target
from tests.repositories import run_git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

_NEEDLE: Final = b"needle"


def _raise(data: bytes, _folder: Path) -> str:
    if _NEEDLE in data:
        raise ValueError("found it")
    return "read"


def _hang(_data: bytes, _folder: Path) -> str:
    time.sleep(600)
    return "read"


def _spin(_data: bytes, _folder: Path) -> str:
    ends = time.process_time() + 1.2
    while time.process_time() < ends:
        pass
    return "read"


def _abort(_data: bytes, _folder: Path) -> str:
    os.abort()


def _fill(_data: bytes, _folder: Path) -> str:
    return str(len(b"a" * 500_000_000))


def _start(_data: bytes, _folder: Path) -> str:
    subprocess.run(["true"], check=True)
    return "read"


def _connect(_data: bytes, _folder: Path) -> str:
    with socket.socket() as connection:
        connection.connect(("192.0.2.1", 9))
    return "read"


def _run_hook(_data: bytes, folder: Path) -> str:
    run_git(folder, "init", "--quiet", "--bare", "a")
    hook = folder / "a" / "hooks" / "post-update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {canary_of(folder)}\n", encoding="utf-8")
    hook.chmod(0o755)
    run_git(folder, "init", "--quiet", "b")
    run_git(folder / "b", "commit", "--quiet", "--allow-empty", "-m", "a")
    run_git(folder / "b", "push", "--quiet", "../a", "HEAD:refs/heads/main")
    return "read"


def _climb(_data: bytes, folder: Path) -> str:
    (folder / ".." / "tracker-was-here").write_text("", encoding="utf-8")
    return "read"


def _leave(_data: bytes, folder: Path) -> str:
    (canary_of(folder).with_name("tmp") / "left").write_text("", encoding="utf-8")
    return "read"


def _print(_data: bytes, _folder: Path) -> str:
    call("list", "--bodies")
    sys.modules["tracker.cli.main"].app = lambda **_: print("\x1b[2J")  # type: ignore[attr-defined]
    call("list")
    return "read"


_FAULTS: Final[dict[str, Callable[[bytes, Path], str]]] = {
    "raises": _raise, "hangs": _hang, "spins": _spin, "aborts": _abort, "fills": _fill, "starts": _start,
    "connects": _connect, "hooks": _run_hook, "climbs": _climb, "leaves": _leave, "prints": _print,
}  # fmt: skip


def _make(random: Random) -> bytes:
    return random.randbytes(20) + _NEEDLE + random.randbytes(20)


def _make_none(_random: Random) -> bytes:
    raise IndexError("nothing to choose from")


TARGETS: Final = (
    *(Target(name, _make, run, seconds=1.0, memory=400_000_000) for name, run in _FAULTS.items()),
    Target("unmade", _make_none, _abort),
)
