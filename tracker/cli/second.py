"""What ``judge`` does with second readers: a sheet for people, and the sheet read back."""

from __future__ import annotations

import os
import shlex
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from tracker.cli import everywhere, options
from tracker.cli.output import (
    STDOUT,
    line_writer,
    refuse_overwriting,
    shown_progress,
    terminal_width,
    wants_colour,
    write_answer,
    write_notice,
)
from tracker.errors import DecisionInvalid, NotInArchive, ReferenceInvalid, TrackerError, Withdrawn
from tracker.report.layout import counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.archive import ArchiveSession
    from tracker.coding.agreement import Found
    from tracker.coding.asking import Asking
    from tracker.coding.model_process import ModelProcess
    from tracker.coding.questions import Prompt, Question
    from tracker.coding.settle import OpenComparison
    from tracker.coding.sheets import Judged
    from tracker.model.measured import CoderMeasured
    from tracker.model.texts import Reference
    from tracker.model.topics import Vocabulary


def register(app: typer.Typer) -> None:
    """Add the command of this module to the application."""
    app.command(epilog="Examples: tracker agreement --model NAME | tracker agreement sheet.csv")(agreement)


def agreement(
    sheet: Annotated[
        Path | None, typer.Argument(metavar="[SHEET]", help="A sheet of judge --to, filled in.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="Ask this language model.")
    ] = None,
    again: options.Again = False,
) -> None:
    """Measure how a model, or a sheet, agrees with careful readers.

    A model is asked about pairs of speeches that two readers coded, those that the archive has. How it
    answered is kept, and its answers weigh by that: on no country by what was measured there.
    """
    if (sheet is None) == (reader is None):
        raise DecisionInvalid("name a model or a sheet: tracker agreement --model NAME")
    if again and not reader:
        raise DecisionInvalid("--again goes with --model")
    asked = Asked((), None, everything=False, own=None, archive=options.opened())
    if reader:
        _measure_model(asked, reader, again=again)
    elif sheet:
        _measure_sheet(asked, sheet)


def _find_coded(asked: Asked) -> list[Found]:
    """Return the coded pairs that the archive has, compared; say which texts it lacks and how to get them."""
    from tracker.coding.agreement import BODY, CORPUS, compare_alone, find_texts
    from tracker.coding.coded_pairs import load_digests

    there, lacking = find_texts(asked.archive)
    if lacking:
        some = ", ".join(f"{country}/{BODY}/{session}" for country, session in lacking[:_MOST_TOLD])
        more = f" and {len(lacking) - _MOST_TOLD} more" if lacking[_MOST_TOLD:] else ""
        write_notice(
            f"{len(lacking)} of {len(load_digests())} coded texts are not here: {some}{more}; they are in the"
            f" {CORPUS}: tracker import FOLDER --body {BODY} --pattern '{{country}}/{{session}}_{{year}}.txt'"
        )
    if not there:
        raise NotInArchive("the archive has both texts of no coded pair")
    found = []
    with shown_progress("comparing") as progress:
        for done, each in enumerate(there):
            progress(done, len(there))
            found.append(compare_alone(*each, asked.archive, asked.vocabulary))
    return found


def _measure_model(asked: Asked, name: str, *, again: bool) -> None:
    from tracker.coding.agreement import list_measured, measure, read_answers
    from tracker.coding.asking import name_reader
    from tracker.coding.model_process import start_model
    from tracker.coding.questions import ask_rows, load_prompt

    model, prompt = start_model(name, _read_timeout()), load_prompt(None, is_whole=False)
    found = _find_coded(asked)
    questions = [question for each in found for question in ask_rows(each.open, prompt, asked.vocabulary)]
    ask_all(questions, model, prompt, Wanted(name, again=again), asked.archive)
    reader = name_reader(model, prompt)
    shown = {each.shown for each in questions}
    known = asked.archive.reader.requests(reader.name, reader.prompt)
    requests = [each for each in known if each.shown in shown]
    answers = read_answers(requests)
    if measured := list_measured(found, answers):
        with asked.archive.store("judge") as store:
            store.keep_measured(reader, measured, options.now())
    _show_measured(measure(reader.name, found, answers, requests, asked.archive, asked.vocabulary))


def _measure_sheet(asked: Asked, sheet: Path) -> None:
    from tracker.coding.agreement import measure, read_sheet_answers
    from tracker.coding.judge import read_sheet_text
    from tracker.report.answers.open_rows import read_open_sheet

    try:
        rows = read_open_sheet(read_sheet_text(sheet))
    except DecisionInvalid as error:
        raise DecisionInvalid(f"{sheet}: {error}") from None
    found = _find_coded(asked)
    held = {(str(each.open.old), str(each.open.new)) for each in found}
    coders = dict.fromkeys(row.coder for row in rows if (row.old, row.new) in held)
    if not coders:
        raise NotInArchive(f"{sheet} has no level on a coded pair that the archive has")
    for coder in coders:
        answers = read_sheet_answers(rows, coder)
        _show_measured(measure(coder, found, answers, (), asked.archive, asked.vocabulary))


def _show_measured(result: CoderMeasured) -> None:
    from tracker.report.answers.measured import render_measured

    write_answer(render_measured(result, width=terminal_width(), color=wants_colour()))


class Asked(NamedTuple):
    """What somebody is to be asked about."""

    words: tuple[str, ...]
    """Two statements as ``diff`` takes them, or a body and two sessions."""
    countries: str | None
    everything: bool
    own: Path | None
    """The user's vocabulary."""
    archive: ArchiveSession

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary, loaded the first time that it is asked for."""
        return options.load_vocabulary(self.own)


def write_sheet(asked: Asked, output: Path) -> None:
    """Write what is unsure as a sheet to fill in."""
    from tracker.coding.sheets import list_open_rows
    from tracker.report.answers.open_rows import write_open_sheet

    refuse_overwriting(output, (), everywhere.archive())
    rows = [row for compared in open_pairs(asked) for row in list_open_rows(compared)]
    write_answer(write_open_sheet(rows), output)
    pairs = len({(row.old, row.new) for row in rows})
    name = "SHEET" if output == STDOUT else str(output)
    write_notice(
        f"{name}: {counted(len(rows), 'row')} on {counted(pairs, 'pair')}; when levels are filled in:"
        f" {shlex.join(['tracker', 'judge', '--from', name])}"
    )


def read_back(asked: Asked, sheet: Path, by: str | None) -> None:
    """Keep what people answered in a sheet, and say what no longer fits."""
    from tracker.coding.judge import judge_sheet, read_sheet_text
    from tracker.coding.recorded import keep_rulings, list_replaced
    from tracker.coding.sheets import Judged, judge_open_sheet
    from tracker.model.decisions import check_name
    from tracker.report.answers.coding import replaced_words, ruling_words
    from tracker.report.answers.open_rows import is_open_sheet

    if by is not None:
        check_name(by)
    text = read_sheet_text(sheet)
    if is_open_sheet(text):
        try:
            judged = judge_open_sheet(text, options.now(), asked.archive, asked.vocabulary, by)
        except DecisionInvalid as error:
            raise DecisionInvalid(f"{sheet}: {error}") from None
    else:
        judged = Judged(judge_sheet(text, sheet, options.now(), asked.archive, asked.vocabulary, by))
    _check_speakers(judged, sheet, by, asked.archive)
    replaced = list_replaced(judged.rulings, asked.archive)
    kept = keep_rulings(judged.rulings, asked.archive, judged.unsure)
    unsure = sum(len(each.answers) for each in judged.unsure)
    lines = [*map(ruling_words, kept), *starmap(replaced_words, replaced)]
    if unsure:
        lines.append(f"{counted(unsure, 'answer')}: not sure")
    if judged.misfits:
        lines.append(f"left out: {counted(len(judged.misfits), 'row')} with what no longer fits")
    write_answer("\n".join(lines) or "the sheet holds nothing new")
    for misfit in judged.misfits:
        write_notice(f"{sheet}: {misfit}")
    if judged.misfits:
        raise typer.Exit(options.FINDINGS)


def _check_speakers(judged: Judged, sheet: Path, by: str | None, archive: ArchiveSession) -> None:
    """Raise ``DecisionInvalid`` where a sheet speaks for somebody who decided before and is not named.

    Whoever hands in a sheet may write any name into it: of those who decided before one at a time is named.
    """
    from tracker.coding.recorded import list_coders_before

    named = (
        *(each.decision.person for each in judged.rulings),
        *(each.reader.name for each in judged.unsure),
    )
    known = [] if by else list_coders_before(dict.fromkeys(named), archive)
    if known:
        command = shlex.join(["tracker", "judge", "--from", str(sheet), "--by", known[0]])
        others = f" (so did {', '.join(map(one_line, known[1:]))})" if known[1:] else ""
        first = one_line(known[0])
        raise DecisionInvalid(
            f"{sheet}: {first} decided before{others}, and nothing was kept; to let the sheet speak for"
            f" {first} alone: {command}"
        )


def open_pairs(asked: Asked) -> Iterator[OpenComparison]:
    """Yield what is open in each pair; of a body, pairs that cannot be compared are told and passed over."""
    from tracker.coding.settle import open_topics

    pairs = list_pairs(asked)
    with shown_progress("comparing") as progress:
        for done, pair in enumerate(pairs):
            progress(done, len(pairs))
            try:
                yield open_topics(
                    pair, asked.archive, asked.vocabulary, everything=asked.everything, opinions=False
                )
            except (NotInArchive, ReferenceInvalid, Withdrawn) as error:
                if len(pairs) == 1:
                    raise
                write_notice(f"left out: {error}")


class Wanted(NamedTuple):
    """Who is to be asked, by a sheet or a model, and how."""

    model: str | None
    sheet: Path | None = None
    prompt: Path | None = None
    whole: bool = False
    dry_run: bool = False
    budget: int | None = None
    again: bool = False


def check_wanted(asked: Asked, wanted: Wanted, *, alone: bool) -> None:
    """Raise ``DecisionInvalid`` where what is wanted of second readers goes with nothing else that was given.

    ``alone`` tells that one judgement or a filled-in sheet was given.
    """
    if (wanted.sheet or asked.countries or wanted.model) and alone:
        raise DecisionInvalid("--to and --model ask what is unsure: tracker judge UNGA 78 79 --to SHEET")
    if wanted.sheet and wanted.model:
        raise DecisionInvalid("--to asks people, and --model a model; give one of them")
    if asked.countries and not (wanted.sheet or wanted.model):
        raise DecisionInvalid("--countries goes with --to and --model: tracker judge UNGA 78 79 --to SHEET")
    if any(wanted[2:]) and not wanted.model:
        raise DecisionInvalid("--prompt, --whole, --dry-run, --budget and --again go with --model")


TIMEOUT_VARIABLE: Final = "TRACKER_MODEL_TIMEOUT"
"""Seconds that a model may take for one answer."""
_TIMEOUT: Final = 120.0
_MOST_TOLD: Final = 3


def ask_model(asked: Asked, name: str, wanted: Wanted) -> None:
    """Ask a language model about what is unsure, and keep its answers."""
    from tracker.coding.model_process import start_model
    from tracker.coding.questions import ask_rows, ask_statements, load_prompt

    model = start_model(name, _read_timeout())
    prompt = load_prompt(wanted.prompt, is_whole=wanted.whole)
    make = ask_statements if wanted.whole else ask_rows
    questions = [
        question for compared in open_pairs(asked) for question in make(compared, prompt, asked.vocabulary)
    ]
    if ask_all(questions, model, prompt, wanted, asked.archive):
        raise typer.Exit(options.FINDINGS)


def ask_all(
    questions: Sequence[Question],
    model: ModelProcess,
    prompt: Prompt,
    wanted: Wanted,
    archive: ArchiveSession,
) -> bool:
    """Ask what is to be asked, keep what comes of it, and return whether anything stays open.

    Every question to a model passes here, and none about what is closed passes on.
    Raises ``TrackerError`` where no call can succeed; what was answered until then is kept.
    """
    from tracker.coding.asking import Asking, estimate
    from tracker.coding.models import ModelFault

    questions = _select_sendable(questions, archive.find_unsendable())
    asking = Asking(
        model,
        prompt,
        archive,
        timeout=_read_timeout(),
        budget=wanted.budget,
        again=wanted.again,
        clock=options.now,
    )
    if wanted.dry_run:
        due = [estimate(each) for each in asking.list_due(questions)]
        sent, received = (sum(each[at] for each in due) for at in (0, 1))
        calls = f"{counted(len(due), 'call')} to {model.name}, at most about {sent + received:,} tokens"
        known = f"{asking.spent.known:,} of {counted(len(questions), 'question')} answered already"
        parts = [
            f"{calls} ({sent:,} sent, {received:,} received)",
            known,
            *_tell_open(asking, again=wanted.again),
            "nothing was sent",
        ]
        write_answer("; ".join(parts))
        return False
    final: ModelFault | None = None
    spent = partial(_tell_tokens, asking)
    with asking, shown_progress("asking", line_writer("asking"), spent) as progress:
        try:
            for done, each in enumerate(asking.ask(questions), 1):
                progress(done, len(questions))
                for fault in each.faults[:_MOST_TOLD]:
                    write_notice(f"{each.question.old} and {each.question.new}: {fault}")
        except ModelFault as fault:
            final = fault
    write_answer(_tell_spent(asking, model.name, again=wanted.again))
    if final:
        raise TrackerError(f"--model {model.name}: {final}")
    return asking.spent.answered + asking.spent.known < len(questions) or asking.spent.refused > 0


def _tell_open(asking: Asking, *, again: bool) -> Iterator[str]:
    """Yield what replies were of no use, and how to ask again."""
    spent = asking.spent
    if spent.unusable:
        yield f"{counted(spent.unusable, 'question')} without a usable answer"
    if spent.refused:
        yield f"{counted(spent.refused, 'row')} left open: no usable answer"
    if (spent.unusable or spent.refused) and not again:
        yield "to ask again: --again"


def _tell_spent(asking: Asking, name: str, *, again: bool) -> str:
    spent = asking.spent
    parts = [
        f"{name}: {spent.answered:,} of {counted(spent.questions, 'question')} answered",
        f"{spent.known:,} before" if spent.known else "",
        f"{counted(spent.calls, 'call')}, {spent.tokens:,} tokens",
        *_tell_open(asking, again=again),
        f"{asking.held_back:,} not asked: --budget" if asking.held_back else "",
        f"{asking.elsewhere:,} asked by another run" if asking.elsewhere else "",
    ]
    return "; ".join(filter(None, parts))


def _tell_tokens(asking: Asking) -> str:
    return f"{asking.spent.tokens:,} tokens"


def _select_sendable(questions: Sequence[Question], closed: Mapping[Reference, str]) -> tuple[Question, ...]:
    """Return what a model may be asked; say which source closes the other statements."""
    for each in dict.fromkeys(side for question in questions for side in (question.old, question.new)):
        if (source := closed.get(each)) is not None:
            named = f"source {source} in watch.toml" if source else "no source of the watch list gave it"
            allow = f"; to send it all the same, write models = true at [sources.{source}]" if source else ""
            write_notice(f"not sent: {each} is closed to the public ({named}){allow}")
    return tuple(each for each in questions if closed.keys().isdisjoint((each.old, each.new)))


def _read_timeout() -> float:
    try:
        found = float(os.environ.get(TIMEOUT_VARIABLE, _TIMEOUT))
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise TrackerError(f"{TIMEOUT_VARIABLE} is no number of seconds")
    return found


def list_pairs(asked: Asked) -> list[tuple[str, ...]]:
    """Return the pairs that are asked about, each as ``diff`` takes it.

    Raises ``NotInArchive`` for a country that was named and spoke at neither session.
    """
    words = asked.words
    if not words or "/" in words[0]:
        if asked.countries or not words:
            raise DecisionInvalid("name a body and two sessions: tracker judge UNGA 78 79 --countries EU")
        return [words]
    if len(words) != 3:  # noqa: PLR2004 (a body and two sessions)
        raise DecisionInvalid("a body takes two sessions: tracker judge UNGA 78 79 --to SHEET")
    from tracker.follow.groups import check_spoke, choose_countries
    from tracker.follow.panel import BodyStatements
    from tracker.references import find_body

    held = BodyStatements(asked.archive, find_body(words[0]))
    old, new = (held.resolve(each) for each in words[1:])
    both = held.spoke[old] & held.spoke[new]
    if asked.countries:
        chosen = choose_countries(asked.archive, asked.countries)
        check_spoke(chosen, both, f"{held.body} {old} and {new}")
        both &= chosen.on(held.date(new))
    if not both:
        raise NotInArchive(f"nobody has a statement at both {held.body} {old} and {new}")
    return [(f"{country}/{held.body}", old, new) for country in sorted(both)]
