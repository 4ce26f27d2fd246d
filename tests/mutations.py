"""JSON with one thing wrong: each key and value at every depth taken out, twice, or of another type."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    Place = tuple[str | int, ...]

_OTHER: Final[tuple[object, ...]] = (
    None, True, False, 0, -1, 1.5, 2**31, 10**30, -(10**400), 1e308, "", "7", "x" * 5000, "\ud800",
    "\x1b[31m", [], {}, [[]], [None], {"": {}}, {"text": "a"},
)  # fmt: skip
_RAW: Final = ("NaN", "-Infinity", "1e999", "[" * 40 + "]" * 40, "[" * 2000 + "]" * 2000, '{"a": 1, "a": 2}')
"""What no value in Python is written as."""
_MARK: Final = "\N{PLACE OF INTEREST SIGN}"
_TWICE: Final = f"{_MARK}twice"


def list_places(value: object, place: Place = ()) -> Iterator[Place]:
    """Yield where each value is that another one holds, by names and places in lists."""
    inside: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        inside = iter(value.items())
    elif isinstance(value, list):
        inside = iter(enumerate(value))
    for name, each in inside:
        yield (*place, name)
        yield from list_places(each, (*place, name))


def mutate(value: object, place: Place, random: Random) -> bytes:
    """Return a value as JSON in which what is at a place is wrong in one way of many."""
    changed = deepcopy(value)
    holder: Any = changed
    for name in place[:-1]:
        holder = holder[name]
    last: Any = place[-1]
    raw = ""
    match random.choice(("delete", "duplicate", "retype", "retype", "retype", "raw", "rename")):
        case "delete":
            del holder[last]
        case "duplicate" if isinstance(holder, list):
            holder.insert(last, deepcopy(holder[last]))
        case "duplicate":
            holder[f"{last}{_TWICE}"] = deepcopy(holder[last])
        case "rename" if isinstance(holder, dict):
            holder[f"{last}x"] = holder.pop(last)
        case "raw":
            raw, holder[last] = random.choice(_RAW), _MARK
        case _:
            holder[last] = deepcopy(random.choice(_OTHER))
    text = json.dumps(changed, ensure_ascii=True)
    mark = json.dumps(_MARK)
    return text.replace(mark, raw or mark).replace(json.dumps(_TWICE)[1:-1], "").encode()


def mutate_somewhere(value: object, random: Random) -> bytes:
    """Return a value as JSON with something wrong, as often near the root as far from it."""
    places = list(list_places(value))
    depth = random.choice(sorted({len(place) for place in places}))
    return mutate(value, random.choice([place for place in places if len(place) == depth]), random)
