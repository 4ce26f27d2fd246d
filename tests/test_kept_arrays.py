"""Arrays in the user's cache folder: they are what was kept, whatever lies there, and nothing there runs."""

from __future__ import annotations

import json
import os
import pickle
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pytest

from tests.running import ROOT
from tests.thorough import long
from tracker.errors import TrackerError
from tracker.text import kept_arrays
from tracker.text.kept_arrays import (
    Damaged,
    check_arrays,
    keep_arrays,
    read_arrays,
    remove_arrays,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.text.kept_arrays import Arrays

NAME = "some.arrays"
NOBODY = 65534
ARRAYS = {
    "table": np.arange(2100, dtype="u1").reshape(300, 7),
    "weights": np.linspace(-1, 1, 3000, dtype="f4").reshape(10, 300),
    "numbers": np.array([7, -1], "i4"),
    "one": np.array([0.1]),
}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in a user's cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tracker" / NAME


@pytest.fixture(params=[0o000, 0o002, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def shown(arrays: Arrays | None) -> dict[str, Any] | None:
    """Return arrays as plain values that can be compared."""
    if arrays is None:
        return None
    return {name: (each.dtype.str, each.shape, each.tobytes()) for name, each in arrays.items()}


@pytest.mark.usefixtures("umask")
def test_arrays_are_kept_for_their_owner_alone_and_read_as_they_were(place: Path) -> None:
    assert read_arrays(NAME, "one") is None
    keep_arrays(NAME, "one", ARRAYS)
    assert shown(read_arrays(NAME, "one")) == shown(ARRAYS)
    assert read_arrays(NAME, "other") is None
    check_arrays(NAME)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (place, *place.parents[:2])}
    assert modes == {NAME: 0o600, "tracker": 0o700, "cache": 0o700}
    assert [path.name for path in place.parent.iterdir()] == [NAME]
    assert place.stat().st_size % 64 == 0
    assert all(
        array.ctypes.data % 64 == 0 and not array.flags.writeable
        for array in (read_arrays(NAME, "one") or {}).values()
    )


def test_arrays_of_another_stamp_take_the_place_and_those_in_use_stay() -> None:
    keep_arrays(NAME, "one", {"a": np.full(9000, 1.0)})
    old = read_arrays(NAME, "one")
    keep_arrays(NAME, "other", {"a": np.full(9000, 2.0)})
    new = read_arrays(NAME, "other")
    assert old is not None
    assert new is not None
    assert (old["a"] == 1).all()
    assert (new["a"] == 2).all()
    assert read_arrays(NAME, "one") is None


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _link_the_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))
    path.parent.symlink_to("elsewhere")


def _put_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


REFUSED: dict[str, Callable[[Path], object]] = {
    "the group may write to it": lambda path: path.chmod(0o620),
    "all may write to it": lambda path: path.chmod(0o602),
    "the group may write to its folder": lambda path: path.parent.chmod(0o770),
    "all may write to its folder": lambda path: path.parent.chmod(0o777),
    "a link": _link,
    "in a folder that is a link": _link_the_folder,
    "a folder": _make_folder,
    "a pipe": _put_a_pipe,
}
if os.geteuid() == 0:
    REFUSED |= {
        "of another user": lambda path: os.chown(path, NOBODY, -1),
        "in a folder of another user": lambda path: os.chown(path.parent, NOBODY, -1),
    }


@pytest.mark.parametrize("fate", REFUSED)
def test_what_others_may_have_written_is_not_read(place: Path, fate: str) -> None:
    keep_arrays(NAME, "one", ARRAYS)
    REFUSED[fate](place)
    assert read_arrays(NAME, "one") is None
    with pytest.raises(OSError, match=r"belongs|others may|no file|symbolic|Not a directory"):
        check_arrays(NAME)
    # Where the folder is one's own, the next that is kept takes the place; in one of others nothing is kept.
    in_own = place.parent.lstat()
    keep_arrays(NAME, "one", ARRAYS)
    if "folder" in fate:
        assert read_arrays(NAME, "one") is None
        assert place.parent.lstat() == in_own
    else:
        assert shown(read_arrays(NAME, "one")) == shown(ARRAYS)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


DAMAGED: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-64]),
    "cut in its line": lambda path: path.write_bytes(path.read_bytes()[:30]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + bytes(64)),
    "a flipped bit in its line": lambda path: flip(path, 20),
    "a flipped bit in its header": lambda path: flip(path, 80),
    "a flipped bit in an array": lambda path: flip(path, -100),
    "something else": lambda path: path.write_bytes(b"\xff" * 5000),
}


@pytest.mark.parametrize("fate", DAMAGED)
def test_a_damaged_file_is_not_read_and_is_replaced(place: Path, fate: str) -> None:
    keep_arrays(NAME, "one", ARRAYS)
    DAMAGED[fate](place)
    assert read_arrays(NAME, "one") is None
    with pytest.raises(Damaged):
        check_arrays(NAME)
    keep_arrays(NAME, "one", ARRAYS)
    assert shown(read_arrays(NAME, "one")) == shown(ARRAYS)


def forge(path: Path, header: object, body: bytes = bytes(64)) -> None:
    """Write a file with the right form and CRC-32, whatever is in its header."""
    text = json.dumps(header).encode()
    rest = text.ljust(-(-len(text) // 64) * 64) + body
    line = f"{kept_arrays._FORM} {len(rest) - len(body)} {crc32(rest)}".encode().ljust(63) + b"\n"  # noqa: SLF001
    path.write_bytes(line + rest)


GOOD = {"stamp": "one", "sha256": "0" * 64}
FORGED: dict[str, object] = {
    "no table": [],
    "nothing in it": {},
    "no arrays": GOOD,
    "no stamp": {"arrays": [["a", "u1", [64]]]},
    "arrays that are none": GOOD | {"arrays": "abc"},
    "a name that is none": GOOD | {"arrays": [[["a"], "u1", [64]]]},
    "objects": GOOD | {"arrays": [["a", "O8", [8]]]},
    "a type that is none": GOOD | {"arrays": [["a", {}, [8]]]},
    "beyond the end": GOOD | {"arrays": [["a", "u1", [65]]]},
    "far beyond the end": GOOD | {"arrays": [["a", "f8", [2**62, 2**62]]]},
    "less than nothing": GOOD | {"arrays": [["a", "u1", [-64]], ["b", "u1", [128]]]},
    "two less than nothing": GOOD | {"arrays": [["a", "u1", [-8, -8]]]},
    "more dimensions than an array has": GOOD | {"arrays": [["a", "u1", [*[1] * 70, 64]]]},
    "half": GOOD | {"arrays": [["a", "u1", [64.0]]]},
    "not all of it": GOOD | {"arrays": []},
    "too much of a row": GOOD | {"arrays": [["a", "u1", [64], 0]]},
}


@pytest.mark.parametrize("forged", FORGED)
def test_bounds_are_checked_and_not_believed(place: Path, forged: str) -> None:
    keep_arrays(NAME, "one", ARRAYS)
    forge(place, GOOD | {"arrays": [["a", "u1", [64]]]})
    assert shown(read_arrays(NAME, "one")) == {"a": ("|u1", (64,), bytes(64))}
    with pytest.raises(Damaged, match="SHA-256"):
        check_arrays(NAME)
    forge(place, FORGED[forged])
    assert read_arrays(NAME, "one") is None
    with pytest.raises(Damaged):
        check_arrays(NAME)


def test_a_header_as_deep_as_it_is_long_is_not_read(place: Path) -> None:
    keep_arrays(NAME, "one", ARRAYS)
    text = b"[" * 192_000
    line = f"{kept_arrays._FORM} {len(text)} {crc32(text)}".encode().ljust(63) + b"\n"  # noqa: SLF001
    place.write_bytes(line + text)
    assert read_arrays(NAME, "one") is None


class Planted:
    """What runs a command where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.trace}",)


def test_a_planted_pickle_does_not_run(place: Path, tmp_path: Path) -> None:
    planted = pickle.dumps(Planted(tmp_path / "ran"))
    keep_arrays(NAME, "one", ARRAYS)
    for data in (planted, b"one 0 0".ljust(4096) + planted, place.read_bytes()[:64] + planted):
        place.write_bytes(data)
        assert read_arrays(NAME, "one") is None
    assert not (tmp_path / "ran").exists()
    pickle.loads(planted)  # noqa: S301 (to see that it would)
    assert (tmp_path / "ran").exists()


PROGRAM = """
import sys
import numpy as np
from tracker.text.kept_arrays import keep_arrays, read_arrays
"""
RACING = """
number = int(sys.argv[1])
for turn in range(30):
    for stamp in range(4):
        found = read_arrays("some.arrays", str(stamp))
        assert found is None or (found["a"] == stamp).all()
    keep_arrays("some.arrays", str(number), {"a": np.full(50_000, number, "f4")})
"""


def begin(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM + program, *arguments], cwd=ROOT, text=True)


@long
def test_processes_that_keep_at_once_leave_one_whole_file(place: Path) -> None:
    running = [begin(RACING, str(number)) for number in range(4)]
    assert [each.wait(120) for each in running] == [0, 0, 0, 0]
    check_arrays(NAME)
    assert [path.name for path in place.parent.iterdir()] == [NAME]


ENDLESS = """
while True:
    keep_arrays("some.arrays", "other", {"a": np.zeros(30_000_000, "u1")})
"""


@long
def test_a_kill_in_the_middle_of_writing_leaves_nothing_that_is_read(place: Path) -> None:
    keep_arrays(NAME, "one", ARRAYS)
    for _ in range(4):
        remove_arrays(NAME)
        running = begin(ENDLESS)
        until = time.monotonic() + 60
        while not any(each.name.endswith(".part") for each in place.parent.glob(".*")):
            assert time.monotonic() < until
        running.send_signal(signal.SIGKILL)
        running.wait()
        found = read_arrays(NAME, "other")
        assert found is None or found["a"].size == 30_000_000
        keep_arrays(NAME, "one", ARRAYS)
        assert shown(read_arrays(NAME, "one")) == shown(ARRAYS)
        assert [path.name for path in place.parent.iterdir()] == [NAME]


def test_what_cannot_be_written_whole_leaves_nothing(place: Path) -> None:
    keep_arrays(NAME, "one", {"a": np.zeros(10, "u1")})
    program = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    running = begin(f"{program}\nkeep_arrays('some.arrays', 'other', {{'a': np.zeros(9000, 'u1')}})")
    assert running.wait(60) == 0
    assert [path.name for path in place.parent.iterdir()] == [NAME]
    assert read_arrays(NAME, "one") is not None


@pytest.mark.parametrize("home", ["/proc/nothing", "/dev/null", "relative", "/nowhere/at/all"])
def test_where_nothing_can_be_kept_nothing_is_raised(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    monkeypatch.setenv("HOME", "/nowhere")
    monkeypatch.chdir(tmp_path)
    keep_arrays(NAME, "one", ARRAYS)
    assert read_arrays(NAME, "one") is None
    assert remove_arrays(NAME) == 0
    assert list(tmp_path.iterdir()) == []
    assert not Path("/nowhere").exists()


def test_in_the_home_of_another_user_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by root who kept ``HOME``: its owner could neither use nor remove what root leaves there."""
    home = tmp_path / "home"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, NOBODY, -1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    keep_arrays(NAME, "one", ARRAYS)
    assert list(home.iterdir()) == ([] if os.geteuid() == 0 else [home / "cache"])


def test_what_is_kept_is_removed_and_the_folder_with_it(place: Path) -> None:
    assert remove_arrays(NAME) == 0
    keep_arrays(NAME, "one", ARRAYS)
    size = place.stat().st_size
    assert remove_arrays(NAME) == size
    assert not place.parent.exists()
    keep_arrays(NAME, "one", ARRAYS)
    (place.parent / "another's.txt").touch()
    assert remove_arrays(NAME) == size
    assert [path.name for path in place.parent.iterdir()] == ["another's.txt"]
    place.mkdir()
    with pytest.raises(TrackerError, match=r"some\.arrays: cannot be removed: Is a directory"):
        remove_arrays(NAME)
