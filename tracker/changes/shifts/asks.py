"""Requests that ask more or less of the same addressee about the same object, by McMahon's scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.changes.shifts.frames import strip_modifiers
from tracker.changes.shifts.requests import compare_grades, grade_request
from tracker.changes.shifts.rewording import content_words, overlaps, share_content
from tracker.changes.shifts.rules import find_terms, load_terms
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from tracker.changes.shifts.requests import Grade
    from tracker.changes.shifts.rewording import Passage, Rewording

SAME_OBJECT = 0.5
"""Share of content words after the verb by which two requests are about one thing."""
_NAMES = ("minimal action", "continuing", "considering", "general action", "specific action")


def find_ask_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the shift of what is asked, where an edit touched the words that the grades rest on."""
    old = grade_request(rewording.old.text, rewording.language)
    new = grade_request(rewording.new.text, rewording.language)
    if not old or not new or not _is_edited(rewording, old, new):
        return ()
    return compare_asks(rewording.old, rewording.new, old, new, rewording.language)


def compare_asks(before: Passage, after: Passage, old: Grade, new: Grade, language: str) -> tuple[Shift, ...]:
    """Return which of two graded requests asks more; nothing where addressee or object differ."""
    answer = compare_grades(old, new)
    if (
        answer in {None, "same"}
        or old.grade == new.grade
        or (answer == "stronger") != (new.grade > old.grade)
    ):
        return ()
    alike = share_content(before.text[old.end :], after.text[new.end :], language) >= SAME_OBJECT
    if not alike or _addressee(before, old, language) != _addressee(after, new, language):
        return ()
    cited = before.cite(old.start, old.end), after.cite(new.start, new.end)
    if not cited[0] or not cited[1]:
        return ()
    more, less = sorted((old.grade, new.grade), reverse=True)
    rule = f"request: {_NAMES[more - 1]} ({more}) > {_NAMES[less - 1]} ({less}) (McMahon 2012)"
    return (Shift("strength", "stronger" if new.grade > old.grade else "weaker", *cited, rule),)


def _is_edited(rewording: Rewording, old: Grade, new: Grade) -> bool:
    return any(
        overlaps(old.start, old.end, place.old_start, place.old_end)
        or overlaps(new.start, new.end, place.new_start, place.new_end)
        for place in rewording.substitutions
    )


def _addressee(passage: Passage, grade: Grade, language: str) -> frozenset[str]:
    """Return who is asked, as stems: what stands before the verb, without the words of asking."""
    text = strip_modifiers(passage.text[: grade.start], language)
    for term in reversed(find_terms(text, load_terms("requests.toml", "asking", language))):
        text = text[: term.start] + " " + text[term.end :]
    return content_words(text, language)
