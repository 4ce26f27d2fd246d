"""Commands on topics and phrases of many statements: ``timeline``, ``compare-countries``, ``phrases``."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from tracker.cli import options
from tracker.cli import output as shown
from tracker.cli.picture import check_outputs, write_picture

Width = Annotated[int | None, typer.Option(min=60, help="The width in columns; the terminal's if not given.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker timeline GBR/UNGA --topic climate-change --from 60"
        " | tracker timeline GBR/UNGA --ranks --plot ranks.svg"
    )(timeline)
    app.command(
        "compare-countries",
        epilog="Examples: tracker compare-countries UNGA 79 | tracker compare-countries HRC 52 --topic sudan",
    )(compare_countries)
    app.command(epilog="Examples: tracker phrases GBR/UNGA 79 | tracker phrases GBR/UNGA")(phrases)


def timeline(
    series: options.Series,
    topic: options.Topics = None,
    first: options.FirstSession = None,
    last: options.LastSession = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every topic, also those that are only mentioned.")
    ] = False,
    vocabulary: options.VocabularyFile = None,
    sure: options.Sure = 0.9,
    form: options.ReportFormat = "text",
    output: options.Output = None,
    plot: options.Plot = None,
    ranks: options.Ranks = False,
    width: Width = None,
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Show the topics of a series by session.

    What moved most, then a map of levels, strongest topics first; in colour the shade is the share of the
    statement's words. With --topic, each session with a quote and how the topic changed since the one before.
    CSV has one row per topic and session.
    """
    from tracker.comparing.topics.vocabulary.naming import name_topics
    from tracker.follow.series import Within
    from tracker.follow.timeline import follow_topics
    from tracker.report.formats import draw_report
    from tracker.report.series.timeline import build_timeline, select_rows, timeline_json, timeline_table

    check_outputs(output, plot, [vocabulary], archive, form, ranks=ranks)
    known = options.load_vocabulary(vocabulary, archive)
    topics = name_topics(known, topic or ())
    told = form in {"csv", "json", "jsonl", "parquet"} or bool(topics)
    with shown.shown_progress("reading") as progress:
        followed = follow_topics(
            options.opened(archive),
            series,
            known,
            Within(first, last),
            statuses=told,
            sure=sure,
            progress=progress,
        )
    rows = select_rows(followed, topics, everything=everything)
    as_table, as_json = partial(timeline_table, followed, rows), partial(timeline_json, followed, rows)
    build = partial(build_timeline, followed, rows, everything=everything, quotes=bool(topics))
    as_text = partial(draw_report, build, form)
    write_picture(plot, build, "ranks" if ranks else "shares" if topics else "map")
    shown.answer(form, as_json, as_text, as_table=as_table, color=color, output=output, width=width)


def compare_countries(
    body: options.BodyName,
    session: options.SessionName,
    countries: options.Countries = None,
    topic: options.Topics = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every topic, and what few share with each country.")
    ] = False,
    vocabulary: options.VocabularyFile = None,
    form: options.ReportFormat = "text",
    output: options.Output = None,
    plot: options.Plot = None,
    width: Width = None,
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Show the topics of one session by country.

    Shows the priorities of most countries, and of up to twelve the topics that few share with each, out of
    all countries that spoke, whichever are shown. CSV is a matrix of levels.
    """
    from tracker.comparing.topics.vocabulary.naming import name_topics
    from tracker.follow.standings import compare_countries as compare
    from tracker.follow.standings import narrow_countries
    from tracker.report.formats import draw_report
    from tracker.report.series.countries import (
        build_countries,
        countries_json,
        countries_table,
        select_topics,
    )

    check_outputs(output, plot, [vocabulary], archive, form)
    known = options.load_vocabulary(vocabulary, archive)
    topics = name_topics(known, topic or ())
    opened = options.opened(archive)
    with shown.shown_progress("reading") as progress:
        everyone = compare(opened, body, session, known, progress)
    reading = everyone if countries is None else narrow_countries(opened, everyone, countries)
    rows, rare = select_topics(reading, topics, everything=everything), select_topics(everyone)
    as_table, as_json = partial(countries_table, reading, rows), partial(countries_json, reading, rows, rare)
    build = partial(build_countries, reading, rows, rare, everything=everything, topics=topics)
    as_text = partial(draw_report, build, form)
    write_picture(plot, partial(build, mapped=True), "map")
    shown.answer(form, as_json, as_text, as_table=as_table, color=color, output=output, width=width)


def phrases(
    series: options.Series,
    session: options.AnySession = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show all phrases, also those that a topic covers.")
    ] = False,
    vocabulary: options.VocabularyFile = None,
    form: options.ListFormat = "text",
    output: options.Output = None,
    width: Width = None,
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Show phrases that set a session apart from the others.

    Phrases that no topic of the vocabulary covers, most distinctive first: by log-odds with a prior of word
    frequencies in the UN General Debate, which comes with the program. The prior is English; other languages
    have a flat prior, and Chinese has no phrases.
    """
    from tracker.follow.phrases import find_series_phrases
    from tracker.report.comparison.phrases import phrases_json, render_phrases

    shown.refuse_overwriting(output, [vocabulary], archive)
    known = options.load_vocabulary(vocabulary, archive)
    with shown.shown_progress("comparing") as progress:
        found = find_series_phrases(options.opened(archive), series, session, known, progress)
    as_text = partial(render_phrases, found, everything=everything)
    shown.answer(form, partial(phrases_json, found), as_text, color=color, output=output, width=width)
