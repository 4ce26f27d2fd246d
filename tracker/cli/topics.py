"""Commands on vocabularies: ``topics list``, ``show``, ``check`` and ``learn``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, Colour, ListFormat, Output, VocabularyFile
from tracker.cli.output import tell_all, terminal_width, wants_colour, write_answer
from tracker.errors import TrackerError

FOUND = 1

TableFormat = Annotated[
    Literal["text", "json", "csv"], typer.Option("--format", help="The form of the answer.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application, under ``topics``."""
    topics = typer.Typer(
        name="topics",
        help="What a vocabulary holds, what is wrong with one, and how to teach it.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    topics.command("list", epilog="Example: tracker topics list --vocabulary codebook.csv")(list_topics)
    topics.command(epilog="Example: tracker topics show corruption")(show)
    topics.command(epilog="Example: tracker topics check codebook.ttl")(check)
    topics.command(
        epilog="Examples: tracker topics learn coded.jsonl --vocabulary codebook.toml"
        " | tracker topics learn --decisions --vocabulary codebook.toml"
    )(learn)
    app.add_typer(topics)


def list_topics(
    vocabulary: VocabularyFile = None,
    form: TableFormat = "text",
    output: Output = None,
    color: Colour = "auto",
) -> None:
    """List the topics of a vocabulary as a tree, the shipped one's unless another is named.

    As CSV (English terms) the list can be edited and brought back with --vocabulary.
    """
    from tracker.report.coding.topics import render_topics, topics_csv, topics_json
    from tracker.topics.vocabulary.load import load_vocabulary

    _refuse(output, vocabulary)
    topics = load_vocabulary(vocabulary)
    if form == "text":
        answer = render_topics(topics, width=terminal_width(), color=wants_colour(color, output))
    else:
        answer = topics_json(topics) if form == "json" else topics_csv(topics)
    write_answer(answer, output)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A topic's id, or its label.")],
    vocabulary: VocabularyFile = None,
    form: ListFormat = "text",
    color: Colour = "auto",
) -> None:
    """Show a topic: its terms by language, hints, near misses and scope note, and what it was taught."""
    from tracker.report.coding.topics import render_topic, topic_json
    from tracker.topics.vocabulary.load import load_vocabulary
    from tracker.workflows.code.topics import find_topic

    topics = load_vocabulary(vocabulary)
    topic = find_topic(topics, name)
    write_answer(
        topic_json(topic)
        if form == "json"
        else render_topic(topic, topics, width=terminal_width(), color=wants_colour(color))
    )


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A vocabulary, TOML, CSV or SKOS.")],
    form: ListFormat = "text",
    color: Colour = "auto",
) -> None:
    """Check a vocabulary: ids, labels and terms given twice, cycles, empty topics, idle near misses.

    The exit code is 0 where nothing is found, 1 with findings, 2 where the file cannot be read.
    """
    from tracker.report.coding.topics import findings_json, render_findings
    from tracker.workflows.code.topics import check_vocabulary

    found = check_vocabulary(file)
    write_answer(
        findings_json(found.findings)
        if form == "json"
        else render_findings(found.findings, found.topics, color=wants_colour(color))
    )
    if found.findings:
        raise typer.Exit(FOUND)


def learn(
    vocabulary: Annotated[Path, typer.Option("--vocabulary", help="The vocabulary of your own to teach.")],
    coded: Annotated[
        Path | None,
        typer.Argument(metavar="CODED", help="Coded units: JSONL (text, codes) or CSV (codes parted by ;)."),
    ] = None,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Learn from the archive's decisions on topics as well.")
    ] = False,
    language: Annotated[
        Literal["en", "fr", "es", "ru", "ar", "zh"] | None,
        typer.Option(help="The units' language; without it, it is detected."),
    ] = None,
    form: ListFormat = "text",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the model to this file, not beside the vocabulary."),
    ] = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Teach a vocabulary from sentences that people coded, several codes a unit or none.

    Printed are precision and recall of each topic on units not learned from, before and after. The model
    is plain JSON, written beside the vocabulary (codebook.model.json), and used wherever that is named.
    Codes are ids or labels of topics.
    """
    from tracker.cli.output import shown_progress
    from tracker.report.coding.topics import lesson_json, render_lesson
    from tracker.workflows.code.topics import learn_from

    if not (coded or decisions):
        raise TrackerError("nothing to learn from; name a file of coded units, or --decisions")
    _refuse(output, coded, vocabulary)
    with shown_progress("learning") as report:
        taught = learn_from(vocabulary, coded, archive if decisions else None, language, report)
    path = output or taught.path
    write_answer(taught.model, path)
    write_answer(
        lesson_json(taught.lesson)
        if form == "json"
        else render_lesson(taught.lesson, width=terminal_width(), color=wants_colour(color))
    )
    tell_all(f"{path}: {path.stat().st_size / 1000:.0f} kB written\n")


def _refuse(output: Path | None, *inputs: Path | None) -> None:
    if output and output.resolve() in {path.resolve() for path in inputs if path}:
        raise TrackerError(f"{output}: the answer would replace what it is made of; name another file")
