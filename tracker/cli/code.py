"""Commands for human decisions: ``judge``, ``decisions``."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass, replace
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import (
    answer,
    refuse_overwriting,
    terminal_width,
    wants_colour,
    write_answer,
    write_notice,
)
from tracker.cli.second import Asked, Wanted, ask_model, check_wanted, read_back, write_sheet
from tracker.errors import DecisionInvalid
from tracker.references import join_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tracker.archive import ArchiveSession
    from tracker.coding.settle import Levels, OpenComparison, OpenTopic
    from tracker.model.decisions import Coder
    from tracker.model.topics import Vocabulary
    from tracker.report.layout import Line

LevelName = Literal["declared", "substantive", "acknowledged", "mentioned", "absent"]
VerdictName = Literal["accept", "reject", "relabel"]


def complete_judged(context: typer.Context, incomplete: str) -> list[str]:
    """Offer verdicts behind the id of a change, and references elsewhere."""
    words = completion.read_words(context)
    if words and "/" not in words[0]:
        return completion.offer(get_args(VerdictName), incomplete)
    return completion.complete_reference(context, incomplete)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker judge 3f9c2ab reject --by Ana"
        " | tracker judge 3f9c2ab relabel --as strength=none --by Ana"
        " | tracker judge 81d0c44 relabel --as reworded --with 5b7e910 --by Ana"
        " | tracker judge GBR/UNGA/79 --topic corruption --level mentioned --by Ana"
        " | tracker judge 3f9c2ab --withdraw --by Ana | tracker judge --from sheet.csv"
        " | tracker judge GBR/UNGA 78 79 | tracker judge UNGA 78 79 --countries EU --to open.csv"
    )(judge)
    app.command(
        epilog="Examples: tracker decisions GBR/UNGA | tracker decisions GBR/UNGA --format csv -o sheet.csv"
    )(decisions)


def judge(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID VERDICT|REF|SERIES OLD NEW]",
            help="A change's id, as printed after '#', and accept, reject or relabel; a statement, with"
            " --topic; or two statements, to be asked what is unsure between them.",
            autocompletion=complete_judged,
        ),
    ] = None,
    by: options.Person = None,
    label: Annotated[
        str | None,
        typer.Option("--as", metavar="LABEL", help="With relabel: reworded, split ..., or strength=weaker."),
    ] = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="ID", help="A change whose sentences belong to the same link."),
    ] = None,
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option("--pair", metavar="OLD NEW", help="The comparison, if the archive no longer knows it."),
    ] = None,
    topic: Annotated[
        str | None,
        typer.Option(
            "--topic",
            help="A topic of the statement REF, by id or label.",
            autocompletion=completion.complete_topic,
        ),
    ] = None,
    level: Annotated[LevelName | None, typer.Option("--level", help="The level of the topic.")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")] = None,
    sheet: Annotated[
        Path | None, typer.Option("--from", metavar="SHEET", help="Read a filled-in sheet.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--to", metavar="SHEET", help="Write what is unsure as a sheet to fill in."),
    ] = None,
    countries: options.Countries = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is claimed or decided, whatever its status.")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Withdraw NAME's decision; the record keeps both.")
    ] = False,
    reader: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME", help="Ask this language model (library llm; needs .[llm])."),
    ] = None,
    prompt: Annotated[
        Path | None, typer.Option("--prompt", metavar="FILE", help="With --model: your own prompt.")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="With --model: ask about whole statements.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --model: tell calls and tokens, and send nothing.")
    ] = False,
    budget: Annotated[
        int | None, typer.Option("--budget", metavar="TOKENS", min=1, help="With --model: ask for no more.")
    ] = None,
    again: options.Again = False,
    vocabulary: options.VocabularyFile = None,
) -> None:
    """Confirm or correct a judged change or topic level, or settle what is unsure.

    Two statements, named as for diff: on a terminal each topic that may be new, not repeated and so on is
    shown with its passages, and a key answers (? explains them). Each answer is kept at once, as levels
    of the topic in both; what anybody decided is not asked again. Who answers is named by --by or
    TRACKER_PERSON, or asked once. With --to a sheet asks the same, of all
    countries of a body too (UNGA 78 79), and --from reads the levels in it, or in a coding sheet. With
    --model a language model answers: its answers are evidence, weighed by what tracker agreement measured.

    accept: it is right as shown. reject: these sentences do not correspond, and the link is removed.
    relabel --as: it is something else. Decisions apply to later runs and are shown with the name. The
    latest decision on a question counts; none is deleted.
    """
    from tracker.coding.judge import judge_change, judge_topic
    from tracker.coding.recorded import keep_rulings, list_replaced, withdraw_rulings
    from tracker.comparing.topics.vocabulary.naming import find_topic
    from tracker.model.decisions import Coder
    from tracker.report.answers.coding import replaced_words, ruling_words

    session = options.opened()
    alone = sheet or topic or level or withdraw or label or others or pair
    asked = Asked(tuple(words or ()), countries, everything, vocabulary, session)
    wanted = Wanted(reader, output, prompt, whole, dry_run, budget, again)
    check_wanted(asked, wanted, alone=bool(alone))
    if output:
        write_sheet(asked, output)
    elif reader:
        ask_model(asked, reader, wanted)
    elif _names_pair(words) and not alone:
        _need_terminal()
        _settle(asked, by, note)
    elif sheet:
        if words or topic or withdraw:
            raise DecisionInvalid("--from reads everything from the sheet; use it with --by only")
        read_back(asked, sheet, by)
    else:
        by = by or os.environ.get(options.PERSON_VARIABLE)
        name, person, verdict = _check_arguments(words, topic, level, by, withdraw=withdraw)
        coder = Coder(person, options.now(), note or None)
        if withdraw:
            named = find_topic(asked.vocabulary, topic).id if topic else None
            rulings = withdraw_rulings(name, person, coder.decided, session, topic=named, note=coder.note)
        elif topic and level:
            rulings = (judge_topic(name, topic, level, coder, session, asked.vocabulary),)
        elif verdict:
            rulings = (judge_change(name, verdict, label, coder, session, others=others or (), pair=pair),)
        replaced = () if withdraw else list_replaced(rulings, session)
        kept = keep_rulings(rulings, session)
        told = map(ruling_words, (*rulings, *kept) if withdraw else kept)
        write_answer("\n".join((*told, *starmap(replaced_words, replaced))))


def _names_pair(words: Sequence[str] | None) -> bool:
    """Tell whether a comparison is named, not a change or one statement: ``GBR/UNGA``, ``GBR/UNGA 78 79``."""
    if not words or "/" not in words[0] or words[-1] in get_args(VerdictName):
        return False
    return len(words) > 1 or words[0].count("/") == 1


def _read_words(words: Sequence[str] | None) -> tuple[str | None, VerdictName | None]:
    """Return what is judged, and the verdict. Raises ``DecisionInvalid`` for other words."""
    what, verdict, *rest = (*(words or ()), None, None)
    if rest[:-2]:
        raise DecisionInvalid("too many words; use: tracker judge ID accept|reject|relabel --by NAME")
    if verdict is not None and verdict not in get_args(VerdictName):
        raise DecisionInvalid(f"{verdict!r} is no verdict; expected {', '.join(get_args(VerdictName))}")
    return what, verdict


def _check_arguments(
    words: Sequence[str] | None,
    topic: str | None,
    level: LevelName | None,
    by: str | None,
    *,
    withdraw: bool,
) -> tuple[str, str, VerdictName | None]:
    """Return what is judged, who judges, and the verdict. Raises ``DecisionInvalid`` where one is missing."""
    what, verdict = _read_words(words)
    usage = None
    if withdraw:
        usage = "tracker judge ID --withdraw" if verdict else None
    elif topic or level:
        usage = None if topic and level and not verdict else "tracker judge REF --topic TOPIC --level LEVEL"
    elif not verdict:
        of_statement = what is not None and "/" in what
        form = "REF --topic TOPIC --level LEVEL" if of_statement else "ID accept|reject|relabel"
        usage = f"tracker judge {form}"
    if usage or not what:
        usage = usage or f"tracker judge ID {'--withdraw' if withdraw else 'accept|reject|relabel'}"
        raise DecisionInvalid(f"incomplete; use: {usage} --by NAME")
    if by is None:
        raise DecisionInvalid(f"missing option --by NAME (or set {options.PERSON_VARIABLE})")
    return what, by, verdict


def decisions(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]", help="A series or a statement.", autocompletion=completion.complete_reference
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Only the decisions of one person.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that the same person replaced later.")
    ] = False,
    form: options.TableFormat = "text",
    output: options.Output = None,
) -> None:
    """List human decisions and the agreement between coders.

    Agreement is measured on the units that two people both judged: the share of equal answers, Cohen's
    kappa and Krippendorff's alpha for nominal codes. CSV is a coding sheet: one row per judged unit, two
    columns per coder.
    """
    from tracker.coding.recorded import list_rulings
    from tracker.comparing.decisions.agreement import measure_agreements
    from tracker.comparing.shifts.axes import QUESTIONS
    from tracker.report.answers.coding import decisions_json, render_decisions, write_sheet

    archive = everywhere.archive()
    refuse_overwriting(output, (), archive)
    reference = join_words(words) if words else None
    session = options.opened()
    if form == "csv":
        write_answer(write_sheet(list_rulings(session, reference, by)), output)
        return
    rulings = list_rulings(session, reference, by, replaced=everything)
    last = list_rulings(session, reference)
    agreements = tuple(
        each for each in measure_agreements(last, QUESTIONS) if by in {None, each.one, each.other}
    )
    as_json = partial(decisions_json, rulings, agreements)
    answer(form, as_json, partial(render_decisions, rulings, agreements), output=output)


_BACK: Final = "b"


def _need_terminal() -> None:
    """Raise ``DecisionInvalid``, with what to do instead, where there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise DecisionInvalid(
            "to be asked topic by topic takes a terminal; without one: tracker judge REF --topic TOPIC"
            " --level LEVEL --by NAME, or a coding sheet: tracker judge --from SHEET"
        )


def _settle(asked: Asked, by: str | None, note: str | None) -> None:
    """Ask what is unsure between two statements, topic by topic, and keep each answer at once."""
    from tracker.coding.settle import open_topics
    from tracker.report.answers.coding import side_names

    vocabulary, archive = asked.vocabulary, asked.archive
    compared = open_topics(asked.words, archive, vocabulary, everything=asked.everything)
    names = side_names(compared.comparison)
    pair = shlex.join(asked.words)
    if not compared.topics:
        typer.echo(f"Nothing unsure is left to decide: tracker diff {pair}")
        return
    typer.echo(f"{len(compared.topics)} to settle between {compared.old} and {compared.new}.")
    coder = _ask_name(by, note)
    walk = _Walk(compared, names, coder, vocabulary, archive)
    kept = 0
    for number, topic in enumerate(compared.topics, 1):
        answer = walk.ask(topic, number)
        if answer == "quit":
            break
        kept += answer == "kept"
    left = len(compared.topics) - kept
    typer.echo(f"\n{kept} decided, {left} left open. The report says so: tracker diff {pair}")


def _ask_name(by: str | None, note: str | None) -> Coder:
    """Return who decides: named by ``--by`` or ``TRACKER_PERSON``, else asked once."""
    from tracker.model.decisions import Coder

    while True:
        name = (
            by or os.environ.get(options.PERSON_VARIABLE) or typer.prompt("Your name, kept with each answer")
        )
        try:
            return Coder(name, options.now(), note)
        except DecisionInvalid as error:
            if by or os.environ.get(options.PERSON_VARIABLE):
                raise
            write_notice(str(error))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Questions on one comparison to one person."""

    compared: OpenComparison
    names: tuple[str, str]
    coder: Coder
    vocabulary: Vocabulary
    archive: ArchiveSession

    def ask(self, topic: OpenTopic, number: int) -> Literal["kept", "skipped", "quit"]:
        """Ask about one topic, and keep the answer."""
        from tracker.coding.settle import settle_topic
        from tracker.report.answers.coding import KEYS, answer_words, question_words, render_help

        self._show(topic, number)
        while True:
            self._say(question_words(topic.change, topic.supposed, self.names), "bold")
            key = self._read_key(KEYS, "ynlsq?")
            if key == "q":
                return "quit"
            if key == "s":
                return "skipped"
            if key == "?":
                self._write(render_help(terminal_width(), color=wants_colour()))
                continue
            levels = topic.supposed if key == "y" else self._choose(topic, key)
            if levels is None:
                continue
            coder = replace(self.coder, decided=options.now())
            settle_topic(self.compared, topic, levels, coder, self.archive, self.vocabulary)
            self._say(answer_words(topic.change, levels, self.names), "plain")
            return "kept"

    def _show(self, topic: OpenTopic, number: int) -> None:
        from tracker.report.answers.coding import head_lines, passage_lines, side_line
        from tracker.report.layout import line

        width, change = terminal_width(), topic.change
        rows: list[Line] = [*head_lines(change, number, len(self.compared.topics), width)]
        for name, reading, passages in zip(self.names, (change.old, change.new), topic.passages, strict=True):
            level, sentences = (reading.level, len(reading.segments)) if reading else ("absent", 0)
            named = any(passage.marks for passage in passages)
            rows.append(side_line(name, level, sentences, named=named))
            for passage in passages:
                rows += passage_lines(passage.segment, passage.marks, passage.likeness, width)
            if not passages:
                rows.append(line("    nothing close"))
        self._draw(rows)

    def _choose(self, topic: OpenTopic, key: str) -> Levels | None:
        """Return other levels than those supposed; None to go back to the question."""
        from tracker.report.answers.coding import LEVEL_KEYS, LEVELS_ASKED, other_words

        if key == "n":
            asked = other_words(topic.others, topic.supposed, self.names)
            chosen = self._read_key(asked, [*topic.others, "l", _BACK])
            if chosen != "l":
                return topic.others.get(chosen)
        levels = []
        for name in self.names:
            self._say(f"In {name} it is:", "bold")
            chosen = self._read_key(LEVELS_ASKED, [*LEVEL_KEYS, _BACK])
            if chosen == _BACK:
                return None
            levels.append(LEVEL_KEYS[chosen])
        return levels[0], levels[1]

    def _read_key(self, prompt: str, keys: Collection[str]) -> str:
        """Return one of some keys; others are passed over, and the end of the input is to quit.

        What was pressed before the question stands there does not count: nobody answers what they have not
        read.
        """
        self._say(prompt, "dim")
        while True:
            try:
                key = typer.getchar()[:1].lower()
            except EOFError:
                key = "q" if "q" in keys else _BACK
            if key in keys:
                return key

    def _say(self, text: str, style: str) -> None:
        from tracker.report.document import Span
        from tracker.report.layout import wrap

        self._draw(wrap([Span(text, style)], terminal_width()))  # type: ignore[arg-type]

    def _draw(self, rows: Iterable[Line]) -> None:
        from tracker.report.layout import draw

        self._write(draw(rows, color=wants_colour()))

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
