"""A comparison as JSON without its texts: what was found stays, and each text is a digest in place of it.

A digest of a word is soon guessed. So each is keyed by both whole texts: who has them can tell whether a
comparison comes out the same, and nobody else can tell a word of it.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any, Final

MARK: Final = "withheld"
"""The key that says that texts are left out."""
_SIDES: Final = ("old", "new")
_KEPT: Final = {
    *("schema_version", "country", "body", "session", "item", "kind", "language", "extractor", "media_type"),
    *("sha256", "delivered", "genre", "id", "operation", "method", "axis", "direction", "topic", "status"),
    *("likely", "level", "last", "side", "scope"),
}
"""Where a value is a name of ours, a date or a digest, and never words of a statement."""
_LEFT_OUT: Final = "terms"
"""Places of a topic's words: by a word's length and its topic the word is soon guessed."""


def withhold(written: dict[str, Any]) -> dict[str, Any]:
    """Return a comparison with a digest in place of every text; one that has none stays as it is."""
    if MARK in written:
        return written
    texts = "\0".join(written[side]["version"]["text"] for side in _SIDES)
    key = sha256(b"texts\0" + texts.encode("utf-8", "surrogatepass")).digest()

    def leave(name: str, value: object) -> object:
        if isinstance(value, dict):
            return {each: leave(each, found) for each, found in value.items()}
        if isinstance(value, list):
            return [] if name == _LEFT_OUT else [leave(name, each) for each in value]
        if isinstance(value, str) and name not in _KEPT:
            return hmac.new(key, value.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
        return value

    sides = {
        side: {name: value if name == "name" else leave(name, value) for name, value in written[side].items()}
        for side in _SIDES
    }
    closed = {name: leave(name, value) for name, value in written.items()}
    return closed | sides | {"provenance": written["provenance"], MARK: True}
