"""What the documents show of the program, made by running it: called by cog in README and docs."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typer

from tests.forking import run_command
from tests.running import ROOT
from tracker.cli.main import app
from tracker.record.schema.descriptions import read_descriptions
from tracker.report.records import describe_columns, in_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.record.schema.descriptions import Description
    from tracker.report.records import Column

CODE = ROOT / "tracker"


def print_tracker(*arguments: str) -> str:
    """Return what the command prints at 80 columns; what it says on standard error is a failure."""
    ran = run_command(Path.cwd(), arguments, b"", {**os.environ, "COLUMNS": "80"})
    if ran.stderr:
        raise RuntimeError(ran.stderr.decode())
    return "\n".join(line.rstrip() for line in ran.stdout.decode().strip().splitlines())


def print_example() -> str:
    """Return the first part of the report on one pair of the made-up series, as a block of a document."""
    with TemporaryDirectory() as name:
        archive = str(Path(name) / "demo")
        print_tracker("demo", "--keep", archive)
        arguments = ("diff", "XAA/CCPCJ", "32", "33")
        body, _, _ = print_tracker(*arguments, "--archive", archive).partition("\n\nMORE OF")
    return f"```console\n$ tracker {' '.join(arguments)}\n{body}\n```\n"


def print_help() -> str:
    """Return the help of every command, each under a heading."""
    parts = [f"```text\n{print_tracker('--help')}\n```\n"]
    parts += [
        f"## tracker {' '.join(path)}\n\n```text\n{print_tracker(*path, '--help')}\n```\n"
        for path, _ in walk_commands()
    ]
    return "\n".join(parts)


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


def print_code() -> str:
    """Return every room of the code with its subject, and its modules with theirs, by their docstrings."""
    rows = []
    for folder in sorted({path.parent for path in CODE.rglob("*.py")}):
        room = folder.relative_to(CODE.parent).as_posix()
        rows.append(f"\n## {room}\n\n{_read_subject(folder / '__init__.py')}\n")
        rows += [
            f"- `{path.name}`: {_read_subject(path)}"
            for path in sorted(folder.glob("*.py"))
            if not path.name.startswith("__")
        ]
    return "\n".join(rows) + "\n"


def _read_subject(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]


_TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no"}


def print_columns(kind: type) -> str:
    """Return what each column of a table holds, from the type of its rows."""
    rows = [
        f"| `{column.name}` | {_print_type(column)} | {column.meaning} |" for column in describe_columns(kind)
    ]
    return "\n".join(
        [in_json(kind.__doc__ or ""), "", "| column | holds | meaning |", "|---|---|---|", *rows, ""]
    )


def _print_type(column: Column) -> str:
    facts = column.facts
    values = ", ".join(facts.get("enum", ()))
    bounds = [
        f"{word} {facts[name]}" for word, name in (("from", "minimum"), ("to", "maximum")) if name in facts
    ]
    kind = " ".join([values or _TYPES[column.type], *bounds])
    return f"{kind}{'' if column.required else '; may be null'}"
