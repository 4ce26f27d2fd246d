"""What may be said of two passages on one topic that are not the same sentence: ``counterpart_shifts``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.changes.shifts.dates import compare_moments, read_moments
from tracker.changes.shifts.figures import compare_figures, read_figures
from tracker.changes.shifts.ladders import strip_modifiers
from tracker.changes.shifts.requests import compare_grades, grade_request
from tracker.changes.shifts.rewording import content_words, overlaps, read_passage, share_content
from tracker.changes.shifts.rules import find_terms, load_terms
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.changes.shifts.dates import Moment
    from tracker.changes.shifts.figures import Figure
    from tracker.changes.shifts.requests import Grade
    from tracker.changes.shifts.rewording import Passage, Rewording
    from tracker.model.texts import Version
    from tracker.model.topics import Counterpart

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


_SAME_COMMITMENT = 0.6
"""Share of content words of the shorter passage by which two dates belong to one commitment."""
_SAME_SUBJECT = 0.4
"""As above, by which figures may belong to one undertaking; ``100 billion of climate finance`` by all
and 11 by one state share a topic and no more."""
_OBJECT_WORDS = 4
_MOST_FIGURES = 200
"""Figures in one sentence beyond which none is told apart from the others."""
_CLAUSE = 1000
"""Characters that hold the eight words which tell an object."""
_SAME_FIGURE = 2
"""Content words near both figures that must be the same; one alone is too often a word like ``year``."""


def counterpart_shifts(old: Version, new: Version, counterpart: Counterpart) -> tuple[Shift, ...]:
    """Return figures of one unit and object, dates of one commitment and requests of one addressee.

    Passages on one topic are not the same sentence: nothing is said of modality, names, scope or
    negation, and nothing where more than one figure or date could be meant, or between languages. Each
    rule begins with ``counterpart``.
    """
    if old.language != new.language:
        return ()
    before = read_passage([old.segments[counterpart.old]], old.language)
    after = read_passage([new.segments[counterpart.new]], new.language)
    found = (
        *_compare_requests(before, after, new.language),
        *_compare_figures(before, after, new.language),
        *_compare_dates(before, after, new.language),
    )
    return tuple(replace(shift, rule=f"counterpart; {shift.rule}") for shift in found)


def _compare_requests(before: Passage, after: Passage, language: str) -> tuple[Shift, ...]:
    old, new = grade_request(before.text, language), grade_request(after.text, language)
    return compare_asks(before, after, old, new, language) if old and new else ()


def _compare_figures(before: Passage, after: Passage, language: str) -> Iterator[Shift]:
    if share_content(before.text, after.text, language) < _SAME_SUBJECT:
        return
    old = read_figures(before, 0, len(before.text), language)
    new = read_figures(after, 0, len(after.text), language)
    if max(len(old), len(new)) > _MOST_FIGURES:
        return
    here = [(one, _object(before, one, language)) for one in old]
    there = [(other, _object(after, other, language)) for other in new]
    for one in here:
        alike = [other for other in there if _same_thing(one, other)]
        back = [other for other in here if alike and _same_thing(other, alike[0])]
        if len(alike) == len(back) == 1:
            shift = compare_figures(before, after, one[0], alike[0][0])
            if shift:
                yield shift


def _same_thing(old: tuple[Figure, frozenset[str]], new: tuple[Figure, frozenset[str]]) -> bool:
    """Return whether two figures have one unit, and the words after them one object."""
    if old[0].unit != new[0].unit:
        return False
    one, other = old[1], new[1]
    enough = min(_SAME_FIGURE, len(one), len(other))
    return enough > 0 and len(one & other) >= enough and (enough == _SAME_FIGURE or one == other)


def _object(passage: Passage, figure: Figure, language: str) -> frozenset[str]:
    """Return the stems of the words after a figure, to the end of the clause; before it where none are."""
    clause = passage.text[figure.end : figure.end + _CLAUSE].split(".")[0].split(";")[0]
    return content_words(" ".join(clause.split()[: 2 * _OBJECT_WORDS]), language)


def _compare_dates(before: Passage, after: Passage, language: str) -> Iterator[Shift]:
    old, new = (_read_deadlines(passage, language) for passage in (before, after))
    if len(old) != 1 or len(new) != 1:
        return
    if share_content(before.text, after.text, language) >= _SAME_COMMITMENT:
        shift = compare_moments(before, after, old, new)
        if shift:
            yield shift


def _read_deadlines(passage: Passage, language: str) -> list[Moment]:
    moments = read_moments(passage, 0, len(passage.text), language)
    return [moment for moment in moments if moment.deadline_start is not None]
