"""Where output goes: standard output or a file, in colour or not, at which width."""

from __future__ import annotations

import os
import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import typer

from tracker.cli.pager import choose_pager, show_page
from tracker.cli.rights import check_rights, written_permissions
from tracker.errors import TrackerError
from tracker.report.formats import FORMATS, refuse_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@contextmanager
def shown_progress(
    what: str, in_pipe: Callable[[int, int], None] = lambda _done, _total: None
) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to call with the steps done and in all; in a pipe it is another, or shows nothing."""
    if not sys.stderr.isatty():
        yield in_pipe
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


NARROWEST, DEFAULT_WIDTH, WIDEST = 60, 80, 120


def wants_colour(choice: Literal["auto", "always", "never"], output: Path | None = None) -> bool:
    """Return whether to use colour: on a terminal, unless ``NO_COLOR`` is set or the user decides."""
    if choice != "auto":
        return choice == "always"
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return output is None and sys.stdout.isatty() and not is_plain


def terminal_width() -> int:
    """Return the columns to fill: the terminal's, between 60 and 120; 80 in a pipe."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return DEFAULT_WIDTH
    return min(max(shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns, NARROWEST), WIDEST)


REFUSED = 1
"""The exit code where the user answers no."""


def confirm(question: str, without_terminal: TrackerError) -> None:
    """Go on where the user says yes; raises the given error where nobody can be asked."""
    if not sys.stdin.isatty():
        raise without_terminal
    if not typer.confirm(question):
        raise typer.Exit(REFUSED)


_MEANT: Final = {ending: form for form, each in FORMATS.items() for ending in each.endings}
"""The format that a file's name tells; other names tell none."""


def refuse_overwriting(
    output: Path | None,
    inputs: Iterable[str | Path | None] = (),
    archive: Path | None = None,
    form: str = "",
) -> None:
    """Raise ``TrackerError`` where an output file is one of the inputs or lies in the archive.

    So it does where the format is for files alone and no file is named, or the ending is that of another.
    """
    refuse_output(form, output)
    if output is None:
        return
    if form and form != (meant := _MEANT.get(output.suffix.lower(), form)):
        raise TrackerError(
            f"{output}: the ending is that of {meant}, and the format is {form}; add --format {meant}, or"
            " another ending"
        )
    inside = archive and archive.exists() and archive.resolve() in output.resolve().parents
    if inside or output.resolve() in {Path(name).resolve() for name in inputs if name}:
        raise TrackerError(f"{output}: the output would overwrite an input or the archive; name another file")


def answer(
    form: str,
    as_json: Callable[[], str],
    as_text: Callable[..., str],
    *,
    as_csv: Callable[[], str] | None = None,
    as_table: Callable[[Any], str | bytes] | None = None,
    color: Literal["auto", "always", "never"] = "auto",
    output: Path | None = None,
    width: int | None = None,
) -> None:
    """Write JSON or a table where ``form`` is that, otherwise text laid out for the terminal, or Markdown."""
    text: str | bytes
    if form == "json":
        text = as_json()
    elif as_table and FORMATS[form].draw is None:
        text = as_table(form)
    elif form == "csv" and as_csv:
        text = as_csv()
    else:
        text = as_text(width=width or terminal_width(), color=wants_colour(color, output))
    write_answer(text, output)


_LONGEST_END = 500  # characters of a notice at either end: the next step stands last


def write_answer(text: str | bytes, output: Path | None = None, *, paged: bool = True) -> None:
    """Print a text, or write it to a file atomically, in UTF-8; it ends in one line break, or is empty.

    Bytes are for a file alone. On a terminal that it does not fit on, a pager shows it, unless it is one part
    of several. The archive is closed before: a run must not wait for who reads this page by page. Raises
    ``TrackerError`` where it cannot be written.
    """
    if context := check_rights():
        context.close()
    if isinstance(text, str) and text:
        text = text.rstrip("\n") + "\n"
    if output is not None:
        write_bytes(text if isinstance(text, bytes) else text.encode(), output)
        return
    if isinstance(text, bytes):
        raise TrackerError("the output is not text; name a file for it with -o FILE")
    try:
        if paged and (pager := choose_pager(text)):
            show_page(pager, _shown(text))
        else:
            _print(_shown(text))
    except OSError as error:
        raise TrackerError(f"standard output: {error.strerror}") from None


def write_bytes(data: bytes, output: Path) -> None:
    """Write bytes to a file atomically, or into a pipe; with ``--private`` for the owner alone.

    Raises ``TrackerError`` where that fails.
    """
    from tracker.files import write_file

    check_rights()
    try:
        if output.exists() and not output.is_file():
            output.write_bytes(data)
        else:
            write_file(output, data, written_permissions())
    except FileNotFoundError:
        raise TrackerError(f"{output}: there is no folder {output.parent}; make it first") from None
    except IsADirectoryError:
        raise TrackerError(f"{output} is a folder; name a file in it") from None
    except OSError as error:
        raise TrackerError(f"{output}: {error.strerror}") from None


def write_notice(line: str) -> None:
    """Write one line to standard error, control characters visible, without passwords of addresses.

    Of a long one both ends are shown.
    """
    from tracker.inputs.passwords import strip_users
    from tracker.report.safe import one_line

    text = one_line(strip_users(line))
    if len(text) > 2 * _LONGEST_END:
        text = f"{text[:_LONGEST_END]} … {text[-_LONGEST_END:]}"
    sys.stderr.write(f"tracker: {text}\n")
    sys.stderr.flush()


def write_notices(text: str) -> None:
    """Write a text of several lines to standard error, with control characters made visible."""
    from tracker.report.safe import visible

    sys.stderr.write(visible(text))


def _shown(text: str) -> str:
    """Make control characters visible, other than our own colours.

    Laid-out text is safe already; this covers all other text. It takes a millisecond on 100 KB.
    """
    from tracker.report.layout import COLOURS
    from tracker.report.safe import visible

    if "\x1b" not in text:
        return visible(text)
    return "".join(part if part in COLOURS else visible(part) for part in re.split(r"(\x1b\[[\d;]*m)", text))


def _print(text: str) -> None:
    """Print a text; who closes a pipe early (``tracker list | head``) has seen enough, which is no error."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer would fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise
