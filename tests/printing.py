"""What the documents show of the program, made by running it: called by cog in README and docs."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typer

from tests.forking import run_command
from tracker.capture.read import MAX_BYTES
from tracker.capture.read.extract import MAX_CHARACTERS
from tracker.capture.sandbox.protocol import KEPT_DOCUMENT, MAX_ANSWER, NEW_DOCUMENT
from tracker.cli.everywhere import EVERYWHERE
from tracker.cli.main import app
from tracker.model import corpus_rows, rows, series_rows
from tracker.record.schema.descriptions import read_descriptions
from tracker.report.records import describe_columns, in_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from tracker.record.schema.descriptions import Description
    from tracker.report.records import Column

COMMON = 3
"""How many commands take something in the same words where it is explained once."""

_VALUES = {"path": "PATH", "int": "NUMBER", "float": "NUMBER"}


def print_tracker(*arguments: str) -> str:
    """Return what the command prints at 80 columns; what it says on standard error is a failure."""
    ran = run_command(Path.cwd(), arguments, b"", {**os.environ, "COLUMNS": "80"})
    if ran.stderr:
        raise RuntimeError(ran.stderr.decode())
    return "\n".join(line.rstrip() for line in ran.stdout.decode().strip().splitlines())


_SHOWN = 4
"""Blocks of a report: its title, its lead, the largest moves, and what changed inside a topic."""


def print_example() -> str:
    """Return the first part of the report on one pair of the made-up series, as a block of a document."""
    with TemporaryDirectory() as name:
        archive = str(Path(name) / "demo")
        print_tracker("demo", "--keep", archive)
        arguments = ("diff", "XAA/CCPCJ", "32", "33")
        blocks = print_tracker(*arguments, "--archive", archive).split("\n\n")
    shown = "\n\n".join(blocks[:_SHOWN])
    return f"```console\n$ tracker {' '.join(arguments)}\n{shown}\n```\n"


def print_help() -> str:
    """Return each command with what it takes; what several commands take in the same words stands once."""
    root = typer.main.get_command(app)
    everywhere = {taken.opts[-1] for taken in _list_taken(root)}
    commands = [
        (path, command, [taken for taken in _list_taken(command) if taken.opts[-1] not in everywhere])
        for path, command in walk_commands()
        if not hasattr(command, "commands")
    ]
    used = Counter(_explain(each) for _, _, taken in commands for each in taken)
    common = {line for line, count in used.items() if count >= COMMON}
    parts = [
        "## Options of every command\n",
        "These stand before or behind the command; what is said behind counts.\n",
        *(_explain(each) for each in _list_taken(root) if each.opts[0] in EVERYWHERE),
        "\n## Options of the program alone\n",
        *(_explain(each) for each in _list_taken(root) if each.opts[0] not in EVERYWHERE),
        "",
    ]
    parts += ["## What several commands take\n", *sorted(common), ""]
    for path, command, taken in commands:
        parts += _print_command(path, command.help or "", taken, common)
    return "\n".join(parts)


def _print_command(
    path: tuple[str, ...], means: str, taken: list[Any], common: AbstractSet[str]
) -> Iterator[str]:
    """Yield the lines of a command: what is typed, what it does, what it alone takes, the rest by name."""
    arguments = [_name(each) for each in taken if not _is_option(each)]
    yield f"## `tracker {' '.join((*path, *arguments))}`\n"
    yield " ".join(means.partition("\n\n")[0].split()) + "\n"
    yield from (_explain(each) for each in taken if _explain(each) not in common and each.help)
    formats = [_name(each) for each in taken if each.opts == ["--format"]]
    also = formats + [
        max(each.opts, key=len)
        for each in taken
        if _is_option(each) and each.opts != ["--format"] and _explain(each) in common
    ]
    if also:
        yield f"- also {', '.join(f'`{name}`' for name in also)}"
    yield ""


def _list_taken(command: Any) -> Iterator[Any]:  # noqa: ANN401 (Typer's own Click)
    """Yield the arguments of a command, and the options that its help shows, but for help itself."""
    for each in command.params:
        if not getattr(each, "hidden", False) and "--help" not in each.opts:
            yield each


def _explain(taken: Any) -> str:  # noqa: ANN401 (Typer's own Click)
    """Return an argument or option with its meaning; of formats what they are, not which there are."""
    name = "--format FORMAT" if taken.opts == ["--format"] else _name(taken)
    return f"- `{name}`: {taken.help}{' Required.' if _is_option(taken) and taken.required else ''}"


def _name(taken: Any) -> str:  # noqa: ANN401 (Typer's own Click)
    """Return what is typed: ``[FILE]...`` of an argument, ``-o, --output PATH`` of an option."""
    if not _is_option(taken):
        root = typer.main.get_command(app)
        return str(taken.make_metavar(root.make_context("tracker", [], resilient_parsing=True)))
    names = ", ".join(sorted(taken.opts, key=len))
    choices = "|".join(map(str, getattr(taken.type, "choices", ())))
    kind = _VALUES.get(taken.type.name.partition(" ")[0], "TEXT")
    return names if taken.is_flag else f"{names} {choices or taken.metavar or kind}"


def _is_option(taken: Any) -> bool:  # noqa: ANN401 (Typer's own Click)
    return bool(taken.param_type_name == "option")


def walk_commands(group: Any = None, *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 (Typer's own Click)
    """Yield the path of each command and the command, those of a group after the group itself."""
    for name, command in getattr(group or typer.main.get_command(app), "commands", {}).items():
        yield (*above, name), command
        yield from walk_commands(command, *above, name)


def print_schema() -> str:
    """Return what each table and column of the record means, each table under a heading."""
    return "\n".join(map(_print_table, read_descriptions()))


def _print_table(table: Description) -> str:
    has_units = any(column.unit for column in table.columns)
    head = (
        ["| column | meaning | unit |", "|---|---|---|"]
        if has_units
        else ["| column | meaning |", "|---|---|"]
    )
    rows = [
        f"| `{column.name}` | {column.meaning} |" + (f" {column.unit or ''} |" if has_units else "")
        for column in table.columns
    ]
    return "\n".join([f"### `{table.table}`", "", table.meaning, "", *head, *rows, ""])


_TYPES = {"string": "", "integer": "whole number", "number": "number", "boolean": "yes or no"}


_TABLES = (
    ("topics", "diff OLD NEW --table topics", rows.TopicRecord),
    ("changes", "diff OLD NEW --table changes", rows.ChangeRecord),
    ("shifts", "diff OLD NEW --table shifts", rows.ShiftRecord),
    ("countries", "diff BODY OLD NEW --countries LIST", series_rows.MoveRecord),
    ("priorities", "priorities REF", rows.StatementTopicRecord),
    ("timeline", "timeline BODY --sessions RANGE", series_rows.PanelRecord),
    ("timeline", "timeline SERIES", series_rows.TimelineRecord),
    ("compare", "timeline BODY/SESSION", series_rows.StandingRecord),
    ("trace", "trace SERIES TEXT", series_rows.SayingRecord),
    ("corpus", "export corpus FILE", corpus_rows.CorpusRow),
    ("sentences", "export sentences FILE", corpus_rows.SentenceRow),
    ("statements", "export tables DIR", corpus_rows.StatementRow),
    ("exported topics", "export tables DIR", corpus_rows.StatementTopicRow),
)


def print_columns() -> str:
    """Return the names of the columns of each table, and what they mean, once for all that mean the same."""
    parts: list[str] = []
    meanings: dict[str, dict[str, list[str]]] = {}
    for table, command, kind in _TABLES:
        columns = describe_columns(kind)
        names = ", ".join(f"`{each.name}`{'' if each.required else '?'}" for each in columns)
        parts.append(f"- **{table}** (`{command}`): {in_json(kind.__doc__ or '')} {names}")
        for each in columns:
            meaning = f"{each.meaning} {_print_type(each)}".rstrip()
            meanings.setdefault(each.name, {}).setdefault(meaning, []).append(table)
    parts.append("")
    for name, tables in sorted(meanings.items()):
        if name.startswith("new") and name.replace("new", "old", 1) in meanings:
            continue  # Said once: the same of the other side.
        usual, *others = sorted(tables.items(), key=lambda each: -len(each[1]))
        said = [usual[0], *(f"In {' and '.join(where)}: {meaning}" for meaning, where in others)]
        parts.append(f"- `{name}`: {' '.join(said)}")
    return "\n".join([*parts, ""])


def _print_type(column: Column) -> str:
    """Return what a column holds but for text, in brackets: its values, or which numbers."""
    kind = ", ".join(column.facts.get("enum", ())) or _TYPES[column.type]
    return f"({kind})" if kind else ""


def print_bounds() -> str:
    """Return what the reading of a document may take, of what is new and of what is kept, as a table."""
    bounds = (
        (
            "seconds of a processor, one document",
            *(f"{each.processor}" for each in (NEW_DOCUMENT, KEPT_DOCUMENT)),
        ),
        ("seconds by the clock", *(f"{each.wall:.0f}" for each in (NEW_DOCUMENT, KEPT_DOCUMENT))),
        ("memory, one process", *(f"{each.memory // 1024**3} GB" for each in (NEW_DOCUMENT, KEPT_DOCUMENT))),
        ("size of a document", *[f"{MAX_BYTES // 1024**2} MB"] * 2),
        ("length of a text", *[f"{MAX_CHARACTERS:,} characters"] * 2),
        ("size of an answer", *[f"{MAX_ANSWER // 1024**2} MB"] * 2),
    )
    head = ["| | what is new | `verify`, `reextract` |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in bounds), ""])
