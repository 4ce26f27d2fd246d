"""The peers: Python packages at pinned releases, each in an environment of its own, and programs as they are.

An environment is made by pip at its first use.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ENVIRONMENTS: Final = Path.home() / ".cache" / "tracker-benchmarks"
PROGRAMS: Final = ("git", "curl", "xz")


@dataclass(frozen=True, slots=True)
class Peer:
    """A command and the packages that it comes with, its own first."""

    command: str
    packages: tuple[str, ...]


# It imports typing_extensions and does not say so.
REDLINES: Final = Peer("redlines", ("redlines==0.6.2", "typing_extensions==4.15.0"))
SQLITE_UTILS: Final = Peer("sqlite-utils", ("sqlite-utils==4.2.1",))
HTTPX: Final = Peer("python", ("httpx==0.28.1",))


def find(peer: Peer) -> str:
    """Return the command of a peer, installed where it was not yet."""
    place = ENVIRONMENTS / f"{peer.packages[0]}-python{sys.version_info.major}.{sys.version_info.minor}"
    finished = place / "finished"
    if not finished.exists():
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
        subprocess.run([place / "bin" / "pip", "install", "--quiet", *peer.packages], check=True)
        finished.touch()
    return str(place / "bin" / peer.command)


def list_versions() -> str:
    """Return the releases of all peers in one line."""
    pinned = [peer.packages[0].replace("==", " ") for peer in (REDLINES, SQLITE_UTILS, HTTPX)]
    return ", ".join([*pinned, *map(_ask_version, PROGRAMS)])


def _ask_version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+(\.\d+)+", said)
    return f"{program} {number[0] if number else said}"
