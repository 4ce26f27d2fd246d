"""What a text looks like: garbled, mere links, too short, or similar to another text."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.rules import load_rules
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.texts import Version
    from tracker.model.watching import Kept

_GARBLED: Final = re.compile(
    r"[ÂÃÐÑØÙâ][\x80-\xbfƒˆ˜–—‘’‚“”„†‡•…‰‹›€™ŒœŠšŽžŸ]+"  # UTF-8 read as Latin-1 or Windows-1252
    r"|[\xc0-\xff]{4,}"  # Windows-1251, Windows-1256 or GBK read as Latin-1
    r"|(?:[РС][\x80-\xbf‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџЎўЈҐЁЄЇІіґёєјЅѕї]){2,}"  # UTF-8 as Windows-1251
    r"|\b[а-яё][А-ЯЁ]{3,}"  # KOI8-R read as Windows-1251
    r"|[\ufffd\x80-\x9f\ue000-\uf8ff]+"
)
_OTHER: Final = "\u0370-\u06ff"  # Greek, Cyrillic, Armenian, Hebrew and Arabic
_MIXED: Final = re.compile(
    # Windows-1252 read as Windows-1251, KOI8-R or ISO-8859-6: a few letters of another script in a Latin word
    rf"[A-Za-z][{_OTHER}]{{1,3}}(?![{_OTHER}])|(?<![{_OTHER}])[{_OTHER}]{{1,3}}[A-Za-z]"
    r"|[a-z][\u3400-\u9fff\uac00-\ud7af\uff61-\uff9f]{1,2}[a-z]"  # ... as GB18030, Big5 or Shift_JIS
    r"|[a-zà-ÿ][À-ÖØ-ÞŒ‡†‚„‰·˙±³¶¿¹¼¾£§][a-zà-ÿ]"  # ... as Mac Roman; Windows-1250 as 1252
    r"|[а-яё][А-ЯЁ]"  # ISO-8859-5 read as Windows-1251
    r"|(?<=\w)[\u2500-\u259f]|[\u2500-\u259f](?=\w)"  # anything read as KOI8-R
)
"""What a typist may have written in one word, and not in one of twenty."""
_SIGNS: Final = re.compile(r"[^\w\s]")
_MARKS: Final = re.compile(r"[.,;:!?…،؛؟。，；：！？、](?:\W|$)|[。，；：！？、]")
_UNBROKEN: Final = r"[A-Za-z0-9+/=_-]{%d,}"
_IDEOGRAPHS: Final = "\u3400-\u4dbf\u4e00-\u9fff"
_WORDS: Final = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+")
# Words: shorter runs occur in unrelated texts, longer ones do not survive edits. A Chinese word has two.
_RUN, _CHINESE_RUN = 3, 6
# Fewer show no habit: the median of two is as uncertain as either.
_FEWEST_PAIRS = 3


def find_garbling(text: str, current: str | None) -> str:
    """Return what shows that a text was decoded wrongly or is no text; else an empty string."""
    return (
        _find_remnants(_GARBLED, text, current)
        or _find_remnants(_MIXED, text, current)
        or _find_no_text(text)
    )


def _find_remnants(signs: re.Pattern[str], text: str, current: str | None) -> str:
    bounds = load_rules().bounds
    remnants, share = _measure(signs, text)
    before = 0.0 if current is None else _measure(signs, current)[1]
    is_come = signs is _GARBLED and current is not None and share >= bounds.new_mojibake_share + 2 * before
    if not is_come and (share < bounds.mojibake_share or share <= 2 * before):
        return ""
    shown = ", ".join(f'"{each[:20]}"' for each in dict.fromkeys(remnants[:3]))
    told_before = f", {before:.1%} before" if is_come else ""
    return f"{share:.1%} of the characters are remnants of a wrong encoding{told_before}: {shown}"


def _measure(signs: re.Pattern[str], text: str) -> tuple[list[str], float]:
    """Return what is found, and its share of the characters."""
    # Each remnant has a character beyond ASCII, and in most languages few words have one.
    found = signs.findall(" ".join(word for word in text.split(" ") if not word.isascii()))
    return found, sum(map(len, found)) / max(len(text), 1)


def _find_no_text(text: str) -> str:
    bounds = load_rules().bounds
    letters = 1 - len(_SIGNS.findall(text)) / max(len(text), 1)
    if letters < bounds.letters_share:
        return f"only {letters:.0%} of the characters are letters, figures or blanks"
    runs = sum(len(run) for run in re.findall(_UNBROKEN % bounds.longest_run, text)) / max(len(text), 1)
    if runs >= bounds.runs_share:
        return f"{runs:.0%} of the text are runs of {bounds.longest_run} characters and more without a blank"
    return ""


def find_navigation(version: Version) -> str:
    """Return what shows that a text is a list of links without sentences; else an empty string."""
    bounds = load_rules().bounds
    every = in_sentences = 0
    for segment in version.segments:
        words = count_words(segment.text, version.language)
        every += words
        marks = len(_MARKS.findall(segment.text))
        if words >= bounds.sentence_words and marks * bounds.words_a_mark >= words:
            in_sentences += words
    if every < bounds.navigation_words or in_sentences >= bounds.sentences_share * every:
        return ""
    return f"{in_sentences} of {every} words stand in sentences; the rest are headings, links and names"


def find_loss(version: Version, snapshots: Sequence[Kept], min_words: int | None) -> tuple[str, str] | None:
    """Return the cause where a text is too short, ``empty`` or ``collapsed``, and what shows it.

    The usual length is the median of the kept ones, or the current one where that is less, since somebody
    accepted it. The loss that is allowed depends on their spread.
    """
    bounds = load_rules().bounds
    if not snapshots:
        least = min_words if min_words is not None else bounds.min_words
        if count_words(version.text, version.language) >= least:
            return None
        shown = f"{version.words:,} {_unit(version)}; a first capture needs {least:,} words"
        return "too short" if version.words else "empty", shown
    lengths = [kept.words for kept in snapshots]
    usual = min(median(lengths), lengths[0])
    least = round(usual * (1 - _allowed_loss(lengths)))
    if version.words >= least:
        return None
    cause = "empty" if version.words == 0 else "collapsed"
    lengths_told = f"{version.words:,} {_unit(version)}, before {lengths[0]:,}, usually {usual:,.0f}"
    return cause, f"{lengths_told}; at least {least:,} are expected"


def find_growth(version: Version, snapshots: Sequence[Kept]) -> str | None:
    """Return what shows that a text is far longer than all that is kept; None where it is not."""
    bounds = load_rules().bounds
    longest = max((kept.words for kept in snapshots), default=version.words)
    most = bounds.growth * max(longest, bounds.min_words)
    if version.words <= most:
        return None
    return f"{version.words:,} {_unit(version)}, before {longest:,} at most; up to {most:,} are expected"


def _allowed_loss(lengths: Sequence[int]) -> float:
    """Return the share of the usual length that may be missing."""
    bounds = load_rules().bounds
    usual = median(lengths)
    spread = median(abs(length - usual) for length in lengths) / max(usual, 1)
    least = bounds.least_collapse if len(lengths) >= bounds.known_after else bounds.collapse
    return float(min(max(bounds.spreads * spread, least), bounds.most_collapse))


def count_words(text: str, language: str) -> int:
    """Return the number of words; in Chinese by the number of characters."""
    if language == "zh":
        return round(sum(map(str.isalnum, text)) / load_rules().bounds.chinese_characters)
    return len(text.split())


def _unit(version: Version) -> str:
    return "characters" if version.language == "zh" else "words"


def measure_similarity(one: str, other: str, times: int = 1) -> float:
    """Return the share of runs of three words (six Chinese characters) that two texts have in common.

    With ``times`` the runs are so many times as long, as only the same sentences have them. It is a share
    of the shorter text's runs, from 0 to 1, with four decimals: a part of a text is similar to the whole.
    """
    first, second = _runs(one, times), _runs(other, times)
    least = min(len(first), len(second))
    return round(len(first & second) / least, 4) if least else 0.0


def learn_tolerance(snapshots: Sequence[Kept]) -> float:
    """Return the factor by which a source's thresholds of similarity are lowered, from 0 to 1.

    It depends on the similarity of successive snapshots, once there are three pairs of them; else it is 1.
    """
    bounds = load_rules().bounds
    shares = [measure_similarity(newer.text, older.text) for newer, older in pairwise(snapshots)]
    if len(shares) < _FEWEST_PAIRS:
        return 1.0
    usual = bounds.learned_part * median(shares)
    return min(1.0, max(usual, bounds.least_other_text) / bounds.other_text)


def _runs(text: str, times: int) -> set[tuple[str, ...]]:
    words = _WORDS.findall(fold(text))
    is_chinese = sum(len(word) == 1 and word >= _IDEOGRAPHS[0] for word in words) * 2 > len(words)
    size = times * (_CHINESE_RUN if is_chinese else _RUN)
    return set(zip(*(words[start:] for start in range(size)), strict=False))
