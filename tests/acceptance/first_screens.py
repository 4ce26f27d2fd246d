"""Whether the first screen of a revision shows what a reader would name first, by the words that show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import tracker
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.report.comparison.build import build_report
from tracker.report.render.terminal import render_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN: Final = 0.6
"""The part of the words of an extract that a screen has to show."""
_RUN: Final = 3
"""Words beside each other in the text that have to stand so on the screen: fewer do not say it."""
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:[.,:]\d+)*")
_LOST = {"new": re.compile(r"\[-.*?-\]"), "old": re.compile(r"\{\+.*?\+\}")}
_MARKS = re.compile(r"\[-|-\]|\{\+|\+\}")


def show_screen(old: str, new: str, language: str | None = None) -> str:
    """Return what a terminal of 80 columns without colour shows of two versions of a text."""
    comparison = tracker.compare(old, new, language=language)
    return render_terminal(build_report(comparison, load_vocabulary()))


def is_shown(screen: str, extract: str, side: str) -> bool:
    """Return whether a screen shows so much of an extract as it stands in the ``old`` or the ``new`` text."""
    text = " ".join(line.strip() for line in screen.splitlines())
    there = set(_list_runs(_find_words(_MARKS.sub("", _LOST[side].sub("", text)))))
    wanted = _find_words(extract)
    shown = {
        at + step
        for at, run in enumerate(_list_runs(wanted))
        if run in there
        for step in range(min(_RUN, len(wanted)))
    }
    return len(shown) >= SHOWN * len(wanted)


def _find_words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _list_runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    size = min(_RUN, len(words))
    return (tuple(words[at : at + size]) for at in range(len(words) - size + 1))
