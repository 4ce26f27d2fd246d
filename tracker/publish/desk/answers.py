"""An answer on a row becomes what ``tracker judge`` keeps; and what people have said of each row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tracker.coding.judge import Shown, rule_change, rule_level
from tracker.coding.sheets import note_unsure
from tracker.comparing.decisions.applied import NO_SHIFT
from tracker.comparing.decisions.rulings import find_quotes, last_rulings, name_statement, question_key
from tracker.comparing.topics.decided import ABSENT, LEVELS
from tracker.errors import DecisionInvalid
from tracker.model.changes import AXES
from tracker.model.decisions import Answer, Coder
from tracker.publish.desk.rows import LEVEL, LINK, NOT_SURE, RIGHT, SENTENCES, WRONG, is_link
from tracker.references.change_ids import find_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.changes import Change
    from tracker.model.decisions import Decision, Request, Ruling, Verdict
    from tracker.publish.desk.rows import AskedPair, Row

_SIDES: Final = (attrgetter("old"), attrgetter("new"))
"""The segments of a change on each side."""
Slot = tuple[str, str]
"""A row, and who was not sure of it."""
UNDO: Final = "undo"
"""The answer that takes back what the same person answered on the row."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person answered on a row of two snapshots, with no word of their texts."""

    id: str
    """Of the person's own making: what is sent twice counts once."""
    person: str
    decided: str
    """An instant in UTC."""
    old: str
    new: str
    row: str
    answer: str


class Ruled(NamedTuple):
    """What is kept of an answer: decisions, or that somebody was not sure of a topic."""

    rulings: tuple[Ruling, ...] = ()
    unsure: tuple[Request, ...] = ()


def rule(pair: AskedPair, given: Given, before: Iterable[Ruling], unsure: Iterable[Slot] = ()) -> Ruled:
    """Return what an answer stands for.

    To undo, or not to be sure, withdraws what the person had decided on the row ``before``; to undo that
    somebody was ``unsure`` of a topic withdraws any level of it, which is later than that they were unsure.

    Raises ``DecisionInvalid`` for an answer that the row does not take, ``NotInArchive`` where there is none.
    """
    before = [ruling for row, ruling in _place_on_rows(pair, before) if row == given.row]
    own = [ruling for ruling in before if ruling.decision.person == given.person]
    coder = Coder(given.person, given.decided)
    question, _, name = given.row.partition(" ")
    is_level = question == LEVEL and any(each.change.topic == name for each in pair.compared.topics)
    shown = () if is_level else (*_find_shown(pair, question, name.split()),)
    if given.answer in {UNDO, NOT_SURE}:
        is_noted = is_level and given.answer == NOT_SURE
        if is_level and given.answer == UNDO and not own and (given.row, given.person) in unsure:
            own = [*_rule_levels(pair, name, [ABSENT] * len(pair.readings), coder)]
        withdrawn = tuple(_rule_as(ruling, coder, "withdraw") for ruling in own)
        return Ruled(withdrawn, (_note_unsure(given, name),) if is_noted else ())
    if is_level:
        return Ruled(tuple(_rule_levels(pair, name, given.answer.split(), coder)))
    if (question, given.answer) == (LINK, WRONG):
        return Ruled(tuple(_rule_as(ruling, coder, "reject") for ruling in before[-1:]))
    others = name.split()[1:]
    verdict, label = _read_verdict(question, given.answer, shown)
    return Ruled((rule_change(shown[0], verdict, label, coder, others),))


def _find_shown(pair: AskedPair, question: str, ids: Sequence[str]) -> Iterator[Shown]:
    """Yield the changes that a row names; of a link some, of any other row one."""
    if question not in {SENTENCES, LINK, *AXES} or not ids or (len(ids) > 1) != (question == LINK):
        raise DecisionInvalid("there is no such row")
    compared = pair.compared
    for each in ids:
        change = find_change(compared.comparison, each)
        yield Shown(compared.comparison, compared.old, compared.new, change, ())


def _rule_as(ruling: Ruling, coder: Coder, verdict: Verdict) -> Ruling:
    """Return the same ruling of another person, time and verdict, with no label."""
    said = replace(ruling.decision, person=coder.person, decided=coder.decided, verdict=verdict)
    return replace(ruling, decision=replace(said, label=None, against=()))


def _rule_levels(pair: AskedPair, topic: str, levels: Sequence[str], coder: Coder) -> Iterator[Ruling]:
    if len(levels) != len(pair.readings) or not {*levels} <= {*LEVELS}:
        raise DecisionInvalid(f"{' '.join(levels)!r} is no answer on {topic!r} here")
    comparison = pair.compared.comparison
    sides = (pair.compared.old, comparison.old), (pair.compared.new, comparison.new)
    for (reference, side), readings, level in zip(sides, pair.readings, levels, strict=True):
        yield rule_level(reference, side.version, readings, topic, level, coder)


def _read_verdict(question: str, answer: str, shown: Sequence[Shown]) -> tuple[Verdict, str | None]:
    """Return verdict and label as ``tracker judge`` takes them of a change."""
    changes = [each.change for each in shown if each.change]
    if question == LINK and answer == RIGHT:
        return "relabel", _name_link(changes)
    if question == SENTENCES:
        plain: dict[str, Verdict] = {RIGHT: "accept", WRONG: "reject"}
        verdict = plain.get(answer, "relabel")
        return verdict, answer if verdict == "relabel" else None
    found = [shift for change in changes for shift in change.shifts if shift.axis == question]
    if not found:
        raise DecisionInvalid(f"{question!r} is not asked of these sentences")
    direction = {RIGHT: found[0].direction, WRONG: NO_SHIFT}.get(answer, answer)
    return "relabel", f"{question}={direction}"


def _name_link(changes: Sequence[Change]) -> str:
    """Return what sentences are called that are linked: by how many there are on each side."""
    old, new = (len({at for change in changes for at in side(change)}) for side in _SIDES)
    return "reworded" if old == new else "split" if old < new else "merged"


def _note_unsure(given: Given, topic: str) -> Request:
    """Return what notes that somebody was not sure of a topic; of sentences the record does not."""
    answers = Answer(topic, "old", None), Answer(topic, "new", None)
    return note_unsure(given.person, given.old, given.new, answers, given.decided)


# What was said -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What a person last said of a row."""

    answer: Literal["right", "wrong", "other", "not sure"]
    words: str


def list_said(
    pair: AskedPair, rulings: Iterable[Ruling], unsure: Iterable[Slot]
) -> dict[str, dict[str, Said]]:
    """Return by row and person what was said last."""
    found: dict[str, dict[str, Said]] = {}
    for row, person in unsure:
        found.setdefault(row, {})[person] = Said("not sure", NOT_SURE)
    said: dict[tuple[str, str], list[Ruling]] = {}
    for row, ruling in _place_on_rows(pair, rulings):
        said.setdefault((row, ruling.decision.person), []).append(ruling)
    rows = {row.name: row for row in pair.rows}
    for (name, person), some in said.items():
        told = _tell(name, rows.get(name), some, pair)
        if told:
            found.setdefault(name, {})[person] = told
    return found


def _place_on_rows(pair: AskedPair, rulings: Iterable[Ruling]) -> Iterator[tuple[str, Ruling]]:
    """Yield the last ruling of each person on what is asked of a pair, by the name of its row."""
    sides = [str(name_statement(each)) for each in (pair.compared.old, pair.compared.new)]
    last = [ruling for some in last_rulings(rulings).values() for ruling in some]
    for ruling in last:
        statements, name, question = question_key(ruling)
        if question == LEVEL and statements in sides:
            yield f"{LEVEL} {name}", ruling
        elif question != LEVEL and statements == " ".join(sides):
            quotes = ruling.unit.old_quotes, ruling.unit.new_quotes
            old, new = (find_quotes(*each) for each in zip(pair.places, quotes, strict=True))
            if old is not None and new is not None:
                yield _name_row(pair, question, old, new), ruling


def _name_row(pair: AskedPair, question: str, old: tuple[int, ...], new: tuple[int, ...]) -> str:
    """Return the row of what was decided about some segments: the change of just these, or their link."""
    changes = [
        each for each in pair.compared.comparison.changes if {*each.old} & {*old} or {*each.new} & {*new}
    ]
    if len(changes) == 1 and (changes[0].old, changes[0].new) == (old, new):
        return f"{question} {changes[0].id}"
    return _name_link_row(changes)


def _name_link_row(changes: Iterable[Change]) -> str:
    """Return the row of sentences that are linked, by the changes that they are of."""
    return " ".join((LINK, *(each.id for each in changes)))


def _tell(name: str, row: Row | None, some: Sequence[Ruling], pair: AskedPair) -> Said | None:
    decisions = [ruling.decision for ruling in some]
    if not name.startswith(f"{LEVEL} "):
        return _tell_of_sentences(decisions[-1])
    sides = {name_statement(ruling.unit.new): ruling.decision.code for ruling in some}
    levels = [sides.get(name_statement(each)) for each in (pair.compared.old, pair.compared.new)]
    answer = " ".join(level or "" for level in levels)
    choice = next((each for each in row.choices if each.answer == answer), None) if row else None
    if choice is None:
        return Said("other", " → ".join(level or "?" for level in levels))
    return Said("wrong", choice.words) if choice.behind else Said("right", RIGHT)


def _tell_of_sentences(decision: Decision) -> Said:
    if decision.verdict == "reject" or decision.code == NO_SHIFT:
        return Said("wrong", WRONG)
    return Said("right", RIGHT) if decision.code == decision.said else Said("other", decision.code)


@dataclass(frozen=True, slots=True)
class Linked:
    """Sentences that correspond, by index, and the row by which they are unlinked."""

    row: str
    old: tuple[int, ...]
    new: tuple[int, ...]
    made: bool
    """Whether a person linked them."""


def list_linked(pair: AskedPair, said: Mapping[str, Mapping[str, Said]]) -> tuple[Linked, ...]:
    """Return the sentences that correspond: as the program found, and nobody denied, or as people linked."""
    changes = {each.id: each for each in pair.compared.comparison.changes}
    found = [
        Linked(name, change.old, change.new, made=False)
        for change in changes.values()
        if is_link(change)
        for name in [f"{SENTENCES} {change.id}"]
        if not any(each.answer == WRONG for each in said.get(name, {}).values())
    ]
    for name in said:
        question, *ids = name.split()
        if question == LINK and any(each.answer != WRONG for each in said[name].values()):
            some = [changes[each] for each in ids]
            old, new = (tuple(sorted(at for each in some for at in side(each))) for side in _SIDES)
            found.append(Linked(name, old, new, made=True))
    return tuple(found)
