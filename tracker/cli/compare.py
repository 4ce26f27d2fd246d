"""Commands that compare and read two texts or one: ``diff``, ``priorities``."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

import typer

from tracker.cli import completion, options
from tracker.cli import output as shown
from tracker.cli.forms import explain_part, refuse_unfit, render_form, render_summary
from tracker.cli.output import refuse_overwriting, wants_colour, write_answer
from tracker.cli.picture import check_outputs, write_moves
from tracker.errors import TrackerError
from tracker.references import join_words
from tracker.report.formats import Asked

DIFFERENT = 1


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker diff GBR/UNGA 78 79 | tracker diff GBR/UNGA"
        " | tracker diff old.txt new.pdf | tracker diff UNGA 70 71 --countries SIDS"
        " | tracker diff GBR/UNGA 78 79 --table changes --format csv"
        " | tracker diff GBR/UNGA 78 79 --plot moves.svg"
    )(diff)
    app.command(
        epilog="Examples: tracker priorities GBR/CCPCJ/31"
        " | tracker priorities GBR/UNGA 79 --format latex -o priorities.tex"
    )(priorities)


def diff(
    operands: Annotated[
        list[str],
        typer.Argument(
            metavar="OLD [NEW]",
            help="References, a series and its sessions, or files.",
            autocompletion=completion.complete_reference,
        ),
    ],
    everything: Annotated[bool, typer.Option("--all", help="Show everything, sentences included.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Show only these: new, dropped, kept, reworded, moved, strength, figure, date ..."),
    ] = None,
    topic: Annotated[
        str | None,
        typer.Option(
            metavar="TOPIC",
            help="Show one topic: by label, id or one of its terms.",
            autocompletion=completion.complete_topic,
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Explain a change, by its id behind '#', or a topic, by label, id or term.",
            autocompletion=completion.complete_topic,
        ),
    ] = None,
    stat: Annotated[bool, typer.Option("--stat", help="Show counts only.")] = False,
    methods: Annotated[
        bool, typer.Option("--methods", help="Print how it was compared, as a paragraph for a paper.")
    ] = False,
    form: options.DiffFormat = "text",
    table: Annotated[
        Literal["topics", "changes", "shifts"] | None,
        typer.Option("--table", help="The table of csv, jsonl and parquet: topics if not given."),
    ] = None,
    output: options.Output = None,
    plot: options.Plot = None,
    vocabulary: options.VocabularyFile = None,
    encoder: Annotated[
        Literal["default", "none"],
        typer.Option(help="'none' aligns sentences by their words alone, in half the time."),
    ] = "default",
    sure: options.Sure = 0.9,
    countries: options.Countries = None,
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Report what changed between two statements.

    OLD and NEW are references (GBR/UNGA/78), files, or one of each; a series and two sessions
    (GBR/UNGA 78 79); a series alone, which compares its last two sessions; or, with --countries, a body and
    two sessions (UNGA 70 71).
    The exit code is 0 if both sides say the same, 1 if they differ, 2 on an error.
    """
    from tracker.diff.diff import diff as compare
    from tracker.diff.diff import find_observed, is_same
    from tracker.report.comparison.sentences import read_filters
    from tracker.text.encoder import ENCODERS

    asked = {"--only": only, "--topic": topic, "--explain": explain, "--countries": countries}
    alone = {"--stat": stat, "--methods": methods}
    refuse_unfit(form, table, asked, alone, output)
    check_outputs(output, plot, [*operands, vocabulary], archive, form)
    topics = options.load_vocabulary(vocabulary, archive)
    if countries is not None:
        if stat or explain is not None or plot:
            raise TrackerError("--countries takes no --stat, --explain and --plot; tracker panel has --plot")
        from tracker.cli.groups import CountriesAsked, diff_countries

        statuses = read_filters(only or (), by_country=True)
        wanted = CountriesAsked(operands, countries, topics, sure, topic, statuses, everything)
        if diff_countries(wanted, archive, form, output, color):
            raise typer.Exit(DIFFERENT)
        return
    chosen = read_filters(only or ())
    vectors = ENCODERS[encoder]
    session = options.opened(archive)
    comparison = compare(operands, session, topics, vectors, sure)
    color_on = wants_colour(color, output)
    write_moves(plot, comparison, topics, everything, chosen, topic)
    answer: str | bytes
    if explain is not None:
        answer = explain_part(comparison, explain, topics, vectors, session, color_on)
    elif stat or methods:
        answer = render_summary(comparison, topics, methods=methods)
    else:
        shown_as = Asked(
            comparison,
            topics,
            everything=everything,
            only=chosen,
            table=table or "topics",
            observed=partial(find_observed, operands, session),
            width=shown.terminal_width(),
            color=color_on,
        )
        answer = render_form(shown_as, topic, form)
    write_answer(answer, output)
    if not is_same(comparison):
        raise typer.Exit(DIFFERENT)


def priorities(
    reference: options.ReferenceWords,
    vocabulary: options.VocabularyFile = None,
    form: options.RecordFormat = "text",
    output: options.Output = None,
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Show a statement's priorities and passing mentions.

    CSV, JSON Lines and Parquet have one row per topic, with its level, share and leading sentence.
    """
    from tracker.diff.priorities import read_priorities
    from tracker.report.archive.statement import list_topics, render_priorities, topics_json, topics_table

    named = join_words(reference)
    refuse_overwriting(output, [vocabulary, named], archive, form)
    topics = options.load_vocabulary(vocabulary, archive)
    side, readings, absences = read_priorities(options.opened(archive), named, topics)
    table = list_topics(side, readings, topics, absences)
    as_table, as_json = partial(topics_table, table), partial(topics_json, table)
    as_text = partial(render_priorities, side, readings, topics, absences)
    shown.answer(form, as_json, as_text, as_table=as_table, color=color, output=output)
