"""What verifying an archive looks at, what it comes upon, and what repairing it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

FindingStanding = Literal["fault", "unverifiable", "pending", "withdrawn"]
"""*Pending* was recorded after the mirror was last written; *withdrawn* was taken away by order.

What is found to be in none of these is as it was recorded, and is only counted.
"""

CheckName = Literal[
    "file",
    "rows",
    "documents",
    "texts",
    "segments",
    "ledger",
    "search index",
    "derived",
    "mirror",
    "objects",
    "history",
    "encoder",
]
"""In the order in which they are made: of the record first, then of the two copies, then of the mirror.

The last is of this machine: the model as it is kept in the user's cache folder, which gives sentence vectors.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not simply as it was recorded."""

    standing: FindingStanding
    check: CheckName
    what: str
    where: str
    meaning: str
    remedy: str = ""
    number: int = 1
    """How many there are, where alike ones that are no faults were counted together."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How many things of a kind were looked at, and how many of them were found to be what."""

    check: CheckName
    number: int
    found: Mapping[FindingStanding, int]


@dataclass(frozen=True, slots=True)
class Verified:
    """The state of an archive's copies at an instant."""

    record: str
    mirror: str | None
    """None where there is none: the record is the only copy."""
    tip: str | None
    """The mirror's commit that the record was compared with."""
    instant: str
    checks: tuple[Checked, ...]
    findings: tuple[Finding, ...]
    sandbox: str
    """How far documents are read in a sandbox here: ``full``, or what is missing."""

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What is damaged, was changed by another program, or is missing."""
        return tuple(finding for finding in self.findings if finding.standing == "fault")

    @property
    def pending(self) -> tuple[Finding, ...]:
        """What the mirror does not have yet."""
        return tuple(finding for finding in self.findings if finding.standing == "pending")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that repairing did, or could not do."""

    did: bool
    what: str
    how: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """What repairing an archive came to."""

    before: Verified
    after: Verified
    steps: tuple[Step, ...]
    aside: str | None
    """The folder that holds the record, and what else was replaced, as it was before."""
    run: int | None
