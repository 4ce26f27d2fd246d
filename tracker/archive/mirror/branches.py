"""The two branches of the mirror: ``main`` is complete, ``public`` holds open material and digests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import (
    EDITION_MARK,
    STATEMENT,
    WATCH,
    document_path,
    edition_path,
    run_path,
    statement_folder,
)
from tracker.archive.mirror.tree import Tree
from tracker.archive.mirror.upkeep import aside, find_branch
from tracker.archive.rights.access import read_closed_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.archive.git.repository import Repository
    from tracker.archive.git.streams import CommitMessage, FastImport
    from tracker.archive.mirror.commits import Place, Share
    from tracker.archive.mirror.unit_files import UnitFiles
    from tracker.archive.rights.redaction import Redaction

MAIN, PUBLIC = "refs/heads/main", "refs/heads/public"
BRANCHES = (MAIN, PUBLIC)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A file as the public has it: the blob that ``main`` has too, other bytes, or none."""

    path: str
    blob: str | None
    data: bytes | None


class Branches:
    """Writes what is pending to both branches; they are one as long as all material is open."""

    def __init__(self, repository: Repository, units: UnitFiles, redaction: Redaction, watch: Path) -> None:
        self._repository = repository
        self._units, self._redaction, self._watch = units, redaction, watch
        self._written: set[str] = set()
        self._main, self._public = (Tree(repository, find_branch(repository, name)) for name in BRANCHES)
        self._is_apart = not redaction.is_open or self._public.tip != self._main.tip
        self._is_whole = False

    @property
    def tips(self) -> str:
        """The commits at which they stand."""
        return f"{self._main.tip} {self._public.tip}"

    def cut(self, closed: Iterable[str]) -> bool:
        """Tell whether the public has one of these documents; its branch begins without history then."""
        is_held = any(self._public.blob(document_path(sha256)) for sha256 in closed)
        if is_held:
            self._public = Tree(self._repository, None)
        return is_held

    def expect(self, number: int, *, is_whole: bool) -> None:
        """Prepare for so many units, or for all of them: then what none of them wrote is taken out."""
        self._is_whole = is_whole
        self._main.expect(number, is_whole=is_whole)
        if self._is_apart:
            self._public.expect(number, is_whole=is_whole)

    def write(self, stream: FastImport, share: Share, message: CommitMessage) -> int:
        """Commit what a run changed, and return the number of commits: none where it changed nothing."""
        shown: list[_Shown] = []
        commit = _Commit(stream, self._main, MAIN, message)
        for path, data, public in self._files(share):
            self._written.add(path)
            blob = None if data is None else name_blob(data)
            if data is None or blob is None:
                commit.remove(path)
            else:
                commit.put(path, blob, data)
            shown.append(_Shown(path, blob, None) if public is data else _Shown(path, None, public))
        gone = [path for path in self._left(share) if path not in self._written]
        for path in gone:
            commit.remove(path)
        if self._is_apart:
            is_shown = self._write_public(stream, shown, gone, message)
            return int(commit.is_begun or is_shown)
        if commit.is_begun:
            stream.set_branch(aside(PUBLIC), aside(MAIN))
        return int(commit.is_begun)

    def complete(self, stream: FastImport) -> None:
        """Let a branch that got no commit in a stream with commits stand where it stood."""
        trees = ((self._main, MAIN), *(((self._public, PUBLIC),) if self._is_apart else ()))
        for tree, branch in trees:
            if stream.is_begun and not tree.is_begun:
                stream.set_branch(aside(branch), str(tree.tip))

    def _write_public(
        self, stream: FastImport, shown: Sequence[_Shown], gone: Iterable[str], message: CommitMessage
    ) -> bool:
        commit = _Commit(stream, self._public, PUBLIC, message)
        for each in shown:
            if each.blob:
                commit.put(each.path, each.blob, None)
            elif each.data is not None:
                commit.put(each.path, name_blob(each.data), each.data)
            else:
                commit.remove(each.path)
        for path in gone:
            commit.remove(path)
        return commit.is_begun

    def _files(self, share: Share) -> Iterator[tuple[str, bytes | None, bytes | None]]:
        """Yield each file with its bytes, and what the public has of them: the same object where all."""
        for unit, name in share.units:
            rows = self._units.rows(unit, name)
            files = self._units.files(unit, rows, name, share.run)
            seen = self._redaction.redact(unit, rows)
            open_ = (
                files
                if seen is rows
                else {}
                if seen is None
                else self._units.files(unit, seen, name, share.run)
            )
            for path, data in files.items():
                yield path, data, open_.get(path)
        data = self._watch.read_bytes() if self._watch.is_file() else None
        is_closed = data and read_closed_sources(data.decode("utf-8-sig", "replace"))
        yield WATCH, data, None if is_closed else data

    def _left(self, share: Share) -> Iterator[str]:
        """Yield the files that may have gone: where rows have been, or all where all is written."""
        if self._is_whole and share.is_last:
            yield from {*self._main.paths(), *(self._public.paths() if self._is_apart else ())}
        for place in share.left:
            yield from self._standing(place)

    def _standing(self, place: Place) -> Iterator[str]:
        """Yield the files that stand where a run, a statement, an edition or a snapshot has been."""
        match place:
            case (int(run), started):
                yield run_path(run, str(started))
            case (_, _, _, _):
                folder = statement_folder(place)
                own = (f"{folder}/{STATEMENT}", f"{folder}/{EDITION_MARK}")
                yield from (path for path in self._main.below(folder) if path.startswith(own))
            case (*_, int(ordinal)):
                yield from (f"{edition_path(place)}/{ordinal}.json", f"{edition_path(place)}.txt")
            case _:
                yield from self._main.below(edition_path(place))
                yield f"{edition_path(place)}.txt"


class _Commit:
    """A commit that begins with its first file: without one, there is none."""

    def __init__(self, stream: FastImport, tree: Tree, branch: str, message: CommitMessage) -> None:
        self.is_begun = False
        self._stream, self._tree, self._branch, self._message = stream, tree, branch, message

    def put(self, path: str, blob: str, data: bytes | None) -> None:
        """Put a file where the tree has another or none; without data its blob is there already."""
        if self._tree.blob(path) == blob:
            return
        self._begin()
        if data is None:
            self._stream.link_file(path, blob)
        else:
            self._stream.write_file(path, data)
        self._tree.put(path, blob)

    def remove(self, path: str) -> None:
        """Take a file out, where the tree has it."""
        if self._tree.blob(path) is None:
            return
        self._begin()
        self._stream.remove_file(path)
        self._tree.put(path, None)

    def _begin(self) -> None:
        if self.is_begun:
            return
        # The first commit goes on from the tip, the next ones from what this stream has written.
        parent = None if self._tree.is_begun else self._tree.tip
        self._stream.begin_commit(aside(self._branch), parent, self._message)
        self.is_begun = self._tree.is_begun = True


def name_blob(data: bytes) -> str:
    """Return git's name of a file's bytes, in repositories that name by SHA-1 as ours does."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
