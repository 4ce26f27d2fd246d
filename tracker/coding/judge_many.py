"""``tracker judge`` of levels and of whole sheets: rulings on topics, and on units judged before."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, get_args

from tracker.coding.judge import ONE_SIDED, Coder, check_coder
from tracker.decisions.applied import NO_SHIFT
from tracker.decisions.rulings import last_rulings, name_statement, quote_segments
from tracker.errors import (
    DecisionInvalid,
    DocumentUnreadable,
    NotInArchive,
    ReferenceInvalid,
    VocabularyInvalid,
)
from tracker.inputs.files import read_file
from tracker.model.changes import AXES, Operation
from tracker.model.decisions import Decision, Ruling, Unit, Verdict
from tracker.references import parse_reference
from tracker.report.coding.decisions import read_sheet
from tracker.topics.decided import ABSENT, LEVELS
from tracker.topics.vocabulary.naming import find_one_topic
from tracker.workflows.compare.compare import side_topics

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.archive.session import ArchiveSession
    from tracker.decisions.rulings import QuestionKey
    from tracker.model.topics import Vocabulary
    from tracker.report.coding.decisions import Cell


def judge_topic(
    statement: str, topic: str, level: str, coder: Coder, archive: ArchiveSession, vocabulary: Vocabulary
) -> Ruling:
    """Return the ruling on a topic, by id or label, in a statement of the archive; nothing is written.

    Raises ``VocabularyInvalid`` for a topic that the vocabulary lacks, with the nearest it has, and
    ``DecisionInvalid`` for a level there is not.
    """
    check_coder(coder)
    if level not in LEVELS:
        raise DecisionInvalid(f"--level {level}: expected one of {', '.join(LEVELS)}")
    found = find_one_topic(vocabulary, topic)
    reference = archive.reader.resolve(parse_reference(statement))
    side = archive.reader.side(reference)
    reading = next(
        (each for each in side_topics(side, vocabulary, archive.derived) if each.topic == found.id), None
    )
    said = reading.level if reading else ABSENT
    decision = Decision(
        person=coder.person,
        decided=coder.decided,
        question="level",
        verdict="accept" if level == said else "relabel",
        label=level,
        said=said,
        note=coder.note,
    )
    quotes = quote_segments(side.version, reading.segments) if reading else ()
    return Ruling(Unit(None, reference, found.id, (), quotes), decision)


_REJECT, _ACCEPT = "reject", "accept"

LastWords = dict[tuple[str, str, str], tuple[Ruling, ...]]


def judge_sheet(
    sheet: Path, decided: str, archive: ArchiveSession, vocabulary: Vocabulary, person: str | None = None
) -> tuple[Ruling, ...]:
    """Return rulings for the cells of a sheet that say what the record does not; nothing is written.

    With a ``person``, that coder's column alone is read. A topic's level may be given where nobody judged it
    before. Raises ``DecisionInvalid``, with the line, where another row was never judged or a cell holds no
    answer to its question.
    """
    try:
        text = TextIOWrapper(BytesIO(read_file(sheet)), encoding="utf-8-sig").read()
    except UnicodeDecodeError:
        raise DocumentUnreadable(f"{sheet} is not UTF-8; save it as CSV in UTF-8") from None
    except OSError as error:
        raise DocumentUnreadable(f"{sheet}: {error.strerror}") from None
    last_words = last_rulings(archive.reader.rulings())
    try:
        cells = [cell for cell in read_sheet(text) if person in {None, cell.person}]
        rulings = [_rule(cell, last_words, decided, archive, vocabulary) for cell in cells]
    except (DecisionInvalid, ReferenceInvalid) as error:
        raise DecisionInvalid(f"{sheet}: {error}") from None
    return tuple(ruling for ruling in rulings if ruling)


def _rule(
    cell: Cell, last_words: LastWords, decided: str, archive: ArchiveSession, vocabulary: Vocabulary
) -> Ruling | None:
    """Return the ruling of one cell; None where the record holds the same."""
    check_coder(Coder(cell.person, decided))
    said = last_words.get(_asked(cell))
    question, _, statement, topic = cell.asked
    if not said and question == "level" and cell.code in LEVELS:
        coder = Coder(cell.person, decided, cell.note)
        try:
            return judge_topic(statement, topic, cell.code, coder, archive, vocabulary)
        except (ReferenceInvalid, VocabularyInvalid, NotInArchive) as error:
            raise DecisionInvalid(f"line {cell.line}: {error}") from None
    if not said:
        raise DecisionInvalid(f"line {cell.line}: {cell.asked[-1]!r} has not been judged yet: tracker judge")
    own = next((each.decision for each in said if each.decision.person == cell.person), None)
    code = said[0].decision.said if cell.code == _ACCEPT else cell.code
    if own and (own.code, own.note) == (code, cell.note):
        return None
    _check_code(cell, code, said[0])
    verdicts: dict[str, Verdict] = {_REJECT: "reject", said[0].decision.said: "accept"}
    decision = Decision(
        person=cell.person,
        decided=decided,
        question=said[0].decision.question,
        verdict=verdicts.get(code, "relabel"),
        label=None if code == _REJECT else code,
        said=said[0].decision.said,
        note=cell.note,
    )
    return replace(said[0], decision=decision)


def _asked(cell: Cell) -> QuestionKey:
    question, old, new, name = cell.asked
    sides = (str(name_statement(parse_reference(side))) for side in (old, new) if side)
    return " ".join(sides), name, question


def _check_code(cell: Cell, code: str, judged: Ruling) -> None:
    question, unit = judged.decision.question, judged.unit
    if question == "level":
        known: tuple[str, ...] = LEVELS
    elif question != "sentences":
        known = (*AXES[question].directions, NO_SHIFT)
    elif unit.old_quotes and unit.new_quotes:
        known = (*(name for name in get_args(Operation) if name not in ONE_SIDED), _REJECT)
    else:
        known = (judged.decision.said,)
    if code not in known:
        raise DecisionInvalid(
            f"line {cell.line}: {cell.person} says {code!r}; expected one of {', '.join(known)}"
        )
