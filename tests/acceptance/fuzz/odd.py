"""Values where others are expected, and JSON into which they are put."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

ODD: Final[tuple[object, ...]] = (
    None, True, 0, -1, 2**31, 2**63, 2**70, -(2**63), 0.5, 1e300, float("inf"), float("nan"), "", "a", "é",
    "\x00", "\u202e", "1", "-1", "../x", "9" * 400, "2024-02-30", "2024-05-20T10:00:00Z", "[]",
    "[[0, 1, 0, 1]]", "[[1]]", "{}", "\ud800", [], {}, [[]], {"": 0}, "XAA", "GBR/UNGA/79", "en", "prepared",
    "x' OR 1", '"', "a" * 20_000, "https://a.org/1", "=1+1", "\n", {"base64": "AAE="},
)  # fmt: skip
"""Values where others are expected."""


def change_json(random: Random, content: object) -> None:
    """Put odd values, or those of other places, into what JSON holds, at one to three places; in place."""
    for _ in range(random.randint(1, 3)):
        holders = [value for value in _walk(content) if isinstance(value, dict | list) and value]
        if not holders:
            return
        holder = random.choice(holders)
        key = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
        match random.randrange(8):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[random.choice(["", "id", "text", "x", 'a" b', str(key).upper()])] = holder.pop(key)
            case 1 | 2 if isinstance(holder, list):
                holder.insert(key, holder[key])
            case 3:
                other = random.choice(_walk(content)[:500]) if random.randrange(2) else {"a": holder[key]}
                holder[key] = deepcopy(other)
            case _:
                holder[key] = deepcopy(random.choice(ODD))


def _walk(content: object) -> list[object]:
    """Return a value and all those in it."""
    found = [content]
    for value in found:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        found.extend(inner)
        if len(found) > 5000:
            break
    return found
