"""The files of the mirror beside the record: rows that differ, and differences that are expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker import __version__
from tracker.preservation.mirror import commits, refs, unexplained
from tracker.preservation.mirror.explained import Acts
from tracker.preservation.mirror.paths import ARCHIVE, edition_path, run_path, statement_folder
from tracker.preservation.mirror.pending import read_mirrored, read_pending
from tracker.record.access.withdrawals import read_unfinished

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.commits import LeftPlace
    from tracker.preservation.mirror.edits import RowDifference, TableRows
    from tracker.record.schema.units import Table, Unit


class MirrorFiles:
    """The files of a commit of the mirror. Raises ``RepositoryUnusable`` where they cannot be listed."""

    def __init__(self, repository: Repository, tip: str) -> None:
        self.files = dict(refs.list_tree(repository, tip))
        trailers = commits.read_trailers_of(repository, tip)
        self.run = commits.name_run(trailers)
        """The last run that it holds."""
        self.is_of_this_release = trailers.get("release") == __version__
        self.unmatched = dict.fromkeys(self.files)
        """The paths that no unit of the record has claimed yet."""
        self._repository = repository

    def claim(self, path: str) -> str | None:
        """Return git's name of a file's bytes, None where there is no file; the record accounts for it."""
        self.unmatched.pop(path, None)
        return self.files.get(path)

    def read_rows(self, path: str) -> TableRows | None:
        """Return the rows of a file; None where it is damaged, or holds none."""
        return unexplained.read_mirrored(self._repository, path, self.files.get(path))

    def is_lost(self, path: str) -> bool:
        """Tell whether there is a file whose bytes are gone, or damaged."""
        blob = self.files.get(path)
        return blob is not None and self._repository.read_whole(blob) is None

    def read_content(self, path: str, content: bytes) -> TableRows | None:
        """Return the rows that the bytes of such a file hold; None where they hold none."""
        return unexplained.read_content(self._repository, path, content)


class ExpectedDifferences:
    """What may differ: changes of the record since the mirror was last written."""

    def __init__(
        self, connection: sqlite3.Connection, tables: Mapping[str, Table], mirror: MirrorFiles
    ) -> None:
        pending = read_pending(connection)
        self._acts = Acts(
            connection, tables, mirror.run, lambda: (mirror.read_rows(ARCHIVE) or {}).get("sessions", ())
        )
        self.is_proof = read_mirrored(connection) is not None
        """Whether the mirror's commit is known to have held all of the record."""
        self._left = tuple(map(_path_of, pending.left))
        self.has_moves = bool(self._left)
        """Whether rows have left places of which the mirror has their files."""
        acts = read_unfinished(connection)
        self.unfinished = acts[0].reference if acts else None
        """What was being destroyed when a run was cut short: its rows must not be restored."""
        query = "SELECT 1 FROM withdrawals WHERE run = ?"
        self.has_acts = any(
            unit == "run" and connection.execute(query, [name]).fetchone() for unit, name in pending.units
        )
        """Whether the mirror lacks a withdrawal: then it still has the withdrawn text."""
        self._units = frozenset(pending.units)
        triggers = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'unmirrored_%'"
        watched = {name for (name,) in connection.execute(triggers)}
        self._unwatched = frozenset(table.unit for table in tables.values() if table.stored not in watched)
        """Kinds of units with a table that is new, or that a newer release made again."""

    def includes(self, unit: Unit, name: str) -> bool:
        """Tell whether a unit may differ from the mirror."""
        return (unit, name) in self._units or unit in self._unwatched

    def find_edits(self, found: Iterable[RowDifference]) -> list[RowDifference]:
        """Return the differences that nothing but damage, or another program, can explain."""
        return list(self._acts.find_edits(found))

    def has_left(self, path: str) -> bool:
        """Tell whether a file is where rows have been that are elsewhere now."""
        return path.startswith(self._left)


def _path_of(place: LeftPlace) -> str:
    match place:
        case (int(run), started):
            return run_path(run, str(started))
        case (_, _, _, _):
            return f"{statement_folder(place)}/"
        case (*_, int(ordinal)):
            return f"{edition_path(place)}/{ordinal}."
        case _:
            return edition_path(place)
