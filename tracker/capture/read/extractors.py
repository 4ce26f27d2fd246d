"""What an extractor's name tells: the library, its release, and what the source asked it to leave out.

``trafilatura 2.3.1 utf-8 selector=main remove=.share`` is a name, a release, an encoding and settings.
The encoding follows from the bytes and the word of the server, and is no choice of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.model.texts import Version

_EXTRACTOR = re.compile(
    r"(?P<library>\S+)(?: (?P<release>\d\S*))?(?P<encoding>.*?)(?P<settings>(?: selector=| remove=).*)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Extractor:
    """An extractor by the parts of its name; the settings are as they were written, or empty."""

    library: str
    release: str
    settings: str
    encoding: str = ""


def read_extractor(name: str) -> Extractor:
    """Return the parts of an extractor's name."""
    match = _EXTRACTOR.fullmatch(name)
    if match is None:
        return Extractor(name, "", "")
    settings, encoding = (match["settings"] or "").strip(), match["encoding"].split(maxsplit=1)
    return Extractor(match["library"], match["release"] or "", settings, encoding[0] if encoding else "")


def tell_difference(old: Version, new: Version, *, is_same_edition: bool) -> str | None:
    """Say in which respect two versions were read otherwise although their documents are of one kind.

    Two editions may ask for other parts of a page, and a page too short for one library is read by
    another: neither is a difference of ours. None where a difference must be the documents'.
    """
    if old.media_type != new.media_type:
        return None
    before, after = read_extractor(old.extractor), read_extractor(new.extractor)
    if is_same_edition and before.settings != after.settings:
        return f"selectors ({before.settings or 'none'}; {after.settings or 'none'})"
    if before.library == after.library and before.release != after.release:
        return f"releases of {before.library} ({before.release or 'unknown'}; {after.release or 'unknown'})"
    return None
