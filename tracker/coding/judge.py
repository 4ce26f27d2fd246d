"""``tracker judge``: what a person decides about a change, checked against the comparison that showed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from tracker.changes.describe import describe_changes
from tracker.coding.shown import Shown, find_change, find_comparison
from tracker.decisions.applied import METHOD, NO_SHIFT, PlacedDecision, decide_links
from tracker.decisions.rulings import quote_segments
from tracker.errors import DecisionInvalid
from tracker.model.changes import AXES, Link, Operation
from tracker.model.decisions import Decision, Question, Ruling, Unit, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Change

ONE_SIDED = ("new", "dropped")
"""Operations of segments without a partner, which are no link and no label for one."""


@dataclass(frozen=True, slots=True)
class Coder:
    """Who decides, when (an instant in UTC), and the note that goes with it."""

    person: str
    decided: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """The segments that are judged as one, and the changes that showed them."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    changes: tuple[Change, ...]


def judge_change(
    name: str,
    verdict: Verdict,
    label: str | None,
    coder: Coder,
    archive: ArchiveSession,
    *,
    others: Sequence[str] = (),
    pair: tuple[str, str] | None = None,
) -> Ruling:
    """Return the ruling on the change whose id begins with ``name``; nothing is written.

    ``label`` is an operation, or an axis and what happened on it (``strength=weaker``). ``others`` are
    changes whose segments belong to the same link. ``pair`` names the statements compared, where the
    archive does not remember which comparison showed the change. Raises ``NotInArchive`` where there is
    no such change, and ``DecisionInvalid`` where the verdict does not fit it.
    """
    check_coder(coder)
    shown = find_comparison(name, archive, pair)
    if shown.change is None:
        if others:
            raise DecisionInvalid(f"#{name} was unlinked by a decision: name two of the resulting changes")
        return _rule_again(shown, verdict, label, coder)
    changes = [shown.change, *(find_change(shown.comparison, other) for other in others)]
    group = _join(changes)
    question, answer = read_answer(group, verdict, label)
    said = _said(group, question)
    decision = Decision(coder.person, coder.decided, question, verdict, answer, said, coder.note)
    return Ruling(_unit(shown, group, decision), decision)


def check_coder(coder: Coder) -> None:
    """Raise ``DecisionInvalid`` for a name that is empty or cannot be printed as it is."""
    name = coder.person
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise DecisionInvalid(f"--by {name!r} is not a valid name; write it as --by Ana")


def read_answer(group: _Group, verdict: Verdict, label: str | None) -> tuple[Question, str | None]:
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
    if label in ONE_SIDED:
        raise DecisionInvalid(
            f"{name} links sentences; if they do not correspond: tracker judge {name} reject"
        )
    if label not in get_args(Operation):
        known = [each for each in get_args(Operation) if each not in ONE_SIDED]
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
    known = [each for each in labels if each in get_args(Operation) and each not in ONE_SIDED]
    unit = shown.earlier[-1].unit
    if verdict != "reject" and (not known or (verdict == "relabel" and known[-1] != label)):
        raise DecisionInvalid(
            f"#{unit.name[:7]} was unlinked by a decision; to link it again:"
            f" tracker judge {unit.name[:7]} relabel --as reworded (or split, merged, kept)"
        )
    answer = None if verdict == "reject" else known[-1]
    decision = Decision(coder.person, coder.decided, "sentences", verdict, answer, said, coder.note)
    return Ruling(unit, decision)
