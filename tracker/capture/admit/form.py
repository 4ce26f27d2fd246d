"""Forms that no statement has: entries, a timetable, questions, and words to whoever reads the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.genre import without_quotes
from tracker.capture.admit.rules import load_rules
from tracker.capture.admit.shape import count_words
from tracker.text.identity import fold

if TYPE_CHECKING:
    from tracker.capture.admit.voice import Voice
    from tracker.model.texts import Version

_WORD: Final = r"[^\W\d_]"
# "12 December:", "Friday 17:", "10:30", "3月8日". "12. We urge" is the number of a paragraph.
_DATED: Final = re.compile(
    rf"\W*(?:\d{{1,2}}(?:[:.]| ?h ?)\d{{2}}\b|(?:{_WORD}+\.?,? )?\d{{1,2}} (?:de )?{_WORD}{{3,}}"
    rf"|{_WORD}{{3,}},? \d{{1,2}}\b|(?:\d{{4}}年)?\d{{1,2}}月\d)"
)
_WHOLE_DATE: Final = re.compile(
    rf"\b\d{{1,2}}\.? (?:de )?{_WORD}{{3,}} (?:de )?\d{{4}}\b|{_WORD}{{3,}} \d{{1,2}}, \d{{4}}\b"
    r"|\d{4}年\d{1,2}月\d"
)
_SHORT: Final = 30
"""Words of a line that may be an entry with a whole date anywhere in it."""
# "Consensus. A text is ...", "Where: Room 4", "Right of reply – a turn". "Mr. President" is none.
_LABELLED: Final = re.compile(
    rf"\W*({_WORD}{{4,}}|{_WORD}+(?:[ '’-][^\W_]+){{1,3}})(?:\. |: ?|：|。| [–—] )(?=\S)"
)
_ASKING: Final = re.compile(r"[^.!。！\n?？؟]{4,160}[?？؟]")
_TIME: Final = re.compile(r"(?<![\d:])[0-2]?\d:[0-5]\d(?![\d:])")


def find_form(version: Version, voice: Voice | None) -> tuple[str, str] | None:
    """Return the kind of page that a text has the form of, with what shows it; else None."""
    if voice is None:
        return None
    lines = [line for line in map(str.strip, version.text.split("\n")) if line]
    return (
        _find_entries(lines, version.language, round(voice.speaker * voice.words))
        or _find_times(version.text)
        or _find_talk(lines, version, voice)
    )


def _find_entries(lines: list[str], language: str, spoken: int) -> tuple[str, str] | None:
    """Find lines with dates, or which open each with another term or field."""
    dated = {line for line in lines if _is_dated(line, language)}
    labels = {found[1] for line in lines if line not in dated and (found := _LABELLED.match(line))}
    bounds, number = load_rules().bounds, len(dated) + len(labels)
    if number < max(bounds.entries, bounds.entries_share * len(lines)) or number <= spoken:
        return None
    return "list", f"{number} of {len(lines)} lines have a date, or open with a term or a field"


def _is_dated(line: str, language: str) -> bool:
    return bool(_DATED.match(line) or (count_words(line, language) <= _SHORT and _WHOLE_DATE.search(line)))


def _find_times(text: str) -> tuple[str, str] | None:
    least = load_rules().bounds.times
    times = dict.fromkeys(_TIME.findall(text)) if text.count(":") >= least else ()
    if len(times) < least:
        return None
    return "programme", f"it names {len(times)} times of day ({', '.join([*times][:3])})"


def _find_talk(lines: list[str], version: Version, voice: Voice) -> tuple[str, str] | None:
    """Find questions, and words to a reader, where nobody who presides is addressed or named."""
    rules, bounds = load_rules(), load_rules().bounds
    own = without_quotes(version.text).lower()
    asking = sum(bool(_ASKING.match(line)) for line in lines)
    is_asking = asking >= max(bounds.questions, bounds.questions_share * len(lines))
    found = rules.reader[version.language].findall(own)
    familiar = rules.familiar.get(version.language)
    is_familiar = familiar is not None and len(familiar.findall(own)) >= bounds.familiar
    share = len(found) / voice.words
    is_to_readers = len(found) >= bounds.reader and share >= max(
        bounds.reader_share, bounds.reader_part * voice.speaker
    )
    if not (is_asking or is_familiar or is_to_readers):
        return None
    folded = fold(own)
    if any(each in folded for each in rules.presiding):
        return None
    if is_asking:
        return "questions", f"{asking} of {len(lines)} lines open with a question"
    shown = ", ".join(f'"{word}"' for word in dict.fromkeys(found[:4]))
    return "organisation", f"{share:.1%} of {voice.words:,} words are to a reader ({shown})"
