"""The history that is taken over: the mirror's own, or that of a copy of it that was pushed."""

from __future__ import annotations

import shlex
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.git.repository import clone_repository, create_repository, open_repository, show_address
from tracker.archive.mirror.branches import BRANCHES, MAIN, PUBLIC
from tracker.archive.mirror.parting import TAKE_OVER, find_parting, name_command
from tracker.archive.mirror.proofs import rests_on
from tracker.archive.mirror.rewrite import settle_rewrite
from tracker.archive.mirror.upkeep import find_branch, recover
from tracker.archive.schema.connection import archive_file, connect_to_read, translate
from tracker.errors import HistoriesApart, RepositoryUnusable

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


@dataclass(frozen=True, slots=True)
class Received:
    """The commits of a history whose objects the mirror has."""

    main: str
    public: str | None


def receive(folder: Path, place: Path, source: str | None) -> Received:
    """Return where a history stands, and bring its objects into the mirror; no branch is moved yet.

    ``place`` is a folder for a copy that has to be fetched. Raises ``RepositoryUnusable`` where there is
    none, or it holds nothing.
    """
    mirror = folder / MIRROR
    settle_rewrite(mirror)
    if source is None and not mirror.exists():
        raise RepositoryUnusable(f"there is no {mirror}; name a copy of it that was pushed: path or address")
    if not mirror.exists():
        create_repository(mirror)
    with open_repository(mirror, to_write=True) as repository:
        recover(repository, BRANCHES)
        if source is None:
            return _find(repository, str(mirror))
        if source.startswith("refs/") and (tip := repository.find_commit(source)):
            return Received(tip, None)
        clone = place / MIRROR
        clone_repository(find_address(repository, source), clone)
        with open_repository(clone) as copy:
            received = _find(copy, source)
            wanted = "".join(f"{tip}\n" for tip in (received.main, received.public) if tip)
            pack = copy.ask("pack-objects", "--revs", "--stdout", "-q", stdin=wanted.encode())
        repository.ask("index-pack", "--stdin", "--strict", stdin=pack)
        return received


def move_to(mirror: Path, received: Received) -> None:
    """Have the branches stand where a history does; what they stood at is kept under another name."""
    with open_repository(mirror, to_write=True) as repository:
        stood = find_branch(repository, MAIN)
        if stood == received.main:
            return
        lines = [f"update {MAIN} {received.main}", f"update {PUBLIC} {received.public or received.main}"]
        if stood and not rests_on(repository, received.main, stood):
            lines.append(f"update {name_replaced(MAIN, stood)} {stood}")
        repository.ask("update-ref", "--stdin", stdin="".join(f"{line}\n" for line in lines).encode())


def name_replaced(branch: str, commit: str) -> str:
    """Return the name under which the commit is kept that a branch stood at."""
    return f"refs/replaced/{branch.rpartition('/')[2]}-{commit[:12]}"


def _find(repository: Repository, source: str) -> Received:
    main = find_branch(repository, MAIN)
    if main is None:
        raise RepositoryUnusable(f"{source} holds no commit of a mirror on its branch main")
    return Received(main, find_branch(repository, PUBLIC))


def find_address(repository: Repository, source: str) -> str:
    """Return the address that a remote of the mirror stands for; paths and addresses stay as they are."""
    if "://" not in source and Path(source).exists():
        return str(Path(source).resolve())
    config = str((repository.path / "config").resolve())
    answer = repository.attempt("config", "--file", config, "--get", f"remote.{source}.url")
    return answer.output.decode().strip() or source
