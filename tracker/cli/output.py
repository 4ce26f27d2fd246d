"""Where an answer goes: to standard output or a file, in colour or not, at which width."""

from __future__ import annotations

import os
import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tracker.errors import TrackerError
from tracker.files import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@contextmanager
def shown_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that is told how much is done of how much; in a pipe it says nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


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


def refuse_overwriting(output: Path, inputs: Iterable[str], archive: Path) -> None:
    """Raise ``TrackerError`` where an answer would replace what it is made of: an input, or the archive."""
    inside = archive.exists() and archive.resolve() in output.resolve().parents
    if inside or output.resolve() in {Path(name).resolve() for name in inputs}:
        raise TrackerError(f"{output}: the answer would replace what it is made of; name another file")


def write_answer(text: str, output: Path | None = None) -> None:
    """Print a text, or write it to a file in UTF-8, whole or not at all; it ends in one line break.

    Raises ``TrackerError`` where it cannot be written.
    """
    text = text.rstrip("\n") + "\n"
    try:
        if output is None:
            _print(_shown(text))
        else:
            _replace(output, text.encode())
    except BrokenPipeError:
        raise
    except OSError as error:
        raise TrackerError(f"{output or 'standard output'}: {error.strerror}") from None


def write_bytes(data: bytes, output: Path) -> None:
    """Write bytes to a file as they are, whole or not at all; raises as ``write_answer`` does."""
    try:
        _replace(output, data)
    except OSError as error:
        raise TrackerError(f"{output}: {error.strerror}") from None


def tell(line: str) -> None:
    """Say something on standard error, on one line, with what a terminal would obey made visible."""
    from tracker.report.safe import one_line

    sys.stderr.write(f"tracker: {one_line(line)}\n")
    sys.stderr.flush()


def tell_all(text: str) -> None:
    """Write a text of several lines to standard error, likewise."""
    from tracker.report.safe import visible

    sys.stderr.write(visible(text))


def _shown(text: str) -> str:
    """Make visible what a terminal would obey, other than our own colours.

    Whatever lays out an answer does so already; this holds for what is not laid out, and for what is
    forgotten. It takes a millisecond on 100 KB.
    """
    from tracker.report.layout import COLOURS
    from tracker.report.safe import visible

    if "\x1b" not in text:
        return visible(text)
    return "".join(part if part in COLOURS else visible(part) for part in re.split(r"(\x1b\[[\d;]*m)", text))


def _print(text: str) -> None:
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        # What is left in the buffer would fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _replace(output: Path, data: bytes) -> None:
    """Write beside the file first; a device or a pipe is written to as it is."""
    if output.exists() and not output.is_file():
        output.write_bytes(data)
    else:
        write_file(output, data)
