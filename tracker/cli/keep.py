"""Commands that keep the archive and its copies: ``verify``, ``reextract``, ``withdraw``, ``mirror``, ..."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import answer, confirm, shown_progress, terminal_width, write_answer
from tracker.errors import DecisionInvalid, TrackerError
from tracker.references import gather_references, join_words
from tracker.report.records import encode_json

if TYPE_CHECKING:
    from tracker.model.rights import Act


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker verify | tracker verify --repair | tracker verify --json"
        " | tracker verify --accept outcomes/17 --by Ana --reason 'typed by hand'"
    )(verify)
    app.command(
        epilog="Examples: tracker reextract --dry-run | tracker reextract GBR/UNGA"
        " | tracker log GBR/UNGA/79 --versions"
    )(reextract)
    app.command(
        epilog="Examples: tracker withdraw XAA/UNGA/79 --reason 'names a witness' --authority 'a court'"
        " | tracker withdraw XAA/UNGA/79@2 --reason 'names a witness' --authority 'a court' --destroy"
        " | tracker withdraw XAA/UNGA/79 --lift --reason 'decision reversed' --authority 'a court'"
    )(withdraw)
    app.command(epilog="Example: tracker rebuild https://example.org/mirror.git --archive restored")(rebuild)
    app.command(epilog="Example: tracker backup /mnt/disk/tracker-2026-11-25.db")(backup)
    mirror = options.add_group(app, "mirror", "Maintain the mirror, the archive's published copy.")
    mirror.command(epilog="Example: tracker mirror update")(update)
    mirror.command(
        epilog="Examples: tracker mirror push git@example.org:statements.git |"
        " tracker mirror push /mnt/disk/private.git --private"
    )(push)


def verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair each copy from the other; the record is backed up first.")
    ] = False,
    record_only: Annotated[
        bool, typer.Option("--record-only", help="Check the record alone, such as a backup without a mirror.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TABLE/ROW",
            help="Accept a row as another program changed it, or an archive that was put back: rollback.",
        ),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="With --accept: who does.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="With --accept: why; it is kept.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
) -> None:
    """Check every part of the archive and of its mirror.

    Every digest is computed again, every file of the mirror is compared with what the record would write,
    and git checks its objects and history. The exit code is 1 if there are faults, repaired ones included. A
    row that another program changed is restored by --repair, or accepted as it is; an archive that was put
    back to an older state is accepted with --accept rollback.
    """
    from tracker.keep import verify as verifying
    from tracker.report.answers import copies as report

    archive = everywhere.archive()
    if accept or by or reason:
        _accept(archive, accept or [], by, reason, is_alone=not (repair or record_only))
        return
    if repair and record_only:
        raise TrackerError("--record-only checks and --repair repairs from the mirror; give one of them")
    with shown_progress("verifying") as progress:
        repaired = verifying.repair(archive, options.now(), progress) if repair else None
        look = partial(verifying.verify, is_alone=record_only)
        verified = repaired.before if repaired else look(archive, options.now(), progress)
    if repaired:
        forms = partial(report.repaired_json, repaired), partial(report.render_repaired, repaired)
    else:
        forms = partial(report.verified_json, verified), partial(report.render_verified, verified)
    answer("json" if as_json else "text", *forms)
    if verified.faults:
        raise typer.Exit(options.FINDINGS)


def _accept(archive: Path, rows: list[str], by: str | None, reason: str | None, *, is_alone: bool) -> None:
    """Accept what another program changed, and say what was."""
    from tracker.preservation.repair.accepting import accept_edits

    if not (rows and by and reason and is_alone):
        raise TrackerError("--accept takes --by NAME and --reason TEXT, and neither other option")
    accept_edits(archive, rows, by, reason, options.now())
    write_answer("\n".join(f"{row}: accepted as it is" for row in rows))


def reextract(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF...]",
            help="Series, statements or snapshots; all if not given.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Read kept documents again with the current extractors.

    The selectors come from the current watch list. A different text becomes a new version of the same
    snapshot, and the latest version counts; none is lost (tracker log REF --versions). The statements are
    the same, so no other command reports it as a change. The exit code is 1 if a document can no longer be
    read; its version stays.
    """
    from tracker.keep.reextract import is_faulty
    from tracker.keep.reextract import reextract as read_again
    from tracker.report.answers.rereading import render_reread, reread_json

    with shown_progress("reading") as progress:
        found = read_again(
            options.opened(),
            gather_references(wanted or []),
            options.now(),
            dry_run=dry_run,
            progress=progress,
        )
    forms = partial(reread_json, found, dry_run=dry_run), partial(render_reread, found, dry_run=dry_run)
    answer("json" if as_json else "text", *forms)
    if is_faulty(found):
        raise typer.Exit(options.FINDINGS)


def withdraw(
    reference: options.ReferenceWords,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; it is shown in place of the material.")
    ],
    authority: Annotated[
        str, typer.Option("--authority", metavar="NAME", help="Who ordered it: an office, a court, a letter.")
    ],
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who records it.")] = None,
    destroy: Annotated[
        bool, typer.Option("--destroy", help="Destroy it: its bytes and text are deleted for good.")
    ] = False,
    lift: Annotated[bool, typer.Option("--lift", help="Reopen withdrawn material.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --destroy: do not ask.")] = False,
    form: options.ListFormat = "text",
) -> None:
    """Withdraw a statement, an edition or a snapshot.

    It is kept, but no command shows it, the mirror's public branch and exports leave it out, and a nightly
    run does not record it again. --destroy deletes bytes and text from the record and from the mirror's
    history; digests, sizes, dates, and who decided why remain. tracker/docs/rights.md says what that cannot
    reach.
    """
    from tracker.keep.withdraw import change
    from tracker.model.decisions import check_name
    from tracker.model.rights import Ruled
    from tracker.report.answers.rights import change_json, render_change

    archive = everywhere.archive()
    act = _read_act(destroy=destroy, lift=lift)
    named = join_words(reference)
    if act == "destroy" and not yes:
        _ask(archive, named)
    ruled = Ruled(reason, authority, options.now(), check_name(by) if by else None)
    changed = change(archive, act, named, ruled)
    write_answer(change_json(changed) if form == "json" else render_change(changed, width=terminal_width()))


def _read_act(*, destroy: bool, lift: bool) -> Act:
    if destroy and lift:
        raise DecisionInvalid(
            "--destroy and --lift exclude each other: destroyed material cannot be reopened"
        )
    return "destroy" if destroy else "lift" if lift else "withdraw"


def _ask(archive: Path, reference: str) -> None:
    from tracker.keep.withdraw import describe
    from tracker.report.answers.rights import question
    from tracker.report.safe import one_line

    asked = one_line(question(describe(archive, "destroy", reference)))
    confirm(f"{asked} Destroy it?", DecisionInvalid(f"{asked} This needs a terminal to confirm, or --yes"))


def update(
    new_history: Annotated[
        bool,
        typer.Option(
            "--new-history",
            help="Begin another history, where the mirror is gone and the record lacks some of it.",
        ),
    ] = False,
    form: options.ListFormat = "text",
) -> None:
    """Create the mirror or bring it up to date.

    Each run is one commit. Once the mirror exists, every run updates it; files edited by hand, such as
    watch.toml, are committed with the next run. A mirror that is gone is written again under the same names.
    """
    from tracker.keep.mirror import update_mirror
    from tracker.report.answers.copies import update_line

    archive = everywhere.archive()
    updated = update_mirror(archive, new_history=new_history)
    write_answer(encode_json(updated) if form == "json" else update_line(updated))


def push(
    remote: Annotated[str, typer.Argument(metavar="REMOTE", help="An address or path, as for git push.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a copy that holds closed material or another history.")
    ] = False,
    branch: Annotated[str, typer.Option(metavar="NAME", help="The branch there.")] = "main",
    only_open: Annotated[
        bool, typer.Option("--only-open", help="Push nothing if anything is restricted or embargoed.")
    ] = False,
) -> None:
    """Bring the mirror up to date and push it.

    A public copy gets the open material and digests of the rest, with --private everything. A path to
    nothing, or to an empty folder, becomes a bare repository.
    """
    from tracker.keep.mirror import push_mirror
    from tracker.report.answers.copies import push_line

    archive = everywhere.archive()
    pushed = push_mirror(
        archive, remote, private=everywhere.is_private(), force=force, branch=branch, only_open=only_open
    )
    write_answer(push_line(pushed))


def rebuild(
    mirror: Annotated[
        str, typer.Argument(metavar="MIRROR", help="A mirror, a clone of one, or its address.")
    ],
    accept_watch_list: Annotated[
        bool, typer.Option("--accept-watch-list", help="Use the mirror's watch list: save it as watch.toml.")
    ] = False,
    form: options.ListFormat = "text",
) -> None:
    """Rebuild the archive from its mirror.

    The result is equal in every table. The mirror's watch list becomes watch.received.toml, which is not
    used until: tracker sources accept.
    """
    from tracker.keep.mirror import rebuild as rebuild_archive
    from tracker.report.answers.copies import rebuilt_line

    archive = everywhere.archive()
    rebuilt = rebuild_archive(mirror, archive, accept_watch_list=accept_watch_list)
    write_answer(encode_json(rebuilt) if form == "json" else rebuilt_line(rebuilt))


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    form: options.ListFormat = "text",
) -> None:
    """Copy the record into one file and check the copy.

    Other processes may write meanwhile.
    """
    from tracker.keep.mirror import backup as back_up
    from tracker.report.answers.copies import backup_line

    archive = everywhere.archive()
    made = back_up(archive, file)
    write_answer(encode_json(made) if form == "json" else backup_line(made))
