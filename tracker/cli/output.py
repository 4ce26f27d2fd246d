"""Where output goes, and what may be written: a terminal or its pager, a pipe or a file, a picture beside it.

Closed text is shown with a caution, and written only where that is asked for.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from tracker.cli.click import get_current_context
from tracker.cli.everywhere import NO_PAGER, PAGER_VARIABLE, colour, is_private, may_overwrite
from tracker.errors import TrackerError, WatchListInvalid
from tracker.files import BY_UMASK, CLOSED
from tracker.report.formats import FORMATS, check_ending, refuse_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tracker.archive import ArchiveSession
    from tracker.cli.click import Context
    from tracker.files import Permissions
    from tracker.report.document import Document
    from tracker.report.pictures.draw import Kind


STDOUT: Final = Path("-")
"""Names standard output where a file is named, as with other programs: ``-o -``."""


@contextmanager
def shown_progress(
    what: str,
    in_pipe: Callable[[int, int], None] = lambda _done, _total: None,
    more: Callable[[], str] = str,
) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to call with the steps done and in all; in a pipe it is another, or shows nothing.

    ``more`` gives words to show beside them.
    """
    if not sys.stderr.isatty():
        yield in_pipe
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(
            task, completed=done, total=total, description=f"{what} {more()}".rstrip()
        )


_EVERY_SECONDS, _SHORT_MINUTES = 30, 2


def line_writer(what: str) -> Callable[[int, int], None]:
    """Return what writes a line now and then, with the time left at the pace since the line before."""
    before, begun = 0, time.monotonic()

    def write(done: int, total: int) -> None:
        nonlocal before, begun
        now = time.monotonic()
        if done > before and now - begun >= _EVERY_SECONDS:
            left = (now - begun) / (done - before) * (total - done) / 60
            rest = f"about {left:,.0f} minutes" if left >= _SHORT_MINUTES else "less than two minutes"
            write_notice(f"{what}: {done:,} of {total:,}, {rest} left")
            before, begun = done, now

    return write


NARROWEST, DEFAULT_WIDTH, WIDEST = 60, 80, 120


def wants_colour(output: Path | None = None) -> bool:
    """Return whether to use colour: on a terminal, unless ``NO_COLOR`` is set or the user decides."""
    if (choice := colour()) != "auto":
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


def refuse_overwriting(
    output: Path | None,
    inputs: Iterable[str | Path | None] = (),
    archive: Path | None = None,
    form: str = "",
) -> None:
    """Raise ``TrackerError`` where an output file is one of the inputs, lies in the archive, or is there.

    An empty one is no loss, and ``--overwrite`` replaces any. So it does where the format is for files alone
    and no file is named, or the ending is that of another.
    """
    refuse_output(form, output)
    if output is None or output == STDOUT:
        return
    if form:
        check_ending(output, form)
    inside = archive and archive.exists() and archive.resolve() in output.resolve().parents
    if inside or output.resolve() in {Path(name).resolve() for name in inputs if name}:
        raise TrackerError(f"{output}: the output would overwrite an input or the archive; name another file")
    if output.is_file() and output.stat().st_size and not may_overwrite():
        raise TrackerError(f"{output} is there already; to replace it: --overwrite")


def answer(
    form: str,
    as_json: Callable[[], str],
    as_text: Callable[..., str],
    *,
    as_csv: Callable[[], str] | None = None,
    as_table: Callable[[Any], str | bytes] | None = None,
    output: Path | None = None,
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
        text = as_text(width=terminal_width(), color=wants_colour(output))
    write_answer(text, output)


_LONGEST_END = 500  # characters of a notice at either end: the next step stands last


def write_answer(text: str | bytes, output: Path | None = None, *, paged: bool = True) -> None:
    """Print a text, or write it to a file atomically, in UTF-8; it ends in one line break, or is empty.

    Bytes are for a file alone. On a terminal that it does not fit on, a pager shows it, unless it is one part
    of several. The archive is closed before: a run must not wait for who reads this page by page. Raises
    ``TrackerError`` where it cannot be written.
    """
    if context := _check_rights():
        context.close()
    if isinstance(text, str) and text:
        text = text.rstrip("\n") + "\n"
    if isinstance(text, bytes):
        if output is None:
            raise TrackerError(_NO_TEXT)
        write_bytes(text, output)
    elif output is not None and not (output == STDOUT and sys.stdout.isatty()):
        write_bytes(text.encode(), output)
    elif paged and output is None and (pager := _choose_pager(text)):
        _show_page(pager, _shown(text))
    else:
        _print(_shown(text))


_NO_TEXT: Final = "the output is not text; name a file for it with -o FILE"


def write_bytes(data: bytes, output: Path) -> None:
    """Write bytes to a file atomically, or into a pipe, ``/dev/stdout``, or an empty file behind a link.

    Any other link is replaced. ``STDOUT`` is no file, and takes them unless it is a terminal. With
    ``--private`` a file is for its owner alone. Raises ``TrackerError`` where that fails.
    """
    from tracker.files import write_file

    _check_rights()
    if output == STDOUT:
        if sys.stdout.isatty():
            raise TrackerError(_NO_TEXT)
        _print(data)
        return
    try:
        if _leads_on(output):
            output.write_bytes(data)
        else:
            write_file(output, data, _written_permissions())
    except FileNotFoundError:
        raise TrackerError(f"{output}: there is no folder {output.parent}; make it first") from None
    except IsADirectoryError:
        raise TrackerError(f"{output} is a folder; name a file in it") from None
    except OSError as error:
        raise TrackerError(f"{output}: {error.strerror}") from None


def _leads_on(output: Path) -> bool:
    """Tell whether a place is to be written into as it is.

    Where a link leads to a file with something in it, or to none, somebody else may have put it there; those
    that the system keeps for what is open, such as ``/dev/stdout``, may lead to such a file.
    """
    if not output.is_file():
        return output.exists()
    folder = output.parent.resolve()
    is_open = folder == Path("/dev") or Path("/proc") in folder.parents
    return output.is_symlink() and (is_open or not output.stat().st_size)


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


def _print(answer: str | bytes) -> None:
    """Print a text, or bytes; who closes a pipe early (``tracker list | head``) has seen enough.

    Raises ``TrackerError`` where it cannot be written for another reason.
    """
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        if isinstance(answer, bytes):
            sys.stdout.buffer.write(answer)
        else:
            sys.stdout.write(answer)
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer would fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise TrackerError(f"standard output: {error.strerror}") from None


def _choose_pager(text: str) -> str | None:
    """Return the pager for a long text on a terminal, chosen as git does; None where there is to be none."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return None
    size = shutil.get_terminal_size()
    if sum(1 + len(line) // size.columns for line in text.splitlines()) < size.lines:
        return None
    set_by_user = (os.environ[name] for name in (PAGER_VARIABLE, "PAGER") if name in os.environ)
    command = next(set_by_user, "less").strip() or NO_PAGER
    return command if command != NO_PAGER and shutil.which(command.split()[0]) else None


def _show_page(pager: str, text: str) -> None:
    """Show a text in a pager; whoever quits or interrupts it has seen enough, which is no error."""
    import signal
    import subprocess

    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    data = text.encode("utf-8", "backslashreplace")
    # A handler and not SIG_IGN, which the pager would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        # By a shell, as other programs run PAGER: it is the user's own command, with options and pipes in it.
        with subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=environment) as shown:  # noqa: S602
            shown.communicate(data)
    except OSError as error:
        raise TrackerError(f"{pager}: {error.strerror}") from None
    finally:
        signal.signal(signal.SIGINT, before)


SESSIONS: Final = "tracker.cli.options"
"""Where the archives that a command has opened are, among what its context keeps."""
_NAMED = f"{__name__}.named"
_SHOWN: Final = (None, "text", "json", "csv", "jsonl")
"""Formats for who works on the archive; all others are pages and files to be handed on."""
_FILES: Final = ("output", "model", "plot")
_MOST: Final = 3


def _written_permissions() -> Permissions:
    """Return those of what this command writes: with ``--private`` it is its owner's alone."""
    return CLOSED if is_private() else BY_UMASK


def _check_rights() -> Context | None:
    """Say where a command shows closed text; refuse to write it, but with ``--private``; return its context.

    Raises ``TrackerError`` where it is for a file or a page, or it is unknown what is closed.
    """
    context = get_current_context(silent=True)
    if context is None:
        return None
    files = [named for name in _FILES if (named := context.params.get(name)) not in {None, STDOUT}]
    is_written = context.params.get("form") not in _SHOWN or bool(files)
    is_refused = is_written and not is_private()
    named_before: set[str] = context.meta.setdefault(_NAMED, set())
    try:
        closed = [each for each in _find_closed(context.meta.get(SESSIONS, {})) if each not in named_before]
    except WatchListInvalid:
        if is_refused:
            raise
        return context
    if closed:
        named_before.update(closed)
        named = f"{', '.join(closed[:_MOST])}{f' and {len(closed) - _MOST} more' if closed[_MOST:] else ''}"
        if is_refused:
            raise TrackerError(
                f"closed to the public: {named}; write it with --private, and keep it to yourself"
            )
        write_notice(f"closed to the public, keep it to yourself: {named}")
    return context


def _find_closed(sessions: Mapping[tuple[Path, bool], ArchiveSession]) -> list[str]:
    return [str(each) for session in sessions.values() for each in session.find_closed()]


def check_outputs(
    output: Path | None,
    plot: Path | None,
    inputs: Iterable[str | Path | None],
    archive: Path,
    form: str,
    *,
    ranks: bool = False,
) -> None:
    """Raise ``TrackerError`` before anything is read where a report or a picture could not be written."""
    inputs = [*inputs]
    refuse_overwriting(output, inputs, archive, form)
    if plot is None:
        if ranks:
            raise TrackerError("--ranks is a picture; name a file for it: --plot ranks.svg")
        return
    from tracker.report.pictures.canvas import need_matplotlib
    from tracker.report.pictures.draw import FORMS

    if _ending(plot) not in FORMS:
        raise TrackerError(f"--plot {plot}: the ending names the format; end it in .svg, .png or .pdf")
    refuse_overwriting(plot, [*inputs, output], archive)
    need_matplotlib()


def write_picture(plot: Path | None, build: Callable[[], Document], kind: Kind) -> None:
    """Write a picture of a report where one is asked for; say so where there is nothing to draw."""
    if plot is None:
        return
    from tracker.report.pictures.draw import draw_picture

    if drawn := draw_picture(build(), kind, _ending(plot)):
        write_bytes(drawn, plot)
    else:
        write_notice(f"{plot}: there is nothing to draw, and no picture was written")


def _ending(plot: Path) -> str:
    return plot.suffix.lower().lstrip(".")
