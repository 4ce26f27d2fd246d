"""``tracker schedule``: what makes a machine run ``tracker snapshot`` every night, ready for use."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Scheduler = Literal["cron", "systemd", "github"]

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_PLAIN = re.compile(r"[\w@+=:,./-]+")

_CRON = """\
# Every night at {hour:02d}:{minute:02d}; add with "crontab -e". Only what failed is printed, and mailed.
{minute} {hour} * * * {command}
"""

_SYSTEMD = """\
# /etc/systemd/system/tracker-snapshot.service
[Unit]
Description=Take snapshots of national statements
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={command}
# Another run holds the archive: nothing to be alarmed about.
SuccessExitStatus=75
Nice=10

# /etc/systemd/system/tracker-snapshot.timer
# Then: systemctl enable --now tracker-snapshot.timer
[Unit]
Description=Take snapshots of national statements every night

[Timer]
OnCalendar=*-*-* {hour:02d}:{minute:02d}:00
# A night that the machine slept through is made up for.
Persistent=true

[Install]
WantedBy=timers.target
"""

_GITHUB = """\
# .github/workflows/snapshot.yml
name: snapshot
on:
  schedule:
    - cron: "{minute} {hour} * * *" # UTC
  workflow_dispatch:
permissions:
  contents: write
concurrency:
  group: snapshot
  cancel-in-progress: false
jobs:
  snapshot:
    runs-on: ubuntu-latest
    timeout-minutes: 350
    env:
      ARCHIVE: {archive}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      # From this repository; name another place where tracker is not part of it.
      - run: python -m pip install .
      - run: tracker --archive "$ARCHIVE" snapshot --quiet
      # What was captured is kept also on nights on which a source failed.
      - if: always()
        run: |
          git config user.name snapshot
          git config user.email snapshot@users.noreply.github.com
          git add --force -- "$ARCHIVE/tracker.db"
          git diff --cached --quiet || git commit -m "Take snapshots"
          git push
"""


@dataclass(frozen=True, slots=True)
class Nightly:
    """What is to run at which hour and minute: the words of the program, and the archive."""

    program: tuple[str, ...]
    archive: Path
    hour: int
    minute: int


def read_time(text: str) -> tuple[int, int]:
    """Return the hour and minute of ``02:30``. Raises ``TrackerError`` for what is no time of day."""
    match = _TIME.fullmatch(text)
    if not match:
        raise TrackerError(f"--at {text!r} is not a time of day; write 02:30")
    return int(match[1]), int(match[2])


def write_schedule(scheduler: Scheduler, nightly: Nightly, working: Path) -> str:
    """Return a crontab line, a systemd service and timer, or a GitHub workflow.

    Paths are absolute, save on GitHub: there the archive has to lie in the repository, the ``working``
    folder. Raises ``TrackerError`` where it does not, or where a path cannot be written down.
    """
    words = (*nightly.program, "--archive", str(nightly.archive.absolute()), "snapshot", "--quiet")
    if any(not word.isprintable() for word in words):
        raise TrackerError(
            f"{str(nightly.archive)!r} contains characters that a schedule cannot; move the archive"
        )
    time = {"hour": nightly.hour, "minute": nightly.minute}
    if scheduler == "cron":
        return _CRON.format(command=shlex.join(words).replace("%", r"\%"), **time)
    if scheduler == "systemd":
        return _SYSTEMD.format(command=_join_for_systemd(words), **time)
    return _GITHUB.format(archive=_in_repository(nightly.archive, working), **time)


def _join_for_systemd(words: Sequence[str]) -> str:
    return " ".join(word if _PLAIN.fullmatch(word) else _quote_for_systemd(word) for word in words)


def _quote_for_systemd(word: str) -> str:
    """Quote a word of ``ExecStart`` (systemd.service(5), "Command lines")."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _in_repository(archive: Path, working: Path) -> str:
    try:
        relative = archive.absolute().resolve().relative_to(working.resolve()).as_posix()
    except ValueError:
        raise TrackerError(
            f"{archive} is not inside this folder; for GitHub, run this in the repository that holds it"
        ) from None
    # A string of JSON is one of YAML.
    return json.dumps(relative)
