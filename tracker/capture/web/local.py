"""Files below a folder: links are followed only if they stay in it.

A hard link is like any other file: nothing shows its other names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.capture.causes import FetchFault
from tracker.inputs.files import NotRegular, open_file, read_beyond

if TYPE_CHECKING:
    from pathlib import Path


def read_file(folder: Path, path: str, limit: int) -> bytes:
    """Return the bytes of a regular file below a folder; links are followed.

    Raises ``FetchFault`` where there is none, or it is outside, over the limit or unreadable.
    """
    try:
        place = (folder / path).resolve()
        if not place.is_relative_to(folder.resolve()):
            raise FetchFault("outside the archive", f"{path} leads to {place}")
        with open_file(place) as file:
            data = read_beyond(file, limit)
    except FileNotFoundError:
        raise FetchFault("no such file", f"{path} is not in {folder}") from None
    except (NotRegular, IsADirectoryError) as error:
        raise FetchFault("not a file", f"{path}: {error.strerror}") from None
    except (OSError, RuntimeError, ValueError) as error:
        # Python 3.11 and 3.12 raise RuntimeError for circular links.
        raise FetchFault("unreadable file", f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > limit:
        raise FetchFault("too large", f"{path} is over {limit} bytes")
    return data


def explain_link(folder: Path, path: Path) -> str | None:
    """Return why a link below a folder is not followed; None for no link, and for one to a file in it.

    A link to a folder is not followed either: its files are found in their own place, or are outside.
    """
    return explain_way(folder, path) if path.is_symlink() else None


def explain_way(folder: Path, path: Path) -> str | None:
    """Return why a path in a folder leads to no file below it, following all links."""
    try:
        place = path.resolve(strict=True)
    except FileNotFoundError:
        return "a link that leads nowhere"
    except (OSError, RuntimeError) as error:
        # Python 3.11 and 3.12 raise RuntimeError for circular links.
        return f"a link that cannot be followed: {getattr(error, 'strerror', None) or 'it leads in a circle'}"
    if not place.is_relative_to(folder.resolve()):
        return f"a link that leads out of the folder, to {place}; copy what it names if you want it"
    return "a link to a folder; its files are read in their own place" if place.is_dir() else None
