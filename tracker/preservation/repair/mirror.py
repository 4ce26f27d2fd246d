"""Repairing the mirror: it is written again beside the old one, under the names that its commits had.

Git names objects by their bytes, so the same name is the same object. What is whole in the old mirror is
taken over, and what is lost is written from the record, commit by commit. Nothing else gets in: what the
record has in another way than the mirror had it has another name. The old one is kept as it was.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import zlib
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable, TrackerError
from tracker.files import read_permissions, write_file
from tracker.inputs.inflate import Meter, NotInflated, inflate
from tracker.model.verifying import Step
from tracker.preservation.folder import MIRROR, finish_rewrite, new_mirror, old_mirror
from tracker.preservation.git.repository import create_repository, open_repository
from tracker.preservation.mirror import pending, refs
from tracker.preservation.mirror.commits import SHORT
from tracker.preservation.mirror.lost_objects import History, find_files
from tracker.preservation.mirror.rewrite import keep_own_files
from tracker.preservation.verify.objects import run_fsck
from tracker.record.schema.connection import FILE_NAME, connect_to_read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tracker.preservation.git.repository import Repository

_MISSING = re.compile(r"missing (commit|tree|blob) ([0-9a-f]{40})", re.MULTILINE)
_KINDS = ("blob", "tree", "commit")
_PACK_HEADER = b"PACK\0\0\0\2"
_HEADER_END = 12
"""Bytes of the header of a pack: its mark, its version and the number of its objects."""
_MOST_NAMED = 20
"""Lost objects that are named one by one."""

_LONGEST_OBJECT = 1024**3
"""An object that is longer may have at most 200 times its packed bytes; a document has 50 MB at most."""

_REF = re.compile(rb"([0-9a-f]{40}) (refs/[!-~]+)")
_COMMIT = re.compile(rb"[0-9a-f]{40}\n?")


def write_mirror_again(folder: Path, saved: Path) -> list[Step]:
    """Write the mirror of an archive again; the old one is moved to the folder ``saved``.

    Where the mirror is gone, nothing is left in its place unless all of it could be written. Killed at any
    moment, this leaves the old mirror or the new one. Raises ``RepositoryUnusable`` where git refuses.
    """
    path, target = folder / MIRROR, new_mirror(folder / MIRROR)
    if path.is_symlink():
        raise RepositoryUnusable(f"{path} is a symbolic link; put the mirror itself there")
    finish_rewrite(path)
    create_repository(target)
    with _open_record(folder) as record:
        steps = [*_keep_settings(path, target)] if path.exists() else []
        _copy_objects(path, target)
        with open_repository(target, to_write=True) as repository:
            damaged = [*_drop_damaged_packs(repository), *_drop_damaged_files(target)]
            steps += [
                Step(did=True, what=what, how="left out; what is whole in it was kept") for what in damaged
            ]
            written = _Writer(repository, record, folder).write(_read_refs(path), _read_noted(record))
            steps += written
            is_whole = all(step.did for step in written)
            if is_whole:
                # What no branch leads to stays with the old mirror.
                repository.attempt("repack", "-a", "-d", "-q", "-l")
                repository.attempt("prune", "--expire=now")
                refs.pack_objects(repository)
        if not path.exists() and not is_whole:
            shutil.rmtree(target)
            return steps
        place = _swap(path, target, saved)
    how = "written again under the same names" + (f"; as it was, it is kept in {place}" if place else "")
    return [Step(did=is_whole, what=MIRROR, how=how), *steps]


def _swap(path: Path, target: Path, saved: Path) -> str | None:
    """Put the new mirror in the place of the old one, and return where that is kept."""
    if not path.exists():
        target.rename(path)
        return None
    path.rename(old_mirror(path))
    target.rename(path)
    if (saved / MIRROR).exists():
        # It was written by this repair, which has come to know more.
        shutil.rmtree(old_mirror(path))
    else:
        old_mirror(path).rename(saved / MIRROR)
    return saved.name


@contextmanager
def _open_record(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """Open a record that may be damaged; None where nothing of it can be read."""
    try:
        connection = connect_to_read(folder / FILE_NAME)
    except (TrackerError, sqlite3.Error):
        yield None
        return
    with closing(connection):
        yield connection


def _read_noted(record: sqlite3.Connection | None) -> dict[str, str]:
    """Return the commits of the branches as the record noted them last."""
    mirrored = None
    with suppress(sqlite3.Error, UnicodeDecodeError):
        mirrored = pending.read_mirrored(record) if record else None
    tips = mirrored.tips.split() if mirrored else []
    return {branch: tip for branch, tip in zip(refs.BRANCHES, tips, strict=False) if tip != str(None)}


# What is whole of the old mirror ------------------------------------------------------------------------


def _keep_settings(path: Path, target: Path) -> Iterator[Step]:
    """Keep the configuration where git can read it; a new one names no other computers."""
    config = (target / "config").read_bytes()
    keep_own_files(path, target)
    try:
        with open_repository(target, to_write=True):
            return
    except RepositoryUnusable:
        write_file(target / "config", config, read_permissions(target / "config"))
    how = "written again; where it named others to push to, name them again: tracker mirror push ADDRESS"
    yield Step(did=True, what=f"{MIRROR}/config", how=how)


def _copy_objects(path: Path, target: Path) -> None:
    """Copy packs and single objects; all else is made from them, such as the index of commits."""
    for pattern in ("pack/pack-*.pack", "pack/pack-*.idx", f"??/{'?' * 38}"):
        for file in sorted((path / "objects").glob(pattern)):
            place = target / "objects" / file.relative_to(path / "objects")
            if file.is_symlink() or not file.is_file():
                continue
            if file.suffix == ".idx" and not file.with_suffix(".pack").is_file():
                continue
            place.parent.mkdir(exist_ok=True)
            shutil.copy(file, place)


def _drop_damaged_packs(repository: Repository) -> Iterator[str]:
    """Remove damaged packs once their intact objects are kept, and yield their names."""
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
            file.unlink()
        # This reads a pack that cannot be opened, object by object; it ends with an error all the same.
        repository.attempt("unpack-objects", "-r", "-q", stdin=data)
        yield pack.name


def _list_pack(repository: Repository, pack: Path) -> list[str]:
    """Return the names of the objects in a pack, from its index."""
    index = pack.with_suffix(".idx")
    listed = repository.attempt("show-index", stdin=index.read_bytes() if index.exists() else b"")
    return [line.split()[1] for line in listed.output.decode("ascii", "replace").splitlines()]


def _restore_header(pack: Path, number: int) -> bytes:
    """Return a pack with the right header: it is known, and without it nothing in the pack can be read."""
    data = pack.read_bytes()
    return _PACK_HEADER + number.to_bytes(4, "big") + data[_HEADER_END:] if number else data


def _is_readable(repository: Repository, name: str) -> bool:
    """Tell whether an object can be read and is what its name says."""
    content = repository.read_whole(name)
    return content is not None and any(refs.name_object(kind, content) == name for kind in _KINDS)


def _drop_damaged_files(target: Path) -> Iterator[str]:
    """Remove damaged files of single objects, and yield what they were to hold."""
    for file in sorted(target.glob(f"objects/??/{'?' * 38}")):
        if not _is_whole(file):
            file.unlink()
            yield f"the file of object {file.parent.name}{file.name[: SHORT - 2]}"


def _is_whole(file: Path) -> bool:
    digest = hashlib.sha1(usedforsecurity=False)
    try:
        for piece in inflate([file.read_bytes()], "zlib", Meter(_LONGEST_OBJECT)):
            digest.update(piece.data)
    except NotInflated:
        return False
    return digest.hexdigest() == file.parent.name + file.name


def _read_refs(path: Path) -> dict[str, str]:
    """Return what the branches and other references are at, as far as their files tell."""
    found: dict[str, str] = {}
    packed = path / "packed-refs"
    if packed.is_file() and not packed.is_symlink():
        for line in packed.read_bytes().splitlines():
            if match := _REF.fullmatch(line):
                found[match[2].decode("ascii")] = match[1].decode("ascii")
    for file in sorted((path / "refs").rglob("*")):
        if file.is_file() and not file.is_symlink() and _COMMIT.fullmatch(data := file.read_bytes()):
            found[file.relative_to(path).as_posix()] = data.strip().decode("ascii")
    return found


# What is lost -------------------------------------------------------------------------------------------


class _Writer:
    """Writes to a new mirror what it lacks, as far as the record has it."""

    def __init__(self, repository: Repository, record: sqlite3.Connection | None, folder: Path) -> None:
        self._repository = repository
        self._record = record
        self._folder = folder
        self._there = _list_objects(repository)
        self._written = 0

    def write(self, old: dict[str, str], noted: dict[str, str]) -> list[Step]:
        """Write what the branches lead to and is not there, then the branches; return what was done."""
        paths: dict[str, str] = {}
        for tip in dict.fromkeys((*old.values(), *noted.values())):
            history = History(self._record, self._repository, tip)
            for kind, name, content in history.list_objects():
                self._put(kind, name, content)
            paths |= history.paths
        steps = list(self._write_branches(old, noted))
        missing = _find_missing(self._repository)
        if self._record:
            wanted = [name for name, kind in missing.items() if kind == "blob"]
            for name, data in find_files(self._record, self._folder, wanted):
                self._put("blob", name, data)
            missing = {name: kind for name, kind in missing.items() if name not in self._there}
        if self._written:
            how = "written again from the record, under the same names"
            what = "1 object" if self._written == 1 else f"{self._written:,} objects"
            steps.append(Step(did=True, what=what, how=how))
        return [*steps, *_describe_lost(missing, paths)]

    def _put(self, kind: str, name: str, content: bytes) -> None:
        """Write an object into a file of its own, unless it is there."""
        if name in self._there:
            return
        place = self._repository.path / "objects" / name[:2] / name[2:]
        place.parent.mkdir(exist_ok=True)
        data = zlib.compress(f"{kind} {len(content)}\0".encode() + content)
        write_file(place, data, read_permissions(self._repository.path / "config"))
        self._there.add(name)
        self._written += 1

    def _write_branches(self, old: dict[str, str], noted: dict[str, str]) -> Iterator[Step]:
        """Put each branch where it was; one that names no commit where the record noted it last."""
        known = {name: tip for name, tip in (noted | old).items() if tip in self._there}
        for name in dict.fromkeys((*refs.BRANCHES, *old)):
            tips = [tip for tip in (old.get(name), noted.get(name)) if tip]
            found = next((tip for tip in tips if tip in self._there), None)
            if found is None and name in refs.BRANCHES:
                found = _guess_branch(self._repository, name, known)
            if found:
                self._repository.attempt("update-ref", name, found)
                known[name] = found
            what = f"branch {name.removeprefix('refs/').removeprefix('heads/')}"
            if tips and found not in tips:
                how = f"it was at {tips[0][:SHORT]}, which is lost"
                yield Step(did=False, what=what, how=f"{how}; now at {found[:SHORT]}" if found else how)
            elif found and found != old.get(name):
                yield Step(did=True, what=what, how=f"put back to {found[:SHORT]}")
            elif not found and name == refs.MAIN:
                yield Step(did=False, what=what, how="nothing says where it was")


def _list_objects(repository: Repository) -> set[str]:
    listed = repository.attempt("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    return set(listed.output.decode().split())


def _guess_branch(repository: Repository, name: str, known: Mapping[str, str]) -> str | None:
    """Return where a branch was of which nothing tells that: at the one commit that nothing else leads to.

    Where there are two such commits the other branch was at the other one, and ``main`` has more in it.
    """
    latest = _list_latest(repository)
    if name == refs.MAIN:
        left = [commit for commit in latest if commit not in known.values()] or latest
        return max(left, key=lambda tip: _measure(repository, tip)) if len(left) in {1, 2} else None
    left = [commit for commit in latest if commit != known.get(refs.MAIN)]
    return known.get(refs.MAIN) if not left else left[0] if len(left) == 1 else None


def _list_latest(repository: Repository) -> list[str]:
    """Return the commits that are no other one's parent."""
    listed = repository.attempt(
        "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"
    )
    pairs = (line.split() for line in listed.output.decode().splitlines())
    commits = [name for kind, name in pairs if kind == "commit"]
    asked = "".join(f"{name}\n" for name in commits).encode()
    lines = repository.attempt("rev-list", "--parents", "--no-walk=unsorted", "--stdin", stdin=asked).output
    parents = {parent for line in lines.decode().splitlines() for parent in line.split()[1:]}
    return [name for name in commits if name not in parents]


def _measure(repository: Repository, tip: str) -> int:
    """Return the bytes of all files of a commit."""
    sizes = repository.attempt("ls-tree", "-r", "--format=%(objectsize)", tip).output.split()
    return sum(int(size) for size in sizes if size.isdigit())


def _find_missing(repository: Repository) -> dict[str, str]:
    """Return the kinds of the objects that are missing, by name."""
    answer = run_fsck(repository)
    return {
        name: kind
        for kind, name in _MISSING.findall(answer.output.decode("utf-8", "replace") + answer.complaints)
    }


def _describe_lost(missing: Mapping[str, str], paths: Mapping[str, str]) -> Iterator[Step]:
    names = sorted(missing)
    for name in names[:_MOST_NAMED]:
        where = f" ({paths[name]})" if name in paths else ""
        how = "lost in the mirror, and the record as it is now does not give it again"
        yield Step(did=False, what=f"{missing[name]} {name[:SHORT]}{where}", how=how)
    if names[_MOST_NAMED:]:
        yield Step(did=False, what=f"{len(names) - _MOST_NAMED:,} more objects", how="lost as well")
