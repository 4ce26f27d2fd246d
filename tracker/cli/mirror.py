"""Commands on copies of the archive: ``mirror``, ``rebuild``, ``backup``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import options
from tracker.cli.output import write_answer
from tracker.report.records import encode_json


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Example: tracker rebuild https://example.org/mirror.git --archive restored")(rebuild)
    app.command(epilog="Example: tracker backup /mnt/disk/tracker-2026-11-25.db")(backup)
    mirror = options.add_group(app, "mirror", "Maintain the mirror, the archive's published copy.")
    mirror.command(epilog="Example: tracker mirror update")(update)
    mirror.command(
        epilog="Examples: tracker mirror push git@example.org:statements.git |"
        " tracker mirror push /mnt/disk/private.git --private"
    )(push)


def update(form: options.ListFormat = "text", archive: options.Archive = options.DEFAULT_ARCHIVE) -> None:
    """Create the mirror or bring it up to date.

    Each run is one commit. Once the mirror exists, every run updates it; files edited by hand, such as
    watch.toml, are committed with the next run.
    """
    from tracker.keep.mirror import update_mirror
    from tracker.report.archive.copies import update_line

    updated = update_mirror(archive)
    write_answer(encode_json(updated) if form == "json" else update_line(updated))


def push(
    remote: Annotated[str, typer.Argument(metavar="REMOTE", help="An address or path, as for git push.")],
    private: Annotated[
        bool, typer.Option("--private", help="Push everything; otherwise only open material and digests.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a copy that holds closed material or another history.")
    ] = False,
    branch: Annotated[str, typer.Option(metavar="NAME", help="The branch there.")] = "main",
    only_open: Annotated[
        bool, typer.Option("--only-open", help="Push nothing if anything is restricted or embargoed.")
    ] = False,
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Bring the mirror up to date and push it.

    A public copy gets the open material, a private one everything. A path to nothing, or to an empty
    folder, becomes a bare repository.
    """
    from tracker.keep.mirror import push_mirror
    from tracker.report.archive.copies import push_line

    pushed = push_mirror(archive, remote, private=private, force=force, branch=branch, only_open=only_open)
    write_answer(push_line(pushed))


def rebuild(
    mirror: Annotated[
        str, typer.Argument(metavar="MIRROR", help="A mirror, a clone of one, or its address.")
    ],
    accept_watch_list: Annotated[
        bool, typer.Option("--accept-watch-list", help="Use the mirror's watch list: save it as watch.toml.")
    ] = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Rebuild the archive from its mirror.

    The result is equal in every table. The mirror's watch list becomes watch.received.toml, which is not
    used until: tracker sources accept.
    """
    from tracker.keep.mirror import rebuild as rebuild_archive
    from tracker.report.archive.copies import rebuilt_line

    rebuilt = rebuild_archive(mirror, archive, accept_watch_list=accept_watch_list)
    write_answer(encode_json(rebuilt) if form == "json" else rebuilt_line(rebuilt))


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Copy the record into one file and check the copy.

    Other processes may write meanwhile.
    """
    from tracker.keep.mirror import backup as back_up
    from tracker.report.archive.copies import backup_line

    made = back_up(archive, file)
    write_answer(encode_json(made) if form == "json" else backup_line(made))
