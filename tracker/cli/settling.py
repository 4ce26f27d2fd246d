"""``tracker judge SERIES OLD NEW`` on a terminal: what is unsure, asked topic by topic, a key an answer."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import typer

from tracker.cli import options
from tracker.cli.output import terminal_width, wants_colour, write_notice
from tracker.errors import DecisionInvalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tracker.archive import ArchiveSession
    from tracker.coding.settle import Levels, OpenComparison, OpenTopic
    from tracker.model.decisions import Coder
    from tracker.model.topics import Vocabulary
    from tracker.report.layout import Line

PERSON_VARIABLE: Final = "TRACKER_PERSON"
_BACK: Final = "b"


def need_terminal() -> None:
    """Raise ``DecisionInvalid``, with what to do instead, where there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise DecisionInvalid(
            "to be asked topic by topic takes a terminal; without one: tracker judge REF --topic TOPIC"
            " --level LEVEL --by NAME, or a coding sheet: tracker judge --from SHEET"
        )


def settle(
    arguments: Sequence[str],
    by: str | None,
    note: str | None,
    vocabulary: Vocabulary,
    archive: ArchiveSession,
) -> None:
    """Ask what is unsure between two statements, topic by topic, and keep each answer at once."""
    from tracker.coding.settle import open_topics
    from tracker.report.coding.questions import side_names

    compared = open_topics(arguments, archive, vocabulary)
    names = side_names(compared.comparison)
    pair = shlex.join(arguments)
    if not compared.topics:
        typer.echo(f"Nothing is unsure that nobody decided: tracker diff {pair}")
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
        name = by or os.environ.get(PERSON_VARIABLE) or typer.prompt("Your name, kept with each answer")
        try:
            return Coder(name, options.now(), note)
        except DecisionInvalid as error:
            if by or os.environ.get(PERSON_VARIABLE):
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
        from tracker.report.coding.questions import KEYS, answer_words, question_words, render_help

        self._show(topic, number)
        while True:
            self._say(question_words(topic.change, topic.supposed, self.names), "bold")
            key = self._read_key(KEYS, "ynlsq?")
            if key == "q":
                return "quit"
            if key == "s":
                return "skipped"
            if key == "?":
                self._write(render_help(terminal_width(), color=wants_colour("auto")))
                continue
            levels = topic.supposed if key == "y" else self._choose(topic, key)
            if levels is None:
                continue
            coder = replace(self.coder, decided=options.now())
            settle_topic(self.compared, topic, levels, coder, self.archive, self.vocabulary)
            self._say(answer_words(topic.change, levels, self.names), "plain")
            return "kept"

    def _show(self, topic: OpenTopic, number: int) -> None:
        from tracker.report.coding.questions import head_lines, passage_lines, side_line
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
        from tracker.report.coding.questions import LEVEL_KEYS, LEVELS_ASKED, other_words

        if key == "n" and topic.others:
            chosen = self._read_key(other_words(topic.supposed, self.names), [*topic.others, "l", _BACK])
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

        self._write(draw(rows, color=wants_colour("auto")))

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
