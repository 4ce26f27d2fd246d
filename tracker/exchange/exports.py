"""What all exports share: which snapshots they are made of, and a new place for all of it or nothing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tracker.errors import ArchiveUnusable, NotInArchive
from tracker.files import BY_UMASK
from tracker.follow.series import parse_anybody
from tracker.preservation.copies import note_copy
from tracker.record.lock import read_clock
from tracker.record.modes import private_permissions
from tracker.record.reading.reader import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.files import Permissions
    from tracker.model.preserving import Holding
    from tracker.model.texts import Reference
    from tracker.record.reading.holdings import Holdings


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts are to leave."""

    references: Sequence[str]
    """Those behind these; without any, all."""
    every: bool = False
    """All editions of a statement, and not the preferred one alone."""
    private: bool = False
    """What is closed as well, into files that the archive's owner or group alone can read."""


Chosen = tuple[tuple["Holding", ...], int]
"""Snapshots, none twice, and how many others may not leave."""


def choose_holdings(archive: Path, holdings: Holdings, wanted: Sequence[str]) -> Chosen:
    """Return the snapshots behind references, or all.

    Raises ``NotInArchive`` for a reference with nothing behind it that may leave.
    """
    return _gather(_find(archive, holdings, wanted))


def choose_current(archive: Path, holdings: Holdings, wanted: Wanted) -> Chosen:
    """Return one text of each statement behind references, or of all: the latest snapshot of one edition.

    That is the preferred one of those that may leave, unless a reference names a kind or a language, or all
    editions are wanted. Raises as ``choose_holdings`` does.
    """
    return _gather(
        (reference, _narrow(found, one_each=not (wanted.every or _names_edition(reference))), closed)
        for reference, found, closed in _find(archive, holdings, wanted.references)
    )


def _gather(found: Iterable[tuple[Reference | None, Iterable[Holding], int]]) -> Chosen:
    chosen: dict[int, Holding] = {}
    closed = 0
    for _, some, held_back in found:
        chosen.update((each.id, each) for each in some)
        closed += held_back
    return tuple(chosen.values()), closed


def _find(
    archive: Path, holdings: Holdings, wanted: Sequence[str]
) -> Iterator[tuple[Reference | None, tuple[Holding, ...], int]]:
    """Yield each reference, or None for everything, with its snapshots and how many may not leave."""
    references: list[Reference | None] = [parse_anybody(text) for text in wanted]
    for reference in references or [None]:
        found, closed = holdings.list(reference)
        if not found:
            raise _explain_nothing(archive, reference, closed)
        yield reference, found, closed


def _names_edition(reference: Reference | None) -> bool:
    return reference is not None and bool(reference.kind or reference.language)


def _narrow(found: Iterable[Holding], *, one_each: bool) -> Iterable[Holding]:
    """Return the latest snapshot of each edition, or of the first of each statement; they come in order."""
    editions: dict[Reference, Holding] = {}
    for each in found:
        editions[each.declaration.reference.edition] = each
    if not one_each:
        return editions.values()
    statements: dict[Reference, Holding] = {}
    for edition, each in editions.items():
        statements.setdefault(replace(edition, kind=None, language=None), each)
    return statements.values()


def _explain_nothing(archive: Path, reference: Reference | None, closed: int) -> NotInArchive:
    if closed:
        what = reference or "everything"
        return NotInArchive(f"{what} is closed to the public; include it with --private")
    if reference is None:
        return NotInArchive("the archive holds nothing that may be exported")
    with open_reader(archive) as reader:
        return reader.missing(reference)


@contextmanager
def new_target(
    target: Path, archive: Path, *, private: bool, what: Literal["file", "folder"] = "file"
) -> Iterator[Permissions]:
    """Yield the permissions of what the block makes at a new place; then note the copy in the archive.

    What is ``private`` can be read by the archive's owner or group alone. Raises ``ArchiveUnusable`` where
    something is at that place, or the block cannot write it.
    """
    if os.path.lexists(target):
        raise ArchiveUnusable(f"{target} exists already; choose another {what}")
    try:
        yield private_permissions(archive) if private else BY_UMASK
    except OSError as error:
        raise ArchiveUnusable(f"{target} cannot be written: {error.strerror}") from error
    note_copy(archive, "export", str(target.absolute()), read_clock())
