"""What may be said of two passages on one topic that are not the same sentence: ``counterpart_shifts``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.comparing.passages.rewording import Rewording, read_passage, share_content
from tracker.comparing.shifts.requests import find_ask_shifts

if TYPE_CHECKING:
    from tracker.model.changes import Shift
    from tracker.model.texts import Version
    from tracker.model.topics import Counterpart

_SAME_COMMITMENT = 0.6
"""Share of content words of the shorter passage by which two dates belong to one commitment."""
_SAME_SUBJECT = 0.4
"""As above, by which figures may belong to one undertaking; ``100 billion of climate finance`` by all
and 11 by one state share a topic and no more."""


def counterpart_shifts(old: Version, new: Version, counterpart: Counterpart) -> tuple[Shift, ...]:
    """Return figures of one unit and object, dates of one commitment and requests of one addressee.

    Passages on one topic are not the same sentence: nothing is said of modality, names, scope or
    negation, and nothing where more than one figure or date could be meant, or between languages. Each
    rule begins with ``counterpart``.
    """
    if old.language != new.language:
        return ()
    before, after = old.segments[counterpart.old], new.segments[counterpart.new]
    rewording = Rewording(read_passage([before], old.language), read_passage([after], new.language))
    alike = share_content(rewording.old.text, rewording.new.text, rewording.language)
    found = list(find_ask_shifts(rewording, edited=False))
    if alike >= _SAME_SUBJECT:
        # Of few pairs, and 9 ms to load what reads figures and dates.
        from tracker.comparing.shifts import undertakings  # noqa: PLC0415

        found += undertakings.compare_objects(rewording)
        if alike >= _SAME_COMMITMENT:
            found += undertakings.compare_only_deadlines(rewording)
    return tuple(replace(shift, rule=f"counterpart; {shift.rule}") for shift in found)
