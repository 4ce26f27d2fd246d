"""Stronger or weaker on one scale, where words of two kinds may replace each other: ``find_force_shifts``.

What both sides say is left out; the forms of force that are left are compared in text order, with modifiers,
conditions, hedges, quantities and targets that came or went. A direction is given where all of it points one
way and the other words are about one thing. Nothing is said where one side denies more than the other, names
another actor, thanks or congratulates, or tells what somebody else said.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.passages.terms import OURS, load_ladders
from tracker.comparing.shifts.dates import find_date_shifts
from tracker.comparing.shifts.figures import find_figure_shifts, is_promised
from tracker.comparing.shifts.forms import (
    BINDING,
    HEADS,
    blank_forms,
    cancel_forms,
    count_denials,
    holds_kinds,
    is_same_object,
    is_same_verb,
    keeps_nearly_all,
    list_stems,
    read_forms,
    read_heads,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.comparing.passages.rewording import Rewording, SideText
    from tracker.comparing.shifts.forms import Form
    from tracker.model.changes import Direction, Shift

_FAMILIES: Final = {"duty": "modality", "promise": "modality", "note": "endorsement"}
_RELATED: Final = {
    frozenset(pair)
    for pair in (
        *(("duty", kind) for kind in ("promise", "requests")),
        ("requests", "endorsement"),
        *(("note", kind) for kind in ("requests", "evaluation", "endorsement")),
    )
}
"""Kinds that compare; a promise compares with a request or an endorsement where it is a hope."""
_FAR = 2
"""Steps by which forms of two kinds must differ; of one kind, one is enough."""
_HOPE, _INTENTION, _ACCEPT, _DEMAND, _DONE = 4, 5, 8, 9, 9
"""The highest force of a hope and of what puts an act off; the least endorsement that a hope compares with; a
demand, and an act that is done."""
_REACH, _REACH_ZH = 60, 20
"""Signs after a form in which its object stands, and before it in which it is said who acts."""
_HEDGED, _MODIFIED = 100, 60
"""Signs between a promise or a request and what hedges it, and between what is said and its modifier."""
_AFTER, _LEAST_VERB = 8, 4
"""Words after an intention among which the act is, and letters of its verb."""
_THAT: Final = {"that", "que", "qu", "что", "чтобы"}
"""After a hope, these begin what others do."""
_CLAUSE = re.compile(r"[,;:،؛，；。.]")
_WORD = re.compile(r"[^\W_]+")
_DIRECTIONS: Final[dict[bool, Direction]] = {True: "stronger", False: "weaker"}
_NEARER: Final[frozenset[Direction]] = frozenset({"raised", "earlier", "tightened", "added"})
_FARTHER: Final[frozenset[Direction]] = frozenset({"lowered", "later", "loosened", "removed"})


class _Finding(NamedTuple):
    """What one difference says: whether the new side is stronger, and the words and the rule that show it."""

    stronger: bool
    old: Form | None
    new: Form | None
    rule: str


def find_force_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the shifts of strength; none where two sentences do not compare."""
    if not is_same_object(rewording) or count_denials(rewording.old) != count_denials(rewording.new):
        return ()
    found = tuple(
        shift
        for one in _find_all(rewording, *cancel_forms(rewording))
        for shift in rewording.shift("strength", _DIRECTIONS[one.stronger], one.old, one.new, one.rule)
    )
    return found or _find_targets(rewording)


def say_one_way(rewording: Rewording, shifts: tuple[Shift, ...]) -> bool:
    """Return whether shifts point one way, and are not modifiers of what promises or asks nothing."""
    if len({shift.direction for shift in shifts}) != 1:
        return False
    lone = (shift.rule.startswith("modifier") and not (shift.old and shift.new) for shift in shifts)
    return holds_kinds(rewording, HEADS) or not all(lone)


def _find_all(rewording: Rewording, old: Sequence[Form], new: Sequence[Form]) -> Iterator[_Finding]:
    heads = [[form for form in side if form.kind in HEADS] for side in (old, new)]
    compared = [
        _pair(one, other, _FAMILIES.get(one.kind, one.kind) if one.kind == other.kind else "force")
        for one, other in zip(*heads, strict=False)
        if _compares(rewording, one, other)
    ]
    yield from compared
    yield from _find_put_off(rewording, *heads)
    quantities = [[form for form in side if form.kind == "quantity"] for side in (old, new)]
    if all(any(map(_binds, read_forms(side))) for side in (rewording.old, rewording.new)):
        for one, other in zip(*quantities, strict=False):
            if _is_same_frame(rewording, one, other):
                yield _pair(one, other, "quantity")
    yield from _find_lone(rewording, old, new, modified=bool(compared) or not any(heads))


def _binds(form: Form) -> bool:
    """Return whether a form binds somebody; what is done already binds nobody."""
    return form.kind in BINDING and form.force < _DONE


def _pair(old: Form, new: Form, family: str) -> _Finding:
    firmer, weaker = (new, old) if new.force > old.force else (old, new)
    return _Finding(new.force > old.force, old, new, f"{family}: {firmer.term} > {weaker.term} ({OURS})")


def _alone(form: Form, *, is_new: bool, stronger: bool) -> _Finding:
    old, new = (None, form) if is_new else (form, None)
    return _Finding(stronger, old, new, f"{form.kind}: {form.term} ({OURS})")


def _compares(rewording: Rewording, one: Form, other: Form) -> bool:
    """Return whether two forms differ in force, by every published ladder too, and say it of one thing."""
    if one.kind == other.kind == "duty" and one.term.endswith(" not") != other.term.endswith(" not"):
        return False
    apart, kinds = abs(one.force - other.force), {one.kind, other.kind}
    if len(kinds) == 1:
        compares = apart > 0
    elif "promise" in kinds and kinds & {"requests", "endorsement"}:
        hope, other = sorted((one, other), key=lambda form: form.kind != "promise")
        compares = apart >= _FAR and hope.force <= _HOPE
        compares &= other.kind == "requests" or other.force >= _ACCEPT
    else:
        compares = apart >= _FAR and frozenset(kinds) in _RELATED
        compares &= "note" not in kinds or min(one.force, other.force) == 1
        compares &= kinds != {"requests", "endorsement"} or max(one.force, other.force) == _DEMAND
    return (
        compares
        and not _is_disputed(rewording.language, one, other)
        and _is_same_frame(rewording, one, other)
    )


def _is_disputed(language: str, one: Form, other: Form) -> bool:
    """Return whether published ladders hold both forms and do not all say what the scale says."""
    steps = [
        (ladder.ranks[other.term] - ladder.ranks[one.term]) * (other.force - one.force)
        for ladder in load_ladders("strength.toml", language)
        if one.term in ladder.ranks and other.term in ladder.ranks and ladder.source != OURS
    ]
    return bool(steps) and min(steps) <= 0


def _is_same_frame(rewording: Rewording, old: Form, new: Form) -> bool:
    """Return whether what follows both forms, or who stands before a duty, has a content word in common."""
    reach = _REACH_ZH if rewording.language == "zh" else _REACH
    sides = [(blank_forms(rewording.old), old), (blank_forms(rewording.new), new)]
    before = [_CLAUSE.split(text[max(0, form.start - reach) : form.start])[-1] for text, form in sides]
    who = [list_stems(text, rewording.language) for text in before]
    met = bool(who[0] & who[1])
    if all(who) and not met:
        return False
    if (
        {old.kind, new.kind} == {"duty", "promise"}
        and not met
        and "" != _last(before[0]) != _last(before[1]) != ""
    ):
        return False
    here, there = (list_stems(text[form.end : form.end + reach], rewording.language) for text, form in sides)
    if not here or not there or here & there:
        return True
    return old.kind == new.kind == "duty" and met


def _last(text: str) -> str:
    return "".join(_WORD.findall(text.lower())[-1:])


def _find_put_off(rewording: Rewording, old: Sequence[Form], new: Sequence[Form]) -> Iterator[_Finding]:
    """Find an act that one side does and the other only intends: the verb after it stands on both sides."""
    if bool(old) == bool(new) or not keeps_nearly_all(rewording):
        return
    form, passage = (old[0], rewording.old) if old else (new[0], rewording.new)
    after = _WORD.findall(passage.text[form.end :])[:_AFTER]
    is_plan = form == read_heads(passage)[0] and form.kind in {"promise", "duty"} and form.force <= _INTENTION
    if not is_plan or not after or after[0] in _THAT:
        return
    verb = next((word for word in after if len(word) >= _LEAST_VERB), None)
    if verb and any(
        is_same_verb(verb, word, rewording.language) for word in _WORD.findall(rewording.other(passage).text)
    ):
        yield _alone(form, is_new=not old, stronger=bool(old))


def _find_lone(
    rewording: Rewording, old: Sequence[Form], new: Sequence[Form], *, modified: bool
) -> Iterator[_Finding]:
    """Find conditions, hedges of promises and requests, and modifiers of them or where all else is kept."""
    modifiers = [[form for form in side if form.kind == "modifier"] for side in (old, new)]
    nearly_all = keeps_nearly_all(rewording)
    for one, other in zip(*modifiers, strict=False):
        if one.force != other.force and (
            nearly_all or not any(map(read_heads, (rewording.old, rewording.new)))
        ):
            yield _pair(one, other, "modifier")
    dates = {
        each.text.lower() for shift in find_date_shifts(rewording) for each in (shift.old, shift.new) if each
    }
    conditioned = nearly_all or holds_kinds(rewording, BINDING)
    for is_new, passage, side in ((False, rewording.old, old), (True, rewording.new, new)):
        for form in side:
            counts = {
                "condition": conditioned,
                "hedge": _is_near(passage, form, BINDING, _HEDGED),
                "modifier": modified
                and form.term not in dates
                and _is_near(passage, form, HEADS, _MODIFIED if nearly_all else 0),
            }
            if counts.get(form.kind):
                yield _alone(form, is_new=is_new, stronger=(form.force > 0) == is_new)


def _is_near(passage: SideText, form: Form, kinds: frozenset[str], reach: int) -> bool:
    """Return whether what is promised, asked or judged stands so many signs before a form, or right after."""
    heads = [head for head in read_forms(passage) if head.kind in kinds]
    return any(0 <= form.start - head.end <= reach or 0 <= head.start - form.end <= 1 for head in heads)


def _find_targets(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the deadlines and amounts of what is promised or asked that became nearer or higher, or not."""
    if not holds_kinds(rewording, BINDING):
        return ()
    found = [shift for shift in find_date_shifts(rewording) if shift.rule.startswith("deadline")]
    if not any(form.kind == "limit" for side in (rewording.old, rewording.new) for form in read_forms(side)):
        found += [shift for shift in find_figure_shifts(rewording) if is_promised(rewording, shift)]
    if len(found) != 1 or found[0].direction not in _NEARER | _FARTHER or not keeps_nearly_all(rewording):
        return ()
    direction = _DIRECTIONS[found[0].direction in _NEARER]
    rule = f"target: {found[0].rule}"
    return (replace(found[0], axis="strength", direction=direction, rule=rule, amount=None),)
