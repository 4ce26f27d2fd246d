"""What is brought in from git, mirrored, rebuilt and backed up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.citing import Reference


BroughtStatus = Literal["new", "changed", "known", "rewritten", "removed", "passed", "skipped"]


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one revision of a file that a git repository held, or of its removal.

    *Known* was recorded before from this very commit, *rewritten* from another that held the same bytes;
    *passed* has the bytes of the revision before it. Only *skipped* was meant to be read and could not be.
    """

    status: BroughtStatus
    commit: str
    path: str
    observed: str | None
    subject: str
    reference: Reference | None = None
    note: str = ""
    """Why, or what was taken for granted."""


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What came of reading a repository's history, oldest first, and what it no longer holds."""

    entries: tuple[Brought, ...]
    gone: tuple[str, ...]
    """Sources of snapshots that are in the record and no longer in the repository: it was rewritten."""
    remarks: tuple[str, ...]
    """What is to be known about the repository itself, a sentence each."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What bringing the mirror up to date came to."""

    path: str
    commits: int
    tip: str | None
    """The commit that holds everything; none where there is nothing yet."""
    closed: int
    """Snapshots of which the public branch has no more than the digest."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push of the mirror: what went where, and the commit that stands there now."""

    remote: str
    private: bool
    tip: str
    closed: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a record holds that was made out of a mirror."""

    commit: str
    rows: Mapping[str, int]
    """Rows by table."""
    closed: int
    """Rows of which the mirror, a public one, has no more than the digest; they are not in the record."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the record that was checked."""

    path: str
    size: int
    sha256: str
    rows: Mapping[str, int]
    """Rows by table."""
