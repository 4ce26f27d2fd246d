"""The names of extractors, by which two versions of a text are known to be read alike or not.

A name such as ``trafilatura 2.3.1 utf-8 selector=main remove=.share`` has a library, its release, an
encoding, which follows from the bytes and the server's headers (``cp1252 by chardet 7.7.0`` where it was
guessed), and settings of the source.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tracker.model.texts import Version

_EXTRACTOR = re.compile(
    r"(?P<library>\S+)(?: (?P<release>\d\S*))?(?P<encoding>.*?)(?P<settings>(?: selector=| remove=).*)?",
    re.DOTALL,
)


class Extractor(NamedTuple):
    """The parts of an extractor's name; the settings are as they were written, or empty."""

    library: str
    release: str
    settings: str
    encoding: str = ""
    guessed: str = ""
    """The library that guessed the encoding, with its release; empty where nothing was guessed."""


def read_extractor(name: str) -> Extractor:
    """Return the parts of an extractor's name."""
    match = _EXTRACTOR.fullmatch(name)
    if match is None:
        return Extractor(name, "", "")
    encoding, _, guessed = match["encoding"].partition(" by ")
    codec, _, _errors = encoding.strip().partition(" ")
    return Extractor(
        match["library"], match["release"] or "", (match["settings"] or "").strip(), codec, guessed
    )


def is_installed(name: str) -> bool:
    """Tell whether an extractor is of the releases that are installed, as far as its name says."""
    read = read_extractor(name)
    library, _, release = read.guessed.partition(" ")
    named = ((read.library, read.release), (library, release))
    return all(not release or _find_release(library) == release for library, release in named)


@cache
def _find_release(library: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def is_declared(name: str) -> bool:
    """Tell whether an encoding in an extractor's name is neither one of Unicode's nor said to be guessed."""
    read = read_extractor(name)
    return bool(read.encoding) and not (read.guessed or read.encoding.startswith("utf"))


def describe_reading_difference(old: Version, new: Version, *, is_same_edition: bool) -> str | None:
    """Describe how two versions of one media type were read differently; None where they were not.

    Two editions may select different parts of a page, and a page that is too short for one library is read by
    another: neither counts as a difference in reading.
    """
    if old.media_type != new.media_type:
        return None
    before, after = read_extractor(old.extractor), read_extractor(new.extractor)
    if is_same_edition and before.settings != after.settings:
        return f"selectors ({before.settings or 'none'}; {after.settings or 'none'})"
    if before.library == after.library and before.release != after.release:
        return f"releases of {before.library} ({before.release or 'unknown'}; {after.release or 'unknown'})"
    if before.guessed != after.guessed and before.encoding != after.encoding:
        return f"encodings ({_show_encoding(before)}; {_show_encoding(after)})"
    return None


def _show_encoding(read: Extractor) -> str:
    return f"{read.encoding or 'unknown'}{f', guessed by {read.guessed}' if read.guessed else ''}"
