"""A pushed copy of the mirror, looked at before it is replaced: it may have what the record lacks."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.git.repository import clone_repository, open_repository, show_address
from tracker.archive.mirror.branches import MAIN
from tracker.archive.mirror.parting import TAKE_OVER, find_parting, name_command
from tracker.archive.mirror.staging import find_branch
from tracker.archive.schema.connection import archive_file, connect_to_read, translate
from tracker.archive.takeover.receiving import find_address
from tracker.errors import HistoriesApart

if TYPE_CHECKING:
    from tracker.archive.git.repository import Repository


def check_copy(folder: Path, repository: Repository, remote: str) -> None:
    """Raise ``HistoriesApart`` where a copy has runs that the record does not: they would be lost with it.

    The copy is fetched to be looked at. Raises ``RepositoryUnusable`` where it cannot be.
    """
    record = archive_file(folder)
    with TemporaryDirectory() as name, closing(connect_to_read(record)) as connection:
        clone = Path(name) / MIRROR
        clone_repository(find_address(repository, remote), clone)
        with translate(record), open_repository(clone) as copy:
            parting = find_parting(connection, copy, find_branch(copy, MAIN), None)
    if parting:
        shown = show_address(remote)
        raise HistoriesApart(
            f"{shown} has what this record lacks: {parting.tell(shown)}; to have both in one record:"
            f" {name_command(f'{TAKE_OVER} {shlex.quote(shown)}', folder)}"
        )
