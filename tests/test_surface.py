"""How much there is to remember: the commands, their options, and those that go with every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from tracker.cli.click import Context
from tracker.cli.commands import COMMANDS as HEADINGS
from tracker.cli.commands import TEN
from tracker.cli.everywhere import EVERYWHERE
from tracker.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.running import Ran
    from tracker.cli.click import Command

COMMANDS, OPTIONS = 60, 269
"""The most that there may be: commands that do something, and options that all help lists together."""


def _walk(command: Command, *path: str) -> Iterator[tuple[str, Command]]:
    """Yield each command that does something, with its name, and the program itself."""
    under = getattr(command, "commands", {})
    if not path or not under:
        yield " ".join(path), command
    for name, each in under.items():
        yield from _walk(each, *path, name)


def _list_options(command: Command) -> list[str]:
    context = Context(command)
    return [
        each.opts[0]
        for each in command.params
        if each.param_type_name == "option" and each.get_help_record(context)
    ]


def test_commands_and_options_are_few() -> None:
    listed = {name: _list_options(command) for name, command in _walk(get_command(app))}
    assert (len(listed) - 1, sum(map(len, listed.values()))) == (COMMANDS, OPTIONS)


def test_what_goes_with_every_command_is_listed_by_the_program_alone() -> None:
    for name, command in _walk(get_command(app)):
        taken = {option for each in command.params for option in each.opts}
        assert set(EVERYWHERE) <= taken, name
        assert set(EVERYWHERE) & set(_list_options(command)) == (set() if name else set(EVERYWHERE)), name


@pytest.mark.parametrize(
    "line",
    [
        "--archive snapshots log XAA/CCPCJ/32",
        "log --archive snapshots XAA/CCPCJ/32",
        "log XAA/CCPCJ/32 --archive=snapshots",
        "--archive nowhere log XAA/CCPCJ/32 --archive snapshots",
    ],
)
def test_the_archive_is_named_before_or_behind(archive: Callable[..., Ran], line: str) -> None:
    assert archive(*line.split(), TRACKER_ARCHIVE="elsewhere") == archive("log", "XAA/CCPCJ/32")


def test_colour_is_asked_for_before_or_behind(archive: Callable[..., Ran]) -> None:
    plain, before, behind = (
        archive(*line.split())
        for line in ("diff XAA/CCPCJ", "--color always diff XAA/CCPCJ", "diff XAA/CCPCJ --color always")
    )
    assert "\x1b[" not in plain.out
    assert "\x1b[" in before.out
    assert before == behind


def test_what_another_option_takes_is_none_of_them(archive: Callable[..., Ran]) -> None:
    """A value that looks like an option, and what stands behind two dashes, stay what they are."""
    assert archive("expect", "XAA/CCPCJ/34", "--by", "Ana", "--note", "--private").code == 0
    assert "--private" in archive("expect").out
    assert archive("show", "--", "--no-pager").code == 2


def test_ten_commands_are_shown_and_all_are_found(tracker: Callable[..., Ran]) -> None:
    shown, every = tracker("--help").out, tracker("help", "all").out
    assert len(TEN) == 10
    assert all(f"\n  {name} " in shown and f"\n  {name} " in every for name in TEN)
    assert "tracker help all" in shown
    names = [name for part in HEADINGS.values() for name in part]
    assert [line.split()[0] for line in every.splitlines() if line.startswith("  ")] == names
    assert max(map(len, shown.splitlines())) <= 80
