"""``tracker judge --to`` and ``--from``: what is open as a sheet, and what people answered in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from tracker.coding.judge import name_coder, rule_level
from tracker.comparing.decisions.opinions import NOT_SURE
from tracker.comparing.decisions.rulings import last_rulings, question_key
from tracker.comparing.topics.vocabulary.naming import find_one_topic
from tracker.diff.compare import side_topics
from tracker.errors import NotInArchive, ReferenceInvalid, VocabularyInvalid, Withdrawn
from tracker.model.decisions import Answer, Request, SecondReader
from tracker.references import parse_reference
from tracker.report.answers.open_rows import OpenRow, key_pair, read_open_sheet
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.coding.settle import OpenComparison
    from tracker.model.decisions import Coder, Ruling
    from tracker.model.texts import Reference, Side
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.report.answers.open_rows import OpenAnswer


class Judged(NamedTuple):
    """What people answered in a sheet, and which answers no longer fit, with the reason."""

    rulings: tuple[Ruling, ...]
    unsure: tuple[Request, ...] = ()
    """Answers that give no level, which decide nothing."""
    misfits: tuple[str, ...] = ()


def list_open_rows(compared: OpenComparison) -> Iterator[OpenRow]:
    """Yield what is open between two statements, row by row."""
    comparison = compared.comparison
    key = key_pair(comparison.old.version.text, comparison.new.version.text)
    for topic in compared.topics:
        old, new = (
            [(each.segment, each.marks, each.around) for each in passages] for passages in topic.passages
        )
        yield OpenRow(str(compared.old), str(compared.new), key, topic.change, topic.supposed, (old, new))


def judge_open_sheet(
    text: str, decided: str, archive: ArchiveSession, vocabulary: Vocabulary, person: str | None = None
) -> Judged:
    """Return rulings for the levels in a sheet that the record does not have yet; nothing is written.

    An answer about what has changed since the sheet was written is left out, with the reason. Raises
    ``DecisionInvalid``, with the line, for a cell that is no answer.
    """
    last = last_rulings(archive.reader.rulings())
    known = {
        (asked, each.decision.person): (each.decision.code, each.decision.note)
        for asked, rulings in last.items()
        for each in rulings
    }
    statements = _Statements(archive, vocabulary)
    rulings: list[Ruling] = []
    unsure: dict[tuple[str, str, str], list[Answer]] = {}
    misfits: list[str] = []
    for answer in read_open_sheet(text, person):
        coder = name_coder(answer.line, answer.coder, decided, answer.note)
        try:
            found = statements.rule(answer, coder)
        except (NotInArchive, ReferenceInvalid, VocabularyInvalid, Withdrawn) as error:
            misfits.append(f"line {answer.line}: {error}")
            continue
        rulings += (each for each in found if _is_news(each, known.get((question_key(each), answer.coder))))
        for side, level in zip(("old", "new"), answer.levels, strict=True):
            if level == NOT_SURE:
                asked = unsure.setdefault((answer.coder, answer.old, answer.new), [])
                asked.append(Answer(answer.topic, side, None))  # type: ignore[arg-type]
    requests = tuple(note_unsure(*asked, answers, decided) for asked, answers in unsure.items())
    shown = {asked for each in requests for asked in archive.reader.shown_to(each.reader.name, None)}
    return Judged(tuple(rulings), tuple(each for each in requests if each.shown not in shown), tuple(misfits))


def _is_news(ruling: Ruling, known: tuple[str, str | None] | None) -> bool:
    """Tell whether a ruling says another thing than what the same person last decided, if anything."""
    decision = ruling.decision
    return known is not None if decision.verdict == "withdraw" else known != (decision.code, decision.note)


def note_unsure(person: str, old: str, new: str, answers: Sequence[Answer], decided: str) -> Request:
    """Return what keeps that a person was not sure of topics on sides of two statements."""
    named = sorted(f"{each.topic} {each.side}" for each in answers)
    shown = digest_text("\n".join((old, new, *named)))
    return Request(
        reader=SecondReader(person, None),
        old=parse_reference(old),
        new=parse_reference(new),
        shown=shown,
        asked=decided,
        seconds=0.0,
        calls=0,
        input_tokens=None,
        output_tokens=None,
        refused=0,
        reply="",
        answers=tuple(answers),
    )


def _withdraw(ruling: Ruling) -> Ruling:
    return replace(ruling, decision=replace(ruling.decision, verdict="withdraw", label=None))


@dataclass(frozen=True, slots=True)
class _Read:
    reference: Reference
    side: Side
    readings: tuple[TopicReading, ...]


class _Statements:
    """The statements that a sheet is about, each read once."""

    def __init__(self, archive: ArchiveSession, vocabulary: Vocabulary) -> None:
        self._archive = archive
        self._vocabulary = vocabulary
        self._read: dict[str, _Read] = {}

    def rule(self, answer: OpenAnswer, coder: Coder) -> tuple[Ruling, ...]:
        """Return the rulings of one row; raises ``ReferenceInvalid`` where it no longer fits.

        Who is not sure withdraws what was decided before.
        """
        old, new = self._load(answer.old), self._load(answer.new)
        if answer.key != key_pair(old.side.version.text, new.side.version.text):
            raise ReferenceInvalid(
                f"{answer.topic} in {answer.old} and {answer.new}: their texts are not those that the sheet"
                " shows (they were read again, or the row was edited); write the sheet again"
            )
        topic = find_one_topic(self._vocabulary, answer.topic).id
        rulings = []
        for side, level in zip((old, new), answer.levels, strict=True):
            if level:
                ruling = rule_level(side.reference, side.side.version, side.readings, topic, level, coder)
                rulings.append(_withdraw(ruling) if level == NOT_SURE else ruling)
        return tuple(rulings)

    def _load(self, name: str) -> _Read:
        if name not in self._read:
            reference = parse_reference(name)
            latest = self._archive.reader.resolve(reference.edition)
            if latest != reference:
                raise ReferenceInvalid(f"{name} has changed since: {latest} is newer; write the sheet again")
            side = self._archive.reader.side(reference)
            readings = side_topics(side, self._vocabulary, self._archive.derived)
            self._read[name] = _Read(reference, side, readings)
        return self._read[name]
