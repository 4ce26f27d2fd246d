"""Commands that follow topics and words: ``timeline``, ``trace``, ``blame``."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli import output as shown
from tracker.cli.output import check_outputs, write_picture
from tracker.errors import Interrupted, ReferenceInvalid, TrackerError
from tracker.references import join_words, looks_like_reference, match_bodies

if TYPE_CHECKING:
    from tracker.follow.series import Within
    from tracker.model.topics import Vocabulary


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker timeline GBR/UNGA --topic climate-change --from 60"
        " | tracker timeline GBR/UNGA --ranks --plot ranks.svg | tracker timeline UNGA/79"
        " | tracker timeline HRC/52 --topic sudan | tracker timeline UNGA --sessions 70-79 --countries SIDS"
        " | tracker timeline UNGA --sessions 70-79 --format csv -o panel.csv --plot panel.pdf"
        " | tracker timeline UNGA --jobs 8 --sentences"
        " | tracker timeline UNGA --scheduler tcp://127.0.0.1:8786"
        " | tracker timeline GBR/UNGA/79 --phrases | tracker timeline GBR/UNGA --phrases"
    )(timeline)
    app.command(
        epilog="Examples: tracker trace GBR/UNGA 'two-state solution' --or 'two States' --from 60"
        " | tracker trace UNGA 'loss and damage' | tracker trace UNGA --topic sea-level-rise --format csv"
        " | tracker trace UNGA 'artificial intelligence' --plot said.svg"
    )(trace)
    app.command(epilog="Example: tracker blame GBR/CCPCJ/31")(blame)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What ``timeline`` is asked, of whatever is followed."""

    place: str
    """A series, or a body."""
    session: str | None
    topic: list[str]
    within: Within
    sessions: str | None
    countries: str | None
    everything: bool
    vocabulary: Path | None
    sure: float
    form: str
    output: Path | None
    plot: Path | None
    ranks: bool
    ahead: _Ahead | None


@dataclass(frozen=True, slots=True)
class _Ahead:
    """By whom the statements of a body are read ahead, and whether their sentences are compared too."""

    jobs: int | None
    """Processes of this machine; None for one a core."""
    scheduler: str | None
    """The address of a cluster that takes their place."""
    sentences: bool


def complete_followed(context: typer.Context, incomplete: str) -> list[str]:
    """Offer series, and bodies."""
    return [
        *completion.complete_reference(context, incomplete),
        *completion.complete_body(context, incomplete),
    ]


def timeline(
    place: Annotated[
        str,
        typer.Argument(
            metavar="PLACE",
            help="A series such as GBR/UNGA, a session of a body such as UNGA/79, or a body such as UNGA.",
            autocompletion=complete_followed,
        ),
    ],
    session: options.AnySession = None,
    phrases: Annotated[
        bool,
        typer.Option(
            "--phrases", help="Of a series: phrases that set its sessions, or one, apart from the others."
        ),
    ] = False,
    topic: options.Topics = None,
    first: options.First = None,
    last: options.Last = None,
    sessions: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE",
            help="Of a body: 70-79, 70,75 or S-30..S-32; all if not given.",
            autocompletion=completion.complete_session,
        ),
    ] = None,
    countries: options.Countries = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every topic, or phrase, also those of little weight.")
    ] = False,
    vocabulary: options.VocabularyFile = None,
    sure: options.Sure = options.USUAL,
    form: options.ReportFormat = "text",
    output: options.Output = None,
    plot: options.Plot = None,
    ranks: options.Ranks = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Of a body: read with so many processes of this machine."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Of a body: the scheduler of a Dask cluster, whose workers get the texts instead.",
        ),
    ] = None,
    sentences: Annotated[
        bool,
        typer.Option(
            "--sentences",
            help="Of a body: compare sentences too, for diff and export; with a process a core, unless told.",
        ),
    ] = False,
) -> None:
    """Show the topics of a series by session, of one session by country, or of a body by session.

    GBR/UNGA: what moved most, then a map of levels, strongest topics first; in colour the shade is the share
    of the statement's words. With --topic, each session with a quote and how the topic changed since the one
    before. CSV has one row per topic and session.

    UNGA/79: the priorities of most countries, and of up to twelve the topics that few share with each, out of
    all countries that spoke, whichever are shown. CSV is a matrix of levels.

    UNGA: how many countries have a topic as a priority. Each statement is compared with the country's one
    before, as diff does; a group counts those who belong to it at the time of each session. CSV has one row
    for each country, session and topic. What was worked out is kept in derived.db: interrupted or killed, the
    same command goes on where it was. With --jobs, --scheduler or --sentences it ends in 2 where a statement
    failed; the others are kept.

    --phrases: those that no topic of the vocabulary covers, most distinctive first: by log-odds with a prior
    of word frequencies in the UN General Debate, which comes with the program. The prior is English; other
    languages have a flat prior, and Chinese has no phrases.
    """
    from tracker.follow.series import Within

    place, session = _read_place(place, session)
    kind = "phrases" if phrases else _find_kind(place, session)
    if kind == "series" and session:
        named = shlex.quote(f"{place}/{session}")
        raise ReferenceInvalid(
            f"{place}/{session} is one statement; its topics: tracker priorities {named}; its phrases:"
            f" tracker timeline {named} --phrases"
        )
    given = {
        "--topic": topic,
        "--from": first,
        "--to": last,
        "--sessions": sessions,
        "--countries": countries,
        "--sure": sure != options.USUAL,
        "--plot": plot,
        "--ranks": ranks,
        "--jobs": jobs,
        "--scheduler": scheduler,
        "--sentences": sentences,
    }
    for name, value in given.items():
        if value and name not in _FITTING[kind]:
            raise TrackerError(f"timeline of {_CALLED[kind]} takes no {name}; see: tracker timeline -h")
    if phrases and form not in {"text", "json"}:
        raise TrackerError(f"--phrases has no {form} format")
    if scheduler and jobs:
        raise TrackerError("--jobs are processes of this machine, and --scheduler has its own; give one")
    check_outputs(output, plot, [vocabulary], everywhere.archive(), form, ranks=ranks)
    ahead = _Ahead(jobs, scheduler, sentences) if jobs or scheduler or sentences else None
    asked = _Asked(
        place=place,
        session=session,
        topic=topic or [],
        within=Within(first, last),
        sessions=sessions,
        countries=countries,
        everything=everything,
        vocabulary=vocabulary,
        sure=sure,
        form=form,
        output=output,
        plot=plot,
        ranks=ranks,
        ahead=ahead,
    )
    _FOLLOWED[kind](asked)


_FITTING: Final[Mapping[str, frozenset[str]]] = {
    "series": frozenset({"--topic", "--from", "--to", "--sure", "--plot", "--ranks"}),
    "session": frozenset({"--topic", "--countries", "--plot"}),
    "body": frozenset(
        {
            "--topic",
            "--from",
            "--to",
            "--sessions",
            "--countries",
            "--sure",
            "--plot",
            "--jobs",
            "--scheduler",
            "--sentences",
        }
    ),
    "phrases": frozenset(),
}
"""What is asked of each kind of timeline alone."""
_CALLED: Final = {
    "series": "a series", "session": "one session", "body": "a body", "phrases": "phrases",
}  # fmt: skip


def _read_place(place: str, session: str | None) -> tuple[str, str | None]:
    """Return a series or a body, and the session that is named behind it or apart."""
    head, slash, tail = place.partition("/")
    if session is None and slash and match_bodies(head):
        return head, tail
    series, _, last = place.rpartition("/")
    return (series, last) if session is None and "/" in series else (place, session)


def _find_kind(place: str, session: str | None) -> str:
    if "/" in place:
        return "series"
    return "session" if session else "body" if match_bodies(place) else "series"


def _follow_series(asked: _Asked) -> None:
    from tracker.comparing.topics.vocabulary.naming import name_topics
    from tracker.follow.timeline import follow_topics
    from tracker.report.formats import FORMATS, draw_report
    from tracker.report.series.timeline import build_timeline, select_rows, timeline_json, timeline_table

    known = options.load_vocabulary(asked.vocabulary, keeps=True)
    topics = name_topics(known, asked.topic)
    # A map of all topics has no room for what became of them; what is no drawn report has a row for each.
    told = bool(topics) or FORMATS[asked.form].draw is None
    with shown.shown_progress("reading") as progress:
        followed = follow_topics(
            options.opened(),
            asked.place,
            known,
            asked.within,
            statuses=told,
            sure=asked.sure,
            progress=progress,
        )
    rows = select_rows(followed, topics, everything=asked.everything)
    as_table, as_json = partial(timeline_table, followed, rows), partial(timeline_json, followed, rows)
    build = partial(build_timeline, followed, rows, everything=asked.everything, quotes=bool(topics))
    write_picture(asked.plot, build, "ranks" if asked.ranks else "shares" if topics else "map")
    _answer(asked, as_json, partial(draw_report, build, asked.form), as_table)


def _follow_session(asked: _Asked) -> None:
    from tracker.comparing.topics.vocabulary.naming import name_topics
    from tracker.follow.standings import compare_countries, narrow_countries
    from tracker.report.formats import draw_report
    from tracker.report.series.countries import (
        build_countries,
        countries_json,
        countries_table,
        select_topics,
    )

    known = options.load_vocabulary(asked.vocabulary, keeps=True)
    topics = name_topics(known, asked.topic)
    opened = options.opened()
    with shown.shown_progress("reading") as progress:
        everyone = compare_countries(opened, asked.place, str(asked.session), known, progress)
    reading = everyone if asked.countries is None else narrow_countries(opened, everyone, asked.countries)
    rows, rare = select_topics(reading, topics, everything=asked.everything), select_topics(everyone)
    as_table, as_json = partial(countries_table, reading, rows), partial(countries_json, reading, rows, rare)
    build = partial(build_countries, reading, rows, rare, everything=asked.everything, topics=topics)
    write_picture(asked.plot, partial(build, mapped=True), "map")
    _answer(asked, as_json, partial(draw_report, build, asked.form), as_table)


def _follow_body(asked: _Asked) -> None:
    from tracker.cli.groups import explain_groups
    from tracker.comparing.topics.vocabulary.naming import name_topics
    from tracker.follow.panel import read_panel
    from tracker.report.formats import draw_report
    from tracker.report.series.panels import build_panel, panel_json, panel_table

    known = options.load_vocabulary(asked.vocabulary, keeps=True)
    topics = name_topics(known, asked.topic)
    if asked.ahead:
        _read_ahead(asked, asked.ahead, known, topics)
    with shown.shown_progress("reading") as progress:
        found = read_panel(
            options.opened(),
            asked.place,
            asked.sessions,
            asked.countries,
            known,
            within=asked.within,
            sure=asked.sure,
            topics=topics,
            progress=progress,
        )
    notes = explain_groups(asked.countries)
    as_table, as_json = partial(panel_table, found, topics), partial(panel_json, found, topics)
    build = partial(build_panel, found, topics, notes=notes, everything=asked.everything)
    write_picture(asked.plot, build, "shares" if topics else "map")
    _answer(asked, as_json, partial(draw_report, build, asked.form), as_table)


def _read_ahead(asked: _Asked, ahead: _Ahead, vocabulary: Vocabulary, topics: Collection[str]) -> None:
    """Read and compare the statements of a body with workers; what comes of it is kept for what shows it.

    Of some topics statements are only read, unless sentences are to be compared: that is most of the work.
    Raises ``TrackerError`` where one failed: read here, it could end us as it ended its worker.
    """
    from tracker.follow.batch import Batch
    from tracker.follow.panel import BodyStatements
    from tracker.follow.workers import count_cores, open_cluster, open_processes
    from tracker.references import find_body
    from tracker.report.layout import counted

    opened = options.opened()
    statements = BodyStatements(opened, find_body(asked.place))
    wanted = statements.list_wanted(
        statements.choose(asked.sessions, asked.within), asked.countries, asked.sessions
    )
    opening = (
        open_cluster(ahead.scheduler, shown.write_notice)
        if ahead.scheduler
        else open_processes(ahead.jobs or count_cores())
    )
    done = Batch(opened, statements, vocabulary, asked.sure)
    try:
        with opening as running:
            with shown.shown_progress("reading", shown.line_writer("reading")) as progress:
                done.read_topics(wanted, running, progress, () if ahead.sentences else topics)
            if ahead.sentences or not topics:
                with shown.shown_progress("comparing", shown.line_writer("comparing")) as progress:
                    done.compare(wanted, running, progress, topics_only=not ahead.sentences)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted; {counted(done.read.done, 'statement')} read and {done.compared.done:,} compared"
            " are kept; give the same command again, which goes on"
        ) from None
    for name, why in done.failed:
        shown.write_notice(f"{name}: {why}")
    if done.failed:
        raise TrackerError(f"{len(done.failed):,} failed and are named above; all else is kept")
    read = f"read {counted(done.read.done, 'statement')}, {done.read.kept:,} of them before"
    compared = f"; compared {done.compared.done:,}, {done.compared.kept:,} of them before"
    shown.write_notice(read + compared * (ahead.sentences or not topics))


def _follow_phrases(asked: _Asked) -> None:
    from tracker.follow.phrases import find_series_phrases
    from tracker.report.comparison.phrases import phrases_json, render_phrases

    known = options.load_vocabulary(asked.vocabulary, keeps=True)
    with shown.shown_progress("comparing") as progress:
        found = find_series_phrases(options.opened(), asked.place, asked.session, known, progress)
    as_text = partial(render_phrases, found, everything=asked.everything)
    _answer(asked, partial(phrases_json, found), as_text, None)


def _answer(
    asked: _Asked,
    as_json: Callable[[], str],
    as_text: Callable[..., str],
    as_table: Callable[[str], str | bytes] | None,
) -> None:
    shown.answer(asked.form, as_json, as_text, as_table=as_table, output=asked.output)


_FOLLOWED: Final[Mapping[str, Callable[[_Asked], None]]] = {
    "series": _follow_series,
    "session": _follow_session,
    "body": _follow_body,
    "phrases": _follow_phrases,
}


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
    first: options.First = None,
    last: options.Last = None,
    countries: options.Countries = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show every country, where those of a body are shown.")
    ] = False,
    vocabulary: options.VocabularyFile = None,
    form: options.TraceFormat = "text",
    output: options.Output = None,
    plot: options.Plot = None,
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
        plot_biography,
        render_biography,
        sayings_table,
    )
    from tracker.report.series.spread import build_spread, plot_spread, render_spread, spread_json

    check_outputs(output, plot, [vocabulary], everywhere.archive(), form)
    if text and " " in place and (looks_like_reference(text) or match_bodies(text)):
        raise ReferenceInvalid(f"the series comes first: tracker trace {shlex.join([text, place])}")
    if not (text or others or topic or "/" in place or match_bodies(place)):
        raise ReferenceInvalid(f"a body or a series comes first: tracker trace UNGA {shlex.quote(place)}")
    known = options.load_vocabulary(vocabulary, keeps=True) if topic else None
    topics = name_topics(known, topic) if known and topic else ()
    asked = read_asked([each for each in (text, *(others or ())) if each is not None], topics, known)
    reference, opened = parse_place(place), options.opened()
    if reference.country and countries:
        raise TrackerError(f"--countries goes with a body, not a series: tracker trace {reference.body} ...")
    if reference.country:
        biography = trace_series(opened, reference, asked, Within(first, last))
        as_json, as_text = partial(biography_json, biography), partial(render_biography, biography)
        as_table, build = partial(sayings_table, biography), partial(build_biography, biography)
        draw = partial(plot_biography, biography)
    else:
        spread = trace_body(opened, reference, asked, Within(first, last), countries)
        as_json, as_text = partial(spread_json, spread), partial(render_spread, spread, everything=everything)
        as_table, build = partial(sayings_table, spread), partial(build_spread, spread, everything=everything)
        draw = partial(plot_spread, spread)
    if form != "text":
        as_text = partial(draw_report, build, form)
    write_picture(plot, draw, "shares")
    shown.answer(form, as_json, as_text, as_table=as_table, output=output)


def blame(
    reference: options.ReferenceWords,
    through: Annotated[
        Literal["auto", "sessions", "snapshots"],
        typer.Option(help="What to look back through; auto: snapshots if there are earlier ones."),
    ] = "auto",
    everything: Annotated[bool, typer.Option("--all", help="Show every sentence on its own line.")] = False,
    form: options.BlameFormat = "text",
    output: options.Output = None,
) -> None:
    """Show when each sentence was first said in these words.

    A reworded sentence is shown with the earlier wording that it came from. The command looks back through
    the earlier sessions of the same kind, or the snapshots of the same edition.
    """
    from tracker.follow.trace import blame_statement
    from tracker.report.formats import draw_report
    from tracker.report.series.origins import attribution_json, build_attribution, render_attribution

    shown.refuse_overwriting(output, (), everywhere.archive(), form)
    attribution = blame_statement(options.opened(), join_words(reference), through)
    as_text = partial(render_attribution, attribution, everything=everything)
    if form != "text":
        as_text = partial(draw_report, partial(build_attribution, attribution), form)
    shown.answer(form, partial(attribution_json, attribution), as_text, output=output)
