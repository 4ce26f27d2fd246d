"""What git hooks have in their environment, and what leads git to another repository than is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

ELSEWHERE: Final = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
    "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
)  # fmt: skip


def leave_hook(environment: MutableMapping[str, str]) -> None:
    """Take the variables of a hook out of an environment, for the command that begins in it."""
    for name in ELSEWHERE:
        environment.pop(name, None)


def find_hook(environment: Mapping[str, str]) -> str | None:
    """Return a variable of a hook that an environment has."""
    return next((name for name in ELSEWHERE if name in environment), None)
