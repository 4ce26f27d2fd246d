"""The entry point: one place where an expected failure becomes one line and an exit code."""

from __future__ import annotations

import os
import sys

from tracker.errors import TrackerError

INTERRUPTED = 130


def main() -> None:
    """Run ``tracker`` with the process's arguments and exit.

    Typer's own handler stays inside: since 0.26 it carries a Click of its own, so the exceptions of the
    other Click would pass it and end as tracebacks.
    """
    from tracker.cli.app import app

    try:
        app(prog_name="tracker")
    except TrackerError as error:
        from tracker.report.safe import visible

        sys.stderr.write(f"tracker: {visible(str(error))}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has gone (``tracker list | head``): no error, and nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
