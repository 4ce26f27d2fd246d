"""Commands that compare and read two texts or one: ``diff``, ``priorities``, ``reproduce``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli import output as shown
from tracker.cli.output import (
    check_outputs,
    refuse_overwriting,
    terminal_width,
    wants_colour,
    write_answer,
    write_notice,
    write_picture,
)
from tracker.errors import TrackerError
from tracker.model.texts import Language
from tracker.references import join_words
from tracker.report.formats import FORMATS, Asked, draw_report, refuse_output, render_comparison

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.archive import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.topics import Vocabulary
    from tracker.text.encoder import Encoder

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
    app.command(epilog="Examples: tracker reproduce comparison.json | tracker reproduce paper.zip")(reproduce)


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
    language: Annotated[
        Language | None,
        typer.Option(help="The language of files; detected if not given, in short ones often wrongly."),
    ] = None,
    countries: options.Countries = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="CODER", help="Leave out what this person or model said; may be repeated."
        ),
    ] = None,
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

    archive = everywhere.archive()
    asked = {"--only": only, "--topic": topic, "--explain": explain, "--countries": countries}
    alone = {"--stat": stat, "--methods": methods}
    _refuse_unfit(form, table, asked, alone, output)
    check_outputs(output, plot, [*operands, vocabulary], archive, form)
    topics = options.load_vocabulary(vocabulary, keeps=True)
    if countries is not None:
        if stat or explain is not None or plot or language or without:
            lacks = "--stat, --explain, --language, --without and --plot"
            raise TrackerError(f"--countries takes no {lacks}; timeline has --plot")
        statuses = read_filters(only or (), by_country=True)
        wanted = _CountriesAsked(operands, countries, topics, sure, topic, statuses, everything)
        if _diff_countries(wanted, form, output):
            raise typer.Exit(DIFFERENT)
        return
    chosen = read_filters(only or ())
    vectors = ENCODERS[encoder]
    session = options.opened()
    comparison = compare(operands, session, topics, vectors, sure, language, without or ())
    color_on = wants_colour(output)
    if plot:
        _write_moves(plot, comparison, topics, everything, chosen, topic)
    answer: str | bytes
    if explain is not None:
        answer = _explain_part(comparison, explain, topics, vectors, session, color_on)
    elif stat or methods:
        answer = _render_summary(comparison, topics, methods=methods)
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
        answer = _render_form(shown_as, topic, form)
    write_answer(answer, output)
    if not is_same(comparison):
        raise typer.Exit(DIFFERENT)


def priorities(
    reference: options.ReferenceWords,
    vocabulary: options.VocabularyFile = None,
    form: options.RecordFormat = "text",
    output: options.Output = None,
) -> None:
    """Show a statement's priorities and passing mentions.

    CSV, JSON Lines and Parquet have one row per topic, with its level, share and leading sentence.
    """
    from tracker.diff.priorities import read_priorities
    from tracker.report.answers.statement import list_topics, render_priorities, topics_json, topics_table

    archive = everywhere.archive()
    named = join_words(reference)
    refuse_overwriting(output, [vocabulary, named], archive, form)
    topics = options.load_vocabulary(vocabulary, keeps=True)
    side, readings, absences = read_priorities(options.opened(), named, topics)
    table = list_topics(side, readings, topics, absences)
    as_table, as_json = partial(topics_table, table), partial(topics_json, table)
    as_text = partial(render_priorities, side, readings, topics, absences)
    shown.answer(form, as_json, as_text, as_table=as_table, output=output)


def reproduce(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A comparison as diff --format json wrote it, or a replication zip.",
        ),
    ],
    vocabulary: options.VocabularyFile = None,
    form: options.ListFormat = "text",
) -> None:
    """Compute a comparison, or a replication zip, again and name what differs.

    Of a zip the other files are checked too, against what was computed and the digests in their names. Ends
    with 0 where all comes out the same, with 1 where something differs.
    """
    from tracker.exchange.reproducing import reproduce as compute
    from tracker.report.comparison.provenance import render_reproduced, reproduced_json

    # What was kept would be read again, not computed.
    found = compute(file, options.opened(trusts_derived=False), vocabulary)
    shown.answer(form, partial(reproduced_json, found), partial(render_reproduced, found))
    raise typer.Exit(0 if found.is_same else options.FINDINGS)


@dataclass(frozen=True, slots=True)
class _CountriesAsked:
    """What ``diff`` is asked of many countries: which, at which sessions, and what of it is shown."""

    operands: list[str]
    """A body and two sessions."""
    countries: str
    vocabulary: Vocabulary
    sure: float
    topic: str | None
    only: frozenset[str]
    everything: bool


def _diff_countries(asked: _CountriesAsked, form: str, output: Path | None) -> bool:
    """Answer ``diff`` of two sessions of a body, and return whether anybody took up or dropped a topic."""
    from tracker.cli.groups import explain_groups
    from tracker.comparing.topics.vocabulary.naming import name_topics
    from tracker.follow.panel import diff_countries, narrow_moves
    from tracker.report.records import encode_json
    from tracker.report.series.panels import build_countries_diff, moves_table

    topics = name_topics(asked.vocabulary, [asked.topic] if asked.topic else [])
    with shown.shown_progress("comparing") as progress:
        found = diff_countries(
            options.opened(),
            asked.operands,
            asked.countries,
            asked.vocabulary,
            sure=asked.sure,
            topics=topics,
            progress=progress,
        )
    if topics:
        found = replace(found, topics=tuple(each for each in found.topics if each.id in topics))
    if asked.only:
        found = narrow_moves(found, asked.only)
    notes = explain_groups(asked.countries)
    whole = asked.everything or bool(asked.topic or asked.only)
    build = partial(build_countries_diff, found, notes=notes, whole=whole, only=asked.only)
    as_text = partial(draw_report, build, form)
    as_json, as_table = partial(encode_json, found), partial(moves_table, found)
    shown.answer(form, as_json, as_text, as_table=as_table, output=output)
    return any(move.status not in {None, "kept"} for topic in found.topics for move in topic.countries)


def _write_moves(
    plot: Path,
    comparison: Comparison,
    vocabulary: Vocabulary,
    everything: bool,
    only: frozenset[str],
    topic: str | None,
) -> None:
    """Write a picture of the largest moves between two statements."""
    from tracker.comparing.topics.vocabulary.naming import find_topics
    from tracker.report.comparison.build import build_moves

    topics = find_topics(vocabulary, topic) if topic else ()
    build = partial(build_moves, comparison, vocabulary, everything=everything, only=only, topics=topics)
    write_picture(plot, build, "moves")


def _refuse_unfit(
    form: str,
    table: str | None,
    asked: Mapping[str, object],
    alone: Mapping[str, bool],
    output: Path | None,
) -> None:
    """Raise ``TrackerError`` where an option is to narrow what is whole, or has nothing to apply to.

    ``asked`` are options that narrow a report, ``alone`` those that print a text in place of it.
    """
    if any(alone.values()) and form != "text":
        raise TrackerError(f"{next(name for name in alone if alone[name])} has no {form} format")
    whole = any(alone.values()) or form == "json"
    narrowing = ("--only",) if asked["--countries"] else ("--only", "--topic")
    if whole and any(asked[name] for name in narrowing):
        name = next(name for name in narrowing if asked[name])
        raise TrackerError(f"{name} applies to text, Markdown and HTML, not to --stat, --methods and JSON")
    chosen = FORMATS[form]
    if asked["--explain"] and not chosen.whole and (any(alone.values()) or form != "text"):
        raise TrackerError("--explain prints text alone, without --stat and --methods")
    of_countries = chosen.is_table and bool(asked["--countries"])
    fit = {"--countries", "--topic"} if of_countries else set()
    unfit = [name for name, value in asked.items() if value and name not in fit]
    if chosen.whole and unfit:
        raise TrackerError(f"--format {form} {chosen.whole}, and takes no {unfit[0]}")
    refuse_output(form, output)
    if table and (not chosen.is_table or of_countries):
        raise TrackerError("--table goes with --format csv, jsonl and parquet of two statements")


def _explain_part(
    comparison: Comparison,
    name: str,
    vocabulary: Vocabulary,
    encoder: Encoder | None,
    archive: ArchiveSession,
    color: bool,
) -> str:
    """Explain a change by its id, or a topic by its label, id or term."""
    from tracker.comparing.topics.vocabulary.naming import find_topics
    from tracker.diff.explain import explain, explain_topics
    from tracker.references.change_ids import may_be_change
    from tracker.report.comparison.build import build_report
    from tracker.report.comparison.sentences import render_explanation
    from tracker.report.render.terminal import render_terminal

    if not may_be_change(name):
        topics = find_topics(vocabulary, name)
        reasons = explain_topics(comparison, topics, vocabulary)
        report = build_report(comparison, vocabulary, topics=topics, reasons=reasons, explain=True)
        return render_terminal(report, width=terminal_width(), color=color)
    found = explain(comparison, name, encoder, archive)
    thresholds = found.accept, found.accept_move
    return render_explanation(
        comparison, found.change, found.candidates, thresholds, width=terminal_width(), color=color
    )


def _render_summary(comparison: Comparison, vocabulary: Vocabulary, *, methods: bool) -> str:
    """Return the counts of a comparison, or how it was made."""
    if methods:
        from tracker.report.comparison.provenance import render_methods

        return render_methods(comparison, vocabulary)
    from tracker.report.comparison.build import render_stat

    return render_stat(comparison)


def _render_form(asked: Asked, topic: str | None, form: str) -> str | bytes:
    """Return a comparison in a format; of one topic, where it is asked for by label, id or term."""
    if notice := FORMATS[form].notice(asked.comparison):
        write_notice(notice)
    if topic:
        from tracker.comparing.topics.vocabulary.naming import find_topics
        from tracker.diff.explain import explain_topics

        topics = find_topics(asked.vocabulary, topic)
        reasons = explain_topics(asked.comparison, topics, asked.vocabulary)
        asked = asked._replace(topics=topics, reasons=reasons)
    return render_comparison(asked, form)
