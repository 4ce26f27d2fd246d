"""Where sentences end inside one line of clean text."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

from tracker.text.lines import is_cut_decimal, item_marker
from tracker.text.slips import (
    FIRST_WORD,
    LONGEST_MARKER,
    NO_HABITS,
    Habits,
    ends_plainly,
    has_no_case,
    introduces,
    is_comma,
    is_stop,
    opens_sentence,
)
from tracker.text.word_tables import read_stops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.text.word_tables import Stops

_CLOSERS = r"(?:[ ]?»|[\"'”’»)\]」』》）›*])*"
# What a record puts in brackets behind a sentence and belongs to it: (A/60/PV.6, p. 17), [Ibid.]
_SOURCE = (
    r"[ ]?[\[(](?:(?i:see|cf\.?|voir|véase|см\.)[ ])?"
    r"(?:(?i:ibid|op\. ?cit|official records|documents?[ ]|docs?\.)|(?:[A-Z]{1,5}/){1,4}\S{0,60}\d"
    r"|(?i:paras?|pp?|arts?|sect|chap)\.[ ]?\d|(?:[\w-]+[ ]){0,3}(?i:resolution|article)s?[ ]\d"
    r"|\d{1,4}(?:st|nd|rd|th)[ ](?:plenary[ ])?meeting)"
    r"[^\[\]()]{0,150}(?:\([^()]{0,40}\)[^\[\]()]{0,80}){0,2}[\])]\.?"
)
_RAISED = r"[¹²³⁰⁴-⁹]{1,3}|[\[［]\d{1,3}[\]］]"
"""The mark of a note that is no plain digit."""
# One class of marks first, then what may follow each: only marks are looked at closely.
_CANDIDATE = (
    r"[.!?…؟۔‽⁇⁈⁉。！？,•](?:"
    rf"(?<=[。！？])(?P<wide>[。！？]*{_CLOSERS})"
    # The number of a note, but not of what is counted: 矿井关闭。2山谷, 我们来了。2个国家
    rf"(?P<mark>{_RAISED}|\d{{1,2}}(?!%c|\d)(?=[\u4e00-\u9fff]))?"
    r"|(?<=[a-zа-я)\]”\"'’0-9],)(?P<comma>)(?= (?:%s) [a-z])"
    r"|(?<=[;:.,!?] •)(?P<bullet>)(?= )"
    # I read as a number: in 2015.1 am glad.
    r"|(?P<pronoun>(?<=\d\.)(?=1 (?:am|%p) ))"
    r"|(?<=[^,。！？•])(?P<stop>(?:[ ]?[.!?…؟]){0,60})"
    rf"(?P<close>{_CLOSERS})(?P<note>(?<=[^\s.][.!?])\d{{1,2}}|(?<=[.!?][\"”’»)])\d{{1,2}}|{_RAISED})?"
    rf"(?P<source>{_SOURCE})?(?=\s|$)"
    # A blank lost after a full stop: final.Next
    r"|(?:(?<=[a-zà-ÿа-яё]{2}[.!?])|(?<=[a-z][)%][.!?])|(?<=[0-9]{3}[.!?]))(?P<tight>[”»]?)"
    r"(?=[“«]?[A-ZÀ-ÞА-Я][a-zà-ÿа-яё]|I )"
    r"|(?P<unspaced>(?<=[\u0621-\u064a]{2}[.!؟])(?=[\u0621-\u064a]{2})"
    r"|(?<=[\u4e00-\u9fff][.!?])[!?]{0,8}(?=[“「]?[\u4e00-\u9fff]))"
    r")"
)
_OPENERS = " \t\"'“”‘’«»([{¿¡—–-*„‚「『《"
# Here too one class first.
_ENCLOSED = re.compile(
    r"[“\"«「『„(\[（](?:(?<=“)[^“”]{0,400}”|(?<=\")[^\"]{0,400}\"|(?<=«)[^«»]{0,400}»|(?<=「)[^「」]*」"
    r"|(?<=『)[^『』]*』|(?<=„)[^„“”]{0,400}[“”]"
    r"|(?P<bracket>(?<=\()[^()]{0,400}\)|(?<=\[)[^\[\]]{0,400}\]|(?<=（)[^（）]*）))"
)
_LONGEST_WHOLE = 80
"""Characters of a quotation that is not cut; a longer one is a text of its own sentences."""
_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?)*[^\W\d_]")
_YEAR, _COUNT = re.compile(r"(?:19|20)\d\d"), re.compile(r"(?:19|20)\d\d|\d{1,3}(?:,\d{3})+")
_NUMBER = re.compile(r"([^\W\d_]+)[ ](?:[^\W\d]{0,3}[$€£¥])?(\d[\d.,]*)$")
"""A number, and the word before it."""
_COMMA_DECIMAL = re.compile(r"\d+,\d{1,2}")
_ROMAN = re.compile(r"(?!I (?!(?:of|and|to|or|in|is|on) )[a-z])[IVXLC]+\b")
_LETTERED = re.compile(r"(?!M\. )[A-ZА-Я](?:[),;:.\]]|$)|[A-Z]{1,5}/\S|[A-Z]{2,5}-?\d")
"""A part that is counted by letters, or a document: sect. B, doc. A/81/5, rec. WHA75.5."""
_COUNTED = re.compile(
    r"(?::\s+|：\s*)\(?[1a]$|(?:[;؛،]\s+|；\s*)(?:(?:and|or|et|y|и|و) )?\(?(?:\d{1,2}|[a-z])$"
)
"""The number of an item that stands in a sentence: 1. peace; 2. bread."""
_DAY = re.compile(r"\d{1,2} [^\W\d_]{3,} \d{4}\b")
_SYMBOL = re.compile(r"/\S{0,20}?[A-Z][A-Za-z]*$")
_NUMBERED_SYMBOL = re.compile(r"/(?:L|PV|SR|CRP|INF|WP|NGO|CONF|CN|AC|SC|C|Add|Corr|Rev|Amend)$")
_SAID = re.compile(r"[\u4e00-\u9fff]{0,6}(?:说|问|答|道|喊|指出|表示)[。，！？]")
_OF_TIME = re.compile(r"(?:[A-Z][\w-]* ){1,3}[Tt]ime\b")
_LONGEST_QUOTATION = 400
_SHORTEST_WORD = 3
"""Letters of a word with a capital that is no unit: 2010.5 Mt."""
_ENDED = re.compile(rf"(?:^|[.!?…؟۔。！？]{_CLOSERS})\s*$")


def sentence_ends(line: str, language: str, habits: Habits = NO_HABITS) -> Iterator[int]:
    """Yield the offset after each sentence of a line, the last one left out.

    A note of the record, such as "(spoke in English)", between two sentences is one by itself.
    """
    at = 0
    for start, end in _find_notes(line, language):
        yield from (at + stop for stop in _ends_between_notes(line[at:start], language, habits))
        yield from (stop for stop in (start, end) if 0 < stop < len(line))
        at = end
    yield from (at + stop for stop in _ends_between_notes(line[at:] if at else line, language, habits))


def _find_notes(line: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where a record says in brackets, between two sentences, how these were spoken."""
    if not any(mark in line for mark in "([（"):
        return
    for match in _note(language).finditer(line):
        after = line[match.end() : match.end() + 40].lstrip(_OPENERS)[:1]
        goes_on = after.islower() or (after and after in ":,;，：；،؛")
        if _ENDED.search(line[: match.start()]) and not goes_on:
            yield match.span()


def _ends_between_notes(line: str, language: str, habits: Habits) -> Iterator[int]:
    stops = read_stops(language)
    may_enclose = any(mark in line for mark in '“"«([「（『„') and line.count('"') % 2 == 0
    enclosed = [
        match.span()
        for match in (_ENCLOSED.finditer(line) if may_enclose else ())
        if match["bracket"] or (len(match[0]) <= _LONGEST_WHOLE and not _stands_alone(line, match, language))
    ]
    starts = [start for start, _ in enclosed]
    begin = 0
    for match in _candidate(language).finditer(line):
        bullet = match.lastgroup == "bullet"
        end = match.start() if bullet else match.end()
        if end >= len(line) or (enclosed and _is_inside(end, starts, enclosed)):
            continue
        if bullet or _ends(line, match, begin, stops, habits):
            yield end
            begin = end


def _stands_alone(line: str, match: re.Match[str], language: str) -> bool:
    """Say whether a quotation opens a sentence: it has sentences of its own."""
    before = line[max(0, match.start() - 3) : match.start()].rstrip()
    return language != "zh" and (not before or before[-1] in ".!?…")


def _is_inside(end: int, starts: list[int], enclosed: list[tuple[int, int]]) -> bool:
    index = bisect_left(starts, end) - 1
    return index >= 0 and end < enclosed[index][1]


def _ends(line: str, match: re.Match[str], begin: int, stops: Stops, habits: Habits) -> bool:
    decide = _DECISIONS.get(match.lastgroup or "")
    if decide:
        return decide(line, match, begin, stops)
    after = line[match.end() : match.end() + 40].lstrip(_OPENERS)
    if not after or after[0].islower() or after[0] == ".":
        return False
    stop = line[match.start() : match.end("stop")]
    if stop == ".":
        return _is_full_stop(line, match, begin, after, stops, habits)
    trails_off = stop == "…" or (not set(stop) - set(". ") and stop != "..")
    bracketed = line[match.start() - 1 : match.start()] in {"[", "("}
    return not bracketed and not (trails_off and habits.pauses)


def _is_full_stop(
    line: str, match: re.Match[str], begin: int, after: str, stops: Stops, habits: Habits
) -> bool:
    """Decide on a single full stop by the word before it and the one after."""
    dot = match.start()
    # "In 2019. we agreed", "the people. who": a comma that recognition made a stop.
    introduced = habits.slips and introduces(line[begin:dot], line[match.end() :][:2], stops)
    if introduced or is_comma(line[begin:dot], after, stops, slips=habits.slips):
        return False
    # "we agreed. The": most stops; nothing below is asked of them.
    if ends_plainly(line[max(begin, dot - LONGEST_MARKER) : dot], stops):
        return True
    # "A/81/305/Corr. 1", "A/C.3/81/L.12"
    corrects = after[0].isdigit() and _SYMBOL.search(line, begin, dot)
    if corrects or (match["note"] and _NUMBERED_SYMBOL.search(line, begin, dot)):
        return False
    # "in 2020.3 The", "section 4.1 The"
    if match["note"] and match["note"].isdecimal() and line[dot - 1].isdigit():
        return _is_noted(line[max(begin, dot - 40) : dot], after, stops)
    # "2. We agree", "Part II. Peace", "3. 5 per cent"
    counts = _is_list_number(line, begin, dot, stops) or _COUNTED.search(line, max(begin, dot - 8), dot)
    if counts or is_cut_decimal(line[begin : dot + 1], after):
        return False
    # "(as we agreed.) The", and what only the word before it tells: "Mr. King", "at 3 p.m. We"
    bracketed = ")" in match["close"] and _word_before(line, begin, dot, stops) not in stops.leading
    return bracketed or bool(match["source"]) or _ends_word(line, match, begin, after, stops)


def _ends_word(line: str, match: re.Match[str], begin: int, after: str, stops: Stops) -> bool:
    dot = match.start()
    word = _word_before(line, begin, dot, stops)
    two = line[max(begin, dot - 12) : dot].rsplit(None, 2)[-2:] or [""]  # EE. UU.
    words = {word, " ".join(two) if len(two) > 1 else ""}
    if dot - begin <= len(word) + 1:
        words.add(word[:1].lower() + word[1:])  # Проф. at the beginning is проф.
    opens = opens_sentence(after, stops)
    if words & stops.measures and two[0][-1:].isdigit() and (not has_no_case(after) or _YEAR.match(two[0])):
        return opens or bool(match["note"])  # 1961 г., but 0.4 م.
    if _is_lettered(two, stops) or (word == "no" and two[0] in stops.introducing):  # the answer is no
        return True
    if words & stops.leading or (words & stops.numbered and _opens_number(line[match.end() :][:2], after)):
        return False
    if words & stops.closing:  # at 3 p.m. New York time, at 3 p.m. 5 May 2030
        first = FIRST_WORD.match(after)
        goes_on = first is not None and first.group() in stops.hours
        return not goes_on and not _OF_TIME.match(after) and not _DAY.match(after)
    if len(word) == 1 and has_no_case(word):  # أ. ب. تارن
        return False
    return opens or not (words & stops.either or any(map(_is_initial, words)))


def _is_noted(piece: str, after: str, stops: Stops) -> bool:
    """Say whether digits behind the full stop of a number are those of a note: not where it numbers a part.

    Before a word that opens a sentence, one ends here either way; else a year or an amount must.
    """
    match = _NUMBER.search(piece)
    if match is None or {match[1].capitalize(), match[1].capitalize().removesuffix("s")} & stops.heads:
        return False
    if has_no_case(after):
        return match[1] in stops.dated and _YEAR.fullmatch(match[2]) is not None
    first = FIRST_WORD.match(after)
    is_word = first is not None and len(first.group()) >= _SHORTEST_WORD and not first.group().isupper()
    is_amount = _YEAR.fullmatch(match[2]) or _COMMA_DECIMAL.fullmatch(match[2]) or match[1] in stops.amounting
    return opens_sentence(after, stops) or (is_word and bool(is_amount))


def _is_lettered(two: list[str], stops: Stops) -> bool:
    """Say whether a letter counts and is no initial: chap. X, Group B."""
    counted = two[0].rstrip(".")
    is_part = (len(counted) > 1 and counted in stops.numbered) or counted.capitalize() in stops.heads
    return is_part and len(two[-1]) == 1


def _is_list_number(line: str, begin: int, dot: int, stops: Stops) -> bool:
    """Say whether a piece is the mark of an item or a part so far: 2., Part II."""
    if dot - begin > LONGEST_MARKER:
        return False
    opening = line[begin:dot].lstrip()
    word, _, number = opening.partition(" ")
    if word in stops.heads and (number.isdigit() or _ROMAN.fullmatch(number)):
        return True
    return item_marker(opening + line[dot : dot + 3]) > len(opening)


def _word_before(line: str, begin: int, dot: int, stops: Stops) -> str:
    # The longest entry of the tables has eleven characters; an article may precede it.
    word = _last_word(line[max(begin, dot - 24) : dot])
    if word.isupper() and word.capitalize() in stops.leading:
        return word.capitalize()
    # L'art. is art., but Int'l. is itself.
    return word if word in stops.either else word.replace("’", "'").rpartition("'")[2]


def _last_word(text: str) -> str:
    """Return the word a text ends in, without what opens it; nothing where it ends in a blank."""
    return "" if not text or text[-1].isspace() else re.split(r"[\s—]", text)[-1].lstrip(_OPENERS)


def _opens_number(following: str, after: str) -> bool:
    return (
        after[0].isdigit()
        or following.strip()[:1] in {"(", "[", "§", "№"}
        or _ROMAN.match(after) is not None
        or _LETTERED.match(after) is not None
    )


def _is_initial(word: str) -> bool:
    return (len(word) == 1 and word.isupper()) or ("." in word and _INITIALS.fullmatch(word) is not None)


def _is_wide_end(line: str, match: re.Match[str], _begin: int, _stops: Stops) -> bool:
    """Decide on a Chinese stop: not where it closes a quotation inside a sentence (「和平。」这一主题)."""
    last = line[match.end("wide") - 1]
    goes_on = line[match.end() : match.end() + 1] in set("，；：、,;:")
    if goes_on or (last in "”」』" and _SAID.match(line, match.end())):
        return False
    opens = {"」": "「", "』": "『", "”": "“"}.get(last, "\n")
    opener = line.rfind(opens, max(0, match.start() - _LONGEST_QUOTATION), match.start())
    return opener <= 0 or line[opener - 1] in "：:，,。！？ "


def _is_tight_end(line: str, match: re.Match[str], _begin: int, _stops: Stops) -> bool:
    """Decide on a full stop without a blank after it: not inside an address."""
    word = _last_word(line[max(0, match.start() - 40) : match.start()])
    plain = re.sub("[-’'()%]", "", word)
    return word != "www" and (plain.isalpha() or _COUNT.fullmatch(plain) is not None)


@cache
def _candidate(language: str) -> re.Pattern[str]:
    stops = read_stops(language)
    tables = {"%s": stops.after_comma, "%p": stops.said, "%c": stops.counters}
    pattern = _CANDIDATE
    for place, table in tables.items():
        pattern = pattern.replace(place, _any_of(table))
    return re.compile(pattern)


@cache
def _note(language: str) -> re.Pattern[str]:
    said, inside = _any_of(read_stops(language).notes), r"[^()\[\]（）]"
    word = r"(?:(?<!\w)|(?<=[\u4e00-\u9fff]))"
    return re.compile(rf"[(\[（]{inside}{{0,40}}?{word}(?:{said}){inside}{{0,80}}[)\]）]", re.IGNORECASE)


def _any_of(table: frozenset[str]) -> str:
    return "|".join(sorted(table)) or "(?!)"


_DECISIONS: dict[str, Callable[[str, re.Match[str], int, Stops], bool]] = {
    "wide": _is_wide_end,
    "mark": _is_wide_end,
    "tight": _is_tight_end,
    "unspaced": lambda *_: True,
    "comma": lambda line, match, begin, stops: is_stop(line[begin : match.start()].strip(), stops),
    "pronoun": lambda line, match, begin, stops: (
        not is_comma(line[begin : match.start()], "I ", stops, slips=False)
    ),
}
