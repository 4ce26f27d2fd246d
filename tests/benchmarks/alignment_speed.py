"""Measure time and memory of the alignment on made-up texts of 100 to 5,000 sentences.

The time is of the processor, on one thread, and holds the encoding of what is left over; beside it, what
encoding every sentence takes.

Run as ``python -m tests.benchmarks.alignment_speed`` in the root of the repository. It fails where 5,000
sentences beside 5,000 take a minute or a gigabyte.
"""

from __future__ import annotations

import random
import resource
import time

from tracker.alignment.align import align
from tracker.text.encoder import DEFAULT

_SECONDS, _MEGABYTES = 60, 1024
_SYLLABLES = ("ba", "co", "di", "fe", "gu", "la", "mi", "no", "pe", "ru", "sa", "ti", "vo", "za")


def make_text(size: int, chance: random.Random) -> list[str]:
    """Return sentences of 24 words whose frequencies fall as those of a language do."""
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(8000)]
    shares = [1 / (rank + 2) for rank in range(len(words))]
    return [" ".join(chance.choices(words, shares, k=24)) + "." for _ in range(size)]


def revise(text: list[str], chance: random.Random) -> list[str]:
    """Return a text with a tenth of its sentences dropped and most of the others edited."""
    kept = [sentence.split() for sentence in text if chance.random() > 0.1]
    for words in kept:
        for _ in range(chance.choice([0, 1, 3, 5])):
            words[chance.randrange(len(words))] = "revised"
    return [" ".join(words) for words in kept]


def main() -> None:
    """Print one line for each pair of texts."""
    chance = random.Random(1)  # noqa: S311 - the same texts every time
    spent = 0.0
    DEFAULT.encode(["The model is loaded."])
    for size in (100, 300, 1000, 2500, 5000):
        old = make_text(size, chance)
        for name, new in (("revised", revise(old, chance)), ("unrelated", make_text(size, chance))):
            began = time.process_time()
            DEFAULT.encode([*old, *new])
            encoding = time.process_time() - began
            links = align(old, new)
            spent = time.process_time() - began - encoding
            print(f"{size:5} {name:10} {len(links):5} links {spent:7.3f} s; encoding all {encoding:7.3f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory {peak} MB")
    if spent > _SECONDS or peak > _MEGABYTES:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
