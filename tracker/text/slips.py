"""Full stops that recognition made of commas, and the words that tell that a sentence opens or ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.text.lines import is_salutation

if TYPE_CHECKING:
    from tracker.text.word_tables import Stops

FIRST_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LEADING = re.compile(r"\s*([^\s,]+)")
_INITIAL = re.compile(r"[^\W\d_]\.")
_NAME = r"(?:[A-Z][\w’'-]+ (?:of |and )?){0,3}[A-Z][\w’'-]+"
_ONE_OF_ROW, _LAST_OF_ROW = re.compile(rf"{_NAME}\.\s"), re.compile(rf"\. {_NAME}\Z")
_NEXT_NUMBER = re.compile(r"\d{1,4}(?:\. \d| and \d)")
"""One more of a row of numbers: Goals 1. 7. 12 and 13."""
_LONGEST_NAME = 80
LONGEST_MARKER = 20
"""Characters before the stop of a list's marker, ``10.11.12.13``, or of a part's, ``Chapter XVIII``."""
_LONGER_THAN_ANY = 9
"""A word of so many letters is no abbreviation: the longest in the tables has eight."""
_FEW_WORDS = 3
"""Words without a verb that are one of a row, or an adverb: Malta. Portugal. Currently. Velmora."""
_MOST_LEADING_WORDS = 6
"""Words that say when or where before a name: In 1960. Velmora became independent."""
_LONGEST_LEAD = 120
_SHORTEST_BEFORE_COMMA = 25
_WHOM = {"me", "us", "him", "her", "them"}
_LED = re.compile(r"[a-z]{3}\. [A-Z]")
"""What a piece holds that one leads already."""
# Its full stop first: the search is forty times as fast as with the letters before it.
_SLIP = re.compile(r"\.(?<=[a-z]{3}\.)(?<!\betc\.)(?<!para\.) [a-z]{2}")


class Habits(NamedTuple):
    """What the marks of a text mean that may mean two things."""

    pauses: bool = False
    """Whether ellipses mark pauses and end nothing."""
    slips: bool = False
    """Whether recognition often read a comma as a full stop."""


NO_HABITS = Habits()


def reads_commas_as_stops(text: str) -> bool:
    """Say whether full stops before small letters are so many, two, that they stand before large ones too."""
    first = _SLIP.search(text)
    # No letter counts for both.
    return first is not None and _SLIP.search(text, first.end() + 3) is not None


def has_no_case(text: str) -> bool:
    """Say whether a text begins with a letter of a script without capitals."""
    return text[0].isalpha() and text[0].lower() == text[0].upper()


def ends_plainly(piece: str, stops: Stops) -> bool:
    """Say whether a piece, or its last ``LONGEST_MARKER`` characters, ends in a word that nobody abbreviates.

    Nine in ten do, and the rules for the others take ten times as long.
    """
    if len(piece) >= _LONGER_THAN_ANY and piece[-_LONGER_THAN_ANY:].isalpha():
        return True
    word = piece.rpartition(" ")[2]
    is_known = len(word) == 1 or word in stops.abbreviated
    return len(piece) == LONGEST_MARKER and word.isalpha() and not is_known


def opens_sentence(after: str, stops: Stops) -> bool:
    """Say whether a word follows that hardly stands inside a sentence, or is of a script without capitals."""
    if has_no_case(after):
        return True
    first = FIRST_WORD.match(after)
    opens = first is not None and (first.group() in stops.openers or first.group() in stops.starters)
    return opens and not _INITIAL.match(after)


def is_comma(piece: str, after: str, stops: Stops, *, slips: bool) -> bool:
    """Say whether the full stop between a piece and what follows is a comma read wrongly.

    It is where the piece only says when, where or in what regard. In a text of many ``slips`` it is also
    between the names of a row, and behind a clause that waits for another.
    """
    if slips and _is_in_row(piece, after, stops):
        return True
    if len(piece) >= _LONGEST_LEAD or not (slips or _leading_word(piece) in stops.leading_in):
        return False
    if _LED.search(piece):
        return False
    words = piece.lower().split()
    if " ".join(words) in stops.connecting:
        return True
    if not _says_when(piece.lower(), stops) and not (slips and _waits(piece.lower(), stops)):
        return False
    short = (slips or len(words) <= _MOST_LEADING_WORDS) and not has_no_case(after)
    return after.startswith("I ") or after[0].isdigit() or (short and not opens_sentence(after, stops))


def is_stop(before: str, stops: Stops) -> bool:
    """Say whether a comma may be a full stop read wrongly: not after a salutation or ``said``."""
    if len(before) < _SHORTEST_BEFORE_COMMA or is_salutation(before + ","):
        return False
    return before.rsplit(None, 1)[-1].lower() not in stops.introducing


def introduces(piece: str, following: str, stops: Stops) -> bool:
    """Say whether a piece only introduces what is said behind it: they asked me. “Who?”."""
    words = [word for word in piece.lower().split()[-2:] if word not in _WHOM]
    return bool(words) and following.strip()[:1] in {"“", '"', "«"} and words[-1] in stops.introducing


def _is_in_row(piece: str, after: str, stops: Stops) -> bool:
    """Say whether what follows is one more of a row, or who holds an office: his predecessor. Mr. Kutesa."""
    if piece[-1:].isdigit() and _NEXT_NUMBER.match(after):
        return True
    if after.startswith(tuple(stops.holders)):
        return piece.rpartition(" ")[2].lower() in stops.offices
    in_row = _ONE_OF_ROW.match(after) or _LAST_OF_ROW.search(piece, max(0, len(piece) - _LONGEST_NAME))
    return in_row is not None and not opens_sentence(after, stops)


def _leading_word(piece: str) -> str:
    match = _LEADING.match(piece)
    return match[1].lower() if match else ""


def _says_when(piece: str, stops: Stops) -> bool:
    parts = [part.split() for part in piece.split(",")]
    return all(words and words[0] in stops.adverbials for words in parts) and not _has_clause(piece, stops)


def _waits(piece: str, stops: Stops) -> bool:
    """Say whether a piece is a few words, or a clause that waits for another: when I spoke here last year."""
    words, others = piece.split(), piece.split(",")[1:]
    if len(words) <= _FEW_WORDS:
        return not _has_clause(piece, stops)
    return words[0] in stops.subordinating and not any(_has_clause(other, stops) for other in others)


def _has_clause(piece: str, stops: Stops) -> bool:
    return not stops.clauses.isdisjoint(piece.split())
