"""The options that go with every command, before or behind it: each is written once here, and read here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from typer.core import TyperCommand, TyperOption

from tracker.cli.click import ParameterSource, TyperChoice, get_current_context
from tracker.errors import REQUIRE, REQUIRED
from tracker.references import OWN_FILE
from tracker.report.formats import find_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.cli.click import Command, Context, HelpFormatter, Parameter

ARCHIVE_VARIABLE, DEFAULT_ARCHIVE = "TRACKER_ARCHIVE", Path("snapshots")
PAGER_VARIABLE, NO_PAGER = "TRACKER_PAGER", "cat"
_ARCHIVE, _COLOUR, _OVERWRITE, _PRIVATE = (
    f"{__name__}.{each}" for each in ("archive", "colour", "overwrite", "private")
)
"""Where what was said is among what the contexts of one command line share."""


def archive(context: Context | None = None) -> Path:
    """Return the archive's folder: as the command line says, or else the environment."""
    named = (context or get_current_context()).meta.get(_ARCHIVE)
    return Path(named or os.environ.get(ARCHIVE_VARIABLE) or DEFAULT_ARCHIVE)


def colour() -> Literal["auto", "always", "never"]:
    """Return when to use colour."""
    context = get_current_context(silent=True)
    chosen: Literal["auto", "always", "never"] = context.meta.get(_COLOUR, "auto") if context else "auto"
    return chosen


def may_overwrite() -> bool:
    """Tell whether a file that is there may be replaced by what a command writes."""
    context = get_current_context(silent=True)
    return context is None or context.meta.get(_OVERWRITE, False)


def is_private() -> bool:
    """Tell whether closed text may be written."""
    context = get_current_context(silent=True)
    return context is not None and context.meta.get(_PRIVATE, False)


def _kept(place: str) -> Callable[[Context, Parameter, Any], None]:
    def keep(context: Context, _option: Parameter, value: str | bool | None) -> None:
        if value:
            context.meta[place] = value

    return keep


def _set(variable: str, value: str) -> Callable[[Context, Parameter, bool], None]:
    def keep(_context: Context, _option: Parameter, asked: bool) -> None:
        if asked:
            os.environ[variable] = value

    return keep


_WRITTEN: Final[dict[str, dict[str, Any]]] = {
    "--archive": {
        "metavar": "DIR",
        "help": f"The archive's folder; or set {ARCHIVE_VARIABLE}. [default: {DEFAULT_ARCHIVE}]",
        "callback": _kept(_ARCHIVE),
    },
    "--color": {
        "type": TyperChoice(["auto", "always", "never"]),
        "help": "Colour, and marks for edits. [default: auto]",
        "callback": _kept(_COLOUR),
    },
    "--no-pager": {
        "is_flag": True,
        "help": "Never show a long answer in a pager.",
        "callback": _set(PAGER_VARIABLE, NO_PAGER),
    },
    "--overwrite": {
        "is_flag": True,
        "help": "Replace the file that -o, --plot or --save names, where there is one.",
        "callback": _kept(_OVERWRITE),
    },
    "--private": {
        "is_flag": True,
        "help": "Write restricted and embargoed text too, into files that only you can read; never what is"
        " withdrawn.",
        "callback": _kept(_PRIVATE),
    },
    REQUIRE: {
        "is_flag": True,
        "help": "Read documents in a whole sandbox or not at all (exit code 2).",
        "callback": _set(REQUIRED, "1"),
    },
}
EVERYWHERE: Final = tuple(_WRITTEN)
"""The names of these options."""


class _Unlisted(TyperOption):
    """An option that a command takes, and a shell completes, but that its help does not list."""

    def get_help_record(self, ctx: Context) -> None:
        """Return nothing to list."""


def offer(command: Command, kind: type[TyperOption] = _Unlisted) -> None:
    """Give these options to a command, and to those under it, whose help does not list them."""
    command.params += [kind(param_decls=[name], expose_value=False, **how) for name, how in _WRITTEN.items()]
    for each in getattr(command, "commands", {}).values():
        offer(each)


def _use_own_bodies(folder: Path) -> None:
    """Let references name the bodies that the archive declares for itself; most archives have none."""
    if (folder / OWN_FILE).exists():
        from tracker.references.bodies import use_own_bodies
        from tracker.references.own_bodies import read_own_bodies

        use_own_bodies(read_own_bodies(folder))


class Single(TyperCommand):
    """A command whose help says below its own options which others there are.

    What it writes to a file has the format that the file's ending means, unless one is asked for.
    """

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the words of a command line. Raises ``TrackerError`` for an ending of another format."""
        rest = super().parse_args(ctx, args)
        _use_own_bodies(archive(ctx))
        output, source = ctx.params.get("output"), ctx.get_parameter_source("form")
        if output and source is ParameterSource.DEFAULT:
            choices = next(each.type.choices for each in self.params if each.name == "form")  # type: ignore[attr-defined]
            ctx.params["form"] = find_format(Path(output), choices, ctx.params["form"], self.name or "")
        return rest

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the command's own options, then the names of those of every command."""
        super().format_options(ctx, formatter)
        *names, last = EVERYWHERE
        with formatter.section("With every command"):
            formatter.write_text(f"{', '.join(names)} and {last}: tracker -h")
