"""How copies follow each writing to the record: the mirror is brought along, destructions are finished."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.errors import ArchiveUnusable, RecordEdited, RepositoryUnusable, WatchListInvalid
from tracker.preservation.folder import MIRROR, finish_rewrite, remove_staging
from tracker.preservation.mirror import edits, pending
from tracker.preservation.mirror.refs import is_at
from tracker.preservation.mirror.touched import is_touched
from tracker.preservation.rollback import find_newer_copies, find_rollback, note_latest
from tracker.record.access.withdrawals import read_unfinished
from tracker.record.schema.connection import translate
from tracker.record.schema.migrations import read_applied
from tracker.record.schema.units import read_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.preserving import Mirrored
    from tracker.record.schema.expected import SchemaPart
    from tracker.record.storing.writing import Writing


def check(writing: Writing) -> None:
    """Raise ``HistoriesApart`` where the mirror has runs that the record does not: that one is older."""
    mirror = writing.path.parent / MIRROR
    finish_rewrite(mirror)
    with translate(writing.path):
        if not mirror.exists() or not read_applied(writing.connection):
            return
        mirrored = pending.read_mirrored(writing.connection)
        if mirrored and mirrored.main and is_at(mirror, mirrored.main):
            return
        from tracker.preservation.mirror.divergence import check_joined  # noqa: PLC0415 (after a crash)

        check_joined(writing.connection, writing.path.parent)


def prepare(writing: Writing) -> None:
    """Make sure that only our own triggers act on what is written, and that all of them do.

    Triggers of another release are replaced (``pending.update_triggers``). Those that another program took
    away are made again, and all rows are compared with the mirror then.
    """
    with translate(writing.path):
        lost = pending.find_lost_triggers(writing.connection)
        is_current = not lost and pending.has_current_triggers(writing.connection, writing.path)
    if not is_current:
        _update_triggers(writing, lost)
    if (writing.path.parent / MIRROR).exists():
        _look_for_edits(writing)


def _update_triggers(writing: Writing, lost: Sequence[SchemaPart]) -> None:
    has_mirror = (writing.path.parent / MIRROR).exists()
    with writing.batch(), translate(writing.path):
        pending.update_triggers(writing.connection, writing.path)
        if lost:
            pending.make_triggers_again(writing.connection, compares=has_mirror and not writing.is_migrated)
    # A change of the schema comes with tables that had none, and may have made others again.
    writing.restored += () if writing.is_migrated else lost


def _look_for_edits(writing: Writing) -> None:
    """Compare the record with its mirror before anything is written, where another program has changed it.

    Raises ``ArchiveUnusable`` where it deleted the last row of a table: the next one would get its number.
    """
    with translate(writing.path):
        if writing.kind == "repair" or not is_touched(writing.connection):
            return
    with suppress(RepositoryUnusable, WatchListInvalid):
        writing.noticed += _follow_mirror(writing)
    with translate(writing.path):
        tables = read_tables(writing.connection)
        for row in edits.list_gone_last(writing.connection, tables):
            raise ArchiveUnusable(
                f"{writing.path} lacks {row}, which another program deleted; nothing was written, since the"
                " next would get its number; to put it back, or to accept that it is gone: tracker verify"
            )


def resume(writing: Writing) -> None:
    """Remove the drafts of killed commands, and finish destructions that were cut short."""
    remove_staging(writing.path.parent)
    if writing.kind != "withdraw" and read_unfinished(writing.connection):
        from tracker.preservation.withdrawal import complete_and_log  # noqa: PLC0415 (seldom needed)

        complete_and_log(writing, writing.clock())


def follow(writing: Writing) -> None:
    """Bring the mirror along, where there is one, and note the latest run for this user.

    Raises as ``update_mirror`` does, with how to go on; and ``RecordEdited``, with everything recorded, where
    another program took away what guards the record, or the archive was put back to an older state.
    """
    folder, told = writing.path.parent, [*writing.noticed]
    with translate(writing.path):
        is_behind = (folder / MIRROR).exists() and not pending.is_mirrored(writing.connection)
    if is_behind:
        told += _follow_mirror(writing)
    with translate(writing.path):
        told += _find_rollbacks(writing)
    if told:
        done = "recorded and mirrored" if (folder / MIRROR).exists() else "recorded"
        raise RecordEdited(f"{'; '.join(dict.fromkeys(told))} (what this command did is {done})")


def _follow_mirror(writing: Writing) -> list[str]:
    """Update the mirror, and return what another program changed of what it has."""
    try:
        update_mirror(writing)
    except RecordEdited as error:
        return [str(error)]
    except (RepositoryUnusable, WatchListInvalid) as error:
        how = "everything is recorded, but not yet mirrored; when that is fixed, run: tracker mirror update"
        raise type(error)("; ".join([*writing.noticed, f"{error} ({how})"])) from error
    return []


def _find_rollbacks(writing: Writing) -> list[str]:
    """Return what shows that the archive was put back; only nights ask the copies that were pushed.

    Where nothing does, its latest run is noted: what is known of a newer state is not forgotten.
    """
    folder, connection = writing.path.parent, writing.connection
    found = [each for each in (find_rollback(folder, connection),) if each]
    if not found:
        note_latest(folder, connection)
    if writing.kind == "snapshot":
        newer, silent = find_newer_copies(folder, connection)
        found += newer
        for why in silent.values():
            logging.getLogger("tracker").warning("tracker: a copy that was pushed was not compared: %s", why)
    return [str(each) for each in found]


def update_mirror(writing: Writing) -> Mirrored:
    """Bring the mirror up to date, and make it where there is none; raises as ``mirror.update`` does."""
    from tracker.preservation.mirror import update  # noqa: PLC0415 (not every archive has a mirror)

    with translate(writing.path):
        found = update.update_mirror(writing.connection, writing.path.parent)
    # At the opening it may have followed what another program changed.
    writing.mirror_commits += found.commits
    return replace(found, commits=writing.mirror_commits)
