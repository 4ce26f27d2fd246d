"""Completion in a shell: what is offered behind a word begun, asked as bash asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from tracker.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.running import Ran
    from tracker.cli.click import Command, Parameter

OFFERED = {
    "a series": ("diff X", "XAA/CCPCJ"),
    "a statement": ("show XAA/CCPCJ/3", "XAA/CCPCJ/32 XAA/CCPCJ/33"),
    "a session of a series": ("diff XAA/CCPCJ 32 3", "32 33"),
    "a session of a body": ("diff CCPCJ 3", "32 33"),
    "the first session": ("timeline XAA/CCPCJ --from 3", "32 33"),
    "a session of a panel": ("timeline CCPCJ --sessions 3", "32 33"),
    "the last of a range": ("timeline CCPCJ --sessions 32-", "32-32 32-33"),
    "the last of a list": ("timeline CCPCJ --sessions 32,3", "32,32 32,33"),
    "a statement to record": ("add old.txt --as XAA/", "XAA/CCPCJ"),
    "a kind": ("import folder --kind v", "verbatim"),
    "another kind": ("import folder --body CCPCJ --kind p", "prepared"),
    "the sessions of a kind": ("import folder --kind verbatim:32-3", "verbatim:32-32 verbatim:32-33"),
    "a verdict": ("judge 3f9c2ab r", "reject relabel"),
    "what is judged": ("judge X", "XAA/CCPCJ"),
    "a session that is judged": ("judge XAA/CCPCJ 3", "32 33"),
    "what is exported": ("export warc out.warc X", "XAA/CCPCJ"),
    "a kind of export": ("export ba", "bag"),
    "the commands of a group": ("mirror up", "update"),
    "a country": ("search x --country X", "XAA"),
    "a country to record": ("import folder --country GB", "GBR"),
    "a body": ("timeline CCP", "CCPCJ"),
    "a body to record": ("import folder --body HR", "HRC"),
    "a country or group": ("timeline CCPCJ --countries XAA,SI", "XAA,SIDS"),
    "a group": ("list --groups SI", "SIDS"),
    "a topic": ("diff XAA/CCPCJ --topic cybercrime-t", "cybercrime-treaty"),
    "a topic to explain": ("diff XAA/CCPCJ --explain cybercrime-t", "cybercrime-treaty"),
    "a source": ("sources check the-s", "the-source"),
    "a source or series": ("snapshot ", "the-source XAA/CCPCJ"),
    "a command": ("help mirror up", "update"),
    "the words of the reports": ("help w", "withdraw words"),
    "nothing of an archive that is not there": ("list --archive nowhere X", ""),
    "nothing of one named before": ("--archive nowhere list X", ""),
}  # fmt: skip
"""What is typed, its last word begun, and what is offered."""

COMPLETED = {
    *("operands", "reference", "references", "series", "place", "wanted", "group", "groups", "countries"),
    *("country", "body", "session", "sessions", "first", "last", "topic", "explain", "as_"),
}
"""Parameters that are completed wherever a command has them."""
NO_NAMES = {
    *(
        ("init", "group"),
        ("search", "first"),
        ("search", "last"),
        ("judge", "as_"),
        ("review", "wanted"),
        ("list", "groups"),
    ),
}
"""Accounts of a computer, years, labels, numbers, and what only says yes."""


def _complete(archive: Callable[..., Ran], line: str, **environment: str) -> list[str]:
    """Return what is offered for the last word of a line, which bash counts from 0, the command."""
    typed = {"COMP_WORDS": f"tracker {line}", "COMP_CWORD": str(len(line.split(" ")))}
    ran = archive(_TRACKER_COMPLETE="complete_bash", **typed, **environment)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.split()


@pytest.mark.parametrize(("line", "offered"), OFFERED.values(), ids=OFFERED)
def test_a_word_begun_is_completed(archive: Callable[..., Ran], line: str, offered: str) -> None:
    if "source" in offered:
        archive("sources", "add", "https://example.org/1", "--as", "XAB/CCPCJ/33", "--name", "the-source")
    assert _complete(archive, line) == offered.split()


def test_an_archive_named_by_the_environment_is_read(archive: Callable[..., Ran]) -> None:
    assert _complete(archive, "diff X", TRACKER_ARCHIVE="nowhere") == []
    assert _complete(archive, "diff --archive snapshots X", TRACKER_ARCHIVE="nowhere") == ["XAA/CCPCJ"]


def test_whatever_names_something_that_is_known_is_completed() -> None:
    left = {
        (path, str(each.name))
        for path, each in _walk(get_command(app), ())
        if each.name in COMPLETED and each._custom_shell_complete is None  # noqa: SLF001 (no public way)
    }
    assert left <= NO_NAMES


def _walk(command: Command, path: tuple[str, ...]) -> Iterator[tuple[str, Parameter]]:
    for name, each in getattr(command, "commands", {}).items():
        yield from _walk(each, (*path, name))
    for parameter in command.params:
        yield " ".join(path), parameter
