"""Texts about statements that are none: a report, the beginning of one, a record of several speakers."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.pages import page_of_markup
from tracker.capture.admit.rules import load_rules
from tracker.capture.admit.speaker import find_mentions, is_group, speaker_codes
from tracker.references import country_name
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.texts import Reference, Version

_QUOTED: Final = re.compile(r"[\"“„«「][^\"“”„«»「」]{0,2000}[\"”“»」]|‘[^‘]{0,2000}?’(?!\w)")
# A turn in a record: "Mr. Rey (Brazil) (spoke in Spanish): ..."
_TURN: Final = re.compile(r"[^\n:]{0,120}?\(([^()\n]{3,60})\)[^\n:]{0,50}:")
_HEADING_WORDS: Final = 25
_LAST_LINES, _LINK_WORDS = 4, 8
# Characters of the end of a text, by which it is found in the markup.
_TAIL: Final = 30


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
