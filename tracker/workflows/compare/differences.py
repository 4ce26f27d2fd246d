"""What differs between a comparison as it was written and as it is computed again, value by value."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from tracker.model.reproduced import Difference
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.model.reproduced import Part

    Fields = dict[str, Any]

_SIDES: Final = ("old", "new")
_BASIS: Final = ("schema_version", "provenance")
_KEYS: Final = {
    "changes": ("id",),
    "topics": ("topic",),
    "counterparts": ("topic",),
    "phrases": ("status", "phrase"),
    "names": ("status", "name"),
    "levels": ("topic", "side"),
}
"""What tells the rows of a list from each other; those of others are told by their place."""


def check_texts(written: Fields) -> Iterator[Difference]:
    """Yield a text that is not the one whose digest the file gives: somebody changed it."""
    for side in _SIDES:
        told, found = written["provenance"].get(f"{side}_text"), digest_text(written[side]["version"]["text"])
        if told != found:
            yield Difference("text", (side, "sha256 of the text in the file"), told, found)


def compare_files(then: Fields, now: Fields) -> Iterator[Difference]:
    """Yield what differs, what the comparison rests on first."""
    names = list(dict.fromkeys(chain(_BASIS, then, now)))
    for name in names:
        part: Part = "basis" if name in _BASIS else "text" if name in _SIDES else "finding"
        yield from _compare_values(then.get(name), now.get(name), part, (name,))


def _compare_values(then: object, now: object, part: Part, place: tuple[str, ...]) -> Iterator[Difference]:
    if _write(then) == _write(now):
        return
    if isinstance(then, list) and isinstance(now, list):
        then, now = _name_rows(then, place[-1]), _name_rows(now, place[-1])
    if isinstance(then, dict) and isinstance(now, dict):
        for name in dict.fromkeys(chain(then, now)):
            yield from _compare_values(then.get(name), now.get(name), part, (*place, name))
    else:
        yield Difference(part, place, _show(then), _show(now))


def _write(value: object) -> str:
    """Return a value as text: in Python true is 1, and 1 is 1.0."""
    return json.dumps(value, sort_keys=True)


def _name_rows(rows: list[Any], name: str) -> Mapping[str, object]:
    """Return rows by what tells them apart, counted where several are called the same, or by their place."""
    keys = _KEYS.get(name)
    if keys is None or not all(isinstance(row, dict) for row in rows):
        return {str(place): row for place, row in enumerate(rows, 1)}
    met: Counter[str] = Counter()
    named = {}
    for row in rows:
        called = " ".join(str(row.get(key)) for key in keys)
        met[called] += 1
        named[f"{called} ({met[called]})" if met[called] > 1 else called] = row
    return named


def _show(value: object) -> str | None:
    return (
        None if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    )
