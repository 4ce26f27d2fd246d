"""How much a request asks of another, on McMahon's scale: ``grade_request``, ``compare_grades``."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracker.comparing.passages.rewording import content_words, share_content
from tracker.comparing.passages.terms import cut_terms, find_terms, load_terms, load_values, read_rules
from tracker.comparing.shifts.ladders import strip_modifiers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tracker.comparing.passages.rewording import Rewording, SideText
    from tracker.model.changes import Shift


GRADES = (1, 2, 3, 4, 5)
NEAR = 8
"""Words from the verb on that are read; more of them measured worse."""

_FILE = "requests.toml"
_LEARNED = "request_grades.toml"
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_TABLE_CERTAINTY = 0.85
"""Certainty of a verb graded by hand; about that of the learned table's commonest verbs."""
_ADDRESSEE = 20
"""Words between the verb of asking and what is asked."""
_CLAUSE_SHARE = 0.7
_ISE = re.compile(r"(?<=[aeglmnrstvy]i)s(?=(?:e|es|ed|ing|ation)$)")
MANNER = {"en": "ly", "fr": "ment", "es": "mente"}
_LONG = 6
"""Letters beyond which these endings make an adverb: ``apply`` and ``supply`` are verbs."""
_INFLECTED = ("s", "ing")
_SAME_OBJECT = 0.5
"""Share of content words after the verb by which two requests are about one thing."""
_GRADE_NAMES = ("minimal action", "continuing", "considering", "general action", "specific action")


class Grade(NamedTuple):
    """A grade from 1 to 5 and the words it rests on, by their offsets into the text."""

    grade: int
    start: int
    end: int
    chances: tuple[float, ...]
    """How likely each grade is, 1 first."""


class GradeWeights(NamedTuple):
    """Log-odds of the five grades for each cue, the words known to open a request, and the least certainty.

    Below the least certainty no direction is given.
    """

    bias: tuple[float, ...]
    cues: Mapping[str, tuple[float, ...]]
    verbs: frozenset[str]
    least_certainty: float


class Word(NamedTuple):
    """A word in lower case, and where it stands in its text."""

    text: str
    start: int
    end: int


def grade_request(text: str, language: str = "en", weights: GradeWeights | None = None) -> Grade | None:
    """Return how much a text asks of another, or nothing where it asks nothing that the tables know.

    1 is minimal action or support asked, 2 continuing, 3 considering, 4 general and 5 specific action:
    the scale of McMahon 2012. A text asks where it begins with the bare verb or says that it asks
    (``we urge all States to ratify``). English has learned weights; French and Spanish a table of verbs.
    """
    words = read_words(text)
    if language == "en":
        weights = weights or load_grade_weights()
        start = _find_verb(text, words, language, weights.verbs | _first_words(language))
        if start is not None and words[start].text in weights.verbs:
            return _grade_by_weights(words[start:], weights)
    else:
        start = _find_verb(text, words, language, _first_words(language))
    return None if start is None else _grade_by_table(words[start:], language)


def compare_grades(
    old: Grade, new: Grade, least: float | None = None
) -> Literal["same", "stronger", "weaker"] | None:
    """Return which asks more, or nothing where that is less certain than the tables demand."""
    same = sum(a * b for a, b in zip(old.chances, new.chances, strict=True))
    stronger = sum(old.chances[i - 1] * new.chances[j - 1] for i in GRADES for j in GRADES if j > i)
    least = load_grade_weights().least_certainty if least is None else least
    options: tuple[tuple[float, Literal["same", "stronger", "weaker"]], ...] = (
        (same, "same"),
        (stronger, "stronger"),
        (1 - same - stronger, "weaker"),
    )
    certainty, answer = max(options, key=lambda option: option[0])
    return answer if round(certainty, 4) >= least else None


@cache
def load_grade_weights() -> GradeWeights:
    """Return the shipped weights, as ``tests/benchmarks/fit_strength.py`` wrote them."""
    table = read_rules(_LEARNED)
    cues = {
        f"{place} {words}": tuple(odds) for place in ("first", "near") for words, odds in table[place].items()
    }
    return GradeWeights(tuple(table["bias"]), cues, frozenset(table["verbs"]), table["least_certainty"])


def read_words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in lower case, with their offsets into it."""
    return tuple(
        # One spelling for the verbs that are written with -ise and -ize.
        Word(_ISE.sub("z", match[0].lower().replace("’", "'")), match.start(), match.end())
        for match in _WORD.finditer(text)
    )


def _find_verb(text: str, words: Sequence[Word], language: str, verbs: Collection[str]) -> int | None:
    """Return the index of the word that says what is asked: a bare verb, else what is asked of whom."""
    start = skip_opening(text, words, language)
    # What looks like a bare verb may be a subject: "progress has been made".
    after = words[start + 1].text if start + 1 < len(words) else ""
    bare = start < len(words) and words[start].text in verbs
    if bare and after not in load_terms(_FILE, "finite", language) and not _reports_asking(text, language):
        return start
    return _find_asked(text, words, language, verbs)


def _reports_asking(text: str, language: str) -> bool:
    """Return whether a text begins as resolutions do: ``urges all States to``, not ``urge``."""
    found = find_terms(text, load_terms(_FILE, "asking", language))
    opens = bool(found) and not text[: found[0].start].strip()
    return opens and found[0].term.split()[0].endswith(_INFLECTED)


def _find_asked(text: str, words: Sequence[Word], language: str, verbs: Collection[str]) -> int | None:
    links = load_terms(_FILE, "asking_links", language)
    for opening in find_terms(text, load_terms(_FILE, "asking", language)):
        first = bisect_left(words, opening.end, key=attrgetter("start"))
        linked = opening.term.endswith(" that")
        for index in range(first, min(first + _ADDRESSEE, len(words))):
            linked = linked or words[index].text in links
            place = _skip_adverbs(words, index, language)
            if linked and place < len(words) and words[place].text in verbs:
                return place
    return None


def skip_opening(text: str, words: Sequence[Word], language: str) -> int:
    """Return the index of the word behind a leading clause and adverbs: the verb, where a request has one."""
    return _skip_adverbs(words, _skip_clause(text, words, language), language)


def _skip_clause(text: str, words: Sequence[Word], language: str) -> int:
    if not words or words[0].text not in load_terms(_FILE, "leading_clause", language):
        return 0
    comma = text.find(", ")
    if comma < 0 or comma >= _CLAUSE_SHARE * len(text):
        return 0
    return next((index for index, word in enumerate(words) if word.start > comma), 0)


def _skip_adverbs(words: Sequence[Word], start: int, language: str) -> int:
    """Return where the words begin that decide; ``further its efforts`` begins with its verb."""
    adverbs, speakers = (load_terms(_FILE, table, language) for table in ("before_verb", "speakers"))
    at = start
    while at < len(words) - 1 and (words[at].text in adverbs or _is_manner(words[at].text, language)):
        at += 1
    return start if at < len(words) and words[at].text in speakers else at


def _is_manner(word: str, language: str) -> bool:
    return len(word) > _LONG and word.endswith(MANNER.get(language, "\0"))


def name_cues(words: Sequence[str]) -> tuple[str, ...]:
    """Return the cues of a request from its verb on: its first words, and the words near them."""
    first = [f"first {' '.join(words[:size])}" for size in (1, 2, 3) if size <= len(words)]
    return (*first, *(f"near {word}" for word in dict.fromkeys(words[1:NEAR])))


def _grade_by_weights(words: Sequence[Word], weights: GradeWeights) -> Grade:
    cues = name_cues([word.text for word in words])
    chances = weigh_cues(cues, weights)
    grade = max(GRADES, key=lambda number: chances[number - 1])
    met = (len(cue.split()) - 1 for cue in cues if cue in weights.cues and cue.startswith("first "))
    links = {*load_terms(_FILE, "speakers", "en"), *load_terms(_FILE, "links", "en")}
    size = max(met, default=1)
    while size > 1 and words[size - 1].text in links:
        size -= 1
    return _cite(words[:size], grade, chances)


def weigh_cues(cues: Sequence[str], weights: GradeWeights) -> tuple[float, ...]:
    """Return how likely each grade is."""
    odds = list(weights.bias)
    for row in (weights.cues[cue] for cue in cues if cue in weights.cues):
        odds = [sum(pair) for pair in zip(odds, row, strict=True)]
    highest = max(odds)
    shares = [math.exp(value - highest) for value in odds]
    return tuple(share / sum(shares) for share in shares)


def _grade_by_table(words: Sequence[Word], language: str) -> Grade | None:
    graded = load_values(_FILE, "grades", language)
    spoken = [word.text for word in words]
    for size in range(min(len(words), 4), 0, -1):
        grade = graded.get(" ".join(spoken[:size]))
        if grade:
            rest = (1 - _TABLE_CERTAINTY) / (len(GRADES) - 1)
            chances = tuple(_TABLE_CERTAINTY if number == int(grade) else rest for number in GRADES)
            return _cite(words[:size], int(grade), chances)
    return None


def _first_words(language: str) -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in load_values(_FILE, "grades", language))


def _cite(words: Sequence[Word], grade: int, chances: tuple[float, ...]) -> Grade:
    start, end = words[0].start, words[-1].end
    return Grade(grade, start, end, chances)


def find_ask_shifts(rewording: Rewording, *, edited: bool = True) -> tuple[Shift, ...]:
    """Return which side asks more; nothing where addressee or object differ.

    ``edited`` asks for an edit that touched the words on which the grades rest.
    """
    old, new = (grade_request(side.text, rewording.language) for side in (rewording.old, rewording.new))
    if not old or not new or old.grade == new.grade:
        return ()
    direction = compare_grades(old, new)
    if direction in {None, "same"} or (direction == "stronger") != (new.grade > old.grade):
        return ()
    places = rewording.substitutions
    if edited and not any(place.old.overlaps(old) or place.new.overlaps(new) for place in places):
        return ()
    before, after, language = rewording.old, rewording.new, rewording.language
    alike = share_content(before.text[old.end :], after.text[new.end :], language) >= _SAME_OBJECT
    if not alike or _find_addressee(before, old) != _find_addressee(after, new):
        return ()
    more, less = sorted((old.grade, new.grade), reverse=True)
    rule = f"request: {_GRADE_NAMES[more - 1]} ({more}) > {_GRADE_NAMES[less - 1]} ({less}) (McMahon 2012)"
    return rewording.shift("strength", "stronger" if new.grade > old.grade else "weaker", old, new, rule)


def _find_addressee(passage: SideText, grade: Grade) -> frozenset[str]:
    """Return who is asked, as stems: what precedes the verb, without the words of asking."""
    text = strip_modifiers(passage.text[: grade.start], passage.language)
    asking = load_terms(_FILE, "asking", passage.language)
    return content_words(cut_terms(text, asking, " "), passage.language)
