"""What is printed of copies of the archive: mirror, rebuild, backup and exports, and of ``verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.document import Span
from tracker.report.layout import DIGEST, counted, draw, lay_table, line, wrap
from tracker.report.records import encode_json, plain_fields
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.preserving import Backup, Exported, Mirrored, Pushed, Rebuilt
    from tracker.model.verifying import Checked, Finding, FindingStanding, Repaired, Step, Verified
    from tracker.report.document import Style
    from tracker.report.layout import Line

_MEGABYTE = 1_000_000
_RECEIVED = "watch.received.toml"
ACCEPT = "tracker sources accept"

_MOST_FAULTS = 50
"""So many faults are shown; all of them are in the JSON."""

_STYLES: dict[FindingStanding, Style] = {
    "fault": "warning", "unverifiable": "bold", "pending": "bold", "withdrawn": "bold"
}  # fmt: skip


def update_line(updated: Mirrored) -> str:
    """Return the result of an update of the mirror on one line."""
    did = counted(updated.commits, "commit") if updated.commits else "nothing to commit"
    cut = (
        "; public branch restarted, since it held closed material: push with --force"
        if updated.is_cut
        else ""
    )
    gone = "it was gone, and is written again under the same names; " if updated.is_restored else ""
    at = (updated.tip or "no commit")[:DIGEST]
    return one_line(f"{updated.path}: {gone}{did}, at {at}{_closed(updated.closed)}{cut}")


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


def backup_line(made: Backup) -> str:
    """Return what a copy holds, and its digest."""
    held = f"{counted(made.rows['snapshots'], 'snapshot')}, {made.size / _MEGABYTE:,.1f} MB"
    return one_line(f"{made.path}: {held}, checked; sha256 {made.sha256}")


def exported_line(made: Exported) -> str:
    """Return what a file or folder holds that was made to be handed on."""
    held = ", ".join(counted(number, name) for name, number in made.contents.items() if number)
    sha256 = f"; sha256 {made.sha256}" if made.sha256 else ""
    closed = f"; {counted(made.closed, 'closed snapshot')} left out" if made.closed else ""
    return one_line(f"{made.path}: {held}, {counted(made.size, 'byte')}{sha256}{closed}")


def _closed(number: int) -> str:
    return f"; {counted(number, 'closed snapshot')} only by digest in public" if number else ""


def render_verified(verified: Verified, *, width: int = 80, color: bool = False) -> str:
    """Return the verdict, a table of what was looked at, and the findings, faults first."""
    return draw(_show(verified, width), color=color)


def render_repaired(repaired: Repaired, *, width: int = 80, color: bool = False) -> str:
    """Return what was found, what was done about it, and what is left."""
    rows = list(_show(repaired.before, width))
    if repaired.aside is None:
        return draw([*rows, line(), line("nothing to repair")], color=color)
    did = sum(step.did for step in repaired.steps)
    rows += [line(), line(f"{counted(did, 'repair')}, {len(repaired.steps) - did} not possible", "bold")]
    for step in repaired.steps:
        rows.extend(_show_step(step, width))
    run = f"; it is run {repaired.run}" if repaired.run else ""
    rows.extend(wrap(f"the previous state is kept in {one_line(repaired.aside)}{run}", width))
    rows += [line(), line("AFTER THE REPAIR", "bold"), *_show(repaired.after, width)]
    return draw(rows, color=color)


def verified_json(verified: Verified) -> str:
    """Return the state of the archive as one JSON object."""
    return encode_json(_as_data(verified))


def repaired_json(repaired: Repaired) -> str:
    """Return the result of a repair as one JSON object."""
    return encode_json(
        {
            "before": _as_data(repaired.before),
            "after": _as_data(repaired.after),
            "steps": repaired.steps,
            "aside": repaired.aside,
            "run": repaired.run,
        }
    )


def _as_data(verified: Verified) -> dict[str, object]:
    return {"verdict": _verdict(verified), **plain_fields(verified)}


def _verdict(verified: Verified) -> str:
    if verified.faults:
        return counted(len(verified.faults), "fault")
    return "no fault found" if verified.mirror and verified.tip else "no fault found, and only one copy"


def _show(verified: Verified, width: int) -> Iterator[Line]:
    copies = one_line(verified.record)
    if verified.mirror and verified.tip:
        copies += f" and {one_line(verified.mirror)} at {verified.tip[:DIGEST]}"
    verdict = _verdict(verified)
    yield from wrap([Span(verdict, "bold"), Span(f": {copies}, {verified.instant}")], width)
    yield line()
    rows = [_row(checked) for checked in verified.checks]
    yield from lay_table(("checked", "number", "found"), rows, width, right=(1,))
    yield line()
    yield from wrap([Span(f"sandbox: {one_line(verified.sandbox)}")], width)
    for finding in verified.faults[:_MOST_FAULTS]:
        yield from _show_finding(finding, width)
    if len(verified.faults) > _MOST_FAULTS:
        yield line()
        yield line(f"{len(verified.faults) - _MOST_FAULTS:,} more faults: --json")
    for finding in verified.findings:
        if finding.standing != "fault":
            yield from _show_finding(finding, width)


def _row(checked: Checked) -> tuple[str, ...]:
    parts = [
        counted(number, standing) if standing == "fault" else f"{number:,} {standing}"
        for standing, number in checked.found.items()
        if number
    ]
    return checked.check, f"{checked.number:,}", ", ".join(parts) or "ok"


def _show_finding(finding: Finding, width: int) -> Iterator[Line]:
    more = f" and {finding.number - 1:,} more" if finding.number > 1 else ""
    standing = Span(finding.standing, _STYLES[finding.standing])
    yield line()
    yield from wrap([standing, Span(f"  {one_line(finding.what)}{more}")], width, "", "  ")
    for label, text in (("where", finding.where), ("means", finding.meaning), ("do", finding.remedy)):
        if text:
            yield from wrap([Span(label, "dim"), Span(f"  {one_line(text)}")], width, "  ", "    ")


def _show_step(step: Step, width: int) -> Iterator[Line]:
    label: Span = Span("repaired", "bold") if step.did else Span("not repaired", "warning")
    yield from wrap([label, Span(f"  {one_line(step.what)}: {one_line(step.how)}")], width, "  ", "    ")
