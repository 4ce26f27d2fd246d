"""What people decided about sentences, applied: to the links first, then to the changes made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from tracker.comparing.decisions.rulings import find_quotes, place_segments
from tracker.model.changes import Evidence, Link, Operation, Shift

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tracker.model.changes import Change
    from tracker.model.decisions import Decision, Ruling
    from tracker.model.texts import Version

METHOD: Final = "judged"
"""The method of a link that a person made and the alignment did not."""

PERSON: Final = "person: "
"""What the rule of a shift begins with where a person decided."""

NO_SHIFT: Final = "none"
"""The label of an axis on which nothing has shifted."""

_OPERATIONS: Final = frozenset[str](get_args(Operation))


class PlacedDecision(NamedTuple):
    """A decision with the segments, by index, that it is about."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    decision: Decision

    @property
    def is_apart(self) -> bool:
        """Whether it says that the two sides do not correspond."""
        return self.decision.verdict == "reject"


def place_rulings(rulings: Sequence[Ruling], old: Version, new: Version) -> tuple[PlacedDecision, ...]:
    """Return the decisions whose segments both texts hold, in the order given, which is that of time.

    Where two people link one segment differently, the later decision names the earlier one.
    """
    if not rulings:
        return ()
    old_places, new_places = place_segments(old), place_segments(new)
    placed: list[PlacedDecision] = []
    for ruling in rulings:
        before = find_quotes(old_places, ruling.unit.old_quotes)
        after = find_quotes(new_places, ruling.unit.new_quotes)
        if before is not None and after is not None:
            placed.append(_note_contradicted(PlacedDecision(before, after, ruling.decision), placed))
    return tuple(placed)


def decide_links(links: Iterable[Link], placed: Sequence[PlacedDecision]) -> tuple[Link, ...]:
    """Return the links with those made that people accepted or relabelled, and those rejected taken apart.

    A later decision takes its segments out of what an earlier one, or the alignment, had linked them to.
    """
    decided = list(links)
    for each in placed:
        if each.is_apart:
            decided = [link for link in decided if not _shares(link, each, both=True)]
        else:
            decided = _force(decided, each)
    return tuple(sorted(decided, key=lambda link: (link.new, link.old)))


def mark_changes(
    changes: Iterable[Change], placed: Sequence[PlacedDecision], old: Version, new: Version
) -> tuple[Change, ...]:
    """Return the changes as people labelled them, each with the decisions about it."""
    return tuple(_mark(change, placed, old, new) for change in changes)


def _note_contradicted(later: PlacedDecision, placed: Sequence[PlacedDecision]) -> PlacedDecision:
    against = [
        f"{earlier.decision.person}: {earlier.decision.code}"
        for earlier in placed
        if _contradicts(later, earlier) and earlier.decision.person != later.decision.person
    ]
    noted = tuple(dict.fromkeys((*later.decision.against, *against)))
    return later._replace(decision=replace(later.decision, against=noted))


def _contradicts(later: PlacedDecision, earlier: PlacedDecision) -> bool:
    """Whether two decisions on different groups of segments cannot both hold."""
    if (later.old, later.new) == (earlier.old, earlier.new):
        return False
    if later.is_apart or earlier.is_apart:
        return later.is_apart != earlier.is_apart and _shares(later, earlier, both=True)
    return _shares(later, earlier, both=False)


def _shares(one: PlacedDecision | Link, other: PlacedDecision, *, both: bool) -> bool:
    shared = [bool(set(one.old) & set(other.old)), bool(set(one.new) & set(other.new))]
    return all(shared) if both else any(shared)


def _force(links: Iterable[Link], each: PlacedDecision) -> list[Link]:
    kept: list[Link] = []
    forced = Link(each.old, each.new, 1.0, METHOD)
    for link in links:
        if (link.old, link.new) == (each.old, each.new):
            forced = link
            continue
        rest = replace(link, old=_without(link.old, each.old), new=_without(link.new, each.new))
        if rest.old and rest.new:
            kept.append(rest)
    return [*kept, forced] if forced.old and forced.new else kept


def _without(indexes: Sequence[int], taken: Collection[int]) -> tuple[int, ...]:
    return tuple(index for index in indexes if index not in taken)


def _mark(change: Change, placed: Sequence[PlacedDecision], old: Version, new: Version) -> Change:
    for each in placed:
        if _is_about(each, change):
            change = replace(change, decided=(*change.decided, each.decision))
            if each.decision.label in _OPERATIONS:
                change = replace(change, operation=each.decision.label)  # type: ignore[arg-type]
            elif each.decision.question != "sentences":
                change = replace(change, shifts=_decide_shifts(change, each.decision, old, new))
    return change


def _is_about(each: PlacedDecision, change: Change) -> bool:
    if (each.old, each.new) == (change.old, change.new):
        return not each.is_apart
    is_left_over = not (change.old and change.new)
    return (
        each.is_apart
        and is_left_over
        and set(change.old) <= set(each.old)
        and set(change.new) <= set(each.new)
    )


def _decide_shifts(change: Change, decision: Decision, old: Version, new: Version) -> tuple[Shift, ...]:
    """Return the shifts with one axis as a person sees it; the words that had been found on it stay."""
    others = tuple(shift for shift in change.shifts if shift.axis != decision.question)
    if decision.label == NO_SHIFT:
        return others
    found = next((shift for shift in change.shifts if shift.axis == decision.question), None)
    before = found.old if found else _whole(old, change.old)
    after = found.new if found else _whole(new, change.new)
    rule = f"{PERSON}{decision.person}"
    return (*others, Shift(decision.question, decision.label, before, after, rule))  # type: ignore[arg-type]


def _whole(version: Version, indexes: Sequence[int]) -> Evidence | None:
    if not indexes:
        return None
    text = version.segments[indexes[0]].text
    return Evidence(indexes[0], 0, len(text), text)
