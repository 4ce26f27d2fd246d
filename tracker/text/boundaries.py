"""Where sentences end inside one line of clean text."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.text.lines import is_salutation, item_marker
from tracker.text.tables import entries_for, read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CLOSERS = r"(?:[ ]?»|[\"'”’»)\]」』》）›*])*"
# One class of marks first, then what may follow each: only marks are looked at closely.
_CANDIDATE = (
    r"[.!?…؟۔‽⁇⁈⁉。！？,•](?:"
    rf"(?<=[。！？])(?P<wide>[。！？]*{_CLOSERS})"
    r"|(?<=[a-zа-я)”\"'’0-9],)(?P<comma>)(?= (?:%s) [a-z])"
    r"|(?<=[;:.,!?] •)(?P<bullet>)(?= )"
    r"|(?<=[^,。！？•])(?P<stop>(?:[ ]?[.!?…؟]){0,60})"
    rf"(?P<close>{_CLOSERS})(?P<note>(?<=[^\W\d][.!?])\d{{1,2}}|(?<=[.!?][\"”’»)])\d{{1,2}})?(?=\s|$)"
    # A blank lost after a full stop: final.Next
    r"|(?<=[a-zà-ÿа-я]{2}[.!?])(?P<tight>)(?=[A-ZÀ-ÞА-Я][a-zà-ÿа-я]|I )"
    r")"
)
_OPENERS = " \t\"'“”‘’«»([{¿¡—–-*„‚「『《"
_ENCLOSED = re.compile(
    r"“[^“”]{0,400}”|\"[^\"]{0,400}\"|«[^«»]{0,400}»|「[^「」]*」|『[^『』]*』|„[^„“”]{0,400}[“”]"
    r"|\([^()]{0,400}\)|\[[^\[\]]{0,400}\]|（[^（）]*）"
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?)*[^\W\d_]")
_INITIAL = re.compile(r"[^\W\d_]\.")
_FIRST_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ROMAN = re.compile(r"[IVXLC]+\b")
_SHORTEST_BEFORE_COMMA = 25
_LONGEST_MARKER = 12
"""Characters before the stop of a list's marker: ``10.11.12.13`` has eleven."""
_LONGER_THAN_ANY = 9
"""A word of so many letters is no abbreviation: the longest in the tables has eight."""
_LONGEST_QUOTATION = 400


class Stops(NamedTuple):
    """The tables for one language."""

    candidate: re.Pattern[str]
    leading: frozenset[str]
    numbered: frozenset[str]
    either: frozenset[str]
    openers: frozenset[str]
    introducing: frozenset[str]


def sentence_ends(line: str, language: str, *, pauses: bool = False) -> Iterator[int]:
    """Yield the offset after each sentence of a line, the last one left out.

    ``pauses`` says that ellipses mark pauses in this text and end nothing.
    """
    stops = _stops(language)
    may_enclose = any(mark in line for mark in '“"«([「（『„') and line.count('"') % 2 == 0
    enclosed = [match.span() for match in _ENCLOSED.finditer(line)] if may_enclose else []
    starts = [start for start, _ in enclosed]
    begin = 0
    for match in stops.candidate.finditer(line):
        bullet = match.lastgroup == "bullet"
        end = match.start() if bullet else match.end()
        if end >= len(line) or (enclosed and _is_inside(end, starts, enclosed)):
            continue
        if bullet or _ends(line, match, begin, stops, pauses=pauses):
            yield end
            begin = end


def _is_inside(end: int, starts: list[int], enclosed: list[tuple[int, int]]) -> bool:
    index = bisect_right(starts, end) - 1
    return index >= 0 and end < enclosed[index][1]


def _ends(line: str, match: re.Match[str], begin: int, stops: Stops, *, pauses: bool) -> bool:
    decide = _DECISIONS.get(match.lastgroup or "")
    if decide:
        return decide(line, match, begin, stops)
    after = line[match.end() : match.end() + 40].lstrip(_OPENERS)
    if not after or after[0].islower():
        return False
    stop = line[match.start() : match.end("stop")]
    if stop == ".":
        return _is_full_stop(line, match, begin, after, stops)
    trails_off = stop == "…" or not set(stop) - set(". ")
    bracketed = line[match.start() - 1 : match.start()] in {"[", "("}
    return not bracketed and not (trails_off and pauses)


def _is_full_stop(line: str, match: re.Match[str], begin: int, after: str, stops: Stops) -> bool:
    """Decide on a single full stop by the word before it and the one after."""
    dot = match.start()
    if dot - _LONGER_THAN_ANY >= begin and line[dot - _LONGER_THAN_ANY : dot].isalpha():
        return True
    if _is_list_number(line, begin, dot):
        return False
    if ")" in match["close"]:
        return True
    two = line[max(begin, dot - 12) : dot].rsplit(None, 2)[-2:]  # EE. UU.
    words = {_word_before(line, begin, dot, stops), " ".join(two) if len(two) > 1 else ""}
    if words & stops.leading or (words & stops.numbered and _opens_number(line[match.end() :][:2], after)):
        return False
    first = _FIRST_WORD.match(after)
    opens = first is not None and first.group() in stops.openers
    if words & stops.either:
        return opens
    return not any(map(_is_initial, words)) or (opens and not _INITIAL.match(after))


def _is_list_number(line: str, begin: int, dot: int) -> bool:
    if dot - begin > _LONGEST_MARKER:
        return False
    opening = line[begin : dot + 3].lstrip()
    return item_marker(opening) >= len(line[begin:dot].lstrip()) + 1


def _word_before(line: str, begin: int, dot: int, stops: Stops) -> str:
    # The longest entry of the tables has eleven characters; an article may precede it.
    word = _last_word(line[max(begin, dot - 24) : dot])
    if word.isupper() and word.capitalize() in stops.leading:
        return word.capitalize()
    # L'art. is art., but Int'l. is itself.
    return word if word in stops.either else word.replace("’", "'").rpartition("'")[2]


def _last_word(text: str) -> str:
    """Return the word a text ends in, without what opens it; nothing where it ends in a blank."""
    return "" if not text or text[-1].isspace() else text.rsplit(None, 1)[-1].lstrip(_OPENERS)


def _opens_number(following: str, after: str) -> bool:
    return after[0].isdigit() or following.strip()[:1] in {"(", "[", "§"} or _ROMAN.match(after) is not None


def _is_initial(word: str) -> bool:
    return (len(word) == 1 and word.isupper()) or ("." in word and _INITIALS.fullmatch(word) is not None)


def _is_wide_end(line: str, match: re.Match[str], _begin: int, _stops: Stops) -> bool:
    """Decide on a Chinese stop: not where it closes a quotation inside a sentence (「和平。」这一主题)."""
    opens = {"」": "「", "』": "『", "”": "“"}.get(match.group()[-1], "\n")
    opener = line.rfind(opens, max(0, match.start() - _LONGEST_QUOTATION), match.start())
    return opener <= 0 or line[opener - 1] in "：:，,。！？ "


def _is_tight_end(line: str, match: re.Match[str], _begin: int, _stops: Stops) -> bool:
    """Decide on a full stop without a blank after it: not inside an address."""
    word = _last_word(line[max(0, match.start() - 40) : match.start()])
    return word != "www" and re.sub("[-’']", "", word).isalpha()


def _is_comma_end(line: str, match: re.Match[str], begin: int, stops: Stops) -> bool:
    """Decide on a comma that may be a full stop read wrongly: not after a salutation or ``said``."""
    before = line[begin : match.start()].strip()
    if len(before) < _SHORTEST_BEFORE_COMMA or is_salutation(before + ","):
        return False
    return before.rsplit(None, 1)[-1].lower() not in stops.introducing


@cache
def _stops(language: str) -> Stops:
    tables = read_tables("sentences")
    rows = {table: frozenset(entries_for(tables[table], language)) for table in tables}
    commas = "|".join(sorted(rows.pop("after_comma"))) or "(?!)"
    return Stops(re.compile(_CANDIDATE.replace("%s", commas)), **rows)


_DECISIONS: dict[str, Callable[[str, re.Match[str], int, Stops], bool]] = {
    "wide": _is_wide_end,
    "tight": _is_tight_end,
    "comma": _is_comma_end,
}
