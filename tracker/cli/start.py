"""Commands that write to the archive: ``init``, ``add``, ``import``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive
from tracker.cli.output import shown_progress, write_answer
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.record import Recorded

FOUND_FAULTS = 1

Kind = Literal["prepared", "delivered", "verbatim", "summary", "translation", "interpretation"]
COLUMN_HELP = (
    "FIELD=COLUMN, where the table names it otherwise. Fields: country, session, item, title, date, language,"
    " kind, url, symbol, speaker, post, on_behalf_of."
)
StatementType = Literal["general-debate", "item", "explanation-of-vote", "right-of-reply", "joint"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Example: tracker init --archive ~/statements")(init)
    app.command(epilog="Example: tracker add uk.pdf --as GBR/CCPCJ/31 --date 2022-05-16 --kind prepared")(add)
    app.command(
        "import",
        epilog="Example: tracker import corpus --body UNGA --pattern '{country}/{session}_{year}.txt'",
    )(import_folder)


def init(
    group: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Share it with a group: its members read and write it."),
    ] = None,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Make an empty archive, which nobody else on this computer can read."""
    from tracker.archive.storing.store import create_archive

    create_archive(archive, group)
    write_answer(visible(f"an empty archive is ready in {archive}"))


def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Documents; '-' is standard input.")],
    as_: Annotated[str, typer.Option("--as", metavar="REF", help="The statement, such as GBR/CCPCJ/31.")],
    date: Annotated[
        str | None, typer.Option(help="When it was delivered: 2022-05-16, 2022-05 or 2022.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    language: Annotated[
        str | None, typer.Option(help="en, fr, es, ru, ar or zh; told from the text if not given.")
    ] = None,
    kind: Annotated[
        Kind | None, typer.Option(help="The kind of text; inferred, and marked so, if not given.")
    ] = None,
    type_: Annotated[StatementType | None, typer.Option("--type", help="The type of statement.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it was published.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Its document symbol, such as A/78/PV.9.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Who spoke.")] = None,
    post: Annotated[str | None, typer.Option(help="The speaker's post.")] = None,
    on_behalf_of: Annotated[str | None, typer.Option(help="The group spoken for, such as EU.")] = None,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Record documents as snapshots of one statement."""
    from tracker.workflows.importing.add import add as add_files
    from tracker.workflows.importing.add import declare

    declaration = declare(
        as_,
        date=date,
        title=title,
        language=language,
        kind=kind,
        statement_type=type_,
        url=url,
        symbol=symbol,
        speaker=speaker,
        post=post,
        on_behalf_of=on_behalf_of,
    )
    recorded = add_files(files, declaration, archive, _now())
    pairs = zip(files, recorded, strict=True)
    write_answer("\n".join(line for path, entry in pairs for line in _lines(path, entry)))


def import_folder(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder, read with all below it.")],
    body: Annotated[str, typer.Option(help="The body at which all of them were made, such as UNGA.")],
    pattern: Annotated[str, typer.Option(help="How paths name their parts: {country}/{session}_{year}.txt.")],
    country: Annotated[str | None, typer.Option(help="The country, where paths do not name it.")] = None,
    kind: Annotated[
        Kind | None, typer.Option(help="The kind of all these texts; inferred if not given.")
    ] = None,
    metadata: Annotated[
        Path | None, typer.Option(help="A CSV table of speakers, posts, dates and titles.")
    ] = None,
    column: Annotated[list[str] | None, typer.Option(help=COLUMN_HELP)] = None,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Record a whole folder of statements.

    Where a run was stopped, run it again: it goes on from there.
    """
    from tracker.workflows.importing.folder import import_folder as import_all
    from tracker.workflows.importing.folder import is_faulty, skipped_lines, summary

    with shown_progress("importing") as progress:
        imported = import_all(
            folder,
            body,
            pattern,
            archive,
            _now(),
            country=country,
            kind=kind,
            metadata=metadata,
            columns=column or (),
            progress=progress,
        )
    write_answer("\n".join([summary(imported), *skipped_lines(imported)]))
    if is_faulty(imported):
        raise typer.Exit(FOUND_FAULTS)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _lines(path: Path, entry: Recorded) -> Iterator[str]:
    what = "holds the bytes already there" if entry.outcome == "unchanged" else "is kept"
    yield visible(f"{entry.reference}@{entry.snapshot} {entry.outcome}: {path} {what}")
    for amended in entry.amended:
        yield visible(f"  {amended.field} was {amended.earlier!r}, is now {amended.later!r}")
