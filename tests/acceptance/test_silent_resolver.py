"""A name that is asked of a resolver which never answers: a real one, in a network of its own.

Needs root, or a kernel that lets users make namespaces; where neither is there the test fails and says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import fcntl, socket, struct, sys, time
from pathlib import Path
from tracker.capture.web.pacing import Clock
from tracker.capture.web.fetch import fetch, open_client
from tracker.model.watching import Source, WatchSettings
from datetime import UTC, datetime

with socket.socket() as any_socket:
    up = struct.pack("16sh", b"lo", 0x1 | 0x40)
    fcntl.ioctl(any_socket, 0x8914, up)  # SIOCSIFFLAGS: up and running
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
silent.bind(("127.0.0.1", 53))
clock = Clock(lambda: datetime.now(UTC), time.monotonic, lambda _seconds: None)
began = time.monotonic()
with open_client(WatchSettings(timeout=0.5), release="0", clock=clock) as client:
    result = fetch(Source("a", "http://www.example.org/"), client, folder=Path())
print(result.cause, "|", result.detail, "|", time.monotonic() - began < 5)
silent.settimeout(1)
print(b"example" in silent.recv(4096))
"""


def test_a_real_resolver_that_is_silent_is_waited_for_no_longer_than_the_timeout(tmp_path: Path) -> None:
    names = tmp_path / "resolv.conf"
    names.write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:1\n")
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    mount = 'mount --bind "$1" /etc/resolv.conf || exit 77; shift; exec "$@"'
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "--net",
            *own,
            "sh",
            "-c",
            mount,
            "sh",
            str(names),
            sys.executable,
            "-c",
            PROGRAM,
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.fail(f"this needs root or user namespaces (user.max_user_namespaces): {done.stderr}")
    assert done.returncode == 0, done.stderr
    said, was_asked = done.stdout.splitlines()
    assert said == "dns | www.example.org: no resolver answered in 0.5 s | True"
    assert was_asked == "True"
