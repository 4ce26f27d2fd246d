"""How names are compared, and how a fault is worded: what was written, and what may have been meant."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from tracker.errors import ReferenceInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_Named = TypeVar("_Named")

_LONGEST_SHOWN = 60
_LENGTHS = (5, 11)

_OPTION_OR_PATH = ("-", ".", "/", "\\", "~")

_DROPPED = re.compile(r"['’‘.]")
_PARTING = re.compile(r"[\W_]+")
_ARTICLE = re.compile(r"^the ")
_SAINT = re.compile(r"\bst\b")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


@lru_cache(maxsize=4096)
def fold_name(text: str) -> str:
    """Return a name without case, accents, punctuation, leading article or doubled blanks.

    For matching only: ``The St. Kitts & Nevis`` and ``saint kitts and nevis`` fold to one text.
    """
    if text.isascii() and text.isalpha():
        # Most are asked for word by word.
        word = text.lower()
        return "saint" if word == "st" else word
    bare = _DROPPED.sub("", fold_letters(text).replace("&", " and "))
    return _SAINT.sub("saint", _ARTICLE.sub("", _PARTING.sub(" ", bare).strip()))


def fold_letters(text: str) -> str:
    """Return the text without case and accents, its punctuation and blanks as they were."""
    if text.isascii():
        return text.lower()
    return _BEYOND_ASCII.sub(_drop_marks, unicodedata.normalize("NFKD", text)).casefold()


def _drop_marks(run: re.Match[str]) -> str:
    return "".join([char for char in run[0] if not unicodedata.combining(char)])


def holds_controls(text: str) -> bool:
    """Tell whether a text holds what does not print; a no-break space is a blank."""
    return not text.replace("\u00a0", " ").isprintable()


def is_plain(text: str) -> bool:
    """Tell a name from what is none: control characters, paths, options of a command, nothing at all."""
    bare = text.strip()
    return bool(bare) and not holds_controls(bare) and not bare.startswith(_OPTION_OR_PATH)


def show(text: str) -> str:
    """Return the text in quotes, cut to 60 characters, with whatever does not print made visible."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    shown = (char if char.isprintable() else ascii(char)[1:-1] for char in cut)
    return f"'{''.join(shown)}'"


def closest(text: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that a slip of the hand most likely turned into ``text``, if one is near.

    Near is one edit up to five characters, two up to eleven and three beyond, so that a long name
    does not pass for another by its ``Republic of`` (optimal string alignment, where swapped neighbours
    are one edit). Among equally near ones, one of the same letters comes first, then one that begins
    with the same two, then the first given.
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 (13 ms, and only a fault needs it)

    wanted = fold_name(text)
    allowed = 1 + sum(len(wanted) > length for length in _LENGTHS)
    near = (
        (distance, sorted(folded) != sorted(wanted), not folded.startswith(wanted[:2]), place, candidate)
        for place, candidate in enumerate(candidates)
        if (distance := OSA.distance(wanted, folded := fold_name(candidate), score_cutoff=allowed)) <= allowed
    )
    return min(near, default=(0, False, False, 0, None))[-1]


def has_slip(word: str, known: Sequence[str], slips: int) -> bool:
    """Return whether a word is so many slips of the hand or fewer away from one of many, both folded."""
    from rapidfuzz import process  # noqa: PLC0415 (as above)
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    return process.extractOne(word, known, scorer=OSA.distance, score_cutoff=slips) is not None


def index_names(
    known: Iterable[_Named], names: Callable[[_Named], Iterable[str]]
) -> dict[str, tuple[_Named, ...]]:
    """Return by each folded name what goes by it."""
    index: dict[str, tuple[_Named, ...]] = {}
    for each in known:
        for name in names(each):
            index[name] = (*index.get(name, ()), each)
    return index


def choose(kind: str, text: str, found: Sequence[_Named], unknown: Callable[[], str]) -> _Named:
    """Return the one thing that a name stands for.

    Raises ``ReferenceInvalid`` where it is none, in the words of ``unknown``, or several, with the choices.
    """
    if not found:
        raise ReferenceInvalid(unknown())
    if len(found) > 1:
        choices = " or ".join(map(str, found))
        raise ReferenceInvalid(f"{kind} {show(text.strip())} is ambiguous: write {choices}")
    return found[0]
