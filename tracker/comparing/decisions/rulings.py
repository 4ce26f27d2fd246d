"""Human decisions: which ones count, and how segments are quoted so that they are found again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.text.identity import fold_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.decisions import Opinion, Quote, Ruling
    from tracker.model.texts import Reference, Version

Places = dict[tuple[str, int], int]
"""The index of a segment, by its folded words and its occurrence among those."""


def quote_segments(version: Version, indexes: Sequence[int]) -> tuple[Quote, ...]:
    """Return the quotes of some segments of a version, in the order given."""
    from tracker.model.decisions import Quote  # noqa: PLC0415 (3 ms where nothing was decided)

    names = {index: name for name, index in place_segments(version).items()}
    return tuple(Quote(version.segments[index].text, names[index][1]) for index in indexes)


def place_segments(version: Version) -> Places:
    """Return where each segment of a version is found by ``find_quotes``."""
    seen: Counter[str] = Counter()
    places: Places = {}
    for index, segment in enumerate(version.segments):
        folded = fold_sentence(segment.text)
        seen[folded] += 1
        places[folded, seen[folded]] = index
    return places


def find_quotes(places: Mapping[tuple[str, int], int], quotes: Sequence[Quote]) -> tuple[int, ...] | None:
    """Return the indexes of quoted segments; None where the text lacks one of them.

    Case, blanks, quotes and dashes make no difference.
    """
    found = [places.get((fold_sentence(quote.text), quote.occurrence)) for quote in quotes]
    indexes = tuple(index for index in found if index is not None)
    return indexes if len(indexes) == len(found) else None


QuestionKey = tuple[str, str, str]
"""The statements compared, what is judged, and the question about it."""


class Decided(NamedTuple):
    """The rulings that count for two statements, in the order of time: on changes, on the topics of each.

    Beside them what second readers answered, which is evidence.
    """

    changes: tuple[Ruling, ...] = ()
    old: tuple[Ruling, ...] = ()
    new: tuple[Ruling, ...] = ()
    opinions: tuple[Opinion, ...] = ()


UNDECIDED = Decided()


def settle_rulings(rulings: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """Return, for each unit and question, the latest ruling, with what others last decided against it.

    A later decision of the same person takes the place of the earlier one. Rulings of one instant count
    in the order given; the answer is in the order in which they were decided.
    """
    settled = [_against(last_words) for last_words in last_rulings(rulings).values()]
    return tuple(sorted(settled, key=_instant))


def last_rulings(rulings: Iterable[Ruling]) -> dict[QuestionKey, tuple[Ruling, ...]]:
    """Return, for each unit and question, the last ruling of each person, the latest of all last.

    Who withdrew it has none.
    """
    people: dict[QuestionKey, dict[str, Ruling]] = {}
    for ruling in sorted(rulings, key=_instant):
        # What was decided last comes last, among questions as well as among people.
        asked = question_key(ruling)
        said = people.pop(asked, {})
        said.pop(ruling.decision.person, None)
        if ruling.decision.verdict != "withdraw":
            said[ruling.decision.person] = ruling
        people[asked] = said
    return {asked: tuple(said.values()) for asked, said in people.items() if said}


def select_changes(rulings: Iterable[Ruling], old: Reference, new: Reference) -> tuple[Ruling, ...]:
    """Return the rulings on changes between two statements, whichever editions of them were compared."""
    return tuple(
        ruling
        for ruling in rulings
        if ruling.unit.old and is_statement(ruling.unit.old, old) and is_statement(ruling.unit.new, new)
    )


def select_levels(rulings: Iterable[Ruling], statement: Reference) -> tuple[Ruling, ...]:
    """Return the rulings on the topics of a statement."""
    return tuple(
        ruling for ruling in rulings if ruling.unit.old is None and is_statement(ruling.unit.new, statement)
    )


def is_statement(one: Reference, other: Reference) -> bool:
    """Tell whether two references name the same statement, whatever its edition and snapshot."""
    return name_statement(one) == name_statement(other)


@lru_cache(maxsize=4096)
def name_statement(reference: Reference) -> Reference:
    """Return the reference of the statement alone, without edition and snapshot."""
    return reference.statement


def question_key(ruling: Ruling) -> QuestionKey:
    """Return what tells a unit and question from all others; the edition and snapshot do not."""
    unit = ruling.unit
    statements = (str(name_statement(side)) for side in (unit.old, unit.new) if side)
    return " ".join(statements), unit.name, ruling.decision.question


def _against(last_words: Sequence[Ruling]) -> Ruling:
    *others, latest = last_words
    differing = tuple(
        f"{other.decision.person}: {other.decision.code}"
        for other in others
        if other.decision.code != latest.decision.code
    )
    return replace(latest, decision=replace(latest.decision, against=differing))


def _instant(ruling: Ruling) -> str:
    return ruling.decision.decided
