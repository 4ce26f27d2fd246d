"""Which lines belong together: hard wraps undone, sentences cut by a page or a blank line made whole."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from tracker.text.characters import Spelling
from tracker.text.lines import (
    BREAK,
    PAGE,
    RULE,
    TextLine,
    ends_in_ellipsis,
    ends_something,
    has_clause,
    is_cut_decimal,
    is_heading,
    is_salutation,
    item_marker,
)
from tracker.text.word_tables import all_entries, read_tables

PARAGRAPH, ITEM, SPACE = "\n\n", "\n", " "
_STOP = re.compile(r"(?<![.])[.!?](?!\.)")
_SENTENCE_ENDS = re.compile(r"(?<!\bM[rs])(?<!\bMrs)[.!?]\s+(?!(?:His|Her)\b)")
"""Behind which somebody may be addressed: not a title, and nobody of whom one only speaks."""
_FIRST_WORD = re.compile(r"\S+")
_HYPHENS = "-‐"
_HYPHENATED = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]$")
_MANY_PAUSES = 10
_WRAPPED_SHARE = 0.25
_WIDEST = 150
_FULL = 0.86
_LONGEST_WORD = 100
"""Letters searched before a hyphen; no word of the General Debate has more than 24."""
_LONG = 100


class Layout(NamedTuple):
    """The layout of a text."""

    width: int
    """Characters in a full line, 0 where lines are not hard-wrapped."""
    pauses: bool
    """Whether ellipses mark pauses and end nothing."""
    capitals: bool
    """Whether most lines are in capitals, so that these say nothing."""
    spelling: Spelling


def pauses_with_ellipses(text: str) -> bool:
    """Say whether a text marks pauses for breath with ellipses, so that they do not end sentences.

    The bounds are a judgement, drawn from speeches written one clause a line.
    """
    count = text.count("…") + text.count("...")
    return count >= _MANY_PAUSES and count * 3 >= len(_STOP.findall(text))


def read_layout(text: str, lines: list[TextLine]) -> Layout:
    """Measure the lines of a text."""
    capitals = sum(line.text.isupper() for line in lines) * 2 > len(lines)
    return Layout(_wrap_width(lines), pauses_with_ellipses(text), capitals, Spelling(text))


def _wrap_width(lines: list[TextLine]) -> int:
    runs_on = sum(
        after.text[0].islower() and not ends_something(before.text) for before, after in pairwise(lines)
    )
    lengths = sorted(len(line.text) for line in lines)
    width = lengths[len(lengths) * 9 // 10]
    return width if width <= _WIDEST and runs_on >= _WRAPPED_SHARE * (len(lines) - 1) else 0


def joint(before: TextLine, after: TextLine, layout: Layout) -> tuple[int, str]:
    """Return how many characters of ``before`` go (a hyphen), and what goes between the two lines."""
    old, new = before.text, after.text
    # A rule across the page, or "check against delivery", was between them.
    if after.gap == RULE:
        return 0, PARAGRAPH
    full = _is_full(old, new, layout)
    marker = item_marker(new)
    # "(a) To act;" is an item, but "in the year" / "1998. We" one line that ran full.
    if marker and not (full and not ends_something(old) and old[-1] not in ",;"):
        return 0, ITEM if after.gap == BREAK else PARAGRAPH
    # "We must act." / "We agree."
    if ends_something(old) and not _continues(old):
        return 0, _after_end(old, new, after.gap, layout, full=full)
    # "Mr. President" / "We must act."; and after a sentence, where the line did not run full.
    if is_salutation(old) or (new[0].isupper() and not (full and after.gap == BREAK) and _calls(old)):
        return 0, PARAGRAPH
    # "We must" / "act."
    return _after_cut(old, new, after.gap, layout, full=full)


def _calls(line: str) -> bool:
    """Say whether a line ends by addressing the audience, after a sentence."""
    ends = [match.end() for match in _SENTENCE_ENDS.finditer(line)]
    return line[-1] in ",،，" and bool(ends) and is_salutation(line[ends[-1] :])


class Joints:
    """What is between two lines of one text, found once for each two, however often the text is laid out."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, int, int, bool, bool], tuple[int, str]] = {}

    def find(self, before: TextLine, after: TextLine, layout: Layout) -> tuple[int, str]:
        """Return what ``joint`` does."""
        # Spelling is no part of the key: what it tells of, words that a hyphen cuts, is joined at once.
        key = before.text, after.text, after.gap, layout.width, layout.pauses, layout.capitals
        if key not in self._found:
            self._found[key] = joint(before, after, layout)
        return self._found[key]


def _after_end(old: str, new: str, gap: int, layout: Layout, *, full: bool) -> str:
    # "We must act..." / "and we will": the speaker only paused.
    if ends_in_ellipsis(old) and (layout.pauses or new[0].islower()):
        return SPACE
    # "of all nations." / "and of their people": a comma read as a stop; "3." / "5 per cent": a decimal.
    if (new[0].islower() and _runs_on(old, new, gap)) or (gap == BREAK and is_cut_decimal(old, new)):
        return SPACE
    return SPACE if full and gap == BREAK else PARAGRAPH


def _runs_on(old: str, new: str, gap: int) -> bool:
    """Say whether a line in lower case goes on after this one although a mark ends it.

    A full stop is then a comma read wrongly, and what a colon announces no list of clauses.
    """
    return (old[-1] == "." and len(old) > _LONG) or (old[-1] == ":" and gap == BREAK and new[-1] != ";")


def _after_cut(old: str, new: str, gap: int, layout: Layout, *, full: bool) -> tuple[int, str]:
    # "of the Assembly," / "Recalling its resolution": the next clause of a resolution.
    if old[-1] in ",،" and _opens_clause(new if gap == BREAK else new[0].upper() + new[1:]):
        return 0, PARAGRAPH
    # "multi-" / "lateral", "short-" / "and long-term"
    hyphenated = old[-1] in _HYPHENS and _HYPHENATED.search(old, max(len(old) - _LONGEST_WORD, 0))
    if hyphenated and new[0].isalnum():
        return _join_hyphenated(hyphenated.group(1), new, layout)
    # What goes on in small letters, fills its line, is a figure, or is left open by a comma or a bracket.
    if new[0].islower() or full or layout.capitals or _continues(old) or (new[0].isdigit() and new.isdigit()):
        return 0, SPACE
    if old[-1] in ",-–—(«“" or new[0] in "),;.":
        return 0, SPACE
    # "The rule of law" / "Every State", both in large letters: a title, unless a page ended between them.
    if is_heading(old) and gap != PAGE:
        return 0, PARAGRAPH
    # Left are two lines that a blank line, a page or nothing parts: "We thank the" / "Secretary-General".
    unended = gap == PAGE or len(old) > _LONG or has_clause(old)
    first = _FIRST_WORD.match(new)
    opens = first is not None and first.group() in all_entries("sentences", "openers")
    return 0, SPACE if unended and not opens and not is_salutation(new) else PARAGRAPH


def _opens_clause(new: str) -> bool:
    """Say whether a line opens a clause of a resolution, each of which has a line: Recalling, Requests."""
    first = _FIRST_WORD.match(new)
    return first is not None and first.group().rstrip(",") in all_entries("lines", "resolution")


def _join_hyphenated(first: str, new: str, layout: Layout) -> tuple[int, str]:
    match = re.match(r"[^\W\d_]+", new)
    second = match.group() if match else ""
    if not second or second[0].isupper():
        return 0, ""
    if second in read_tables("lines")["hyphenated"]["hanging"]:
        return 0, SPACE
    return (0, "") if layout.spelling.keeps_hyphen(first, second) else (1, "")


def _is_full(old: str, new: str, layout: Layout) -> bool:
    """Say whether the next line's first word would not have fitted on this one."""
    if not layout.width:
        return False
    first = _FIRST_WORD.match(new)
    return len(old) + 1 + (first.end() if first else 0) >= layout.width * _FULL + 4


def _continues(old: str) -> bool:
    return old.rsplit(None, 1)[-1].lower() in all_entries("lines", "continuing")
