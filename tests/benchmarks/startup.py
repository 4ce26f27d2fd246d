"""How long a command takes before and beside its work: help, a list, and a diff, kept and not.

Run as ``python tests/benchmarks/startup.py [ROUNDS]``. Each command is a process of its own; all are run in
turn, and the least processor time of each counts, which a busy machine hardly changes. The peers are
``import typer``, the encoder alone, and redlines, which compares words and nothing else, at a pinned release
in an environment of its own, made by pip at the first run.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import venv
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.shared_data import require

ROUNDS = 7
# It imports typing_extensions and does not say so.
REDLINES = ("redlines==0.6.2", "typing_extensions==4.15.0")
ENVIRONMENTS = Path.home() / ".cache" / "tracker-benchmarks"
TRACKER = str(Path(sys.executable).with_name("tracker"))
SPEECHES = {"77": "77_2022.txt", "78": "78_2023.txt", "79": "79_2024.txt"}
DERIVED = Path("snapshots") / "derived.db"
ENCODE = (
    "import sys; from pathlib import Path; from tracker.text.encoder import DEFAULT;"
    "from tracker.text.reading import read_text;"
    "DEFAULT.encode([each.text for name in sys.argv[1:]"
    " for each in read_text(Path(name).read_text('utf-8')).segments])"
)
DIFFERENT = 1
FORGET = "DELETE FROM answers WHERE kind <> 'weights'; DELETE FROM vectors; DELETE FROM shown"
"""The digest of the encoder's weights is computed once for an archive, not for a pair."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A command, what it is expected to end with, and whether nothing may be kept before it."""

    name: str
    command: tuple[str, ...]
    folder: Path
    code: int = 0
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that one may take, as so many times its peer and so many milliseconds more."""

    name: str
    peer: str
    times: float
    more: float = 0


BOUNDS = (
    Bound("tracker --help", "import typer", 1.5),
    Bound("tracker list", "import typer", 2),
    Bound("diff, kept", "redlines", 2.5),
    Bound("diff, not kept", "encoder alone", 1, 300),
    Bound("diff, not kept, without encoder", "redlines", 4),
)


def run(measured: Measured) -> float:
    """Run a command once and return the milliseconds of processor time of its process."""
    if measured.anew and (measured.folder / DERIVED).exists():
        with closing(sqlite3.connect(measured.folder / DERIVED)) as derived:
            derived.executescript(FORGET)
    # Users have compiled modules, whatever this shell has set.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        measured.command, cwd=measured.folder, stdout=subprocess.DEVNULL, env=environment
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != measured.code:
        raise SystemExit(f"{' '.join(measured.command)} ended in {process.returncode}")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def find_redlines() -> str:
    """Return the command of the peer, installed where it was not yet."""
    place = ENVIRONMENTS / REDLINES[0]
    command = place / "bin" / "redlines"
    if not command.exists():
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
        subprocess.run([place / "bin" / "pip", "install", "--quiet", *REDLINES], check=True)
    return str(command)


def prepare(folder: Path, sessions: tuple[str, ...]) -> Path:
    """Make an archive of some speeches in a folder of its own."""
    folder.mkdir()
    subprocess.run([TRACKER, "init"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for session in sessions:
        file = require("ungdc") / "GBR" / SPEECHES[session]
        command = [TRACKER, "add", str(file), "--as", f"GBR/UNGA/{session}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def list_measured(folder: Path) -> list[Measured]:
    """Return all that is measured, ours and the peers."""
    three = prepare(folder / "three", ("77", "78", "79"))
    kept, anew, words = (prepare(folder / name, ("78", "79")) for name in ("kept", "anew", "words"))
    diff = (TRACKER, "diff", "GBR/UNGA", "78", "79")
    texts = tuple(str(require("ungdc") / "GBR" / SPEECHES[session]) for session in ("78", "79"))
    return [
        Measured("import typer", (sys.executable, "-c", "import typer"), folder),
        Measured("redlines", (find_redlines(), "compare", *texts), folder),
        Measured("encoder alone", (sys.executable, "-c", ENCODE, *texts), folder),
        Measured("tracker --help", (TRACKER, "--help"), folder),
        Measured("tracker list", (TRACKER, "list"), three),
        Measured("diff, kept", diff, kept, DIFFERENT),
        Measured("diff, not kept", diff, anew, DIFFERENT, anew=True),
        Measured(
            "diff, not kept, without encoder", (*diff, "--encoder", "none"), words, DIFFERENT, anew=True
        ),
    ]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with TemporaryDirectory() as name:
        measured = list_measured(Path(name))
        for each in measured:
            run(each)  # compiles modules and tables, and keeps what is to be kept
        taken: dict[str, list[float]] = {each.name: [] for each in measured}
        for _ in range(rounds):
            for each in measured:
                taken[each.name].append(run(each))
    least = {name: min(times) for name, times in taken.items()}
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()};")
    load = os.getloadavg()[0]
    print(f"milliseconds of processor time, the least of {rounds} runs in turn; load {load:.1f}")
    print(f"{'':32} {'ours':>7} {'peer':>7} {'ratio':>6}  at most")
    for bound in BOUNDS:
        ours, peer = least[bound.name], least[bound.peer]
        most = f"{bound.times:g} times" if not bound.more else f"{bound.more:g} ms more"
        held = "" if ours <= bound.times * peer + bound.more else "  MISSED"
        print(f"{bound.name:32} {ours:7.0f} {peer:7.0f} {ours / peer:6.2f}  {most} {bound.peer}{held}")


if __name__ == "__main__":
    main()
