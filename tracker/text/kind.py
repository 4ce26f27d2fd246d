"""Whether a text is what the speaker prepared or what the UN's verbatim reporters printed."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from tracker.text.lines import is_salutation

if TYPE_CHECKING:
    from tracker.model.texts import TextKind, Version

_SHORTEST = 1800
"""In fewer characters, some 300 words, a record has no room for its house style."""
_PREPARED = 2.0
_VERBATIM = -3.0
_NO_CEREMONY = -2.0
_END = 250
"""Characters at the end in which thanks are looked for; the longest that a sign allows take 90."""
_LOOKED_AT = 8000
"""Characters searched for style: the whole text would take half as long again and settle 35 more of 1,744."""


class Sign(NamedTuple):
    """Something that speaks for one kind: where to look for it, how, and how much it weighs."""

    name: str
    place: str
    weight: float
    pattern: re.Pattern[str] | None


def infer_kind(version: Version) -> TextKind | None:
    """Return ``prepared`` or ``verbatim`` as the wording shows, ``None`` where it does not.

    Salutations and thanks speak for the speaker's own text, which the reporters leave out; their
    house style speaks for the record. The signs' weights are in ``kind.toml``.
    """
    found = find_signs(version)
    score = sum(sign.weight for sign in found)
    if score >= _PREPARED and any(sign.place != "anywhere" for sign in found):
        return "prepared"
    styled = any(sign.weight < 0 for sign in found)
    ceremony = any(sign.place != "anywhere" for sign in found)
    if styled and len(version.text) >= _SHORTEST and score + (0 if ceremony else _NO_CEREMONY) <= _VERBATIM:
        return "verbatim"
    return None


def find_signs(version: Version) -> tuple[Sign, ...]:
    """Return the signs a version shows."""
    _, *later = version.text.split("\n")
    opens = any(is_salutation(text) or is_salutation(_opening(text)) for text in _beginning(version))
    lines = any(is_salutation(line) for line in later)
    searched = {"end": version.text[-_END:], "anywhere": version.text[:_LOOKED_AT]}
    titled = bool(version.segments) and version.segments[0].kind == "heading"
    shown = {"title": titled, "first line": opens, "later line": lines}
    return tuple(
        sign
        for sign in _signs()
        if (sign.pattern.search(searched[sign.place]) if sign.pattern else shown[sign.place])
    )


def _beginning(version: Version) -> tuple[str, ...]:
    """Return the headings at the start of a text, if any, and the first sentence."""
    end = next((n for n, segment in enumerate(version.segments) if segment.kind != "heading"), 0)
    return tuple(segment.text for segment in version.segments[: end + 1])


def _opening(line: str) -> str:
    """Return what stands before the first comma: ``Mr. President,``."""
    return line.partition(",")[0] + ","


@cache
def _signs() -> tuple[Sign, ...]:
    rows = tomllib.loads(files("tracker.text").joinpath("kind.toml").read_text("utf-8"))["signs"]
    return tuple(
        Sign(
            row["name"], row["place"], row["weight"], re.compile(row["pattern"]) if "pattern" in row else None
        )
        for row in rows
    )
