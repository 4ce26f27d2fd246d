"""Where the development data stands, for benchmarks and acceptance checks. A user's clone has none."""

from __future__ import annotations

from pathlib import Path


def find_shared() -> Path | None:
    """Return the folder of the development data beside the repository, or nothing where there is none."""
    for folder in Path(__file__).resolve().parents:
        candidate = folder / "shared" / "data"
        if candidate.is_dir():
            return candidate
    return None


def require(name: str) -> Path:
    """Return a file or folder of the development data; where it is missing, fail and say so."""
    shared = find_shared()
    if shared is None:
        raise FileNotFoundError("the development data (shared/data) is not beside this repository")
    path = shared / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing from the development data")
    return path
