"""``tracker schedule``: the configuration with which a machine runs ``tracker snapshot`` every night."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tracker.capture.watch_list import WATCH_FILE, read_watch_list
from tracker.errors import TrackerError
from tracker.inputs.compiled import read_packaged
from tracker.record.access.closed import read_closed_sources
from tracker.record.reading.ledger import open_ledger
from tracker.record.schema.connection import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

Scheduler = Literal["cron", "systemd", "github"]

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
SAFE_HOUR = 4
"""The hours before are those that clocks skip when they go forward: systemd leaves such a night out."""

_USER = "tracker"
"""The user of the system that takes snapshots under systemd, and owns the archive."""

_HOMES = frozenset({"/home", "/root", "/run"})
"""Folders that ``ProtectHome`` closes, by the first part of a path; of ``/run`` those of users."""

_PLAIN = re.compile(r"[\w@+=:,./-]+")


@dataclass(frozen=True, slots=True)
class Nightly:
    """What is run at which hour and minute: the words of the program, and the archive."""

    program: tuple[str, ...]
    archive: Path
    hour: int
    minute: int


def read_time(text: str) -> tuple[int, int]:
    """Return the hour and minute of ``04:30``. Raises ``TrackerError`` for a text that is no time of day."""
    match = _TIME.fullmatch(text)
    if not match:
        raise TrackerError(f"--at {text!r} is not a time of day; write 04:30")
    return int(match[1]), int(match[2])


def name_closed(archive: Path) -> list[str]:
    """Return the sources that are not open, for which a push of open material alone is refused."""
    if not (archive / WATCH_FILE).exists():
        return []
    watched = read_watch_list(archive / WATCH_FILE)
    if not (archive / FILE_NAME).exists():
        return sorted(read_closed_sources(watched.text, ""))
    with open_ledger(archive) as ledger:
        return sorted(read_closed_sources(watched.text, ledger.confirmed_day()))


def write_schedule(scheduler: Scheduler, nightly: Nightly, working: Path) -> str:
    """Return a crontab line, a systemd service and timer, or a GitHub workflow.

    Paths are absolute, except on GitHub: there the archive must be in the repository, the ``working``
    folder. Raises ``TrackerError`` where it does not, or where a path cannot be written down.
    """
    program = (*nightly.program, "--archive", str(nightly.archive.absolute()))
    words = (*program, "snapshot", "--quiet")
    if any(not word.isprintable() for word in words):
        raise TrackerError(
            f"{str(nightly.archive)!r} contains characters that a schedule cannot; move the archive"
        )
    time = {"hour": nightly.hour, "minute": nightly.minute}
    templates: dict[str, str] = read_packaged(__package__, "schedules.toml")
    template, script = templates[scheduler], templates["push"].format().strip()
    if scheduler == "cron":
        return template.format(command=shlex.join(words).replace("%", r"\%"), **time)
    if scheduler == "systemd":
        return template.format(
            command=_join_for_systemd((*words, "--fail-on", "never")),
            push=_join_for_systemd((*program, "mirror", "push")),
            site=_join_for_systemd((*program, "site")),
            script=_quote_for_systemd(script),
            user=_USER,
            folder=shlex.quote(str(nightly.archive.absolute())),
            writable=_quote_for_systemd(str(nightly.archive.absolute())).replace("$$", "$"),
            home="read-only" if _HOMES.intersection(_top(word) for word in words) else "yes",
            **time,
        )
    indented = textwrap.indent(script, " " * 10)
    return template.format(archive=_in_repository(nightly.archive, working), script=indented, **time)


def _top(word: str) -> str:
    """Return the first part of an absolute path, links followed: ``/home``."""
    return "/".join(str(Path(word).resolve()).split("/")[:2]) if word.startswith("/") else ""


def _join_for_systemd(words: Sequence[str]) -> str:
    return " ".join(word if _PLAIN.fullmatch(word) else _quote_for_systemd(word) for word in words)


def _quote_for_systemd(word: str) -> str:
    """Quote a word of ``ExecStart`` (systemd.service(5), "Command lines")."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    escaped = escaped.replace("\n", "\\n")
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
