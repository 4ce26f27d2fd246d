"""The history that is taken over: that of the mirror, or of a copy of it that was pushed."""

from __future__ import annotations

import shlex
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.git.repository import clone_repository, create_repository, open_repository
from tracker.archive.mirror import proofs, refs, rewrite
from tracker.archive.mirror.branches import BRANCHES, MAIN, PUBLIC
from tracker.archive.mirror.divergence import TAKE_OVER, find_divergence, format_command
from tracker.archive.schema.connection import archive_file, connect_to_read, translate
from tracker.errors import HistoriesApart, RepositoryUnusable
from tracker.files import temporary_folder
from tracker.inputs.passwords import strip_user

if TYPE_CHECKING:
    from tracker.archive.git.repository import Repository


def check_copy(folder: Path, repository: Repository, remote: str, branch: str = MAIN) -> None:
    """Raise ``HistoriesApart`` where a copy has runs that the record does not: pushing would remove them.

    The copy is fetched for this. Raises ``RepositoryUnusable`` where that fails.
    """
    record = archive_file(folder)
    with temporary_folder("clone") as place, closing(connect_to_read(record)) as connection:
        clone = place / MIRROR
        clone_repository(find_address(repository, remote), clone)
        with translate(record), open_repository(clone) as copy:
            divergence = find_divergence(connection, copy, refs.find_branch(copy, branch), None)
    if divergence:
        shown = strip_user(remote)
        raise HistoriesApart(
            f"{shown} has what this record lacks: {divergence.describe(shown)}; to have both in one record:"
            f" {format_command(f'{TAKE_OVER} {shlex.quote(shown)}', folder)}"
        )


@dataclass(frozen=True, slots=True)
class SourceHistory:
    """The commits of a history; the mirror has its objects."""

    main: str
    public: str | None


def fetch_history(folder: Path, place: Path, source: str | None) -> SourceHistory:
    """Return the commits of a history, and copy its objects into the mirror; no branch is moved yet.

    ``place`` is a folder for a copy that has to be fetched. Raises ``RepositoryUnusable`` where there is no
    history.
    """
    mirror = folder / MIRROR
    rewrite.finish_rewrite(mirror)
    if source is None and not mirror.exists():
        raise RepositoryUnusable(f"there is no {mirror}; name a copy of it that was pushed: path or address")
    if not mirror.exists():
        create_repository(mirror)
    with open_repository(mirror, to_write=True) as repository:
        refs.recover(repository, BRANCHES)
        if source is None:
            return _read_history(repository, str(mirror))
        if source.startswith("refs/") and (tip := repository.find_commit(source)):
            return SourceHistory(tip, None)
        clone = place / MIRROR
        clone_repository(find_address(repository, source), clone)
        with open_repository(clone) as copy:
            history = _read_history(copy, source)
            wanted = "".join(f"{tip}\n" for tip in (history.main, history.public) if tip)
            pack = copy.ask("pack-objects", "--revs", "--stdout", "-q", stdin=wanted.encode())
        repository.ask("index-pack", "--stdin", "--strict", stdin=pack)
        return history


def move_branches_to(mirror: Path, history: SourceHistory) -> None:
    """Move the branches to the commits of a history; the replaced commit is kept under another name."""
    with open_repository(mirror, to_write=True) as repository:
        replaced = refs.find_branch(repository, MAIN)
        if replaced == history.main:
            return
        lines = [f"update {MAIN} {history.main}", f"update {PUBLIC} {history.public or history.main}"]
        if replaced and not proofs.is_descendant(repository, history.main, replaced):
            lines.append(f"update {name_replaced(MAIN, replaced)} {replaced}")
        repository.ask("update-ref", "--stdin", stdin="".join(f"{line}\n" for line in lines).encode())


def name_replaced(branch: str, commit: str) -> str:
    """Return the name under which a replaced commit of a branch is kept."""
    return f"refs/replaced/{branch.rpartition('/')[2]}-{commit[:12]}"


def _read_history(repository: Repository, source: str) -> SourceHistory:
    main, public = refs.find_branches(repository, BRANCHES)
    if main is None:
        raise RepositoryUnusable(f"{strip_user(source)} holds no commit of a mirror on its branch main")
    return SourceHistory(main, public)


def find_address(repository: Repository, source: str) -> str:
    """Return the address of a remote of the mirror; paths and addresses stay as they are."""
    if "://" not in source and Path(source).exists():
        return str(Path(source).resolve())
    config = str((repository.path / "config").resolve())
    answer = repository.attempt("config", "--file", config, "--get", f"remote.{source}.url")
    return answer.output.decode().strip() or source
