"""Which words were deleted and inserted between two texts: ``word_edits``.

Words become characters, so that diff-match-patch compares words. Its own clean-up works on characters and
would cut inside words; ours merges kept runs too short to help a reader.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from diff_match_patch import diff_match_patch

from tracker.model.changes import Edit
from tracker.text.tokens import tokenize_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.changes import EditKind

LONGEST = 1300
"""Parts of both sides, words and blanks, that are compared at once: Myers's algorithm takes time with the
square of what differs. A sentence of the General Debate has 615 at most."""

SHARE = 120
"""Parts that are compared at once of what is longer: 160,000 characters of numbers of which none stayed take
three seconds so, and took 33 in parts of 4,000."""


class Window(NamedTuple):
    """``old[old_start:old_end]`` beside ``new[new_start:new_end]``."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def size(self) -> int:
        """The parts on both sides."""
        return self.old_end - self.old_start + self.new_end - self.new_start


def split_windows(old: Sequence[str], new: Sequence[str]) -> Iterator[Window]:
    """Yield windows of two runs of words that hold them whole, in order; a short pair is one window.

    Long ones are cut at words that both sides have once, in the longest common order of these (as Bram
    Cohen's patience diff does), and in equal shares where there are none.
    """
    if len(old) + len(new) <= LONGEST:
        yield Window(0, len(old), 0, len(new))
        return
    at = 0, 0
    for i, j in (*_find_common(old, new), (len(old), len(new))):
        window = Window(at[0], i, at[1], j)
        if window.size >= SHARE // 2 or i == len(old):
            yield from _share(window)
            at = i, j


def _share(window: Window) -> Iterator[Window]:
    shares = -(-window.size // SHARE)
    cuts = [
        (
            window.old_start + (window.old_end - window.old_start) * n // shares,
            window.new_start + (window.new_end - window.new_start) * n // shares,
        )
        for n in range(shares + 1)
    ]
    for (i, j), (k, m) in pairwise(cuts):
        yield Window(i, k, j, m)


def _find_common(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of words that either side has once, the most that keep their order."""
    once_old, once_new = _find_once(old), _find_once(new)
    pairs = [(i, once_new[word]) for word, i in once_old.items() if word in once_new]
    tops: list[int] = []
    """By the length of a run, less one: the least place in the new text at which such a run ends."""
    ends: list[int] = []
    before = [-1] * len(pairs)
    for index, (_, j) in enumerate(pairs):
        length = bisect_left(tops, j)
        before[index] = ends[length - 1] if length else -1
        tops[length : length + 1] = [j]
        ends[length : length + 1] = [index]
    return _walk_back(pairs, before, ends[-1] if ends else -1)


def _find_once(words: Sequence[str]) -> dict[str, int]:
    counts = Counter(words)
    return {word: place for place, word in enumerate(words) if counts[word] == 1}


def _walk_back(pairs: Sequence[tuple[int, int]], before: Sequence[int], last: int) -> list[tuple[int, int]]:
    chain: list[tuple[int, int]] = []
    while last >= 0:
        chain.append(pairs[last])
        last = before[last]
    return chain[::-1]


_FIRST_CODE = 0xE000  # private use; above it no surrogate follows
_KINDS: dict[int, EditKind] = {0: "kept", -1: "deleted", 1: "inserted"}
_SHORT_RUN = 2
"""Kept words that are dissolved where more than twice as many were changed on both sides of them."""
_FUNCTION_WORD = 3
"""The length up to which a word is taken for a function word."""


class _Piece(NamedTuple):
    kind: EditKind
    words: tuple[str, ...]


def word_edits(old: str, new: str, language: str) -> tuple[Edit, ...]:
    """Return the edits that turn one text into the other, whole words at a time.

    Numbers, amounts, dates and document symbols are one word; what is written without
    blanks is compared by character. The texts of the edits that are not inserted, joined, give ``old``
    exactly; of those not deleted, ``new``. In a run of changes the deleted words come first.
    """
    if old == new:
        return (Edit("kept", old),) if old else ()
    if not (old and new):
        return (Edit("deleted", old) if old else Edit("inserted", new),)
    pieces = _compare(_cut(old, language), _cut(new, language))
    while (merged := _dissolve_short(pieces)) != pieces:
        pieces = merged
    return tuple(Edit(piece.kind, "".join(piece.words)) for piece in _slide(pieces))


def _cut(text: str, language: str) -> tuple[str, ...]:
    """Return the text as words and the blanks between them, nothing lost."""
    parts: list[str] = []
    end = 0
    for token in tokenize_sentence(text, language):
        parts += [text[end : token.start], token.text]
        end = token.end
    return tuple(part for part in (*parts, text[end:]) if part)


def _compare(old: Sequence[str], new: Sequence[str]) -> list[_Piece]:
    return _gather(
        piece
        for window in split_windows(old, new)
        for piece in _match(old[window.old_start : window.old_end], new[window.new_start : window.new_end])
    )


def _match(old: Sequence[str], new: Sequence[str]) -> Iterator[_Piece]:
    codes: dict[str, str] = {}
    for word in (*old, *new):
        codes.setdefault(word, chr(_FIRST_CODE + len(codes)))
    matcher = diff_match_patch()
    matcher.Diff_Timeout = 0  # the default of one second silently lumps what is left
    coded = matcher.diff_main(
        "".join(codes[word] for word in old), "".join(codes[word] for word in new), checklines=False
    )
    words = {code: word for word, code in codes.items()}
    return (_Piece(_KINDS[kind], tuple(words[code] for code in text)) for kind, text in coded)


def _gather(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Join neighbours of one kind, and within a run of changes put what was deleted first."""
    gathered: list[_Piece] = []
    for is_kept, run in groupby(pieces, key=lambda piece: piece.kind == "kept"):
        words: dict[EditKind, list[str]] = {"kept": [], "deleted": [], "inserted": []}
        for piece in run:
            words[piece.kind].extend(piece.words)
        kinds: tuple[EditKind, ...] = ("kept",) if is_kept else ("deleted", "inserted")
        gathered += [_Piece(kind, tuple(words[kind])) for kind in kinds if words[kind]]
    return gathered


def _slide(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Let a lone edit own the blank behind it and not the one before, where either would do."""
    slid = list(pieces)
    for at in range(1, len(slid) - 1):
        before, edit, after = slid[at - 1 : at + 2]
        if (
            before.kind == after.kind == "kept"
            and edit.words[0] == after.words[0]
            and edit.words[0].isspace()
        ):
            blank = edit.words[:1]
            slid[at - 1 : at + 2] = [
                _Piece("kept", before.words + blank),
                _Piece(edit.kind, edit.words[1:] + blank),
                _Piece("kept", after.words[1:]),
            ]
    return [piece for piece in slid if piece.words]


def _dissolve_short(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Give up the kept runs that are lost between larger changes, so that a reader sees one change."""
    dissolved: list[_Piece] = []
    for place, piece in enumerate(pieces):
        before, after = pieces[max(0, place - 2) : place], pieces[place + 1 : place + 3]
        if piece.kind == "kept" and _is_lost(piece, _count_changed(before[::-1]), _count_changed(after)):
            dissolved += [_Piece("deleted", piece.words), _Piece("inserted", piece.words)]
        else:
            dissolved.append(piece)
    return _gather(dissolved)


def _count_changed(pieces: Sequence[_Piece]) -> int:
    """Return how many words changed up to the next kept ones, on the larger side."""
    sizes = [0]
    for piece in pieces:
        if piece.kind == "kept":
            break
        sizes.append(sum(_is_word(word) for word in piece.words))
    return max(sizes)


def _is_lost(piece: _Piece, before: int, after: int) -> bool:
    words = [word for word in piece.words if _is_word(word)]
    if before == 0 or after == 0:
        return False
    if not words:  # a blank, or a mark
        return True
    trivial = len(words) <= _SHORT_RUN and all(len(word) <= _FUNCTION_WORD for word in words)
    return trivial and min(before, after) >= 2 * len(words)


def _is_word(part: str) -> bool:
    return any(char.isalnum() for char in part)
