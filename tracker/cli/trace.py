"""Commands on words through many statements: ``trace``, ``blame``."""

from __future__ import annotations

import shlex
from functools import partial
from typing import Annotated, Literal

import typer

from tracker.cli import completion, options
from tracker.cli import output as shown
from tracker.errors import ReferenceInvalid, TrackerError
from tracker.references import join_words, looks_like_reference, match_bodies


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker trace GBR/UNGA 'two-state solution' --or 'two States' --from 60"
        " | tracker trace UNGA 'loss and damage' | tracker trace UNGA --topic sea-level-rise --format csv"
    )(trace)
    app.command(epilog="Example: tracker blame GBR/CCPCJ/31")(blame)


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
    from tracker.comparing.topics.vocabulary.naming import name_topics
    from tracker.follow.series import Within, parse_place
    from tracker.follow.trace import read_asked, trace_body, trace_series
    from tracker.report.formats import draw_report
    from tracker.report.series.biography import (
        biography_json,
        build_biography,
        render_biography,
        sayings_table,
    )
    from tracker.report.series.spread import build_spread, render_spread, spread_json

    shown.refuse_overwriting(output, [vocabulary], archive, form)
    if text and " " in place and (looks_like_reference(text) or match_bodies(text)):
        raise ReferenceInvalid(f"the series comes first: tracker trace {shlex.join([text, place])}")
    known = options.load_vocabulary(vocabulary, archive) if topic else None
    topics = name_topics(known, topic) if known and topic else ()
    asked = read_asked([each for each in (text, *(others or ())) if each is not None], topics, known)
    reference, opened = parse_place(place), options.opened(archive)
    if reference.country and countries:
        raise TrackerError(f"--countries goes with a body, not a series: tracker trace {reference.body} ...")
    if reference.country:
        biography = trace_series(opened, reference, asked, Within(first, last))
        as_json, as_text = partial(biography_json, biography), partial(render_biography, biography)
        as_table, build = partial(sayings_table, biography), partial(build_biography, biography)
    else:
        spread = trace_body(opened, reference, asked, Within(first, last), countries)
        as_json, as_text = partial(spread_json, spread), partial(render_spread, spread, everything=everything)
        as_table, build = partial(sayings_table, spread), partial(build_spread, spread, everything=everything)
    if form == "html":
        as_text = partial(draw_report, build, form)
    shown.answer(form, as_json, as_text, as_table=as_table, color=color, output=output)


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
    from tracker.follow.trace import blame_statement
    from tracker.report.formats import draw_report
    from tracker.report.series.origins import attribution_json, build_attribution, render_attribution

    attribution = blame_statement(options.opened(archive), join_words(reference), through)
    as_page = partial(draw_report, partial(build_attribution, attribution), form)
    as_text = as_page if form == "html" else partial(render_attribution, attribution, everything=everything)
    shown.answer(form, partial(attribution_json, attribution), as_text, color=color, output=output)
