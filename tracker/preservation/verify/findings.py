"""What a verification has checked and found so far, and which fixes would repair it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from tracker.model.verifying import Checked, CheckName, Finding

if TYPE_CHECKING:
    from tracker.model.verifying import FindingStanding


@dataclass(frozen=True, slots=True)
class NotReadable:
    """Why a document cannot be read again as it was before."""

    why: str
    is_own: bool = False
    """Whether this is true of this document alone, not of all that one extractor has read."""


ReadAgain = Callable[[bytes, str, str], str | NotReadable]
"""Reads a document with the extractor of this name, as this media type."""

Recompute = Callable[[str], tuple[int, tuple[str, ...]]]
"""Computes a sample of what is kept in ``derived.db`` again, drawn by a seed: how much, and what differs."""

Progress = Callable[[int, int], None]
"""Receives how many of how many units are done."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """The functions that a verification calls, and the instant at which it is made."""

    reread: ReadAgain
    recompute: Recompute
    instant: str
    progress: Progress
    sandbox: str
    """How far ``reread`` reads in a sandbox, in words."""
    is_alone: bool = False
    """Whether the record is all that is looked at: a backup, beside which no mirror is meant to be."""


REPAIR = "tracker verify --repair"
UPDATE = "tracker mirror update"
RESTORE = "restore it from another copy of the archive: a backup, a mirror that was pushed"
START_OVER = (
    "fetch it from a mirror that was pushed, or start again: move mirror.git away, then"
    f" {UPDATE} --new-history"
)

FixKind = Literal["record", "structure", "rows", "index", "log", "objects", "branch", "mirror", "break"]

MIRROR_FIXES: tuple[FixKind, ...] = ("branch", "mirror", "break")
"""Fixes that write the record's rows to the mirror, or accept its history as it is."""

ALL, UNEXPECTED, SURPLUS = "all", "unexpected", "surplus"


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to repair a fault, such as restoring the rows of a file of the mirror."""

    kind: FixKind
    name: str = ""
    """The file whose rows are restored, the row that is deleted, the branch that is moved, or the object of
    git whose row is written again."""
    value: str = ""
    """Which rows: all, those that no command changes, one that came besides; or the commit of a branch."""


class Findings:
    """Counts what was checked and collects what was found; findings that are no faults are grouped."""

    def __init__(self) -> None:
        self.fixes: dict[Fix, None] = {}
        self.has_diverged = False
        """Whether the mirror has runs that the record does not: then nothing may be written to it."""
        self._checked: Counter[CheckName] = Counter()
        self._found: dict[CheckName, Counter[FindingStanding]] = {
            check: Counter() for check in get_args(CheckName)
        }
        self._faults: list[Finding] = []
        self._groups: dict[tuple[FindingStanding, CheckName, str, str], Finding] = {}

    def count(self, check: CheckName, number: int = 1) -> None:
        """Count what is checked."""
        self._checked[check] += number

    def add(self, finding: Finding, *fixes: Fix) -> None:
        """Add a finding, and what would repair it."""
        self._found[finding.check][finding.standing] += finding.number
        self.fixes.update(dict.fromkeys(fixes))
        if finding.standing == "fault":
            self._faults.append(finding)
            return
        group = (finding.standing, finding.check, finding.meaning, finding.remedy)
        known = self._groups.get(group)
        self._groups[group] = replace(known, number=known.number + finding.number) if known else finding

    def fault(self, check: CheckName, what: str, where: str, meaning: str, remedy: str, *fixes: Fix) -> None:
        """Add a fault: what is damaged, where it is, what that means, and what to do."""
        self.add(Finding("fault", check, what, where, meaning, remedy), *fixes)

    def pending(self, check: CheckName, what: str, where: str, meaning: str, remedy: str = UPDATE) -> None:
        """Add something that the mirror does not have yet."""
        self.add(Finding("pending", check, what, where, meaning, remedy))

    def unverifiable(self, check: CheckName, what: str, where: str, meaning: str, remedy: str = "") -> None:
        """Add something of which nothing shows whether it is as it was."""
        self.add(Finding("unverifiable", check, what, where, meaning, remedy))

    def summarize(self) -> tuple[Checked, ...]:
        """Return how much was checked, in the order of checking."""
        return tuple(
            Checked(check, self._checked[check], dict(found))
            for check, found in self._found.items()
            if self._checked[check] or found
        )

    def results(self) -> tuple[Finding, ...]:
        """Return all findings, faults first, each part in the order of checking."""
        order = get_args(CheckName)
        found = (self._faults, self._groups.values())
        return tuple(each for part in found for each in sorted(part, key=lambda one: order.index(one.check)))
