"""What a text is that is no statement of one country: a report, a record of several, a page of an office.

How much of it says who speaks shows most; then the words of such pages, and forms that no statement has:
entries, a timetable, questions, and words to whoever reads the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.pages import page_of_markup
from tracker.capture.admit.rules import load_rules
from tracker.capture.admit.shape import count_words
from tracker.capture.admit.speaker import find_mentions, is_group, speaker_codes
from tracker.capture.admit.third_person import count_acts
from tracker.capture.admit.votes import find_votes
from tracker.references import country_name
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.model.texts import Reference, TextKind, Version

SEARCHED: Final = 4_000
"""Characters in which words of offices are looked for: their pages are short, and speeches long."""
_MOST_SHOWN: Final = 4
_QUOTED: Final = re.compile(r"[\"“„«「][^\"“”„«»「」]{0,2000}[\"”“»」]|‘[^‘]{0,2000}?’(?!\w)")
# A turn in a record: "Mr. Rey (Brazil) (spoke in Spanish): ..."
_TURN: Final = re.compile(r"[^\n:]{0,120}?\(([^()\n]{3,60})\)[^\n:]{0,50}:")
_HEADING_WORDS: Final = 25
_LAST_LINES, _LINK_WORDS = 4, 8
# Characters of the end of a text, by which it is found in the markup.
_TAIL: Final = 30
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


def find_genre(version: Version, reference: Reference | None, markup: bytes = b"") -> tuple[str, str] | None:
    """Return why a text is no statement of one country, though it is about one; None where it is.

    ``markup`` is that of a web page: what follows the text there may be no part of it.
    """
    found = (
        ("report", "" if reference and reference.kind == "summary" else _find_report(version)),
        ("teaser", _find_teaser(version, markup)),
        ("several speakers", _find_other_speakers(version, reference)),
    )
    return next(((cause, said) for cause, said in found if said), None)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks in a text: shares of its words, from 0 to 1."""

    words: int
    speaker: float
    """Words of the first person, of address, and of a delegation or group in the third person."""
    is_public: bool
    """Whether it has any word of a statement, beside those of the first person, or names a country."""
    office: str
    """The kind of page that it is most like, where it has enough of that one's words; else empty."""
    office_share: float
    shown: tuple[str, ...]
    """Words of that kind, each once, in the order of the text."""

    @property
    def is_office(self) -> bool:
        """Whether it is such a page: it has more words of that kind than of a speaker."""
        return self.office_share >= max(self.speaker, load_rules().bounds.office_share)


def measure_voice(
    text: str, language: str, titles: Iterable[str] = (), kind: TextKind | None = None
) -> Voice | None:
    """Return who speaks in a text under its folded titles; None in a language that the rules do not know.

    In an edition whose ``kind`` is a summary, verbs that report what was said are a speaker's too.
    """
    rules = load_rules()
    if language not in rules.spoken:
        return None
    own, words = without_quotes(text), max(count_words(text, language), 1)
    low = own.lower()
    tables = (rules.first_person, rules.spoken, *((rules.reporting,) if kind == "summary" else ()))
    first, *others = (len(table[language].findall(low)) for table in tables)
    spoken = first + sum(others) + count_acts(own, language)
    is_public = spoken > first or _is_public(own)
    bounds, beginning = rules.bounds, fold(own[:SEARCHED])
    office, most, shown = "", 0, tuple[str, ...]()
    for rule in rules.offices:
        pattern = rule.words[language]
        named = dict.fromkeys(found for title in titles for found in pattern.findall(title))
        found = pattern.findall(beginning)
        number = len(found) + bounds.office_title * len(named)
        different = dict.fromkeys((*named, *found))
        if number > most and len(different) >= bounds.office_words:
            office, most, shown = rule.cause, number, tuple(different)
    searched = max(count_words(beginning, language), 1)
    return Voice(words, spoken / words, is_public, office, most / min(words, searched), shown)


def find_other_kind(version: Version, voice: Voice | None) -> tuple[str, str] | None:
    """Return the kind of page that a text is by its words or form, or that nobody speaks in it; else None."""
    if voice is None:
        return None
    lines = [line for line in map(str.strip, version.text.split("\n")) if line]
    votes = find_votes(without_quotes(version.text).lower(), version.language)
    return (
        (("votes", votes) if votes else None)
        or _find_silence(voice)
        or _find_entries(lines, version.language, round(voice.speaker * voice.words))
        or _find_times(version.text)
        or _find_talk(lines, version, voice)
    )


def is_clearer(old: Voice | None, new: Voice | None) -> bool:
    """Tell whether a text that may come in is clearly more of a statement than one that did."""
    if old is None or new is None:
        return False
    bounds = load_rules().bounds
    is_doubtful = old.speaker < bounds.doubtful_voice and new.speaker >= bounds.clearer_voice * old.speaker
    return not new.is_office and (old.is_office or is_doubtful)


def without_quotes(text: str) -> str:
    """Return a text without what stands between quotation marks."""
    return _QUOTED.sub(" ", text)


def _find_report(version: Version) -> str:
    """Find a text that tells what was said: it has verbs for that, and outside quotes no first person."""
    rules, own = load_rules(), without_quotes(version.text).lower()
    first, reporting = rules.first_person.get(version.language), rules.reporting.get(version.language)
    if first is None or reporting is None:
        return ""
    words, bounds = max(version.words, 1), rules.bounds
    if len(first.findall(own)) / words >= bounds.first_person:
        return ""
    verbs = reporting.findall(own)
    if len(verbs) < bounds.reporting_verbs or len(verbs) / words < bounds.reporting_share:
        return ""
    told = ", ".join(f'"{verb}"' for verb in dict.fromkeys(verbs[:4]))
    return f"it reports what was said ({told}), and hardly ever says I or we"


def _find_teaser(version: Version, markup: bytes) -> str:
    """Find a short text that a link to the rest follows, or that breaks off in dots."""
    rules = load_rules()
    if not version.segments or version.words > rules.bounds.teaser_words:
        return ""
    ends = [fold(segment.text) for segment in version.segments[-_LAST_LINES:]]
    lines = page_of_markup(markup).lines
    following = (after for line, after in pairwise(lines) if any(line.endswith(end[-_TAIL:]) for end in ends))
    for line in (*ends, *following):
        if len(line.split()) <= _LINK_WORDS and any(phrase in line for phrase in rules.read_on):
            return f'{version.words:,} words, and "{line}" at their end'
    last = ends[-1].rstrip(" ])")
    return f"{version.words:,} words that break off" if last.endswith(("…", "...")) else ""


def _find_other_speakers(version: Version, reference: Reference | None) -> str:
    own = speaker_codes(reference.country) if reference else frozenset()
    if not own:
        return ""
    others = dict.fromkeys(code for code in _turns(version) if code not in own and not is_group(code))
    if len(others) < load_rules().bounds.other_speakers:
        return ""
    return f"it is a record in which {', '.join(country_name(code) for code in others)} speak as well"


def _turns(version: Version) -> Iterator[str]:
    """Yield the countries whose turn to speak a line announces."""
    for segment in version.segments:
        text = segment.text
        turn = _TURN.match(text)
        if turn:
            named = list(find_mentions(turn[1]))
            yield from named[0].codes if len(named) == 1 else ()
        elif len(text.split()) <= _HEADING_WORDS and not text.endswith((".", ",", ";", ":")):
            is_announced = load_rules().announcing.match(text.lower())
            for mention in find_mentions(text):
                yield from mention.codes if is_announced and mention.end == len(text) else ()


def _is_public(own: str) -> bool:
    folded, rules = fold(own), load_rules()
    return any(each in folded for each in (*rules.statement, *rules.subjects)) or any(find_mentions(own))


def _find_silence(voice: Voice) -> tuple[str, str] | None:
    """Find a page of an office by its words, and a text in which nobody speaks."""
    spoken = f"{voice.speaker:.1%} say who speaks"
    if voice.is_office:
        words = ", ".join(f'"{word}"' for word in voice.shown[:_MOST_SHOWN])
        return (
            voice.office,
            f"{voice.office_share:.1%} of {voice.words:,} words are those of one ({words}), {spoken}",
        )
    if voice.speaker < load_rules().bounds.voice:
        return "no statement", f"of {voice.words:,} words {spoken}"
    if not voice.is_public:
        return (
            "no statement",
            f"{voice.words:,} words, but for I and we none of those of statements, and no country",
        )
    return None


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
