"""The bytes of a file that a user names, or of standard input, within bounds; what is named in its place."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

from tracker.capture.read import MAX_BYTES
from tracker.errors import DocumentUnreadable
from tracker.references.names import closest

STANDARD_INPUT = Path("-")
_ADDRESS = re.compile(r"[a-z]{2,}:/|www\.", re.IGNORECASE)
"""As it is typed, and as a ``Path`` makes it, with one slash; a drive of Windows has one letter."""


def is_address(text: str) -> bool:
    """Return whether a name is that of a page on the web."""
    return _ADDRESS.match(text) is not None


def explain_address(text: str) -> str:
    """Return what to do with an address, which is not fetched where a file is read."""
    address = shlex.quote(text)
    return (
        f"{text} is not fetched here; save it, and name the file, or: tracker add FILE --as GBR/UNGA/79"
        f" --url {address}; to have it watched: tracker sources add {address} --as GBR/UNGA/79"
    )


def read_document(path: Path) -> bytes:
    """Return a file's bytes, or those of standard input for ``-``.

    Raises ``DocumentUnreadable`` where the file is missing, is not a regular file, or is named as a PDF or
    DOCX and is none.
    """
    # Statements of the archive need nothing that reads files: 16 ms.
    from tracker.capture.read.extract import naming
    from tracker.capture.read.media import check_ending
    from tracker.inputs.files import open_file, read_beyond

    try:
        if path == STANDARD_INPUT:
            return read_beyond(sys.stdin.buffer, MAX_BYTES)
        with open_file(path) as file:
            data = read_beyond(file, MAX_BYTES)
    except IsADirectoryError:
        raise DocumentUnreadable(
            f"{path} is a directory; name a file, or use: tracker import {shlex.quote(str(path))}"
        ) from None
    except FileNotFoundError:
        if is_address(str(path)):
            raise DocumentUnreadable(explain_address(re.sub(":/(?!/)", "://", str(path), count=1))) from None
        raise DocumentUnreadable(f"{path}: no such file{_name_near(path)}") from None
    except OSError as error:
        raise DocumentUnreadable(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise DocumentUnreadable(f"{str(path)!r}: {error}") from None
    with naming(str(path)):
        check_ending(path.suffix, data)
    return data


def _name_near(path: Path) -> str:
    """Return the file beside it whose name a slip of the hand turned into this one."""
    try:
        near = closest(path.name, sorted(os.listdir(path.parent)))  # noqa: PTH208 (a Path for each is slow)
    except (OSError, ValueError):
        return ""
    return f"; did you mean {path.with_name(near)}?" if near else ""
