"""Repairing objects of the mirror: git names objects by their bytes, so the same name is the same object.

Damaged packs and files are moved out, and intact objects in them are kept. Missing objects are then taken
from a temporary mirror that is written from the record, as far as that gives the same objects.
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

from tracker.errors import TrackerError
from tracker.files import CLOSED, new_file, new_folder, read_permissions, write_file
from tracker.inputs.inflate import Meter, NotInflated, inflate
from tracker.model.verifying import Step
from tracker.preservation.folder import MIRROR, STAGING
from tracker.preservation.git.repository import open_repository
from tracker.preservation.mirror import branches, refs
from tracker.preservation.mirror.pending import forget_mirrored
from tracker.preservation.mirror.update import update_mirror
from tracker.preservation.repair.lost_objects import LostObjects
from tracker.preservation.verify.objects import run_fsck
from tracker.record.access.closed import find_watch_list
from tracker.record.schema.connection import FILE_NAME, WATCH, connect_to_read, connect_to_write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.preservation.git.repository import Repository

_MISSING = re.compile(r"missing (commit|tree|blob) ([0-9a-f]{40})", re.MULTILINE)
_KINDS = ("blob", "tree", "commit")
_HEAD = b"ref: refs/heads/main\n"
_PACK_HEADER = b"PACK\0\0\0\2"
_DIGEST = 20
"""Bytes of a SHA-1, with which git's own files end."""
_HEADER_END = 12
"""Bytes of the header of a pack: its mark, its version and the number of its objects."""

_LONGEST_OBJECT = 1024**3
"""An object that is longer may have at most 200 times its packed bytes; a document has 50 MB at most."""


def repair_objects(folder: Path, damaged: Path) -> list[Step]:
    """Repair the objects of an archive's mirror; what is damaged is moved to the folder ``damaged``."""
    path = folder / MIRROR
    head = list(_write_head(path))
    with open_repository(path, to_write=True) as repository:
        steps = [
            *head,
            *_drop_graph(path),
            *_move_damaged_packs(repository, damaged),
            *_move_damaged_files(path, damaged),
            *_write_missing(repository, folder),
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
    """Remove the index of commits where it is damaged; the next update makes it again."""
    info = path / "objects" / "info"
    if all(map(_ends_in_its_digest, info.glob("commit-graphs/*.graph"))):
        return
    shutil.rmtree(info / "commit-graphs")
    yield Step(did=True, what="the index of commits", how="taken away; the next update makes it again")


def _ends_in_its_digest(file: Path) -> bool:
    data = file.read_bytes()
    return hashlib.sha1(data[:-_DIGEST], usedforsecurity=False).digest() == data[-_DIGEST:]


def _move_damaged_packs(repository: Repository, damaged: Path) -> Iterator[Step]:
    """Move damaged packs out, and keep their intact objects."""
    for pack in sorted((repository.path / "objects" / "pack").glob("pack-*.pack")):
        if not repository.attempt("verify-pack", str(pack.resolve())).status:
            continue
        names = _list_pack(repository, pack)
        data = _restore_header(pack, len(names))
        whole = [name for name in names if _is_readable(repository, name)]
        if whole:
            place = str(pack.parent.resolve() / "pack")
            listed = "".join(f"{name}\n" for name in whole).encode()
            repository.attempt("pack-objects", "-q", "--no-reuse-object", place, stdin=listed)
        for file in pack.parent.glob(f"{pack.stem}.*"):
            _move(file, damaged / file.name)
        # This reads a pack that cannot be opened, object by object; it ends with an error all the same.
        repository.attempt("unpack-objects", "-r", "-q", stdin=data)
        yield Step(did=True, what=pack.name, how="set aside; what is whole in it was kept")


def _list_pack(repository: Repository, pack: Path) -> list[str]:
    """Return the names of the objects in a pack, from its index."""
    index = pack.with_suffix(".idx")
    listed = repository.attempt("show-index", stdin=index.read_bytes() if index.exists() else b"")
    return [line.split()[1] for line in listed.output.decode().splitlines()]


def _restore_header(pack: Path, number: int) -> bytes:
    """Return a pack with the right header: it is known, and without it nothing in the pack can be read."""
    data = pack.read_bytes()
    return (
        data
        if data.startswith(_PACK_HEADER)
        else _PACK_HEADER + number.to_bytes(4, "big") + data[_HEADER_END:]
    )


def _is_readable(repository: Repository, name: str) -> bool:
    """Tell whether an object can be read and is what its name says."""
    content = repository.read_whole(name)
    return content is not None and any(refs.name_object(kind, content) == name for kind in _KINDS)


def _move_damaged_files(path: Path, damaged: Path) -> Iterator[Step]:
    """Move out damaged files of single objects."""
    for file in sorted(path.glob(f"objects/??/{'?' * 38}")):
        if not _is_whole(file):
            name = file.parent.name + file.name
            _move(file, damaged / name)
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


def _write_missing(repository: Repository, folder: Path) -> list[Step]:
    """Write missing objects as the record gives them; each may name others that are missing."""
    steps: dict[str, Step] = {}
    if not _find_missing(repository):
        return []
    try:
        with _temporary_mirror(folder) as (copy, temporary):
            lost = None
            while missing := {
                name: kind for name, kind in _find_missing(repository).items() if name not in steps
            }:
                for name, kind in missing.items():
                    content = temporary.read_whole(name)
                    if content is None:
                        lost = lost or LostObjects(copy, repository, temporary)
                        content = lost.find(kind, name)
                    steps[name] = _write(repository, kind, name, content)
    except (TrackerError, sqlite3.Error) as error:
        return [Step(did=False, what="missing objects", how=f"the record cannot be written again ({error})")]
    return list(steps.values())


def _find_missing(repository: Repository) -> dict[str, str]:
    """Return the kinds of the objects that are missing, by name."""
    answer = run_fsck(repository)
    missing = {name: kind for kind, name in _MISSING.findall(answer.output.decode() + answer.complaints)}
    tips = refs.find_branches(repository, branches.BRANCHES)
    return missing | {tip: "commit" for tip in tips if tip and repository.read_whole(tip) is None}


def _write(repository: Repository, kind: str, name: str, content: bytes | None) -> Step:
    what = f"{kind} {name[:12]}"
    if content is None:
        return Step(did=False, what=what, how="the record as it is now does not give it again")
    repository.ask("hash-object", "-w", "-t", kind, "--stdin", stdin=content)
    return Step(did=True, what=what, how="written again from the record, under the same name")


@contextmanager
def _temporary_mirror(folder: Path) -> Iterator[tuple[sqlite3.Connection, Repository]]:
    """Write a mirror of a copy of the record in a temporary folder, and yield both."""
    with TemporaryDirectory(dir=folder, prefix=STAGING) as name:
        place = Path(name)
        new_file(place / FILE_NAME, CLOSED).close()
        with closing(connect_to_write(place / FILE_NAME)) as copy:
            with closing(connect_to_read(folder / FILE_NAME)) as record:
                record.backup(copy)
            if find_watch_list(folder).is_file():
                write_file(place / WATCH, find_watch_list(folder).read_bytes(), CLOSED)
            # It has no mirror that is missing, which would be a row that the lost objects do not have.
            forget_mirrored(copy)
            update_mirror(copy, place)
            with open_repository(place / MIRROR) as temporary:
                yield copy, temporary
