"""What a text looks like before it is read: letters or wreckage, sentences or links, long or short."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.texts import Version
    from tracker.model.watching import Kept

_WRECKAGE: Final = re.compile(
    r"[ÂÃÐÑØÙâ][\x80-\xbfƒˆ˜–—‘’‚“”„†‡•…‰‹›€™ŒœŠšŽžŸ]+"  # UTF-8 read as Latin-1 or Windows-1252
    r"|[\xc0-\xff]{4,}"  # Windows-1251, Windows-1256 or GBK read as Latin-1
    r"|(?:[РС][\x80-\xbf‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџЎўЈҐЁЄЇІіґёєјЅѕї]){2,}"  # UTF-8 as Windows-1251
    r"|\b[а-яё][А-ЯЁ]{3,}"  # KOI8-R read as Windows-1251
    r"|[\ufffd\x80-\x9f\ue000-\uf8ff]+"
)
_SIGNS: Final = re.compile(r"[^\w\s]")
_MARKS: Final = re.compile(r"[.,;:!?…،؛؟。，；：！？、](?:\W|$)|[。，；：！？、]")
_RUN: Final = r"[A-Za-z0-9+/=_-]{%d,}"


def find_wreckage(text: str, current: str | None) -> str:
    """Return what shows that a text was decoded wrongly or is none; an empty string where it is well."""
    bounds = load_rules().bounds
    wrecks = _WRECKAGE.findall(text)
    share = sum(map(len, wrecks)) / max(len(text), 1)
    before = 0.0 if current is None else sum(map(len, _WRECKAGE.findall(current))) / max(len(current), 1)
    shown = ", ".join(f'"{wreck[:20]}"' for wreck in dict.fromkeys(wrecks[:3]))
    if share >= bounds.mojibake_share and share > 2 * before:
        return f"{share:.1%} of the characters are remnants of a wrong encoding: {shown}"
    if current is not None and share >= bounds.new_mojibake_share + 2 * before:
        return f"{share:.1%} of the characters are remnants of a wrong encoding, {before:.1%} before: {shown}"
    return _find_no_text(text)


def _find_no_text(text: str) -> str:
    bounds = load_rules().bounds
    letters = 1 - len(_SIGNS.findall(text)) / max(len(text), 1)
    if letters < bounds.letters_share:
        return f"only {letters:.0%} of the characters are letters, figures or blanks"
    runs = sum(len(run) for run in re.findall(_RUN % bounds.longest_run, text)) / max(len(text), 1)
    if runs >= bounds.runs_share:
        return f"{runs:.0%} of the text are runs of {bounds.longest_run} characters and more without a blank"
    return ""


def find_navigation(version: Version) -> str:
    """Return what shows that a text is a list of links, and not sentences; else an empty string."""
    bounds = load_rules().bounds
    every = in_sentences = 0
    for segment in version.segments:
        words = _count_words(segment.text, version.language)
        every += words
        marks = len(_MARKS.findall(segment.text))
        if words >= bounds.sentence_words and marks * bounds.words_a_mark >= words:
            in_sentences += words
    if every < bounds.navigation_words or in_sentences >= bounds.sentences_share * every:
        return ""
    return f"{in_sentences} of {every} words stand in sentences; the rest are headings, links and names"


def find_loss(version: Version, snapshots: Sequence[Kept], min_words: int | None) -> tuple[str, str] | None:
    """Return whether a text is too short: ``empty`` at a first capture, ``collapsed`` at later ones, and why.

    What is usual is the median of the lengths kept, or the current one where that is less, since somebody
    accepted it. How much may go follows from their spread.
    """
    bounds = load_rules().bounds
    if not snapshots:
        least = min_words if min_words is not None else bounds.min_words
        if _count_words(version.text, version.language) >= least:
            return None
        shown = f"{version.words:,} {_unit(version)}; a first capture needs {least:,} words"
        return "empty", shown
    lengths = [kept.words for kept in snapshots]
    usual = min(median(lengths), lengths[0])
    least = round(usual * (1 - _may_go(lengths)))
    if version.words >= least:
        return None
    cause = "empty" if version.words == 0 else "collapsed"
    told = f"{version.words:,} {_unit(version)}, before {lengths[0]:,}, usually {usual:,.0f}"
    return cause, f"{told}; at least {least:,} are expected"


def _may_go(lengths: Sequence[int]) -> float:
    """Return the share of the usual length that may go."""
    bounds = load_rules().bounds
    usual = median(lengths)
    spread = median(abs(length - usual) for length in lengths) / max(usual, 1)
    least = bounds.least_collapse if len(lengths) >= bounds.known_after else bounds.collapse
    return float(min(max(bounds.spreads * spread, least), bounds.most_collapse))


def _count_words(text: str, language: str) -> int:
    if language == "zh":
        return round(sum(map(str.isalnum, text)) / load_rules().bounds.chinese_characters)
    return len(text.split())


def _unit(version: Version) -> str:
    return "characters" if version.language == "zh" else "words"
