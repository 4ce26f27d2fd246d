"""Decoding text as browsers do (WHATWG Encoding): by mark, as declared, or else with the likeliest encoding.

In two things bytes are believed before a declaration, where browsers would show what nobody wrote: valid
UTF-8 beyond ASCII is UTF-8, and a declared encoding in which a tenth of the bytes beyond ASCII is broken does
not count.
"""

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
_STANDARD = {"gbk": "gb18030", "x-user-defined": "cp1252"}
"""Codecs for encodings of the standard, where Python's own of that name is another."""
_PYTHON = frozenset({
    "big5hkscs", "cp874", "cp932", "cp949", "euc_jp", "iso2022_jp", "latin-1", "mac-cyrillic", "mac-roman",
})  # fmt: skip
"""Names of codecs that extractors' names have, and that are no labels of the standard."""
_UNGUESSED = frozenset({"replacement", "x-user-defined", "iso-8859-8-i", "utf-8", "utf-16be", "utf-16le"})
_ESCAPES = (b"\x1b$B", b"\x1b$@")
"""With these ISO-2022-JP, which is all ASCII, begins to be Japanese."""
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARED = (
    re.compile(rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE),
    re.compile(rb"""\A\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE),
)
"""Of the two ways to declare an encoding, an element counts before XML's declaration."""
# Bytes in which a page declares its encoding: four times what the HTML standard allows.
_HEAD = 4096
_ASCII = bytes(range(0x80))
_PLAIN = bytes(code for code in _ASCII if chr(code).isprintable() or chr(code).isspace())
# Characters at each end that are examined; a share of one in a hundred is certain with far fewer.
_SAMPLE = 100_000
_UNTEXTUAL = 0.01
"""The largest share of control characters: random bytes as Latin-1 have a quarter, statements nearly none."""
_UNTEXTUAL_UTF8 = 0.2
"""The share for valid UTF-8, which is rarely chance: a short text may have many escapes."""


GIVE_TEXT = "give the statement as text, HTML, PDF or DOCX"
_BINARY = f"this is binary data, not text; {GIVE_TEXT}"


class Decoded(NamedTuple):
    """A text and the encoding that gave it: ``data.decode(encoding, errors) == text``."""

    text: str
    encoding: str
    errors: str = "strict"
    guessed: str = ""
    """The library that guessed the encoding, with its release; empty where nothing was guessed."""

    @property
    def label(self) -> str:
        """The encoding as an extractor's configuration names it."""
        errors = "" if self.errors == "strict" else f" {self.errors}"
        return f"{self.encoding}{errors}{f' by {self.guessed}' if self.guessed else ''}"


def decode(data: bytes, declared: tuple[str, ...] = ()) -> Decoded:
    """Return the text of bytes, and their encoding.

    A byte order mark has precedence; then valid UTF-8 beyond ASCII, which is rarely chance; then the
    ``declared`` labels in their order, where they fit; then a guess. ``text`` is exactly
    ``data.decode(encoding, errors)``, without a byte order mark, which the encodings ``utf-8-sig``,
    ``utf-16`` and ``utf-32`` remove. A few broken bytes become U+FFFD, with ``errors`` ``replace``. Raises
    ``DocumentUnreadable`` for bytes that are no text.
    """
    decoded = decode_surely(data, declared) or _check(_guess(data))
    if decoded is None:
        raise DocumentUnreadable(_BINARY)
    return decoded


def decode_surely(data: bytes, declared: tuple[str, ...] = ()) -> Decoded | None:
    """Return what ``decode`` returns, in time that grows with the bytes; None where it would guess.

    Raises ``DocumentUnreadable`` for bytes that are no text.
    """
    return _check(
        _decode_marked(data)
        or _decode_escaped(data)
        or _decode_declared(data, declared)
        or _decode_wide(data)
        or _decode_as(data, "utf-8")
    )


def read_charset(content_type: str | None) -> tuple[str, ...]:
    """Return the encoding that a ``Content-Type`` of HTTP declares, if it does."""
    found = _CHARSET.search(content_type or "")
    return (found[1],) if found else ()


def find_declared(page: bytes) -> tuple[str, ...]:
    """Return the labels of encodings that a page declares."""
    head = _COMMENT.sub(b"", page[:_HEAD])
    return tuple(label.decode("ascii", "ignore") for way in _DECLARED for label in way.findall(head))


def find_codec(label: str) -> str | None:
    """Return Python's codec for a label as browsers read it; None for one that they do not know."""
    from webencodings import lookup

    encoding = lookup(label)
    if encoding is None:
        return label if label in _PYTHON else None
    # What the standard replaces as unsafe counts as not declared.
    return None if encoding.name == "replacement" else _STANDARD.get(encoding.name, encoding.codec_info.name)


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
    certain = decoded is not None and decoded[1:3] == ("utf-8", "strict")
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


def _decode_escaped(data: bytes) -> Decoded | None:
    return _decode_as(data, "iso2022_jp") if any(escape in data for escape in _ESCAPES) else None


def _decode_declared(data: bytes, declared: tuple[str, ...]) -> Decoded | None:
    if not declared or (not data.isascii() and _is_utf8(data)):
        return None
    for codec in filter(None, map(find_codec, declared)):
        # UTF-16 has zeros, at least in line breaks: a page that says so in ASCII is none.
        decoded = None if codec.startswith("utf-16") and b"\0" not in data else _decode_as(data, codec)
        if decoded and _is_textual(decoded.text):
            return decoded
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode_as(data: bytes, codec: str) -> Decoded | None:
    """Return the text in an encoding; None where over a tenth of the bytes beyond ASCII is broken in it."""
    try:
        return Decoded(data.decode(codec), codec)
    except UnicodeError:
        text = data.decode(codec, "replace")
    beyond = len(data.translate(None, _ASCII))
    lost = text.count("\N{REPLACEMENT CHARACTER}")
    return Decoded(text, codec, "replace") if lost * 10 < beyond else None


def _decode_wide(data: bytes) -> Decoded | None:
    """Read UTF-16 without a mark: in any script, line breaks and blanks have a zero as every other byte."""
    if b"\0" not in data[:4096]:
        return None
    little, big = data[1:4096:2].count(0), data[0:4096:2].count(0)
    decoded = _decode_as(data, "utf-16-le" if little > big else "utf-16-be")
    is_sure = max(little, big) > 10 * min(little, big)
    return decoded if decoded and is_sure and _is_textual(decoded.text) else None


def _guess(data: bytes) -> Decoded:
    """Return the text in the likeliest of the encodings that browsers know, or else in Windows-1252."""
    from chardet import __version__, detect
    from webencodings.labels import LABELS

    named = detect(data, include_encodings=sorted({*LABELS.values()} - _UNGUESSED))["encoding"] or "cp1252"
    codec = find_codec(named) or codecs.lookup(named).name
    decoded = _decode_as(data, codec)
    if decoded is None or not _is_textual(decoded.text):
        decoded = Decoded(data.decode("cp1252", "replace"), "cp1252", "replace")
    return decoded._replace(guessed=f"chardet {__version__}")


def _is_textual(text: str, limit: float = _UNTEXTUAL) -> bool:
    """Tell whether nearly all characters occur in texts."""
    sample = text if len(text) <= 2 * _SAMPLE else text[:_SAMPLE] + text[-_SAMPLE:]
    # Few are beyond what ASCII has for texts, and to take that off first is three times as fast.
    rest = sample.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")
    strange = sum(rest.count(char) for char in set(rest) if _is_strange(char))
    return strange <= limit * len(sample)


def _is_strange(char: str) -> bool:
    return not char.isprintable() and not char.isspace() and unicodedata.category(char) != "Cf"
