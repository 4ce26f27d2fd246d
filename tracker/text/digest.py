"""Digests by which texts and documents are addressed."""

from __future__ import annotations

from hashlib import sha256


def digest_text(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal; lone surrogates are kept apart."""
    return digest_bytes(text.encode("utf-8", "surrogatepass"))


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return sha256(data).hexdigest()
