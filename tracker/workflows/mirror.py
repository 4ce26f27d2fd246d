"""``tracker mirror``: the published copy is brought up to date, and pushed."""

from __future__ import annotations

from pathlib import Path

from tracker.archive.mirror import MIRROR_NAME, update_mirror
from tracker.archive.mirror_branches import MAIN, PUBLIC
from tracker.archive.repository import open_repository
from tracker.errors import RepositoryUnusable
from tracker.model.preserving import Pushed

__all__ = ["push_mirror", "update_mirror"]


def push_mirror(archive: Path, remote: str, *, private: bool) -> Pushed:
    """Push the mirror, brought up to date before; ``main`` there is what the reader of that copy may have.

    A public copy gets open material and the digests of the rest, a private one gets everything. Raises
    ``RepositoryUnusable`` where git refuses: no rights, no network, or a copy that went another way.
    """
    updated = update_mirror(archive)
    with open_repository(archive / MIRROR_NAME) as repository:
        branch = MAIN if private else PUBLIC
        tip = repository.find_commit(branch)
        if tip is None:
            raise RepositoryUnusable(f"{repository.path} holds nothing yet; record a statement: tracker add")
        branches = [f"{branch}:{MAIN}", *([f"{PUBLIC}:{PUBLIC}"] if private else [])]
        # Nobody is there at night to type a password.
        quiet = {"GIT_TERMINAL_PROMPT": "0"}
        repository.ask("push", "--quiet", "--", _address(remote), *branches, environment=quiet)
    return Pushed(remote.rpartition("@")[2] if "://" in remote else remote, private, tip, updated.closed)


def _address(remote: str) -> str:
    """Return a path as git finds it from inside the mirror; addresses and names stay as they are."""
    is_path = "://" not in remote and Path(remote).exists()
    return str(Path(remote).resolve()) if is_path else remote
