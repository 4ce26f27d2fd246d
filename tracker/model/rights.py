"""What was withdrawn: decided by whom and why, and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tracker.model.texts import Reference

Act = Literal["withdraw", "destroy", "lift"]
"""*Withdraw* closes material and keeps it, *destroy* leaves its digests, *lift* takes a withdrawal back."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What somebody decides about the rights in material; ``decided`` is an instant in UTC."""

    reason: str
    authority: str
    """On whose word: an office, a court, a letter."""
    decided: str
    person: str | None = None
    """Who entered it."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One act as the record keeps it."""

    id: int
    act: Act
    reference: str
    """As it was named: a statement, an edition or a snapshot."""
    ruled: Ruled
    completed: str | None
    """When nothing of what was destroyed was left in the archive's own files; None where it was cut short."""

    def __str__(self) -> str:
        did = {"withdraw": "withdrawn", "destroy": "destroyed", "lift": "opened again"}[self.act]
        return (
            f"{did} on {self.ruled.decided[:10]} by authority of {self.ruled.authority}: {self.ruled.reason}"
        )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """That the same bytes, or the same text, were withdrawn as another statement: the reason is its own."""

    reference: str
    is_destroyed: bool

    def __str__(self) -> str:
        return f"the same text was {'destroyed' if self.is_destroyed else 'withdrawn'} as {self.reference}"


@dataclass(frozen=True, slots=True)
class WithdrawnEntry:
    """An edition of which nothing may be read, as ``tracker list`` shows it."""

    reference: Reference
    snapshots: int
    """Those that there are still to be hidden; a public copy has none."""
    observed: str | None
    """When its latest snapshot was taken; None in a public copy."""
    withdrawal: Withdrawal


@dataclass(frozen=True, slots=True)
class WithdrawnSnapshot:
    """What is left to be told of a snapshot that was withdrawn."""

    reference: Reference
    observed: str
    sha256: str
    size: int
    media_type: str
    withdrawal: Withdrawal


@dataclass(frozen=True, slots=True)
class Scope:
    """What an act is about, and what it leaves."""

    reference: str
    snapshots: tuple[Reference, ...]
    documents: int
    """How many, those never accepted among them."""
    size: int
    """Of the documents together, in bytes."""
    joined: tuple[Reference, ...] = ()
    """Those among the snapshots that are of another statement: withdrawn before, and of the same bytes."""
    destroyed: int = 0
    """Snapshots among them of which only the digests are left."""
    parts: tuple[Reference, ...] = ()
    """Other statements that are parts of the same documents: their texts stay, and the bytes are closed."""
    sharing: tuple[Reference, ...] = ()
    """Snapshots of other statements that hold the same bytes and are open."""
    alike: tuple[Reference, ...] = ()
    """Open snapshots that hold the same text in other bytes."""
    received: tuple[Reference, ...] = ()
    """Other statements for which the same bytes came, and wait or were rejected."""
    files: tuple[str, ...] = ()
    """Files on a disk that these snapshots were read from."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The result of writing the history of the mirror again."""

    commits: int
    """In the new history, of all branches together."""
    files: int
    """Files that were left out or emptied, each version counted."""


CopyKind = Literal["backup", "push", "export", "remote", "file"]


@dataclass(frozen=True, slots=True)
class MadeCopy:
    """A copy of the archive's material that lies elsewhere, or that the program knows nothing of."""

    kind: CopyKind
    place: str
    made: str | None
    """When; None where that is not known."""


@dataclass(frozen=True, slots=True)
class RightsChange:
    """The result of ``tracker withdraw``."""

    withdrawal: Withdrawal
    scope: Scope
    is_new: bool
    """Whether anything was decided that was not before."""
    has_mirror: bool
    rewritten: Rewritten | None
    """Of the mirror's history; None where that holds nothing of what was destroyed."""
    completed: tuple[str, ...] = ()
    """What was to be destroyed before, was cut short, and is destroyed now."""
    removed: tuple[str, ...] = ()
    """Copies in the archive's folder that had to go as a whole, each with the reason."""
    copies: tuple[MadeCopy, ...] = ()
    """Copies out of reach that may hold it: those that commands here made, and remotes of the mirror."""
