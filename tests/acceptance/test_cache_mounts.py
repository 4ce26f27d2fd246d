"""The encoder's model on full, read-only and missing media: the same vectors, and no word about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.test_mounts import run_mounted

if TYPE_CHECKING:
    from pathlib import Path

BEGUN = """
import os
from tracker.text import encoder

def encode():
    program = "from tracker.text.encoder import DEFAULT; print(DEFAULT.encode(['Peace.']).tobytes().hex())"
    command = [sys.executable, "-c", program]
    settings = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, env=settings)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout

def names():
    return sorted(path.name for path in folder.rglob("*"))

def remount(how):
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)
"""

FULL = """
first = encode()
assert names() == ["tracker"], names()
assert shutil.disk_usage(folder).used < 100_000
remount("size=200m")
assert encode() == first
assert names() == ["encoder.arrays", "tracker"], names()
remount("ro")
assert encode() == first
print("same")
"""

READ_ONLY = """
remount("ro")
first = encode()
assert names() == []
remount("rw")
assert encode() == first
assert names() == ["encoder.arrays", "tracker"], names()
print("same")
"""


@pytest.mark.parametrize("size", ["64k", "4m", "70m"])
def test_on_a_full_disk_the_vectors_are_the_same(tmp_path: Path, size: str) -> None:
    assert run_mounted(tmp_path / "cache", f"size={size}", BEGUN + FULL) == "same\n"


def test_on_read_only_media_the_vectors_are_the_same(tmp_path: Path) -> None:
    assert run_mounted(tmp_path / "cache", "size=200m", BEGUN + READ_ONLY) == "same\n"
