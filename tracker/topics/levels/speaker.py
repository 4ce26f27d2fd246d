"""The name by which a statement speaks of its own country, where it can be read off the statement."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from tracker.topics.levels.context import find_titles

if TYPE_CHECKING:
    from tracker.model.texts import Version

_NAME: Final = re.compile(r"\b[A-Z][\w’-]+\b")
_ALIGNS: Final = re.compile(r"\b([A-Z][\w’-]+) (?:aligns|associates) itself\b")
_SUBJECT: Final = re.compile(
    r"^\W*(?:The )?([A-Z][\w’-]+) (?:[a-z]+ly )?(?:will|has|have|is|welcomes|supports|intends|remains|"
    r"continues|proposes|believes|calls|urges|stands)\b"
)
_BODIES: Final = frozenset(
    {
        *("Assembly", "Commission", "Committee", "Conference", "Congress", "Convention", "Council", "Group"),
        *("Ministry", "Nations", "Office", "Organization", "Secretariat", "Session", "Statement", "Union"),
        *("Chair", "Minister", "President", "Secretary", "General", "National", "United"),
    }
)
_SENTENCES: Final = 2


def find_speaker(version: Version) -> tuple[str, ...]:
    """Return the names that align themselves with another statement or are, in a title, the speaker's.

    A name in a title is the speaker's when it is the subject of two sentences or more; bodies never are.
    """
    titles = " ".join(version.segments[place].text for place in find_titles(version.segments))
    subjects = Counter(match[1] for segment in version.segments if (match := _SUBJECT.match(segment.text)))
    titled = {name for name in _NAME.findall(titles) if subjects[name] >= _SENTENCES}
    aligned = {match[1] for match in _ALIGNS.finditer(version.text)}
    return tuple(sorted((titled | aligned) - _BODIES))
