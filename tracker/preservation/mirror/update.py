"""Updating the mirror: a bare git repository beside the record, whose head alone rebuilds it.

Each run that wrote has one commit; edits outside of runs go with the next. The branches move only when
everything is written, and then the record notes their commits. Where it has noted none, as after a crash, or
other commits than the branches have, everything is compared, and only what differs is written. What another
program changed in mirrored rows stays in the mirror as it was.

The branch ``main`` is complete, ``public`` holds open material and digests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.errors import RecordEdited, RepositoryUnusable
from tracker.model.preserving import Mirrored
from tracker.preservation.folder import MIRROR, finish_rewrite, read_beside
from tracker.preservation.git.repository import create_repository, open_repository
from tracker.preservation.git.streams import FastImport
from tracker.preservation.mirror import commit_log, divergence, edits, pending, refs
from tracker.preservation.mirror.commits import SHORT, name_run, read_trailers_of, split_by_run, write_message
from tracker.preservation.mirror.redaction import Redaction
from tracker.preservation.mirror.unexplained import Kept
from tracker.preservation.mirror.unit_files import (
    EDITION_MARK,
    STATEMENT,
    UnitFiles,
    document_path,
    edition_path,
    run_path,
    statement_folder,
)
from tracker.record.access.closed import Access, find_watch_list, read_access
from tracker.record.schema.connection import FILE_NAME, WATCH
from tracker.record.schema.rows import transaction
from tracker.record.schema.units import read_tables
from tracker.references import OWN_FILE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.git.streams import CommitMessage
    from tracker.preservation.mirror.commits import LeftPlace, RunChanges
    from tracker.preservation.mirror.edits import RowDifference

    Tips = Sequence[str | None]
    """The commits of the branches, in their order."""


_MOST_NAMED = 3

_HAS_RUN = "SELECT 1 FROM unmirrored WHERE unit = 'run' LIMIT 1"

_ALL_OPEN = Access(frozenset(), frozenset(), frozenset(), frozenset())

_OLDER_SNAPSHOT = "SELECT 1 FROM snapshots WHERE id = ? AND run <= ?"
_OLDER_STATEMENT = (
    "SELECT 1 FROM snapshots JOIN editions ON editions.id = edition WHERE statement = ? AND run <= ? LIMIT 1"
)


def update_mirror(connection: sqlite3.Connection, folder: Path) -> Mirrored:
    """Update the mirror of an archive, and create it where there is none.

    The connection writes to the record in the folder, whose lock is held. Raises
    ``RepositoryUnusable`` where git is missing or refuses, or the mirror knows of a run that the record
    does not; the record is as it was then. Raises ``RecordEdited`` where everything was mirrored but rows
    that another program has changed.
    """
    path = folder / MIRROR
    finish_rewrite(path)
    if not path.exists():
        create_repository(path)
    with open_repository(path, to_write=True) as repository:
        tips = refs.recover(repository, refs.BRANCHES)
        with transaction(connection):
            mirrored = _update(connection, repository, folder, tips)
            if connection.execute(_HAS_RUN).fetchone():
                # What was just noted of edits belongs to the file of a run, which the mirror has by now.
                moved = tuple(refs.find_branches(repository, refs.BRANCHES))
                noted = _update(connection, repository, folder, moved)
                mirrored = replace(mirrored, commits=mirrored.commits + noted.commits, tip=noted.tip)
        refs.pack_objects(repository)
    if standing := edits.read_open(connection, read_tables(connection)):
        raise RecordEdited(_describe(standing))
    return mirrored


def _describe(standing: Sequence[RowDifference]) -> str:
    named = ", ".join(each.describe() for each in standing[:_MOST_NAMED])
    rest = f" and {len(standing) - _MOST_NAMED:,} more" if standing[_MOST_NAMED:] else ""
    return (
        f"{FILE_NAME}: another program changed {named}{rest}; the mirror keeps that as it was, and has all"
        " else; to restore or accept it: tracker verify"
    )


def _update(connection: sqlite3.Connection, repository: Repository, folder: Path, tips: Tips) -> Mirrored:
    tip, trailers = tips[0], _read_trailers(repository, tips[0])
    last = name_run(trailers)
    mirrored = pending.read_mirrored(connection)
    divergence.check_not_diverged(connection, repository, tip, folder)
    units = UnitFiles(connection)
    access = read_access(connection, units.tables, find_watch_list(folder))
    redaction = Redaction(connection, access, units.tables)
    branches = _Branches(repository, tips, units, redaction, find_watch_list(folder), last)
    pending.install_triggers(connection, units.tables)
    _record_break(connection, repository, mirrored, tip)
    closed = mirrored.closed if mirrored else _ALL_OPEN
    is_cut = branches.cut(access.documents - closed.documents, is_forced=bool(_find_shut(closed, access)))
    is_known = mirrored is not None and mirrored.tips == branches.tips
    is_whole = is_cut or not is_known or _is_access_changed(connection, closed, access, last)
    if is_whole:
        pending.mark_everything(connection, units.tables)
    for sha256 in sorted(access.documents ^ closed.documents):
        pending.mark_unit(connection, "document", sha256)
    shares = split_by_run(connection, pending.read_pending(connection), last)
    branches.expect(sum(len(share.units) for share in shares), is_whole=is_whole)
    commits, moved = _write(connection, repository, branches, shares)
    tip, public = moved or tips
    commit_log.note_commits(connection, repository, (tip, public))
    pending.mark_mirrored(connection, pending.MirrorState(f"{tip} {public}", access))
    _note_edits(connection, branches.kept, units)
    return Mirrored(str(repository.path), commits, tip, len(access.snapshots), is_cut)


def _is_access_changed(connection: sqlite3.Connection, before: Access, now: Access, run: int) -> bool:
    """Return whether who may see what has changed of anything that was recorded up to a run."""
    changed = (
        *((_OLDER_SNAPSHOT, name) for name in before.snapshots ^ now.snapshots),
        *((_OLDER_STATEMENT, name) for name in before.statements ^ now.statements),
    )
    is_told_otherwise = _find_shut(before, now) or _find_shut(now, before)
    return (
        bool(is_told_otherwise)
        or before.sources != now.sources
        or any(connection.execute(query, [name, run]).fetchone() for query, name in changed)
    )


def _find_shut(before: Access, now: Access) -> frozenset[str]:
    """Return the documents of which it was open that they came, and is no longer."""
    return (before.waiting - now.waiting) & now.documents


def _record_break(
    connection: sqlite3.Connection,
    repository: Repository,
    mirrored: pending.MirrorState | None,
    tip: str | None,
) -> None:
    """Record that the branch ``main`` is no descendant of the commit that the record noted last, or is gone.

    Where there never was a mirror, and after a history was rewritten by order, no commit is noted.
    """
    noted = mirrored.main if mirrored else None
    if noted is None or (tip is not None and refs.is_descendant(repository, tip, noted) is not False):
        return
    connection.execute(
        "INSERT INTO breaks (run, lost, found) SELECT max(id), ?, ? FROM runs HAVING max(id) IS NOT NULL",
        [noted, tip or refs.NOWHERE],
    )


def _note_edits(connection: sqlite3.Connection, kept: Kept, units: UnitFiles) -> None:
    """Keep in the ledger what another program changed; a file that stays whole is looked at again."""
    for each in kept.found.values():
        edits.note_edits(connection, edits.list_edits(connection, units.tables, each))
    for unit, name in kept.units:
        pending.mark_unit(connection, unit, name)


def _write(
    connection: sqlite3.Connection, repository: Repository, branches: _Branches, shares: Sequence[RunChanges]
) -> tuple[int, Tips]:
    """Write what is pending; return the number of commits, and where the branches are if they moved."""
    with FastImport(repository) as stream:
        commits = sum(branches.write(stream, share, write_message(connection, share)) for share in shares)
        branches.complete(stream)
    return commits, refs.move_branches(repository, refs.BRANCHES) if stream.is_begun else ()


def _read_trailers(repository: Repository, tip: str | None) -> dict[str, str]:
    """Return the trailers of the latest commit, none where there is no commit yet."""
    try:
        return read_trailers_of(repository, tip) if tip else {}
    except RepositoryUnusable as error:
        raise RepositoryUnusable(
            f"{repository.path} is damaged, it lacks commit {str(tip)[:SHORT]}; run: tracker verify --repair"
        ) from error


# The two branches --------------------------------------------------------------------------------------

_KEPT = b"kept"
"""In place of the bytes of a file that stays as the branch has it."""

_Change = tuple[str, "str | None", "bytes | None"]
"""A path, git's name of the bytes that it is to have, or None, and the bytes where git lacks them."""


class _Branches:
    """Writes what is pending to both branches; they are one as long as all material is open."""

    def __init__(
        self,
        repository: Repository,
        tips: Iterable[str | None],
        units: UnitFiles,
        redaction: Redaction,
        watch: Path,
        last: int,
    ) -> None:
        self._repository = repository
        self._units, self._redaction, self._watch = units, redaction, watch
        self._written: set[str] = set()
        self._stayed: set[str] = set()
        """Files that another program changed in the record, and that stay as they are."""
        self._main, self._public = (refs.Tree(repository, tip) for tip in tips)
        self.kept = Kept(redaction.connection, repository, units.tables, self._main, last)
        self._is_apart = not redaction.is_open or self._public.tip != self._main.tip
        self._is_whole = False

    @property
    def tips(self) -> str:
        """The commits of both branches."""
        return f"{self._main.tip} {self._public.tip}"

    def cut(self, closed: Iterable[str], *, is_forced: bool) -> bool:
        """Tell whether the public branch has one of these documents; it starts without history then."""
        is_held = is_forced or any(self._public.blob(document_path(sha256)) for sha256 in closed)
        if is_held:
            self._public = refs.Tree(self._repository, None)
        return is_held

    def expect(self, number: int, *, is_whole: bool) -> None:
        """Prepare for a number of units, or for all: then files that no unit wrote are removed."""
        self._is_whole = is_whole
        self._main.expect(number, is_whole=is_whole)
        if self._is_apart:
            self._public.expect(number, is_whole=is_whole)

    def write(self, stream: FastImport, changes: RunChanges, message: CommitMessage) -> int:
        """Commit what a run changed, and return the number of commits: 0 where it changed nothing."""
        shown: list[_Change] = []
        commit = _Commit(stream, self._main, refs.MAIN, message)
        for path, data, public in self._files(changes):
            self._written.add(path)
            if data is _KEPT:
                shown += [(path, None, None)] if public is None else []
                continue
            blob = refs.name_file(data)
            commit.change(path, blob, data)
            shown.append((path, blob, None) if public is data else (path, refs.name_file(public), public))
        gone: list[_Change] = [(path, None, None) for path in self._list_gone(changes)]
        for change in gone:
            commit.change(*change)
        if self._is_apart:
            public_commit = _Commit(stream, self._public, refs.PUBLIC, message)
            for change in (*shown, *gone):
                public_commit.change(*change)
            return int(commit.is_begun or public_commit.is_begun)
        if commit.is_begun:
            stream.set_branch(refs.staging_ref(refs.PUBLIC), refs.staging_ref(refs.MAIN))
        return int(commit.is_begun)

    def complete(self, stream: FastImport) -> None:
        """Keep the tip of a branch that got no commit, in a stream that has commits."""
        trees = ((self._main, refs.MAIN), *(((self._public, refs.PUBLIC),) if self._is_apart else ()))
        for tree, branch in trees:
            if stream.is_begun and not tree.is_begun:
                stream.set_branch(refs.staging_ref(branch), str(tree.tip))

    def _files(self, changes: RunChanges) -> Iterator[tuple[str, bytes | None, bytes | None]]:
        """Yield each file with its bytes and the public ones, which are the same object where all is open."""
        self.kept.look_among(lambda: self._left(changes))
        for unit, name in changes.units:
            found = self._units.rows(unit, name)
            try:
                files = self._units.files(unit, found, name, changes.run)
            except LookupError:
                continue  # Another program changed what it belongs to, which is left out itself.
            changed = [path for path, data in files.items() if self._main.blob(path) != refs.name_file(data)]
            rows, kept = self.kept.settle((unit, name), found, files, changed)
            if rows is not found:
                files = self._units.files(unit, rows, name, changes.run)
            seen = self._redaction.redact(unit, rows)
            public = files
            if seen is None:
                public = {}
            elif seen is not rows:
                public = self._units.files(unit, seen, name, changes.run)
            self._stayed |= kept
            for path, data in files.items():
                yield path, _KEPT if path in kept else data, public.get(path)
        data = read_beside(self._watch, self._watch.name)
        is_closed = data and self._redaction.closes(data.decode("utf-8-sig", "replace"))
        yield WATCH, data, None if is_closed else data
        bodies = read_beside(self._watch, OWN_FILE)
        yield OWN_FILE, bodies, bodies

    def _list_gone(self, changes: RunChanges) -> list[str]:
        """Return the files to remove: nothing wrote them, and what they hold is gone by an act on record."""
        left = [path for path in self._left(changes) if path not in self._written]
        kept = [*self._stayed, *(path for path in left if self.kept.keeps(path))]
        # With a snapshot stay its later readings, and the readable text of its edition.
        stems = {_stem(path) for path in kept}
        editions = {path.rpartition("/")[0] for path in kept}
        return [path for path in left if not (_stem(path) in stems or path.removesuffix(".txt") in editions)]

    def _left(self, changes: RunChanges) -> Iterator[str]:
        """Yield files to remove if nothing wrote them: where rows have been, or all."""
        if self._is_whole and changes.is_last:
            yield from {*self._main.paths(), *(self._public.paths() if self._is_apart else ())}
        for place in changes.left:
            yield from self._files_at(place)

    def _files_at(self, place: LeftPlace) -> Iterator[str]:
        """Yield the files of a place where a run, a statement, an edition or a snapshot has been."""
        match place:
            case (int(run), started):
                yield run_path(run, str(started))
            case (_, _, _, _):
                folder = statement_folder(place)
                own = (f"{folder}/{STATEMENT}", f"{folder}/{EDITION_MARK}")
                yield from (path for path in self._main.below(folder) if path.startswith(own))
            case (*_, int(ordinal)):
                edition = edition_path(place)
                of_snapshot = f"{edition}/{ordinal}."
                yield from (path for path in self._main.below(edition) if path.startswith(of_snapshot))
                yield f"{edition}.txt"
            case _:
                yield from self._main.below(edition_path(place))
                yield f"{edition_path(place)}.txt"


def _stem(path: str) -> str:
    """Return a path without what follows the first dot of its name."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


class _Commit:
    """A commit that begins with its first change: without one, there is no commit."""

    def __init__(self, stream: FastImport, tree: refs.Tree, branch: str, message: CommitMessage) -> None:
        self.is_begun = False
        self._stream, self._tree, self._branch, self._message = stream, tree, branch, message

    def change(self, path: str, blob: str | None, data: bytes | None) -> None:
        """Write, link or remove a file where the tree has something else."""
        if self._tree.blob(path) == blob:
            return
        self._begin()
        if blob is None:
            self._stream.remove_file(path)
        elif data is None:
            self._stream.link_file(path, blob)
        else:
            self._stream.write_file(path, data)
        self._tree.put(path, blob)

    def _begin(self) -> None:
        if self.is_begun:
            return
        # The first commit continues the tip, the next ones from what this stream has written.
        parent = None if self._tree.is_begun else self._tree.tip
        self._stream.begin_commit(refs.staging_ref(self._branch), parent, self._message)
        self.is_begun = self._tree.is_begun = True
