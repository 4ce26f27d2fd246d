"""The command for human decisions on quarantined documents: ``review``."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import answer, refuse_overwriting, write_answer, write_bytes
from tracker.errors import DecisionInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.report.answers.review import ReviewedDocument

_SPAN = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")

VerdictName = Literal["accept", "reject"]


def register(app: typer.Typer) -> None:
    """Add the command of this module to the application."""
    app.command(
        epilog="Examples: tracker review | tracker review 3 --all"
        " | tracker review 3 accept --by Ana --reason 'the delivered text'"
        " | tracker review 4 accept --as GBR/UNGA/80 --by Ana --reason 'found by hand'"
        " | tracker review 11-76 reject --by Ana --reason 'a login page'"
    )(review)


def review(
    wanted: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]", help="The number of one document in the list; with reject also 11-76,80."
        ),
    ] = None,
    verdict: Annotated[
        VerdictName | None, typer.Argument(metavar="[VERDICT]", help="accept or reject.")
    ] = None,
    by: options.Person = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    named: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="REF",
            help="With accept: the statement, for a link of an index.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the received bytes to this file.")
    ] = None,
    decided: Annotated[bool, typer.Option("--decided", help="List the decided documents.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show the whole text and the whole difference.")
    ] = False,
    form: options.ListFormat = "text",
    output: options.Output = None,
) -> None:
    """List quarantined documents, show one, or decide on it.

    A document is shown with the rule that stopped it, how it was fetched, its text, and its difference to
    the current version. accept: it becomes the next snapshot. reject: the same bytes are not shown again, of
    many documents at once. The record keeps who decided and why.
    """
    from tracker.report.answers import review as report
    from tracker.watch.review import list_reviews, read_bytes, show_review

    archive = everywhere.archive()
    spans = _read_spans(wanted) if wanted else ()
    number = _only_number(spans, verdict) if wanted else None
    _check_options(wanted, verdict, by, reason, named, save, decided=decided)
    refuse_overwriting(output, (), archive)
    if wanted is None:
        waiting = list_reviews(archive, decided=decided)
        as_text = partial(report.render_reviews, waiting, decided=decided)
        answer(form, partial(report.reviews_json, waiting), as_text, output=output)
    elif number is None:
        _reject(archive, spans, by, reason, named)
    elif save:
        refuse_overwriting(save, (), archive)
        write_bytes(read_bytes(archive, number), save)
    elif verdict:
        _decide(archive, number, verdict, by, reason, named)
    else:
        shown = show_review(archive, number)
        as_text = partial(_render, shown, everything=everything)
        answer(form, partial(report.review_json, shown), as_text, output=output)


def _read_spans(text: str) -> tuple[range, ...]:
    """Return the numbers that ``11-76,80`` names. Raises ``DecisionInvalid`` for what is no number."""
    spans = []
    for part in text.split(","):
        found = _SPAN.fullmatch(part.strip())
        if not found:
            raise DecisionInvalid(f"{text!r} is not a whole number; write 12, or to reject many 11-76,80")
        first, last = int(found[1]), int(found[2] or found[1])
        spans.append(range(first, last + 1))
    return tuple(spans)


def _only_number(spans: Sequence[range], verdict: VerdictName | None) -> int | None:
    """Return the one number that is named; None for several, which can only be rejected."""
    if len(spans) == 1 and len(spans[0]) == 1:
        return spans[0].start
    if verdict != "reject":
        raise DecisionInvalid("several documents can only be rejected: each is shown and accepted by itself")
    return None


def _check_options(
    wanted: str | None,
    verdict: VerdictName | None,
    by: str | None,
    reason: str | None,
    named: str | None,
    save: Path | None,
    *,
    decided: bool,
) -> None:
    if verdict is None and (by or reason or named):
        raise DecisionInvalid("missing verdict; use: tracker review ID accept|reject --by NAME --reason TEXT")
    if save and (wanted is None or verdict):
        raise DecisionInvalid("--save only writes one document; use: tracker review ID --save FILE")
    if decided and wanted is not None:
        raise DecisionInvalid("--decided is for the list only; a document always shows its decision")


def _decide(
    archive: Path, number: int, verdict: VerdictName, by: str | None, reason: str | None, named: str | None
) -> None:
    from tracker.model.decisions import Coder
    from tracker.report.answers.review import render_decision
    from tracker.watch.review import decide_review

    if by is None:
        raise DecisionInvalid("missing option --by NAME")
    decided = decide_review(archive, number, verdict, Coder(by, options.now(), reason), reference=named)
    write_answer(render_decision(decided))


def _reject(
    archive: Path, spans: Sequence[range], by: str | None, reason: str | None, named: str | None
) -> None:
    from tracker.model.decisions import Coder
    from tracker.report.answers.review import render_decisions
    from tracker.watch.review import reject_reviews

    if by is None:
        raise DecisionInvalid("missing option --by NAME")
    rejected = reject_reviews(archive, spans, Coder(by, options.now(), reason), reference=named)
    write_answer(render_decisions(rejected))


def _render(shown: ReviewedDocument, *, everything: bool, width: int, color: bool) -> str:
    from tracker.report.answers.review import render_dissimilar, render_review
    from tracker.report.comparison.build import build_report
    from tracker.report.render.terminal import render_terminal

    text = render_review(shown, whole=everything, width=width, color=color)
    comparison = shown.comparison
    if comparison is None:
        return text
    if comparison.genre == "session" and not everything:
        return f"{text}\n{render_dissimilar(comparison, width=width, color=color)}"
    report = build_report(comparison, options.load_vocabulary(), everything=everything)
    difference = render_terminal(report, width=width, color=color)
    return f"{text}\n{difference}"
