"""Import a history of 2,000 revisions, beside ``git log -p`` on the same history.

Run as ``python tests/benchmarks/import_git.py [REVISIONS]``. The history is made up: a statement of some
1,300 words of which each commit changes one sentence, and now and then its name. The peer prints every
difference, as a reader of the history would have git do; it reads nothing, cuts nothing and keeps nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.repositories import Made, make_repository

SENTENCES = 60
REVISIONS = 2000


def made_up(revisions: int) -> list[Made]:
    """Return a history of one text: one sentence changes with each commit, its name with each 500th."""
    text = [
        f"In chapter {number} we urge all States to protect their rivers, to report on what they have done"
        f" with measure {number}, and to share what they have learned with others."
        for number in range(SENTENCES)
    ]
    commits, name = [], "statement 0.txt"
    for number in range(revisions):
        text[number * 7 % SENTENCES] = (
            f"Since revision {number} my country asks that the fund get {number + 5} million euros by 2030."
        )
        renamed = f"statement {number // 500}.txt"
        files: dict[str, str | None] = {} if renamed == name else {name: None}
        name = renamed
        commits.append(Made(f"Revision {number} ✍️", {**files, name: "\n\n".join(text) + "\n"}))
    return commits


def timed(folder: Path, *command: str) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - started, done.stdout.decode(errors="replace")


def main() -> None:
    revisions = int(sys.argv[1]) if len(sys.argv) > 1 else REVISIONS
    tracker = [sys.executable, "-m", "tracker"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_repository(folder / "repo", made_up(revisions))
        path = f"statement {(revisions - 1) // 500}.txt"
        timed(folder, *tracker, "init")
        command = [*tracker, "import-git", "repo", "--path", path, "--as", "XAA/CCPCJ/31"]
        log, _ = timed(folder, "git", "-C", "repo", "log", "-p", "--follow", "main", "--", path)
        first, said = timed(folder, *command)
        again, said_again = timed(folder, *command)
    print(f"git log -p --follow   {log:6.2f} s")
    print(f"import-git            {first:6.2f} s  {said.splitlines()[0]}")
    each = first / revisions * 1000
    print(f"                      {each:6.2f} ms a revision, {first / log:.0f} times git log")
    print(f"import-git again      {again:6.2f} s  {said_again.splitlines()[0]}")


if __name__ == "__main__":
    main()
