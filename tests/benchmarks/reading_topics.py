"""What reading the topics of a speech costs, beside cutting its words and stemming each of them once.

Run as ``python -m tests.benchmarks.reading_topics [SPEECHES]``. Speeches of one session are cut into
sentences before; the two then take turns, and the least processor time of each counts.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from typing import TYPE_CHECKING, Final

from tests.shared_data import require
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.stems import find_words
from tracker.references import own_names
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.model.texts import Version

SPEECHES: Final = 150
ROUNDS: Final = 3
BOUND: Final = 40
"""Milliseconds that the topics of a speech may take."""

Speech = tuple["Version", tuple[str, ...]]


def load_speeches(most: int) -> list[Speech]:
    """Return up to so many speeches of one session, with what their countries call themselves."""
    files = sorted(require("ungdc").glob("*/79_2024.txt"))[:most]
    return [(read_text(file.read_text("utf-8-sig")), own_names(file.parent.name)) for file in files]


def measure(speeches: Sequence[Speech]) -> tuple[float, float]:
    """Return the milliseconds a speech of reading topics, and of cutting and stemming its words alone."""
    vocabulary = load_vocabulary()

    def read(speech: Speech) -> None:
        read_topics(speech[0], vocabulary, own_names=speech[1])

    def stem(speech: Speech) -> None:
        find_words(speech[0].text, speech[0].language)

    works: tuple[Callable[[Speech], None], ...] = (read, stem)
    for work in works:
        work(speeches[0])  # compiles the vocabulary and the cues
    taken: dict[Callable[[Speech], None], list[float]] = {work: [] for work in works}
    for _ in range(ROUNDS):
        for work in works:
            started = time.process_time()
            for speech in speeches:
                work(speech)
            taken[work].append(1000 * (time.process_time() - started) / len(speeches))
    return min(taken[read]), min(taken[stem])


def main() -> None:
    """Print both, their ratio and the machine; end in 1 where the bound is missed."""
    speeches = load_speeches(int(sys.argv[1]) if len(sys.argv) > 1 else SPEECHES)
    ours, limit = measure(speeches)
    words = sum(version.words for version, _ in speeches) / len(speeches)
    load = os.getloadavg()[0]
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}; load {load:.1f}"
    )
    print(f"{len(speeches)} speeches of {words:,.0f} words, processor time, the least of {ROUNDS} turns")
    print(f"topics {ours:.1f} ms a speech, words and stems {limit:.1f} ms, {ours / limit:.1f} times as long")
    if ours > BOUND:
        sys.exit(f"more than {BOUND} ms a speech")


if __name__ == "__main__":
    main()
