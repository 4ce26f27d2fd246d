"""What counts as the same: texts folded for matching, never stored or shown, and digests."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256


def digest_text(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal; lone surrogates are kept apart."""
    return digest_bytes(text.encode("utf-8", "surrogatepass"))


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return sha256(data).hexdigest()


_REPLACED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ＇`´ʹ", "'"),
        **dict.fromkeys("“”„‟″«»＂〝〞「」『』", '"'),
        **dict.fromkeys("‐‑‒–−﹣－⁃", "-"),
        **dict.fromkeys("—―⸺⸻", "--"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u0640"),
        "…": "...",
    }
)
_INNER_BLANK = re.compile(r"(?<=«) | (?=[»?!;:])")
_LONG_DASH = re.compile(r" ?-{2,} ?")


def fold(text: str) -> str:
    """Return the text as it is matched: composed, lower case, plain quotes and dashes, single blanks.

    ``fold(fold(text)) == fold(text)``. Blanks before ``? ! ; :`` and inside « », which French sets and
    English does not, are left out; a long dash has one blank on either side.
    """
    # Blanks first: on single ones the patterns take linear time.
    text = " ".join(text.split())
    if text.isascii():
        text = text.lower()
    else:
        text = _INNER_BLANK.sub("", text).translate(_REPLACED)
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold()).translate(
            _REPLACED
        )
    text = " ".join(_LONG_DASH.sub(" - ", text).split())
    return _INNER_BLANK.sub("", text)


@lru_cache(maxsize=1024)
def fold_sentence(text: str) -> str:
    """Return a sentence folded: aligning, naming changes and looking for passages each ask for it."""
    return fold(text)
