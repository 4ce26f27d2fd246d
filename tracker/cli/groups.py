"""Commands on groups of countries: ``groups edit`` and ``fill``, and what is told of those that are named."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli import completion, options
from tracker.cli import output as shown

GroupName = Annotated[
    str,
    typer.Argument(metavar="GROUP", help="A group's code or name.", autocompletion=completion.complete_group),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    groups = options.add_group(app, "groups", "Keep groups of countries of your own.")
    groups.command(
        epilog="Example: tracker groups edit ALLIES --add FIN:1995,GBR:1973..2020-02 --source treaty --by Ana"
    )(edit)
    groups.command(epilog="Examples: tracker groups fill | tracker groups fill EU SIDS")(fill)


def explain_groups(countries: str | None) -> tuple[str, ...]:
    """Return a line on each group that is named, and on those whose dates are not known."""
    from tracker.follow.groups import choose_countries, explain_undated

    if countries is None:
        return ()
    groups = choose_countries(options.opened(), countries).groups
    told = [
        f"{group.id}: {len(group.members)} memberships, {group.source}, checked {group.checked}"
        for group in groups
    ]
    undated = explain_undated(groups)
    return (*told, *((undated,) if undated else ()))


def edit(
    group: GroupName,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who keeps the group.")],
    add: Annotated[
        list[str] | None,
        typer.Option(metavar="LIST", help="Members, with dates where known: FIN:1995,GBR:1973..2020-02."),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="LIST", help="Who never belonged to it.")
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="The name of a new group.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Where the members were taken from.")
    ] = None,
) -> None:
    """Make a group of your own, or change one, in the archive.

    What is said of a country replaces what was said before. Who has left gets an end: GBR:1973..2020-02.
    """
    from tracker.follow.groups import GroupEdit, edit_group

    gone = [word for each in remove or () for word in each.split(",") if word.strip()]
    edit = GroupEdit(add or (), gone, name, source)
    options.begun()
    kept = edit_group(options.opened(), group, edit, person=by, noted=options.now())
    shown.write_answer(f"{kept.id}: {len(kept.members)} memberships, kept by {kept.person}")


def fill(
    groups: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[GROUP]...", help="Only these groups.", autocompletion=completion.complete_group
        ),
    ] = None,
) -> None:
    """Bring the groups in the archive up to those that come with the program.

    An archive gets them with its first run, and what it has stays as it was: a later release may know more.
    Groups of your own are left alone unless they are named.
    """
    from tracker.follow.groups import fill_groups

    written = fill_groups(options.opened(), groups or (), options.now())
    names = ", ".join(group.id for group in written)
    shown.write_answer(f"wrote {len(written)} groups: {names}" if written else "nothing new to write")
