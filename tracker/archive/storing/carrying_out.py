"""Carrying a destruction on through every copy that the archive itself keeps.

An act of destruction counts at once. It is complete when no page, log, commit or copy in the archive's folder
holds what it destroyed; one that was cut short is brought to its end by whatever next writes to the archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.archive.file.leftovers import remove_leftovers
from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.mirror.branches import MAIN
from tracker.archive.mirror.divergence import check_not_diverged
from tracker.archive.mirror.pending import forget_mirrored, read_mirrored
from tracker.archive.mirror.refs import find_branch
from tracker.archive.rights.copies import destroy_in_asides
from tracker.archive.rights.destruction import read_destroyed, remove_derived, sweep
from tracker.archive.rights.withdrawals import complete_all, read_unfinished
from tracker.archive.schema.connection import translate
from tracker.errors import ArchiveLocked, HistoriesApart, RepositoryUnusable, WatchListInvalid

if TYPE_CHECKING:
    from tracker.archive.storing.writing import Writing
    from tracker.model.rights import Rewritten


@dataclass(frozen=True, slots=True)
class Carried:
    """What carrying a destruction on came to."""

    rewritten: Rewritten | None
    """Of the mirror's history; None where that holds nothing of what was destroyed."""
    completed: tuple[str, ...] = ()
    """What the acts were about that had not come to their end."""
    removed: tuple[str, ...] = ()
    """Copies in the archive's folder that had to go as a whole, each with the reason."""
    documents: frozenset[str] = frozenset()
    """The digests of all that was ever destroyed."""


def check_reach(writing: Writing) -> None:
    """Raise ``HistoriesApart`` where the mirror has runs of its own, whose rows would be taken for ours."""
    folder = writing.path.parent
    if not (folder / MIRROR).exists():
        return
    from tracker.archive.git.repository import open_repository  # noqa: PLC0415 (as below)

    with translate(writing.path):
        mirrored = read_mirrored(writing.connection)
        try:
            with open_repository(folder / MIRROR) as repository:
                tip = find_branch(repository, MAIN)
                check_not_diverged(
                    writing.connection, repository, tip, mirrored.main if mirrored else None, folder
                )
        except HistoriesApart:
            raise
        except RepositoryUnusable:
            # Without git, or of a mirror that is damaged, the record goes first, and the mirror once it can.
            return


def _note_in_mirror(writing: Writing) -> None:
    """Have the mirror know the act before anything is taken out of it: a record may be put back meanwhile."""
    writing.end_run("complete")
    try:
        writing.update_mirror()
    except WatchListInvalid:
        # What is closed cannot be told, and nothing is published; that keeps nobody from destroying.
        check_reach(writing)


def complete_destruction(writing: Writing, instant: str, *, looks_again: bool) -> Carried:
    """Leave nothing of what was destroyed in the file, in its copies, in what was derived, in the mirror.

    Where nothing was cut short, only what ``looks_again`` asks for is done: a mirror may have been put back
    from an older copy. Raises ``ArchiveLocked`` and ``RepositoryUnusable`` where a copy cannot follow.
    """
    folder = writing.path.parent
    with translate(writing.path):
        unfinished = tuple(each.reference for each in read_unfinished(writing.connection))
        if not (unfinished or looks_again):
            return Carried(None)
        if unfinished:
            sweep(writing.connection)
        gone = read_destroyed(writing.connection)
    remove_derived(folder)
    remove_leftovers(folder)
    removed = tuple(destroy_in_asides(folder, gone.documents))
    rewritten = None
    if (folder / MIRROR).exists():
        from tracker.archive.mirror.rewrite import rewrite_mirror  # noqa: PLC0415 (not every archive has one)

        _note_in_mirror(writing)
        # The commits that were noted are not in the history that is written anew, and need not be.
        with writing.batch(), translate(writing.path):
            forget_mirrored(writing.connection)
        rewritten = rewrite_mirror(folder / MIRROR, gone)
    if unfinished:
        with writing.batch(), translate(writing.path):
            complete_all(writing.connection, instant)
    return Carried(rewritten, unfinished, removed, gone.documents)


def complete_and_tell(writing: Writing, instant: str) -> None:
    """Bring to its end what was cut short, and say so; where that cannot be, what was asked for goes on."""
    import logging  # noqa: PLC0415 (seldom needed)

    unfinished = read_unfinished(writing.connection)
    what = f"the destruction of {', '.join(each.reference for each in unfinished)}, which had been cut short,"
    try:
        complete_destruction(writing, instant, looks_again=False)
    except (ArchiveLocked, RepositoryUnusable) as error:
        told = f"{what} cannot be completed yet: {error}"
    else:
        told = f"{what} is complete now"
    logging.getLogger("tracker").warning("tracker: %s", told)
