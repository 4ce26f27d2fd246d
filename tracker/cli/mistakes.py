"""Mistakes at the keyboard, each answered by one line that leads on: what was likely meant, or an example."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING

from typer.core import TyperGroup

from tracker.cli.click import MissingParameter, NoSuchOption
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tracker.cli.click import ClickException, Command, Context
    from tracker.errors import BodyMissing

OTHER_WORDS = {
    "bodies": "list --bodies", "cat": "show", "check": "verify, sources check", "clone": "rebuild",
    "compare": "diff, timeline", "compare-countries": "timeline", "countries": "timeline", "create": "init",
    "delete": "withdraw", "explain": "diff --explain ID", "fetch": "snapshot, sources add",
    "find": "search, trace", "follow": "trace, timeline", "grep": "search", "health": "status",
    "history": "log, timeline", "import-folder": "import", "import-git": "import", "import-warc": "import",
    "ls": "list", "new": "init", "panel": "timeline", "phrases": "timeline --phrases", "pull": "snapshot",
    "read": "show", "remove": "withdraw", "report": "status --year", "rm": "withdraw",
    "runs": "status --runs", "silence": "expect --none", "sync": "mirror push",
    "topic": "list --topics, timeline --topic", "update": "snapshot", "version": "--version",
    "view": "show", "watch": "sources add, snapshot",
}  # fmt: skip
"""What people call a command in other programs, and what it is called here."""

_TYPES = {"a valid int range": "a whole number", "a valid int": "a whole number", "a valid float": "a number"}
"""What the parser calls the values that it takes, in words."""
_EXTRA = re.compile(r"Got unexpected extra argument\S* \((.*)\)", re.DOTALL)
_NEAR = 0.75
"""How much of an option's name must be that of another one: all but a letter or two."""
_WORDS = "words"
"""What ``help`` explains beside commands."""
_TEXTS = {"text", "query"}
"""Arguments that hold words with blanks, which a shell takes apart where the quotes are missing."""


class Commands(TyperGroup):
    """Commands under a name, where a word that is none of them is answered with the likely one."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """Find the command that the first argument names; raises ``UsageError`` where there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            ctx.fail(f"no such command: {name!r}; {self._likely(ctx, args)}")
        return super().resolve_command(ctx, args)

    def _likely(self, ctx: Context, args: list[str]) -> str:
        from tracker.references import gather_words, looks_like_reference

        path, name = ctx.command_path, args[0].lower()
        inside = [f"{group} {name}" for group, names in self._groups() if name in names]
        other = OTHER_WORDS[name].split(", ") if name in OTHER_WORDS and ctx.parent is None else []
        near = get_close_matches(name, [*self.commands, *([_WORDS] if ctx.parent is None else [])])
        near = [f"help {_WORDS}" if each == _WORDS else each for each in near]
        if meant := [*other, *inside] or near:
            return f"did you mean {' or '.join(f'{path} {each}' for each in meant)}?"
        if looks_like_reference(gather_words(args)[0]):
            return f"to compare, write: {path} diff {shlex.join(args)}"
        return f"{path} {'help all' if ctx.parent is None else '-h'} lists the commands"

    def _groups(self) -> Iterator[tuple[str, Sequence[str]]]:
        for name, command in self.commands.items():
            if isinstance(command, TyperGroup):
                yield name, list(command.commands)


def explain_usage(error: ClickException) -> str:
    """Return one line on what the parser did not understand, with the next step."""
    context: Context | None = getattr(error, "ctx", None)
    message = error.format_message().rstrip(".")
    for name, meant in _TYPES.items():
        message = message.replace(name, meant)
    if context is None:
        return f"{message[0].lower()}{message[1:]}; -h behind the command says more"
    path, example = context.command_path, _example(context.command)
    if isinstance(error, NoSuchOption):
        known = [name for each in context.command.params for name in each.opts]
        near = get_close_matches(error.option_name, known, cutoff=_NEAR)
        return f"no such option: {error.option_name}; " + (
            f"did you mean {near[0]}?" if near else f"{path} -h lists the options"
        )
    if isinstance(error, MissingParameter):
        return f"{message[0].lower()}{message[1:]}; {example}"
    if extra := _EXTRA.fullmatch(message):
        return _explain_extra(context, extra[1], example)
    lead = f"{message[0].lower()}{message[1:]}"
    return f"{lead}; {example}" if isinstance(context.command, TyperGroup) and "; " not in lead else lead


def _explain_extra(context: Context, extra: str, example: str) -> str:
    taken = [each for each in context.command.params if each.param_type_name == "argument"]
    values = [str(context.params.get(str(each.name))) for each in taken]
    from tracker.references.countries import match_countries

    fault = f"unexpected extra argument: {extra}"
    if any(each.name == "countries" for each in context.command.params) and all(
        map(match_countries, extra.split())
    ):
        written = shlex.join([*values, "--countries", ",".join(extra.split())])
        return f"{fault}; countries stand behind an option: {context.command_path} {written}"
    if not taken or taken[-1].name not in _TEXTS:
        return f"{fault}; {example}"
    written = shlex.join([*values[:-1], f"{values[-1]} {extra}"])
    return f"{fault}; put the words in quotes: {context.command_path} {written}"


def _example(command: Command) -> str:
    """Return the first of the examples that a command's help ends with."""
    if isinstance(command, TyperGroup):
        return "tracker help all lists the commands"
    examples = str(command.epilog or "").partition(": ")[2].split(" | ")
    return f"for example: {examples[0]}" if examples[0] else "-h shows what it takes"


def name_bodies(error: BodyMissing, arguments: Sequence[str], archive: Path) -> str:
    """Return one line on a country that stands alone: the bodies that an archive has it at, and a command."""
    from tracker.archive import ArchiveSession
    from tracker.record.statements.nearest import list_in_order

    try:
        with ArchiveSession(archive) as session:
            spoke = Counter(entry.reference.body for entry in session.reader.statements(error.country))
    except TrackerError:
        spoke = Counter()
    if not spoke:
        return str(error)
    country, slash, rest = error.written.partition("/")
    place = f"{error.country}/{spoke.most_common(1)[0][0]}"
    meant = {error.written: f"{place}{slash}{rest}", country: place}
    command = shlex.join(["tracker", *(meant.get(each, each) for each in arguments)])
    return (
        f"{country.strip()!r} names no body; this archive has {list_in_order(sorted(spoke))}; try: {command}"
    )
