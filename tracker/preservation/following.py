"""How copies follow each writing to the record: the mirror is brought along, destructions are finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import RecordEdited, RepositoryUnusable, WatchListInvalid
from tracker.preservation.folder import MIRROR, finish_rewrite, remove_staging
from tracker.preservation.mirror.pending import (
    has_current_triggers,
    is_mirrored,
    read_mirrored,
    update_triggers,
)
from tracker.preservation.mirror.refs import is_at
from tracker.record.access.withdrawals import read_unfinished
from tracker.record.schema.connection import translate
from tracker.record.schema.migrations import read_applied

if TYPE_CHECKING:
    from tracker.model.preserving import Mirrored
    from tracker.record.storing.writing import Writing


def check(writing: Writing) -> None:
    """Raise ``HistoriesApart`` where the mirror has runs that the record does not: that one is older."""
    mirror = writing.path.parent / MIRROR
    finish_rewrite(mirror)
    with translate(writing.path):
        if not mirror.exists() or not read_applied(writing.connection):
            return
        mirrored = read_mirrored(writing.connection)
        if mirrored and mirrored.main and is_at(mirror, mirrored.main):
            return
        from tracker.preservation.mirror.divergence import check_joined  # noqa: PLC0415 (after a crash)

        check_joined(writing.connection, writing.path.parent)


def prepare(writing: Writing) -> None:
    """Make sure that only our own triggers act on what is written; see ``pending.update_triggers``."""
    with translate(writing.path):
        if has_current_triggers(writing.connection, writing.path):
            return
    with writing.batch(), translate(writing.path):
        update_triggers(writing.connection, writing.path)


def resume(writing: Writing) -> None:
    """Remove the drafts of killed commands, and finish destructions that were cut short."""
    remove_staging(writing.path.parent)
    if writing.kind != "withdraw" and read_unfinished(writing.connection):
        from tracker.preservation.withdrawal import complete_and_log  # noqa: PLC0415 (seldom needed)

        complete_and_log(writing, writing.clock())


def follow(writing: Writing) -> None:
    """Bring the mirror along, where there is one; raises as ``update_mirror`` does, with how to go on."""
    with translate(writing.path):
        if not (writing.path.parent / MIRROR).exists() or is_mirrored(writing.connection):
            return
    try:
        update_mirror(writing)
    except RecordEdited as error:
        raise RecordEdited(f"{error} (what this command did is recorded and mirrored)") from error
    except (RepositoryUnusable, WatchListInvalid) as error:
        raise type(error)(
            f"{error} (everything is recorded, but not yet mirrored; when that is fixed, run:"
            " tracker mirror update)"
        ) from error


def update_mirror(writing: Writing) -> Mirrored:
    """Bring the mirror up to date, and make it where there is none; raises as ``mirror.update`` does."""
    from tracker.preservation.mirror import update  # noqa: PLC0415 (not every archive has a mirror)

    with translate(writing.path):
        return update.update_mirror(writing.connection, writing.path.parent)
