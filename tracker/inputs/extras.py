"""How to install what an answer needs beside what every installation has."""

from __future__ import annotations

import re
import shlex
import sys
from typing import Final

DISTRIBUTION: Final = "statement-tracker"
_CONDITION: Final = re.compile(r"(?P<library>[^;]+?)\s*;\s*extra == ['\"](?P<extra>[\w-]+)['\"]")


def install_words(extra: str) -> str:
    """Return the command that installs an extra beside this program, wherever it runs from.

    The libraries are those that the installed distribution itself names.
    """
    # 20 ms, where something is missing alone.
    from importlib.metadata import requires  # noqa: PLC0415

    conditions = filter(None, map(_CONDITION.fullmatch, requires(DISTRIBUTION) or ()))
    libraries = (shlex.quote(each["library"]) for each in conditions if each["extra"] == extra)
    return f"install it: {shlex.quote(sys.executable)} -m pip install {' '.join(libraries)}"
