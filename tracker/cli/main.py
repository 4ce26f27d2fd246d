"""The entry point: one place where an expected failure becomes one line and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from io import StringIO
from itertools import pairwise
from typing import Annotated

import typer

from tracker import __version__
from tracker.cli import code as judging
from tracker.cli import compare as comparing
from tracker.cli import exchange as exchanging
from tracker.cli import follow as following
from tracker.cli import keep as preserving
from tracker.cli import ledger, snapshots, topics
from tracker.cli import prove as verifying
from tracker.cli import publish as publishing
from tracker.cli import read as reading
from tracker.cli import reextract as rereading
from tracker.cli import review as reviewing
from tracker.cli import sources as watching
from tracker.cli import start as adding
from tracker.cli import trace as tracing
from tracker.cli import withdraw as withdrawing
from tracker.cli.options import ARCHIVE_VARIABLE
from tracker.errors import TrackerError

app = typer.Typer(
    name="tracker",
    help="Snapshots national statements at UN bodies and reports what changed between them.",
    epilog="Try: tracker demo",
    no_args_is_help=True,
    # Rich help costs 90 ms at every start; a traceback is a bug and is shown as it is.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tracker {__version__}")
        raise typer.Exit


@app.callback()
def _before_command(
    archive: Annotated[str | None, typer.Option(help="The archive's folder, for any command.")] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the release and stop.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    if archive:
        os.environ[ARCHIVE_VARIABLE] = archive


for module in (
    comparing,
    reading,
    tracing,
    following,
    judging,
    adding,
    topics,
    snapshots,
    reviewing,
    ledger,
    watching,
    rereading,
    preserving,
    verifying,
    publishing,
    exchanging,
    withdrawing,
):
    module.register(app)

INTERRUPTED, ABORTED = 130, 1


def main() -> None:
    """Run ``tracker`` with the process's arguments and exit.

    Since 0.26 Typer carries a Click of its own, so that its exceptions are not those of the other one. Its
    own handler prints arguments as they were given, for which it is not used.
    """
    import typer
    from typer._click.exceptions import ClickException

    from tracker.cli.main import app
    from tracker.cli.output import tell, tell_all

    try:
        sys.exit(app(prog_name="tracker", standalone_mode=False))
    except TrackerError as error:
        tell(str(error))
        sys.exit(error.exit_code)
    except ClickException as error:
        shown = StringIO()
        error.show(shown)
        tell_all(shown.getvalue())
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.stderr.write("Aborted!\n")
        sys.exit(ABORTED)
    except KeyboardInterrupt:
        sys.stderr.write("tracker: interrupted; what was committed is kept, run the same command to go on\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has gone (``tracker list | head``): no error, and nothing more to say.
        sys.exit(0)
    except Exception as error:
        told = _explain(error, sys.argv[1:])
        if told is None:
            raise
        tell(told)
        sys.exit(TrackerError.exit_code)


def _explain(error: Exception, arguments: list[str]) -> str | None:
    """Return what was no bug after all: a name that no disk takes, or a record that no release wrote so."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return f"{error.filename}: {error.strerror}; name another"
    from pathlib import Path

    from tracker.archive.verify.structure import find_defect
    from tracker.cli.options import ARCHIVE_VARIABLE, DEFAULT_ARCHIVE

    named = [value for name, value in pairwise([*arguments, ""]) if name == "--archive"]
    named += [name.partition("=")[2] for name in arguments if name.startswith("--archive=")]
    return find_defect(Path(named[-1] if named else os.environ.get(ARCHIVE_VARIABLE) or DEFAULT_ARCHIVE))
