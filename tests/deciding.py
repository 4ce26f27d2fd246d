"""What the tests of decisions share: rulings on made-up statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import quote_segments
from tracker.model.decisions import Decision, Ruling, Unit
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.decisions import Question, Verdict
    from tracker.model.texts import Version

OLD, NEW = "XAA/CCPCJ/32~prepared.en@1", "XAA/CCPCJ/33~prepared.en@1"


def link(
    old: Version,
    new: Version,
    sides: tuple[Sequence[int], Sequence[int]],
    label: str | None = "reworded",
    *,
    person: str = "Ana",
    day: int = 1,
    question: Question = "sentences",
    verdict: Verdict | None = None,
    said: str = "reworded",
) -> Ruling:
    """Return a ruling on segments of two texts, rejected where there is no label."""
    quotes = quote_segments(old, sides[0]), quote_segments(new, sides[1])
    name = f"{sides[0]}{sides[1]}"
    decision = Decision(
        person, _instant(day), question, verdict or ("relabel" if label else "reject"), label, said
    )
    return Ruling(Unit(parse_reference(OLD), parse_reference(NEW), name, *quotes), decision)


def level(
    topic: str,
    label: str,
    *,
    person: str = "Ana",
    day: int = 1,
    quoted: tuple[Version, Sequence[int]] | None = None,
    said: str = "absent",
) -> Ruling:
    """Return a ruling on a topic of the new statement."""
    quotes = quote_segments(*quoted) if quoted else ()
    decision = Decision(person, _instant(day), "level", "relabel", label, said)
    return Ruling(Unit(None, parse_reference(NEW), topic, (), quotes), decision)


def _instant(day: int) -> str:
    return f"2026-11-{day:02d}T10:00:00Z"
