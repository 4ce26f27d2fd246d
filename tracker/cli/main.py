"""The entry point: the application, and what turns an expected failure into one line and an exit code."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import signal
import sys
import traceback
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

from tracker import __version__
from tracker.cli.commands import SETTINGS, AllCommands
from tracker.cli.everywhere import ARCHIVE_VARIABLE, DEFAULT_ARCHIVE
from tracker.cli.mistakes import explain_usage, name_bodies
from tracker.cli.options import CRASHED
from tracker.errors import BodyMissing, Interrupted, TrackerError
from tracker.files import remove_abandoned
from tracker.preservation.git.elsewhere import leave_hook

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(
    name="tracker",
    cls=AllCommands,
    help="Snapshots national statements at UN bodies and reports what changed between them.",
    epilog="Try: tracker demo",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **SETTINGS,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tracker {__version__}")
        raise typer.Exit


def _clear_cache(asked: bool) -> None:
    if asked:
        from tracker.cli.output import write_answer
        from tracker.report.safe import one_line
        from tracker.text.encoder import forget_model

        path, size = forget_model()
        place = one_line(str(path))
        write_answer(f"removed {place}, {size / 1e6:.0f} MB" if size else f"nothing is kept at {place}")
        raise typer.Exit


@app.callback()
def _before_command(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the release and stop.", callback=_print_version, is_eager=True),
    ] = False,
    _clear: Annotated[
        bool,
        typer.Option(
            "--clear-cache",
            help="Remove the encoder's model as it is kept in your cache folder, and stop.",
            callback=_clear_cache,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Take the options of the program; those of every command are read by themselves."""


ABORTED = 1
INTERRUPTED = "interrupted; completed steps are kept; run the same command to continue"


def main() -> None:
    """Run ``tracker`` with the process's arguments and exit.

    Since 0.26 Typer has its own copy of Click, with its own exception classes. Typer's handler is not used,
    because it prints arguments without making control characters visible.
    """
    import typer

    from tracker.cli.click import ClickException, NoArgsIsHelpError
    from tracker.cli.main import app
    from tracker.cli.output import write_notice, write_notices

    _spare_the_collector()
    _open_closed_streams()
    _leave_nothing_behind()
    leave_hook(os.environ)
    try:
        code = app(prog_name="tracker", standalone_mode=False)
        if code == Interrupted.exit_code:
            # What Typer makes of an interrupt, without a word.
            write_notice(INTERRUPTED)
        sys.exit(code)
    except BodyMissing as error:
        write_notice(name_bodies(error, sys.argv[1:], _archive_folder(sys.argv[1:])))
        sys.exit(error.exit_code)
    except TrackerError as error:
        write_notice(str(error))
        sys.exit(error.exit_code)
    except NoArgsIsHelpError as error:
        write_notices(f"{error.format_message()}\n")
        sys.exit(error.exit_code)
    except ClickException as error:
        write_notice(explain_usage(error))
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.stderr.write("Aborted!\n")
        sys.exit(ABORTED)
    except KeyboardInterrupt:
        write_notice(INTERRUPTED)
        sys.exit(Interrupted.exit_code)
    except Exception as error:  # noqa: BLE001 (whatever it is, it has an exit code of its own)
        message = _explain(error, sys.argv[1:])
        if message is None:
            traceback.print_exc()
            sys.exit(CRASHED)
        write_notice(message)
        sys.exit(TrackerError.exit_code)


def _spare_the_collector() -> None:
    """Look for cycles seldom, and not at the end: 14 of the 87 ms of a list, 90 of the 760 of a diff."""
    gc.set_threshold(200_000, 20, 100)
    atexit.register(gc.freeze)


def _leave_nothing_behind() -> None:
    """Clean up when asked to end, as when interrupted; and after a command that was killed."""
    for asked in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(asked) == signal.SIG_DFL:
            signal.signal(asked, signal.default_int_handler)
    remove_abandoned()


def _open_closed_streams() -> None:
    """Open what is closed (``list >&-``) to nowhere, before a file of the archive takes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 (open to the end)


def _explain(error: Exception, arguments: list[str]) -> str | None:
    """Return a message for an error that is no bug: a file's name or permissions, or an altered record."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return f"{error.filename}: {error.strerror}; choose another"
    if isinstance(error, PermissionError) and error.filename:
        return f"{error.filename} is not yours to open; check the permissions of the file and its folder"
    from tracker.preservation.verify.structure import find_defect

    return find_defect(_archive_folder(arguments))


def _archive_folder(arguments: list[str]) -> Path:
    from pathlib import Path

    named = [value for name, value in pairwise([*arguments, ""]) if name == "--archive"]
    named += [name.partition("=")[2] for name in arguments if name.startswith("--archive=")]
    return Path(named[-1] if named else os.environ.get(ARCHIVE_VARIABLE) or DEFAULT_ARCHIVE)
