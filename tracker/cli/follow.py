"""Commands that follow topics and words: ``timeline``, ``compare-countries``, ``phrases``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli.options import (
    DEFAULT_ARCHIVE,
    Archive,
    Colour,
    ListFormat,
    Output,
    VocabularyFile,
    complete_reference,
)
from tracker.cli.output import refuse_overwriting, shown_progress, terminal_width, wants_colour, write_answer

if TYPE_CHECKING:
    from pathlib import Path

TableFormat = Annotated[
    Literal["text", "csv", "json"], typer.Option("--format", help="The form of the answer.")
]
Series = Annotated[
    str,
    typer.Argument(metavar="SERIES", help="A series such as GBR/UNGA.", autocompletion=complete_reference),
]
Topics = Annotated[
    list[str] | None,
    typer.Option("--topic", metavar="TOPIC", help="Only this topic, by id or label; may be repeated."),
]
Width = Annotated[int | None, typer.Option(min=60, help="Columns to fill; the terminal's if not given.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Example: tracker timeline GBR/UNGA --topic climate-change --from 60")(timeline)
    app.command(
        "compare-countries",
        epilog="Examples: tracker compare-countries UNGA 79 | tracker compare-countries HRC 52 --topic sudan",
    )(compare_countries)
    app.command(epilog="Examples: tracker phrases GBR/UNGA 79 | tracker phrases GBR/UNGA")(phrases)


def timeline(
    series: Series,
    topic: Topics = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="SESSION", help="Begin with this session.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="SESSION", help="End with this session.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every topic, those that are only mentioned included.")
    ] = False,
    vocabulary: VocabularyFile = None,
    form: TableFormat = "text",
    output: Output = None,
    width: Width = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Show topics by sessions: what each session of a series does with each topic.

    A map of levels, strongest topics first; with colour the shade is the share of the statement's words.
    With --topic, each session follows with a quote and what became of the topic since the session before.
    CSV has one row per topic and session.
    """
    from tracker.report.series.matrices import timeline_csv, timeline_json
    from tracker.report.series.timeline import render_timeline, select_rows
    from tracker.topics.vocabulary.load import load_vocabulary
    from tracker.workflows.code.topics import name_topics
    from tracker.workflows.follow.timeline import follow_topics

    _refuse(output, vocabulary, archive)
    known = load_vocabulary(vocabulary)
    topics = name_topics(known, topic or ())
    with shown_progress("reading") as progress:
        followed = follow_topics(
            archive, series, known, first, last, statuses=form != "text" or bool(topics), progress=progress
        )
    rows = select_rows(followed, topics, everything=everything)
    if form == "csv":
        answer = timeline_csv(followed, rows)
    elif form == "json":
        answer = timeline_json(followed, rows)
    else:
        answer = render_timeline(
            followed,
            rows,
            width=width or terminal_width(),
            color=wants_colour(color, output),
            everything=everything,
            quotes=bool(topics),
        )
    write_answer(answer, output)


def compare_countries(
    body: Annotated[str, typer.Argument(metavar="BODY", help="A body such as UNGA.")],
    session: Annotated[str, typer.Argument(metavar="SESSION", help="A session such as 79.")],
    countries: Annotated[
        str | None, typer.Option(metavar="CODES", help="Only these countries: GBR,FRA.")
    ] = None,
    topic: Topics = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every topic, and what sets each country apart.")
    ] = False,
    vocabulary: VocabularyFile = None,
    form: TableFormat = "text",
    output: Output = None,
    width: Width = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Show topics by countries at one session: what most put first, and what sets each apart.

    What is rare is told from all countries that spoke, whichever are shown. CSV is a matrix of levels.
    """
    from tracker.report.series.countries import render_countries, select_topics
    from tracker.report.series.matrices import countries_csv, countries_json
    from tracker.topics.vocabulary.load import load_vocabulary
    from tracker.workflows.code.topics import name_topics
    from tracker.workflows.follow.countries import compare_countries as compare
    from tracker.workflows.follow.countries import narrow_countries

    _refuse(output, vocabulary, archive)
    known = load_vocabulary(vocabulary)
    topics = name_topics(known, topic or ())
    named = [part for part in (countries or "").split(",") if part.strip()]
    with shown_progress("reading") as progress:
        everyone = compare(archive, body, session, known, progress)
    shown = narrow_countries(everyone, named)
    rows = select_topics(shown, topics, everything=everything)
    rare = select_topics(everyone)
    if form == "csv":
        answer = countries_csv(shown, rows)
    elif form == "json":
        answer = countries_json(shown, rows, rare)
    else:
        answer = render_countries(
            shown,
            rows,
            rare,
            width=width or terminal_width(),
            color=wants_colour(color, output),
            everything=everything,
            topics=topics,
        )
    write_answer(answer, output)


def phrases(
    series: Series,
    session: Annotated[
        str | None, typer.Argument(metavar="[SESSION]", help="One session; all of them if not given.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All phrases, those that a topic covers included.")
    ] = False,
    vocabulary: VocabularyFile = None,
    form: ListFormat = "text",
    output: Output = None,
    width: Width = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Show the words and phrases that set a session apart from all others of its series.

    What no topic of the vocabulary covers, the most telling first: by log-odds with a prior of how often
    words are used in the UN General Debate, which ships with the program. English; other languages have a
    flat prior, and Chinese has no phrases.
    """
    from tracker.report.comparison.phrases import phrases_json, render_phrases
    from tracker.topics.vocabulary.load import load_vocabulary
    from tracker.workflows.follow.phrases import find_series_phrases

    _refuse(output, vocabulary, archive)
    known = load_vocabulary(vocabulary)
    with shown_progress("comparing") as progress:
        found = find_series_phrases(archive, series, session, known, progress)
    write_answer(
        phrases_json(found)
        if form == "json"
        else render_phrases(
            found, width=width or terminal_width(), color=wants_colour(color, output), everything=everything
        ),
        output,
    )


def _refuse(output: Path | None, vocabulary: Path | None, archive: Path) -> None:
    if output:
        refuse_overwriting(output, [str(vocabulary)] if vocabulary else [], archive)
