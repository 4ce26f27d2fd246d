"""Commands that compare and read two texts or one: ``diff``, ``priorities``."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli import completion, options
from tracker.cli import output as shown
from tracker.cli.output import (
    refuse_overwriting,
    terminal_width,
    wants_colour,
    write_answer,
    write_notice,
)
from tracker.errors import TrackerError
from tracker.references import join_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.topics import Topic, Vocabulary
    from tracker.report.comparison.one_topic import SideWeights
    from tracker.text.encoder import Encoder

DIFFERENT = 1

DiffFormat = Literal["text", "json", "markdown", "docx", "tei"]


_BOTH_TEXTS = ("docx", "tei")
"""Formats of which both texts can be had again."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker diff GBR/UNGA 78 79 | tracker diff GBR/UNGA"
        " | tracker diff old.txt new.pdf | tracker diff UNGA 70 71 --countries SIDS"
    )(diff)
    app.command(epilog="Example: tracker priorities GBR/CCPCJ/31")(priorities)


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
    form: Annotated[DiffFormat, typer.Option("--format", help="The output format.")] = "text",
    output: options.Output = None,
    vocabulary: options.VocabularyFile = None,
    encoder: Annotated[
        Literal["default", "none"],
        typer.Option(help="'none' aligns sentences by their words alone, a second faster."),
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
    from tracker.text.encoder import ENCODERS
    from tracker.workflows.compare.diff import diff as compare
    from tracker.workflows.compare.diff import find_observed, is_same

    if stat and form != "text":
        raise TrackerError(f"--stat has no {form} format")
    if only and (stat or form == "json"):
        raise TrackerError("--only applies to text and Markdown, not to --stat and JSON")
    refuse_overwriting(output, operands, archive)
    topics = options.load_vocabulary(vocabulary)
    asked = {"--only": only, "--topic": topic, "--explain": explain, "--countries": countries}
    _refuse_whole(form, output, asked)
    if countries is not None:
        if stat or explain is not None:
            raise TrackerError("--countries takes no --stat and --explain; leave them out")
        from tracker.cli.groups import diff_countries

        moved = diff_countries(
            operands,
            countries,
            topics,
            archive,
            form,
            output,
            color,
            topic=topic,
            sure=sure,
            everything=everything,
            only=_chosen(only, by_country=True),
        )
        if moved:
            raise typer.Exit(DIFFERENT)
        return
    chosen = _chosen(only)
    vectors = ENCODERS[encoder]
    session = options.opened(archive)
    comparison = compare(operands, session, topics, vectors, sure)
    color_on = wants_colour(color, output)
    answer: str | bytes
    if explain is not None:
        answer = _explain(comparison, explain, topics, vectors, session, color_on)
    elif stat:
        from tracker.report.comparison.stat import render_stat

        answer = render_stat(comparison)
    else:
        observed = partial(find_observed, operands, session)
        answer = _render(comparison, topics, form, everything, chosen, topic, color_on, observed)
    write_answer(answer, output)
    if not is_same(comparison):
        raise typer.Exit(DIFFERENT)


def _refuse_whole(form: DiffFormat, output: Path | None, asked: Mapping[str, object]) -> None:
    """Raise ``TrackerError`` where a format of both texts is to leave something out, or has no file."""
    if form not in _BOTH_TEXTS:
        return
    if unfit := [name for name, value in asked.items() if value]:
        raise TrackerError(f"--format {form} holds both texts whole, and takes no {unfit[0]}")
    if form == "docx" and output is None:
        raise TrackerError("--format docx makes a file; name it with -o FILE")


def _explain(
    comparison: Comparison,
    name: str,
    vocabulary: Vocabulary,
    encoder: Encoder | None,
    archive: ArchiveSession,
    color: bool,
) -> str:
    """Explain a change by its id, or a topic by its label, id or term."""
    from tracker.report.comparison.build import build_report
    from tracker.report.comparison.explanation import render_explanation
    from tracker.report.render.terminal import render_terminal
    from tracker.topics.vocabulary.naming import find_topics
    from tracker.workflows.code.shown import may_be_change
    from tracker.workflows.compare.explain import explain, explain_topics

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


def _chosen(only: list[str] | None, *, by_country: bool = False) -> frozenset[str]:
    """Return what a report is narrowed to; of many countries only what became of topics is told."""
    from tracker.report.comparison.selection import FILTERS
    from tracker.report.comparison.topic_words import STATUSES

    known = tuple(status for status in STATUSES if status != "kept") if by_country else FILTERS
    words = frozenset(word.strip() for text in only or () for word in text.split(",") if word.strip())
    unknown = sorted(words - frozenset(known))
    if unknown:
        raise TrackerError(f"--only {unknown[0]}: expected one of {', '.join(known)}")
    return words


def _render(
    comparison: Comparison,
    vocabulary: Vocabulary,
    form: DiffFormat,
    everything: bool,
    only: frozenset[str],
    topic: str | None,
    color: bool,
    observed: Callable[[], str | None],
) -> str | bytes:
    if form in _BOTH_TEXTS:
        return _render_both(comparison, vocabulary, form, everything, observed)
    if form == "json":
        from tracker.report.json_text import render_json

        return render_json(comparison)
    from tracker.report.comparison.build import build_report

    asked: tuple[Topic, ...] = ()
    reasons: list[tuple[SideWeights, SideWeights]] = []
    if topic:
        from tracker.topics.vocabulary.naming import find_topics
        from tracker.workflows.compare.explain import explain_topics

        asked = find_topics(vocabulary, topic)
        reasons = explain_topics(comparison, asked, vocabulary)
    report = build_report(
        comparison, vocabulary, everything=everything, only=only, topics=asked, reasons=reasons
    )
    if form == "markdown":
        from tracker.report.render.markdown import render_markdown

        return render_markdown(report)
    from tracker.report.render.terminal import render_terminal

    return render_terminal(report, width=terminal_width(), color=color)


def _render_both(
    comparison: Comparison,
    vocabulary: Vocabulary,
    form: DiffFormat,
    everything: bool,
    observed: Callable[[], str | None],
) -> str | bytes:
    """Return both texts with every change as DOCX or TEI, and tell what no XML file can hold."""
    from tracker.report.comparison.build import build_report
    from tracker.report.comparison.notes import list_notes
    from tracker.report.render.xml_parts import tell_lost

    report = build_report(comparison, vocabulary, everything=everything)
    notes = list_notes(comparison, everything=everything)
    if lost := tell_lost(comparison):
        report = replace(report, cautions=(*report.cautions, lost))
        write_notice(lost)
    if form == "docx":
        from tracker.report.render.word import render_word

        return render_word(comparison, report, notes, observed())
    from tracker.report.render.tei import render_tei

    return render_tei(comparison, report, notes)


def priorities(
    reference: options.ReferenceWords,
    vocabulary: options.VocabularyFile = None,
    form: options.TableFormat = "text",
    output: options.Output = None,
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Show a statement's priorities and passing mentions.

    CSV has one row per topic, with its level, share and leading sentence.
    """
    from tracker.report.archive.statement import list_topics, topics_csv, topics_json
    from tracker.report.comparison.priorities import render_priorities
    from tracker.workflows.compare.priorities import read_priorities

    named = join_words(reference)
    refuse_overwriting(output, [vocabulary, named], archive)
    topics = options.load_vocabulary(vocabulary)
    side, readings, absences = read_priorities(options.opened(archive), named, topics)
    table = list_topics(side, readings, topics, absences)
    as_csv, as_json = partial(topics_csv, table), partial(topics_json, table)
    as_text = partial(render_priorities, side, readings, topics, absences)
    shown.answer(form, as_json, as_text, as_csv=as_csv, color=color, output=output)
