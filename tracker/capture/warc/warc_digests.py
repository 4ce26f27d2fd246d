"""Digests as a WARC tells them: an algorithm, and a value in hexadecimal or Base32."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(frozen=True, slots=True)
class Told:
    """A digest that was told."""

    algorithm: str
    value: bytes

    def begin(self) -> _Hash:
        """Return what computes a digest by the same algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def is_of(self, data: bytes) -> bool:
        """Tell whether it is the digest of these bytes."""
        computed = self.begin()
        computed.update(data)
        return computed.digest() == self.value


def read_digest(text: str) -> Told | None:
    """Read ``sha1:3I42H3S6…``; None for an algorithm or a writing that nobody here knows."""
    algorithm, _, written = text.partition(":")
    if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        return None
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    try:
        value = bytes.fromhex(written) if len(written) == 2 * size else base64.b32decode(written)
    except (ValueError, binascii.Error):
        return None
    return Told(algorithm, value) if len(value) == size else None
