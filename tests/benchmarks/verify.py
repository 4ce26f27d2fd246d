"""Verify an archive of 10,000 statements and its mirror: time and memory, beside a digest of the same bytes.

Run as ``python tests/benchmarks/verify.py [STATEMENTS]``. The statements are the UN General Debate's, and
again from the first one under later sessions with a line that tells them apart, until there are enough.
The peer reads the record and all files of the mirror once and digests them by SHA-256: nobody who looks at
every byte can do with less. Memory is the largest that the process and the git it started had at any time.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.importing import MEGABYTE, run_tracker
from tests.shared_data import require

STATEMENTS = 10_000
BLOCK = 1 << 20


def write_statements(corpus: Path, folder: Path, wanted: int) -> None:
    """Write the corpus so many times, under later sessions and with a line of its own, as is wanted."""
    files, written = sorted(corpus.rglob("*.txt")), 0
    for again in count():
        for file in files:
            if written == wanted:
                return
            session, _, year = file.stem.partition("_")
            place = folder / file.parent.name / f"{int(session) + 100 * again}_{int(year) + 100 * again}.txt"
            place.parent.mkdir(parents=True, exist_ok=True)
            mark = f"\n\nRead for the {again}th time.\n" if again else ""
            place.write_bytes(file.read_bytes() + mark.encode())
            written += 1


def digest_files(folder: Path) -> tuple[float, int]:
    """Digest every file of an archive; return the seconds that took, and how many bytes there were."""
    started, size = time.perf_counter(), 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as opened:
            hashlib.file_digest(opened, "sha256").hexdigest()
        size += file.stat().st_size
    return time.perf_counter() - started, size


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else STATEMENTS
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_statements(require("ungdc"), folder / "corpus", wanted)
        run_tracker(folder, "init")
        options = ["import", "corpus", "--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt"]
        imported = run_tracker(folder, *options)
        mirrored = run_tracker(folder, "mirror", "update")
        verified = run_tracker(folder, "verify")
        bare, size = digest_files(folder / "snapshots")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MEGABYTE
    print(imported.said.splitlines()[0])
    print(f"mirror  {mirrored.seconds:6.1f} s, {mirrored.megabytes:.0f} MB of memory")
    print(
        f"verify  {verified.seconds:6.1f} s, {verified.processor:.1f} s of one core,"
        f" {verified.megabytes:.0f} MB of memory"
    )
    ratio = verified.seconds / bare
    print(f"sha256  {bare:6.1f} s for {size / MEGABYTE:.0f} MB; verify takes {ratio:.0f} times that")
    print(f"the largest process of all, import and git included: {children:.0f} MB")
    print(verified.said)


if __name__ == "__main__":
    main()
