"""Commands by which people overrule what was judged: ``judge``, ``decisions``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli.options import (
    DEFAULT_ARCHIVE,
    Archive,
    Colour,
    Output,
    VocabularyFile,
    complete_reference,
)
from tracker.cli.output import refuse_overwriting, terminal_width, wants_colour, write_answer
from tracker.errors import DecisionInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.decisions import Ruling

LevelName = Literal["declared", "substantive", "acknowledged", "mentioned", "absent"]
VerdictName = Literal["accept", "reject", "relabel"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker judge 3f9c2ab reject --by Ana"
        " | tracker judge 3f9c2ab relabel --as strength=none --by Ana"
        " | tracker judge 81d0c44 relabel --as reworded --with 5b7e910 --by Ana"
        " | tracker judge GBR/UNGA/79 --topic corruption --level mentioned --by Ana"
        " | tracker judge 3f9c2ab --withdraw --by Ana | tracker judge --from sheet.csv"
    )(judge)
    app.command(
        epilog="Examples: tracker decisions GBR/UNGA | tracker decisions GBR/UNGA --format csv -o sheet.csv"
    )(decisions)


def judge(
    what: Annotated[
        str | None,
        typer.Argument(metavar="[ID|REF]", help="A change's id, as it stands behind '#'; or a statement."),
    ] = None,
    verdict: Annotated[
        VerdictName | None,
        typer.Argument(metavar="[VERDICT]", help="Of a change: accept, reject or relabel."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides.")] = None,
    label: Annotated[
        str | None,
        typer.Option("--as", metavar="LABEL", help="With relabel: reworded, split ..., or strength=weaker."),
    ] = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="ID", help="A change whose sentences belong to the same link."),
    ] = None,
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option("--pair", metavar="OLD NEW", help="The comparison, where the archive forgot it."),
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="A topic's id or label, in the statement REF.")
    ] = None,
    level: Annotated[LevelName | None, typer.Option("--level", help="The level of the topic.")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--from", metavar="SHEET", help="Read a coding sheet that coders have filled in."),
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take back what NAME decided about it; the record keeps both.")
    ] = False,
    vocabulary: VocabularyFile = None,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Overrule what was judged, or confirm it: a change, or the level of a topic.

    accept: it is right as shown. reject: these sentences do not correspond, and the link is taken apart.
    relabel --as: it is something else. Decisions survive new runs and are shown with the name. The latest
    one on a matter counts; none is deleted.
    """
    if sheet and (what or topic or withdraw):
        raise DecisionInvalid("--from reads all from the sheet; it goes with --by alone")
    if sheet:
        rulings = _judge_sheet(sheet, by, archive)
    elif withdraw:
        _withdraw(what, verdict, topic, by, note, vocabulary, archive)
        return
    elif topic or level:
        rulings = _judge_topic(what, verdict, topic, level, by, note, vocabulary, archive)
    else:
        rulings = _judge_change(what, verdict, label, others, pair, by, note, archive)
    _keep(rulings, archive)


def _withdraw(
    what: str | None,
    verdict: VerdictName | None,
    topic: str | None,
    by: str | None,
    note: str | None,
    vocabulary: Path | None,
    archive: Path,
) -> None:
    from tracker.report.coding.decisions import ruling_words
    from tracker.topics.vocabulary.load import load_vocabulary
    from tracker.workflows.code.decisions import keep_rulings, withdraw_rulings
    from tracker.workflows.code.judge_many import find_topic

    if not what or verdict:
        raise DecisionInvalid("withdraw what? tracker judge ID --withdraw --by NAME")
    named = find_topic(topic, load_vocabulary(vocabulary)).id if topic else None
    rulings = withdraw_rulings(what, _person(by), _now(), archive, topic=named, note=note or None)
    kept = keep_rulings(rulings, archive)
    write_answer("\n".join(ruling_words(ruling) for ruling in (*rulings, *kept)))


def _keep(rulings: Sequence[Ruling], archive: Path) -> None:
    from tracker.report.coding.decisions import ruling_words
    from tracker.workflows.code.decisions import keep_rulings

    kept = keep_rulings(rulings, archive)
    write_answer("\n".join(ruling_words(ruling) for ruling in kept) or "nothing new in the sheet")


def _judge_change(
    what: str | None,
    verdict: VerdictName | None,
    label: str | None,
    others: list[str] | None,
    pair: tuple[str, str] | None,
    by: str | None,
    note: str | None,
    archive: Path,
) -> tuple[Ruling, ...]:
    from tracker.workflows.code.judge import Coder, judge_change

    if not what or not verdict:
        raise DecisionInvalid("judge what, and how? tracker judge ID accept|reject|relabel --by NAME")
    coder = Coder(_person(by), _now(), note or None)
    return (judge_change(what, verdict, label, coder, archive, others=others or (), pair=pair),)


def _judge_topic(
    what: str | None,
    verdict: VerdictName | None,
    topic: str | None,
    level: LevelName | None,
    by: str | None,
    note: str | None,
    vocabulary: Path | None,
    archive: Path,
) -> tuple[Ruling, ...]:
    from tracker.topics.vocabulary.load import load_vocabulary
    from tracker.workflows.code.judge import Coder
    from tracker.workflows.code.judge_many import judge_topic

    if not (what and topic and level) or verdict:
        raise DecisionInvalid("a topic is judged by: tracker judge REF --topic TOPIC --level LEVEL --by NAME")
    coder = Coder(_person(by), _now(), note or None)
    return (judge_topic(what, topic, level, coder, archive, load_vocabulary(vocabulary)),)


def _judge_sheet(sheet: Path, by: str | None, archive: Path) -> tuple[Ruling, ...]:
    from tracker.workflows.code.judge_many import judge_sheet

    return judge_sheet(sheet, _now(), archive, by)


def _person(by: str | None) -> str:
    if by is None:
        raise DecisionInvalid("who decides? --by NAME")
    return by


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def decisions(
    reference: Annotated[
        str | None,
        typer.Argument(metavar="[REF]", help="A series or a statement.", autocompletion=complete_reference),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Only those of one person.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Those too that the same person replaced later.")
    ] = False,
    form: Annotated[
        Literal["text", "csv", "json"],
        typer.Option("--format", help="csv: a coding sheet, one row a judged unit, two columns a coder."),
    ] = "text",
    output: Output = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """List what people decided, and how far they agree.

    Agreement is over the units that two people both judged: the share of equal answers, Cohen's kappa and
    Krippendorff's alpha for nominal codes.
    """
    from tracker.changes.shifts import QUESTIONS
    from tracker.decisions.agreement import measure_agreements
    from tracker.report.coding.decisions import decisions_json, render_decisions
    from tracker.workflows.code.decisions import list_rulings

    if output:
        refuse_overwriting(output, (), archive)
    rulings = list_rulings(archive, reference, by, replaced=everything)
    last = list_rulings(archive, reference)
    measured = measure_agreements(last, QUESTIONS)
    agreements = tuple(each for each in measured if by in {None, each.one, each.other})
    if form == "csv":
        from tracker.report.coding.sheets import write_sheet

        answer = write_sheet(list_rulings(archive, reference, by))
    elif form == "json":
        answer = decisions_json(rulings, agreements)
    else:
        answer = render_decisions(
            rulings, agreements, width=terminal_width(), color=wants_colour(color, output)
        )
    write_answer(answer, output)
