"""What ``judge`` does with second readers: a sheet for people, and the sheet read back."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

import typer

from tracker.cli import everywhere, options
from tracker.cli.output import refuse_overwriting, shown_progress, write_answer, write_notice
from tracker.errors import DecisionInvalid, NotInArchive, ReferenceInvalid, Withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.archive import ArchiveSession
    from tracker.coding.settle import OpenComparison
    from tracker.model.topics import Vocabulary


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
    write_notice(
        f"{output}: {len(rows):,} rows on {pairs:,} pairs; when levels are filled in:"
        f" {shlex.join(['tracker', 'judge', '--from', str(output)])}"
    )


def read_back(asked: Asked, sheet: Path, by: str | None) -> None:
    """Keep what people answered in a sheet, and say what no longer fits."""
    from tracker.coding.judge import judge_sheet, read_sheet_text
    from tracker.coding.recorded import keep_rulings
    from tracker.report.answers.coding import ruling_words
    from tracker.report.answers.open_rows import is_open_sheet

    text = read_sheet_text(sheet)
    if not is_open_sheet(text):
        rulings = judge_sheet(text, sheet, options.now(), asked.archive, asked.vocabulary, by)
        kept = keep_rulings(rulings, asked.archive)
        write_answer("\n".join(map(ruling_words, kept)) or "the sheet holds nothing new")
        return
    from tracker.coding.sheets import judge_open_sheet

    try:
        judged = judge_open_sheet(text, options.now(), asked.archive, asked.vocabulary, by)
    except DecisionInvalid as error:
        raise DecisionInvalid(f"{sheet}: {error}") from None
    kept = keep_rulings(judged.rulings, asked.archive, judged.unsure)
    unsure = sum(len(each.answers) for each in judged.unsure)
    lines = [*map(ruling_words, kept), *([f"{unsure} answers: not sure"] if unsure else [])]
    write_answer("\n".join(lines) or "the sheet holds nothing new")
    for misfit in judged.misfits:
        write_notice(f"{sheet}: {misfit}")
    if judged.misfits:
        raise typer.Exit(options.FINDINGS)


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
