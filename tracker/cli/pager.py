"""Long answers on a terminal, in the user's pager."""

from __future__ import annotations

import os
import shutil
import sys

PAGER_VARIABLE, NO_PAGER = "TRACKER_PAGER", "cat"


def choose_pager(text: str) -> str | None:
    """Return the pager for a long text on a terminal, chosen as git does; None where there is to be none."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return None
    size = shutil.get_terminal_size()
    if sum(1 + len(line) // size.columns for line in text.splitlines()) < size.lines:
        return None
    set_by_user = (os.environ[name] for name in (PAGER_VARIABLE, "PAGER") if name in os.environ)
    command = next(set_by_user, "less").strip() or NO_PAGER
    return command if command != NO_PAGER and shutil.which(command.split()[0]) else None


def show_page(pager: str, text: str) -> None:
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
    finally:
        signal.signal(signal.SIGINT, before)
