"""What a command may hand on: closed text is shown with a caution, and written only where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typer.core import TyperOption

from tracker.cli.click import get_current_context
from tracker.errors import TrackerError, WatchListInvalid
from tracker.files import BY_UMASK, CLOSED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.archive.session import ArchiveSession
    from tracker.cli.click import Command, Context, Parameter
    from tracker.files import Permissions

SESSIONS: Final = "tracker.cli.options"
"""Where the archives that a command has opened are, among what its context keeps."""
_TOLD, _PRIVATE = f"{__name__}.told", f"{__name__}.private"
_SHOWN: Final = (None, "text", "json", "csv", "jsonl")
"""Formats for who works on the archive; all others are pages and files to be handed on."""
_FILES: Final = ("output", "plot")
_MOST: Final = 3


def offer_private(command: Command) -> None:
    """Give a command that writes a report to a file an option that lets closed text into it."""
    names = {name for each in command.params for name in each.opts}
    if "--output" in names and "--private" not in names:
        command.params.append(
            TyperOption(
                param_decls=["--private"],
                is_flag=True,
                default=False,
                expose_value=False,
                callback=_allow,
                help="Write restricted and embargoed text too, into files that only you can read.",
            )
        )


def _allow(context: Context, _option: Parameter, value: bool) -> None:
    context.meta[_PRIVATE] = value


def written_permissions() -> Permissions:
    """Return those of what this command writes: with ``--private`` it is its owner's alone."""
    context = get_current_context(silent=True)
    return CLOSED if context and context.meta.get(_PRIVATE, False) else BY_UMASK


def check_rights() -> Context | None:
    """Say where a command shows closed text; refuse to write it, but with ``--private``; return its context.

    Raises ``TrackerError`` where it is for a file or a page, or it is unknown what is closed.
    """
    context = get_current_context(silent=True)
    if context is None:
        return None
    is_written = context.params.get("form") not in _SHOWN or any(map(context.params.get, _FILES))
    is_refused = is_written and not context.meta.get(_PRIVATE, False)
    told: set[str] = context.meta.setdefault(_TOLD, set())
    try:
        closed = [each for each in _find_closed(context.meta.get(SESSIONS, {})) if each not in told]
    except WatchListInvalid:
        if is_refused:
            raise
        return context
    if closed:
        told.update(closed)
        named = f"{', '.join(closed[:_MOST])}{f' and {len(closed) - _MOST} more' if closed[_MOST:] else ''}"
        if is_refused:
            raise TrackerError(
                f"closed to the public: {named}; write it with --private, and keep it to yourself"
            )
        from tracker.cli.output import write_notice

        write_notice(f"closed to the public, keep it to yourself: {named}")
    return context


def _find_closed(sessions: Mapping[tuple[Path, bool], ArchiveSession]) -> list[str]:
    return [str(each) for session in sessions.values() for each in session.find_closed()]
