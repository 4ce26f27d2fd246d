"""Commands that bring history in and keep the archive: import, ``mirror``, ``rebuild``, ``backup``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, ListFormat
from tracker.cli.output import shown_progress, write_answer

FOUND_FAULTS = 1
_SESSION_FROM = Annotated[
    Literal["path", "subject", "date", "trailer", "regex"] | None,
    typer.Option(
        help="What names a revision's session: its path, the commit's subject, the author's date, a trailer"
        " (Session:, Statement:), or --regex. A date stands for the session that opened in its year."
    ),
]
_REGEX = Annotated[
    str | None,
    typer.Option(
        help="Searched in path and message; groups: country, body, session, item, date, year, kind, language."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        "import-git",
        epilog="Examples: tracker import-git ~/texts --path uk/31.md --as GBR/CCPCJ/31 |"
        " tracker import-git ~/texts --path uk.md --as GBR/CCPCJ --session-from subject --dry-run",
    )(import_git)
    app.add_typer(_mirrors(), name="mirror")
    app.command(epilog="Example: tracker rebuild https://example.org/mirror.git --archive restored")(rebuild)
    app.command(epilog="Example: tracker backup /mnt/disk/tracker-2026-11-25.db")(backup)


def _mirrors() -> typer.Typer:
    mirror = typer.Typer(
        help="Keep the published copy of the archive: a bare git repository, mirror.git.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    mirror.command(epilog="Example: tracker mirror update")(update)
    mirror.command(
        epilog="Examples: tracker mirror push git@example.org:statements.git |"
        " tracker mirror push /mnt/disk/private.git --private"
    )(push)
    mirror.command(
        "take-over",
        epilog="Examples: tracker mirror take-over | tracker mirror take-over /mnt/disk/private.git",
    )(take_over)
    return mirror


def import_git(
    repository: Annotated[Path, typer.Argument(metavar="REPO", help="A git repository, bare or not.")],
    path: Annotated[
        list[str], typer.Option(help="A file, a folder or a pattern such as 'uk/*.md', from the top of REPO.")
    ],
    as_: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="SERIES", help="The series, or one statement; if not given, paths name it."
        ),
    ] = None,
    session_from: _SESSION_FROM = None,
    regex: _REGEX = None,
    branch: Annotated[
        str | None, typer.Option(help="A branch, tag or commit; the current branch if not given.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be recorded, and write nothing.")
    ] = False,
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Record every revision of files in a git repository, each observed when its commit was made.

    Renames are followed back and removals noted. Run again, it records what is new.
    """
    from tracker.report.archive.imports import brought_json, render_brought
    from tracker.workflows.importing.attribution import read_rule
    from tracker.workflows.importing.git import import_git as bring_in
    from tracker.workflows.importing.git import is_faulty

    rule = read_rule(as_, session_from, regex)
    with shown_progress("importing") as progress:
        brought = bring_in(
            repository, path, rule, archive, _now(), branch=branch, dry_run=dry_run, progress=progress
        )
    write_answer(brought_json(brought) if form == "json" else render_brought(brought, every=dry_run))
    if is_faulty(brought):
        raise typer.Exit(FOUND_FAULTS)


def update(form: ListFormat = "text", archive: Archive = DEFAULT_ARCHIVE) -> None:
    """Make the mirror, or bring it up to date: one commit for each run.

    Once it is there every run brings it along by itself; what was edited by hand goes with the next.
    """
    from tracker.report.archive.mirror import update_json, update_line
    from tracker.workflows.keep.mirror import update_mirror

    updated = update_mirror(archive)
    write_answer(update_json(updated) if form == "json" else update_line(updated))


def push(
    remote: Annotated[
        str, typer.Argument(metavar="REMOTE", help="An address or path, as git push takes it.")
    ],
    private: Annotated[
        bool, typer.Option("--private", help="Push everything; without it, open material and digests alone.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace a copy that holds what was closed since, or another history."),
    ] = False,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Bring the mirror up to date and push it: what is open to a public copy, all to a private one."""
    from tracker.report.archive.mirror import push_line
    from tracker.workflows.keep.mirror import push_mirror

    write_answer(push_line(push_mirror(archive, remote, private=private, force=force)))


def take_over(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="MIRROR", help="A copy that was pushed, or a name under refs/; main if not given."
        ),
    ] = None,
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Make one record of two: what the mirror has, and behind it what the record has done since.

    For a record that was put back from a backup, and is older than its mirror. Nothing is lost: runs of the
    record get new numbers, what either side destroyed is destroyed, and the record as it was is kept beside.
    """
    from tracker.report.archive.mirror import taken_over_json, taken_over_text
    from tracker.workflows.keep.mirror import take_over as take

    taken = take(archive, source, _now())
    write_answer(taken_over_json(taken) if form == "json" else taken_over_text(taken))


def rebuild(
    mirror: Annotated[
        str, typer.Argument(metavar="MIRROR", help="A mirror, a clone of one, or its address.")
    ],
    accept_watch_list: Annotated[
        bool,
        typer.Option("--accept-watch-list", help="Obey the mirror's watch list: put it in as watch.toml."),
    ] = False,
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Make the archive again out of its mirror, equal in every table.

    Its watch list becomes watch.received.toml, which is not obeyed before: tracker sources accept.
    """
    from tracker.report.archive.mirror import rebuilt_json, rebuilt_line
    from tracker.workflows.keep.mirror import rebuild as rebuild_archive

    rebuilt = rebuild_archive(mirror, archive, accept_watch_list=accept_watch_list)
    write_answer(rebuilt_json(rebuilt) if form == "json" else rebuilt_line(rebuilt))


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Copy the record into one file, while others may write, and check the copy."""
    from tracker.report.archive.mirror import backup_json, backup_line
    from tracker.workflows.keep.mirror import backup as back_up

    made = back_up(archive, file)
    write_answer(backup_json(made) if form == "json" else backup_line(made))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
