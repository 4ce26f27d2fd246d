"""The journal beside a database: SQLite plays it back when it opens the file, whoever has put it there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.inputs.files import NotRegular, open_file

if TYPE_CHECKING:
    from typing import Final

_LINKED: Final = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""How a journal ends that names another file, which SQLite deletes when it has played the journal back."""


def find_companion(database: Path, ending: str) -> Path:
    """Return where SQLite looks for a file beside a database: where the file itself is, links followed."""
    return Path(f"{os.path.realpath(database)}{ending}")


def has_hostile_journal(database: Path) -> bool:
    """Tell whether SQLite would delete another file than the journal to open a database, or wait for ever.

    Nothing here writes to two files in one transaction, so that no journal of ours names another. Raises
    ``OSError`` where the journal cannot be read.
    """
    try:
        with open_file(find_companion(database, "-journal")) as journal:
            journal.seek(max(0, journal.seek(0, os.SEEK_END) - len(_LINKED)))
            return journal.read() == _LINKED
    except FileNotFoundError:
        return False
    except (NotRegular, IsADirectoryError):
        return True
