"""Commands to start with: ``demo``, ``help``, and what fills an archive: ``init``, ``add``."""

from __future__ import annotations

import inspect
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.mistakes import Commands
from tracker.cli.output import terminal_width, wants_colour, write_answer, write_notice
from tracker.model.facts import FACTS, Facts
from tracker.model.languages import LANGUAGES
from tracker.model.texts import TextKind
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.facts import Fact
    from tracker.model.record import Recorded

*_FIRST, _LAST = LANGUAGES
_LANGUAGES = f"{', '.join(_FIRST)} or {_LAST}"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Example: tracker demo --keep try; tracker --archive try list")(demo)
    app.command("help", epilog="Examples: tracker help diff | tracker help all | tracker help words dropped")(
        show_help
    )
    app.command(epilog="Example: tracker init --group editors --archive /srv/statements")(init)
    app.command(epilog="Example: tracker add uk.pdf --as GBR/CCPCJ/31 --date 2022-05-16 --kind prepared")(
        _with_facts(add)
    )


def _with_facts(command: Any) -> Any:  # noqa: ANN401 (a command)
    """Give a command an option for each fact that can be declared, in the place of its last parameter."""
    signature = inspect.signature(command, eval_str=True)
    *own, _ = signature.parameters.values()
    options = [
        inspect.Parameter(
            fact.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_option_of(fact)
        )
        for fact in FACTS
    ]

    @wraps(command)
    def run(*given: object, **named: object) -> None:
        command(*given, **named)

    made: Any = run
    made.__signature__ = signature.replace(parameters=[*own, *options])
    made.__annotations__ = {each.name: each.annotation for each in (*own, *options)}
    return made


def _option_of(fact: Fact) -> Any:  # noqa: ANN401 (an annotation)
    name = f"--{fact.asked.replace('_', '-')}"
    kind = Literal[fact.choices] if fact.choices else str
    return Annotated[kind | None, typer.Option(name, help=fact.help)]


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the archive in this folder, a new or an empty one."),
    ] = None,
) -> None:
    """Try the program on the statements that come with it."""
    from tracker.exchange.demo import run_demo

    for part in run_demo(keep, width=terminal_width(), color=wants_colour()):
        write_answer(part, paged=False)


def show_help(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND]...",
            help="A command; or: all; or: words, and a word of the reports.",
            autocompletion=completion.complete_command,
        ),
    ] = None,
) -> None:
    """Show the help of a command, as --help does; "all" lists all commands, "words" explains reports."""
    if words and words[0] == "words":
        from tracker.report.render.glossary import render_words

        asked = " ".join(words[1:])
        write_answer(render_words(asked, width=terminal_width(), color=wants_colour()))
        return
    if words == ["all"]:
        from tracker.cli.commands import write_all

        write_answer(write_all(context.make_formatter()))
        return
    shown = context.find_root()
    for word in words or ():
        if not isinstance(shown.command, Commands):
            shown.fail(f"{shown.command_path} has no command {word!r}; try: tracker help")
        _, command, _ = shown.command.resolve_command(shown, [word])
        if command is not None:
            shown = type(context)(command, info_name=word, parent=shown)
    write_answer(shown.get_help())


def init(
    group: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Share it with a group, whose members read and write it."),
    ] = None,
) -> None:
    """Create an empty archive that only you can read.

    Without it the first command that records makes one; this is for an archive that a group shares.
    """
    from tracker.archive import create_archive

    archive = everywhere.archive()
    create_archive(archive, group)
    write_answer(visible(f"created an empty archive in {archive}"))


def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Documents; '-' is standard input.")],
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="REF",
            help="The statement, such as GBR/CCPCJ/31.",
            autocompletion=completion.complete_reference,
        ),
    ],
    language: Annotated[str | None, typer.Option(help=f"{_LANGUAGES}; detected if not given.")] = None,
    kind: Annotated[
        TextKind | None, typer.Option(help="The kind of text; inferred, and marked so, if not given.")
    ] = None,
    **facts: str | None,
) -> None:
    """Record documents as snapshots of one statement."""
    from tracker.exchange.add import add as add_files
    from tracker.exchange.add import declare

    declaration = declare(as_, Facts(**facts), language, kind)
    now, archive = options.now(), options.begun()
    last = _last_run(archive)
    pairs = zip(files, add_files(files, declaration, archive, now), strict=True)
    write_answer("\n".join(line for path, entry in pairs for line in _describe(path, entry)))
    if now < (last or now):
        write_notice(f"dated {now}, before the last run of tracker snapshot, {last}: is the clock right?")


def _last_run(archive: Path) -> str | None:
    from tracker.record.reading.ledger import open_ledger

    with open_ledger(archive) as ledger:
        return ledger.last_instant("snapshot")


def _describe(path: Path, entry: Recorded) -> Iterator[str]:
    note = "has the same bytes as before" if entry.outcome == "unchanged" else "was added"
    yield visible(f"{entry.reference}@{entry.snapshot} {entry.outcome}: {path} {note}")
    for amended in entry.amended:
        yield visible(f"  {amended.field} was {amended.earlier!r}, is now {amended.later!r}")
    if entry.doubt:
        yield visible(f"  a night would have asked a person first: {entry.doubt}")
    elif entry.elsewhere:
        yield f"  the same text is recorded as {' and '.join(entry.elsewhere)} too"
    if entry.doubt or entry.elsewhere:
        yield f"  is {entry.reference.statement} right? If not:"
        yield f"  tracker withdraw {entry.at_snapshot} --reason TEXT --authority NAME"
