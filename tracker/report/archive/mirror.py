"""What ``mirror``, ``rebuild``, ``backup`` and exports print: a line for people, JSON for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from tracker.report.comparison.words import DIGEST, counted
from tracker.report.json_text import encode_json
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from tracker.model.preserving import Backup, Exported, Mirrored, Pushed, Rebuilt, TakenOver

_MEGABYTE = 1_000_000
_RECEIVED = "watch.received.toml"
ACCEPT = "tracker sources accept"


def update_line(updated: Mirrored) -> str:
    """Return what bringing the mirror up to date came to."""
    did = counted(updated.commits, "commit") if updated.commits else "nothing to commit"
    cut = "; public begun anew, since it held what is closed now: push with --force" if updated.is_cut else ""
    return one_line(
        f"{updated.path}: {did}, at {(updated.tip or 'no commit')[:DIGEST]}{_closed(updated.closed)}{cut}"
    )


def update_json(updated: Mirrored) -> str:
    """Return it as JSON."""
    return encode_json(asdict(updated))


def push_line(pushed: Pushed) -> str:
    """Return what was pushed where."""
    what = "everything" if pushed.private else "open material"
    closed = "" if pushed.private else _closed(pushed.closed)
    return one_line(f"{pushed.remote} holds {what} up to {pushed.tip[:DIGEST]}{closed}")


def rebuilt_line(rebuilt: Rebuilt) -> str:
    """Return what a rebuilt record holds."""
    rows = rebuilt.rows
    held = ", ".join(
        counted(rows.get(table, 0), table.removesuffix("s"))
        for table in ("statements", "snapshots", "documents", "runs")
    )
    rest = f"; {counted(rebuilt.closed, 'row')} closed to the public left out" if rebuilt.closed else ""
    line = f"rebuilt from {rebuilt.commit[:DIGEST]}: {held}{rest}"
    if rebuilt.watch_list == _RECEIVED:
        line += f"\n{_RECEIVED} is not obeyed before it is accepted; to see what it reaches: {ACCEPT}"
    return line


def rebuilt_json(rebuilt: Rebuilt) -> str:
    """Return it as JSON, with the rows of every table."""
    return encode_json(asdict(rebuilt))


def taken_over_text(taken: TakenOver) -> str:
    """Return what was taken over, and what became of each run of the record."""
    if taken.run is None:
        return one_line(f"{taken.source} has no run that the record does not; nothing was changed")
    said = f"{taken.source}: {counted(taken.mirror, 'run')} taken over"
    if taken.record:
        said += f", and {counted(taken.record, 'run')} of the record put behind"
    kept = f"; the record as it was is {taken.aside}" if taken.aside else ""
    steps = (f"  {one_line(f'{step.what}: {step.how}')}" for step in taken.steps)
    return "\n".join([one_line(f"{said}; it is run {taken.run}{kept}"), *steps])


def taken_over_json(taken: TakenOver) -> str:
    """Return it as JSON."""
    return encode_json(asdict(taken))


def backup_line(made: Backup) -> str:
    """Return what a copy holds, and its digest."""
    held = f"{counted(made.rows['snapshots'], 'snapshot')}, {made.size / _MEGABYTE:,.1f} MB"
    return one_line(f"{made.path}: {held}, checked; sha256 {made.sha256}")


def backup_json(made: Backup) -> str:
    """Return it as JSON, with the rows of every table."""
    return encode_json(asdict(made))


def exported_line(made: Exported) -> str:
    """Return what a file or folder holds that was made to be handed on."""
    held = ", ".join(counted(number, name) for name, number in made.contents.items() if number)
    sha256 = f"; sha256 {made.sha256}" if made.sha256 else ""
    closed = f"; {counted(made.closed, 'closed snapshot')} left out" if made.closed else ""
    return one_line(f"{made.path}: {held}, {counted(made.size, 'byte')}{sha256}{closed}")


def exported_json(made: Exported) -> str:
    """Return it as JSON."""
    return encode_json(asdict(made))


def _closed(number: int) -> str:
    return f"; {counted(number, 'closed snapshot')} only by digest in public" if number else ""
