"""The entry point: one place where an expected failure becomes one line and an exit code."""

from __future__ import annotations

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
        from tracker.report.safe import one_line

        sys.stderr.write(f"tracker: {one_line(str(error))}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("tracker: interrupted; what was committed is kept, run the same command to go on\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has gone (``tracker list | head``): no error, and nothing more to say.
        sys.exit(0)
