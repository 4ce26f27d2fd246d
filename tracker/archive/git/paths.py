"""Which paths of a repository are wanted: files, all below a folder, or what a pattern fits."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Paths as people write them: ``.`` is everything, and ``*`` in a pattern reaches into folders."""

    paths: tuple[str, ...]
    _fits: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        written = "|".join(_expression(_plain(path)) for path in self.paths)
        object.__setattr__(self, "_fits", re.compile(written, re.DOTALL))

    def fits(self, path: str) -> bool:
        """Tell whether a path of the repository is wanted."""
        return self._fits.fullmatch(_compose(path)) is not None


def nearest_path(wanted: Sequence[str], there: Iterable[str]) -> str | None:
    """Return the path that one of those wanted was most likely meant for."""
    known = [path for path in there if path]
    names = {path.rpartition("/")[2]: path for path in known}
    for path in map(_plain, wanted):
        close = difflib.get_close_matches(path, known, 1) or [
            names[name] for name in difflib.get_close_matches(path.rpartition("/")[2], names, 1)
        ]
        if close:
            return close[0]
    return None


def _expression(path: str) -> str:
    if path in {"", "."}:
        return ".*"
    if _MAGIC.isdisjoint(path):
        return rf"{re.escape(path)}(?:/.*)?"
    # A file may bear a star in its name: the path as it is written fits as well.
    return f"{re.escape(path)}|{translate(path)}"


def _plain(path: str) -> str:
    return _compose(path).removeprefix("./").rstrip("/")


def _compose(path: str) -> str:
    """Compose accents: one system writes them as one character and another as two."""
    return unicodedata.normalize("NFC", path)
