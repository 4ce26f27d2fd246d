"""The two branches of the mirror: ``main`` is complete, ``public`` holds open material and digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.preservation.mirror import refs
from tracker.preservation.mirror.refs import Tree, name_file, staging_ref
from tracker.preservation.mirror.unexplained import Kept
from tracker.preservation.mirror.unit_files import (
    EDITION_MARK,
    STATEMENT,
    document_path,
    edition_path,
    run_path,
    statement_folder,
)
from tracker.record.schema.connection import WATCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.git.streams import CommitMessage, FastImport
    from tracker.preservation.mirror.commits import LeftPlace, RunChanges
    from tracker.preservation.mirror.redaction import Redaction
    from tracker.preservation.mirror.unit_files import UnitFiles

MAIN, PUBLIC = refs.MAIN, "refs/heads/public"
BRANCHES = (MAIN, PUBLIC)


class Branches:
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
        self._main, self._public = (Tree(repository, tip) for tip in tips)
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
            self._public = Tree(self._repository, None)
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
        commit = _Commit(stream, self._main, MAIN, message)
        for path, data, public in self._files(changes):
            self._written.add(path)
            if data is _KEPT:
                shown += [(path, None, None)] if public is None else []
                continue
            blob = name_file(data)
            commit.change(path, blob, data)
            shown.append((path, blob, None) if public is data else (path, name_file(public), public))
        gone: list[_Change] = [(path, None, None) for path in self._list_gone(changes)]
        for change in gone:
            commit.change(*change)
        if self._is_apart:
            public_commit = _Commit(stream, self._public, PUBLIC, message)
            for change in (*shown, *gone):
                public_commit.change(*change)
            return int(commit.is_begun or public_commit.is_begun)
        if commit.is_begun:
            stream.set_branch(staging_ref(PUBLIC), staging_ref(MAIN))
        return int(commit.is_begun)

    def complete(self, stream: FastImport) -> None:
        """Keep the tip of a branch that got no commit, in a stream that has commits."""
        trees = ((self._main, MAIN), *(((self._public, PUBLIC),) if self._is_apart else ()))
        for tree, branch in trees:
            if stream.is_begun and not tree.is_begun:
                stream.set_branch(staging_ref(branch), str(tree.tip))

    def _files(self, changes: RunChanges) -> Iterator[tuple[str, bytes | None, bytes | None]]:
        """Yield each file with its bytes and the public ones, which are the same object where all is open."""
        self.kept.look_among(lambda: self._left(changes))
        for unit, name in changes.units:
            found = self._units.rows(unit, name)
            try:
                files = self._units.files(unit, found, name, changes.run)
            except LookupError:
                continue  # Another program changed what it belongs to, which is left out itself.
            changed = [path for path, data in files.items() if self._main.blob(path) != name_file(data)]
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
        data = self._watch.read_bytes() if self._watch.is_file() else None
        is_closed = data and self._redaction.closes(data.decode("utf-8-sig", "replace"))
        yield WATCH, data, None if is_closed else data

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


_KEPT = b"kept"
"""In place of the bytes of a file that stays as the branch has it."""

_Change = tuple[str, "str | None", "bytes | None"]
"""A path, git's name of the bytes that it is to have, or None, and the bytes where git lacks them."""


class _Commit:
    """A commit that begins with its first change: without one, there is no commit."""

    def __init__(self, stream: FastImport, tree: Tree, branch: str, message: CommitMessage) -> None:
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
        self._stream.begin_commit(staging_ref(self._branch), parent, self._message)
        self.is_begun = self._tree.is_begun = True
