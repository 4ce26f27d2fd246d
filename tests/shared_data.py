"""Where the development data stands, for benchmarks and acceptance checks.

A user's clone has none beside it, and ``TRACKER_CORPORA`` names a folder that
``tests.benchmarks.fetch_corpora`` filled.
"""

from __future__ import annotations

import os
from pathlib import Path


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
        raise FileNotFoundError(
            "the development data is not here: python -m tests.benchmarks.fetch_corpora --into FOLDER,"
            " then TRACKER_CORPORA=FOLDER"
        )
    path = shared / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing from the development data")
    return path
