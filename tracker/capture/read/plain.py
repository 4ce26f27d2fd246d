"""Decoding text: by byte order mark, as UTF-8, as declared, or else with the most likely encoding."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

from tracker.errors import DocumentUnreadable

_MARKS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = (
    "cp1252", "latin-1", "cp1251", "gb18030", "big5", "iso-8859-6", "cp1256", "koi8-r", "iso-8859-5",
    "mac-roman",
)  # fmt: skip
_NAMES = {codecs.lookup(name).name.replace("-", "_"): name for name in _LEGACY}
_DECLARABLE = re.compile(
    r"(?:x-)?(?:utf-?(?:8|16|32)|iso-?|latin|windows|cp|koi8|gb|big5|euc|shift|sjis|mac|us-ascii)",
    re.IGNORECASE,
)
"""Others are unsafe: ``punycode`` takes quadratic time, ``unicode_escape`` rewrites text."""
_WIDE = re.compile(r"utf[-_]?(?:16|32)", re.IGNORECASE)
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_ASCII = bytes(range(0x80))
# Characters at each end that are examined; a share of one in a hundred is certain with far fewer.
_SAMPLE = 100_000
_UNTEXTUAL = 0.01
"""The largest share of control characters: random bytes as Latin-1 have a quarter, statements nearly none."""
_UNTEXTUAL_UTF8 = 0.2
"""The share for valid UTF-8, which is rarely chance: a short text may have many escapes."""


_BINARY = "this is binary data, not text; give the statement as text, HTML, PDF or DOCX"


class Decoded(NamedTuple):
    """A text and the encoding that gave it: ``data.decode(encoding, errors) == text``."""

    text: str
    encoding: str
    errors: str = "strict"

    @property
    def label(self) -> str:
        """The encoding as an extractor's configuration names it."""
        return self.encoding if self.errors == "strict" else f"{self.encoding} {self.errors}"


def decode(data: bytes, declared: tuple[str, ...] = ()) -> Decoded:
    """Return the text of bytes, and their encoding.

    A byte order mark has precedence; then valid UTF-8 beyond ASCII, which is rarely chance; then the
    ``declared`` encodings in their order, where they fit; then a guess. ``text`` is exactly
    ``data.decode(encoding, errors)``, without a byte order mark, which the encodings ``utf-8-sig``,
    ``utf-16`` and ``utf-32`` remove. UTF-8 with a few broken bytes is still UTF-8, with ``errors``
    ``replace``. Raises ``DocumentUnreadable`` for bytes that are no text.
    """
    decoded = decode_surely(data, declared) or _check(_decode_legacy(data))
    if decoded is None:
        raise DocumentUnreadable(_BINARY)
    return decoded


def decode_surely(data: bytes, declared: tuple[str, ...] = ()) -> Decoded | None:
    """Return what ``decode`` returns, in time that grows with the bytes; None where it would guess.

    Raises ``DocumentUnreadable`` for bytes that are no text.
    """
    return _check(
        _decode_marked(data) or _decode_declared(data, declared) or _decode_wide(data) or _decode_utf8(data)
    )


def read_charset(content_type: str | None) -> tuple[str, ...]:
    """Return the encoding that a ``Content-Type`` of HTTP declares, if it does."""
    found = _CHARSET.search(content_type or "")
    return (found[1],) if found else ()


def decode_marked(data: bytes) -> str | None:
    """Return the text of bytes that begin with a byte order mark, without broken parts."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "ignore")
    return None


def require_text(text: str) -> None:
    """Raise ``DocumentUnreadable`` for a text without a letter or a digit in it."""
    if not any(char.isalnum() for char in text):
        raise DocumentUnreadable("there is no text in it; check that the right file was saved")


def _check(decoded: Decoded | None) -> Decoded | None:
    certain = decoded is not None and decoded[1:] == ("utf-8", "strict")
    if decoded and not _is_textual(decoded.text, _UNTEXTUAL_UTF8 if certain else _UNTEXTUAL):
        raise DocumentUnreadable(_BINARY)
    return decoded


def _decode_marked(data: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            for errors in ("strict", "replace"):
                try:
                    return Decoded(data.decode(encoding, errors), encoding, errors)
                except UnicodeError:
                    continue
    return None


def _decode_declared(data: bytes, declared: tuple[str, ...]) -> Decoded | None:
    if not declared or (not data.isascii() and _decode_as(data, "utf-8")):
        return None
    held = (_decode_as(data, encoding) for encoding in declared if _is_declarable(encoding, data))
    return next((decoded for decoded in held if decoded), None)


def _is_declarable(encoding: str, data: bytes) -> bool:
    """Tell whether a declaration may be true; UTF-16 and UTF-32 have zeros, at least in line breaks."""
    return bool(_DECLARABLE.match(encoding)) and (b"\0" in data or not _WIDE.match(encoding))


def _decode_as(data: bytes, encoding: str) -> Decoded | None:
    """Return the text in a declared encoding, or None where it does not fit."""
    try:
        name = codecs.lookup(encoding).name
        text = data.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        return None
    # Browsers read Latin-1 as Windows-1252, and pages rely on it.
    if name == "iso8859-1":
        return _decode_as(data, "cp1252") or Decoded(text, "latin-1")
    return Decoded(text, name) if isinstance(text, str) and _is_textual(text) else None


def _decode_wide(data: bytes) -> Decoded | None:
    """Read UTF-16 without a mark: in any script, line breaks and blanks have a zero as every other byte."""
    if b"\0" not in data[:4096]:
        return None
    little, big = data[1:4096:2].count(0), data[0:4096:2].count(0)
    encoding = "utf-16-le" if little > big else "utf-16-be"
    decoded = _decode_as(data, encoding)
    return decoded if decoded and max(little, big) > 10 * min(little, big) else None


def _decode_utf8(data: bytes) -> Decoded | None:
    """Read UTF-8, also broken UTF-8 where nine in ten of the bytes beyond ASCII are valid."""
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    beyond = len(data.translate(None, _ASCII))
    lost = text.count("\N{REPLACEMENT CHARACTER}")
    return Decoded(text, "utf-8", "replace") if lost * 10 < beyond else None


def _decode_legacy(data: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=list(_NAMES), enable_fallback=False).best()
    names = [_NAMES[best.encoding]] if best and best.encoding in _NAMES else []
    for name in (*names, "cp1252", "latin-1"):
        try:
            return Decoded(data.decode(name), name)
        except UnicodeDecodeError:
            continue
    return None


def _is_textual(text: str, limit: float = _UNTEXTUAL) -> bool:
    """Tell whether nearly all characters occur in texts."""
    sample = text if len(text) <= 2 * _SAMPLE else text[:_SAMPLE] + text[-_SAMPLE:]
    strange = sum(sample.count(char) for char in set(sample) if _is_strange(char))
    return strange <= limit * len(sample)


def _is_strange(char: str) -> bool:
    return not char.isprintable() and not char.isspace() and unicodedata.category(char) != "Cf"
