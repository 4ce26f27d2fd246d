"""Commands on vocabularies: ``topics check`` and ``learn``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import options
from tracker.cli import output as shown
from tracker.errors import TrackerError
from tracker.model.texts import Language
from tracker.report.records import encode_rows


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application, under ``topics``."""
    topics = options.add_group(app, "topics", "Check and teach a vocabulary of topics.")
    topics.command(epilog="Example: tracker topics check codebook.ttl")(check)
    topics.command(
        epilog="Examples: tracker topics learn coded.jsonl --vocabulary codebook.toml"
        " | tracker topics learn --decisions --vocabulary codebook.toml"
    )(learn)


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A vocabulary, TOML, CSV or SKOS.")],
    form: options.ListFormat = "text",
) -> None:
    """Check a vocabulary for mistakes.

    Finds duplicate ids, labels and terms, cycles, empty topics and unused near misses. The exit code is 0
    if nothing is found, 1 with findings, 2 if the file cannot be read.
    """
    from tracker.coding.vocabulary import check_vocabulary
    from tracker.report.answers.vocabulary import render_findings

    found = check_vocabulary(file)
    shown.write_answer(
        encode_rows("findings", found.findings)
        if form == "json"
        else render_findings(found.findings, found.topics, color=shown.wants_colour())
    )
    if found.findings:
        raise typer.Exit(options.FINDINGS)


def learn(
    vocabulary: Annotated[Path, typer.Option("--vocabulary", help="Your own vocabulary, which learns.")],
    coded: Annotated[
        Path | None,
        typer.Argument(
            metavar="CODED", help="Coded units: JSONL (text, codes), or CSV with ';' between codes."
        ),
    ] = None,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Also learn from the decisions on topics in the archive.")
    ] = False,
    language: Annotated[
        Language | None,
        typer.Option(help="The language of the units; detected if not given."),
    ] = None,
    form: options.ListFormat = "text",
    model: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the model to this file (- is standard output) instead of beside the vocabulary.",
        ),
    ] = None,
) -> None:
    """Teach a vocabulary from human-coded sentences.

    A sentence has any number of codes: ids or labels of topics. The command prints precision and recall of
    each topic on held-out units, before and after learning. The model is plain JSON, written beside the
    vocabulary (codebook.model.json), and used wherever that vocabulary is named.
    """
    from tracker.coding.vocabulary import learn_from
    from tracker.report.answers.vocabulary import lesson_json, render_lesson

    if not (coded or decisions):
        raise TrackerError("nothing to learn from; give a file of coded units, or --decisions")
    shown.refuse_overwriting(model, [coded, vocabulary])
    with shown.shown_progress("learning") as report:
        taught = learn_from(vocabulary, coded, options.opened() if decisions else None, language, report)
    path = model or taught.path
    shown.write_answer(taught.model, path)
    if path == shown.STDOUT:
        shown.write_notices(render_lesson(taught.lesson))
        return
    shown.answer(form, partial(lesson_json, taught.lesson), partial(render_lesson, taught.lesson))
    shown.write_notices(f"{path}: {path.stat().st_size / 1000:.0f} kB written\n")
