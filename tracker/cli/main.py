"""The entry point: registers all commands, and turns an expected failure into one line and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

from tracker import __version__
from tracker.cli import (
    code,
    compare,
    exchange,
    follow,
    groups,
    keep,
    ledger,
    mirror,
    read,
    review,
    sources,
    start,
    topics,
    watch,
)
from tracker.cli.mistakes import NO_PAGER_OPTION, Commands, explain_usage, name_bodies
from tracker.cli.options import ARCHIVE_VARIABLE, CRASHED, DEFAULT_ARCHIVE
from tracker.cli.output import NO_PAGER, PAGER_VARIABLE
from tracker.errors import BodyMissing, TrackerError

if TYPE_CHECKING:
    from pathlib import Path

    from typer._click import Context, HelpFormatter
    from typer.models import CommandInfo, TyperInfo

GROUPS = {
    "Start": (start,),
    "Compare": (compare,),
    "Follow": (follow, groups),
    "Read": (read,),
    "Code": (code, topics),
    "Watch": (watch, sources, review, ledger),
    "Keep": (keep, mirror),
    "Exchange": (exchange,),
}
"""The modules of commands under each heading of ``tracker --help``."""


class GroupedHelp(Commands):
    """The application's commands, listed under their headings without loading Rich."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002 (Click's signature)
        """Write one section for each heading; all sections have the same columns."""
        widest = max(map(len, self.commands))
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            text = command.get_short_help_str(formatter.width - widest - 6)
            heading = getattr(command, "rich_help_panel", None) or "Commands"
            sections.setdefault(heading, []).append((f"{name:<{widest}}", text))
        for heading in sorted(sections, key=list(GROUPS).index):
            with formatter.section(heading):
                formatter.write_dl(sections[heading])


app = typer.Typer(
    name="tracker",
    cls=GroupedHelp,
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
    no_pager: Annotated[
        bool, typer.Option(NO_PAGER_OPTION, help="Never show a long answer in a pager; for any command.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the release and stop.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    if archive:
        os.environ[ARCHIVE_VARIABLE] = archive
    if no_pager:
        os.environ[PAGER_VARIABLE] = NO_PAGER


for heading, modules in GROUPS.items():
    for module in modules:
        module.register(app)
    registered: tuple[CommandInfo | TyperInfo, ...] = (*app.registered_commands, *app.registered_groups)
    for each in registered:
        each.rich_help_panel = each.rich_help_panel or heading

INTERRUPTED, ABORTED = 130, 1


def main() -> None:
    """Run ``tracker`` with the process's arguments and exit.

    Since 0.26 Typer has its own copy of Click, with its own exception classes. Typer's handler is not used,
    because it prints arguments without making control characters visible.
    """
    import typer
    from typer._click.exceptions import ClickException, NoArgsIsHelpError

    from tracker.cli.main import app
    from tracker.cli.output import write_notice, write_notices

    _open_closed_streams()
    try:
        sys.exit(app(prog_name="tracker", standalone_mode=False))
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
        sys.stderr.write("tracker: interrupted; completed steps are kept; run the same command to continue\n")
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 (whatever it is, it has an exit code of its own)
        message = _explain(error, sys.argv[1:])
        if message is None:
            traceback.print_exc()
            sys.exit(CRASHED)
        write_notice(message)
        sys.exit(TrackerError.exit_code)


def _open_closed_streams() -> None:
    """Open what is closed (``list >&-``) to nowhere, before a file of the archive takes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 (open to the end)


def _explain(error: Exception, arguments: list[str]) -> str | None:
    """Return a message for an error that is no bug: a file name too long, or a record altered by hand."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return f"{error.filename}: {error.strerror}; choose another"
    from tracker.archive.verify.structure import find_defect

    return find_defect(_archive_folder(arguments))


def _archive_folder(arguments: list[str]) -> Path:
    from pathlib import Path

    named = [value for name, value in pairwise([*arguments, ""]) if name == "--archive"]
    named += [name.partition("=")[2] for name in arguments if name.startswith("--archive=")]
    return Path(named[-1] if named else os.environ.get(ARCHIVE_VARIABLE) or DEFAULT_ARCHIVE)
