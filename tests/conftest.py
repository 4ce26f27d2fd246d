"""What several tests need: the command as a user runs it, and an archive with two sessions."""

from __future__ import annotations

import gc
import os
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings

from tests.forking import run_command
from tests.here import can_run_here, run_here
from tests.kept import check_once
from tests.nights import running_site
from tests.quick import QUICK
from tests.running import NEW, OLD, Ran
from tests.scratch import write_in_memory
from tests.thorough import IS_THOROUGH, examples
from tests.waits import ask_again_soon
from tests.warm_workers import fork_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.nights import Site

# How fast inputs are made and tried says more of the machine than of the test. With every run the examples
# are few and the same, so that no change is failed by what others let in; the long checks look for new ones.
settings.register_profile(
    "tests",
    max_examples=examples(100),
    derandomize=not IS_THOROUGH,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")
_FOLDER: Final = Path(__file__).parent
_OF_THE_USER: Final = ("NO_COLOR", "TRACKER_ARCHIVE")
"""Variables that no command of a test finds."""
write_in_memory()
check_once()
ask_again_soon()
if not IS_THOROUGH:
    fork_workers()


@pytest.fixture(scope="session", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the program keeps for its user apart from what it keeps for who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than the processors: a third of the time of a worker is spent waiting."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Have each worker collect all files from another one on.

    In a fresh clone pytest compiles each file when it is first collected: so no two workers compile the same.
    """
    number = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if number.isdigit() and [Path(arg).absolute() for arg in config.args] == [_FOLDER]:
        files = sorted(map(str, _FOLDER.glob("test_*.py")))
        first = int(number) * len(files) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        config.args[:] = files[first:] + files[:first]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what ``-m quick`` would not run, as to collect all takes as long as these tests."""
    is_left_out = config.option.markexpr == "quick" and collection_path.suffix == ".py"
    return True if is_left_out and not _is_quick(collection_path) else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the quick ones."""
    if _is_quick(item.path):
        item.add_marker("quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have all workers find the same order, and leave to the long checks what is marked so."""
    items.sort(key=lambda item: item.path)
    if not IS_THOROUGH:
        left_out = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


def _is_quick(path: Path) -> bool:
    return path.stem.removeprefix("test_") in QUICK


def pytest_collection_finish() -> None:
    """Have the collector of garbage look no more at thousands of tests, which stay to the end."""
    gc.freeze()


def run_tracker(folder: Path, *arguments: str | Path, stdin: bytes = b"", **environment: str) -> Ran:
    """Run the command; a warning is an error.

    It runs in this process, and in one of its own where it has variables of its own or with the long checks.
    """
    words = tuple(map(str, arguments))
    if not (environment or IS_THOROUGH) and can_run_here():
        return run_here(folder, words, stdin, _OF_THE_USER)
    return run_apart(folder, *words, stdin=stdin, **environment)


def run_apart(folder: Path, *arguments: str | Path, stdin: bytes = b"", **environment: str) -> Ran:
    """Run the command in a process of its own; a warning is an error."""
    clean = {name: value for name, value in os.environ.items() if name not in _OF_THE_USER}
    done = run_command(folder, tuple(map(str, arguments)), stdin, {**clean, **environment})
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def tracker(tmp_path: Path) -> Callable[..., Ran]:
    """Run the command in an empty folder."""
    return partial(run_tracker, tmp_path)


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve pages that a watch list names, on a port of its own."""
    with running_site() as running:
        yield running


@pytest.fixture
def two_files(tmp_path: Path) -> tuple[Path, Path]:
    return _write_files(tmp_path)


@pytest.fixture(scope="session")
def _archive_made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    assert run_tracker(folder, "init").code == 0
    for session, path in zip(("32", "33"), _write_files(folder), strict=True):
        added = run_tracker(folder, "add", path.name, "--as", f"XAA/CCPCJ/{session}", "--kind", "prepared")
        assert added.code == 0, added.err
    return folder


@pytest.fixture
def archive(tmp_path: Path, _archive_made_once: Path) -> Callable[..., Ran]:
    """Run the command in a folder with two files and an archive of them, XAA/CCPCJ/32 and 33."""
    shutil.copytree(_archive_made_once, tmp_path, dirs_exist_ok=True)
    return partial(run_tracker, tmp_path)


def _write_files(folder: Path) -> tuple[Path, Path]:
    old, new = folder / "old.txt", folder / "new.txt"
    old.write_text(OLD, encoding="utf-8")
    new.write_text(NEW, encoding="utf-8")
    return old, new
