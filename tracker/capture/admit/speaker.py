"""The speaker of a text: the countries that it names, and the one that it says speaks; and its session."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.names import find_mentions, is_former, is_group, speaker_codes
from tracker.capture.admit.rules import load_rules
from tracker.references import country_name, read_session
from tracker.references.session_words import read_session_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.model.texts import Reference

# Characters before a name in which a cue is looked for: the longest cues with their fillers.
_BEFORE = 140
_SENTENCE_END: Final = re.compile(r"(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bmrs)[.!?;。！？]\s|\n")
_SYMBOL: Final = re.compile(r"\bA/(\d{2})/")
_YEAR: Final = re.compile(r"(?<![\d/.,-])(?:19[4-9]\d|20[0-4]\d)(?!\d|[.,]\d)")
_YEARS_OFF: Final = (2, 3)
_CHINESE: Final = {char: value for value, char in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True)
class CountryMentions:
    """How often a text names countries and groups, by code, and which of them it says are speaking."""

    named: Counter[str]
    speaking: Counter[str]


def count_countries(titles: Iterable[str], text: str) -> CountryMentions:
    """Count the countries that a text and its titles name, and those named as the one that speaks."""
    named: Counter[str] = Counter()
    speaking: Counter[str] = Counter()
    perhaps: Counter[str] = Counter()
    rules = load_rules()
    for part in (*titles, text):
        low = part.lower()
        for mention in find_mentions(part):
            named.update(mention.codes)
            before = _read_before(low, mention.start)
            if rules.speaking.search(before):
                speaking.update(mention.codes)
            elif rules.speaking_perhaps.search(before) or rules.speaking_after.match(low, mention.end):
                perhaps.update(mention.codes)
    speaking.update({code: n for code, n in perhaps.items() if named[code] > 1})
    return CountryMentions(named, speaking)


def find_other_country(reference: Reference, naming: CountryMentions, words: int) -> str:
    """Return what shows that the speaker is another country than that of a reference; else an empty string.

    Either the text says that another country speaks, never its own, and seldom names its own; or it names
    another so often, and its own so seldom, as no statement of its own does. The latter is used for long
    statements and not for items, which may be about one country. Made-up countries are not checked.
    """
    own = speaker_codes(reference.country)
    if not own or any(naming.speaking[code] for code in own):
        return ""
    bounds = load_rules().bounds
    mine = max(naming.named[code] for code in own)
    others = {
        code: n
        for code, n in naming.named.items()
        if code not in own and not is_group(code) and not is_former(code)
    }
    speaker = _most({code: others[code] for code in others if naming.speaking[code]})
    if speaker and mine <= bounds.own_share_of_speaker * others[speaker]:
        own_name = country_name(reference.country)
        return f"it speaks for {country_name(speaker)} and names {own_name} {_times(mine)}"
    most = _most(others)
    is_long = words >= bounds.countries_from_words and reference.item is None
    if most and is_long and others[most] >= bounds.named_often and mine <= bounds.own_share * others[most]:
        named = f"it names {country_name(most)} {_times(others[most])}"
        return f"{named} and {country_name(reference.country)} {_times(mine)}"
    return ""


def find_other_session(reference: Reference, titles: Iterable[str], text: str, *, is_first: bool) -> str:
    """Return what shows that a text belongs to another session than a reference; else an empty string.

    It names another in a title or in the text, and never its own; a first capture has to name it several
    times, since a statement may name no session but one of which it speaks. Only sessions with a plain number
    are checked.
    """
    label = reference.session or ""
    if not label.isdigit():
        return ""
    number = int(label)
    titled, named = _read_sessions("\n".join(titles)), _read_sessions(text)
    if titled[number] or named[number]:
        return ""
    bounds = load_rules().bounds
    near = Counter({other: n for other, n in named.items() if abs(other - number) <= bounds.sessions_apart})
    for counts, is_said_once in ((titled, True), (near, not is_first)):
        most = max(counts, key=lambda other: (counts[other], other), default=None)
        if most is None:
            continue
        often = bounds.session_before_named if most == number - 1 else bounds.sessions_named
        if counts[most] >= (1 if is_said_once else often) or _is_of_its_year(reference, most, text):
            return f"it names session {most} {_times(counts[most])} and session {number} never"
    return ""


def _is_of_its_year(reference: Reference, other: int, text: str) -> bool:
    """Tell whether a text names the year of another session, two or three off, and none of its own.

    The session before is named by most, and sessions further off on anniversaries.
    """
    own, year = (_year(reference.body, str(label)) for label in (reference.session, other))
    if not own or not year or abs(own - year) not in _YEARS_OFF:
        return False
    named = {int(found) for found in _YEAR.findall(text)}
    between = range(year + 1, own + 2) if year < own else range(own - 1, own + 1)
    return year in named and named.isdisjoint(between)


def _year(body: str, label: str) -> int | None:
    session = read_session(body, label)
    return session.year if session else None


def _read_before(low: str, start: int) -> str:
    """Return what stands before a name in its sentence."""
    return _SENTENCE_END.split(low[max(0, start - _BEFORE) : start])[-1]


def _read_sessions(text: str) -> Counter[int]:
    low = text.lower()
    found = [match[1] for pattern in load_rules().sessions for match in pattern.finditer(low)]
    numbers = [number for number in map(_read_number, found) if number]
    return Counter([*numbers, *(int(match[1]) for match in _SYMBOL.finditer(text))])


def _read_number(text: str) -> int | None:
    if text[0] in _CHINESE or text[0] == "十":
        tens, _, units = text.partition("十")
        if "十" not in text:
            return _CHINESE.get(text)
        return 10 * _CHINESE.get(tens, 1) + _CHINESE.get(units, 0)
    reading = read_session_words(f"{text} session")
    return reading.number if reading else None


def _most(counts: Mapping[str, int]) -> str | None:
    return max(counts, key=lambda code: (counts[code], code), default=None)


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")
