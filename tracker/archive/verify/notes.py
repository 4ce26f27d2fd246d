"""What verifying has looked at and found so far, and what would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from tracker.model.verifying import Check, Checked, Finding

if TYPE_CHECKING:
    from tracker.model.verifying import Standing


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a document cannot be read again as it was before."""

    why: str
    is_own: bool = False
    """Whether that is so of this document alone, and not of all that one extractor has read."""


Reread = Callable[[bytes, str, str], str | Unread]
"""Reads a document as an extractor of this name did, and as this media type."""

JudgeToken = Callable[[bytes, bytes], tuple[Literal["ok", "fault", "unverifiable"], str]]
"""Tells whether a time-stamp confirms bytes, and why not."""

Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""


@dataclass(frozen=True, slots=True)
class Means:
    """The parts that verifying is given, and the instant at which it is done."""

    reread: Reread
    judge_token: JudgeToken
    instant: str
    progress: Progress


REPAIR = "tracker verify --repair"
UPDATE = "tracker mirror update"
RESTORE = "restore it from another copy of the archive: a backup, a mirror that was pushed"
BEGIN_ANEW = f"fetch it from a mirror that was pushed, or begin anew: move mirror.git away, then {UPDATE}"

CureKind = Literal["record", "structure", "rows", "index", "objects", "branch", "mirror", "break"]

OF_MIRROR: tuple[CureKind, ...] = ("branch", "mirror", "break")
"""Those that write to the mirror what the record has, or take its history as it stands."""

ALL, UNLAWFUL = "all", "unlawful"

_Alike = tuple["Standing", Check, str, str]


@dataclass(frozen=True, slots=True)
class Cure:
    """What would mend a fault: a file of the mirror whose rows are put back, a part of it made anew ..."""

    kind: CureKind
    name: str = ""
    """Of the file in the mirror whose rows are put back, or of the branch."""
    value: str = ""
    """Which rows: all, or those that no command changes; the commit on which the branch should stand."""


def fault(check: Check, what: str, where: str, meaning: str, remedy: str) -> Finding:
    """Return a fault: what is damaged, where it stands, what that means, and what to do."""
    return Finding("fault", check, what, where, meaning, remedy)


class Notes:
    """Counts what was looked at and collects what was found: each fault, and alike other findings as one."""

    def __init__(self) -> None:
        self.cures: dict[Cure, None] = {}
        self.apart = False
        """Whether the mirror has runs that the record does not: then the mirror is not to be written to."""
        self._looked: Counter[Check] = Counter()
        self._found: dict[Check, Counter[Standing]] = {check: Counter() for check in get_args(Check)}
        self._faults: list[Finding] = []
        self._alike: dict[_Alike, Finding] = {}

    def look(self, check: Check, number: int = 1) -> None:
        """Count what is looked at."""
        self._looked[check] += number

    def find(self, finding: Finding, *cures: Cure) -> None:
        """Note a finding, and what would mend it."""
        self._found[finding.check][finding.standing] += finding.number
        self.cures.update(dict.fromkeys(cures))
        if finding.standing == "fault":
            self._faults.append(finding)
            return
        alike = (finding.standing, finding.check, finding.meaning, finding.remedy)
        known = self._alike.get(alike)
        self._alike[alike] = replace(known, number=known.number + finding.number) if known else finding

    def checks(self) -> tuple[Checked, ...]:
        """Return what was looked at, in the order of checking."""
        return tuple(
            Checked(check, self._looked[check], dict(found))
            for check, found in self._found.items()
            if self._looked[check] or found
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, faults first, each kind in the order of checking."""
        order = get_args(Check).index
        faults = sorted(self._faults, key=lambda finding: order(finding.check))
        return (*faults, *sorted(self._alike.values(), key=lambda finding: order(finding.check)))
