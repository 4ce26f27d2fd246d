"""``tracker judge``: what people decide about changes, topics and whole sheets; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

from tracker.comparing.changes import describe_changes
from tracker.comparing.decisions.applied import METHOD, NO_SHIFT, PlacedDecision, decide_links
from tracker.comparing.decisions.rulings import last_rulings, name_statement, quote_segments, select_changes
from tracker.comparing.topics.decided import ABSENT, LEVELS
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.naming import find_one_topic
from tracker.diff.compare import side_topics
from tracker.diff.diff import diff
from tracker.diff.sides import pair_operands
from tracker.errors import (
    DecisionInvalid,
    DocumentUnreadable,
    NotInArchive,
    ReferenceInvalid,
    VocabularyInvalid,
)
from tracker.inputs.files import read_file
from tracker.model.changes import AXES, Link, Operation
from tracker.model.decisions import Coder, Decision, Question, Ruling, Unit, Verdict
from tracker.model.texts import Reference
from tracker.references import parse_reference
from tracker.references.change_ids import check_one_change, find_change, read_change_id
from tracker.report.answers.coding import read_sheet
from tracker.report.answers.open_rows import decode_sheet
from tracker.text.encoder import ENCODERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.archive import ArchiveSession
    from tracker.comparing.decisions.rulings import QuestionKey
    from tracker.model.changes import Change, Comparison
    from tracker.model.texts import Version
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.report.answers.coding import Cell

Pair = tuple[str, str]
"""Two statements, by their references."""

_ONE_SIDED = ("new", "dropped")
"""Operations of segments without a partner, which are no link and no label for one."""

_REJECT, _ACCEPT = "reject", "accept"


@dataclass(frozen=True, slots=True)
class Shown:
    """A comparison of two snapshots, and the change in it; none where people took it apart since."""

    comparison: Comparison
    old: Reference
    new: Reference
    change: Change | None
    earlier: tuple[Ruling, ...]
    """What was decided about it before, in the order of recording."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The segments that are judged as one, and the changes that showed them."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    changes: tuple[Change, ...]


def find_comparison(name: str, archive: ArchiveSession, pair: Pair | None = None) -> Shown:
    """Compare again the statements whose comparison showed a change, and find it there.

    The vectors of sentences decide as they do by default, or else words alone. Raises ``NotInArchive``
    where no change has such an id, and ``DecisionInvalid`` where several have.
    """
    wanted = read_change_id(name)
    old, new = pair_operands(list(pair or _find_pair(wanted, archive)), archive)
    if not (isinstance(old, Reference) and isinstance(new, Reference)):
        raise DecisionInvalid("only statements in the archive can be judged; add the file first")
    old, new = archive.reader.resolve(old), archive.reader.resolve(new)
    rulings = select_changes(archive.reader.rulings(), old, new)
    earlier = tuple(ruling for ruling in rulings if ruling.unit.name.startswith(wanted))
    check_one_change(wanted, {ruling.unit.name for ruling in earlier})
    vocabulary = load_vocabulary()
    for encoder in ENCODERS.values():
        comparison = diff([str(old), str(new)], archive, vocabulary, encoder)
        if any(change.id.startswith(wanted) for change in comparison.changes):
            return Shown(comparison, old, new, find_change(comparison, name), earlier)
        if earlier:
            return Shown(comparison, old, new, None, earlier)
    raise NotInArchive(f"{old} and {new} have no change #{wanted}; tracker diff {old} {new} --all lists them")


def judge_change(
    name: str,
    verdict: Verdict,
    label: str | None,
    coder: Coder,
    archive: ArchiveSession,
    *,
    others: Sequence[str] = (),
    pair: Pair | None = None,
) -> Ruling:
    """Return the ruling on the change whose id begins with ``name``; nothing is written.

    ``label`` is an operation, or an axis and what happened on it (``strength=weaker``). ``others`` are
    changes whose segments belong to the same link. ``pair`` names the statements compared, where the
    archive does not remember which comparison showed the change. Raises ``NotInArchive`` where there is
    no such change, and ``DecisionInvalid`` where the verdict does not fit it.
    """
    shown = find_comparison(name, archive, pair)
    if shown.change is None and others:
        raise DecisionInvalid(f"#{name} was unlinked by a decision: name two of the resulting changes")
    return rule_change(shown, verdict, label, coder, others)


def rule_change(
    shown: Shown, verdict: Verdict, label: str | None, coder: Coder, others: Sequence[str] = ()
) -> Ruling:
    """Return the ruling on a change in the comparison that showed it; raises as ``judge_change`` does."""
    if shown.change is None:
        return _rule_again(shown, verdict, label, coder)
    changes = [shown.change, *(find_change(shown.comparison, other) for other in others)]
    group = _join(changes)
    question, answer = _read_answer(group, verdict, label)
    said = _said(group, question)
    decision = Decision(coder.person, coder.decided, question, verdict, answer, said, coder.note)
    return Ruling(_unit(shown, group, decision), decision)


def judge_topic(
    statement: str, topic: str, level: str, coder: Coder, archive: ArchiveSession, vocabulary: Vocabulary
) -> Ruling:
    """Return the ruling on a topic, by id or label, in a statement of the archive; nothing is written.

    Raises ``VocabularyInvalid`` for a topic that the vocabulary lacks, with the nearest it has, and
    ``DecisionInvalid`` for a level there is not.
    """
    if level not in LEVELS:
        raise DecisionInvalid(f"--level {level}: expected one of {', '.join(LEVELS)}")
    found = find_one_topic(vocabulary, topic)
    reference = archive.reader.resolve(parse_reference(statement))
    side = archive.reader.side(reference)
    readings = side_topics(side, vocabulary, archive.derived)
    return rule_level(reference, side.version, readings, found.id, level, coder)


def rule_level(
    statement: Reference,
    version: Version,
    readings: Sequence[TopicReading],
    topic: str,
    level: str,
    coder: Coder,
) -> Ruling:
    """Return the ruling on a topic, by id, in a snapshot, of which this was read without people."""
    reading = next((each for each in readings if each.topic == topic), None)
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
    quotes = quote_segments(version, reading.segments) if reading else ()
    return Ruling(Unit(None, statement, topic, (), quotes), decision)


def judge_sheet(
    text: str,
    sheet: Path,
    decided: str,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
    person: str | None = None,
) -> tuple[Ruling, ...]:
    """Return rulings for the cells of a sheet that say what the record does not; nothing is written.

    With a ``person``, that coder's column alone is read. A topic's level may be given where nobody judged it
    before. Raises ``DecisionInvalid``, with the line, where another row was never judged or a cell holds no
    answer to its question.
    """
    last_words = last_rulings(archive.reader.rulings())
    try:
        cells = [cell for cell in read_sheet(text) if person in {None, cell.person}]
        rulings = [_rule(cell, last_words, decided, archive, vocabulary) for cell in cells]
    except (DecisionInvalid, ReferenceInvalid) as error:
        raise DecisionInvalid(f"{sheet}: {error}") from None
    return tuple(ruling for ruling in rulings if ruling)


def name_coder(line: int, person: str, decided: str, note: str | None) -> Coder:
    """Return who decides by a line of a sheet; raises ``DecisionInvalid``, with the line, for no name."""
    try:
        return Coder(person, decided, note)
    except DecisionInvalid as error:
        raise DecisionInvalid(f"line {line}: {error}") from None


def read_sheet_text(sheet: Path) -> str:
    """Return the text of a sheet as spreadsheets save it; raises ``DocumentUnreadable``."""
    try:
        return decode_sheet(read_file(sheet)).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise DocumentUnreadable(f"{sheet} is not UTF-8; save it as CSV in UTF-8") from None
    except OSError as error:
        raise DocumentUnreadable(f"{sheet}: {error.strerror}") from None


def _find_pair(wanted: str, archive: ArchiveSession) -> Pair:
    """Return the two references whose comparison showed a change; the latest memory of it counts."""
    found: dict[str, dict[Pair, Pair]] = {}
    for ruling in archive.reader.rulings():
        unit = ruling.unit
        if unit.old and unit.name.startswith(wanted):
            _note(found, unit.name, str(unit.old), str(unit.new))
    for change, old, new in archive.derived.find_shown(wanted):
        _note(found, change, old, new)
    if not found:
        raise NotInArchive(
            f"no comparison in this archive has shown #{wanted}; run tracker diff, or name it: --pair OLD NEW"
        )
    check_one_change(wanted, found)
    (pairs,) = found.values()
    if len(pairs) > 1:
        choices = "; ".join(f"--pair {old} {new}" for old, new in pairs)
        raise DecisionInvalid(f"#{wanted} was shown by several comparisons; name one: {choices}")
    return next(iter(pairs.values()))


def _note(found: dict[str, dict[Pair, Pair]], change: str, old: str, new: str) -> None:
    statements = (str(name_statement(parse_reference(old))), str(name_statement(parse_reference(new))))
    found.setdefault(change, {})[statements] = (old, new)


def _read_answer(group: _Group, verdict: Verdict, label: str | None) -> tuple[Question, str | None]:
    """Return the question that a verdict answers, and the label it gives.

    Raises ``DecisionInvalid`` where it cannot be meant of this group of segments.
    """
    name = f"#{group.changes[0].id[:7]}"
    if verdict != "relabel" and (label or group.changes[1:]):
        raise DecisionInvalid(f"--as and --with need relabel, not {verdict}")
    if verdict == "accept":
        return "sentences", group.changes[0].operation
    if not (group.old and group.new):
        raise DecisionInvalid(
            f"{name} is {group.changes[0].operation} and unaligned; align it with:"
            f" tracker judge {name} relabel --as reworded --with ID"
        )
    return ("sentences", None) if verdict == "reject" else _read_label(group, name, label)


def _read_label(group: _Group, name: str, label: str | None) -> tuple[Question, str]:
    if not label:
        raise DecisionInvalid("missing option --as, such as --as reworded or --as strength=weaker")
    axis, is_shift, direction = label.partition("=")
    if is_shift:
        return _read_shift(axis, direction)
    if label in _ONE_SIDED:
        raise DecisionInvalid(
            f"{name} links sentences; if they do not correspond: tracker judge {name} reject"
        )
    if label not in get_args(Operation):
        known = [each for each in get_args(Operation) if each not in _ONE_SIDED]
        raise DecisionInvalid(
            f"--as {label}: expected one of {', '.join(known)}, or an axis such as strength=weaker"
        )
    if label in {"split", "merged"} and (len(group.old) < len(group.new)) != (label == "split"):
        raise DecisionInvalid(
            f"{name} links {len(group.old)} and {len(group.new)} sentences, which is not {label};"
            " add the missing sentences: --with ID"
        )
    return "sentences", label


def _read_shift(axis: str, direction: str) -> tuple[Question, str]:
    if axis not in AXES:
        raise DecisionInvalid(f"--as {axis}={direction}: the axes are {', '.join(AXES)}")
    known = (*AXES[axis].directions, NO_SHIFT)
    if direction not in known:
        raise DecisionInvalid(f"--as {axis}={direction}: {axis} is {', '.join(known)}")
    return axis, direction


def _join(changes: Sequence[Change]) -> _Group:
    old = tuple(sorted({index for change in changes for index in change.old}))
    new = tuple(sorted({index for change in changes for index in change.new}))
    return _Group(old, new, tuple(dict.fromkeys(changes)))


def _said(group: _Group, question: Question) -> str:
    """Return what had been judged without people; what an earlier decision noted of it is kept."""
    for change in group.changes:
        for decision in change.decided:
            if decision.question == question and decision.verdict != "reject" and not group.changes[1:]:
                return decision.said
    if question == "sentences":
        return " + ".join(change.operation for change in group.changes)
    found = [shift.direction for change in group.changes for shift in change.shifts if shift.axis == question]
    return " + ".join(dict.fromkeys(found)) or NO_SHIFT


def _unit(shown: Shown, group: _Group, decision: Decision) -> Unit:
    old, new = shown.comparison.old.version, shown.comparison.new.version
    return Unit(
        old=shown.old,
        new=shown.new,
        name=group.changes[0].id if not group.changes[1:] else _name_group(shown, group, decision),
        old_quotes=quote_segments(old, group.old),
        new_quotes=quote_segments(new, group.new),
    )


def _name_group(shown: Shown, group: _Group, decision: Decision) -> str:
    """Return the id that the change will have once these segments are linked."""
    comparison = shown.comparison
    links = [
        Link(each.old, each.new, each.confidence, METHOD)
        for each in comparison.changes
        if each.old and each.new
    ]
    decided = decide_links(links, [PlacedDecision(group.old, group.new, decision)])
    changes = describe_changes(comparison.old.version, comparison.new.version, decided)
    return next(each.id for each in changes if (each.old, each.new) == (group.old, group.new))


def _rule_again(shown: Shown, verdict: Verdict, label: str | None, coder: Coder) -> Ruling:
    """Return another ruling on a change that an earlier one took apart, so that it is shown no longer."""
    of_sentences = [each.decision for each in shown.earlier if each.decision.question == "sentences"]
    said = of_sentences[0].said if of_sentences else "dropped + new"
    labels = [said, *(decision.label for decision in of_sentences)]
    labels += [label] if verdict == "relabel" else []
    known = [each for each in labels if each in get_args(Operation) and each not in _ONE_SIDED]
    unit = shown.earlier[-1].unit
    if verdict != "reject" and (not known or (verdict == "relabel" and known[-1] != label)):
        raise DecisionInvalid(
            f"#{unit.name[:7]} was unlinked by a decision; to link it again:"
            f" tracker judge {unit.name[:7]} relabel --as reworded (or split, merged, kept)"
        )
    answer = None if verdict == "reject" else known[-1]
    decision = Decision(coder.person, coder.decided, "sentences", verdict, answer, said, coder.note)
    return Ruling(unit, decision)


def _rule(
    cell: Cell,
    last_words: Mapping[QuestionKey, tuple[Ruling, ...]],
    decided: str,
    archive: ArchiveSession,
    vocabulary: Vocabulary,
) -> Ruling | None:
    """Return the ruling of one cell; None where the record holds the same."""
    coder = name_coder(cell.line, cell.person, decided, cell.note)
    said = last_words.get(_asked(cell))
    question, _, statement, topic = cell.asked
    if not said and question == "level" and cell.code in LEVELS:
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
        person=coder.person,
        decided=coder.decided,
        question=said[0].decision.question,
        verdict=verdicts.get(code, "relabel"),
        label=None if code == _REJECT else code,
        said=said[0].decision.said,
        note=coder.note,
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
        known = (*(name for name in get_args(Operation) if name not in _ONE_SIDED), _REJECT)
    else:
        known = (judged.decision.said,)
    if code not in known:
        raise DecisionInvalid(
            f"line {cell.line}: {cell.person} says {code!r}; expected one of {', '.join(known)}"
        )
