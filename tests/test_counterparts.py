"""What is said of passages on one topic that are not the same sentence, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.comparisons import version
from tracker.comparing.shifts.counterparts import counterpart_shifts
from tracker.model.topics import Counterpart

if TYPE_CHECKING:
    from tracker.model.changes import Shift


def compare(old: str, new: str, language: str = "en") -> tuple[Shift, ...]:
    sides = version([old], language=language), version([new], language=language)
    return counterpart_shifts(*sides, Counterpart("forests", 0, 0))


@pytest.mark.parametrize(
    ("old", "new", "rule", "direction", "amount"),
    [
        (
            "My Government gave 5 million euros to the Forest Fund of the region.",
            "This year we gave 8 million euros to the Forest Fund, and our region is glad of it.",
            "counterpart; money",
            "raised",
            "+3 million euros (+60%)",
        ),
        (
            "Our forests will be protected by law before 2030.",
            "By 2035, every one of our forests will be protected by law.",
            "counterpart; deadline",
            "later",
            "+5 years",
        ),
        (
            "We urge all States to ratify the Forest Treaty.",
            "We invite all States to consider ratifying the Forest Treaty.",
            "counterpart; request: specific action (5) > considering (3) (McMahon 2012)",
            "weaker",
            None,
        ),
    ],
)
def test_claims_that_make_sense(old: str, new: str, rule: str, direction: str, amount: str | None) -> None:
    (shift,) = compare(old, new)
    assert (shift.rule, shift.direction, shift.amount) == (rule, direction, amount)
    assert shift.old is not None
    assert shift.new is not None
    assert (old[shift.old.start : shift.old.end], new[shift.new.start : shift.new.end]) == (
        shift.old.text,
        shift.new.text,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # another unit, another object
        ("We gave 5 million euros to the Forest Fund.", "We gave 40 per cent to the Forest Fund."),
        ("We gave 5 million euros to the Forest Fund.", "We gave 8 million euros to rural schools."),
        # by all, and by one
        (
            "Rich nations must deliver on the $100 billion of climate finance they promised in the north.",
            "We welcome the neighbour's announcement of $11 billion of climate finance for islands.",
        ),
        # two dates, and no telling which
        ("We will plant by 2025 and harvest by 2030.", "We will plant and harvest by 2035."),
        # another addressee
        ("We urge Alandia to ratify the Treaty.", "We urge Belandia to consider ratifying the Treaty."),
        # modality, names and scope say nothing across two sentences
        ("We will protect all our forests.", "Most forests may be protected, hopes the Forest Council."),
    ],
)
def test_abstains(old: str, new: str) -> None:
    assert compare(old, new) == ()


def test_two_languages_do_not_compare() -> None:
    sides = version(["By 2030."], language="en"), version(["By 2035."], language="fr")
    assert counterpart_shifts(*sides, Counterpart("forests", 0, 0)) == ()
