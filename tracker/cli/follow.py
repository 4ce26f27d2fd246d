"""Commands on a whole series: ``trace``, ``blame``, ``timeline``, ``compare-countries``, ``phrases``."""

from __future__ import annotations

import shlex
from functools import partial
from typing import Annotated, Literal

import typer

from tracker.cli import completion, options
from tracker.cli import output as shown
from tracker.cli.picture import check_outputs, write_picture
from tracker.errors import ReferenceInvalid, TrackerError
from tracker.references import join_words, looks_like_reference, match_bodies

Width = Annotated[int | None, typer.Option(min=60, help="The width in columns; the terminal's if not given.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker trace GBR/UNGA 'two-state solution' --or 'two States' --from 60"
        " | tracker trace UNGA 'loss and damage' | tracker trace UNGA --topic sea-level-rise --format csv"
    )(trace)
    app.command(epilog="Example: tracker blame GBR/CCPCJ/31")(blame)
    app.command(epilog="Example: tracker timeline GBR/UNGA --topic climate-change --from 60")(timeline)
    app.command(
        "compare-countries",
        epilog="Examples: tracker compare-countries UNGA 79 | tracker compare-countries HRC 52 --topic sudan",
    )(compare_countries)
    app.command(epilog="Examples: tracker phrases GBR/UNGA 79 | tracker phrases GBR/UNGA")(phrases)


def trace(
    place: Annotated[
        str,
        typer.Argument(
            metavar="SERIES",
            help="A series such as GBR/UNGA, or a body such as UNGA for all countries.",
            autocompletion=completion.complete_reference,
        ),
    ],
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="A phrase or a sentence; climat* is any ending.")
    ] = None,
    others: Annotated[
        list[str] | None, typer.Option("--or", metavar="TEXT", help="Another phrase; may be repeated.")
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            "--topic",
            metavar="TOPIC",
            help="The terms of this topic; may be repeated.",
            autocompletion=completion.complete_topic,
        ),
    ] = None,
    first: options.FirstSession = None,
    last: options.LastSession = None,
    countries: options.Countries = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every country, where those of a body are shown.")
    ] = False,
    vocabulary: options.VocabularyFile = None,
    form: options.TraceFormat = "text",
    output: options.Output = None,
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Follow phrases or a sentence through a series, or through all countries of a body.

    Shows when it was first and last said, each wording with its edits against the one before, and the
    sessions that did not say it; of a body who said it first, and how often by session and by country.
    Exact: the same words, apart from case, quotes and dashes. Loose: similar words, with a similarity from
    0 to 1. CSV has one row per saying, and per statement that does not say it.
    """
    from tracker.report.series.biography import build_biography, render_biography
    from tracker.report.series.matrices import biography_json, sayings_csv
    from tracker.report.series.parts import draw_report
    from tracker.report.series.spread import build_spread, render_spread, spread_json
    from tracker.topics.vocabulary.naming import name_topics
    from tracker.workflows.follow.trace import parse_place, read_asked, trace_body, trace_series

    shown.refuse_overwriting(output, [vocabulary], archive)
    if text and " " in place and (looks_like_reference(text) or match_bodies(text)):
        raise ReferenceInvalid(f"the series comes first: tracker trace {text} {shlex.quote(place)}")
    known = options.load_vocabulary(vocabulary, archive) if topic else None
    topics = name_topics(known, topic) if known and topic else ()
    asked = read_asked([each for each in (text, *(others or ())) if each is not None], topics, known)
    reference, opened = parse_place(place), options.opened(archive)
    if reference.country and countries:
        raise TrackerError(f"--countries goes with a body, not a series: tracker trace {reference.body} ...")
    if reference.country:
        biography = trace_series(opened, reference, asked, first, last)
        as_json, as_text = partial(biography_json, biography), partial(render_biography, biography)
        as_csv, build = partial(sayings_csv, biography), partial(build_biography, biography)
    else:
        spread = trace_body(opened, reference, asked, first, last, countries)
        as_json, as_text = partial(spread_json, spread), partial(render_spread, spread, everything=everything)
        as_csv, build = partial(sayings_csv, spread), partial(build_spread, spread, everything=everything)
    if form == "html":
        as_text = partial(draw_report, build, form)
    shown.answer(form, as_json, as_text, as_csv=as_csv, color=color, output=output)


def blame(
    reference: options.ReferenceWords,
    through: Annotated[
        Literal["auto", "sessions", "snapshots"],
        typer.Option(help="What to look back through; auto: snapshots if there are earlier ones."),
    ] = "auto",
    everything: Annotated[bool, typer.Option("--all", help="Show every sentence on its own line.")] = False,
    form: options.BlameFormat = "text",
    output: options.Output = None,
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Show when each sentence was first said in these words.

    A reworded sentence is shown with the earlier wording that it came from. The command looks back through
    the earlier sessions of the same kind, or the snapshots of the same edition.
    """
    from tracker.report.series.origins import attribution_json, build_attribution, render_attribution
    from tracker.report.series.parts import draw_report
    from tracker.workflows.follow.trace import blame_statement

    attribution = blame_statement(options.opened(archive), join_words(reference), through)
    as_page = partial(draw_report, partial(build_attribution, attribution), form)
    as_text = as_page if form == "html" else partial(render_attribution, attribution, everything=everything)
    shown.answer(form, partial(attribution_json, attribution), as_text, color=color, output=output)


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
    from tracker.report.series.matrices import timeline_csv, timeline_json
    from tracker.report.series.parts import draw_report
    from tracker.report.series.timeline import build_timeline, select_rows
    from tracker.topics.vocabulary.naming import name_topics
    from tracker.workflows.follow.timeline import follow_topics

    check_outputs(output, plot, [vocabulary], archive, ranks=ranks)
    known = options.load_vocabulary(vocabulary, archive)
    topics = name_topics(known, topic or ())
    told = form in {"csv", "json"} or bool(topics)
    with shown.shown_progress("reading") as progress:
        followed = follow_topics(
            options.opened(archive), series, known, first, last, statuses=told, sure=sure, progress=progress
        )
    rows = select_rows(followed, topics, everything=everything)
    as_csv, as_json = partial(timeline_csv, followed, rows), partial(timeline_json, followed, rows)
    build = partial(build_timeline, followed, rows, everything=everything, quotes=bool(topics))
    as_text = partial(draw_report, build, form)
    write_picture(plot, build, "ranks" if ranks else "shares" if topics else "map")
    shown.answer(form, as_json, as_text, as_csv=as_csv, color=color, output=output, width=width)


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
    from tracker.report.series.countries import build_countries, select_topics
    from tracker.report.series.matrices import countries_csv, countries_json
    from tracker.report.series.parts import draw_report
    from tracker.topics.vocabulary.naming import name_topics
    from tracker.workflows.follow.countries import compare_countries as compare
    from tracker.workflows.follow.countries import narrow_countries

    check_outputs(output, plot, [vocabulary], archive)
    known = options.load_vocabulary(vocabulary, archive)
    topics = name_topics(known, topic or ())
    opened = options.opened(archive)
    with shown.shown_progress("reading") as progress:
        everyone = compare(opened, body, session, known, progress)
    reading = everyone if countries is None else narrow_countries(opened, everyone, countries)
    rows, rare = select_topics(reading, topics, everything=everything), select_topics(everyone)
    as_csv, as_json = partial(countries_csv, reading, rows), partial(countries_json, reading, rows, rare)
    build = partial(build_countries, reading, rows, rare, everything=everything, topics=topics)
    as_text = partial(draw_report, build, form)
    write_picture(plot, partial(build, mapped=True), "map")
    shown.answer(form, as_json, as_text, as_csv=as_csv, color=color, output=output, width=width)


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
    from tracker.report.comparison.phrases import phrases_json, render_phrases
    from tracker.workflows.follow.phrases import find_series_phrases

    shown.refuse_overwriting(output, [vocabulary], archive)
    known = options.load_vocabulary(vocabulary, archive)
    with shown.shown_progress("comparing") as progress:
        found = find_series_phrases(options.opened(archive), series, session, known, progress)
    as_text = partial(render_phrases, found, everything=everything)
    shown.answer(form, partial(phrases_json, found), as_text, color=color, output=output, width=width)
