"""Where the development data stands, for benchmarks and acceptance checks.

A user's clone has none beside it, and ``TRACKER_CORPORA`` names a folder that
``tests.benchmarks.fetch_corpora`` filled.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

SKIPPED: Final = 77
"""The exit code of a check that was left out for want of data, as of automake's."""
_MISSING: Final = (
    "the development data is not here: python -m tests.benchmarks.fetch_corpora --into FOLDER,"
    " then TRACKER_CORPORA=FOLDER"
)


def find_shared() -> Path | None:
    """Return the folder of the development data, named or beside the repository; None where there is none."""
    if named := os.environ.get("TRACKER_CORPORA"):
        return Path(named)
    for folder in Path(__file__).resolve().parents:
        candidate = folder / "shared" / "data"
        if candidate.is_dir():
            return candidate
    return None


def require(name: str) -> Path:
    """Return a file or folder of the development data; where it is missing, fail and say so."""
    shared = find_shared()
    if shared is None:
        raise FileNotFoundError(_MISSING)
    path = shared / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing from the development data")
    return path


def find_or_leave(check: str) -> Path:
    """Return the folder of the development data; where there is none, end the check that needs it.

    It ends as left out, which is no pass; in CI (``CI=true``) the data must be there.
    """
    shared = find_shared()
    if shared is None:
        print(f"{check}: nothing was checked: {_MISSING}", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") == "true" else SKIPPED)
    return shared
