"""What ``mirror``, ``rebuild``, ``backup`` and exports print: a line for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.layout import DIGEST, counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from tracker.model.preserving import Backup, Exported, Mirrored, Pushed, Rebuilt, TakenOver, Upgrade

_MEGABYTE = 1_000_000
_RECEIVED = "watch.received.toml"
ACCEPT = "tracker sources accept"


def update_line(updated: Mirrored) -> str:
    """Return the result of an update of the mirror on one line."""
    did = counted(updated.commits, "commit") if updated.commits else "nothing to commit"
    cut = (
        "; public branch restarted, since it held closed material: push with --force"
        if updated.is_cut
        else ""
    )
    return one_line(
        f"{updated.path}: {did}, at {(updated.tip or 'no commit')[:DIGEST]}{_closed(updated.closed)}{cut}"
    )


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
        line += f"\n{_RECEIVED} is not used until it is accepted; to see what it reaches: {ACCEPT}"
    return line


def taken_over_text(taken: TakenOver) -> str:
    """Return what was taken over, and what became of each run of the record."""
    if taken.run is None:
        return one_line(f"{taken.source} has no run that the record lacks; nothing was changed")
    said = f"{taken.source}: {counted(taken.mirror, 'run')} taken over"
    if taken.record:
        said += f", and {counted(taken.record, 'run')} of the record added after them"
    kept = f"; the record as it was is {taken.aside}" if taken.aside else ""
    steps = (f"  {one_line(f'{step.what}: {step.how}')}" for step in taken.steps)
    return "\n".join([one_line(f"{said}; it is run {taken.run}{kept}"), *steps])


def backup_line(made: Backup) -> str:
    """Return what a copy holds, and its digest."""
    held = f"{counted(made.rows['snapshots'], 'snapshot')}, {made.size / _MEGABYTE:,.1f} MB"
    return one_line(f"{made.path}: {held}, checked; sha256 {made.sha256}")


def upgrade_line(found: Upgrade | None, *, is_done: bool) -> str:
    """Return the size of a record before and after its upgrade; as a plan also the room that it takes."""
    if found is None:
        return "the record has the newest layout already; nothing to do"
    before, after, needed, free = (
        f"{number / _MEGABYTE:,.1f} MB" for number in (found.before, found.after, found.needed, found.free)
    )
    if is_done:
        return one_line(f"{found.path}: {before} before, {after} now")
    return one_line(
        f"{found.path}: {before} now, about {after} after; needs {needed} beside it, {free} are free"
    )


def exported_line(made: Exported) -> str:
    """Return what a file or folder holds that was made to be handed on."""
    held = ", ".join(counted(number, name) for name, number in made.contents.items() if number)
    sha256 = f"; sha256 {made.sha256}" if made.sha256 else ""
    closed = f"; {counted(made.closed, 'closed snapshot')} left out" if made.closed else ""
    return one_line(f"{made.path}: {held}, {counted(made.size, 'byte')}{sha256}{closed}")


def _closed(number: int) -> str:
    return f"; {counted(number, 'closed snapshot')} only by digest in public" if number else ""
