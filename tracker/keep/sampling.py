"""A sample of what is kept in ``derived.db``, computed again to see whether the same comes out today."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tracker.archive.derived.store import open_derived
from tracker.archive.derived.vectors import are_near
from tracker.archive.session import ArchiveSession
from tracker.errors import TrackerError
from tracker.references import parse_reference
from tracker.topics.vocabulary.load import load_vocabulary
from tracker.workflows.compare.diff import diff

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tracker.archive.derived.store import Derived

    Pair = tuple[str, str]

_MOST: Final = 4
"""Pairs of those whose changes were shown, and as many of all neighbours: the batch compares these."""
_ANY_EDITION: Final[dict[str, Any]] = dict.fromkeys(("kind", "language", "snapshot"))
_SECONDS: Final = 5.0
"""Of a processor; when they are over no other pair is begun."""


def recompute_kept(folder: Path, state: str) -> tuple[int, tuple[str, ...]]:
    """Return how many kept answers and vectors of this user were computed again, and which differ.

    What is drawn depends on the archive's ``state`` alone, so that it is the same for who looks again, and
    another one after the next run.
    """
    random, ends = Random(state), time.process_time() + _SECONDS  # noqa: S311 (no secret)
    number, wrong = 0, list[str]()
    with open_derived(folder) as kept, ArchiveSession(folder, trusts_derived=False) as archive:
        if not kept.has_own():
            return 0, ()
        vocabulary = load_vocabulary()
        for pair in _draw(archive, kept, random):
            if time.process_time() > ends:
                break
            known = archive.derived.answers.keys()
            with suppress(TrackerError):
                diff(list(pair), archive, vocabulary)
            for name in archive.derived.answers.keys() - known:
                then, now = kept.answer(*name), archive.derived.answer(*name)
                number += then is not None
                wrong += [f"{name[0]} of {pair[0]} and {pair[1]}"] if then not in {None, now} else []
        vectors = list(_compare_vectors(kept, archive.derived))
    wrong += [f"vectors of {vectors.count(False)} sentences"] if False in vectors else []
    return number + len(vectors), tuple(sorted(set(wrong)))


def _draw(archive: ArchiveSession, kept: Derived, random: Random) -> Iterator[Pair]:
    """Yield pairs, each once: as people named them, and as a batch does."""
    shown = [(_shorten(old), _shorten(new)) for old, new in kept.list_shown_pairs()]
    spoken = dict.fromkeys(replace(each.reference, **_ANY_EDITION) for each in archive.reader.statements())
    neighbours = [
        (str(old), str(new))
        for old, new in pairwise(spoken)
        if (old.country, old.body) == (new.country, new.body)
    ]
    yield from dict.fromkeys((*_take(shown, random), *_take(neighbours, random)))


def _take(pairs: Sequence[Pair], random: Random) -> list[Pair]:
    some = sorted(set(pairs))
    return random.sample(some, min(_MOST, len(some)))


def _shorten(name: str) -> str:
    return str(replace(parse_reference(name), **_ANY_EDITION))


def _compare_vectors(kept: Derived, fresh: Derived) -> Iterator[bool]:
    """Yield of each vector that is kept, and was computed again, whether it is the same."""
    for (encoder, sentence), now in fresh.vectors.items():
        if (then := kept.vector(encoder, sentence)) is not None:
            yield are_near(then, now)
