"""The command by which people decide on documents that were not accepted: ``review``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, Colour, ListFormat, Output
from tracker.cli.output import refuse_overwriting, terminal_width, wants_colour, write_answer, write_bytes
from tracker.errors import DecisionInvalid

if TYPE_CHECKING:
    from tracker.workflows.watch.review import Shown, Waiting

VerdictName = Literal["accept", "reject"]


def register(app: typer.Typer) -> None:
    """Add the command of this module to the application."""
    app.command(
        epilog="Examples: tracker review | tracker review 3 --all"
        " | tracker review 3 accept --by Ana --reason 'the delivered text'"
        " | tracker review 4 accept --as GBR/UNGA/80 --by Ana --reason 'found by hand'"
        " | tracker review 5 reject --by Ana --reason 'a login page'"
    )(review)


def review(
    number: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="The number of one document, as the list shows it.")
    ] = None,
    verdict: Annotated[
        VerdictName | None, typer.Argument(metavar="[VERDICT]", help="accept or reject.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    named: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="REF", help="With accept: the statement that a link of an index leads to."
        ),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the bytes as received to this file.")
    ] = None,
    decided: Annotated[bool, typer.Option("--decided", help="List those that people decided on.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show all of the text, and of the difference.")
    ] = False,
    form: ListFormat = "text",
    output: Output = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """List the documents that were not accepted, show one, or decide on it.

    A document is shown with the rule that stopped it, how it came, its text, and its difference to the
    current version. accept: it becomes the next snapshot. reject: the same bytes are not asked again.
    The record keeps who decided and why.
    """
    from tracker.workflows.watch.review import list_reviews, read_bytes, show_review

    _check_options(number, verdict, by, reason, named, save, decided=decided)
    if output:
        refuse_overwriting(output, (), archive)
    if number is None:
        waiting = list_reviews(archive, decided=decided)
        write_answer(_listed(waiting, form, color, output, decided=decided), output)
    elif save:
        refuse_overwriting(save, (), archive)
        write_bytes(read_bytes(archive, number), save)
    elif verdict:
        _decide(archive, number, verdict, by, reason, named)
    else:
        shown = show_review(archive, number)
        write_answer(_shown(shown, form, color, output, everything=everything), output)


def _check_options(
    number: int | None,
    verdict: VerdictName | None,
    by: str | None,
    reason: str | None,
    named: str | None,
    save: Path | None,
    *,
    decided: bool,
) -> None:
    if verdict is None and (by or reason or named):
        raise DecisionInvalid("accept or reject? tracker review ID accept --by NAME --reason TEXT")
    if save and (number is None or verdict):
        raise DecisionInvalid("--save writes one document and decides nothing: tracker review ID --save FILE")
    if decided and number is not None:
        raise DecisionInvalid("--decided is for the list; a document is shown with its decision by itself")


def _decide(
    archive: Path, number: int, verdict: VerdictName, by: str | None, reason: str | None, named: str | None
) -> None:
    from tracker.report.archive.review import render_decision
    from tracker.workflows.code.judge import Coder
    from tracker.workflows.watch.review import decide_review

    if by is None:
        raise DecisionInvalid("who decides? --by NAME")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    decided = decide_review(archive, number, verdict, Coder(by, now, reason), reference=named)
    write_answer(render_decision(decided))


def _listed(
    waiting: tuple[Waiting, ...],
    form: Literal["text", "json"],
    color: Literal["auto", "always", "never"],
    output: Path | None,
    *,
    decided: bool,
) -> str:
    from tracker.report.archive.review import Row, render_reviews, reviews_json

    rows = [Row(each.review, each.again) for each in waiting]
    if form == "json":
        return reviews_json(rows)
    return render_reviews(rows, decided=decided, width=terminal_width(), color=wants_colour(color, output))


def _shown(
    shown: Shown,
    form: Literal["text", "json"],
    color: Literal["auto", "always", "never"],
    output: Path | None,
    *,
    everything: bool,
) -> str:
    from tracker.report.archive.review import Row, render_review, render_unlike, review_json
    from tracker.report.comparison.terminal import render
    from tracker.topics.vocabulary.load import load_vocabulary

    row = Row(shown.review, shown.again)
    if form == "json":
        return review_json(row, shown.check, shown.side, shown.fault, shown.comparison)
    width, colour = terminal_width(), wants_colour(color, output)
    text = render_review(
        row, shown.check, shown.side, shown.fault, whole=everything, width=width, color=colour
    )
    if shown.comparison is None:
        return text
    if shown.comparison.genre == "session" and not everything:
        return f"{text}\n{render_unlike(shown.comparison, width=width, color=colour)}"
    difference = render(shown.comparison, load_vocabulary(), width=width, color=colour, everything=everything)
    return f"{text}\n{difference}"
