"""Which commands there are, under which heading and in which module; each is made when it is asked for.

To import all modules and make all commands takes 85 ms, more than ``import typer`` and what most commands do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import typer.main
from typer.core import TyperOption

from tracker.cli.everywhere import Single, offer
from tracker.cli.mistakes import Commands

if TYPE_CHECKING:
    from tracker.cli.click import Command, Context, HelpFormatter

COMMANDS: Final = {
    "Start": {
        "demo": ("start", "Try the program on the statements that come with it."),
        "help": (
            "start",
            'Show the help of a command, as --help does; "all" lists all commands, "words" explains reports.',
        ),
        "init": ("start", "Create an empty archive that only you can read."),
        "add": ("start", "Record documents as snapshots of one statement."),
        "import": (
            "exchange",
            "Record a folder of statements, rows of a table, revisions in a git repository, or a WARC.",
        ),
    },
    "Compare": {
        "diff": ("compare", "Report what changed between two statements."),
        "priorities": ("compare", "Show a statement's priorities and passing mentions."),
        "reproduce": (
            "compare",
            "Compute a comparison, or a replication zip, again and name what differs.",
        ),
    },
    "Follow": {
        "trace": (
            "follow",
            "Follow phrases or a sentence through a series, or through all countries of a body.",
        ),
        "blame": ("follow", "Show when each sentence was first said in these words."),
        "timeline": (
            "follow",
            "Show the topics of a series by session, of one session by country, or of a body by session.",
        ),
        "groups": ("groups", "Keep groups of countries of your own."),
    },
    "Read": {
        "list": ("read", "List the editions in the archive, one per line; or bodies, groups, topics."),
        "log": ("read", "Show the snapshots behind a reference, oldest first."),
        "show": ("read", "Show a statement or a file in numbered paragraphs."),
        "search": ("read", "Find passages in the latest snapshot of every edition."),
        "cite": ("read", "Cite statements, or the passages of a change, with address, capture and digest."),
    },
    "Code": {
        "judge": ("code", "Confirm or correct a judged change or topic level, or settle what is unsure."),
        "decisions": ("code", "List human decisions and the agreement between coders."),
        "agreement": ("second", "Measure how a model, or a sheet, agrees with careful readers."),
        "topics": ("topics", "Check and teach a vocabulary of topics."),
    },
    "Watch": {
        "snapshot": ("watch", "Check the watched sources and keep what is new."),
        "schedule": ("watch", "Print a schedule for nightly snapshots."),
        "review": ("review", "List quarantined documents, show one, or decide on it."),
        "status": ("ledger", "Show the state of the sources and all concerns, the runs, or a year."),
        "expect": ("ledger", "Note that a statement is expected, or was never made; or list the notes."),
        "sources": ("sources", "Manage the watch list of the archive, watch.toml."),
    },
    "Keep": {
        "verify": ("keep", "Check every part of the archive and of its mirror."),
        "reextract": ("keep", "Read kept documents again with the current extractors."),
        "withdraw": ("keep", "Withdraw a statement, an edition or a snapshot."),
        "rebuild": ("keep", "Rebuild the archive from its mirror."),
        "backup": ("keep", "Copy the record into one file and check the copy."),
        "mirror": ("keep", "Maintain the mirror, the archive's published copy."),
    },
    "Publish": {
        "serve": ("publish", "Show the archive in a browser on this machine."),
        "site": (
            "publish",
            "Write the pages of the archive to files, or bring those that are there up to date.",
        ),
    },
    "Exchange": {
        "export": ("exchange", "Export the archive for other archives and programs."),
    },
}
"""The commands under each heading of ``tracker help all``: the module of each, and how its help begins."""

TEN: Final = {
    "demo": "Try all this on statements that come with it.",
    "import": "Record a folder, a git repository, or a web archive.",
    "list": "See what the archive holds.",
    "show": "Read a statement.",
    "search": "Find words in all statements.",
    "diff": "Compare two sessions, or two files.",
    "timeline": "Follow topics of a country, or of all; --plot draws them.",
    "trace": "See who first spoke of a topic, and since when.",
    "sources": "Name the pages to watch.",
    "snapshot": "Check these pages now; for each night: tracker schedule.",
}
"""The commands that ``tracker --help`` shows, and what each is for."""

_MODULES: Final = {name: module for part in COMMANDS.values() for name, (module, _) in part.items()}

SETTINGS: Final[dict[str, Any]] = {"rich_markup_mode": None, "pretty_exceptions_enable": False}
"""Rich help costs 90 ms at every start; a traceback is a bug and is shown as it is."""


class Made(Mapping[str, "Command"]):
    """Every command by its name, made the first time that it is looked at."""

    def __init__(self) -> None:
        self._made: dict[str, Command] = {}

    def __len__(self) -> int:
        return len(_MODULES)

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __contains__(self, name: object) -> bool:
        return name in _MODULES

    def __getitem__(self, name: str) -> Command:
        if name not in self._made:
            self._made[name] = _make(name, _MODULES[name])
        return self._made[name]


def _make(name: str, module: str) -> Command:
    alone = typer.Typer(**SETTINGS)
    # By its name: an import of each module here would be the 85 ms that this table saves.
    import_module(f"tracker.cli.{module}").register(alone)
    alone.registered_commands = [
        each
        for each in alone.registered_commands
        if name == (each.name or typer.main.get_command_name(each.callback.__name__))  # type: ignore[union-attr]
    ]
    alone.registered_groups = [] if alone.registered_commands else alone.registered_groups
    for each in (alone, *(group.typer_instance for group in alone.registered_groups)):
        for info in each.registered_commands if each else ():
            info.cls = Single
    command = typer.main.get_group(alone).commands[name]
    offer(command)
    return command


class AllCommands(Commands):
    """The application's commands, listed without loading Rich or making them."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 (Typer's own)
        super().__init__(**settings)
        offer(self, TyperOption)
        self.commands = Made()  # type: ignore[assignment]  # Typer changes none

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002 (Click's signature)
        """Write the ten that matter, and where the others are."""
        with formatter.section("Commands"):
            formatter.write_dl(list(TEN.items()))
        formatter.write_paragraph()
        formatter.write_text(f"{len(_MODULES)} commands are there: tracker help all")


def write_all(formatter: HelpFormatter) -> str:
    """Return all commands, a section for each heading; all sections have the same columns."""
    widest = max(map(len, _MODULES))
    for heading, part in COMMANDS.items():
        with formatter.section(heading):
            formatter.write_dl([(f"{name:<{widest}}", text) for name, (_, text) in part.items()])
    return formatter.getvalue()
