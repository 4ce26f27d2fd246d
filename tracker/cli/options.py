"""Options and arguments that several commands share."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import typer

from tracker.cli import completion, everywhere
from tracker.cli.click import get_current_context
from tracker.cli.mistakes import Commands
from tracker.errors import TrackerError
from tracker.report.formats import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.archive import ArchiveSession
    from tracker.model.topics import Vocabulary

FINDINGS = 1
"""The exit code of a command that did its work and found something to report."""
USUAL: Final = 0.9
PERSON_VARIABLE: Final = "TRACKER_PERSON"
"""Names who decides, where no option does."""
CRASHED = 70
"""The exit code of a bug (``EX_SOFTWARE``): whoever watches must not take it for a finding."""


def add_group(app: typer.Typer, name: str, help_text: str) -> typer.Typer:
    """Add a command that only holds others, and return what these are added to."""
    group = typer.Typer(name=name, cls=Commands, help=help_text, no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group)
    return group


def opened(*, trusts_derived: bool = True) -> ArchiveSession:
    """Return the archive for the running command: opened once it is read, closed before it prints or ends."""
    from tracker.archive import ArchiveSession

    context, folder = get_current_context(), everywhere.archive()
    sessions: dict[tuple[Path, bool], ArchiveSession] = context.meta.setdefault(__name__, {})
    named = folder, trusts_derived
    if named not in sessions:
        session = ArchiveSession(folder, trusts_derived=trusts_derived)
        sessions[named] = context.with_resource(_looked_at(session))
        context.call_on_close(sessions.clear)
    return sessions[named]


@contextmanager
def _looked_at(session: ArchiveSession) -> Iterator[ArchiveSession]:
    """Close what a command has read, and warn where another program had changed it, failed or not."""
    with session:
        try:
            yield session
        finally:
            if session.is_touched():
                from tracker.cli.output import write_notice
                from tracker.preservation.mirror.touched import TOUCHED

                write_notice(TOUCHED)


def begun(*, dry_run: bool = False) -> Path:
    """Return the archive's folder for a command that may be the first to record; a line says where it is.

    Where the command fails with nothing recorded, none is left. A dry run reads an empty archive, which is
    gone when the command ends.
    """
    from tracker.archive import create_archive, lacks_archive
    from tracker.files import temporary_folder

    folder, context = everywhere.archive(), get_current_context()
    if not lacks_archive(folder):
        return folder
    if dry_run:
        folder = context.with_resource(temporary_folder("archive"))
        create_archive(folder)
    else:
        context.with_resource(_beginning(folder))
    return folder


@contextmanager
def _beginning(folder: Path) -> Iterator[None]:
    from tracker.archive import begin_archive, lacks_archive
    from tracker.cli.output import write_notice

    try:
        with begin_archive(folder):
            yield
    finally:
        if not lacks_archive(folder):
            write_notice(f"made a new archive in {folder}; to have it elsewhere: --archive DIR")


def joined(words: list[str]) -> str:
    """Return the reference that the words of an argument make; raises ``ReferenceInvalid`` as that does."""
    from tracker.references import join_words

    return join_words(words)


def load_vocabulary(path: Path | None = None, *, keeps: bool = False) -> Vocabulary:
    """Return the user's vocabulary, or the one that comes with the program; raises as ``load`` does.

    With ``keeps``, what is made of the user's is kept beside the archive.
    """
    from tracker.comparing.topics.vocabulary.load import load_kept
    from tracker.comparing.topics.vocabulary.load import load_vocabulary as load

    return load_kept(path, opened().derived) if path and keeps else load(path)


def _check_sure(value: float) -> float:
    if value == USUAL:  # a Tab at a shell reads nothing for it
        return value
    from tracker.model.topics import CHOICES

    if value not in CHOICES:
        raise TrackerError(f"--sure {value:g}: expected one of .9, .8, .7")
    return value


def now() -> str:
    """Return the present instant in UTC, to the second: ``2024-05-20T10:00:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


ReferenceWords = Annotated[
    list[str],
    typer.Argument(
        metavar="REF",
        help="A reference such as GBR/UNGA/79, or GBR/UNGA 79.",
        autocompletion=completion.complete_reference,
    ),
]
AnySession = Annotated[
    str | None,
    typer.Argument(
        metavar="[SESSION]",
        help="One session; all of them if not given.",
        autocompletion=completion.complete_session,
    ),
]
Countries = Annotated[
    str | None,
    typer.Option(
        metavar="LIST",
        help="Only these countries: GBR,FRA, groups (EU, SIDS) or @FILE.",
        autocompletion=completion.complete_countries,
    ),
]
Topics = Annotated[
    list[str] | None,
    typer.Option(
        "--topic",
        metavar="TOPIC",
        help="Only this topic, by id or label; may be repeated.",
        autocompletion=completion.complete_topic,
    ),
]
First = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="BOUND",
        help="The first session, or year: 70 or 2015.",
        autocompletion=completion.complete_session,
    ),
]
Last = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="BOUND",
        help="The last session, or year.",
        autocompletion=completion.complete_session,
    ),
]
Again = Annotated[bool, typer.Option("--again", help="Ask again what has no usable answer.")]
Person = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Write to this file; its ending tells the format, unless --format does. - is standard output.",
    ),
]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE", help="Draw FILE.svg, .png or .pdf too; needs Matplotlib."),
]
Ranks = Annotated[bool, typer.Option("--ranks", help="With --plot: draw how topics rank.")]
ListFormat = Annotated[Literal["text", "json"], typer.Option("--format", help="The output format.")]
TableFormat = Annotated[Literal["text", "csv", "json"], typer.Option("--format", help="The output format.")]
if TYPE_CHECKING:
    DiffFormat: TypeAlias = str
    RecordFormat: TypeAlias = str
    BlameFormat: TypeAlias = str
    TraceFormat: TypeAlias = str
    ReportFormat: TypeAlias = str
else:  # the choices are those of the table, which no type checker reads
    DiffFormat, RecordFormat, BlameFormat, TraceFormat, ReportFormat = (
        Annotated[Literal[REPORTS[report]], typer.Option("--format", help="The output format.")]
        for report in ("comparison", "statement", "origins", "traced", "series")
    )
VocabularyFile = Annotated[
    Path | None, typer.Option("--vocabulary", help="Your own vocabulary: TOML, CSV or SKOS.")
]
Sure = Annotated[
    float,
    typer.Option(
        "--sure",
        metavar="[.9|.8|.7]",
        help="How much of what is claimed of topics is to be true: with .8 or .7 more is claimed.",
        callback=_check_sure,
    ),
]
