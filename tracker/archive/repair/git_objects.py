"""Objects of the mirror made again: git names them by their bytes, so the same name is the same object.

Packs and files that are damaged are set aside, what is whole in them is kept, and what is then missing is
taken from a mirror that is written anew from the record, as far as that gives the same objects.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.archive.file.lock import STAGING
from tracker.archive.file.mirror_paths import MIRROR, WATCH
from tracker.archive.git.repository import open_repository
from tracker.archive.mirror.branches import BRANCHES
from tracker.archive.mirror.update import update_mirror
from tracker.archive.mirror.upkeep import find_branch
from tracker.archive.repair.lost_contents import Recollection, name_object
from tracker.archive.rights.access import find_watch_list
from tracker.archive.schema.connection import FILE_NAME, connect_to_read, connect_to_write
from tracker.archive.verify.objects import FSCK
from tracker.errors import TrackerError
from tracker.files import CLOSED, new_file, new_folder, read_permissions, write_file
from tracker.inputs.inflate import Meter, NotInflated, inflate
from tracker.model.verifying import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.archive.git.repository import Repository

_MISSING = re.compile(r"missing (commit|tree|blob) ([0-9a-f]{40})", re.MULTILINE)
_KINDS = ("blob", "tree", "commit")
_HEAD = b"ref: refs/heads/main\n"
_PACK_HEAD = b"PACK\0\0\0\2"
_DIGEST = 20
"""So many bytes has a SHA-1, which is the end of git's own files."""
_COUNT_END = 12
"""A pack begins with its name, its version and the number of its objects, of four bytes each."""

_LONGEST_OBJECT = 1024**3
"""Of an object that is longer the packed bytes must have a part in 200; a document has 50 MB at most."""


def mend_objects(folder: Path, aside: Path) -> list[Step]:
    """Mend the objects of an archive's mirror; the folder ``aside`` gets what is damaged."""
    path = folder / MIRROR
    head = list(_write_head(path))
    with open_repository(path, to_write=True) as repository:
        steps = [
            *head,
            *_drop_graph(path),
            *_set_packs_aside(repository, aside),
            *_set_loose_aside(path, aside),
            *_take_missing(repository, folder),
        ]
        # Single objects, each a file of its own, are put into a pack.
        repository.attempt("repack", "-d", "-q", "-l")
    return steps


def _write_head(path: Path) -> Iterator[Step]:
    """Write the file that names the branch, without which git opens no repository."""
    if not os.path.lexists(path / "HEAD"):
        write_file(path / "HEAD", _HEAD, read_permissions(path))
        yield Step(did=True, what="HEAD", how="written again: it names the branch main")


def _drop_graph(path: Path) -> Iterator[Step]:
    """Take the index of commits away where it is damaged; the next update makes it again."""
    info = path / "objects" / "info"
    if all(map(_ends_in_its_digest, info.glob("commit-graphs/*.graph"))):
        return
    shutil.rmtree(info / "commit-graphs")
    yield Step(did=True, what="the index of commits", how="taken away; the next update makes it again")


def _ends_in_its_digest(file: Path) -> bool:
    data = file.read_bytes()
    return hashlib.sha1(data[:-_DIGEST], usedforsecurity=False).digest() == data[-_DIGEST:]


def _set_packs_aside(repository: Repository, aside: Path) -> Iterator[Step]:
    """Take damaged packs out, and keep the objects in them that are whole."""
    for pack in sorted((repository.path / "objects" / "pack").glob("pack-*.pack")):
        if not repository.attempt("verify-pack", str(pack.resolve())).status:
            continue
        names = _list_pack(repository, pack)
        data = _mend_head(pack, len(names))
        whole = [name for name in names if _is_readable(repository, name)]
        if whole:
            place = str(pack.parent.resolve() / "pack")
            listed = "".join(f"{name}\n" for name in whole).encode()
            repository.attempt("pack-objects", "-q", "--no-reuse-object", place, stdin=listed)
        for file in pack.parent.glob(f"{pack.stem}.*"):
            _move(file, aside / file.name)
        # Of a pack that cannot be opened, what is read one after another; it ends in an error all the same.
        repository.attempt("unpack-objects", "-r", "-q", stdin=data)
        yield Step(did=True, what=pack.name, how="set aside; what is whole in it was kept")


def _list_pack(repository: Repository, pack: Path) -> list[str]:
    """Return the names of the objects in a pack, as its index tells them."""
    index = pack.with_suffix(".idx")
    listed = repository.attempt("show-index", stdin=index.read_bytes() if index.exists() else b"")
    return [line.split()[1] for line in listed.output.decode().splitlines()]


def _mend_head(pack: Path, number: int) -> bytes:
    """Return a pack whose first bytes are right: they are known, and without them nothing in it is read."""
    data = pack.read_bytes()
    return data if data.startswith(_PACK_HEAD) else _PACK_HEAD + number.to_bytes(4, "big") + data[_COUNT_END:]


def _is_readable(repository: Repository, name: str) -> bool:
    """Tell whether an object can be read and is what its name says."""
    content = repository.read_whole(name)
    return content is not None and any(name_object(kind, content) == name for kind in _KINDS)


def _set_loose_aside(path: Path, aside: Path) -> Iterator[Step]:
    """Take damaged files of single objects out."""
    for file in sorted(path.glob(f"objects/??/{'?' * 38}")):
        if not _is_whole(file):
            name = file.parent.name + file.name
            _move(file, aside / name)
            yield Step(did=True, what=f"the file of object {name[:12]}", how="set aside")


def _move(file: Path, place: Path) -> None:
    if not place.parent.is_dir():
        new_folder(place.parent, read_permissions(place.parent.parent))
    shutil.move(file, place)


def _is_whole(file: Path) -> bool:
    digest = hashlib.sha1(usedforsecurity=False)
    try:
        for piece in inflate([file.read_bytes()], "zlib", Meter(_LONGEST_OBJECT)):
            digest.update(piece.data)
    except NotInflated:
        return False
    return digest.hexdigest() == file.parent.name + file.name


def _take_missing(repository: Repository, folder: Path) -> list[Step]:
    """Write objects that are missing as the record gives them; one that was written may tell of the next."""
    steps: dict[str, Step] = {}
    if not _find_missing(repository):
        return []
    try:
        with _write_anew(folder) as (copy, anew):
            recollection = None
            while missing := {
                name: kind for name, kind in _find_missing(repository).items() if name not in steps
            }:
                for name, kind in missing.items():
                    content = anew.read_whole(name)
                    if content is None:
                        recollection = recollection or Recollection(copy, repository, anew)
                        content = recollection.find(kind, name)
                    steps[name] = _write(repository, kind, name, content)
    except (TrackerError, sqlite3.Error) as error:
        return [Step(did=False, what="missing objects", how=f"the record cannot be written again ({error})")]
    return list(steps.values())


def _find_missing(repository: Repository) -> dict[str, str]:
    """Return the kinds of the objects that are missing, by name."""
    answer = repository.attempt(*FSCK)
    missing = {name: kind for kind, name in _MISSING.findall(answer.output.decode() + answer.complaints)}
    tips = (find_branch(repository, branch) for branch in BRANCHES)
    return missing | {tip: "commit" for tip in tips if tip and repository.read_whole(tip) is None}


def _write(repository: Repository, kind: str, name: str, content: bytes | None) -> Step:
    what = f"{kind} {name[:12]}"
    if content is None:
        return Step(did=False, what=what, how="the record as it is now does not give it again")
    repository.ask("hash-object", "-w", "-t", kind, "--stdin", stdin=content)
    return Step(did=True, what=what, how="written again from the record, under the same name")


@contextmanager
def _write_anew(folder: Path) -> Iterator[tuple[sqlite3.Connection, Repository]]:
    """Write a mirror of a copy of the record, aside, and yield both."""
    with TemporaryDirectory(dir=folder, prefix=STAGING) as name:
        place = Path(name)
        new_file(place / FILE_NAME, CLOSED).close()
        with closing(connect_to_write(place / FILE_NAME)) as copy:
            with closing(connect_to_read(folder / FILE_NAME)) as record:
                record.backup(copy)
            if find_watch_list(folder).is_file():
                write_file(place / WATCH, find_watch_list(folder).read_bytes(), CLOSED)
            update_mirror(copy, place)
            with open_repository(place / MIRROR) as anew:
                yield copy, anew
