"""Where an answer goes: to standard output or a file, in colour or not, at which width."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Literal

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from pathlib import Path

NARROWEST, DEFAULT_WIDTH, WIDEST = 60, 80, 120


def wants_colour(choice: Literal["auto", "always", "never"], output: Path | None = None) -> bool:
    """Tell whether to colour: on a terminal, unless ``NO_COLOR`` is set or the user says otherwise."""
    if choice != "auto":
        return choice == "always"
    return (
        output is None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def terminal_width() -> int:
    """Return the columns to fill: the terminal's, between 60 and 120; 80 in a pipe."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return DEFAULT_WIDTH
    return min(max(shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns, NARROWEST), WIDEST)


def write_answer(text: str, output: Path | None = None) -> None:
    """Print a text, or write it to a file in UTF-8; it ends in one line break.

    Raises ``TrackerError`` where the file cannot be written.
    """
    text = text.rstrip("\n") + "\n"
    if output is None:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrackerError(f"{output}: {error.strerror}") from None
